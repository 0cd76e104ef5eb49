"""A frame like the one that the progression models read, drawn by itself, for studies of coverage."""

import numpy as np
import pandas as pd

from mobility.errors import MobilityError
from mobility.synthetic.effects import Effects, read_effects
from mobility.synthetic.employment import TEMPORARY_KNOWN, draw_seniority, draw_workplaces
from mobility.synthetic.learning import draw_spells
from mobility.synthetic.occupations import Occupations, read_occupations
from mobility.synthetic.persons import draw_awarded, draw_levels, draw_working_ages
from mobility.synthetic.progress import GROUP_OF
from mobility.synthetic.regressors import INDICATORS, LEVELS, Regressors
from mobility.synthetic.streams import draw, draw_rows, stream

# Complete cases of Tables A1 to A4.
PUBLISHED_SIZES = {
    "professional": 2485,
    "technician": 1406,
    "skilled_trade": 2248,
    "operative": 2076,
    "other_professional": 11183,
    "other_assoc_professional": 8536,
}
# Changes of the groups' employment shares, 2009 to 2016, in points: Table 3.8.
SHARE_CHANGES = {
    "professional": (-0.3, 0.0, 0.1, 0.1, 0.1, 0.1, 0.0),
    "technician": (0.1, 0.2, 0.0, 0.0, 0.0, 0.1, 0.0),
    "skilled_trade": (0.2, 0.1, -0.2, -0.2, -0.2, 0.0, -0.1),
    "operative": (0.1, 0.1, -0.1, 0.1, 0.0, -0.1, -0.1),
}
NO_CHANGES = (0.0,) * 7
FIRST_YEAR, YEARS, ROWS_OF_PERSON = 2009, 7, 3
OTHER, OTHER_GROUP, OTHER_WORK, STAYING = "other", "nontech_others", 0.6, 0.87
NOT_WORKING_CODE = -8
AWARD_OUTSIDE_TRAINING = 0.003
SECTIONS = (
    (1, 9, "primary"), (10, 33, "manufacturing"), (35, 39, "utilities"), (41, 43, "construction"), (45, 47, "trade"),
    (49, 53, "transport"), (55, 56, "hospitality"), (58, 63, "information"), (64, 68, "finance"),
    (69, 75, "professional_services"), (77, 82, "administrative_services"), (84, 84, "public_administration"),
    (85, 85, "education"), (86, 88, "health"), (90, 99, "other_services"),
)  # fmt: skip


def draw_progression(seed: int, size: float = 1.0) -> pd.DataFrame:
    """Person-years at risk of the 13 moves, with destinations that follow `planted_effects` exactly.

    Parameters
    ----------
    seed : of every random number.
    size : 1 gives the published numbers of complete cases (27,934 rows), 2 twice as many.

    Returns
    -------
    DataFrame: person, wave (1 to 7), year, origin_group, destination_group, origin_soc, destination_soc
    (-8 not working), and the regressors, complete: age, female, qualification, has_vocational, recent_vocational,
    trained_12m, training_promotion, non_permanent, tenure, small_firm, industry, origin_share_change. Each person has
    up to three rows in consecutive waves with the same origin; given the regressors, rows are independent.

    Raises
    ------
    MobilityError
        `size` is not positive.
    """
    if not size > 0:
        raise MobilityError(f"size {size!r} of the drawn frame: not allowed. Give a number above 0, such as 1.")
    occupations = read_occupations()
    parts, persons = [], 0
    for origin, effects in read_effects().items():
        rng = stream(seed, f"progression: {origin}")
        part = _draw_origin(effects, occupations, max(1, round(PUBLISHED_SIZES[origin] * size)), rng)
        part["person"] += persons
        persons = int(part["person"].max()) + 1
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _draw_origin(effects: Effects, occupations: Occupations, count: int, rng: np.random.Generator) -> pd.DataFrame:
    person, turn = np.divmod(np.arange(count), ROWS_OF_PERSON)
    wave = rng.integers(0, YEARS - ROWS_OF_PERSON + 1, person[-1] + 1)[person] + turn
    state = _draw_members(occupations, GROUP_OF[effects.origin], person[-1] + 1, rng)[person]
    x = _draw_regressors(occupations, state, person, turn, rng)
    destination = _draw_destinations(effects, x, rng)
    frame = pd.DataFrame({"person": person, "wave": wave + 1, "year": FIRST_YEAR + wave})
    frame["origin_group"] = effects.origin
    frame["destination_group"] = destination
    frame["origin_soc"] = occupations.code[state]
    frame["destination_soc"] = _draw_codes(occupations, effects.origin, state, destination, rng)
    changes = np.array(SHARE_CHANGES.get(effects.origin, NO_CHANGES))
    return _with_regressors(frame, x).assign(origin_share_change=changes[wave])


def _draw_members(occupations: Occupations, group: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of occupations of a group, by their size."""
    members = np.flatnonzero(occupations.group == group)
    return draw(members, occupations.size[members], count, rng)


def _draw_regressors(
    occupations: Occupations, state: np.ndarray, person: np.ndarray, turn: np.ndarray, rng: np.random.Generator
) -> Regressors:
    """What lasts is drawn once a person, what does not in each year; ages and tenures grow."""
    first = turn == 0
    lasting = state[first]
    major = occupations.major[lasting]
    ages = draw_working_ages(major, rng).astype(int)
    tenure = draw_seniority(ages, rng) / 12
    size, division = draw_workplaces(lasting, occupations, rng)
    spells, awards, promotion = draw_spells(occupations.major[state], rng)
    return Regressors(
        age=ages[person] + turn,
        female=(rng.random(len(lasting)) < occupations.women[lasting])[person],
        level=draw_levels(major, ages, rng)[person],
        has_vocational=draw_awarded(major, rng)[person],
        recent_vocational=(awards > 0) | (rng.random(len(state)) < AWARD_OUTSIDE_TRAINING),
        trained_12m=spells > 0,
        training_promotion=promotion,
        non_permanent=rng.random(len(state)) < TEMPORARY_KNOWN,
        tenure=tenure[person] + turn,
        size=size[person],
        division=division[person],
    )


def _draw_destinations(effects: Effects, x: Regressors, rng: np.random.Generator) -> np.ndarray:
    """One planted destination by its probability, or none of them: the origin where staying is not planted, or other.

    The few rows whose planted probabilities add to more than one are scaled to one.
    """
    planted = effects.probabilities(x.design())
    planted /= np.maximum(planted.sum(axis=1, keepdims=True), 1.0)
    chosen = draw_rows(np.column_stack([np.cumsum(planted, axis=1), np.ones(len(planted))]), rng)
    stays = rng.random(len(chosen)) < STAYING
    rest = np.where(stays, effects.origin, OTHER) if effects.origin not in effects.destinations else OTHER
    names = np.array([*effects.destinations, OTHER], dtype=object)
    return np.where(chosen == len(effects.destinations), rest, names[chosen])


def _draw_codes(
    occupations: Occupations, origin: str, state: np.ndarray, destination: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Occupation one year later: the same for those who stay in the group, else one of the group by size."""
    codes = np.full(len(state), NOT_WORKING_CODE)
    for name in np.unique(destination.astype(str)):
        rows = np.flatnonzero(destination == name)
        if name == OTHER:
            rows = rows[rng.random(len(rows)) < OTHER_WORK]
        group = GROUP_OF.get(name, OTHER_GROUP)
        drawn = occupations.code[_draw_members(occupations, group, len(rows), rng)]
        codes[rows] = occupations.code[state[rows]] if name == origin else drawn
    return codes


def _with_regressors(frame: pd.DataFrame, x: Regressors) -> pd.DataFrame:
    frame["age"] = x.age.astype(float)
    frame["female"] = x.female.astype(float)
    frame["qualification"] = np.array(LEVELS, dtype=object)[x.level]
    for name in INDICATORS:
        frame[name] = getattr(x, name).astype(float)
    frame["tenure"] = x.tenure
    frame["small_firm"] = x.small_firm.astype(float)
    sections = np.full(100, "", dtype=object)
    for first, last, name in SECTIONS:
        sections[first : last + 1] = name
    frame["industry"] = sections[x.division]
    return frame
