"""Models: what samples cannot identify leaves with its rows, or is told in words."""

import warnings

import numpy as np
import pandas as pd
import pytest

from mobility.models import (
    Covariance,
    average_marginal_effects,
    fit,
    fit_fixed_effects,
    predict_profiles,
)
from paths import GOLDEN
from progression_sample import ESTIMATORS, ROBUST, SMALL, assert_close, by_name, fit_small, small_frame
from specs import design_of

ADVICE = "name another `reference` of it in terms/, or leave the level out in samples.yaml"

REGIONS = {
    "id": "region",
    "kind": "factor",
    "levels": ["north", "south", "east", "west"],
    "reference": "north",
}
SEPARATED_TERMS = [
    {"id": "age", "kind": "continuous"},
    REGIONS,
    {"id": "non_permanent", "kind": "indicator"},
    {"id": "small_firm", "kind": "indicator"},
]


@pytest.fixture
def separated():
    return pd.read_csv(GOLDEN / "separated_sample.csv")


# ---- perfect prediction


def test_perfect_predictors_are_dropped_with_their_rows_until_none_is_left(separated, golden):
    design = design_of(separated, SEPARATED_TERMS)
    found = fit(separated["outcome"], design, "logit", ROBUST)
    # non_permanent predicts failure in 23 rows; without them west predicts success in 28.
    assert [(drop.name, drop.term, drop.reason, drop.rows) for drop in found.dropped] == [
        ("non_permanent", "non_permanent", "predicts_failure", 23),
        ("west", "region", "predicts_success", 28),
    ]
    assert [drop.why for drop in found.dropped] == [
        "non_permanent != 0 predicts failure perfectly; non_permanent dropped and 23 rows not used",
        "west != 0 predicts success perfectly; west dropped and 28 rows not used",
    ]
    assert (found.n, found.n_dropped) == (golden["separated", "n"][""], 51)
    assert_close(found.names, found.params, golden["separated", "params"], atol=1e-8)
    assert_close(found.names, found.std_errors, golden["separated", "robust"], rtol=1e-6)
    assert np.isnan(by_name(found.names, found.params)[["west", "non_permanent"]]).all()
    assert found.flag == ""


@pytest.mark.parametrize("estimator", ["logit", "probit"])
def test_the_rest_is_as_fitted_on_the_reduced_data(separated, estimator):
    found = fit(separated["outcome"], design_of(separated, SEPARATED_TERMS), estimator, ROBUST)
    left = separated[(separated["non_permanent"] == 0) & (separated["region"] != "west")]
    region = REGIONS | {"levels": ["north", "south", "east"]}
    design = design_of(left, [SEPARATED_TERMS[0], region, SEPARATED_TERMS[3]])
    expected = fit(left["outcome"], design, estimator, ROBUST)
    assert_close(found.names, found.params, by_name(expected.names, expected.params), atol=1e-9)
    assert_close(found.names, found.std_errors, by_name(expected.names, expected.std_errors), rtol=1e-9)
    assert found.n == expected.n == len(left)


def test_least_squares_keeps_perfect_predictors(separated):
    found = fit(separated["outcome"], design_of(separated, SEPARATED_TERMS), "ols", ROBUST)
    assert (found.n, found.n_dropped, found.dropped) == (260, 0, ())
    assert np.isfinite(found.params).all()


def test_margins_of_dropped_terms_are_missing_and_of_the_others_over_the_rows_used(separated):
    design = design_of(separated, SEPARATED_TERMS)
    found = fit(separated["outcome"], design, "logit", ROBUST)
    effects = average_marginal_effects(found, design)
    missing = by_name(effects.names, np.isnan(effects.effects) & np.isnan(effects.std_errors))
    assert missing[["non_permanent", "west"]].all() and not missing[["age", "south", "east", "small_firm"]].any()
    predictions = predict_profiles(found, design, [{}, {"region": "west"}, {"region": "south"}])
    assert list(np.isnan(predictions.values)) == [False, True, False]
    assert np.isnan(predictions.change(1, 0)).all()


def test_the_zero_side_of_a_category_can_predict_too():
    frame = small_frame()
    frame.loc[frame["d"] == 0, "y"] = 0
    found = fit_small(frame)
    zeros = int((frame["d"] == 0).sum())
    assert found.dropped[0].why == f"d != 1 predicts failure perfectly; d dropped and {zeros} rows not used"
    assert found.n == 300 - zeros


def test_a_category_that_determines_the_outcome_is_an_error_in_words():
    frame = small_frame()
    frame["y"] = frame["d"]
    found = fit_small(frame)
    assert found.flag == "not_estimable" and np.isnan(found.params).all()
    assert found.note.startswith("the outcome is 0 in all") and found.note.endswith("perfect predictors were dropped")


def test_a_reference_level_that_predicts_perfectly_is_named():
    frame = small_frame()
    frame.loc[frame["f"] == "a", "y"] = 0
    rows = int((frame["f"] == "a").sum())
    found = fit_small(frame)
    assert found.flag == "not_estimable"
    assert found.note == (f"reference level `a` of `f` predicts failure perfectly ({rows} rows); {ADVICE}")
    assert fit_small(frame, "ols").flag == ""


@pytest.mark.parametrize("estimator", ["logit", "probit"])
def test_separation_by_a_continuous_term_does_not_pass_as_converged(estimator):
    frame = small_frame()
    frame["y"] = (frame["x"] > 0.1).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_small(frame, estimator)
    assert found.flag == "not_converged" and found.note.startswith("did not converge")


@pytest.mark.parametrize("estimator", ["logit", "probit"])
@pytest.mark.parametrize("weighted", [False, True])
def test_separation_by_a_combination_does_not_pass_as_converged(estimator, weighted):
    # d without e always succeeds and e without d always fails, but with both or neither anything happens: no category
    # predicts perfectly by itself, d - e does.
    frame = small_frame().assign(e=np.arange(300) % 2)
    frame.loc[frame["d"] > frame["e"], "y"] = 1
    frame.loc[frame["d"] < frame["e"], "y"] = 0
    weights = np.linspace(0.5, 2, 300) if weighted else None
    found = fit_small(frame, estimator, terms=[*SMALL, {"id": "e", "kind": "indicator"}], weights=weights)
    assert found.flag == "not_converged" and found.dropped == ()
    assert found.note.startswith("did not converge")


def test_rows_that_are_nearly_determined_are_told():
    frame = small_frame().assign(x=lambda data: 8 * data["x"])
    frame["y"] = (frame["x"] + np.random.default_rng(1).normal(0, 1, 300) > 0).astype(int)
    found = fit_small(frame)
    assert found.flag == "" and found.note.endswith("rows are completely determined")


def test_non_convergence_is_flagged():
    found = fit_small(small_frame(), max_iterations=1)
    assert not found.converged and found.flag == "not_converged"
    assert found.note == "did not converge in 1 iterations"


# ---- collinearity, empty groups, constant outcomes


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_later_of_collinear_terms_is_dropped_and_named(estimator):
    frame = small_frame()
    frame["again"] = 2 * frame["x"] - 3 * frame["d"] + 1
    found = fit_small(frame, estimator, terms=[*SMALL, {"id": "again", "kind": "continuous"}])
    (drop,) = found.dropped
    assert (drop.name, drop.reason, drop.rows) == ("again", "collinear", 0)
    assert drop.why == "again is collinear with x, d; again dropped"
    expected = fit_small(frame, estimator)
    np.testing.assert_allclose(found.params[:-1], expected.params, atol=1e-9)
    np.testing.assert_allclose(found.std_errors[:-1], expected.std_errors, rtol=1e-9)
    assert np.isnan(found.params[-1]) and found.rank == expected.rank


def test_a_term_that_does_not_vary_is_collinear_with_the_constant():
    found = fit_small(small_frame().assign(one=1), terms=[*SMALL, {"id": "one", "kind": "indicator"}])
    assert found.dropped[0].why == "one is collinear with constant; one dropped"


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_level_without_rows_has_no_coefficient(estimator):
    terms = [*SMALL[:2], SMALL[2] | {"levels": ["a", "b", "c", "nobody"]}]
    found = fit_small(small_frame(), estimator, terms=terms)
    assert [(drop.name, drop.reason, drop.why) for drop in found.dropped] == [
        ("nobody", "empty", "level nobody of f has no rows")
    ]
    np.testing.assert_allclose(found.params[:-1], fit_small(small_frame(), estimator).params, atol=1e-10)
    assert np.isnan(found.params[-1])


def test_a_reference_without_rows_is_not_estimable():
    terms = [*SMALL[:2], SMALL[2] | {"levels": ["a", "b", "c", "nobody"], "reference": "nobody"}]
    found = fit_small(small_frame(), "ols", terms=terms)
    assert found.note == f"reference level `nobody` of `f` has no rows; {ADVICE}"
    assert found.flag == "not_estimable" and np.isnan(found.params).all()


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("value", [0, 1])
def test_a_constant_outcome_gives_no_number(estimator, value):
    frame = small_frame().assign(y=value)
    design = design_of(frame, SMALL)
    found = fit(frame["y"], design, estimator, ROBUST)
    assert found.note == f"the outcome is {value} in all 300 rows" and found.flag == "not_estimable"
    assert np.isnan(found.params).all() and (found.n, found.events) == (300, 300 * value)
    assert np.isnan(average_marginal_effects(found, design).effects).all()
    assert np.isnan(predict_profiles(found, design, [{}]).values).all()
    assert np.isnan(fit_fixed_effects(frame["y"], design, frame["person"]).params).all()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_no_rows_and_too_few_rows_give_no_number(estimator):
    frame = small_frame()
    nobody = fit_small(frame[:0], estimator)
    assert nobody.note == "no rows: there are no complete cases" and nobody.flag == "not_estimable"
    few = fit_small(frame[:3].assign(y=[0, 1, 0], d=[0, 1, 1], f="a"), "ols")
    assert few.note == "3 rows for 3 coefficients" and np.isnan(few.params).all()
    one = fit_small(frame, estimator, Covariance("clustered"), cluster=np.zeros(len(frame)))
    assert one.note == "one cluster: clustered errors need at least two" and np.isnan(one.params).all()


def test_fixed_effects_need_change_within_persons():
    frame = small_frame()
    design = design_of(frame, SMALL)
    once = fit_fixed_effects(frame["y"], design, np.arange(len(frame)))
    assert once.note == "no person's outcome changes: nothing to compare within persons"
    assert once.flag == "not_estimable" and np.isnan(once.params).all()
