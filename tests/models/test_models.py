"""Models: golden numbers from R, Stata's conventions, what samples cannot identify, properties, and real data.

The expected values of `golden/progression_expected.csv` come from R by `golden/make_golden.R`; those of the wage panel
from statsmodels and linearmodels called by hand.
"""

import subprocess
import sys
import warnings

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
from paths import GOLDEN
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
ROBUST = Covariance("robust")
ESTIMATORS = ["ols", "logit", "probit"]


@pytest.fixture(scope="module")
def sample():
    return pd.read_csv(GOLDEN / "progression_sample.csv")


@pytest.fixture(scope="module")
def design(sample):
    return design_of(sample, TERMS, required=["outcome"])


@pytest.fixture(scope="module")
def golden():
    table = pd.read_csv(GOLDEN / "progression_expected.csv", keep_default_na=False)
    return {key: part.set_index("name")["value"] for key, part in table.groupby(["model", "quantity"])}


@pytest.fixture
def separated():
    return pd.read_csv(GOLDEN / "separated_sample.csv")


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


# ---- golden numbers from R


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_coefficients_equal_those_of_r(sample, design, golden, estimator, weighted):
    weights = sample["weight"] if weighted else None
    found = fit(sample["outcome"], design, estimator, ROBUST, weights=weights)
    expected = golden[estimator + "_weighted" * weighted, "params"]
    assert len(expected) == found.rank == len(found.names)
    assert found.flag == "" and found.note == "" and found.dropped == ()
    assert_close(found.names, found.params, expected, atol=1e-8)


@pytest.mark.parametrize("kind", ["classical", "robust", "clustered"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_errors_equal_those_of_r_under_each_factor(sample, design, golden, estimator, kind):
    found = fit(sample["outcome"], design, estimator, Covariance(kind), cluster=sample["person"])
    assert_close(found.names, found.std_errors, golden[estimator, kind], rtol=1e-6)
    assert found.clusters == (golden["sample", "clusters"][""] if kind == "clustered" else 0)


@pytest.mark.parametrize("kind", ["robust", "clustered"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_weighted_errors_equal_those_of_r(sample, design, golden, estimator, kind):
    found = fit(
        sample["outcome"], design, estimator, Covariance(kind), cluster=sample["person"], weights=sample["weight"]
    )
    assert_close(found.names, found.std_errors, golden[f"{estimator}_weighted", kind], rtol=1e-6)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_marginal_effects_equal_those_of_r(sample, design, golden, estimator):
    found = fit(sample["outcome"], design, estimator, Covariance("clustered"), cluster=sample["person"])
    effects = average_marginal_effects(found, design)
    assert len(effects.names) == len(golden[estimator, "margins"])
    assert_close(effects.names, effects.effects, golden[estimator, "margins"], atol=1e-8)
    assert_close(effects.names, effects.std_errors, golden[estimator, "margins_error"], rtol=1e-6)


def test_profiles_equal_those_of_r(sample, design, golden):
    found = fit(sample["outcome"], design, "logit", Covariance("clustered"), cluster=sample["person"])
    predictions = predict_profiles(found, design, [{}, {"age": 30}])
    change, error = predictions.change(1, 0)
    expected = golden["logit", "profile"]
    np.testing.assert_allclose(predictions.values, expected[["base", "thirty"]], atol=1e-8)
    np.testing.assert_allclose(
        [*predictions.std_errors, error], golden["logit", "profile_error"][["base", "thirty", "change"]], rtol=1e-6
    )
    assert change == pytest.approx(expected["thirty"] - expected["base"], abs=1e-8)


def test_fixed_effects_equal_those_of_r(sample, design, golden):
    found = fit_fixed_effects(sample["outcome"], design, sample["person"])
    assert_close(found.names, found.params, golden["ols_fixed_effects", "params"], atol=1e-8)
    assert_close(found.names, found.std_errors, golden["ols_fixed_effects", "clustered"], rtol=1e-6)
    assert found.r_squared == pytest.approx(golden["ols_fixed_effects", "r_squared"][""], abs=1e-10)
    assert {drop.reason for drop in found.dropped} == {"absorbed"}
    absorbed = {"constant", "female", *LEVELS} - {"gcse"}
    assert {drop.name for drop in found.dropped} == absorbed
    assert np.isnan(by_name(found.names, found.params)[sorted(absorbed)]).all()


@pytest.mark.parametrize(
    ("estimator", "quantity"),
    [
        ("ols", "r_squared"),
        ("ols", "log_likelihood"),
        ("ols", "share_outside"),
        ("logit", "log_likelihood"),
        ("logit", "pseudo_r_squared"),
        ("probit", "log_likelihood"),
        ("probit", "pseudo_r_squared"),
    ],
)
def test_diagnostics_equal_those_of_r(sample, design, golden, estimator, quantity):
    found = fit(sample["outcome"], design, estimator, ROBUST)
    assert getattr(found, quantity) == pytest.approx(golden[estimator, quantity][""], rel=1e-10)
    assert found.converged and found.gradient_norm < 1e-10


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
    assert found.note == (
        f"reference level `a` of `f` predicts failure perfectly ({rows} rows); choose another reference"
    )
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
    assert found.note == "reference level `nobody` of `f` has no rows; choose another reference"
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


# ---- real data: the wage panel, Vella and Verbeek (1998)

WAGE_TERMS = [
    {"id": "educ", "kind": "continuous"},
    {"id": "exper", "kind": "polynomial", "degree": 2, "rows": ["exper", "exper_squared"]},
    *({"id": name, "kind": "indicator"} for name in ("union", "married", "black", "hisp")),
]


@pytest.fixture(scope="module")
def wage_pairs():
    """Men outside the professional and managerial occupations, and whether they are in them a year later."""
    from linearmodels.datasets import wage_panel

    data = wage_panel.load().sort_values(["nr", "year"])
    later = data.groupby("nr")["occupation"].shift(-1)
    return data.assign(progressed=later.isin([1, 2]).astype(int))[later.notna() & ~data["occupation"].isin([1, 2])]


@pytest.mark.parametrize("estimator", ["ols", "logit"])
def test_wage_panel_progression_equals_statsmodels_by_hand(wage_pairs, estimator):
    import statsmodels.formula.api as smf

    design = design_of(wage_pairs, WAGE_TERMS)
    ours = fit(wage_pairs["progressed"], design, estimator, Covariance("clustered"), cluster=wage_pairs["nr"])
    formula = "progressed ~ educ + exper + I(exper**2) + union + married + black + hisp"
    by_hand = smf.ols(formula, wage_pairs) if estimator == "ols" else smf.logit(formula, wage_pairs)
    options = {"disp": 0, "tol": 1e-12} if estimator == "logit" else {}
    groups = wage_pairs["nr"].to_numpy()
    theirs = by_hand.fit(cov_type="cluster", cov_kwds={"groups": groups}, **options)
    n, k = len(wage_pairs), len(ours.names)
    # statsmodels multiplies by (n-1)/(n-k) for the logit too; Stata does not.
    factor = 1 if estimator == "ols" else np.sqrt((n - k) / (n - 1))
    np.testing.assert_allclose(ours.params, theirs.params, atol=1e-8)
    np.testing.assert_allclose(ours.std_errors, factor * theirs.bse, rtol=1e-6)
    assert ours.n == n == theirs.nobs and ours.flag == ""


def test_wage_panel_margins_of_continuous_terms_equal_statsmodels(wage_pairs):
    import statsmodels.formula.api as smf

    terms = [{"id": name, "kind": "continuous"} for name in ("educ", "exper")]
    design = design_of(wage_pairs, terms)
    found = fit(wage_pairs["progressed"], design, "logit", Covariance("classical"))
    theirs = smf.logit("progressed ~ educ + exper", wage_pairs).fit(disp=0).get_margeff()
    effects = average_marginal_effects(found, design)
    np.testing.assert_allclose(effects.effects, theirs.margeff, atol=1e-8)
    np.testing.assert_allclose(effects.std_errors, theirs.margeff_se, rtol=1e-6)


def test_wage_panel_fixed_effects_equal_linearmodels_by_hand(wage_pairs):
    from linearmodels.panel import PanelOLS

    design = design_of(wage_pairs, WAGE_TERMS)
    ours = fit_fixed_effects(wage_pairs["progressed"], design, wage_pairs["nr"])
    data = wage_pairs.set_index(["nr", "year"]).assign(exper_squared=lambda frame: frame["exper"] ** 2)
    columns = ["exper", "exper_squared", "union", "married"]
    theirs = PanelOLS(data["progressed"], data[columns], entity_effects=True).fit()
    assert_close(ours.names, ours.params, theirs.params, atol=1e-9)
    assert [drop.name for drop in ours.dropped] == ["constant", "educ", "black", "hisp"]
