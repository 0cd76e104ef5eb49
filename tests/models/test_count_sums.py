"""Sums over the rows of a count model: the quick way of a search beside the one that keeps all digits."""

import numpy as np
import pytest

from mobility.models.count_rows import arrange
from mobility.models.count_sums import CountSums
from mobility.models.counts import tabulate


def sums_of(y):
    rng = np.random.default_rng(5)
    X = np.asfortranarray(np.column_stack([np.ones(len(y)), rng.normal(size=(len(y), 2)), rng.integers(0, 2, len(y))]))
    rows = arrange(X, np.array([False, False, False, True]))
    return CountSums.of(rows, tabulate(y), rng.normal(size=len(y)), None)


@pytest.mark.parametrize("ln_alpha", [-4.6, -0.7, 1.5])
@pytest.mark.parametrize("information", [True, False])
def test_the_quick_way_gives_the_same_point(ln_alpha, information):
    """Of alphas from 0.01 on; the places beyond the last row of a tile (2,500 rows in tiles of 256) add nothing."""
    sums = sums_of(np.random.default_rng(2).negative_binomial(2, 0.2, 2500).astype(float))
    params = np.array([0.9, 0.2, -0.3, 0.5, ln_alpha])
    exact = sums.evaluate(params, information)
    quick = sums.evaluate(params, information, exact=False)
    np.testing.assert_allclose(quick.log_likelihood, exact.log_likelihood, rtol=1e-13)
    np.testing.assert_allclose(quick.gradient, exact.gradient, rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(quick.information, exact.information, rtol=1e-10, atol=1e-9)
    assert quick.has_information == information


@pytest.mark.parametrize("largest, ln_alpha", [(1e9, -0.7), (40.0, -8.0)])
def test_huge_counts_and_small_alphas_keep_all_digits(largest, ln_alpha):
    y = np.random.default_rng(3).poisson(4, 300).astype(float)
    y[7] = largest
    sums, params = sums_of(y), np.array([0.9, 0.2, -0.3, 0.5, ln_alpha])
    exact, either = sums.evaluate(params), sums.evaluate(params, exact=False)
    assert either.log_likelihood == exact.log_likelihood
    assert np.array_equal(either.gradient, exact.gradient) and np.array_equal(either.information, exact.information)
