"""A search over many rows that begins where one over some of them ended finds the same maximum."""

import numpy as np
import pandas as pd
import pytest

from mobility.models import Covariance, build_design, fit, solve
from mobility.settings import Term

ROWS = 36_000
TERMS = [Term("x", "x", "continuous", "x"), Term("d", "d", "indicator", "d"), Term("rare", "rare", "indicator", "rare")]


@pytest.fixture(scope="module")
def sample():
    """Two regressors that matter and an indicator of a few rows, `separated` in every 17th of them only."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.normal(size=ROWS), "d": rng.integers(0, 2, ROWS), "rare": 0})
    y = (rng.random(ROWS) < 1 / (1 + np.exp(1 - frame["x"] - 0.5 * frame["d"]))).astype(float)
    few = [0, solve.SOME, 2 * solve.SOME, 100, 200, 300]
    frame.loc[few, "rare"] = 1
    y[few] = [1, 1, 1, 0, 1, 0]
    return frame, y


@pytest.mark.parametrize("terms", [TERMS[:2], TERMS], ids=["usual", "some rows are separated"])
@pytest.mark.parametrize("estimator", ["logit", "probit"])
@pytest.mark.parametrize("weighted", [False, True])
def test_some_rows_first_change_nothing(monkeypatch, sample, terms, estimator, weighted):
    frame, y = sample
    weights = 1 + frame["x"].abs() if weighted else None
    design = build_design(frame, terms)
    found = fit(y, design, estimator, Covariance("robust"), weights=weights)
    monkeypatch.setattr(solve, "ENOUGH", np.inf)
    expected = fit(y, design, estimator, Covariance("robust"), weights=weights)
    assert found.converged and expected.converged
    assert found.iterations <= expected.iterations
    np.testing.assert_allclose(found.params, expected.params, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-10, atol=1e-16)
    np.testing.assert_allclose(found.log_likelihood, expected.log_likelihood, rtol=1e-13)
