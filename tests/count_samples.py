"""Samples of counts to fit, drawn from a negative binomial."""

import numpy as np
import pandas as pd

from mobility.models import Covariance, fit_negbin
from specs import design_of

ROBUST = Covariance("robust")


def continuous(*names):
    return [{"id": name, "kind": "continuous"} for name in names]


def factor(name, values, reference, of=None):
    levels = sorted(str(value) for value in set(values))
    return {"id": name, "of": of or name, "kind": "factor", "levels": levels, "reference": str(reference)}


SMALL = [*continuous("x"), {"id": "d", "kind": "indicator"}, factor("f", "abc", "a")]


def small_frame(n=300, seed=3, alpha=0.6, level=1.5, x_scale=1.0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "d": rng.integers(0, 2, n),
            "f": rng.choice(["a", "b", "c"], n),
            "area": rng.integers(0, 20, n),
            "offset": rng.normal(size=n),
        }
    )
    eta = level + frame["offset"] + 0.5 * frame["x"] - 0.4 * frame["d"] + 0.3 * (frame["f"] == "b")
    mean = np.exp(eta) * (rng.gamma(1 / alpha, alpha, n) if alpha else 1)
    return frame.assign(y=rng.poisson(mean), x=frame["x"] * x_scale)


def fit_small(frame, terms=SMALL, covariance=ROBUST, **kw):
    return fit_negbin(frame["y"], design_of(frame, terms), covariance, frame["offset"], **kw)
