"""`mobility explain STUDY pay 4135 --region 6`: how an answer of the measures came about (LMI for All, C.7.3, C.8)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.errors import ConfigError, DataError
from mobility.lmi.dimensions import ALL, SELF_EMPLOYED
from mobility.lmi.questions import SMALL, Answer, Question, answer, exact
from mobility.lmi.store import EMPLOYMENT, PAY, Measures, open_measures
from mobility.storage import map_array, read_csv

FOLDER = "measures"
SETS = {"occupation": 0, "industry": 1, "qualification": 5}  # of targets, and the axis of each
EVERYONE = (
    "Of full-time and part-time employees together. The server answers for full-time ones where none is asked for: "
    "add --status 1 (2: part-time)."
)
SURVEYS = {"ashe": "ASHE", "lfs": "Labour Force Survey"}
DIMENSIONS = tuple(own.name for own in fields(Question))


@dataclass(frozen=True)
class _Cell:
    """One gender and status of a question. places : by dimension, of the codes asked for."""

    gender: int
    status: int
    places: Mapping[str, tuple[int, ...]]
    words: str


def explain_measure(root: Path, study: str, measure: str, asked: Mapping[str, str]) -> str:
    """Answer, rule, employment, equation, targets and raking factors behind a number of a measure.

    asked : by dimension what is asked for, as in `Question`.

    Raises
    ------
    DataError
        The study has handed on no measures yet, or no such measure. SpecError: no such code. ConfigError: no dimension.
    """
    strange = [name for name in asked if name not in DIMENSIONS]
    if strange:
        raise ConfigError(f"measures: no dimension `{strange[0]}`; there are {', '.join(DIMENSIONS)}.")
    measures = open_measures(root / "results/released" / study / FOLDER)
    question, year = Question(**asked), measures.years(measure)[0]
    found = answer(measures, measure, year, question)
    lines = [*_head(measures, measure, year, question, found), *_rule(measures, found)]
    if measure == EMPLOYMENT:
        return "\n".join([*lines, *_jobs_made(measures)])
    for cell in _cells_of(measures, question):
        lines += _cell_lines(measures, measure, year, question, cell)
    return "\n".join([*lines, *_made(measures, measure)])


def _head(measures: Measures, measure: str, year: int, question: Question, found: Answer) -> list[str]:
    unit = measures.about["units"][measure]
    told = "no number" if found.value is None else f"{found.value:,.0f} {unit}"
    jobs = "" if found.employment is None else f"Jobs: about {found.employment:,.0f}"
    lines = [f"{measure} {year}, {question.words(measures.dimensions)}: {told}", *([jobs] if jobs else [])]
    return [*lines, EVERYONE] if measure != EMPLOYMENT and question.status == ALL else lines


def _rule(measures: Measures, found: Answer) -> list[str]:
    limits = measures.about["limits"]
    least, plain = f"{limits['least']:,}", f"{limits['plain']:,}"
    lines = [f"Rule (4.2.1, C.6): below {least} jobs no number, to {plain} with a note: {found.verdict}"]
    lines += [f"  {found.note}"] * bool(found.note)
    if found.coarser:
        lines.append("Coarser questions that are answered, nearest first:")
        lines += [f"  {words}" for _, words in found.coarser]
    return lines


def _cells_of(measures: Measures, question: Question) -> Iterator[_Cell]:
    """The genders and kinds of employees that a question holds."""
    dimensions = measures.dimensions
    parts = dict(zip(dimensions, question.parts(dimensions), strict=True))
    places = {name: own.members(*parts[name]) for name, own in dimensions.items()}
    for gender in places["gender"]:
        for status in places["status"]:
            if dimensions["status"].codes[status] != SELF_EMPLOYED:
                names = (("gender", gender), ("status", status))
                words = ", ".join(dimensions[name].labels[dimensions[name].codes[place]] for name, place in names)
                yield _Cell(gender, status, places, words)


def _cell_lines(measures: Measures, measure: str, year: int, question: Question, cell: _Cell) -> list[str]:
    own = {
        "gender": measures.dimensions["gender"].codes[cell.gender],
        "status": measures.dimensions["status"].codes[cell.status],
    }
    of = Question(**{**vars(question), **own})
    found = answer(measures, measure, year, of)
    if found.value is None:
        lines = [f"{cell.words}: no number of its own, {SMALL if found.employment is None else found.note}"]
    else:
        lines = [f"{cell.words}: {exact(measures, measure, year, of):.2f}, jobs about {found.employment:,.0f}"]
    if measure == PAY:
        lines += _equation(measures, cell)
    return lines + _targets(measures, measure, year, cell, told=found.value is not None)


def _equation(measures: Measures, cell: _Cell) -> list[str]:
    """The terms of the equations at the codes asked for, of single codes alone."""
    table = _table(measures, "coefficients", {"code": "str", "status": "str"})
    dimensions = measures.dimensions
    status, gender = dimensions["status"].codes[cell.status], dimensions["gender"].codes[cell.gender]
    lines = []
    for survey, name in SURVEYS.items():
        own = table[(table["survey"] == survey) & (table["status"] == status)]
        terms = [f"{_number(own, term)} {words}" for term, words in (("age", "age"), ("age_squared", "age^2"))]
        if gender == "1":
            terms.append(f"{_number(own, 'male')} male")
        if "t" in own["term"].to_numpy():
            terms.append(f"{_number(own, 't')} second year")
        for term in own["term"].drop_duplicates():
            dimension = term.split("_")[0]
            single = dimension in dimensions and len(cell.places[dimension]) == 1
            if single and not (term.endswith("_male") and gender != "1"):
                terms.append(_term(own, term, dimensions[dimension].codes[cell.places[dimension][0]]))
        constant = own.loc[own["term"] == "constant", "used"].iloc[0]
        lines.append(f"  Equation, {name}: ln pay = {constant:.4f} " + " ".join(terms))
    if len(cell.places["occupation"]) == 1:
        ages = _table(measures, "ages", {"occupation": "str"}).set_index("occupation")
        code = dimensions["occupation"].codes[cell.places["occupation"][0]]
        lines.append(f"  at the mean age of occupation and gender, {ages.loc[code, gender]:.1f}, in the second year")
    return lines


def _number(own: pd.DataFrame, term: str) -> str:
    return f"{own.loc[own['term'] == term, 'used'].iloc[0]:+.4g}"


def _term(own: pd.DataFrame, term: str, code: str) -> str:
    row = own[(own["term"] == term) & (own["code"] == code)].iloc[0]
    if pd.isna(row["persons"]) and pd.isna(row["coefficient"]):
        return f"{row['used']:+.4f} {term} {code} (of its group: few persons)"
    error = f"error {row['std_error']:.4f}, " if row["std_error"] > 0 else ""
    persons = "ten persons or more" if pd.isna(row["persons"]) else f"{int(row['persons']):,} persons or more"
    return f"{row['used']:+.4f} {term} {code} ({error}{persons})"


def _targets(measures: Measures, measure: str, year: int, cell: _Cell, told: bool) -> list[str]:
    """Printed means, targets and factors of the sets at the region, gender and status; bills where they are told."""
    lines, regions = [], list(cell.places["region"])
    jobs = measures.array(EMPLOYMENT, year)
    for name, axis in SETS.items():
        how = measures.folder / "how"
        if not (how / f"{measure}_targets_{name}.npy").is_file():
            continue
        parts = list(cell.places[name])
        target, printed, factor = (
            map_array(how / f"{measure}_{kind}_{name}.npy")[np.ix_(parts, regions, [cell.gender], [cell.status])]
            for kind in ("targets", "printed", "factors")
        )
        target, printed, factor = (np.asarray(each)[:, :, 0, 0] for each in (target, printed, factor))
        weight = _weights(jobs, cell, axis)
        mean = float((factor * weight).sum() / weight.sum()) if weight.sum() else float("nan")
        said = f"{np.isfinite(printed).sum()} of {printed.size} means printed"
        if printed.size == 1:
            there = np.isfinite(printed[0, 0])
            said = f"printed mean {printed[0, 0]:.2f}" if there else "no mean printed: filled by C.8.3"
        spread = "" if factor.size == 1 else f" (from {factor.min():.4f} to {factor.max():.4f}, weighted by jobs)"
        bill = f"bill {target.sum():,.0f}, " if told else ""
        lines.append(f"  Target by {name}: {bill}{said}; raking factor {mean:.4f}{spread}")
    return lines


def _weights(jobs: np.ndarray, cell: _Cell, axis: int) -> np.ndarray:
    """Jobs of the cell by the parts of a set (an axis) and region."""
    found = jobs[..., cell.gender, cell.status, :]
    kept = {0: "occupation", 1: "industry", 2: "region", 3: "qualification"}
    for at, name in kept.items():
        found = np.take(found, list(cell.places[name]), axis=at)
    at = 3 if axis == SETS["qualification"] else axis
    sums = found.sum(axis=tuple(other for other in range(4) if other not in (at, 2)), dtype="float64")
    return sums.T if at == 3 else sums


def _jobs_made(measures: Measures) -> list[str]:
    return [
        "Made from: published jobs of the sub-major group by industry, region, gender, status, qualification (Working "
        "Futures), times the share of the unit group in them (C.8.2)",
        f"Choices: shares = {measures.about['choices']['shares']}",
    ]


def _made(measures: Measures, measure: str) -> list[str]:
    choices = measures.about["choices"]
    named = (
        ("joining", "conversion", "thin", "overtime", "target_year", "gap_rate", "regions")
        if measure == PAY
        else (
            "target_year",
            "gap_rate",
            "regions",
        )
    )
    return ["Choices: " + ", ".join(f"{name} = {choices[name]}" for name in named)]


def _table(measures: Measures, name: str, types: Mapping[str, str]) -> pd.DataFrame:
    path = measures.folder / f"{name}.csv"
    if not path.is_file():
        raise DataError(f"{path}: there is no such file. Make the measures again: `make report`.")
    return read_csv(path, dtype=dict(types))
