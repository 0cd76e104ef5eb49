"""Frames left in their files, and given up one by one: what decides how much memory a large run takes. Rows by hand."""

import gc
import weakref

import numpy as np
import pandas as pd
import pytest

from mobility.disclosure.coded import narrow
from mobility.disclosure.links import Rows, _kinds
from mobility.errors import DataError
from mobility.intake.losses import LossTable
from mobility.readings.one import readings
from mobility.settings import Sample, load_study
from mobility.settings.samples import Keep
from mobility.storage import StoredFrame, stored_frame, write_frames, write_parquet
from mobility.studies import each_frame, gatsby, make_frames
from mobility.studies.gatsby import frames as gatsby_frames
from mobility.studies.inputs import Inputs, PanelFiles, read_panels
from paths import ROOT

GATSBY = load_study(ROOT, "gatsby")
FRAME = pd.DataFrame(
    {
        "person": [7, 7, 9, 9],
        "wave": pd.array([1, 2, 1, 2], dtype="int16"),
        "work": ["yes", None, "yes", "no"],
        "weight": [1.0, 0.0, 2.0, np.nan],
    }
)
# Two persons in two waves, by hand: a technician who stays, and one who goes to another occupation.
PANEL = pd.DataFrame(
    {
        "person": [1, 1, 2, 2],
        "wave": [1, 2, 1, 2],
        "year": [2009, 2010, 2009, 2010],
        "interview_type": [1, 1, 1, 2],
        "activity_status": [2, 2, 5, 2],
        "has_job": [1, 1, 2, 1],
        "has_job_away": [-8, -8, 1, -8],
        "soc2000": [311, -8, 311, 521],
        "soc2000_unchanged": [-8, 1, -8, 2],
        "in_work_since_last": [-8, 1, -8, 1],
        "not_in_work_since_last": -8,
        "same_employer": [-8, 1, -8, 2],
        "same_job": [-8, 1, -8, -8],
        "interview_month": 3,
        "interview_year": [2009, 2010, 2009, 2010],
        "tenure_start_year": [2005, 2005, 2006, 2009],
        "tenure_start_month": 3,
        "contract_permanent": 1,
        "firm_size": 7,
        "age": [30, 31, 40, 41],
        "sex": [1, 1, 2, 2],
        "training_any": 2,
        "weight_cross_section": 1.0,
        "weight_longitudinal": [1.0, 0.5, 1.0, 0.5],
    }
)


@pytest.fixture
def stored(tmp_path):
    write_frames([("f", FRAME)], tmp_path)
    return stored_frame(tmp_path, "f")


def test_a_stored_frame_answers_as_the_frame_does(stored):
    assert len(stored) == 4 and "work" in stored and "pay" not in stored
    assert stored.columns == list(FRAME)
    assert stored["person"].tolist() == [7, 7, 9, 9] and stored["wave"].dtype == "int16"
    pd.testing.assert_frame_equal(stored[["weight", "person"]], FRAME[["weight", "person"]])
    pd.testing.assert_frame_equal(stored[None], FRAME.astype({"work": "category"}))


def test_a_column_that_a_stored_frame_lacks_is_refused(stored):
    with pytest.raises(DataError, match="cannot be read"):
        stored["pay"]


def test_rows_are_the_same_of_a_frame_in_memory_and_in_its_file(stored):
    sample = Sample("workers", "", "f", (Keep("work", ("yes",), "not in work"),))
    for frame in (FRAME, stored):
        rows = Rows("f", frame, "person")
        assert rows.by_wave and rows.units.tolist() == [0, 0, 1, 1]
        assert rows.kept(sample).tolist() == [0, 2] and rows.kept(None, "weight").tolist() == [0, 2]
        codes, names = rows.coded.of(("work", "category"))
        assert [names[code] for code in codes] == ["yes", "", "yes", "no"]


@pytest.mark.parametrize(("largest", "kind"), [(0, "int8"), (127, "int8"), (128, "int16"), (40_000, "int32")])
def test_codes_have_the_smallest_type_that_holds_them(largest, kind):
    found = narrow([0, largest])
    assert found.dtype == kind and found.tolist() == [0, largest]


def test_narrow_codes_are_widened_before_they_are_crossed():
    """100 x 100 pairs of codes of one byte are 10,000 different ones, of which a byte would hold 256."""
    first, second = (codes.ravel() for codes in np.meshgrid(narrow(np.arange(100)), narrow(np.arange(100))))
    assert first.dtype == "int8" and _kinds(first, second) == 10_000


def test_a_frame_is_given_up_before_the_next_one_is_made(monkeypatch):
    seen, alive = [], []

    def maker(name):
        alive.append([ref() is not None for ref in seen])
        frame = PANEL[["person", "wave"]].copy()
        inputs.losses.start(name, frame)
        seen.append(weakref.ref(frame))
        return frame

    names = ("pairs", "person_years", "progression")
    monkeypatch.setattr(gatsby, "makers", lambda given: {name: lambda name=name: maker(name) for name in names})
    inputs = Inputs.of(PANEL, GATSBY, GATSBY.readings, LossTable())
    made = []
    for name, frame in each_frame(inputs):
        made.append((name, len(frame)))
        del frame
        gc.collect()
    assert made == [(name, 4) for name in names]
    assert alive == [[], [False], [False, False]]


def made_of(panels, study):
    return make_frames(Inputs.of(panels, study, study.readings, LossTable()))


def test_frames_from_a_panel_in_its_file_are_those_from_memory(tmp_path, monkeypatch):
    """Of the file only the columns named are read; from memory, here, all: a column forgotten would be `not asked`."""
    write_parquet(PANEL, tmp_path / "panel.parquet")
    files = read_panels(GATSBY, [str(tmp_path / "panel.parquet")])
    assert isinstance(files, PanelFiles) and list(files) == ["ukhls"]
    asked = {reading.label: reading.study for reading in readings(GATSBY)}
    some = ["baseline", "soc_repair=carry_forward", "jbstat5=employed", "proxies=drop", "self_employed_models=in"]
    named = [made_of(files, asked[label]) for label in some]
    monkeypatch.setattr(gatsby_frames, "READ", [*PANEL, "row"])
    monkeypatch.setattr(gatsby_frames, "CARRIED", [*PANEL, "row"])
    for label, found in zip(some, named, strict=True):
        whole = made_of(PANEL, asked[label])
        for name, frame in found.items():
            pd.testing.assert_frame_equal(frame, whole[name][list(frame)], obj=f"{label} {name}")
    assert len(named[0]["person_waves"]) == 4 and len(named[3]["person_waves"]) == 3


def test_the_panel_as_a_whole_is_read_once_and_only_where_it_is_asked_for(tmp_path, monkeypatch):
    write_parquet(PANEL, tmp_path / "panel.parquet")
    read, usual = [], StoredFrame._read
    monkeypatch.setattr(StoredFrame, "_read", lambda self, names: read.append(len(names)) or usual(self, names))
    panels = read_panels(GATSBY, [str(tmp_path / "panel.parquet")])
    inputs = Inputs.of(panels, GATSBY, GATSBY.readings, LossTable())
    assert inputs.columns["age"].tolist() == [30, 31, 40, 41] and read == [1]
    assert inputs.panel is inputs.panel and read == [1, PANEL.shape[1]]
