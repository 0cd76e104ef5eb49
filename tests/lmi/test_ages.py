"""Ratios of pay by age, where the curve is known."""

import numpy as np
import pandas as pd
import pytest

from mobility.lmi.ages import age_ratios, grouped_ratios

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
    np.testing.assert_allclose(found.loc[("1", "all")], found.loc[("1", "1")])
    np.testing.assert_allclose(found.loc[("1", "all")], age_ratios(AGE, PAY, [30, 50]))
    assert found.loc[[("1", "2"), ("2", "2")]].isna().all(axis=None)
