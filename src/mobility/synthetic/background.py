"""Identifiers, sample, sex, age and weights of the interviews of one wave."""

import numpy as np

from mobility.synthetic.answers import MISSING
from mobility.synthetic.streams import stream
from mobility.synthetic.world import Interviews

FULL, PROXY_INTERVIEW = 1, 2
HOUSEHOLD_BASE, HOUSEHOLD_STEP = 68_000_000, 7


def identity_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """Keys, sample, and the month of the interview."""
    persons, people = interview.world.persons, interview.people
    household = interview.now(persons.household)
    month = interview.now(persons.month)
    return {
        "person_id": persons.pidp[people],
        "household_id": household_numbers(interview, household),
        "person_number": rank_within(household),
        "interview_type": np.where(interview.proxy, PROXY_INTERVIEW, FULL),
        "sample_origin": persons.origin[people],
        "interview_month": month % 12 + 1,
        "interview_year": month // 12,
        "psu": np.where(interview.rng("psu").random(len(people)) < 0.0005, MISSING, persons.psu[people]),
        "strata": persons.strata[people],
    }


def household_numbers(interview: Interviews, household: np.ndarray) -> np.ndarray:
    """Household numbers that mean nothing outside their wave."""
    count = 2 * len(interview.world.response.entry) + 1
    shuffled = interview.rng("households").permutation(count)
    return HOUSEHOLD_BASE * (interview.number + 1) + HOUSEHOLD_STEP * shuffled[household]


def rank_within(household: np.ndarray) -> np.ndarray:
    """1, 2, 3, ... within each household, in the order of the rows."""
    order = np.argsort(household, kind="stable")
    sorted_keys = household[order]
    starts = np.flatnonzero(np.diff(sorted_keys, prepend=sorted_keys[0] - 1))
    ranks = np.empty(len(household), dtype=np.int64)
    ranks[order] = np.arange(len(household)) - np.repeat(starts, np.diff(np.append(starts, len(household)))) + 1
    return ranks


def person_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """Sex, and age, which is missing for a few."""
    rare = interview.rng("demographics").random(len(interview)) < 0.0004
    return {"sex": np.where(interview.woman, 2, 1), "age": np.where(rare, MISSING, interview.age)}


def weight_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """Weights: 0 outside the population of the weight, which is information and not a missing value.

    Proxies have no weight of full interviews; those who missed a wave since the weight's start no longitudinal one.
    """
    world = interview.world
    base = stream(world.seed, "weights").lognormal(-0.12, 0.5, len(world.response.entry))[interview.people]
    both = np.round(base * np.exp(interview.rng("weights").normal(0, 0.08, len(interview))), 5)
    full = np.where(interview.proxy, 0.0, both)
    stayed = _stayed(interview, _start_of_weight(interview))
    return {"weight_cross_section": full, "weight_longitudinal": np.where(stayed, full, 0.0)}


def _start_of_weight(interview: Interviews) -> int:
    """First wave of the population of the main longitudinal weight, which starts anew with the samples that joined."""
    if interview.number > interview.world.boost_wave:
        return interview.world.boost_wave
    return min(1, max(interview.number - 1, 0))


def _stayed(interview: Interviews, start: int) -> np.ndarray:
    """Interviewed in every wave from `start` to this one."""
    return np.logical_and.reduce(
        interview.world.response.interviewed[interview.people, start : interview.number + 1], axis=1
    )
