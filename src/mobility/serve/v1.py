"""Answers of `/api/v1` in the shapes that clients read: pay to 10 pounds, whole hours, years ascending."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mobility.lmi.questions import STEPS
from mobility.releases.measures import EMPLOYMENT, HOURS, PAY
from mobility.serve.loaded import Loaded
from mobility.serve.numbers import FULL_TIME, NO_NUMBER, OPEN, Number, Question, broken_down, coarser, held, series
from mobility.serve.refused import BAD, NotLoaded, Refused

Asked = Mapping[str, Any]
AHEAD = 6  # years after the last year that is no projection, where a question names none
# Of each measure its key in v1 and the step to which it is told.
SHOWN = {PAY: ("estpay", STEPS[PAY]), HOURS: ("hours", STEPS[HOURS]), EMPLOYMENT: ("employment", None)}


def search(loaded: Loaded, asked: Asked, find: Any) -> list[dict[str, Any]]:
    """Occupations of which a title was found, the best first; not the groups beside the best, which v2 tells too."""
    found = find(asked["q"], asked.get("limit", 20))
    return [occupation(loaded, {"soc": one.soc}) for one in found if one.matched]


def occupation(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Title and texts of an occupation."""
    row = loaded.occupations[asked["soc"]]
    return {
        "soc": int(row["soc"]),
        "title": row["title"],
        "description": row["description"],
        "qualifications": row["qualifications"],
        "tasks": ";\n ".join(parts(row["tasks"])),
        "add_titles": parts(row["related"]),
    }


def parts(text: str) -> list[str]:
    """Tasks or titles of a text that joins them with `|`."""
    return [part.strip() for part in text.split("|") if part.strip()]


def question_of(loaded: Loaded, asked: Asked, measure: str, filters: str = "filters") -> Question:
    """The question of a request; pay and hours are of full-time employees where no status is asked for.

    Raises `Refused` where the first year is after the last.
    """
    own = dict(asked.get(filters) or {})
    breakdown = asked.get("breakdown")
    if measure != EMPLOYMENT and "status" not in own and breakdown != "status":
        own["status"] = (FULL_TIME,)
    first, last = asked.get("minYear", 0), asked.get("maxYear", OPEN)
    if first > last:
        raise Refused(BAD, f"minYear: {first} is after maxYear, {last}. Write the earlier year as minYear.",
                      parameter="minYear", found=str(first))  # fmt: skip
    code = loaded.group_of[asked["soc"]] if asked.get("coarse") else asked["soc"]
    return Question(measure, code, own, breakdown, first, last, asked.get("age"))


def within(loaded: Loaded, question: Question) -> Question:
    """The question, refused where the release has none of its years."""
    held(loaded, question.measure)
    years = loaded.index.measures[question.measure].years
    if not any(question.first <= year <= question.last for year in years):
        name = "minYear" if question.first else "maxYear"
        asked = f"{question.first or 'the first'} to {question.last if question.last < OPEN else 'the last'}"
        held_ = [str(year) for year in years]
        says = f"{name}: no year from {asked} has a number. Allowed: {', '.join(held_)}."
        raise Refused(BAD, says, parameter=name, found=asked, allowed=held_)
    return question


def estimates(loaded: Loaded, asked: Asked, measure: str, key: str = "series") -> dict[str, Any]:
    """Pay or hours of an occupation by year, or split by a dimension within each."""
    question = within(loaded, question_of(loaded, asked, measure))
    if question.breakdown:
        items = _by_year(loaded, question, lambda code, name: {question.breakdown: int(code)})
        return _answer(loaded, question, {key: [{"year": year, "breakdown": own} for year, own in items.items()]}, key)
    return _answer(loaded, question, {key: _items(series(loaded, question), measure)}, key)


def changes(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Change of pay from the year before, in per cent.

    As printed of all employees where no filter is asked for and print has it, else of our numbers; years whose year
    before has no number are left out.
    """
    question = question_of(loaded, asked, PAY)
    printed = loaded.changes.get(question.code)
    if printed and not asked.get("filters"):
        return {"soc": int(question.code), "annual_changes": [{"year": y, "change": c} for y, c in printed.items()]}
    numbers = {one.year: one.value for one in series(loaded, question) if one.value is not None}
    found = [
        {"year": year, "change": round(100 * (value / numbers[year - 1] - 1), 1)}
        for year, value in numbers.items()
        if year - 1 in numbers
    ]
    return _answer(
        loaded, question, {"annual_changes": found}, "annual_changes", says="No two years in a row have a number."
    )


def predicted(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Jobs by year; without years asked for those of `_ahead`."""
    question = _ahead(loaded, question_of(loaded, asked, EMPLOYMENT))
    return _answer(
        loaded, question, {"predictedEmployment": _items(series(loaded, question), EMPLOYMENT)}, "predictedEmployment"
    )


def predicted_by(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Jobs by year and the codes of a dimension."""
    question = _ahead(loaded, question_of(loaded, {**asked, "breakdown": asked["filter"]}, EMPLOYMENT))
    items = _by_year(loaded, question, lambda code, name: {"code": int(code), "name": name})
    body: dict[str, Any] = {"breakdown": asked["filter"]}
    notes = {item["note"] for own in items.values() for item in own if "note" in item}
    if notes:
        body["note"] = sorted(notes)[0]
    body["predictedEmployment"] = [{"year": year, "breakdown": own} for year, own in items.items()]
    return _answer(loaded, question, body, "predictedEmployment")


def _ahead(loaded: Loaded, question: Question) -> Question:
    """Where no year is asked for: from the last that is no projection to six years on, or, where none of these has a
    projection, to the first year that has one: a question about what is ahead is not answered with the present alone.
    """
    held(loaded, EMPLOYMENT)
    about = loaded.index.measures[EMPLOYMENT]
    if question.first == 0 and question.last == OPEN:
        next_year = min((year for year in about.years if year > about.latest), default=about.latest)
        question = replace(question, first=about.latest, last=max(about.latest + AHEAD, next_year))
    return within(loaded, question)


def replacement(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Replacement demand of an occupation, a share of the jobs of the start year.

    Raises `NotLoaded` where the release has none of the occupation.
    """
    row = loaded.replacement.get(asked["soc"])
    if row is None:
        raise NotLoaded("replacement demand" if not loaded.replacement else f"replacement demand of {asked['soc']}")
    years = {name: int(row[name]) for name in ("start_year", "end_year")}
    return {"soc": int(asked["soc"]), **years, "rate": float(row["rate"])}


def unemployment(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Rate of unemployment by the last occupation, in per cent, by year.

    Raises `NotLoaded` where the release has none, and for any split.
    """
    if not loaded.unemployment:
        raise NotLoaded("unemployment by occupation")
    if asked.get("filterBy"):
        raise NotLoaded(f"unemployment by {', '.join(asked['filterBy'])}")
    question = question_of(loaded, asked, EMPLOYMENT)
    years = [
        {"year": int(row["year"]), "unemprate": round(float(row["rate"]), 2)}
        for row in loaded.unemployment.get(asked["soc"], [])
        if row["rate"] and question.first <= int(row["year"]) <= question.last
    ]
    body: dict[str, Any] = {"soc": int(asked["soc"])}
    return {**body, "years": years} if years else {**body, "error": NO_NUMBER}


def weekly_pay(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Weekly pay by year, as the early form of the service gave it."""
    question = within(loaded, question_of(loaded, asked, PAY, "filterBy"))
    return _answer(loaded, question, {"years": _items(series(loaded, question), PAY, "weekpay")}, "years")


def weekly_pay_by(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Weekly pay by code of a dimension and year."""
    name = asked["breakdownBy"]
    question = within(loaded, question_of(loaded, {**asked, "breakdown": name}, PAY, "filterBy"))
    found = [
        {"breakCode": int(code), "breakName": label, "years": _items(numbers, PAY, "weekpay")}
        for code, label, numbers in broken_down(loaded, question)
    ]
    kept = [one for one in found if one["years"]]
    return _answer(loaded, question, {"breakdownBy": name, "series": kept}, "series")


def filter_names(loaded: Loaded, asked: Asked, measure: str) -> list[str]:
    """Names of the filters of a measure."""
    return list(held(loaded, measure))


def filter_codes(loaded: Loaded, name: str, measure: str) -> list[tuple[int, str]]:
    """Codes and names of a filter of a measure."""
    return [(int(code), loaded.axes[name].labels[code]) for code in held(loaded, measure)[name]]


def ashe_filter(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Codings of a filter of pay: name and value."""
    codes = filter_codes(loaded, asked["name"], PAY)
    return {"name": asked["name"], "codings": [{"name": label, "value": code} for code, label in codes]}


def filter_info(loaded: Loaded, asked: Asked, measure: str) -> dict[str, Any]:
    """Coding of a filter: code and description."""
    codes = filter_codes(loaded, asked["name"], measure)
    coding = [{"code": code, "description": label} for code, label in codes]
    return {"name": asked["name"], "description": f"Codes of {asked['name']}", "coding": coding}


def _items(numbers: Sequence[Number], measure: str, key: str | None = None) -> list[dict[str, Any]]:
    """Years with a number, in the digits of v1."""
    return [{"year": one.year, **_shown(one, measure, key)} for one in numbers if one.value is not None]


def _shown(one: Number, measure: str, key: str | None = None) -> dict[str, Any]:
    own, step = SHOWN[measure]
    value = one.value or 0.0
    note = {"note": one.reason} if one.reason else {}
    return {key or own: value if step is None else int(round(value / step) * step), **note}


def _by_year(loaded: Loaded, question: Question, head: Any) -> dict[int, list[dict[str, Any]]]:
    """By year the items of a breakdown that have a number."""
    found: dict[int, list[dict[str, Any]]] = {}
    for code, name, numbers in broken_down(loaded, question):
        for one in numbers:
            if one.value is not None:
                found.setdefault(one.year, []).append({**head(code, name), **_shown(one, question.measure)})
    return dict(sorted(found.items()))


def _answer(
    loaded: Loaded, question: Question, body: dict[str, Any], key: str, says: str | None = None
) -> dict[str, Any]:
    """The answer; where it has no number, `error` with the reason and the coarser questions that have one.

    says : a reason of its own, which no coarser question is known to mend.
    """
    whole = {"soc": int(question.code), **body}
    if body[key]:
        return whole
    reasons = [one.reason for one in series(loaded, replace(question, breakdown=None)) if one.reason]
    offers = [] if says else [text for text, _, _ in coarser(loaded, question)]
    more = {"coarser": offers} if offers else {}
    return {"soc": int(question.code), "error": says or (reasons[-1] if reasons else NO_NUMBER), **more}
