"""Samples of progression to fit: that of the golden numbers, and small drawn ones."""

import numpy as np
import pandas as pd

from mobility.models import (
    Covariance,
    fit,
)
from specs import design_of

LEVELS = [
    "postgraduate",
    "undergraduate",
    "other_he",
    "post16_school",
    "gcse",
    "less_than_gcse",
    "no_qualifications",
]
TERMS = [
    {"id": "age", "kind": "polynomial", "degree": 2, "rows": ["age", "age_squared"]},
    {"id": "female", "kind": "indicator"},
    {"id": "qualification", "kind": "factor", "levels": LEVELS, "reference": "gcse"},
    {"id": "trained_12m", "kind": "indicator"},
    {"id": "non_permanent", "kind": "indicator"},
    {"id": "tenure", "kind": "continuous"},
    {"id": "small_firm", "kind": "indicator"},
    {"id": "origin_share_change", "kind": "continuous"},
]
ROBUST = Covariance("robust")
ESTIMATORS = ["ols", "logit", "probit"]


def small_frame(n=300, seed=3):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "person": np.repeat(np.arange(n // 3), 3),
            "x": rng.normal(size=n),
            "d": rng.integers(0, 2, n),
            "f": rng.choice(["a", "b", "c"], n),
        }
    )
    eta = -0.3 + 0.6 * frame["x"] + 0.5 * frame["d"] + 0.4 * (frame["f"] == "b")
    return frame.assign(y=(rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int))


SMALL = [
    {"id": "x", "kind": "continuous"},
    {"id": "d", "kind": "indicator"},
    {"id": "f", "kind": "factor", "levels": ["a", "b", "c"], "reference": "a"},
]


def fit_small(frame, estimator="logit", covariance=ROBUST, terms=SMALL, **kw):
    design = design_of(frame, terms)
    return fit(frame["y"], design, estimator, covariance, **kw)


def by_name(names, values):
    return pd.Series(values, index=list(names))


def assert_close(names, values, expected, rtol=0.0, atol=0.0):
    found = by_name(names, values)[list(expected.index)]
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol)
