"""Identifiers, sample, demographics and weights of the interviews of one wave."""

from typing import TYPE_CHECKING

import numpy as np

from mobility.synthetic.answers import MISSING, NO_BOOST, routed, soften
from mobility.synthetic.areas import REGION_OF
from mobility.synthetic.persons import BOOST
from mobility.synthetic.streams import draw, stream

if TYPE_CHECKING:
    from mobility.synthetic.world import Interviews, World

FULL, PROXY_INTERVIEW = 1, 2
HOUSEHOLD_BASE, HOUSEHOLD_STEP = 68_000_000, 7
COUNTRY = {10: 2, 11: 3, 12: 4}
ETHNIC_CODES, ETHNIC_SHARES = (1, 2, 4, 8, 9, 10, 11, 12, 13, 14, 15, 97), (84, 1, 4, 1, 2.5, 2, 1, 0.5, 1, 1, 1.5, 0.5)
MINORITY_SHARES = (8, 1, 9, 6, 18, 16, 12, 3, 6, 8, 11, 2)
# Same labels, other numbers: mastat_dv, marstat and the six-group version.
MARITAL = {
    "single": (1, 1, 6),
    "married": (2, 2, 1),
    "separated": (4, 4, 5),
    "divorced": (5, 5, 4),
    "widowed": (6, 6, 3),
}
COUPLE, COUPLE_SIX = 10, 2


def identity_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """Keys, sample, and the dates of the interview."""
    persons, people = interview.world.persons, interview.people
    household = interview.now(persons.household)
    month, day = interview.now(persons.month), interview.now(persons.day)
    return {
        "person_id": persons.pidp[people],
        "household_id": household_numbers(interview, household),
        "person_number": _rank_within(household),
        "interview_type": np.where(interview.proxy, PROXY_INTERVIEW, FULL),
        "sample_origin": persons.origin[people],
        "sample_origin_person": persons.origin[people],
        "sample_status": np.where(persons.young[people] | (interview.world.response.entry[people] == 0), 1, 2),
        "sample_month": persons.sample_month[people],
        "interview_day": day,
        "interview_month": month % 12 + 1,
        "interview_year": month // 12,
        "interview_start_day": day,
        "interview_start_month": month % 12 + 1,
        "interview_start_year": month // 12,
        "psu": np.where(interview.rng("psu").random(len(people)) < 0.0005, MISSING, persons.psu[people]),
        "strata": persons.strata[people],
    }


def household_numbers(interview: "Interviews", household: np.ndarray) -> np.ndarray:
    """Household numbers that mean nothing outside their wave."""
    count = 2 * len(interview.world.response.entry) + 1
    shuffled = interview.rng("households").permutation(count)
    return HOUSEHOLD_BASE * (interview.number + 1) + HOUSEHOLD_STEP * shuffled[household]


def _rank_within(household: np.ndarray) -> np.ndarray:
    """1, 2, 3, ... within each household, in the order of the rows."""
    order = np.argsort(household, kind="stable")
    sorted_keys = household[order]
    starts = np.flatnonzero(np.diff(sorted_keys, prepend=sorted_keys[0] - 1))
    ranks = np.empty(len(household), dtype=np.int64)
    ranks[order] = np.arange(len(household)) - np.repeat(starts, np.diff(np.append(starts, len(household)))) + 1
    return ranks


def demographic_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """Sex, age, place, marital status, children and birth."""
    persons, rng = interview.world.persons, interview.rng("demographics")
    region = REGION_OF[interview.now(persons.area)]
    sex = np.where(interview.woman, 2, 1)
    birth_year = persons.birth[interview.people] // 12
    rare = rng.random(len(interview)) < 0.0004
    return {
        "sex": sex,
        "sex_recorded": np.where(rare, MISSING, sex),
        "age": np.where(rare, MISSING, interview.age),
        "age_recorded": np.where(rare, MISSING, interview.age),
        "birth_year": np.where(rare, MISSING, birth_year),
        "birth_year_recorded": soften(birth_year, None, rng),
        "region": np.where(rare, MISSING, region),
        "country": np.array([COUNTRY.get(code, 1) for code in range(13)])[region],
        "urban": draw([1, 2], [0.78, 0.22], len(interview), rng),
        "children_count": _children(interview, rng),
        **_marital_answers(interview, rng),
        **birth_answers(interview.world, interview.people, interview.first, interview.proxy, rng),
    }


def _children(interview: "Interviews", rng) -> np.ndarray:
    parent = (interview.age > 20) & (interview.age < 52) & (rng.random(len(interview)) < 0.45)
    return np.where(parent, draw([1, 2, 3, 4], [0.42, 0.41, 0.13, 0.04], len(interview), rng), 0)


def _marital_answers(interview: "Interviews", rng) -> dict[str, np.ndarray]:
    """Three variables with the same words and different numbers; living as a couple is not a legal status."""
    fixed = stream(interview.world.seed, "marital").random(len(interview.world.response.entry))[interview.people]
    age = interview.age
    married = fixed < np.clip((age - 22) / 30, 0, 0.72)
    ended = ~married & (age > 35) & (fixed > 0.78)
    kind = np.where(married, 1, np.where(ended, np.where(age > 68, 4, np.where(fixed > 0.94, 2, 3)), 0))
    couple = ~married & (age > 19) & (age < 60) & (rng.random(len(interview)) < 0.25)
    derived, legal, six = (np.array(codes)[kind] for codes in zip(*MARITAL.values(), strict=True))
    boost = interview.world.persons.origin[interview.people] == BOOST
    return {
        "marital_status": soften(np.where(couple, COUPLE, derived), None, rng),
        "marital_status_six": soften(np.where(couple, COUPLE_SIX, six), None, rng),
        "marital_status_legal": np.where(boost, NO_BOOST, soften(legal, interview.proxy, rng)),
    }


def birth_answers(world: "World", people, first, proxy, rng) -> dict[str, np.ndarray]:
    """Ethnic group in every wave; country of birth at the first interview only."""
    ethnic, abroad = fixed_background(world)
    countries = draw([1, 2, 3, 4], [0.82, 0.08, 0.05, 0.05], len(ethnic), stream(world.seed, "birth country"))
    born = np.where(abroad, 5, countries)[people]
    return {
        "ethnic_group": ethnic[people],
        "ethnic_group_reported": ethnic[people],
        "born_uk": soften(routed(first, born), proxy, rng),
    }


def fixed_background(world: "World") -> tuple[np.ndarray, np.ndarray]:
    """Ethnic group and birth outside the UK of every person."""
    rng = stream(world.seed, "background")
    count = len(world.persons.origin)
    boosted = np.isin(world.persons.origin, [7, BOOST])
    ethnic = np.where(
        boosted, draw(ETHNIC_CODES, MINORITY_SHARES, count, rng), draw(ETHNIC_CODES, ETHNIC_SHARES, count, rng)
    )
    return ethnic, rng.random(count) < np.where(boosted, 0.7, np.where(ethnic == 1, 0.03, 0.5))


def weight_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """Weights: 0 outside the population of the weight, which is information and not a missing value.

    Proxies have no weight of full interviews; those who missed a wave since the weight's start no longitudinal one.
    """
    world = interview.world
    base = stream(world.seed, "weights").lognormal(-0.12, 0.5, len(world.response.entry))[interview.people]
    both = np.round(base * np.exp(interview.rng("weights").normal(0, 0.08, len(interview))), 5)
    full = np.where(interview.proxy, 0.0, both)
    answers = {
        "weight_cross_section": full,
        "weight_cross_section_with_proxies": both,
        "weight_cross_section_self_completion": np.round(full * 1.06, 5),
        "weight_cross_section_extra_five_minutes": np.round(full * 0.9, 5),
    }
    starts = {"weight_longitudinal": _start_of_weight(interview), "weight_longitudinal_from_a": 0}
    starts |= {"weight_longitudinal_from_b": 1, "weight_longitudinal_self_completion": 0}
    for name, start in starts.items():
        answers[name] = np.where(_stayed(interview, start), full, 0.0)
    answers["weight_longitudinal_with_proxies"] = np.where(_stayed(interview, 1), both, 0.0)
    return answers


def _start_of_weight(interview: "Interviews") -> int:
    """First wave of the population of the main longitudinal weight, which starts anew with the samples that joined."""
    if interview.number > interview.world.boost_wave:
        return interview.world.boost_wave
    return min(1, max(interview.number - 1, 0))


def _stayed(interview: "Interviews", start: int) -> np.ndarray:
    """Interviewed in every wave from `start` to this one."""
    return interview.world.response.interviewed[interview.people, start : interview.number + 1].all(axis=1)
