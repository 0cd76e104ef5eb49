"""Negative binomial: golden numbers from R, what samples cannot identify, extreme numbers, and properties.

The expected values of `golden/negbin_expected.csv` come from R by `golden/make_negbin.R`.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobility.errors import DataError, SpecError
from mobility.models import Covariance, count_sums, fit_negbin, negbin, predicted_counts, predicted_rate
from mobility.models.counts import pieces
from paths import GOLDEN
from specs import design_of

ROBUST = Covariance("robust")
KINDS = ["classical", "robust", "clustered"]
COSMOPOLITAN = "London Cosmopolitan"


def continuous(*names):
    return [{"id": name, "kind": "continuous"} for name in names]


def factor(name, values, reference, of=None):
    levels = sorted(str(value) for value in set(values))
    return {"id": name, "of": of or name, "kind": "factor", "levels": levels, "reference": str(reference)}


def quine():
    frame = pd.read_csv(GOLDEN / "negbin_quine.csv")
    references = {"Eth": "A", "Sex": "F", "Age": "F0", "Lrn": "AL"}
    # R names a coefficient by variable and level; here levels alone name them, and F is a sex, F1 an age
    terms = [factor(name, frame[name], reference) for name, reference in references.items()]
    return frame["Days"], terms, None, frame["Eth"] + frame["Age"] + frame["Lrn"], frame


def london(boroughs):
    frame = pd.read_csv(GOLDEN / "negbin_london.csv")
    frame["log(miles)"] = np.log(frame["miles"])
    terms = [
        {"id": "same_group", "kind": "indicator"},
        *continuous("log(miles)"),
        factor("destination_group", frame["destination_group"], COSMOPOLITAN),
    ]
    if boroughs:
        return (
            frame["moves"],
            [*terms, factor("origin", frame["origin"], "E09000002")],
            None,
            frame["destination"],
            frame,
        )
    return frame["moves"], terms, np.log(frame["movers"]), frame["origin"], frame


def regions():
    frame = pd.read_csv(GOLDEN / "negbin_regions.csv")
    terms = [factor("year", frame["year"], 2012), factor("origin", frame["origin"], "E12000001")]
    return frame["moves"], terms, None, frame["origin"] + frame["destination"], frame


SAMPLES = {
    "quine": quine,
    "london": lambda: london(False),
    "london_boroughs": lambda: london(True),
    "regions": regions,
}


@pytest.fixture(scope="module")
def golden():
    table = pd.read_csv(GOLDEN / "negbin_expected.csv", keep_default_na=False)
    return {key: part.set_index("name")["value"] for key, part in table.groupby(["model", "quantity"])}


def by_name(fit, values, last):
    return pd.Series([*values, last], index=[*fit.names, "ln_alpha"])


# ---- golden numbers from R


@pytest.mark.parametrize("model", SAMPLES)
def test_coefficients_and_likelihoods_equal_those_of_r(golden, model):
    counts, terms, offset, _, frame = SAMPLES[model]()
    design = design_of(frame, terms)
    found = fit_negbin(counts, design, ROBUST, offset)
    expected = golden[model, "params"]
    assert found.estimator == "negbin" and found.flag == found.note == "" and found.dropped == ()
    assert found.rank == len(found.names) == len(expected) - 1
    ours = by_name(found, found.params, found.ln_alpha)[list(expected.index)]
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-8)
    for name in ("log_likelihood", "log_likelihood_poisson"):
        np.testing.assert_allclose(getattr(found, name), golden[model, name][""], rtol=1e-10)
    fitted = predicted_counts(found, design, offset)
    np.testing.assert_allclose(fitted[:5], golden[model, "fitted"], rtol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", SAMPLES)
def test_errors_equal_those_of_r_from_the_joint_information(golden, model, kind):
    counts, terms, offset, cluster, frame = SAMPLES[model]()
    found = fit_negbin(counts, design_of(frame, terms), Covariance(kind), offset, cluster)
    expected = golden[model, kind]
    ours = by_name(found, found.std_errors, found.std_error_ln_alpha)[list(expected.index)]
    np.testing.assert_allclose(ours, expected, rtol=1e-6)
    assert found.clusters == (golden[model, "clusters"][""] if kind == "clustered" else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_underdispersed_counts_fall_back_to_the_poisson_of_r_and_say_so(golden, kind):
    frame = pd.read_csv(GOLDEN / "negbin_underdispersed.csv")
    design = design_of(frame, [*continuous("x"), {"id": "z", "kind": "indicator"}])
    found = fit_negbin(frame["y"], design, Covariance(kind), np.log(frame["population"]), frame["group"])
    assert found.estimator == "poisson" and "Poisson" in found.note
    assert found.flag == "" and found.alpha == 0 and np.isnan(found.std_error_ln_alpha)
    assert found.lr_test.statistic == 0 and found.lr_test.p_value == 1
    np.testing.assert_allclose(found.params, golden["underdispersed", "params"], atol=1e-8)
    np.testing.assert_allclose(found.std_errors, golden["underdispersed", kind], rtol=1e-6)
    np.testing.assert_allclose(found.log_likelihood, golden["underdispersed", "log_likelihood"][""], rtol=1e-10)


# ---- pieces of the likelihood


@pytest.mark.parametrize("alpha", [1e-8, 1e-3, 0.7, 50.0, 1e6])
def test_pieces_of_the_likelihood_agree_with_direct_sums(alpha):
    values = np.array([0.0, 1, 2, 3, 17, 63, 64, 65, 500])
    found = pieces(values, alpha)
    j = [np.arange(value) for value in values]
    gamma = np.array([np.log1p(alpha * part).sum() - np.log(np.maximum(part + 1, 1)).sum() for part in j])
    saturated = gamma + values * np.log(np.maximum(values, 1)) - (values + 1 / alpha) * np.log1p(alpha * values)
    slope = np.log1p(alpha * values) / alpha - np.array([(1 / (1 + alpha * part)).sum() for part in j])
    curvature = np.array([(1 - 1 / (1 + alpha * part) ** 2).sum() for part in j])
    np.testing.assert_allclose(found.saturated, saturated, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.slope, slope, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(found.curvature, curvature, rtol=1e-7, atol=1e-12)


# ---- simulated samples

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


def assert_same(found, expected, rtol=1e-8):
    np.testing.assert_allclose(found.params, expected.params, rtol=rtol, atol=rtol)
    np.testing.assert_allclose(found.ln_alpha, expected.ln_alpha, rtol=rtol, atol=rtol)
    np.testing.assert_allclose(found.joint, expected.joint, rtol=10 * rtol, atol=rtol * np.nanmax(expected.joint))
    np.testing.assert_allclose(found.log_likelihood, expected.log_likelihood, rtol=1e-11)


@pytest.mark.parametrize("kind", KINDS)
def test_planted_coefficients_are_recovered(kind):
    found = fit_small(small_frame(40_000), covariance=Covariance(kind), cluster=np.arange(40_000) // 4)
    truth = np.array([1.5, 0.5, -0.4, 0.3, 0.0])
    assert found.flag == "" and found.estimator == "negbin"
    assert (np.abs(found.params - truth) < 4 * found.std_errors).all() and found.std_errors.max() < 0.02
    assert abs(found.ln_alpha - np.log(0.6)) < 4 * found.std_error_ln_alpha
    assert found.lr_test.p_value == 0 and found.lr_test.statistic > 1000


def test_result_gives_rate_ratios_intervals_and_tests():
    found = fit_small(small_frame())
    ratios = found.rate_ratios()
    np.testing.assert_allclose(ratios.values, np.exp(found.params))
    np.testing.assert_allclose(ratios.std_errors, np.exp(found.params) * found.std_errors)
    np.testing.assert_allclose(np.log(ratios.bounds), found.intervals())
    half = 1.959963984540054 * found.std_errors
    np.testing.assert_allclose(found.intervals(), np.column_stack([found.params - half, found.params + half]))
    low, high = found.alpha_interval()
    assert low < found.alpha < high and found.std_error_alpha == found.alpha * found.std_error_ln_alpha
    assert 0 < found.p_values[1] < 1e-6
    assert found.joint.shape == (6, 6) and np.array_equal(found.covariance, found.joint[:5, :5])
    assert found.events == (small_frame()["y"] > 0).sum() and found.n == 300 and found.n_dropped == 0


def test_predicted_counts_sum_to_the_counts_of_each_category_under_poisson():
    frame = small_frame(alpha=0)
    frame["y"] = np.round(np.exp(1.5 + frame["offset"])).astype(int)
    found = fit_small(frame)
    assert found.estimator == "poisson"
    expected = predicted_counts(found, design_of(frame, SMALL), frame["offset"])
    np.testing.assert_allclose(expected.sum(), frame["y"].sum(), rtol=1e-9)
    assert expected[frame["d"] == 1].sum() == pytest.approx(frame["y"][frame["d"] == 1].sum(), rel=1e-9)


# ---- predicted rates


def rates_at(found, design, offset, level):
    """Predicted rate with every row at a level of the factor f, from the definition."""
    X = design.X[found.rows].copy()
    X[:, 3:5] = [level == "b", level == "c"]
    exposure = np.exp(np.asarray(offset)[found.rows])
    return lambda params: (exposure * np.exp(X @ params)).sum() / exposure.sum()


@pytest.mark.parametrize("level", "abc")
def test_predicted_rate_and_its_error_equal_finite_differences(level):
    frame = small_frame()
    found, design = fit_small(frame), design_of(frame, SMALL)
    rate = rates_at(found, design, frame["offset"], level)
    value, error = predicted_rate(found, design, frame["offset"], level)
    assert value == pytest.approx(rate(found.params), rel=1e-12)
    step = 1e-6 * np.eye(5)
    slopes = np.array([(rate(found.params + h) - rate(found.params - h)) / 2e-6 for h in step])
    assert error == pytest.approx(np.sqrt(slopes @ found.covariance @ slopes), rel=1e-7)


def test_predicted_rates_of_a_factor_alone_are_its_rate_ratios_times_the_base_rate():
    frame = small_frame()
    terms = [factor("f", "abc", "a")]
    found, design = fit_small(frame, terms), design_of(frame, terms)
    rates = {level: predicted_rate(found, design, frame["offset"], level) for level in "abc"}
    ratios = found.rate_ratios()
    assert rates["a"] == pytest.approx((ratios.values[0], ratios.std_errors[0]), rel=1e-12)
    assert rates["b"][0] / rates["a"][0] == pytest.approx(ratios.values[1], rel=1e-12)
    V = found.covariance
    by_hand = rates["b"][0] * np.sqrt(V[0, 0] + V[1, 1] + 2 * V[0, 1])
    assert rates["b"][1] == pytest.approx(by_hand, rel=1e-12)


def test_predicted_rates_of_a_poisson_factor_alone_are_the_observed_rates():
    frame = small_frame(alpha=0)
    frame["y"] = np.round(np.exp(1.5 + frame["offset"])).astype(int)
    found, design = fit_small(frame, [factor("f", "abc", "a")]), design_of(frame, [factor("f", "abc", "a")])
    assert found.estimator == "poisson"
    sums = frame.assign(exposure=np.exp(frame["offset"])).groupby("f")[["y", "exposure"]].sum()
    for level, rows in sums.iterrows():
        assert predicted_rate(found, design, frame["offset"], level)[0] == pytest.approx(rows["y"] / rows["exposure"])


def test_a_level_dropped_with_its_rows_has_no_predicted_rate_and_changes_no_other():
    frame = small_frame()
    frame.loc[frame["f"] == "c", "y"] = 0
    found, design = fit_small(frame), design_of(frame, SMALL)
    assert np.isnan(predicted_rate(found, design, frame["offset"], "c")).all()
    value, error = predicted_rate(found, design, frame["offset"], "b")
    rest = frame[frame["f"] != "c"]
    terms = [*SMALL[:2], factor("f", "ab", "a")]
    expected = predicted_rate(fit_small(rest, terms), design_of(rest, terms), rest["offset"], "b")
    assert (value, error) == pytest.approx(expected, rel=1e-8)


def test_a_predicted_rate_is_of_a_level():
    frame = small_frame()
    found, design = fit_small(frame), design_of(frame, SMALL)
    with pytest.raises(SpecError, match="level of a factor; `x` is none"):
        predicted_rate(found, design, frame["offset"], "x")


# ---- properties


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.05, 0.6, 4.0]))
def test_order_of_rows_changes_nothing(seed, alpha):
    frame = small_frame(seed=seed, alpha=alpha)
    shuffled = frame.sample(frac=1, random_state=seed)
    for kind in KINDS:
        one, other = (fit_small(f, covariance=Covariance(kind), cluster=f["area"]) for f in (frame, shuffled))
        assert_same(other, one)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4))
def test_rows_given_several_times_count_as_weights(seed, times):
    frame = small_frame(seed=seed)
    once, often = fit_small(frame), fit_small(pd.concat([frame] * times))
    assert_same_estimates(once, often)
    np.testing.assert_allclose(often.log_likelihood, times * once.log_likelihood, rtol=1e-11)
    n = once.n
    factor = times * (times * n - 1) / (n - 1) / times
    np.testing.assert_allclose(often.joint * factor, once.joint, rtol=1e-6, atol=1e-9)


def assert_same_estimates(one, other):
    np.testing.assert_allclose(other.params, one.params, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(other.ln_alpha, one.ln_alpha, atol=1e-8)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9]))
def test_unit_of_a_regressor_changes_its_coefficient_only(seed, scale):
    one, other = fit_small(small_frame(seed=seed)), fit_small(small_frame(seed=seed, x_scale=scale))
    unit = np.array([1, scale, 1, 1, 1, 1])
    np.testing.assert_allclose(other.params * unit[:-1], one.params, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(other.joint * np.outer(unit, unit), one.joint, rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(other.log_likelihood, one.log_likelihood, rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(-12, 12))
def test_shift_of_the_offset_moves_the_constant_only(seed, shift):
    frame = small_frame(seed=seed)
    one, other = fit_small(frame), fit_small(frame.assign(offset=frame["offset"] + shift))
    np.testing.assert_allclose(other.params + shift * np.eye(5)[0], one.params, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(other.joint, one.joint, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(other.log_likelihood, one.log_likelihood, rtol=1e-11)


def test_shift_of_a_regressor_moves_the_constant_only():
    frame = small_frame()
    one, other = fit_small(frame), fit_small(frame.assign(x=frame["x"] + 1e6))
    np.testing.assert_allclose(other.params[1:], one.params[1:], rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(other.std_errors[1:], one.std_errors[1:], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block, threads", [(256, 1), (256, 3), (1000, 2), (100_000, 1)])
def test_blocks_and_threads_change_nothing(monkeypatch, kind, block, threads):
    frame = small_frame(3001)
    expected = fit_small(frame, covariance=Covariance(kind), cluster=frame["area"])
    monkeypatch.setattr(count_sums, "BLOCK", block)
    monkeypatch.setattr(negbin, "THREADS", threads)
    assert_same(fit_small(frame, covariance=Covariance(kind), cluster=frame["area"]), expected, rtol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_centring_before_or_after_the_products_changes_nothing(monkeypatch, kind):
    frame = small_frame(3001).assign(x=lambda f: f["x"] + 30)
    found = fit_small(frame, covariance=Covariance(kind), cluster=frame["area"])
    monkeypatch.setattr(negbin, "DIGITS_TO_LOSE", 0)
    assert_same(fit_small(frame, covariance=Covariance(kind), cluster=frame["area"]), found, rtol=1e-9)


@pytest.mark.parametrize("shift", [0, 1e6])
def test_errors_of_large_samples_do_not_depend_on_the_order_of_rows(shift):
    """The search ends near enough to the maximum for the errors, too: also where a sample of the rows told the way."""
    frame = small_frame(60_000).sort_values(["f", "x"]).assign(x=lambda f: f["x"] + shift)
    one, other = fit_small(frame), fit_small(frame.sample(frac=1, random_state=3))
    np.testing.assert_allclose(other.std_errors, one.std_errors, rtol=1e-7)
    np.testing.assert_allclose(other.params[1:], one.params[1:], rtol=1e-10, atol=1e-12)


def test_warm_start_changes_nothing(monkeypatch):
    frame = small_frame(40_000)
    frame.loc[17, "f"] = "rare"
    terms = [*SMALL[:2], factor("f", ["a", "b", "c", "rare"], "a")]
    frame["f"] = frame["f"].where(frame.index != 20, "rare")
    found = fit_small(frame, terms)
    monkeypatch.setattr(negbin, "WARM_ROWS", np.inf)
    assert_same(found, fit_small(frame, terms))


def test_inputs_are_not_modified_and_lists_do():
    frame = small_frame()
    design = design_of(frame, SMALL)
    X, y, offset = design.X.copy(), frame["y"].to_numpy().copy(), frame["offset"].to_numpy().copy()
    one = fit_negbin(frame["y"].to_numpy(), design, ROBUST, frame["offset"].to_numpy())
    assert np.array_equal(X, design.X)
    assert np.array_equal(y, frame["y"]) and np.array_equal(offset, frame["offset"])
    assert_same(fit_negbin(list(y), design, ROBUST, list(offset)), one, rtol=1e-14)


def test_rows_missing_a_value_are_left_out_of_counts_and_offset():
    frame = small_frame()
    gaps = frame.assign(x=frame["x"].where(frame.index > 10))
    design = design_of(gaps, SMALL)
    assert_same(fit_negbin(frame["y"], design, ROBUST, frame["offset"]), fit_small(frame.iloc[11:]), rtol=1e-9)


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


def test_a_combination_of_terms_with_only_zero_counts_is_not_passed_off_as_converged():
    frame = small_frame()
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
        total = Decimal(0)
        while z < 60:
            total -= z.ln()
            z += 1
        terms = [(12, 1), (-360, 3), (1260, 5), (-1680, 7), (1188, 9), (Decimal(-360360) / 691, 11), (156, 13)]
        half = (2 * Decimal("3.14159265358979323846264338327950288419716939937510582097494459")).ln() / 2
        return total + (z - Decimal("0.5")) * z.ln() - z + half + sum(1 / (c * z**p) for c, p in terms)

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
