"""What is answered to a question of jobs, pay or hours: a number, a number with a note, or why there is none (C.6).

The cell asked for is judged by its jobs: below 1,000 no number, to 10,000 a number with a note. No answer holds the
exact jobs: they are told as the middle of their thousand. The limits and the bands are all multiples of 1,000, so that
no sum or difference of answers says more of a refused cell than that it is below 1,000. Pay and hours are told in
steps: exact means of a group and of its parts would be equations in the jobs of a refused part.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product

import numpy as np

from mobility.errors import SpecError, nearest
from mobility.lmi.dimensions import ALL, SELF_EMPLOYED, Dimension
from mobility.lmi.reliability import LEAST, NONE, NOTED, PLAIN, verdicts
from mobility.lmi.store import EMPLOYMENT, Measures

BAND = LEAST
STEPS = {"pay": 10.0, "hours": 1.0}  # to which means are told
# Levels that a refusal passes over, by the answer to the choice `coarser` of the study that made the measures.
PASSED = {"sub_major": ("minor",), "minor": ()}
OFFERED = 5  # coarser questions that a refusal names
SMALL = f"below {LEAST:,} jobs no reliable data are available"
NOTE = f"rests on {LEAST:,} to {PLAIN:,} jobs, a relatively small sample; a coarser question is more robust"


@dataclass(frozen=True)
class Question:
    """What is asked: of each dimension a code, a group of a coarser level as `level:group`, or `all`.

    occupation, industry, region, gender, status, qualification : the six dimensions of the measures.
    """

    occupation: str = ALL
    industry: str = ALL
    region: str = ALL
    gender: str = ALL
    status: str = ALL
    qualification: str = ALL

    def parts(self, dimensions: Mapping[str, Dimension]) -> tuple[tuple[str, str], ...]:
        """By dimension the level and the group.

        Raises
        ------
        SpecError
            A code, level or group that is not there, with the nearest.
        """
        return tuple(_part(getattr(self, name), own) for name, own in dimensions.items())

    def words(self, dimensions: Mapping[str, Dimension]) -> str:
        """Labels of what is asked for, `all jobs` where nothing narrows it."""
        parts = zip(dimensions.values(), self.parts(dimensions), strict=True)
        return "; ".join(own.label(*part) for own, part in parts if part[0] != ALL) or "all jobs"


@dataclass(frozen=True)
class Answer:
    """An answer.

    value : None where there is none. employment : the jobs of the cell as they are told, None where refused. verdict :
    none, noted or told. note : what is to be said. coarser : questions that would be answered, nearest first, with
    their words.
    """

    value: float | None
    employment: float | None
    verdict: str
    note: str = ""
    coarser: tuple[tuple[Question, str], ...] = ()


def banded(jobs: np.ndarray, at_limit: str = "better") -> np.ndarray:
    """The middle of the thousand in which each number of jobs lies: 12,345 as 12,500.

    at_limit : `better`, a multiple of 1,000 lies in the band above it; `worse`, in that below.
    """
    number = np.floor(np.asarray(jobs) / BAND) if at_limit == "better" else np.ceil(np.asarray(jobs) / BAND) - 1
    return np.asarray(number * BAND + BAND / 2)


def stepped(measure: str, means: np.ndarray) -> np.ndarray:
    """Means as they are told, to the step of their measure (`STEPS`): pay of 412.37 as 410."""
    return np.asarray(np.rint(np.asarray(means) / STEPS[measure]) * STEPS[measure])


def told_jobs(jobs: float, at_limit: str = "better") -> float:
    """One number of jobs as it is told, as `banded`."""
    return float(banded(np.asarray(jobs), at_limit))


def answer(measures: Measures, measure: str, year: int, question: Question) -> Answer:
    """The answer to a question of a measure in a year.

    Pay and hours are those of employees, weighted by their jobs in the same year, and judged by these.

    Raises
    ------
    SpecError
        The question names what is not there. DataError: no such measure or year.
    """
    dimensions = measures.dimensions
    parts = question.parts(dimensions)
    values = measures.array(measure, year)
    jobs = measures.array(EMPLOYMENT, year)
    asked = _places(parts, dimensions, employees=measure != EMPLOYMENT)
    at_limit = measures.about["limits"]["at_limit"]
    own = _cells(jobs, asked)
    total = float(own.sum())
    verdict = str(verdicts(np.array(total), at_limit))
    if verdict == NONE:
        passed = PASSED[measures.about.get("choices", {}).get("coarser", "sub_major")]
        ladders = [_ladder(part, own, passed) for part, own in zip(parts, dimensions.values(), strict=True)]
        offered = _coarser(jobs, ladders, dimensions, measure != EMPLOYMENT, at_limit)
        return Answer(None, None, NONE, f"{question.words(dimensions)}: {SMALL}", tuple(offered))
    told, note = told_jobs(total, at_limit), NOTE if verdict == NOTED else ""
    if measure == EMPLOYMENT:
        return Answer(told, told, verdict, note)
    mean = _mean(_cells(values, asked), own)
    if mean is None:
        return Answer(None, told, verdict, f"{question.words(dimensions)}: no {measure} is estimated of these jobs")
    return Answer(float(stepped(measure, np.asarray(mean))), told, verdict, note)


def exact(measures: Measures, measure: str, year: int, question: Question) -> float:
    """The number itself, for whoever holds the arrays: jobs, or their weighted mean; NaN where there is none."""
    asked = _places(question.parts(measures.dimensions), measures.dimensions, employees=measure != EMPLOYMENT)
    own = _cells(measures.array(EMPLOYMENT, year), asked)
    if measure == EMPLOYMENT:
        return float(own.sum())
    mean = _mean(_cells(measures.array(measure, year), asked), own)
    return float("nan") if mean is None else mean


def _part(asked: str, own: Dimension) -> tuple[str, str]:
    if asked == ALL:
        return ALL, ALL
    level, _, group = asked.rpartition(":")
    level = level or own.name
    if level == own.name and group not in own.codes:
        raise SpecError(
            f"{own.name}: no `{group}`; {nearest(group, own.codes)}. A group is asked for as `level:group`."
        )
    own.members(level, group)
    return level, group


def _places(
    parts: Sequence[tuple[str, str]], dimensions: Mapping[str, Dimension], employees: bool
) -> list[tuple[int, ...]]:
    """Places of the codes asked for by dimension; of employees alone without the self-employed."""
    found = []
    for part, own in zip(parts, dimensions.values(), strict=True):
        places = own.members(*part)
        if employees and own.name == "status":
            places = tuple(place for place in places if own.codes[place] != SELF_EMPLOYED)
        found.append(places)
    return found


def _cells(values: np.ndarray, places: Sequence[tuple[int, ...]]) -> np.ndarray:
    """The cells at these places, in double precision."""
    found = values
    for axis, own in enumerate(places):
        if len(own) < found.shape[axis]:
            run = slice(own[0], own[-1] + 1) if own and len(own) == own[-1] - own[0] + 1 else list(own)
            found = found[(slice(None),) * axis + (run,)]
    return np.asarray(found, dtype="float64")


def _mean(values: np.ndarray, jobs: np.ndarray) -> float | None:
    there = ~np.isnan(values)
    weight = float(jobs[there].sum())
    return float(values[there] @ jobs[there]) / weight if weight > 0 else None


def _ladder(part: tuple[str, str], own: Dimension, passed: Sequence[str]) -> list[tuple[str, str]]:
    """A group and the coarser ones that hold it, up to all; a level that joins nothing is passed over, as are these."""
    levels, seen, steps = [own.name, *own.levels, ALL], own.members(*part), [part]
    if part[0] == ALL:
        return steps
    for level in levels[levels.index(part[0]) + 1 :]:
        if level in passed:
            continue
        group = ALL if level == ALL else own.levels[level][seen[0]]
        if len(own.members(level, group)) > len(own.members(*steps[-1])):
            steps.append((level, group))
    return steps


def _coarser(
    jobs: np.ndarray,
    ladders: Sequence[Sequence[tuple[str, str]]],
    dimensions: Mapping[str, Dimension],
    employees: bool,
    at_limit: str,
) -> Iterator[tuple[Question, str]]:
    """Coarser questions that are answered and hold no other such, by steps away, then by jobs."""
    totals = _totals(jobs, ladders, dimensions, employees)
    answered = verdicts(totals, at_limit) != NONE
    nodes = [node for node in product(*map(range, totals.shape)) if answered[node]]
    nodes.sort(key=lambda node: (sum(node), told_jobs(float(totals[node]), at_limit), node))
    kept: list[tuple[int, ...]] = []
    for node in nodes:
        if not any(all(one <= other for one, other in zip(own, node, strict=True)) for own in kept):
            kept.append(node)
    names = [own.name for own in fields(Question)]
    for node in kept[:OFFERED]:
        steps = [ladder[step] for ladder, step in zip(ladders, node, strict=True)]
        written = {name: _written(*step, dimensions[name]) for name, step in zip(names, steps, strict=True)}
        question = replace(Question(), **written)
        yield question, question.words(dimensions)


def _written(level: str, group: str, own: Dimension) -> str:
    return group if level in (own.name, ALL) else f"{level}:{group}"


def _totals(
    jobs: np.ndarray,
    ladders: Sequence[Sequence[tuple[str, str]]],
    dimensions: Mapping[str, Dimension],
    employees: bool,
) -> np.ndarray:
    """Jobs of every combination of steps of the ladders."""
    found = jobs
    for axis, (ladder, own) in enumerate(zip(ladders, dimensions.values(), strict=True)):
        sums = []
        for part in ladder:
            places = _places([part], {own.name: own}, employees)
            every: list[tuple[int, ...]] = [tuple(range(size)) for size in found.shape]
            every[axis] = places[0]
            sums.append(_cells(found, every).sum(axis=axis))
        found = np.stack(sums, axis=axis)
    return found
