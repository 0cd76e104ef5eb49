"""Models: the design and its losses, messages, and what must hold whatever the data."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobility.errors import DataError, SpecError
from mobility.models import (
    Covariance,
    average_marginal_effects,
    fit,
    fit_fixed_effects,
    predict_profiles,
)
from mobility.models.linear import independent_columns, standardise
from progression_sample import ESTIMATORS, ROBUST, SMALL, TERMS, fit_small, small_frame
from specs import design_of

# ---- missing values and the design


def test_losses_by_term_add_up(sample, design):
    assert design.n == len(sample.dropna()) == design.rows_in - sum(loss.dropped for loss in design.losses)
    assert [loss.term for loss in design.losses] == ["outcome", *(term["id"] for term in TERMS)]
    assert {loss.term: loss.missing for loss in design.losses if loss.missing} == {
        "outcome": 17,
        "qualification": 29,
        "trained_12m": 68,
        "non_permanent": 40,
        "tenure": 128,
    }
    assert design.losses[-1].remaining == design.n
    np.testing.assert_array_equal(design.kept, np.flatnonzero(sample.notna().all(axis=1)))


def test_the_design_says_what_each_column_is(design):
    assert design.names[:4] == ("constant", "age", "age_squared", "female")
    assert design.blocks["qualification"].reference == "gcse" and "gcse" not in design.names
    assert design.terms[4:10] == ("qualification",) * 6
    np.testing.assert_array_equal(design.X[:, 2], design.X[:, 1] ** 2)


def test_kinds_of_columns_give_the_same_design():
    frame = small_frame()
    other = frame.assign(
        d=frame["d"].astype("boolean"), x=frame["x"].astype("Float64"), f=frame["f"].astype("category")
    )
    np.testing.assert_array_equal(design_of(frame, SMALL).X, design_of(other, SMALL).X)
    coded = frame.assign(f=frame["f"].map({"a": 1.0, "b": 2.0, "c": np.nan}))
    term = SMALL[2] | {"levels": [1, 2], "reference": 1}
    design = design_of(coded, [term])
    assert design.names == ("constant", "2") and design.losses[0].dropped == (frame["f"] == "c").sum()


@pytest.mark.parametrize(
    ("terms", "error", "words"),
    [
        ([{"id": "z", "kind": "continuous"}], DataError, ["no column `z`", "allowed: d, f, person, x, y"]),
        ([{"id": "x", "kind": "linear"}], SpecError, ["kind `linear` is unknown", "allowed"]),
        ([{"id": "x", "kind": "indicator"}], DataError, ["`x`: an indicator is 0, 1 or missing", "Use kind"]),
        ([{"id": "x", "kind": "polynomial", "rows": ["x"]}], SpecError, ["degree 2", "found ['x']"]),
        ([SMALL[2] | {"reference": "z"}], SpecError, ["reference `z` is not one of its levels", "a, b, c"]),
        ([SMALL[2] | {"levels": ["a", "b"]}], DataError, ["`f` holds `c`", "allowed: a, b"]),
        ([SMALL[0], SMALL[1] | {"id": "x", "of": "d"}], SpecError, ["more than one coefficient is named x"]),
    ],
)
def test_messages_of_terms(terms, error, words):
    with pytest.raises(error) as caught:
        design_of(small_frame(), terms)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        ({"estimator": "logistic"}, SpecError, ["estimator `logistic` is unknown", "nearest: logit"]),
        ({"covariance": Covariance("clustered")}, SpecError, ["need a cluster", "`cluster: person`"]),
        ({"weights": np.zeros(300)}, DataError, ["300 of 300 complete cases have no positive finite weight"]),
        ({"weights": np.ones(299)}, DataError, ["weights: 299 values for a frame of 300 rows"]),
        ({"weights": np.full(300, np.nan)}, DataError, ["weights: missing in 300 of 300", "`required`"]),
        ({"y": np.full(300, 2)}, DataError, ["outcome: found 2", "0 or 1"]),
    ],
)
def test_messages_of_fits(call, error, words):
    frame = small_frame()
    arguments = {"y": frame["y"], "estimator": "logit", "covariance": ROBUST} | call
    with pytest.raises(error) as caught:
        fit(design=design_of(frame, SMALL), **arguments)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_messages_of_covariances_profiles_and_infinite_values():
    with pytest.raises(SpecError, match="covariance `robsut` is unknown; nearest: robust"):
        Covariance("robsut")
    frame = small_frame()
    design = design_of(frame, SMALL)
    found = fit(frame["y"], design, "ols", ROBUST)
    with pytest.raises(SpecError, match="no term `agee`"):
        predict_profiles(found, design, [{"agee": 1}])
    with pytest.raises(SpecError, match="`f` has no level `z`; allowed: a, b, c"):
        predict_profiles(found, design, [{"f": "z"}])
    with pytest.raises(DataError, match="`x`: 1 infinite values"):
        design_of(frame.assign(x=frame["x"].where(frame.index > 0, np.inf)), SMALL)


# ---- properties


@pytest.mark.parametrize("kind", ["classical", "robust", "clustered"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_order_of_rows_changes_nothing(estimator, kind):
    frame = small_frame()
    mixed = frame.sample(frac=1, random_state=4)
    one, two = (fit_small(data, estimator, Covariance(kind), cluster=data["person"]) for data in (frame, mixed))
    np.testing.assert_allclose(one.params, two.params, atol=1e-11)
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_each_row_twice_keeps_coefficients_and_clustered_meat(estimator):
    frame = small_frame()
    twice = pd.concat([frame, frame])
    clustered = Covariance("clustered")
    one, two = (fit_small(data, estimator, clustered, cluster=data["person"]) for data in (frame, twice))
    np.testing.assert_allclose(one.params, two.params, atol=1e-10)
    # Only the factor of the ols, (n-1)/(n-k), sees the number of rows; k = 5.
    factor = (599 / 595) / (299 / 295) if estimator == "ols" else 1
    np.testing.assert_allclose(two.covariance, factor * one.covariance, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("kind", ["classical", "robust", "clustered"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_scale_of_weights_changes_nothing(estimator, kind):
    frame = small_frame()
    weights = np.random.default_rng(5).uniform(0.2, 3, len(frame))
    one, two = (
        fit_small(frame, estimator, Covariance(kind), cluster=frame["person"], weights=scale * weights)
        for scale in (1, 1000)
    )
    np.testing.assert_allclose(one.params, two.params, atol=1e-10)
    np.testing.assert_allclose(one.std_errors, two.std_errors, rtol=1e-9)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, rel=1e-10)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_whole_weights_give_the_coefficients_of_repeated_rows(estimator):
    frame = small_frame()
    times = np.random.default_rng(6).integers(1, 4, len(frame))
    weighted = fit_small(frame, estimator, weights=times)
    repeated = fit_small(frame.loc[frame.index.repeat(times)], estimator)
    np.testing.assert_allclose(weighted.params, repeated.params, atol=1e-9)
    equal = fit_small(frame, estimator, weights=np.full(len(frame), 7.0))
    np.testing.assert_allclose(equal.covariance, fit_small(frame, estimator).covariance, rtol=1e-8, atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(1e-4, 1e4), shift=st.floats(-1e3, 1e3), seed=st.integers(0, 10_000))
def test_units_of_a_term_change_only_its_coefficient(scale, shift, seed):
    frame = small_frame(seed=seed)
    one, two = fit_small(frame), fit_small(frame.assign(x=scale * frame["x"] + shift))
    assert one.flag == two.flag == ""
    np.testing.assert_allclose(scale * two.params[1], one.params[1], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(two.params[2:], one.params[2:], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(two.std_errors[2:], one.std_errors[2:], rtol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_losses_add_up_whatever_is_missing(holes):
    holes = np.array(holes)
    frame = pd.DataFrame({"x": 1.5, "d": 1.0, "f": "a"}, index=range(len(holes))).mask(holes)
    design = design_of(frame, SMALL)
    assert design.n == (~holes.any(axis=1)).sum() == len(frame) - sum(loss.dropped for loss in design.losses)
    assert [loss.missing for loss in design.losses] == list(holes.sum(axis=0))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 100_000))
def test_independent_columns_are_as_many_as_the_rank(seed):
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(60), rng.integers(-1, 2, (60, 3)), rng.normal(size=(60, 2))])
    X = X @ rng.integers(-1, 2, (6, 8))
    X[:, 0] = 1
    gram = standardise(X).Z.T @ standardise(X).Z / len(X)
    kept = independent_columns(gram)
    assert len(kept) == np.linalg.matrix_rank(X)
    for column in range(8):
        before = X[:, : column + 1]
        adds = np.linalg.matrix_rank(before) > (np.linalg.matrix_rank(before[:, :-1]) if column else 0)
        assert (column in kept) == adds


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.02, 0.05, 0.1]))
def test_a_sample_with_rare_categories_is_fitted_or_flagged(seed, share):
    rng = np.random.default_rng(seed)
    frame = small_frame(n=120, seed=seed).assign(rare=(rng.random(120) < share).astype(int))
    frame["y"] = np.where(rng.random(120) < 0.3, frame["y"], 0)
    found = fit_small(frame, terms=[*SMALL, {"id": "rare", "kind": "indicator"}])
    if found.flag == "":
        assert found.n + found.n_dropped == 120
        assert found.n_dropped == sum(drop.rows for drop in found.dropped)
        assert np.isfinite(found.params).sum() == found.rank == np.isfinite(found.std_errors).sum()
        assert np.abs(found.params[np.isfinite(found.params)]).max() < 30
    else:
        assert found.note


def test_effects_of_least_squares_are_its_coefficients():
    frame = small_frame()
    design = design_of(frame, SMALL)
    found = fit(frame["y"], design, "ols", ROBUST)
    effects = average_marginal_effects(found, design)
    assert effects.names == found.names[1:] and effects.terms == ("x", "d", "f", "f")
    np.testing.assert_allclose(effects.effects, found.params[1:], atol=1e-12)
    np.testing.assert_allclose(effects.std_errors, found.std_errors[1:], rtol=1e-10)


def test_weighted_margins_are_those_of_repeated_rows():
    frame = small_frame()
    times = np.random.default_rng(6).integers(1, 4, len(frame))
    repeated = frame.loc[frame.index.repeat(times)]
    one, two = design_of(frame, SMALL), design_of(repeated, SMALL)
    weighted = average_marginal_effects(fit(frame["y"], one, "logit", ROBUST, weights=times), one)
    expected = average_marginal_effects(fit(repeated["y"], two, "logit", ROBUST), two)
    np.testing.assert_allclose(weighted.effects, expected.effects, atol=1e-9)


def test_inputs_are_not_modified(sample, design):
    before, X = sample.copy(), design.X.copy()
    found = fit(sample["outcome"], design, "logit", Covariance("clustered"), sample["person"], sample["weight"])
    average_marginal_effects(found, design)
    fit_fixed_effects(sample["outcome"], design, sample["person"])
    pd.testing.assert_frame_equal(sample, before)
    np.testing.assert_array_equal(design.X, X)


def test_p_values_and_intervals_are_those_of_statsmodels(sample, design):
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.regression.linear_model import OLS

    y = sample["outcome"].to_numpy()[design.kept]
    ours = fit(y, design, "ols", ROBUST)
    theirs = OLS(y, design.X).fit(cov_type="HC1", use_t=True)
    np.testing.assert_allclose(ours.p_values, theirs.pvalues, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(ours.intervals(), theirs.conf_int(), rtol=1e-6, atol=1e-10)
    ours = fit(y, design, "logit", Covariance("classical"))
    theirs = Logit(y, design.X).fit(disp=0)
    np.testing.assert_allclose(ours.p_values, theirs.pvalues, rtol=1e-6, atol=1e-12)


def test_importing_the_package_loads_no_statistics_library():
    code = (
        "import sys, mobility.models; print([m for m in ('statsmodels', 'linearmodels', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
