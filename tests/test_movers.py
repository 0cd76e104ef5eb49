"""Movers and stayers: the worked family, whose outcome was written down by hand, and what can be wrong with persons."""

from pathlib import Path

import pandas as pd
import pytest

from mobility.panel.losses import LossTable
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from movers_family import BOURNEMOUTH, IDS, family_rows, panels_of

ROOT = Path(__file__).parent.parent
STUDY = load_study(ROOT, "movers")
SAMPLE = ("anna", "ben", "cara", "dev", "gita", "hugh", "jo")
BCP = "E06000058"  # Bournemouth, Christchurch and Poole, 2019


def persons(rows: list[dict] | None = None, **readings: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The persons of the study by name, and its losses."""
    losses = LossTable()
    inputs = Inputs(panels_of(rows or family_rows()), STUDY, STUDY.chosen(readings), losses, ["persons"])
    frame = make_frames(inputs)["persons"]
    names = {number: name for name, number in IDS.items()}
    return frame.set_index(frame["person"].map(names)), losses.frame()


@pytest.fixture(scope="module")
def family() -> tuple[pd.DataFrame, pd.DataFrame]:
    return persons()


def test_the_sample_of_the_worked_family(family):
    assert sorted(family[0].index) == sorted(SAMPLE)


@pytest.mark.parametrize(
    ("name", "teenager", "adult", "mover", "parents"),
    [
        ("anna", 1991, 2006, 0, 2),
        ("ben", 1992, 2010, 0, 1),
        ("cara", 2001, 2014, 1, 2),
        ("dev", 2009, 2018, 0, 3),
        ("gita", 1992, 2004, 0, None),
        ("hugh", 1992, 2006, 0, None),
        ("jo", 1996, 2010, 1, 2),
    ],
)
def test_records_moves_and_parents_of_the_worked_family(family, name, teenager, adult, mover, parents):
    found = family[0].loc[name]
    assert (found["teenage_year"], found["wave_year"], found["mover"]) == (teenager, adult, mover)
    assert found["parental_class"] == parents if parents else pd.isna(found["parental_class"])


def test_outcomes_of_the_worked_family(family):
    frame = family[0]
    assert frame.loc["gita", "income"] == pytest.approx(-250 * 100 / 76.5, abs=1e-9)  # CPI of 2004, 2015 = 100
    assert frame.loc["jo", "employed"] == 0 and frame.loc["jo", "higher"] == 1 and pd.isna(frame.loc["jo", "income"])


def test_recoded_and_merged_authorities_are_no_moves(family):
    frame = family[0]
    assert frame.loc["hugh", ["origin", "area"]].tolist() == [BCP, BCP]
    assert frame.loc["gita", "area"] == BCP and BOURNEMOUTH not in set(frame["area"])
    assert persons(la_set="as_delivered")[0].loc["hugh", "mover"] == 1
    assert frame.loc["hugh", "distance"] == 0 and frame.loc["cara", "distance"] > 200  # Durham to Hackney


def test_losses_of_the_worked_family(family):
    chain = family[1][family[1]["step"] == "persons"]
    steps = chain[chain["unit"] == "persons"]["rows_out"].tolist()
    assert steps == [10, 9, 9, 7, 7, 7, 7]
    assert chain["reason"].iloc[-1].startswith("adult record")
