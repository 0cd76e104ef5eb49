"""Layer models: properties that hold of every table, planted strengths, and errors against differences of the score."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobility.models.association import PATTERNS, pattern_columns
from mobility.models.quasi_variance import quasi_variances
from mobility.models.unidiff import CONSTANT, INDEPENDENT, SEPARATE, UNIDIFF, fit_layers

STRENGTHS = np.array([1.0, 0.6, 1.4, 0.8])


@cache
def means(size=5, people=20_000.0, seed=1, strengths=tuple(STRENGTHS)):
    """Expected counts of UNIDIFF with planted strengths, and its X, centred."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(size, size)) * 0.7
    X = X - X.mean(axis=0) - X.mean(axis=1, keepdims=True) + X.mean()
    layers = len(strengths)
    margins = rng.normal(size=(layers, size, 1)) * 0.3 + rng.normal(size=(layers, 1, size)) * 0.3
    F = np.exp(np.array(strengths)[:, None, None] * X + margins)
    return F * people / F.sum(), X


def drawn(seed=2, **more):
    return np.random.default_rng(seed).poisson(means(**more)[0]).astype("float64")


def full(size=5):
    return pattern_columns(["full"], (), size, size, "test")


def test_the_model_returns_what_is_planted():
    F, X = means()
    found = fit_layers(F, UNIDIFF, full())
    assert found.settled
    assert found.deviance == pytest.approx(0, abs=1e-9)
    assert found.beta == pytest.approx(STRENGTHS, rel=1e-8)
    np.testing.assert_allclose(found.association, X, atol=1e-8)
    np.testing.assert_allclose(found.fitted, F, rtol=1e-8)


def test_fitted_margins_are_those_of_the_counts():
    counts = drawn()
    found = fit_layers(counts, UNIDIFF, full())
    for axis in (1, 2):
        np.testing.assert_allclose(found.fitted.sum(axis=axis), counts.sum(axis=axis), rtol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.permutations(range(5)), st.permutations(range(4)))
def test_order_of_classes_and_layers_changes_nothing(seed, classes, layers):
    counts = drawn(seed, people=3_000.0)
    found = fit_layers(counts, UNIDIFF, full())
    other = fit_layers(counts[np.ix_(layers, classes, range(5))], UNIDIFF, full(), base=list(layers).index(0))
    assert other.deviance == pytest.approx(found.deviance, rel=1e-9)
    assert other.beta == pytest.approx(found.beta[list(layers)], rel=1e-6)
    np.testing.assert_allclose(other.association, found.association[list(classes)], atol=1e-6)


def test_the_base_layer_changes_scale_only():
    counts = drawn()
    found, other = fit_layers(counts, UNIDIFF, full()), fit_layers(counts, UNIDIFF, full(), base=2)
    assert other.beta == pytest.approx(found.beta / found.beta[2], rel=1e-8)
    np.testing.assert_allclose(other.association, found.association * found.beta[2], rtol=1e-7)
    assert other.log_quasi_variances == pytest.approx(found.log_quasi_variances, rel=1e-6)
    assert other.mean_odds_ratio == pytest.approx(found.mean_odds_ratio, rel=1e-8)
    error = np.sqrt(other.log_covariance[0, 0])
    assert error == pytest.approx(np.sqrt(found.log_covariance[2, 2]), rel=1e-8)


def test_scale_of_the_counts_changes_errors_alone():
    counts = drawn()
    found, other = fit_layers(counts, UNIDIFF, full()), fit_layers(4 * counts, UNIDIFF, full())
    assert other.beta == pytest.approx(found.beta, rel=1e-8)
    assert other.deviance == pytest.approx(4 * found.deviance, rel=1e-8)
    np.testing.assert_allclose(other.covariance * 4, found.covariance, rtol=1e-6, atol=1e-15)
    assert other.dissimilarity == pytest.approx(found.dissimilarity, rel=1e-8)


def test_transposed_tables_give_the_same_strengths():
    counts = drawn()
    found, other = fit_layers(counts, UNIDIFF, full()), fit_layers(counts.transpose(0, 2, 1), UNIDIFF, full())
    assert other.beta == pytest.approx(found.beta, rel=1e-8)


def test_margins_times_any_factor_leave_the_association_alone():
    F, _ = means()
    factors = np.random.default_rng(5).uniform(0.2, 5, size=(4, 5, 1))
    assert fit_layers(F * factors, UNIDIFF, full()).beta == pytest.approx(STRENGTHS, rel=1e-7)


def test_errors_are_those_of_the_expected_information():
    """Of all parameters at once, written out from a Jacobian by differences of the predictor."""
    found = fit_layers(drawn(), UNIDIFF, full())
    K, size, q = 4, 5, len(found.theta)
    F = found.fitted.ravel()

    def predictor(p):
        a, b = p[: K * size].reshape(K, size, 1), np.zeros((K, 1, size))
        b[:, 0, 1:] = p[K * size : K * (2 * size - 1)].reshape(K, size - 1)
        theta, free = p[K * (2 * size - 1) :][:q], p[K * (2 * size - 1) + q :]
        beta = np.concatenate([[1.0], free])
        return (a + b + beta[:, None, None] * (found.columns @ theta)).ravel()

    at = np.concatenate([np.zeros(K * (2 * size - 1)), found.theta, found.beta[1:]])
    steps = 1e-6 * np.eye(len(at))
    J = np.column_stack([(predictor(at + step) - predictor(at - step)) / 2e-6 for step in steps])
    V = np.linalg.inv(J.T @ (F[:, None] * J))
    np.testing.assert_allclose(found.joint[:q, :q], V[-(q + 3) : -3, -(q + 3) : -3], rtol=1e-5, atol=1e-10)
    np.testing.assert_allclose(found.covariance[1:, 1:], V[-3:, -3:], rtol=1e-5)
    assert found.covariance[0, 0] == 0


def test_companions_are_nested():
    counts = drawn()
    fits = {effect: fit_layers(counts, effect, full()) for effect in (INDEPENDENT, CONSTANT, UNIDIFF, SEPARATE)}
    deviances, df = [found.deviance for found in fits.values()], [found.df for found in fits.values()]
    assert deviances == sorted(deviances, reverse=True)
    assert df == [64, 48, 45, 0]
    assert fits[SEPARATE].deviance == pytest.approx(0, abs=1e-8)


def test_independence_is_rows_times_columns():
    counts = drawn()
    found = fit_layers(counts, INDEPENDENT, full())
    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    expected = rows[:, :, None] * columns[:, None, :] / counts.sum(axis=(1, 2))[:, None, None]
    np.testing.assert_allclose(found.fitted, expected, rtol=1e-9)
    G2 = 2 * (counts * np.log(counts / expected)).sum()
    assert found.deviance == pytest.approx(G2)
    assert found.bic == pytest.approx(G2 - 64 * np.log(counts.sum()))
    assert found.dissimilarity == pytest.approx(np.abs(counts - expected).sum() / (2 * counts.sum()))


def test_log_odds_of_separate_layers_are_those_of_the_counts():
    counts = drawn()
    value, error = fit_layers(counts, SEPARATE, full()).log_odds(1, (0, 3), (0, 3))
    a, b, c, d = counts[1][[0, 0, 3, 3], [0, 3, 0, 3]]
    assert value == pytest.approx(np.log(a * d / (b * c)), rel=1e-8)
    assert error == pytest.approx(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d), rel=1e-6)


def test_log_odds_of_unidiff_are_strength_times_association():
    found = fit_layers(drawn(), UNIDIFF, full())
    F = found.fitted[2]
    value, error = found.log_odds(2, (1, 4), (0, 2))
    assert value == pytest.approx(np.log(F[1, 0] * F[4, 2] / (F[1, 2] * F[4, 0])), rel=1e-8)
    assert 0 < error < 1


def test_strengths_that_run_the_other_way_are_found():
    F, _ = means(strengths=(1.0, 0.7, -0.5))
    found = fit_layers(F, UNIDIFF, full())
    assert found.beta == pytest.approx([1.0, 0.7, -0.5], rel=1e-7)
    assert np.isnan(found.log_beta[2])
    assert np.isfinite(found.covariance).all()


@pytest.mark.parametrize(
    ("parts", "df"),
    [
        # By hand of a 5 x 5 table: 16 less the parameters beside the margins.
        (["full"], 0),
        (["symmetric"], 6),
        (["diagonal"], 11),
        (["uniform"], 15),
        (["rows"], 12),
        (["columns"], 12),
        (["rows", "columns"], 9),
        (["slopes"], 12),
        (["crossings"], 12),
        (["crossings", "diagonal"], 9),
        (["full", "diagonal"], 0),
    ],
)
def test_patterns_have_their_parameters(parts, df):
    found = fit_layers(drawn()[:1], CONSTANT, pattern_columns(parts, (), 5, 5, "test"))
    assert found.df == df
    assert set(parts) <= set(PATTERNS)


def test_uniform_association_has_one_local_odds_ratio():
    found = fit_layers(drawn()[:1], CONSTANT, pattern_columns(["uniform"], (), 5, 5, "test"))
    F = np.log(found.fitted[0])
    local = F[1:, 1:] + F[:-1, :-1] - F[1:, :-1] - F[:-1, 1:]
    np.testing.assert_allclose(local, found.theta[0], atol=1e-9)


def test_excluded_cells_are_fitted_exactly_and_do_not_matter():
    counts = drawn()
    other = counts.copy()
    other[:, range(5), range(5)] *= 3
    diagonal = np.eye(5, dtype=bool)
    found, changed = (fit_layers(table, UNIDIFF, full(), excluded=diagonal) for table in (counts, other))
    assert found.beta == pytest.approx(changed.beta, rel=1e-8)
    assert found.df == 4 * (20 - 9) - 11 - 3
    np.testing.assert_array_equal(found.fitted[:, range(5), range(5)], counts[:, range(5), range(5)])


def test_quasi_variances_of_independent_levels_are_their_variances():
    own = np.array([0.2, 0.5, 1.0, 0.1])
    assert quasi_variances(np.diag(own)) == pytest.approx(own, rel=1e-8)


def test_quasi_variances_do_not_depend_on_the_base():
    own, base = np.diag([0.2, 0.5, 1.0]), np.eye(3)
    base[:, 0] -= 1
    assert quasi_variances(base @ own @ base.T) == pytest.approx([0.2, 0.5, 1.0], rel=1e-8)


def test_two_levels_have_no_quasi_variances():
    assert np.isnan(quasi_variances(np.diag([0.0, 1.0]))).all()
