"""Frames of the delivery's files: which columns, under which names, in which order."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from mobility.panel.register import Variable, Wave
from mobility.synthetic.activity import activity_answers, change_answers
from mobility.synthetic.answers import INAPPLICABLE
from mobility.synthetic.areas import codes_in
from mobility.synthetic.background import (
    household_numbers,
    identity_answers,
    person_answers,
    weight_answers,
)
from mobility.synthetic.employment import job_answers
from mobility.synthetic.learning import qualification_answers, training_answers, vocational_answers
from mobility.synthetic.streams import stream
from mobility.synthetic.unplanted import draw_values
from mobility.synthetic.world import Interviews, World
from mobility.synthetic.writers import Labels, shrink

SECTIONS: tuple[Callable[[Interviews], dict[str, np.ndarray]], ...] = (
    identity_answers,
    person_answers,
    activity_answers,
    change_answers,
    job_answers,
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


def individual_file(interview: Interviews, width: int = 0) -> tuple[pd.DataFrame, Labels]:
    """`indresp` of one wave: every column that the register gives it, by a section, else drawn with nothing planted.

    width : columns of the file; what the register's are fewer is made up by codes that no register knows.
    """
    world, wave = interview.world, interview.wave
    answers = {name: column for section in SECTIONS for name, column in section(interview).items()}
    columns = _shuffled(
        _columns_of(world, wave, interview.number), stream(world.seed, f"columns of {interview.number}")
    )
    names = {column.name: world.layout.name(column, wave) for column in columns}
    frame = pd.DataFrame({names[c.name]: shrink(_values(c, interview, answers)) for c in columns})
    return _filled_up(frame, interview, width), _labels(world, columns, names)


def _filled_up(frame: pd.DataFrame, interview: Interviews, width: int) -> pd.DataFrame:
    """The file with columns of no meaning until it has `width`, as a delivery holds hundreds that no study reads."""
    more = max(0, width - frame.shape[1])
    rng = stream(interview.world.seed, f"unread columns of {interview.number}")
    codes = rng.integers(-9, 10, size=(more, len(frame)), dtype=np.int8)
    names = [f"{interview.wave.prefix}unread{place:05d}" for place in range(1, more + 1)]
    return pd.concat([frame, pd.DataFrame(codes.T, frame.index, names, copy=False)], axis=1)


def widest(world: World) -> int:
    """The most columns that the register gives a wave's file."""
    return max(len(_columns_of(world, wave, number)) for number, wave in enumerate(world.layout.waves))


def _values(column: Variable, interview: Interviews, answers: Mapping[str, np.ndarray]) -> np.ndarray:
    if column.name in answers:
        return answers[column.name]
    if interview.wave.name not in column.waves:
        return np.full(len(interview), INAPPLICABLE, dtype=np.int8)
    rng = interview.rng(f"unplanted {column.name}")
    return draw_values(column, interview.world.layout.source, len(interview), rng)


def planted_names(interview: Interviews) -> set[str]:
    """Harmonised names that the sections fill."""
    return {name for section in SECTIONS for name in section(interview)}


def _columns_of(world: World, wave: Wave, number: int) -> list[Variable]:
    columns = [column for column in world.layout.columns("indresp", wave) if column.name not in NOT_DELIVERED]
    if number < world.break_wave:
        later = world.layout.columns("indresp", world.layout.waves[world.break_wave])
        columns += [column for column in later if column.name == EMPTY_BEFORE]
    return columns


def _shuffled(columns: list[Variable], rng: np.random.Generator) -> list[Variable]:
    """Keys first, the rest in an order of the wave's own."""
    head, tail = columns[:FIRST_COLUMNS], columns[FIRST_COLUMNS:]
    return head + [tail[place] for place in rng.permutation(len(tail))]


def _labels(world: World, columns: list[Variable], names: dict[str, str]) -> Labels:
    codes = {names[column.name]: world.layout.labels(column) for column in columns}
    return Labels(
        columns={names[column.name]: column.label for column in columns},
        codes={name: entries for name, entries in codes.items() if entries},
    )


def area_file(interview: Interviews) -> tuple[pd.DataFrame, Labels]:
    """`oslaua` of one wave: one row a household, its local authority under the codes of that year."""
    world, wave = interview.world, interview.wave
    household, rows = np.unique(interview.now(world.persons.household), return_index=True)
    places = interview.now(world.persons.area)[rows]
    (area,) = world.layout.columns("oslaua", wave)
    key = next(column for column in world.layout.columns("indresp", wave) if column.name == "household_id")
    names = {column.name: world.layout.name(column, wave) for column in (key, area)}
    frame = pd.DataFrame(
        {
            names[key.name]: shrink(household_numbers(interview, household)),
            names[area.name]: codes_in(wave.survey_year)[places].astype(object),
        }
    ).sort_values(names[key.name], ignore_index=True)
    return frame, Labels({names[column.name]: column.label for column in (key, area)}, {})


def lasting_file(world: World) -> tuple[pd.DataFrame, Labels]:
    """`xwavedat`: one row a person ever seen, columns without prefix, nothing planted but who they are."""
    people = np.sort(world.persons.pidp)
    columns = world.layout.columns("xwavedat", world.layout.waves[0])
    names = {column.name: column.variable for column in columns}
    values = {
        column.name: draw_values(column, world.layout.source, len(people), stream(world.seed, f"ever {column.name}"))
        for column in columns
    } | {"person_id_ever": people}
    return pd.DataFrame({names[name]: shrink(column) for name, column in values.items()}), _labels(
        world, columns, names
    )
