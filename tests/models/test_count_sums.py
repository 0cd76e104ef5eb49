"""Sums over the rows of a count model: the quick way of a search beside the one that keeps all digits."""

import numpy as np
import pytest

from mobility.models import count_sums
from mobility.models.count_rows import arrange, find_levels
from mobility.models.count_sums import CountSums
from mobility.models.counts import tabulate


def sums_of(y):
    """Of a constant, a number, and three columns that follow from a code of 20 levels, the last an indicator."""
    rng = np.random.default_rng(5)
    code, values = rng.integers(0, 20, len(y)), np.column_stack([rng.normal(size=(20, 2)), np.arange(20) % 2])
    X = np.asfortranarray(np.column_stack([np.ones(len(y)), rng.normal(size=len(y)), values[code]]))
    levels = find_levels(X, np.array([False, False, False, False, True]))
    assert len(levels) == (len(y) >= 4096)
    return CountSums.of(arrange(X, levels), tabulate(y), rng.normal(size=len(y)), None)


def exactly(monkeypatch, sums, *arguments):
    """The point by `block_rows`, which keep all digits."""
    with monkeypatch.context() as only:
        only.setattr(count_sums, "QUICK_COUNT", -1)
        return sums.evaluate(*arguments)


@pytest.mark.parametrize("ln_alpha", [(), (-4.6,), (-0.7,), (1.5,)])
@pytest.mark.parametrize("information, meat", [(True, True), (True, False), (False, False)])
def test_the_quick_way_gives_the_same_point(monkeypatch, ln_alpha, information, meat):
    """Of Poisson and alphas from 0.01 on; 6,500 rows are tiles of 256, and the rest by itself."""
    sums = sums_of(np.random.default_rng(2).negative_binomial(2, 0.2, 6500).astype(float))
    params = np.array([0.9, 0.2, -0.3, 0.5, 0.1, *ln_alpha])
    exact = exactly(monkeypatch, sums, params, information, meat)
    quick = sums.evaluate(params, information, meat)
    np.testing.assert_allclose(quick.log_likelihood, exact.log_likelihood, rtol=1e-13)
    np.testing.assert_allclose(quick.gradient, exact.gradient, rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(quick.information, exact.information, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(quick.meat, exact.meat, rtol=1e-10, atol=1e-9)
    assert quick.has_information == information and (quick.meat.size > 0) == meat


@pytest.mark.parametrize("ln_alpha", [(), (-0.7,)])
def test_scores_and_matrices_are_those_of_the_rows(monkeypatch, ln_alpha):
    """The gradient and the meat are sums over the rows of the scores, to which the quick way gives the same digits."""
    y = np.random.default_rng(2).negative_binomial(2, 0.2, 6500).astype(float)
    sums, params = sums_of(y), np.array([0.9, 0.2, -0.3, 0.5, 0.1, *ln_alpha])
    scores, point = sums.scores(params), sums.evaluate(params, meat=True)
    columns = [sums.rows.column(at) * scores[:, 0] for at in range(5)]
    by_row = np.column_stack([*columns, scores[:, 1]])[:, : len(params)]
    np.testing.assert_allclose(point.gradient, by_row.sum(axis=0), rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(point.meat, by_row.T @ by_row, rtol=1e-10, atol=1e-9)
    monkeypatch.setattr(count_sums, "QUICK_COUNT", -1)
    np.testing.assert_allclose(scores, sums.scores(params), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("largest, ln_alpha", [(1e9, -0.7), (40.0, -8.0)])
def test_huge_counts_and_small_alphas_keep_all_digits(monkeypatch, largest, ln_alpha):
    y = np.random.default_rng(3).poisson(4, 300).astype(float)
    y[7] = largest
    sums, params = sums_of(y), np.array([0.9, 0.2, -0.3, 0.5, 0.1, ln_alpha])
    exact, either = exactly(monkeypatch, sums, params), sums.evaluate(params)
    assert either.log_likelihood == exact.log_likelihood
    assert np.array_equal(either.gradient, exact.gradient) and np.array_equal(either.information, exact.information)
