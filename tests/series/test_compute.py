"""Each computation of `series.csv` by hand."""

import pandas as pd
import pytest

from mobility.series.compute import COMPUTATIONS, VALUES

PRICES = {2014: 80.0, 2015: 100.0, 2021: 110.0}


def _values(*rows):
    return pd.DataFrame([(*row, 0.5, 7.0) for row in rows], columns=VALUES)


def _computed(name, inputs, *parameter):
    found = COMPUTATIONS[name].compute(inputs, parameter, PRICES)
    assert list(found.columns) == VALUES
    return {(row.area, row.group, row.year): row.value for row in found.itertuples()}


def test_as_published_keeps_error_and_size():
    values = _values(("uk", "all", 2001, 0.3))
    pd.testing.assert_frame_equal(COMPUTATIONS["as_published"].compute([values], (), PRICES), values)


def test_a_ratio_is_by_area_group_and_year_and_needs_both_parts():
    over = _values(("uk", "all", 2001, 602.0), ("uk", "all", 2002, 605.0))
    under = _values(("uk", "all", 2001, 1520.0), ("oecd", "all", 2002, 10.0))
    assert _computed("ratio", [over, under]) == {("uk", "all", 2001): pytest.approx(602 / 1520, abs=1e-15)}


def test_a_ratio_over_nothing_is_no_row():
    assert _computed("ratio", [_values(("uk", "all", 2001, 5.0)), _values(("uk", "all", 2001, 0.0))]) == {}


def test_a_mean_of_three_years_stands_under_the_last_and_needs_all_three():
    years = [("uk", "all", year, value) for year, value in ((2001, 0.3), (2002, 0.6), (2003, 0.3), (2005, 0.9))]
    assert _computed("three_year_mean", [_values(*years)]) == {("uk", "all", 2003): pytest.approx(0.4)}


def test_a_gap_is_the_first_group_less_the_second():
    rows = _values(("en", "fsm", 2012, 0.36), ("en", "others", 2012, 0.55), ("en", "fsm", 2013, 0.45))
    assert _computed("gap", [rows], "others", "fsm") == {("en", "all", 2012): pytest.approx(0.19)}


def test_shares_are_of_the_sum_of_all_groups_and_add_to_one():
    rows = _values(("en", "a", 2011, 30.0), ("en", "b", 2011, 10.0), ("en", "a", 2012, 30.0))
    assert _computed("share", [rows]) == {("en", "a", 2011): 0.75, ("en", "b", 2011): 0.25}


def test_the_mean_of_groups_needs_each_of_them():
    rows = _values(("uk", "r", 2006, 495.0), ("uk", "m", 2006, 501.0), ("uk", "r", 2009, 494.0))
    assert _computed("mean_of_groups", [rows], "r", "m") == {("uk", "all", 2006): 498.0}


def test_real_pay_is_in_prices_of_the_base_year_and_its_error_too():
    rows = _values(("uk", "all", 2014, 8.0), ("uk", "all", 2015, 9.0), ("uk", "all", 1900, 1.0))
    assert _computed("real", [rows], "2015") == {("uk", "all", 2014): 10.0, ("uk", "all", 2015): 9.0}
    found = COMPUTATIONS["real"].compute([rows], ("2015",), PRICES)
    assert found["std_error"].tolist() == [0.625, 0.5]


def test_repricing_is_one_factor_for_all_years():
    rows = _values(("uk", "all", 2014, 11.0), ("uk", "all", 2021, 22.0))
    expected = {("uk", "all", 2014): pytest.approx(10.0), ("uk", "all", 2021): pytest.approx(20.0)}
    assert _computed("repriced", [rows], "2021", "2015") == expected


def test_every_computation_says_what_it_is():
    assert all(known.says and known.inputs in (1, 2) for known in COMPUTATIONS.values())
