"""Marginal effects, their contrasts and contrasts of contrasts, and outcomes of any number."""

import numpy as np
import pandas as pd
import pytest

from mobility.errors import DataError, SpecError
from mobility.models import (
    Contrast,
    Covariance,
    Margin,
    average_marginal_effects,
    effect,
    estimate,
    fit,
    fit_negbin,
)
from movers_and_stayers import CLASS, MALE, MOVER, TERMS, between, people
from paths import GOLDEN
from specs import design_of

# ---- golden numbers from R (golden/make_margins.R)

CLUSTERED = Covariance("clustered")
MODELS = ["logit", "probit", "probit_weighted", "ols", "nbreg"]


@pytest.fixture(scope="module")
def sample():
    return pd.read_csv(GOLDEN / "margins_sample.csv")


@pytest.fixture(scope="module")
def design(sample):
    return design_of(sample, TERMS)


@pytest.fixture(scope="module")
def golden():
    table = pd.read_csv(GOLDEN / "margins_expected.csv", keep_default_na=False)
    return {key: part.set_index("name")["value"] for key, part in table.groupby(["model", "quantity"])}


def fitted(model, sample, design):
    """The fit of a golden model and, of counts, its offset."""
    if model == "nbreg":
        offset = np.log(sample["years"])
        return fit_negbin(sample["moves"], design, CLUSTERED, offset, sample["area"]), offset
    weights = sample["weight"] if model == "probit_weighted" else None
    outcome = sample["log_pay" if model == "ols" else "employed"]
    return fit(outcome, design, model.split("_")[0], CLUSTERED, sample["area"], weights), None


def asked(design):
    """The contrasts that make_margins.R names."""
    mover, age = effect("mover", design), effect("age", design)
    groups = {"women": {"male": 0}, "men": {"male": 1}}
    groups |= {f"of_{level}": {"parents": level} for level in CLASS["levels"]}
    found = {name: mover.where(over=over) for name, over in groups.items()}
    found |= {name: effect(name, design) for name in ("mover", "male", "top", "middle", "age")}
    found |= {f"age_{name}": age.where(over={"mover": value}) for name, value in (("movers", 1), ("stayers", 0))}
    found |= {f"as_{name}": mover.where(at=groups[name]) for name in ("men", "women")}
    given = {level: mover.where(at={"parents": level}) for level in CLASS["levels"]}
    return found | {
        "men_women": found["men"].less(found["women"]),
        "top_routine": found["of_top"].less(found["of_routine"]),
        "middle_routine": found["of_middle"].less(found["of_routine"]),
        "age_movers_stayers": found["age_movers"].less(found["age_stayers"]),
        "r_mover_r_male": found["as_men"].less(found["as_women"]),
        "r_mover_r_top": given["top"].less(given["routine"]),
        "r_mover_r_middle": given["middle"].less(given["routine"]),
    }


@pytest.mark.parametrize("model", MODELS)
def test_coefficients_and_clustered_errors_with_interactions_equal_those_of_r(model, sample, design, golden):
    found, _ = fitted(model, sample, design)
    assert found.converged and found.clusters == 60 and len(golden[model, "params"]) == len(found.names)
    order = list(golden[model, "params"].index)
    params, errors = (pd.Series(values, list(found.names))[order] for values in (found.params, found.std_errors))
    np.testing.assert_allclose(params, golden[model, "params"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(errors, golden[model, "errors"], rtol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_effects_by_group_and_their_contrasts_equal_those_of_r(model, sample, design, golden):
    found, offset = fitted(model, sample, design)
    wanted = asked(design)
    assert set(wanted) == set(golden[model, "effects"].index)
    ours = estimate(found, design, list(wanted.values()), offset)
    np.testing.assert_allclose(ours.values, golden[model, "effects"][list(wanted)], rtol=0, atol=1e-8)
    np.testing.assert_allclose(ours.std_errors, golden[model, "effect_errors"][list(wanted)], rtol=1e-6)


def test_average_effects_leave_out_interactions(sample, design, golden):
    found, offset = fitted("nbreg", sample, design)
    ours = average_marginal_effects(found, design, offset)
    assert ours.names == ("mover", "male", "top", "middle", "age") and len(set(ours.terms)) == 4
    np.testing.assert_allclose(ours.effects, golden["nbreg", "effects"][list(ours.names)], rtol=0, atol=1e-8)


def test_least_squares_of_any_number_says_how_good_it_is(sample, design, golden):
    found, _ = fitted("ols", sample, design)
    assert found.r_squared == pytest.approx(golden["ols", "r_squared"][""], abs=1e-10)
    assert found.log_likelihood == pytest.approx(golden["ols", "log_likelihood"][""], abs=1e-7)
    assert np.isnan(found.share_outside) and found.df == 59 and found.extras["r_squared"].value == found.r_squared


# ---- by hand


def eight_cells():
    """Mover x male x degree with exact shares of the employed, 100 persons a cell."""
    employed = {(0, 0, 0): 50, (1, 0, 0): 60, (0, 1, 0): 70, (1, 1, 0): 90}
    employed |= {(0, 0, 1): 80, (1, 0, 1): 85, (0, 1, 1): 75, (1, 1, 1): 95}
    rows = [(*cell, int(place < hits)) for cell, hits in employed.items() for place in range(100)]
    return pd.DataFrame(rows, columns=["mover", "male", "degree", "y"])


@pytest.mark.parametrize("estimator", ["ols", "logit", "probit"])
def test_contrasts_of_a_saturated_model_are_those_of_the_shares(estimator):
    """All main effects and interactions: predictions are the shares, their variances p (1 - p) / 100 in each cell.

    Effect of moving among men without a degree .90 - .70, among women .60 - .50, their difference .10; with a degree
    .20 - .05 = .15; the contrast of these contrasts .05. Over men: mean of .20 and .20.
    """
    degree, pairs = {"id": "degree", "kind": "indicator"}, [("mover", "male"), ("mover", "degree"), ("male", "degree")]
    terms = [MOVER, MALE, degree, *(between(*pair) for pair in pairs), between("mover", "male", "degree")]
    frame = eight_cells()
    design = design_of(frame, terms)
    found = fit(frame["y"], design, estimator, Covariance("classical" if estimator != "ols" else "robust"))
    mover = effect("mover", design)

    def by_sex(value):
        return mover.where(over={"male": 1, "degree": value}).less(mover.where(over={"male": 0, "degree": value}))

    men = mover.where(over={"male": 1})
    r_by_r = mover.where(at={"male": 1}).less(mover.where(at={"male": 0}))
    ours = estimate(found, design, [by_sex(0), by_sex(1), by_sex(1).less(by_sex(0)), men, mover, r_by_r])
    np.testing.assert_allclose(ours.values, [0.10, 0.15, 0.05, 0.20, 0.1375, 0.125], atol=1e-9)
    without = 0.5 * 0.5 + 0.6 * 0.4 + 0.7 * 0.3 + 0.9 * 0.1
    with_degree = 0.8 * 0.2 + 0.85 * 0.15 + 0.75 * 0.25 + 0.95 * 0.05
    among_men = (0.7 * 0.3 + 0.9 * 0.1 + 0.75 * 0.25 + 0.95 * 0.05) / 4
    expected = np.sqrt(np.array([without, with_degree, without + with_degree, among_men]) / 100)
    factor = np.sqrt(800 / 792) if estimator == "ols" else 1
    np.testing.assert_allclose(ours.std_errors[:4], factor * expected, rtol=1e-8)


def test_effects_of_least_squares_are_sums_of_coefficients(sample, design):
    """Main effect of mover among stayers' reference groups, and its change by sex, read off the coefficients."""
    frame = sample.assign(age=0.0)
    plain = design_of(frame, [MOVER, MALE, between("mover", "male")])
    found = fit(frame["log_pay"], plain, "ols", CLUSTERED, frame["area"])
    mover = effect("mover", plain)
    women, men = (mover.where(over={"male": value}) for value in (0, 1))
    ours = estimate(found, plain, [women, men, men.less(women), mover])
    b = dict(zip(plain.names, found.params, strict=True))
    expected = [b["mover"], b["mover"] + b["mover#male"], b["mover#male"]]
    np.testing.assert_allclose(ours.values[:3], expected, atol=1e-12)
    assert ours.values[3] == pytest.approx(b["mover"] + frame["male"].mean() * b["mover#male"], abs=1e-12)
    np.testing.assert_allclose(ours.std_errors[[0, 2]], found.std_errors[[1, 3]], rtol=1e-10)


def test_a_group_whose_interaction_was_dropped_has_no_effect_and_the_others_do():
    """All movers of one class are employed: Stata drops 1.mover#top with those rows; its effect is not estimable."""
    frame = people(600, seed=2)
    rng = np.random.default_rng(3)
    frame["y"] = (rng.random(600) < 0.5) | ((frame["mover"] == 1) & (frame["parents"] == "top"))
    design = design_of(frame, [MOVER, CLASS, between("mover", "parents")])
    found = fit(frame["y"].astype(int), design, "probit", Covariance("robust"))
    assert [(gone.name, gone.reason) for gone in found.dropped] == [("mover#top", "predicts_success")]
    mover = effect("mover", design)
    over = [mover.where(over={"parents": level}) for level in CLASS["levels"]]
    ours = estimate(found, design, [*over, mover, over[1].less(over[0])])
    assert np.isnan(ours.values).tolist() == [True, False, False, True, True]
    assert np.isnan(ours.std_errors).tolist() == [True, False, False, True, True]


def test_messages_of_effects_and_of_infinite_outcomes(sample, design):
    found, _ = fitted("probit", sample, design)
    with pytest.raises(SpecError, match="no effect `parents`; allowed: age, male, middle, mover, top"):
        effect("parents", design)
    with pytest.raises(SpecError, match="no term `sex`"):
        estimate(found, design, [effect("mover", design).where(over={"sex": 1})])
    with pytest.raises(SpecError, match="no term `mover_by_male`"):
        estimate(found, design, [Contrast(((1.0, Margin(at=(("mover_by_male", 1),))),))])
    infinite = sample["log_pay"].where(sample["moves"] > 0, -np.inf)
    with pytest.raises(DataError, match=r"outcome: infinite in \d+ of 1200 complete cases, as the logarithm of 0 is"):
        fit(infinite, design, "ols", CLUSTERED, sample["area"])


# ---- a second opinion (golden/make_second_opinion.py)


@pytest.mark.parametrize("estimator", ["ols", "logit", "probit"])
def test_marginaleffects_says_the_same_of_groups_and_contrasts_of_contrasts(estimator, sample, design):
    """Its derivatives by the coefficients are numerical: good for five digits, of a slope, a quotient, for three."""
    found = fit(sample["log_pay" if estimator == "ols" else "employed"], design, estimator, Covariance("classical"))
    opinion = pd.read_csv(GOLDEN / "second_opinion.csv").query("model == @estimator").set_index("name")
    wanted = asked(design)
    assert len(opinion) == 6
    ours = estimate(found, design, [wanted[name] for name in opinion.index])
    np.testing.assert_allclose(ours.values, opinion["value"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(ours.std_errors[:-1], opinion["std_error"][:-1], rtol=1e-5)
    np.testing.assert_allclose(ours.std_errors[-1], opinion.loc["age", "std_error"], rtol=5e-4)
