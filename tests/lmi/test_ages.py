"""Ratios of pay by age, where the curve is known."""

import numpy as np
import pandas as pd
import pytest

from mobility.lmi.ages import age_ratios, counted_curves, grouped_ratios, ratio_lines

AGE = np.repeat([20.0, 30.0, 40.0, 50.0, 60.0], [1, 4, 6, 3, 1])
PAY = 100 + 40 * AGE - 0.4 * AGE**2


@pytest.mark.parametrize("by_persons", [False, True])
def test_pay_on_a_curve_is_found_whatever_ages_weigh(by_persons):
    found = age_ratios(AGE, PAY, [20, 45, 65], by_persons)
    expected = [100 + 40 * age - 0.4 * age**2 for age in (20, 45, 65)]
    np.testing.assert_allclose(found, np.array(expected) / PAY.mean(), rtol=1e-10)


def test_ages_weigh_the_same_or_by_their_persons():
    """numpy's polyfit on the means of ages, weighted by the root of the persons for least squares by persons."""
    pay = PAY + np.where(AGE == 60, 500, 0) + np.tile([-3.0, 0.0, 3.0], 5)
    years, persons = np.unique(AGE, return_counts=True)
    means = np.array([pay[years_ == AGE].mean() for years_ in years])
    for by_persons, weights in ((False, np.ones(5)), (True, np.sqrt(persons))):
        curve = np.polyfit(years, means, 2, w=weights)
        expected = np.polyval(curve, [25, 60]) / pay.mean()
        np.testing.assert_allclose(age_ratios(AGE, pay, [25, 60], by_persons), expected, rtol=1e-8)


def test_three_ages_have_no_curve():
    assert age_ratios(AGE[:11], PAY[:11], [20]) is None


def test_every_combination_of_sides_is_a_group_and_all_together_too():
    persons = pd.DataFrame({"age": np.tile(AGE, 2), "gender": ["1"] * 15 + ["2"] * 15, "pay": np.append(PAY, 2 * PAY)})
    persons = persons.assign(status=["1"] * 29 + ["2"])
    found = grouped_ratios(persons, ("gender", "status"), "pay", [30, 50]).set_index(["gender", "status"])
    assert len(found) == 9
    # Twice the pay at every age is the same curve.
    ratios = found[["age_30", "age_50"]]
    np.testing.assert_allclose(ratios.loc[("1", "all")], ratios.loc[("1", "1")])
    np.testing.assert_allclose(ratios.loc[("1", "all")], age_ratios(AGE, PAY, [30, 50]))
    nobody = found.loc[[("1", "2"), ("2", "2")]]
    assert nobody.drop(columns="note").isna().all(axis=None) and (nobody["note"] == "fewer than 10 persons").all()
    assert found.loc[("1", "all"), "persons"] == 15


def test_a_curve_of_nine_persons_is_not_told_nor_their_number():
    persons = pd.DataFrame({"age": np.arange(30.0, 40.0), "pay": 500.0, "group": ["a"] * 9 + ["b"]})
    found = grouped_ratios(persons, ("group",), "pay", [35]).set_index("group")
    assert found.loc["all", ["age_35", "persons", "note"]].tolist() == [pytest.approx(1), 10, ""]
    assert found.loc[["a", "b"], ["age_35", "persons"]].isna().all(axis=None)
    assert counted_curves(found.reset_index(), ("group",)).loc[1].tolist() == [2, 0, 2, 0, 0]


def test_there_is_no_ratio_where_a_curve_falls_below_nothing():
    """10 + age - 20 in pounds, 0 at 10 years and below it before: by hand."""
    persons = pd.DataFrame({"age": np.arange(20.0, 32.0), "pay": np.arange(10.0, 22.0), "group": "a"})
    found = grouped_ratios(persons, ("group",), "pay", [5, 9, 20])[:1]
    assert found[["age_5", "age_9"]].isna().all(axis=None) and found.loc[0, "age_20"] == pytest.approx(10 / 15.5)
    assert found.loc[0, "note"] == "the curve falls below nothing at 2 of 3 ages"
    shown = ratio_lines(found, ("group",), [9, 20])
    assert shown["note"].tolist() == ["the curve falls below nothing at 2 of 3 ages", ""]
    assert shown["n"].tolist() == [pytest.approx(np.nan, nan_ok=True), 12]
