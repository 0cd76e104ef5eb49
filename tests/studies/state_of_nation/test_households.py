"""Households with children by their parents' qualifications, volunteering and membership, by hand."""

import numpy as np
import pytest

from mobility.cells.stage import table_cells
from mobility.intake.losses import breaks
from nation_panels import STUDY, frames_of, home, made_of, member, row, rows_of_homes


def test_education_of_one_or_two_parents():
    frame = frames_of(rows_of_homes(), "families")["families"].set_index("household")
    frame.index = frame.index - 10**11  # wave a
    assert frame["type"].to_dict() == {1: "dual", 2: "dual", 3: "dual", 4: "single"}
    expected = {1: "both_graduates", 2: "one_graduate", 3: "other_higher", 4: "below_gcse"}
    assert frame["education"].to_dict() == expected


def test_households_that_are_left_out_are_counted():
    _, losses = made_of(rows_of_homes(), "families")
    frame = losses.frame()
    assert breaks(frame) == []
    dropped = frame[frame["step"] == "families"].set_index("reason")["rows_dropped"]
    assert dropped["no parent of a child under 16 lives there"] == 1
    assert dropped["more than two parents: several families in one household"] == 1
    assert dropped["the qualification of a parent is not known"] == 1


def test_shares_of_households_are_weighted():
    """Single parents of 2009: a graduate of weight 3 and one with GCSEs of weight 1; one without a weight."""
    rows = home(1, {"mother": 1}, [5], weight=3.0) + home(2, {"father": 4}, [5])
    rows += home(3, {"father": 4}, [5], weight=0.0) + home(4, {"mother": 1}, [5], year=2010)
    frame = frames_of(rows, "families")["families"]
    cells, _ = table_cells(frame, STUDY, "driver_1_3_single")
    found = cells[cells["row"] == "y2009"].set_index("column")
    assert found["value"].dropna().to_dict() == {"graduate": 0.75, "gcse": 0.25}
    assert found.loc[["graduate", "gcse"], "base"].to_list() == [2, 2]


def test_volunteering_is_of_adults_who_answered():
    rows = [
        row(1, 2010, 16, volunteering=1, weight_cross_section=3.0),
        row(2, 2010, 40, volunteering=2, sex_ever=1),
        row(3, 2010, 40, volunteering=-7),
        row(4, 2010, 15, volunteering=1),
        row(5, 2011, 40),
        row(6, 2010, 40, volunteering=1, weight_cross_section=0.0),
    ]
    cells, losses = table_cells(frames_of(rows, "volunteers")["volunteers"], STUDY, "volunteering")
    found = cells[cells["row"] == "y2010"].set_index("column")
    assert found.loc["total", ["value", "n", "base"]].to_list() == [0.75, 1, 2]
    assert found.loc["male", "value"] == 0 and found.loc["female", "value"] == 1
    assert breaks(losses.frame()) == []


def memberships(**readings):
    rows = [
        member(1, 1991, membership_2=1),
        member(2, 1991),
        member(3, 1991, membership_2=-1),
        member(4, 1991, age=66, membership_2=1),
        member(5, 1999, membership_1=1),
        member(6, 2001),
        member(7, 2011, age=25, membership_16=1),
        member(8, 2010, membership_1=1),
    ]
    frame = frames_of(rows, "members", **readings)["members"]
    return table_cells(frame, STUDY, "membership")[0].set_index(["column", "row"])


def test_membership_of_each_and_of_any_organisation():
    """The third of 1991 did not say about the union: 1 of 2 there, and of any 1 of 3."""
    found = memberships()
    assert found.loc[("y1991", "membership_2"), ["value", "base"]].to_list() == [0.5, 2]
    assert found.loc[("y1991", "any"), ["value", "base"]].to_list() == [pytest.approx(1 / 3), 3]
    assert found.loc[("y2011", "any"), ["value", "base"]].to_list() == [1, 1]
    assert np.isnan(found.loc[("y2017", "any"), "value"])


@pytest.mark.parametrize(("reading", "share"), [("wave_i", 1.0), ("wave_k", 0.0)])
def test_the_wave_of_2000_is_a_choice(reading, share):
    assert memberships(membership_2000=reading).loc[("y2000", "any"), ["value", "base"]].to_list() == [share, 1]


def test_weights_are_those_of_the_population_of_the_wave():
    """1999 has those with the boosts, 2001 those of the whole UK; a 0 there is outside and not replaced."""
    lacking = {"weight_cross_section_uk": -100, "weight_cross_section": 5.0}
    rows = [
        member(1, 1999) | lacking | {"weight_cross_section_boosts": 2.0},
        member(2, 2001) | {"weight_cross_section_uk": 0.0, "weight_cross_section_boosts": 2.0},
        member(3, 1991) | lacking | {"weight_cross_section_boosts": -100},
    ]
    for reading, expected in (("wave_i", {1: 2.0, 3: 5.0}), ("wave_k", {2: 0.0, 3: 5.0})):
        frame = frames_of(rows, "members", membership_2000=reading)["members"]
        assert frame.groupby("person")["weight"].first().to_dict() == expected
