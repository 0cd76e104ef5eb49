"""The filling of gaps in regional pay, by hand."""

import numpy as np
import pandas as pd
import pytest

from mobility.lmi.fill import ALL, COUNTRY, errors_of, filled, interval_of

# By region and code. 1111 and 1112 make up 111; 1121 is the whole of 112; 11 holds all three.
NATIONAL = {ALL: 100.0, "11": 200.0, "111": 160.0, "1111": 150.0, "1112": 180.0, "112": 300.0, "1121": 300.0}
NORTH = {ALL: 90.0, "11": 150.0, "111": 144.0, "1111": 140.0, "1112": np.nan, "112": 200.0, "1121": np.nan}
PAY = pd.concat({COUNTRY: pd.Series(NATIONAL), "north": pd.Series(NORTH)})


@pytest.mark.parametrize(
    ("rule", "of_1112", "of_1121"),
    [
        ("c_8_3", 180 * 90 / 100, 300 * 90 / 100),
        ("sub_major", 180 * 150 / 200, 300 * 150 / 200),
        # 112 has one part, whose pay is that of the group itself: the sub-major group stands in.
        ("minor", 180 * 144 / 160, 300 * 150 / 200),
    ],
)
def test_pay_of_the_country_times_the_ratio_of_the_region(rule, of_1112, of_1121):
    found = filled(PAY, rule)
    assert found["north", "1112"] == pytest.approx(of_1112, rel=1e-12)
    assert found["north", "1121"] == pytest.approx(of_1121, rel=1e-12)
    assert list(found.index.get_level_values(0).unique()) == ["north"]


def test_a_group_that_is_not_printed_gives_way_to_the_next():
    pay = PAY.copy()
    pay["north", "111"] = np.nan
    assert filled(pay, "minor")["north", "1112"] == pytest.approx(180 * 150 / 200)
    pay["north", "11"] = np.nan
    assert filled(pay, "minor")["north", "1112"] == pytest.approx(180 * 90 / 100)


def test_an_occupation_without_a_number_in_the_country_has_none_in_a_region():
    pay = PAY.copy()
    pay[COUNTRY, "1112"] = np.nan
    assert np.isnan(filled(pay, "c_8_3")["north", "1112"])


def test_errors_are_those_of_the_pairs_that_are_there():
    found = errors_of(np.array([110.0, 80.0, 100.0, np.nan]), np.array([100.0, 100.0, np.nan, 5.0]))
    assert found == pytest.approx({"median": 0.15, "mean": 0.15, "bias": -0.05, "n": 2})
    assert errors_of(np.array([1.0]), np.array([np.nan]))["n"] == 0


def test_an_interval_covers_as_many_of_the_others_as_it_says():
    """Normal errors of 10 per cent: nine in ten lie within 1.645 of them."""
    printed = 100 * np.exp(np.random.default_rng(5).normal(0, 0.1, 40_000))
    found = interval_of(np.full(40_000, 100.0), printed)
    assert found["up"] == pytest.approx(np.exp(0.1645) - 1, abs=0.003)
    assert found["down"] == pytest.approx(np.exp(-0.1645) - 1, abs=0.003)
    assert found["covered"] == pytest.approx(0.9, abs=0.006) and found["n"] == 20_000


def test_too_few_numbers_have_no_interval():
    """Of four pairs two calibrate: the ninth tenth of them is beyond the largest."""
    found = interval_of(np.ones(4), np.array([1.0, 2.0, 0.5, 1.5]))
    assert np.isnan(found["up"]) and found["n"] == 2
