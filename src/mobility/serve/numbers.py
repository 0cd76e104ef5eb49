"""From a question to numbers: which place of which array, whether it may be told, and what a coarser question gives."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np

from mobility.lmi.questions import BAND, NOTE, SMALL, STEPS, banded, stepped
from mobility.lmi.reliability import LEAST, NONE, NOTED, TOLD, UNKNOWN, verdicts
from mobility.releases.cubes import ALL, MEAN, taken
from mobility.releases.measures import DECILES, EMPLOYMENT, HOURS, JOBS, MEDIAN, PAY, Measure
from mobility.serve.loaded import Cube, Loaded
from mobility.serve.refused import NotLoaded, wrong

AGES = range(20, 66)
FULL_TIME = "1"
OPEN = 9999  # the last year of a question that names none
OFFERED = 5  # coarser questions that a refusal names
NAMES = {PAY: "pay", HOURS: "hours", EMPLOYMENT: "jobs"}
PART_SMALL = (
    f"one of these codes has below {LEAST:,} jobs by itself; a number of all together would give it away. Ask for each "
    "code, or leave the filter out"
)
NO_NUMBER = "There is no number for this in the sources of the release."
_Z = {name: NormalDist().inv_cdf(int(name[1:]) / 100) for name in DECILES}


@dataclass(frozen=True)
class Question:
    """What is asked for.

    code : of an occupation or a two-digit group, or all. filters : by dimension its codes. breakdown : a dimension,
    or none. first, last : years. age : none, or of `AGES`.
    """

    measure: str
    code: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    breakdown: str | None = None
    first: int = 0
    last: int = OPEN
    age: int | None = None


@dataclass(frozen=True)
class Number:
    """One number of an answer. value : none where it is not told. verdict : of `mobility.lmi.reliability`."""

    year: int
    value: float | None
    verdict: str
    reason: str | None = None


def series(loaded: Loaded, question: Question) -> list[Number]:
    """Numbers of a question, ascending by year; modelled ones in bands and steps, so that no difference of two answers
    gives back a refused cell (`mobility.lmi.questions`).

    Raises
    ------
    NotLoaded
        The measure, or the measure by these dimensions, is not in the release.
    """
    return _answered(loaded, replace(question, breakdown=None) if question.breakdown else question)[0]


def broken_down(loaded: Loaded, question: Question) -> list[tuple[str, str, list[Number]]]:
    """Code, name and series of each code of the question's breakdown, in their order; raises as `series`."""
    name = question.breakdown or ""
    labels = loaded.axes[name].labels
    codes = _split(loaded, question)
    return [(code, labels[code], own) for code, own in zip(codes, _answered(loaded, question), strict=True)]


def _split(loaded: Loaded, question: Question) -> tuple[str, ...]:
    """Codes that a question is split by: those of its filter, or all that the measure has."""
    name = question.breakdown or ""
    return question.filters.get(name) or tuple(held(loaded, question.measure)[name])


def _answered(loaded: Loaded, question: Question) -> list[list[Number]]:
    """Numbers by year, of each code of the breakdown, or one series."""
    measure = loaded.measure(question.measure)
    if measure is None:
        raise NotLoaded(NAMES.get(question.measure, question.measure))
    years, parts = _values(loaded, question, measure)
    if measure.judged_by == JOBS:
        values, said = _modelled(question.measure, parts, loaded.index.limits["at_limit"])
        if np.isnan(values).all() and _nobody(loaded, question, measure):
            said = np.full(values.shape, UNKNOWN)
    else:
        values = _means(parts.sum(axis=1))
        said = np.where(np.isnan(values), UNKNOWN, TOLD)
    if question.age is not None:
        values = _at_age(loaded, question, values, measure)
    small = SMALL if parts.shape[1] == 1 else PART_SMALL
    within = [(at, year) for at, year in enumerate(years) if question.first <= year <= question.last]
    return [
        [_number(year, own[at], verdicts_[at], small) for at, year in within]
        for own, verdicts_ in zip(values.tolist(), said.tolist(), strict=True)
    ]


def _at_age(loaded: Loaded, question: Question, values: np.ndarray, measure: Measure) -> np.ndarray:
    """Values at the question's age, series by years. A modelled one is of what is told of all ages: the exact mean at
    46 ages, each in its step, would be known to less than a pound.
    """
    at_age = np.array(_age_ratios(loaded, question))[:, None] * values
    return stepped(question.measure, at_age) if measure.judged_by == JOBS else at_age


def _nobody(loaded: Loaded, question: Question, measure: Measure) -> bool:
    """Whether the measure is known of nobody of this occupation, as pay of the armed forces. A cell without jobs of
    another is refused like a small one: that it is empty is not told.
    """
    _, parts = _values(loaded, Question(question.measure, question.code), measure)
    return not parts[..., -1].any()


def _modelled(name: str, parts: np.ndarray, at_limit: str) -> tuple[np.ndarray, np.ndarray]:
    """Values as they are told, series by years, and their verdicts by the jobs behind.

    Jobs are told in bands and means in steps. What is asked of several codes together is made from what is told of
    each, and refused where one of them is: a sum rounded for itself would say something new with every further set,
    and as many sets as a dimension has give back the jobs and pay of a refused code.
    """
    if parts.shape[1] > 1:
        return _joined(name, parts, at_limit)
    own = parts[:, 0]
    value = banded(own[..., 0], at_limit) if name == EMPLOYMENT else stepped(name, _means(own))
    return value, verdicts(own[..., -1], at_limit)


def _joined(name: str, parts: np.ndarray, at_limit: str) -> tuple[np.ndarray, np.ndarray]:
    """Values and verdicts of several codes together, from what is told of each."""
    jobs = parts[..., -1]
    bands = banded(jobs, at_limit)
    said = np.where((verdicts(jobs, at_limit) == NONE).any(axis=1), NONE, verdicts(bands.sum(axis=1), at_limit))
    if name == EMPLOYMENT:
        return bands.sum(axis=1), said
    told = stepped(name, _means(parts))
    weight = np.where(np.isnan(told), 0.0, bands)
    sums = np.stack([(weight * np.nan_to_num(told)).sum(axis=1), weight.sum(axis=1)], axis=-1)
    return stepped(name, _means(sums)), said


def _means(parts: np.ndarray) -> np.ndarray:
    """Sums over their weights, NaN where there are none; a sum alone as it is."""
    value = parts[..., 0]
    if parts.shape[-1] == 1:
        return value
    return np.divide(value, parts[..., 1], out=np.full(value.shape, np.nan), where=parts[..., 1] > 0)


def told_to(about: Measure, name: str) -> float | None:
    """The step to which a measure is told: none where it is printed."""
    return {EMPLOYMENT: BAND, **STEPS}[name] if about.judged_by == JOBS else None


def national(loaded: Loaded, question: Question) -> list[Number]:
    """The same measure of all occupations of the United Kingdom, of the same employment status."""
    same = {name: codes for name, codes in question.filters.items() if name == "status"}
    return series(loaded, replace(question, code=ALL, filters=same, breakdown=None, age=None))


def held(loaded: Loaded, name: str) -> Mapping[str, Sequence[str]]:
    """Dimensions that a measure is split by, with the codes it has; raises `NotLoaded` where there is none."""
    measure = loaded.measure(name)
    if measure is None:
        raise NotLoaded(NAMES.get(name, name))
    return measure.held


def coarser(loaded: Loaded, question: Question) -> list[tuple[str, Question, Number]]:
    """Coarser questions whose last number is told, with that number: the fewest steps first, none that holds another.

    A step leaves out a filter, or takes the two-digit group of the occupation.
    """
    steps: list[tuple[str, Any]] = [(f"all of {name}", name) for name in question.filters if _may_go(question, name)]
    group = loaded.group_of.get(question.code)
    if group:
        steps.append((f"the two-digit group {group}, {loaded.groups[group]}", None))
    found: list[tuple[set[str], Question, Number]] = []
    for taken_ in (list(own) for size in range(1, len(steps) + 1) for own in combinations(steps, size)):
        says = {words for words, _ in taken_}
        if len(found) < OFFERED and not any(smaller <= says for smaller, _, _ in found):
            wider = _wider(question, [step for _, step in taken_], group)
            numbers = [one for one in series(loaded, wider) if one.value is not None]
            found += [(says, wider, numbers[-1])] if numbers else []
    return [("; ".join(sorted(says)), wider, number) for says, wider, number in found]


def _may_go(question: Question, name: str) -> bool:
    """Pay and hours are of one status or of those asked for: they are not told of all."""
    return name != "status" or question.measure == EMPLOYMENT


def _wider(question: Question, steps: Sequence[str | None], group: str | None) -> Question:
    filters = {name: codes for name, codes in question.filters.items() if name not in steps}
    code = group if group and None in steps else question.code
    return replace(question, code=code, filters=filters, breakdown=None)


def median_of(loaded: Loaded, question: Question, numbers: Sequence[Number]) -> list[tuple[float | None, Any]]:
    """Median and deciles beside each number of pay: printed, or by the ratio and spread of the occupation (C.7.5)."""
    if question.age is not None:
        return [(None, None)] * len(numbers)
    if loaded.measure(MEDIAN):
        medians, *deciles = (_by_year(loaded, replace(question, measure=name)) for name in (MEDIAN, *DECILES))
        return [
            (medians.get(one.year), _known(dict(zip(DECILES, (own.get(one.year) for own in deciles), strict=True))))
            for one in numbers
        ]
    status = question.filters.get("status", ())
    shape = loaded.distribution.get((question.code, status[0])) if len(status) == 1 else None
    return [_median(one.value, shape) for one in numbers]


def _by_year(loaded: Loaded, question: Question) -> dict[int, float]:
    """Numbers that are told, by year; none where the release has not this measure."""
    found = series(loaded, question) if loaded.measure(question.measure) else ()
    return {one.year: one.value for one in found if one.value is not None}


def _known(values: Mapping[str, float | None]) -> dict[str, float] | None:
    return {name: value for name, value in values.items() if value is not None} or None


def _median(value: float | None, shape: tuple[float, float | None] | None) -> tuple[float | None, Any]:
    if value is None or shape is None:
        return None, None
    median, sigma = value * shape[0], shape[1]
    return median, None if sigma is None else {name: median * math.exp(z * sigma) for name, z in _Z.items()}


def _values(loaded: Loaded, question: Question, measure: Measure) -> tuple[Sequence[int], np.ndarray]:
    """Years, and parts: series of the breakdown by codes that are asked for together, by years, by value and weight."""
    what = NAMES.get(question.measure, question.measure)
    dimensions = {*question.filters, *([question.breakdown] if question.breakdown else [])}
    for name in dimensions:
        if not {*question.filters.get(name, ())} <= {*measure.held.get(name, ())} or name not in measure.held:
            raise NotLoaded(f"{what} by {name}")
    cube = next((one for one in loaded.cubes[question.measure] if dimensions <= {*one.dimensions}), None)
    if cube is None and not measure.cells:
        raise NotLoaded(f"{what} by {' and '.join(sorted(dimensions))} together")
    own = replace(question, filters=_narrowing(question, measure))
    years: Sequence[int] = cube.years if cube else [int(year) for year in measure.cells]
    parts, names = _from_cube(loaded, own, cube) if cube else _from_cells(loaded, own, years)
    if question.breakdown and names[0] != question.breakdown:
        parts = np.moveaxis(parts, names.index(question.breakdown), 0)
    series_ = len(parts) if question.breakdown else 1
    shape = (series_, -1, len(years), 2 if measure.kind == MEAN else 1)
    return years, np.asarray(parts, dtype="float64").reshape(shape)


def _narrowing(question: Question, measure: Measure) -> dict[str, tuple[str, ...]]:
    """Filters but those that name every code there is, which are none."""
    return {
        name: codes
        for name, codes in question.filters.items()
        if name == question.breakdown or not 1 < len(codes) == len(measure.held[name])
    }


def _from_cube(loaded: Loaded, question: Question, cube: Cube) -> tuple[np.ndarray, list[str]]:
    """Codes of the breakdown and codes asked for together, apart; then years and parts. Names of the former."""
    chosen: list[Any] = []
    for name in cube.dimensions:
        codes, places = question.filters.get(name), cube.places[name]
        if name == question.breakdown:
            chosen.append([places[code] for code in _split(loaded, question)])
        elif codes is None:
            chosen.append(-1)
        else:
            chosen.append(places[codes[0]] if len(codes) == 1 else [places[code] for code in codes])
    names = [name for name, own in zip(cube.dimensions, chosen, strict=True) if isinstance(own, list)]
    return taken(cube.array, loaded.places[question.code], chosen), names


def _from_cells(loaded: Loaded, question: Question, years: Sequence[int]) -> tuple[np.ndarray, list[str]]:
    """As `_from_cube`, summed from the cells of all dimensions."""
    axes = [axis for name, axis in loaded.axes.items() if name != "occupation"]
    own = [
        (_split(loaded, question) if axis.name == question.breakdown else question.filters.get(axis.name))
        or axis.places
        for axis in axes
    ]
    chosen = np.ix_(*([axis.places[code] for code in codes] for axis, codes in zip(axes, own, strict=True)))
    apart = [
        axis.name for axis in axes if axis.name == question.breakdown or len(question.filters.get(axis.name, ())) > 1
    ]
    summed = tuple(at for at, axis in enumerate(axes) if axis.name not in apart)
    found = []
    for year in years:
        parts = 0.0
        for unit in _units(loaded, question.code):
            parts = parts + _parts(loaded, (question.measure, year), unit, chosen).sum(axis=summed)
        found.append(parts)
    return np.stack(found, axis=-2), apart


def _parts(loaded: Loaded, key: tuple[str, int], unit: int, chosen: Any) -> np.ndarray:
    """Cells of a unit group, with its parts in the last place."""
    value = np.asarray(loaded.cells[key][unit][chosen], dtype="float64")
    if loaded.index.measures[key[0]].kind != MEAN:
        return np.nan_to_num(value)[..., None]
    jobs = np.where(np.isnan(value), 0.0, loaded.cells[EMPLOYMENT, key[1]][unit][chosen])
    return np.stack([np.nan_to_num(value) * jobs, jobs], axis=-1)


def _units(loaded: Loaded, code: str) -> list[int]:
    places = loaded.axes["occupation"].places
    if code in places:
        return [places[code]]
    levels = loaded.axes["occupation"].levels["sub_major"]
    return [places[unit] for unit in (places if code == ALL else levels[code])]


def _number(year: int, value: float, verdict: str, small: str) -> Number:
    if verdict == NONE:
        return Number(year, None, verdict, small)
    if verdict == UNKNOWN or math.isnan(value):
        return Number(year, None, UNKNOWN, NO_NUMBER)
    return Number(year, value, verdict, NOTE if verdict == NOTED else None)


def _age_ratios(loaded: Loaded, question: Question) -> list[float]:
    """Pay at an age over that of all ages, of each series: in a breakdown of the group of its code, as a filter of that
    code takes it, NaN where it has none."""
    name = question.breakdown
    if name is None:
        return [_age_ratio(loaded, question)]
    each = [{**question.filters, name: (code,)} for code in _split(loaded, question)]
    return [_ratio(loaded, replace(question, filters=filters)) for filters in each]


def _age_ratio(loaded: Loaded, question: Question) -> float:
    """The ratio of the group of occupation, gender, status and qualification asked for."""
    ratio = _ratio(loaded, question)
    if math.isnan(ratio):
        raise wrong("age", str(question.age), "an age for which this group has a curve above nothing; ask without age")
    return ratio


def _ratio(loaded: Loaded, question: Question) -> float:
    """The ratio, NaN where the group has none above nothing at this age."""
    if not loaded.age_ratios:
        raise NotLoaded("pay by age")
    one = {name: codes[0] for name, codes in question.filters.items() if len(codes) == 1}
    level = {code: group for group, codes in loaded.axes["qualification"].levels["three"].items() for code in codes}
    key = (
        question.code[0] if question.code != ALL else "0",
        one.get("gender", "0"),
        one.get("status", "0"),
        level.get(one.get("qualification", ""), "0"),
    )
    ratio = loaded.age_ratios.get(key, [None] * len(AGES))[(question.age or AGES[0]) - AGES[0]]
    return math.nan if ratio is None or ratio <= 0 else ratio
