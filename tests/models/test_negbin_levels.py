"""A negative binomial of moves, whose columns follow from the area left and the one reached, and row by row."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.discrete_model import NegativeBinomial

from mobility.models import Covariance, fit_negbin, negbin
from mobility.models.count_rows import find_levels
from specs import design_of

AREAS, YEARS = 101, 2
NUMBERS = ("miles", "left_rent", "left_pay", "reached_rent", "reached_pay")
TERMS = [{"id": name, "kind": "continuous"} for name in NUMBERS] + [
    {"id": name, "kind": "indicator"} for name in ("border", "town", "later", "rare")
]


def moves():
    """Pairs of areas in two years; a rare kind of area to which nobody moves."""
    rng = np.random.default_rng(11)
    year, left, reached = (found.ravel() for found in np.indices((YEARS, AREAS, AREAS)))
    of_area, miles = rng.normal(size=(YEARS, AREAS, 4)), rng.random((AREAS, AREAS))
    frame = pd.DataFrame(
        {
            "miles": (miles + miles.T)[left, reached],
            "left_rent": of_area[year, left, 0],
            "left_pay": of_area[year, left, 1],
            "reached_rent": of_area[year, reached, 2],
            "reached_pay": of_area[year, reached, 3],
            "border": (rng.random((AREAS, AREAS)) < 0.05)[left, reached].astype(int),
            "town": reached % 4 // 3,
            "later": year,
            "rare": (reached == 7).astype(int),
            "area": left,
            "offset": rng.normal(size=AREAS)[left],
        }
    )
    eta = 1 - frame["miles"] + 0.3 * frame["left_rent"] - 0.2 * frame["reached_pay"] + frame["border"] + frame["offset"]
    counts = rng.poisson(np.exp(eta) * rng.gamma(2, 0.5, len(frame))).astype(float)
    return frame.assign(y=np.where(frame["rare"] == 1, 0, counts))


def fitted(frame, kind="robust"):
    return fit_negbin(frame["y"], design_of(frame, TERMS), Covariance(kind), frame["offset"], frame["area"])


@pytest.fixture(scope="module")
def frame():
    return moves()


@pytest.mark.parametrize("kind", ["classical", "robust", "clustered"])
@pytest.mark.parametrize("mixed", [False, True])
def test_it_is_the_fit_of_the_rows_one_by_one_in_any_order(monkeypatch, frame, kind, mixed):
    rows = frame.sample(frac=1, random_state=2) if mixed else frame
    design = design_of(rows, TERMS)
    assert [len(own.columns) for own in find_levels(design.X, design.binary)] == [3, 4]
    one = fitted(rows, kind)
    monkeypatch.setattr(negbin, "find_levels", lambda *_: ())
    other = fitted(rows, kind)
    assert one.dropped == other.dropped and [each.name for each in one.dropped] == ["rare"]
    np.testing.assert_allclose(one.params, other.params, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(one.joint, other.joint, rtol=1e-8, atol=1e-14)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-13)
    assert one.log_likelihood_poisson == pytest.approx(other.log_likelihood_poisson, rel=1e-12)


def test_it_is_the_fit_of_statsmodels(frame):
    """Without the rows of the rare kind of area, which are dropped, and its column."""
    own, used = fitted(frame, "classical"), frame[frame["rare"] == 0]
    X = np.column_stack([np.ones(len(used)), used[[*NUMBERS, "border", "town", "later"]].to_numpy(float)])
    model = NegativeBinomial(used["y"].to_numpy(), X, offset=used["offset"].to_numpy())
    start = np.append(np.nan_to_num(own.params[:-1]), np.exp(own.ln_alpha)) + 0.01
    other = model.fit(start, method="newton", tol=1e-10, disp=0)
    assert other.mle_retvals["converged"] and own.n == len(used)
    np.testing.assert_allclose(own.params[:-1], other.params[:-1], rtol=1e-6, atol=1e-8)
    assert own.log_likelihood == pytest.approx(other.llf, rel=1e-10)
    np.testing.assert_allclose(own.std_errors[:-1], other.bse[:-1], rtol=1e-4)
