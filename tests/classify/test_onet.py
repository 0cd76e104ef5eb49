"""From SOC2010 to O*NET by the official chain: the tables by hand, and every unit group."""

import pytest

from mobility.classify.onet import onet_2010_of, onet_2019_of
from mobility.storage import read_register
from paths import ROOT


@pytest.fixture(scope="module")
def pairs():
    return onet_2010_of(ROOT)


def test_every_unit_group_has_occupations_whose_weights_add_to_one(pairs):
    units = read_register(ROOT / "resources/classifications/soc2010_unit_groups.csv")
    assert set(pairs["soc2010"]) == set(units["code"])
    assert pairs.groupby("soc2010")["weight"].sum().to_numpy() == pytest.approx(1)
    assert not pairs.duplicated(["soc2010", "onet"]).any() and len(pairs) == 1_709


def test_a_chain_by_hand(pairs):
    """1115 is 1120 of ISCO-08, that is 11-1011 and 11-1021; of the first O*NET has two occupations."""
    own = pairs[pairs["soc2010"] == "1115"].set_index("onet")["weight"]
    assert own.to_dict() == pytest.approx({"11-1011.00": 0.25, "11-1011.03": 0.25, "11-1021.00": 0.5})


def test_later_occupations_are_those_with_numbers():
    """Chief executives of O*NET-SOC 2019 alone: 1115, whose other occupations are not asked for."""
    found = onet_2019_of(ROOT, ["11-1011.00", "99-9999.00"])
    assert set(found["onet"]) == {"11-1011.00"}
    assert found[found["soc2010"] == "1115"]["weight"].tolist() == [1]
