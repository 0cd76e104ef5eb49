"""Occupational and income progression by hand: a few persons at 25 to 29 and ten years later."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells.stage import table_cells
from mobility.intake.losses import breaks
from nation_panels import ANNA, BEN, PEOPLE, STUDY, earners, frames_of, made_of, row


def pairs_of(rows, **readings):
    """Pairs by the first label that holds them: person, start, end, outcome."""
    frame = frames_of(rows, "occupation_pairs", **readings)["occupation_pairs"]
    first = frame[(frame["year"] == frame["end_year"]) & (frame["route"] == "any__any")]
    return first.set_index(["person", "start_year"]).sort_index()


def test_a_pair_is_the_same_person_ten_calendar_years_apart():
    found = pairs_of(PEOPLE)
    assert list(found.index) == [(1, 1999), (2, 2000), (3, 2001)]
    assert found["end_year"].to_list() == [2009, 2010, 2011]
    assert found["background"].to_list()[:2] == ["intermediate", "professional"] and pd.isna(
        found["background"].iloc[2]
    )
    assert found["start_class"].to_list() == ["intermediate", "working_class", "professional"]
    np.testing.assert_array_equal(found["end_professional"], [1.0, np.nan, 1.0])
    assert found["weight"].to_list() == [2.0, 0.5, 1.0]


def test_the_nearest_interview_of_nine_to_eleven_years_later_takes_the_place_of_a_missing_one():
    """Anna's interview of 2000 ends in 2009, nine years later; Ben keeps 2010 though 2011 is there too."""
    found = pairs_of(PEOPLE, gap_years="nearest")
    assert found["end_year"].to_dict() == {(1, 1999): 2009, (1, 2000): 2009, (2, 2000): 2010, (3, 2001): 2011}


def test_background_is_the_higher_class_or_the_fathers():
    assert pairs_of(ANNA)["background"].to_list() == ["intermediate"]
    assert pairs_of(ANNA, origin_parent="father_first")["background"].to_list() == ["working_class"]


def test_who_has_no_job_at_the_end_is_left_out_or_not_professional():
    assert np.isnan(pairs_of(BEN)["end_professional"].iloc[0])
    assert pairs_of(BEN, end_base="all")["end_professional"].to_list() == [0.0]


def labels(**readings):
    frame = frames_of(ANNA, "occupation_pairs", **readings)["occupation_pairs"]
    return sorted(frame.loc[frame["person"] == 1, "year"].unique())


def test_a_pair_stands_in_five_windows():
    assert labels() == [2009, 2010, 2011, 2012, 2013]
    assert labels(window="centred") == [2007, 2008, 2009, 2010, 2011]


def test_a_person_counts_once_in_a_window_under_last():
    """With pairs that end in 2009 and (nearest) again in 2009, from 1999 and 2000."""
    frame = frames_of(ANNA, "occupation_pairs", gap_years="nearest")["occupation_pairs"]
    assert frame.groupby("year")["start_year"].nunique().to_list() == [2] * 5
    last = frames_of(ANNA, "occupation_pairs", gap_years="nearest", persons_4="last")["occupation_pairs"]
    assert last.groupby("year")["start_year"].nunique().to_list() == [1] * 5 and set(last["start_year"]) == {2000}


def windows():
    """Working class at the start and by background in three end years: 1 of 1, 0 of 2 and 1 of 2 professional."""
    rows = []
    for person, (end, so) in enumerate([(2008, 1), (2009, 0), (2009, 0), (2010, 1), (2010, 0)], start=10):
        rows += [row(person, end - 10, 27, nssec3=3, father_nssec8_14=7), row(person, end, 37, nssec3=1 if so else 2)]
    return rows


@pytest.mark.parametrize(("window", "share"), [("pooled", 2 / 5), ("yearly_mean", 0.5), ("centred", 2 / 5)])
def test_five_year_averages(window, share):
    """Pooled 2 of 5; the mean of 1, 0 and 1/2; around 2010 (centred) the same pairs again."""
    frame = frames_of(windows(), "occupation_pairs", window=window)["occupation_pairs"]
    for table, column in (
        ("figure_3_17", "working_class"),
        ("indicator_4_2", "working_class"),
        ("indicator_4_2", "total"),
    ):
        cells, _ = table_cells(frame, STUDY, table)
        cell = cells[(cells["row"] == "y2010") & (cells["column"] == column)].iloc[0]
        assert cell["value"] == pytest.approx(share)
        assert (cell["n"], cell["base"], cell["persons"]) == (2, 5, 2)


def test_a_pair_counts_with_its_start_with_its_background_and_in_all():
    frame = frames_of(PEOPLE, "occupation_pairs")["occupation_pairs"]
    routes = frame[frame["person"] == 1].groupby("route").size()
    assert routes.to_dict() == {"any__any": 5, "intermediate__any": 5, "intermediate__intermediate": 5}


def test_errors_are_clustered_by_person():
    """Two persons with two pairs each, alike: p = 1/2, scores 2 (1/2) / 4 = 1/4 and -1/4, G / (G - 1) = 2."""
    rows = []
    for person, so in ((20, 1), (21, 3)):
        for year in (1999, 2000):
            rows.append(row(person, year, year - 1972, nssec3=3, father_nssec8_14=7))
            rows.append(row(person, year + 10, year - 1962, nssec3=so))
    frame = frames_of(rows, "occupation_pairs")["occupation_pairs"]
    cells, _ = table_cells(frame, STUDY, "figure_3_17")
    cell = cells[(cells["row"] == "y2010") & (cells["column"] == "working_class")].iloc[0]
    assert (cell["value"], cell["n"], cell["base"], cell["persons"]) == (0.5, 2, 4, 1)
    assert cell["std_error"] == pytest.approx(np.sqrt(2 * (0.25**2 + 0.25**2)))


def fifths(rows, **readings):
    frame = frames_of(rows, "income_pairs", **readings)["income_pairs"]
    return frame[(frame["year"] == 2010) & (frame["route"] == "any__any")].sort_values("person").reset_index(drop=True)


def test_fifths_of_income_by_hand():
    """Bounds 250, 450, 650, 850: two persons a fifth; at the end the order is turned round."""
    found = fifths(earners())
    assert found["start_fifth"].to_list() == [str(fifth) for fifth in (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)]
    assert found["end_top"].to_list() == [1.0] * 2 + [0.0] * 8


def test_weights_move_the_bounds_and_a_bound_itself_is_below_it():
    """Weight 3 for the poorest of ten (12 in all): 20 % is 2.4, reached at 100 itself; the next bound (4.8) at 300."""
    rows = [
        {**entry, "weight_cross_section_boosts": 3.0, "weight_cross_section_uk": -100}
        if (entry["person"], entry["year"]) == (1, 2000)
        else entry
        for entry in earners()
    ]
    assert fifths(rows)["start_fifth"].to_list()[:4] == ["1", "2", "2", "3"]


def test_scopes_of_the_fifths():
    """Five rich workers of 50 in 2010 count among all workers only; one of 36 in 2009 in the window to 2010 only.

    With him there are eleven, and 80 % (8.8) is reached at 1,800, the second highest of the ten: one is above it.
    """
    rich = [row(99, 2010, 50 + place, labour_income=9_000.0) | {"person": 100 + place} for place in range(5)]
    rows = [*earners(), *rich]
    assert fifths(rows)["end_top"].sum() == 2
    assert fifths(rows, quintile_scope="workers")["end_top"].sum() == 0
    later = [row(200, 2009, 36, labour_income=9_000.0)]
    assert fifths([*earners(), *later], quintile_scope="window")["end_top"].sum() == 1
    assert fifths([*earners(), *later])["end_top"].sum() == 2


def test_readings_of_income():
    """Main-job pay rises with the place at the end; a start without an income has no fifth unless zeros are kept."""
    assert fifths(earners(), income="main_job")["end_top"].to_list() == [0.0] * 8 + [1.0] * 2
    rows = [
        {**entry, "labour_income": 0.0} if entry["person"] == 1 and entry["year"] == 2000 else entry
        for entry in earners()
    ]
    assert pd.isna(fifths(rows)["start_fifth"].iloc[0])
    assert fifths(rows, income="zeros")["start_fifth"].iloc[0] == "1"


def test_losses_add_up_and_name_what_is_lost():
    proxies = [row(50, 2001, 27, interview_type=-102), row(51, 2001, 70)]
    twice = [row(1, 2008, 37, interview_year=2009, nssec3=3)]
    _, losses = made_of([*PEOPLE, *proxies, *twice], "occupation_pairs")
    frame = losses.frame()
    assert breaks(frame) == []
    dropped = frame[frame["step"] == "occupation_pairs"].set_index("reason")["rows_dropped"]
    assert dropped["not interviewed"] == 1
    assert dropped["age not known, or not 16 to 64"] == 1
    assert dropped["a second interview in the calendar year"] == 1
    assert dropped["no interview at 35 to 39 ten years later"] == 1  # Anna's of 2000
