"""What is planted in the invented Labour Force Survey is found again, and errors are as large as they say."""

import numpy as np
import pandas as pd
import pytest

from mobility.backtest.compare import against_truth
from mobility.cells.stage import table_cells
from mobility.intake.losses import LossTable
from mobility.panel.delivery import read_delivery
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.settings import load_study
from mobility.storage import read_csv
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT
from planted_project import make

STUDY = load_study(ROOT, "state_of_nation")
LFS = load_source(ROOT, "lfs")
WAVES = tuple(f"{year}Q3" for year in range(2002, 2022))


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Every planted cell of the tables of the Labour Force Survey beside ours, of a delivery of a twentieth."""
    folder = make(tmp_path_factory.mktemp("nation") / "lfs", ROOT, "lfs")
    use = STUDY.about.sources["labour"]
    delivery = read_delivery(folder, LFS, WAVES, use.required, use.optional)
    panel = panel_from_delivery(delivery, LFS, folder / "catalogue.csv")[0]
    people = make_frames(Inputs.of({"labour": panel}, STUDY, STUDY.readings, LossTable(), ["people"]))["people"]
    truth = read_csv(folder / "truth" / "state_of_nation.csv")
    cells = [table_cells(people, STUDY, table)[0] for table in truth["table"].unique()]
    return truth, against_truth(pd.concat(cells, ignore_index=True), truth)


@pytest.mark.long
def test_intervals_of_every_planted_table_hold_the_truth_95_times_in_100(compared):
    truth, found = compared
    assert len(found) > 0.9 * len(truth) and found["table"].nunique() == 15
    held = np.abs(found["z"]) <= 1.96
    assert 0.92 < held.mean() < 0.97
    assert held.groupby(found["table"]).mean().min() > 0.82


@pytest.mark.long
def test_shares_are_neither_too_high_nor_too_low(compared):
    """The mean of z over cells that are each other's parts: within 0.25, were half of them independent."""
    _, found = compared
    assert found.groupby("table")["z"].mean().abs().max() < 0.6
    assert abs(found["z"].mean()) < 0.15
