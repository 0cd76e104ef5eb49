"""What the study hands on besides its tables: the measures in every cell, and what makes other numbers of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.errors import ConfigError
from mobility.lmi.dimensions import Dimension
from mobility.lmi.earnings import TERMS, Earnings, in_whole, rest_is_told
from mobility.lmi.reliability import LEAST as REFUSED
from mobility.lmi.reliability import PLAIN
from mobility.lmi.store import EMPLOYMENT, HOURS, PAY, write_measures
from mobility.storage import write_array, write_csv
from mobility.studies.careers_lmi.delivered import Given, given_by, pay_year, years_of_jobs
from mobility.studies.careers_lmi.distribution import (
    age_table,
    change_table,
    distribution_table,
    replacement_table,
    unemployment_table,
)
from mobility.studies.careers_lmi.jobs import jobs_of, series_of
from mobility.studies.careers_lmi.pay import Raking, ages_of, equations_of, hours_of, pay_of
from mobility.studies.inputs import Inputs

TENTHS = 1  # decimals
COEFFICIENTS = ["coefficient", "std_error", "persons", "term", "code", "used", "survey", "status"]


def hand_on(inputs: Inputs, folder: Path) -> None:
    """Write the measures of the pay year and of the last published year of jobs, and the tables beside them.

    Beside the arrays: age_ratios.csv, distribution.csv, replacement.csv, unemployment.csv, change.csv, series.csv (jobs
    by year and occupation), series_<dimension>.csv, and for `mobility explain` coefficients.csv, ages.csv and, by
    measure and set of targets, targets_, factors_ and printed_ arrays.

    Raises
    ------
    ConfigError
        The choice `thin` predicts with coefficients of single persons, whose pay the arrays would tell.
    """
    if inputs.choices["thin"] == "own" and inputs.threshold > 0:
        raise ConfigError(
            "config.yaml, choices, careers_lmi, thin: own predicts with coefficients of single persons, and the pay of "
            f"each would be in the arrays that are handed on, where numbers rest on {inputs.threshold} persons. Write "
            "`thin: group`; what the other answer changes is in `mobility choices careers_lmi --run`."
        )
    given = given_by(inputs)
    dimensions, year = given.dimensions, pay_year(given, inputs.choices)
    tables = {
        "age_ratios": age_table(given).drop(columns="persons"),
        "distribution": distribution_table(given),
        "replacement": replacement_table(given),
        "unemployment": unemployment_table(given),
        "change": change_table(given),
        **series_of(given),
        "coefficients": coefficients(given),
        "ages": told_ages(given),
    }
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    measures = {PAY: pay_of(given), HOURS: hours_of(given)}
    for name, raking in measures.items():
        _write_how(raking, name, folder)
    arrays = {(name, year): _every_status(own.mean, dimensions) for name, own in measures.items()}
    arrays |= {(EMPLOYMENT, each): jobs_of(given, each) for each in sorted({year, years_of_jobs(given)[-1]})}
    write_measures(folder, arrays, dimensions, _about(given, year))


def _about(given: Given, year: int) -> dict[str, object]:
    inputs = given.inputs
    return {
        "year": year,
        "sources": sorted({use.source for use in inputs.study.about.sources.values()}),
        "choices": {name: inputs.choices[name] for name in inputs.study.choices},
        "limits": {"least": REFUSED, "plain": PLAIN, "at_limit": inputs.choices["at_limit"]},
    }


def _every_status(mean: np.ndarray, dimensions: Mapping[str, Dimension]) -> np.ndarray:
    """A mean of employees in the shape of all measures: nothing of the self-employed, every qualification the same
    where the measure has none."""
    whole = np.full([len(own.codes) for own in dimensions.values()], np.nan, dtype="float32")
    whole[..., : mean.shape[4], :] = mean if mean.ndim == whole.ndim else mean[..., None]
    return whole


def _write_how(raking: Raking, name: str, folder: Path) -> None:
    """What a number is explained from: by set, printed means, targets and factors, parts x region x gender x status."""
    for own, bills in raking.targets.items():
        write_array(bills.values, folder / "how" / f"{name}_targets_{own}.npy")
        write_array(raking.means[own].parts, folder / "how" / f"{name}_printed_{own}.npy")
        (factor,) = (each for key, each in raking.raked.factors.items() if f" by {own}," in key)
        write_array(
            np.moveaxis(factor, -1, 0) if own == "qualification" else factor,
            folder / "how" / f"{name}_factors_{own}.npy",
        )


def told_ages(given: Given) -> pd.DataFrame:
    """Mean age by occupation and gender to a tenth of a year: whole years over their number in full digits tell it."""
    dimensions = given.dimensions
    ages = np.round(ages_of(given), TENTHS)
    found = pd.DataFrame(ages, dimensions["occupation"].codes, dimensions["gender"].codes)
    return found.rename_axis("occupation").reset_index()


def coefficients(given: Given) -> pd.DataFrame:
    """Coefficients that cells are predicted with, a row a survey, status, term and code.

    coefficient, std_error and persons (`in_whole`) of what enough of them (`Given.least`) are behind, persons not where
    the few of a term would follow from them; `used` is what cells are predicted with. Where too few have the first
    code, which the others are against, all are against what it is predicted with, without errors: so are the constant
    and `male`, and what terms by year lose by it is the number `t` of the second year.
    """
    parts, least = [], given.least if given.inputs.choices["thin"] == "group" else 1
    for (survey, status), own in equations_of(given).items():
        dimensions = {term: given.dimensions[TERMS[term][0]] for term in own.effects}
        used = {term: own.settled(term, dimension, least) for term, dimension in dimensions.items()}
        moved = {term: float(values[0]) for term, values in used.items()}
        found = [_of_numbers(own, moved)]
        for term, dimension in dimensions.items():
            table = _of_codes(own, term, dimension.codes, given.least).assign(used=used[term])
            table[["coefficient", "used"]] -= moved[term]
            table["std_error"] = np.where(moved[term] == 0, table["std_error"], np.nan)
            table["used"] = table["used"].mask((own.persons[term] < given.least) & (least < given.least))
            found.append(table)
        parts.append(pd.concat(found, ignore_index=True).assign(survey=survey, status=status))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(persons=in_whole(table["persons"], given.least))[COEFFICIENTS]


def _of_numbers(own: Earnings, moved: Mapping[str, float]) -> pd.DataFrame:
    """Rows of the numbers of an equation whose terms are moved by so much: what they lose these have."""
    more = dict.fromkeys([*own.numbers, "t"], 0.0)
    for term, by in moved.items():
        more[TERMS[term][1] or "constant"] += by
    errors = dict(zip(own.fit.names, own.fit.std_errors, strict=True)) | {"constant": own.fit.std_errors[0]}
    numbers = {**own.numbers, **({"t": 0.0} if more["t"] else {})}  # of no number in the equation
    rows = [(name, value + more[name], errors[name] if more[name] == 0 else np.nan) for name, value in numbers.items()]
    table = pd.DataFrame(rows, columns=["term", "coefficient", "std_error"])
    return table.assign(persons=float(own.fit.n), code="", used=table["coefficient"])


def _of_codes(own: Earnings, term: str, codes: Sequence[str], least: int) -> pd.DataFrame:
    """Rows of a term, without what is not told: of fewer than `least` persons, and persons from which these follow."""
    errors, persons = dict(zip(own.fit.names, own.fit.std_errors, strict=True)), own.persons[term]
    table = pd.DataFrame(
        {"term": term, "code": codes, "coefficient": own.effects[term], "persons": persons.astype(float)}
    )
    table["std_error"] = [errors.get(f"{term}_{code}", 0.0) for code in codes]
    table.loc[persons < least, ["coefficient", "std_error", "persons"]] = np.nan
    return table.assign(persons=np.nan) if rest_is_told(persons, least) else table
