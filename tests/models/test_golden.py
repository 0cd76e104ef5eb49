"""Models: coefficients, errors, effects and profiles equal those of R, statsmodels and linearmodels.

The expected values of `golden/progression_expected.csv` come from R by `golden/make_golden.R`; those of the wage panel
from statsmodels and linearmodels, called here.
"""

import numpy as np
import pytest

from mobility.models import (
    Covariance,
    average_marginal_effects,
    fit,
    fit_fixed_effects,
    predict_profiles,
)
from progression_sample import ESTIMATORS, LEVELS, ROBUST, assert_close, by_name
from specs import design_of

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
