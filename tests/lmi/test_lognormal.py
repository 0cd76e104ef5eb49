"""Deciles from mean and median: exact where pay is log-normal, by hand where it is not."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import lognorm

from mobility.lmi.lognormal import PERCENTS, SHAPES, deciles, percentile, sigma_of_mean

# Pay of a log-normal distribution with median 20,000 and sigma 0.5.
LAW = lognorm(s=0.5, scale=20_000)
COLUMNS = [percentile(percent) for percent in PERCENTS]
EXACT = {"mean": LAW.mean(), "median": 20_000.0, **dict(zip(COLUMNS, LAW.ppf(np.array(PERCENTS) / 100), strict=True))}
# 1121 and 1122 make up 112; 113 is the unit group 1131 alone.
PAY = pd.DataFrame([EXACT] * 5, index=["1121", "1122", "112", "1131", "113"])


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_exact_where_pay_is_log_normal(shape):
    found = deciles(PAY, shape, percents=PERCENTS)
    np.testing.assert_allclose(found.loc["1121"], LAW.ppf(np.array(PERCENTS) / 100), rtol=1e-12)


def test_a_mean_below_the_median_has_no_sigma():
    assert np.isnan(sigma_of_mean(19_000, 20_000)) and sigma_of_mean(20_000, 20_000) == 0
    pay = PAY.assign(mean=19_000.0)
    assert (deciles(pay, undefined="median") == 20_000).all(axis=None)
    assert deciles(pay, undefined="none").isna().all(axis=None)


def test_a_shape_is_borrowed_from_a_group_with_more_than_one_part():
    """1131 is the whole of 113, which says nothing more; no larger group is there, so that it has no deciles."""
    pay = PAY.assign(median=[20_000.0, 30_000.0, 25_000.0, 20_000.0, 20_000.0])
    found = deciles(pay, "parent")
    assert found.at["1122", "p10"] == pytest.approx(LAW.ppf(0.1) / 25_000 * 30_000, rel=1e-12)
    assert found.loc["1131"].isna().all()
