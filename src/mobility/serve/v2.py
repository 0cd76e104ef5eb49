"""Answers of `/api/v2`: typed, each with its release, what it is, whether it is told, and the national."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mobility.releases.cubes import OTHERS
from mobility.releases.measures import EMPLOYMENT, HOURS, JOBS, PAY
from mobility.serve.loaded import Loaded
from mobility.serve.numbers import (
    NAMES,
    Number,
    Question,
    broken_down,
    coarser,
    held,
    median_of,
    national,
    series,
    told_to,
)
from mobility.serve.refused import NotLoaded, Refused
from mobility.serve.v1 import parts, question_of, within

Asked = Mapping[str, Any]
MODELLED, PRINTED = "modelled, no error known", "printed without an error"
ASSUMED = "full-time, since no status was asked for"
DIGITS = 4
ROUNDING = (
    "Printed numbers are told as printed (`told_to` null). Modelled ones are told in steps of `told_to`: jobs as the "
    "middle of their thousand, pay to 10 pounds, hours whole. Exact means of several sets of codes would be equations "
    "that can be solved for a cell of fewer than 1,000 jobs, of which no number may be told (C.6); so a number of "
    "several codes is made from what is told of each (and is refused where one is), and says nothing new. No modelled "
    "mean is known so well that a step would lose anything."
)


def found(loaded: Loaded, asked: Asked, find: Any) -> dict[str, Any]:
    """Occupations found by words of a title, the best first, with the title that was found."""
    rows = [vars_of(one) for one in find(asked["q"], asked.get("limit", 10))]
    return {"query": asked["q"], "found": rows}


def vars_of(one: Any) -> dict[str, Any]:
    """A find of the search as an object."""
    return {"soc": one.soc, "title": one.title, "score": one.score, "matched": one.matched}


def occupation(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Title and texts of an occupation, and its two-digit group."""
    row = loaded.occupations[asked["soc"]]
    group = loaded.group_of[asked["soc"]]
    return {
        "soc": row["soc"],
        "title": row["title"],
        "description": row["description"],
        "qualifications": row["qualifications"],
        "tasks": parts(row["tasks"]),
        "add_titles": parts(row["related"]),
        "group": {"soc": group, "title": loaded.groups[group]},
    }


def measured(loaded: Loaded, asked: Asked, measure: str) -> dict[str, Any]:
    """A measure of an occupation by year, or by year and the codes of a dimension."""
    held(loaded, measure)
    own = {name: asked[name] for name in OTHERS if name in asked}
    question = within(loaded, question_of(loaded, {**asked, "filters": own}, measure))
    about = loaded.index.measures[measure]
    body: dict[str, Any] = {
        "measure": measure,
        "unit": about.unit,
        "soc": question.code,
        "title": _title(loaded, question.code),
        "level": len(question.code),
        "filters": {name: list(codes) for name, codes in question.filters.items()},
        "assumed": {"status": ASSUMED} if question.filters.get("status") and "status" not in own else {},
        "basis": about.basis,
        "judged_by": "employment" if about.judged_by == JOBS else about.judged_by,
        "told_to": told_to(about, measure),
    }
    if question.breakdown:
        body["breakdown"] = question.breakdown
        return {**body, "series": _broken_down(loaded, question)}
    numbers = series(loaded, question)
    beside = {one.year: one for one in national(loaded, question)} if question.age is None else {}
    rows = _rows(loaded, question, numbers)
    for row, one in zip(rows, numbers, strict=True):
        row["national"] = _national(beside.get(one.year))
    offers = coarser(loaded, question) if numbers[-1].value is None else ()
    body["coarser"] = [
        {"says": says, "query": _query(wider, asked), "value": _digits(number.value)} for says, wider, number in offers
    ]
    return {**body, "series": rows}


def _rows(loaded: Loaded, question: Question, numbers: list[Number]) -> list[dict[str, Any]]:
    about = loaded.index.measures[question.measure]
    shapes = median_of(loaded, question, numbers) if question.measure == PAY else [(None, None)] * len(numbers)
    error = MODELLED if about.judged_by == JOBS else PRINTED
    return [
        {
            "year": one.year,
            "value": _digits(one.value),
            "std_error": None,
            "error": error if one.value is not None else None,
            "median": _digits(median),
            "deciles": {name: _digits(value) for name, value in deciles.items()} if deciles else None,
            "verdict": one.verdict,
            "reason": one.reason,
            "projected": one.year > about.latest,
        }
        for one, (median, deciles) in zip(numbers, shapes, strict=True)
    ]


def _broken_down(loaded: Loaded, question: Question) -> list[dict[str, Any]]:
    """By year the codes of the breakdown with their numbers."""
    years: dict[int, list[dict[str, Any]]] = {}
    for code, name, numbers in broken_down(loaded, question):
        one = replace(question, breakdown=None, filters={**question.filters, question.breakdown or "": (code,)})
        for row in _rows(loaded, one, numbers):
            years.setdefault(row.pop("year"), []).append({"code": code, "name": name, **row})
    return [{"year": year, "items": items} for year, items in sorted(years.items())]


def _national(one: Number | None) -> dict[str, Any] | None:
    return {"value": _digits(one.value), "verdict": one.verdict} if one else None


def _title(loaded: Loaded, code: str) -> str:
    return loaded.occupations[code]["title"] if code in loaded.occupations else loaded.groups[code]


def _query(question: Question, asked: Asked) -> str:
    """The query that asks the coarser question."""
    coarse = {"coarse": "true"} if question.code != asked["soc"] else {}
    own = {name: ",".join(codes) for name, codes in question.filters.items()}
    return "&".join(f"{name}={value}" for name, value in {"soc": asked["soc"], **coarse, **own}.items())


def _digits(value: float | None) -> float | None:
    """Numbers are held in single precision: seven digits, of which no more than four stand behind the point."""
    return None if value is None else round(value, DIGITS)


def replacement(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Replacement demand: rate, and the jobs that it makes of those of the start year.

    Raises `NotLoaded` where the release has none of the occupation.
    """
    row = loaded.replacement.get(asked["soc"])
    if row is None:
        raise NotLoaded("replacement demand")
    start, rate = int(row["start_year"]), float(row["rate"])
    jobs = {one.year: one.value for one in series(loaded, Question(EMPLOYMENT, asked["soc"]))}.get(start)
    return {
        "soc": asked["soc"],
        "start_year": start,
        "end_year": int(row["end_year"]),
        "rate": rate,
        "jobs": None if jobs is None else round(jobs * rate),
    }


def unemployment(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Rate of unemployment in per cent by the last occupation, by year.

    Raises `NotLoaded` where the release has none.
    """
    if not loaded.unemployment:
        raise NotLoaded("unemployment by occupation")
    rows = loaded.unemployment.get(asked["soc"], [])
    return {
        "soc": asked["soc"],
        "series": [
            {"year": int(row["year"]), "value": _from(row["rate"]), "persons": _from(row["persons"])} for row in rows
        ],
    }


def _from(text: str) -> float | None:
    return float(text) if text else None


def card(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """All that a card of an occupation shows, in one answer; what the release does not hold says so in its part."""
    makers = {
        "occupation": lambda: occupation(loaded, asked),
        PAY: lambda: measured(loaded, asked, PAY),
        HOURS: lambda: measured(loaded, asked, HOURS),
        EMPLOYMENT: lambda: measured(loaded, asked, EMPLOYMENT),
        "replacement": lambda: replacement(loaded, asked),
    }
    return {name: _or_error(make) for name, make in makers.items()}


def _or_error(make: Any) -> dict[str, Any]:
    try:
        return make()
    except (NotLoaded, Refused) as why:
        return why.body


def cards(loaded: Loaded, region: str | None = None) -> dict[str, dict[str, Any]]:
    """The card of every occupation, for a page that works without a server."""
    own = {"region": (region,)} if region else {}
    return {soc: card(loaded, {"soc": soc, **own}) for soc in loaded.occupations}


def meta(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """What the release holds: measures with their dimensions and years, codes with names, coarser levels."""
    index = loaded.index
    return {
        "datasets": [
            {"name": name, "unit": one.unit, "basis": one.basis, "years": list(one.years), "latest": one.latest,
             "judged_by": one.judged_by, "told_to": told_to(one, name),
             "dimensions": {key: list(codes) for key, codes in one.held.items()}}
            for name, one in index.measures.items()
        ],
        "dimensions": [
            {"name": axis.name, "codings": [{"code": code, "name": label} for code, label in axis.labels.items()]}
            for axis in loaded.axes.values()
        ],
        "levels": {
            axis.name: {level: [{"code": code, "name": label} for code, label in labels.items()]
                        for level, labels in axis.level_labels.items()}
            for axis in loaded.axes.values()
        },
        "limits": dict(index.limits),
        "rounding": ROUNDING,
        "choices": dict(loaded.manifest.choices),
        "studies": {name: one["title"] for name, one in loaded.manifest.studies.items()},
    }  # fmt: skip


def release(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """The release itself, the measures that it has, and the regions that a host page can set."""
    by_region = any("region" in measure.held for measure in loaded.index.measures.values())
    labels = loaded.axes["region"].labels if by_region else {}
    measures = [name for name in NAMES if name in loaded.index.measures]
    return {"measures": measures, "regions": [{"code": code, "name": label} for code, label in labels.items()]}
