"""Files of the families: the household grid, interviews, households, pairs, authorities, and what lasts."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.panel.register import Variable
from mobility.synthetic.answers import MISSING
from mobility.synthetic.families.answers import (
    BIRTHPLACE_UNKNOWN,
    PROXY,
    SEX_UNKNOWN,
    household_answers,
    person_answers,
    work_answers,
)
from mobility.synthetic.families.participation import household_weights, participation_answers, weight_answers
from mobility.synthetic.families.world import Enumeration, World
from mobility.synthetic.families.young import young_answers
from mobility.synthetic.files import NOT_DELIVERED
from mobility.synthetic.streams import stream
from mobility.synthetic.unplanted import draw_values
from mobility.synthetic.writers import Form, Labels, shrink

PERSON_KEYS = ("person_id", "household_id", "person_number")
File = tuple[Path, pd.DataFrame, Labels]


def wave_files(wave: Enumeration, form: Form) -> Iterator[File]:
    """Every file of a wave, one after another; columns that nothing is planted in are drawn from their lists."""
    answers = {**person_answers(wave), **household_answers(wave), **household_weights(wave)}
    grid = _with_young(wave, answers)
    main, folder = Path(form.main) / wave.layout.source.name, Path(form.areas) / wave.layout.source.name
    prefix, first = wave.wave.prefix, np.unique(wave.household, return_index=True)[1]
    everyone = np.arange(len(grid["person_id"]))
    yield main / f"{prefix}indall", *_frame(wave, "indall", PERSON_KEYS, grid, everyone)
    asked, proxy = np.flatnonzero(wave.interviewed), answers["interview_type"] == PROXY
    own = {**work_answers(wave), **weight_answers(wave, proxy), **participation_answers(wave, proxy)}
    yield main / f"{prefix}indresp", *_frame(wave, "indresp", (), {**answers, **own}, asked)
    yield main / f"{prefix}hhresp", *_frame(wave, "hhresp", ("household_id",), answers, first)
    yield folder / f"{prefix}oslaua_protect", *_frame(wave, "oslaua", ("household_id",), answers, first)
    ego, alter = _pairs(grid["household_id"])
    others = {"alter_person_number": grid["person_number"][alter], "alter_id": grid["person_id"][alter]}
    pairs = {name: values[ego] for name, values in grid.items()} | others
    yield main / f"{prefix}egoalt", *_frame(wave, "egoalt", PERSON_KEYS, pairs, np.arange(len(ego)))


def _with_young(wave: Enumeration, answers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Answers of everyone in the household grid: the children of young families stand after the people."""
    if wave.young.empty:
        return answers
    young = young_answers(wave.young, answers, wave.people)
    return {name: np.concatenate([values, young[name]]) for name, values in answers.items()}


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
    """`xwavedat`: one row a person of either survey, columns without prefix; children of young families come last."""
    people, young, layout = world.people.sort_values("pidp"), world.young, world.layouts["ukhls"]
    rng, count = stream(world.seed, "families ever"), len(people) + len(young)
    known, at_home = rng.random(len(people)) >= SEX_UNKNOWN, rng.random(len(people)) >= BIRTHPLACE_UNKNOWN
    sex, born = np.where(known, np.where(people["woman"], 2, 1), 0), np.where(people["abroad"], 2, 1)
    everyone = pd.concat([people, young])
    answers = {
        "person_id_ever": everyone["pidp"].to_numpy(),
        "sex_ever": np.append(sex, np.where(young["woman"], 2, 1)),
        "birth_year_ever": everyone["born"].to_numpy(),
        "birth_year_derived_ever": everyone["born"].to_numpy(),
        "ethnic_group_ever": everyone["ethnic"].to_numpy(),
        "ethnic_group_reported_ever": everyone["ethnic"].to_numpy(),
        "born_outside_uk": np.append(np.where(at_home, born, MISSING), np.ones(len(young), dtype=int)),
    }
    columns = {row.variable: row for row in layout.columns("xwavedat", layout.waves[0])}
    values = {
        name: answers[row.name]
        if row.name in answers
        else draw_values(row, layout.source, count, stream(world.seed, f"families ever {row.name}"))
        for name, row in columns.items()
    }
    return Path(form.main) / "ukhls" / "xwavedat", *_written(world, columns, values, "ukhls")
