"""Every answer to every choice, on a small invented delivery: which frames, and which tables, it changes.

A table of models is made from its columns of the frames: that another answer changes these is shown without a fit, that
answers to choices of the fit alone do is shown in test_movers_tables.py.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.stage import table_cells
from mobility.intake.losses import LossTable
from mobility.readings.one import readings
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.studies.shared import Shared

pytestmark = pytest.mark.long
BASELINE, KEYS = "baseline", ("person", "wave", "year")
LINKS = ("household_id", "person_number", "mother_id", "father_id", "mother_person_number", "father_person_number")
EXCHANGED = 0.1
# Without an activity there is no adult record, and every activity is employment or not.
RARE_FRAMES = {"adult_per_outcome": {"persons_employed"}}
# Too few people in small data, and none whose change would be seen in a share or a mean.
RARE = {"proxies": {"regions"}, "teen_source": {"table_23"}, "adult_activity": {"regions", "table_25", "table_26"}}
AGES = ("age", "age_enumerated")


def exchanged(panel, rng):
    """A tenth of the answers dealt out anew, a tenth missing where that is rare, adults of two ages of one."""
    found = panel.reset_index(drop=True)
    for name in found.columns.difference([*KEYS, *LINKS]):
        rows = np.flatnonzero(rng.random(len(found)) < EXCHANGED)
        found[name] = found[name].where(~found.index.isin(rows), found[name].take(rng.permutation(rows)).set_axis(rows))
    for name in ("activity_status", "ethnic_group_ever"):
        found[name] = found[name].mask(rng.random(len(found)) < EXCHANGED, -9)
    for name in set(AGES) & set(found):
        found[name] = found[name].mask(found[name].between(25, 41), found[name] // 2 * 2)
    return found


def marks_of(frame):
    """A mark of the values of each column, in their order."""
    return {name: pd.util.hash_pandas_object(frame[name], index=False).sum() for name in frame} | {"rows": len(frame)}


def read_by(models, study, frames):
    """Marks of the columns that models read, over the rows of their samples, whose steps keep what is not missing."""
    columns = {}
    for model in models:
        own = {model.outcome.column, model.covariance.cluster, *model.columns.values(), "person"}
        columns.setdefault((model.frame, model.sample), set()).update(own)
    marks = {}
    for (name, sample), wanted in columns.items():
        known = frames[name][[step.column for step in study.samples[sample].keep]].notna().all(axis=1)
        marks[name, sample] = marks_of(frames[name].loc[known, sorted(wanted)])
    return marks


def run(panels, study, shared):
    """Marks of every frame, and by table what it is made of: its cells, or the columns that its models read."""
    frames = make_frames(replace(Inputs(panels, study, study.readings, LossTable()), shared=shared))
    marks = {name: marks_of(frame) for name, frame in frames.items()}
    tables = {}
    for name, spec in study.tables.items():
        if spec.frame:
            tables[name] = table_cells(frames[spec.frame], study, name)[0]
        elif models := [study.models[model] for model in dict.fromkeys(model for model, _ in spec.fits)]:
            tables[name] = read_by(models, study, frames)
    return marks, tables


@pytest.fixture(scope="module")
def runs(filled):
    """The study and its runs: the default readings, and each other answer to a choice of frames or counted tables."""
    study, panels = filled
    rng, shared = np.random.default_rng(7), Shared()
    panels = {name: exchanged(panel, rng) for name, panel in panels.items()}
    return study, {reading.label: run(panels, reading.study, shared) for reading in readings(study)}


def same(one, other):
    return one.equals(other) if isinstance(one, pd.DataFrame) else one == other


def answers(runs, choice):
    return [found for label, found in runs.items() if label.split("=")[0] == choice]


def test_an_answer_changes_the_frames_that_its_choice_says_and_no_other(runs):
    study, found = runs
    for choice, entry in study.choices.items():
        others = [marks for marks, _ in answers(found, choice)]
        changed = {name for name, marks in found[BASELINE][0].items() if any(one[name] != marks for one in others)}
        assert changed == set(entry.frames) - RARE_FRAMES.get(choice, set()), choice


def test_an_answer_changes_the_tables_that_its_choice_lists_and_no_other(runs):
    study, found = runs
    of_the_fit = {name for name, entry in study.choices.items() if not entry.frames and name != "motivation_test"}
    assert of_the_fit == {"margin", "covariance", "model_rows"}
    wrong = {}
    for choice in set(study.choices) - of_the_fit:
        default, others = found[BASELINE][1], [tables for _, tables in answers(found, choice)]
        changed = {name for name, table in default.items() if any(not same(table, one[name]) for one in others)}
        listed = set(study.choices[choice].tables)
        if changed != listed - RARE.get(choice, set()):
            wrong[choice] = changed ^ listed
    assert not wrong
