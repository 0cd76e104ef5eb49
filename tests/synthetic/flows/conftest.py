"""Synthetic moves, made once."""

import re

import pandas as pd
import pytest

from mobility.synthetic.flows.world import draw_world
from paths import ROOT
from read_synthetic import SEED, make_moves


@pytest.fixture(scope="session")
def delivery(tmp_path_factory):
    return make_moves(tmp_path_factory.mktemp("flows") / "delivery")


@pytest.fixture(scope="session")
def world():
    return draw_world(ROOT, "small", SEED)


@pytest.fixture(scope="session")
def full():
    return draw_world(ROOT, "full", SEED)


@pytest.fixture(scope="session")
def moves(delivery):
    """Rows of each file of moves, by year and part."""
    found = {}
    for path in sorted((delivery / "moves").iterdir()):
        name = re.fullmatch(r"Detailed_Estimates_(\d{4})_Dataset_([12])(_2019_LA_boundaries)?\.csv", path.name)
        found[int(name[1]), int(name[2])] = pd.read_csv(path, dtype={"Moves": str})
        assert bool(name[3]) == (name[1] == "2018")
    return found
