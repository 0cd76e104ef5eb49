"""Negative binomial: what samples cannot identify, input that is refused, and extreme numbers."""

import numpy as np
import pandas as pd
import pytest

from count_samples import ROBUST, SMALL, continuous, factor, fit_small, small_frame
from mobility.errors import DataError, SpecError
from mobility.models import Covariance, fit_negbin, predicted_counts
from specs import design_of

# ---- what a sample cannot identify


def test_category_with_only_zero_counts_leaves_with_its_rows():
    frame = small_frame()
    frame.loc[frame["f"] == "c", "y"] = 0
    found = fit_small(frame)
    gone = int((frame["f"] == "c").sum())
    assert [(d.name, d.term, d.reason, d.rows) for d in found.dropped] == [("c", "f", "zero_counts", gone)]
    assert f"c = 1 has only zero counts; c dropped and {gone} rows not used" == found.dropped[0].why
    assert found.flag == "" and found.n == 300 - gone and found.n_dropped == gone
    rest = frame[frame["f"] != "c"]
    expected = fit_small(rest, [*SMALL[:2], factor("f", "ab", "a")])
    np.testing.assert_allclose(found.params[:4], expected.params, rtol=1e-9)
    np.testing.assert_allclose(found.std_errors[:4], expected.std_errors, rtol=1e-8)
    assert np.isnan(found.params[4]) and np.isnan(found.joint[4]).all()
    predicted = predicted_counts(found, design_of(frame, SMALL), frame["offset"])
    assert (predicted[frame["f"] == "c"] == 0).all() and (predicted[frame["f"] != "c"] > 0).all()


def test_zero_categories_are_dropped_until_none_is_left():
    frame = small_frame()
    frame.loc[(frame["f"] == "c") | (frame["d"] == 0), "y"] = 0
    frame["within_c"] = ((frame["f"] == "c") & (frame["x"] > 0)).astype(int)
    terms = [*continuous("x"), factor("f", "abc", "a"), *({"id": i, "kind": "indicator"} for i in ("d", "within_c"))]
    found = fit_small(frame, terms)
    assert [(d.name, d.reason) for d in found.dropped] == [
        ("c", "zero_counts"),
        ("d", "zero_counts"),
        ("within_c", "empty"),
    ]
    assert "d = 0 has only zero counts" in found.dropped[1].why
    assert found.n == ((frame["d"] == 1) & (frame["f"] != "c")).sum() and found.flag == ""


def test_collinear_term_is_named_and_dropped():
    frame = small_frame()
    frame["twice"] = 3 - 2 * frame["x"]
    found = fit_small(frame, [*SMALL, *continuous("twice")])
    assert [(d.name, d.reason) for d in found.dropped] == [("twice", "collinear")]
    assert "x" in found.dropped[0].why
    expected = fit_small(frame)
    np.testing.assert_allclose(found.params[:5], expected.params, rtol=1e-9)
    assert found.rank == 5 and np.isnan(found.params[5]) and found.flag == ""


def test_level_without_rows_is_dropped():
    frame = small_frame()
    found = fit_small(frame, [*SMALL[:2], factor("f", "abcz", "a")])
    assert [(d.name, d.reason) for d in found.dropped] == [("z", "empty")] and found.rank == 5


@pytest.mark.parametrize(
    "change, note",
    [
        (lambda f: f.assign(y=0), "the count is 0 in all 300 rows"),
        (lambda f: f.assign(y=4), "the count is 4 in all 300 rows"),
        (lambda f: f.assign(y=f["y"].where(f["f"] != "a", 0)), "reference level `a` of `f` has only zero counts"),
        (lambda f: f.assign(f=f["f"].replace("a", "b")), "reference level `a` of `f` has no rows"),
        (lambda f: f.assign(x=np.nan), "no complete cases"),
        (lambda f: f.assign(x=f["x"].where(f.index < 5)).assign(y=range(300)), "5 rows for"),
    ],
)
def test_samples_that_identify_nothing_say_why(change, note):
    found = fit_small(change(small_frame()))
    assert note in found.note and found.flag == "not_estimable" and np.isnan(found.params).all()
    assert np.isnan(found.lr_test.p_value)
    with pytest.raises(DataError, match="not estimated"):
        predicted_counts(found, design_of(small_frame(), SMALL))


def test_one_cluster_is_too_few():
    found = fit_small(small_frame(), covariance=Covariance("clustered"), cluster=np.zeros(300))
    assert "at least two" in found.note and found.flag == "not_estimable"


@pytest.mark.parametrize("order", range(12))
def test_a_combination_of_terms_with_only_zero_counts_is_not_passed_off_as_converged(order):
    """Nor called singular, whatever the rounding (the order of the rows) leaves of its information."""
    frame = small_frame().sample(frac=1, random_state=order)
    # Zero or half: no category, yet it predicts zero counts
    frame["top"] = 0.5 * ((frame["d"] == 1) & (frame["f"] == "b") & (frame["x"] > 0))
    frame.loc[frame["top"] > 0, "y"] = 0
    found = fit_small(frame, [*SMALL, *continuous("top")])
    assert found.flag == "not_converged" and "only zero counts" in found.note
    assert np.isnan(found.std_errors).all()


def test_too_few_iterations_are_marked():
    found = fit_small(small_frame(), max_iterations=1)
    assert found.flag == "not_converged" and "iterations" in found.note


# ---- bad input


@pytest.mark.parametrize("value", [-1, 0.5, np.inf])
def test_counts_that_are_not_counts_are_refused(value):
    frame = small_frame()
    frame["y"] = frame["y"].astype(float)
    frame.loc[7, "y"] = value
    with pytest.raises(DataError, match=r"counts: 1 of 300 .*negative, fractional or infinite"):
        fit_small(frame)


def test_missing_counts_are_refused():
    frame = small_frame()
    with pytest.raises(DataError, match="counts: missing in 1"):
        fit_negbin(frame["y"].astype(float).where(frame.index != 3), design_of(frame, SMALL), ROBUST)


def test_wrong_offsets_and_clusters_are_refused():
    frame = small_frame()
    design = design_of(frame, SMALL)
    with pytest.raises(DataError, match="offset: 10 values"):
        fit_negbin(frame["y"], design, ROBUST, np.zeros(10))
    with pytest.raises(DataError, match=r"offset: 1 of 300 .*not finite"):
        fit_negbin(frame["y"], design, ROBUST, frame["offset"].where(frame.index != 2, -np.inf))
    with pytest.raises(SpecError, match="clustered errors need a cluster"):
        fit_negbin(frame["y"], design, Covariance("clustered"))


# ---- extreme numbers


def exact_likelihood(y, eta, alpha):
    """Log likelihood in extended precision by the definition."""
    from decimal import Decimal, getcontext

    getcontext().prec = 60

    def ln_gamma(z):
        product = Decimal(1)  # of z, z + 1, ... below 60
        while z < 60:
            product *= z
            z += 1
        terms = [(12, 1), (-360, 3), (1260, 5), (-1680, 7), (1188, 9), (Decimal(-360360) / 691, 11), (156, 13)]
        half = (2 * Decimal("3.14159265358979323846264338327950288419716939937510582097494459")).ln() / 2
        return (z - Decimal("0.5")) * z.ln() - z + half + sum(1 / (c * z**p) for c, p in terms) - product.ln()

    theta = 1 / Decimal(alpha)
    total = Decimal(0)
    for count, x in zip(y, eta, strict=True):
        count, mean = Decimal(int(count)), Decimal(float(x)).exp()
        part = ln_gamma(count + theta) - ln_gamma(theta) - ln_gamma(count + 1)
        total += part + count * (mean / (theta + mean)).ln() - theta * (1 + mean / theta).ln()
    return float(total)


@pytest.mark.parametrize("level", [1.5, 8.0, 14.0, 19.0])
@pytest.mark.parametrize("alpha", [1e-6, 1e-3, 0.6, 5.0])
def test_large_counts_lose_no_digits(level, alpha):
    frame = small_frame(200, alpha=alpha, level=level)
    found = fit_small(frame)
    if found.estimator == "poisson":
        assert alpha == 1e-6 and level == 1.5
        return
    assert found.flag == "", found.note
    eta = design_of(frame, SMALL).X @ found.params + frame["offset"].to_numpy()
    np.testing.assert_allclose(found.log_likelihood, exact_likelihood(frame["y"], eta, found.alpha), rtol=1e-9)
    assert abs(found.params[1] - 0.5) < 5 * found.std_errors[1]


def test_counts_of_every_size_together_up_to_a_thousand_million():
    rng = np.random.default_rng(5)
    size = rng.uniform(0, 20.5, 400)
    frame = pd.DataFrame({"x": rng.normal(size=400), "offset": size})
    frame["y"] = np.minimum(rng.poisson(np.exp(size + 0.2 * frame["x"]) * rng.gamma(2, 0.5, 400)), 10**9)
    found = fit_small(frame, continuous("x"))
    assert frame["y"].max() == 10**9 and found.flag == ""
    eta = design_of(frame, continuous("x")).X @ found.params + size
    np.testing.assert_allclose(found.log_likelihood, exact_likelihood(frame["y"], eta, found.alpha), rtol=1e-11)
    assert found.alpha == pytest.approx(0.5, rel=0.2)


@pytest.mark.parametrize("alpha", [100.0, 1e4])
def test_huge_overdispersion(alpha):
    frame = small_frame(4000, alpha=alpha, level=4)
    found = fit_small(frame, continuous("x"))
    assert found.flag == "" and abs(found.ln_alpha - np.log(alpha)) < 5 * found.std_error_ln_alpha


def test_tiny_overdispersion_is_found_where_the_counts_show_it():
    frame = small_frame(20_000, alpha=1e-4, level=9)
    found = fit_small(frame)
    assert found.flag == "" and abs(found.ln_alpha - np.log(1e-4)) < 4 * found.std_error_ln_alpha
    assert found.lr_test.p_value < 1e-10


def test_regressors_of_very_different_size_stand_together():
    frame = small_frame(2000)
    frame["small"], frame["large"] = np.random.default_rng(1).normal(size=(2, 2000))
    one = fit_small(frame, [*SMALL, *continuous("small", "large")])
    scaled = frame.assign(small=1e-6 * frame["small"], large=1e6 * frame["large"] + 1e7)
    other = fit_small(scaled, [*SMALL, *continuous("small", "large")])
    assert other.rank == 7 and other.flag == ""
    np.testing.assert_allclose(other.params[-2:] * [1e-6, 1e6], one.params[-2:], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(other.std_errors[-2:] * [1e-6, 1e6], one.std_errors[-2:], rtol=1e-6)
