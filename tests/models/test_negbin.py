"""Negative binomial: golden numbers from R, results, predicted rates and properties.

The expected values of `golden/negbin_expected.csv` come from R by `golden/make_negbin.R`.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from count_samples import ROBUST, SMALL, continuous, factor, fit_small, small_frame
from mobility.errors import SpecError
from mobility.models import Covariance, count_rows, count_sums, fit_negbin, negbin, predicted_counts, predicted_rate
from mobility.models.counts import pieces
from paths import GOLDEN
from specs import design_of

KINDS = ["classical", "robust", "clustered"]
COSMOPOLITAN = "London Cosmopolitan"


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
    assert found.alpha == np.exp(found.ln_alpha) and found.std_error_ln_alpha == np.sqrt(found.joint[-1, -1])
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
def test_rows_together_by_their_levels_or_as_they_stand_change_nothing(monkeypatch, kind):
    frame = small_frame(3001).assign(x=lambda f: f["x"] + 30)
    expected = fit_small(frame, covariance=Covariance(kind), cluster=frame["area"])
    design = design_of(frame, SMALL)
    assert count_rows.find_levels(design.X, design.binary) == ()
    monkeypatch.setattr(count_rows, "LEAST_ROWS", 1)
    monkeypatch.setattr(count_rows, "ROWS_A_COMBINATION", 100)
    assert len(count_rows.find_levels(design.X, design.binary)) == 1
    assert_same(fit_small(frame, covariance=Covariance(kind), cluster=frame["area"]), expected, rtol=1e-9)


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
