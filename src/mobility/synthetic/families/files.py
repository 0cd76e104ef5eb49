"""Files of the families: the household grid, interviews, households, pairs, authorities, and what lasts."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.panel.register import Variable
from mobility.synthetic.answers import MISSING
from mobility.synthetic.families.answers import (
    BIRTHPLACE_UNKNOWN,
    SEX_UNKNOWN,
    household_answers,
    person_answers,
    work_answers,
)
from mobility.synthetic.families.world import Enumeration, World
from mobility.synthetic.files import NOT_DELIVERED
from mobility.synthetic.streams import stream
from mobility.synthetic.unplanted import draw_values
from mobility.synthetic.writers import Form, Labels, shrink

PERSON_KEYS = ("person_id", "household_id", "person_number")
File = tuple[Path, pd.DataFrame, Labels]


def wave_files(wave: Enumeration, form: Form) -> Iterator[File]:
    """Every file of a wave, one after another; columns that nothing is planted in are drawn from their lists."""
    answers = {**person_answers(wave), **household_answers(wave)}
    main, folder = Path(form.main) / wave.layout.source.name, Path(form.areas) / wave.layout.source.name
    prefix, first = wave.wave.prefix, np.unique(wave.household, return_index=True)[1]
    everyone = np.arange(len(wave))
    yield main / f"{prefix}indall", *_frame(wave, "indall", PERSON_KEYS, answers, everyone)
    asked = np.flatnonzero(wave.interviewed)
    yield main / f"{prefix}indresp", *_frame(wave, "indresp", (), {**answers, **work_answers(wave)}, asked)
    yield main / f"{prefix}hhresp", *_frame(wave, "hhresp", ("household_id",), answers, first)
    yield folder / f"{prefix}oslaua_protect", *_frame(wave, "oslaua", ("household_id",), answers, first)
    ego, alter = _pairs(wave.household)
    others = {"alter_person_number": wave.number[alter], "alter_id": answers["person_id"][alter]}
    pairs = {name: values[ego] for name, values in answers.items()} | others
    yield main / f"{prefix}egoalt", *_frame(wave, "egoalt", PERSON_KEYS, pairs, np.arange(len(ego)))


def _pairs(household: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of every two different people of a household, in both orders."""
    rows = pd.DataFrame({"household": household, "row": np.arange(len(household))})
    both = rows.merge(rows, on="household")
    both = both[both["row_x"] != both["row_y"]].sort_values(["row_x", "row_y"])
    return both["row_x"].to_numpy(), both["row_y"].to_numpy()


def _frame(
    wave: Enumeration, file: str, keys: tuple[str, ...], answers: Mapping[str, np.ndarray], rows: np.ndarray
) -> tuple[pd.DataFrame, Labels]:
    """The rows of a file, with its keys and every column that the register gives it."""
    layout, source = wave.layout, wave.layout.source
    every = [row for row in source.variables if wave.wave.name in row.waves and row.name not in NOT_DELIVERED]
    first = [row for name in keys for row in every if row.name == name]
    own = [row for row in every if file in (row.file, *row.also) and row.name not in keys]
    columns = {layout.name(row, wave.wave): row for row in (*first, *own)}
    values = {}
    for name, row in columns.items():
        if row.name in answers:
            values[name] = answers[row.name][rows]
        else:
            values[name] = draw_values(row, source, len(rows), wave.rng(f"unplanted {file} {row.name}"))
    return _written(wave.world, columns, values, layout.source.name)


def _written(
    world: World, columns: Mapping[str, Variable], values: Mapping[str, np.ndarray], source: str
) -> tuple[pd.DataFrame, Labels]:
    layout = world.layouts[source]
    codes = {name: layout.labels(row) for name, row in columns.items()}
    labels = Labels({name: row.label for name, row in columns.items()}, {k: v for k, v in codes.items() if v})
    return pd.DataFrame({name: shrink(column) for name, column in values.items()}), labels


def lasting_file(world: World, form: Form) -> File:
    """`xwavedat`: one row a person of either survey, columns without prefix."""
    people, layout = world.people.sort_values("pidp"), world.layouts["ukhls"]
    rng, count = stream(world.seed, "families ever"), len(world.people)
    known, at_home = rng.random(count) >= SEX_UNKNOWN, rng.random(count) >= BIRTHPLACE_UNKNOWN
    answers = {
        "person_id_ever": people["pidp"].to_numpy(),
        "sex_ever": np.where(known, np.where(people["woman"], 2, 1), 0),
        "birth_year_ever": people["born"].to_numpy(),
        "birth_year_derived_ever": people["born"].to_numpy(),
        "ethnic_group_ever": people["ethnic"].to_numpy(),
        "ethnic_group_reported_ever": people["ethnic"].to_numpy(),
        "born_outside_uk": np.where(at_home, np.where(people["abroad"], 2, 1), MISSING),
    }
    columns = {row.variable: row for row in layout.columns("xwavedat", layout.waves[0])}
    values = {
        name: answers[row.name]
        if row.name in answers
        else draw_values(row, layout.source, count, stream(world.seed, f"families ever {row.name}"))
        for name, row in columns.items()
    }
    return Path(form.main) / "ukhls" / "xwavedat", *_written(world, columns, values, "ukhls")
