"""Frames of the delivery's files: which columns, under which names, in which order."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from mobility.synthetic.activity import activity_answers, change_answers
from mobility.synthetic.answers import INAPPLICABLE
from mobility.synthetic.areas import codes_in
from mobility.synthetic.background import (
    demographic_answers,
    fixed_background,
    household_numbers,
    identity_answers,
    weight_answers,
)
from mobility.synthetic.employment import job_answers, past_work_answers, pay_answers
from mobility.synthetic.learning import qualification_answers, training_answers, vocational_answers
from mobility.synthetic.register import Column, Wave
from mobility.synthetic.streams import stream
from mobility.synthetic.world import Interviews, World
from mobility.synthetic.writers import Labels, shrink

SECTIONS: tuple[Callable[[Interviews], dict[str, np.ndarray]], ...] = (
    identity_answers,
    demographic_answers,
    activity_answers,
    change_answers,
    job_answers,
    pay_answers,
    past_work_answers,
    qualification_answers,
    vocational_answers,
    training_answers,
    weight_answers,
)
# In waves before the new coding frame the SOC2010 column is there and empty; no register row says so.
EMPTY_BEFORE = "soc2010"
# Only in the special-licence edition of the same file.
NOT_DELIVERED = frozenset({"soc2000_unit"})
FIRST_COLUMNS = 4


def individual_file(interview: Interviews) -> tuple[pd.DataFrame, Labels]:
    """`indresp` of one wave: every column that the register gives it; what is not simulated is -8 throughout."""
    world, wave = interview.world, interview.wave
    values = {name: column for section in SECTIONS for name, column in section(interview).items()}
    columns = _shuffled(
        _columns_of(world, wave, interview.number), stream(world.seed, f"columns of {interview.number}")
    )
    empty = np.full(len(interview), INAPPLICABLE, dtype=np.int8)
    names = {column.name: world.register.source_name(column, wave) for column in columns}
    frame = pd.DataFrame({names[column.name]: shrink(values.get(column.name, empty)) for column in columns})
    return frame, _labels(world, columns, names)


def simulated_names(interview: Interviews) -> set[str]:
    """Harmonised names that the sections fill."""
    return {name for section in SECTIONS for name in section(interview)}


def _columns_of(world: World, wave: Wave, number: int) -> list[Column]:
    columns = [column for column in world.register.columns("indresp", wave.letter) if column.name not in NOT_DELIVERED]
    if number < world.break_wave:
        later = world.register.columns("indresp", world.register.waves[world.break_wave].letter)
        columns += [column for column in later if column.name == EMPTY_BEFORE]
    return columns


def _shuffled(columns: list[Column], rng: np.random.Generator) -> list[Column]:
    """Keys first, the rest in an order of the wave's own."""
    head, tail = columns[:FIRST_COLUMNS], columns[FIRST_COLUMNS:]
    return head + [tail[place] for place in rng.permutation(len(tail))]


def _labels(world: World, columns: list[Column], names: dict[str, str]) -> Labels:
    codes = {names[column.name]: world.register.labels(column.codes) for column in columns if column.codes}
    return Labels(
        columns={names[column.name]: column.label for column in columns},
        codes={name: entries for name, entries in codes.items() if entries},
    )


def area_file(interview: Interviews) -> tuple[pd.DataFrame, Labels]:
    """`oslaua` of one wave: one row a household, its local authority under the codes of that year."""
    world, wave = interview.world, interview.wave
    household, rows = np.unique(interview.now(world.persons.household), return_index=True)
    places = interview.now(world.persons.area)[rows]
    (area,) = world.register.columns("oslaua", wave.letter)
    key = next(column for column in world.register.columns("indresp", wave.letter) if column.name == "household_id")
    names = {column.name: world.register.source_name(column, wave) for column in (key, area)}
    frame = pd.DataFrame(
        {
            names[key.name]: shrink(household_numbers(interview, household)),
            names[area.name]: codes_in(wave.survey_year)[places].astype(object),
        }
    ).sort_values(names[key.name], ignore_index=True)
    return frame, Labels({names[column.name]: column.label for column in (key, area)}, {})


def lasting_file(world: World) -> tuple[pd.DataFrame, Labels]:
    """`xwavedat`: one row a person ever seen, columns without prefix."""
    ethnic, abroad = fixed_background(world)
    values = {
        "person_id_ever": world.persons.pidp,
        "ethnic_group_ever": ethnic,
        "ethnic_group_reported_ever": ethnic,
        "born_outside_uk": np.where(abroad, 2, 1),
    }
    columns = world.register.columns("xwavedat", world.register.waves[0].letter)
    names = {column.name: column.variable for column in columns}
    empty = np.full(len(ethnic), INAPPLICABLE)
    order = np.argsort(world.persons.pidp)
    frame = pd.DataFrame({names[c.name]: shrink(values.get(c.name, empty)[order]) for c in columns})
    return frame, _labels(world, columns, names)
