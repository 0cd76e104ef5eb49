"""The regressions: each regressor against a panel small enough to read, the real example against statsmodels."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from linearmodels.datasets import wage_panel

from mobility.cells.estimates import estimate_table, fit_models
from mobility.intake.losses import LossTable, breaks
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

GATSBY = load_study(ROOT, "gatsby")
WAGES = load_study(ROOT, "wage_panel")
ANSWERS = {
    "activity_status": 2,
    "has_job": 1,
    "has_job_away": -8,
    "soc2000": 311,
    "interview_type": 1,
    "interview_month": 3,
    "in_work_since_last": 1,
    "not_in_work_since_last": -8,
    "same_employer": 1,
    "same_job": 1,
    "soc2000_unchanged": -8,
    "weight_cross_section": 1.0,
    "weight_longitudinal": 1.0,
    "age": 30,
    "sex": 1,
    "qualification_detailed": 13,
    "qualification_group": 4,
    "contract_permanent": 1,
    "tenure_start_year": 2005,
    "tenure_start_month": 3,
    "firm_size": 7,
    "industry_sic2007": 25,
    "training_any": 2,
    "training_for_promotion": -8,
    **{f"vocational_{k}": 0 for k in range(1, 16)},
    **{f"training_qualification_{k}": -8 for k in (1, 2, 3)},
    **{f"new_qualification_{k}": -8 for k in range(1, 32)},
}


def progression(first=None, second=None, **choices):
    """Regressors of one technician's step from 2009 to 2010; another one trained for promotion stands beside."""
    rows = [{**ANSWERS, **(first or {})}, {**ANSWERS, **(second or {})}]
    other = {**ANSWERS, "training_any": 1, "training_for_promotion": 1}
    panel = pd.DataFrame([*rows, other, other])
    keys = {"person": [1, 1, 2, 2], "wave": [1, 2, 1, 2], "year": [2009, 2010, 2009, 2010]}
    panel = panel.assign(**keys, interview_year=[2009, 2010, 2009, 2010])
    inputs = Inputs.of(panel, GATSBY, GATSBY.chosen(choices), LossTable(), ["progression"])
    return make_frames(inputs)["progression"].iloc[0]


@pytest.mark.parametrize(
    ("column", "answers", "value"),
    [
        ("age", {"age": 41}, 41),
        ("age", {"age": -9}, None),
        ("female", {"sex": 2}, 1),
        ("female", {"sex": 0}, None),
        ("qualification", {"qualification_detailed": 1}, "postgraduate"),
        ("qualification", {"qualification_detailed": 6}, "other_he"),
        ("qualification", {"qualification_detailed": 14}, "less_than_gcse"),
        ("qualification", {"qualification_detailed": -9, "qualification_group": 1}, "undergraduate"),
        ("qualification", {"qualification_detailed": -9, "qualification_group": -9}, None),
        ("has_vocational", {"vocational_5": 1}, 1),
        ("has_vocational", {}, 0),
        ("has_vocational", {f"vocational_{k}": -10 for k in range(1, 16)}, None),
        ("non_permanent", {"contract_permanent": 2}, 1),
        ("non_permanent", {"contract_permanent": -8}, None),
        ("tenure", {"tenure_start_year": 2005, "tenure_start_month": 3}, 4),
        ("tenure", {"tenure_start_year": 2005, "tenure_start_month": 13}, 4 + 2 / 12),
        ("tenure", {"tenure_start_year": 2012}, None),
        ("tenure", {"tenure_start_year": -8}, None),
        ("small_firm", {"firm_size": 3}, 1),
        ("small_firm", {"firm_size": 4}, 0),
        ("small_firm", {"firm_size": 10}, 1),
        ("small_firm", {"firm_size": 11}, 0),
        ("small_firm", {"firm_size": -8}, None),
        ("industry", {"industry_sic2007": 33}, "manufacturing"),
        ("industry", {"industry_sic2007": 42}, "construction"),
        ("industry", {"industry_sic2007": -8}, None),
    ],
)
def test_regressors_at_the_first_interview(column, answers, value):
    found = progression(first=answers)[column]
    assert pd.isna(found) if value is None else found == pytest.approx(value)


@pytest.mark.parametrize(
    ("column", "answers", "value"),
    [
        ("trained_12m", {"training_any": 1}, 1),
        ("trained_12m", {"training_any": -8}, None),
        ("recent_vocational", {"training_any": 1, "training_qualification_2": 1}, 1),
        ("recent_vocational", {"training_any": 2, "new_qualification_23": 1}, 1),
        ("recent_vocational", {"training_any": 1, "training_qualification_1": 2}, 0),
        ("training_promotion", {"training_any": 1, "training_for_promotion": 1}, 1),
        ("training_promotion", {"training_any": 1, "training_for_promotion": 0}, 0),
        ("training_promotion", {"training_any": 2}, 0),
        ("training_promotion", {"training_any": 1, "training_for_promotion": -9}, None),
    ],
)
def test_training_between_the_interviews_or_before(column, answers, value):
    """By default what was done between the interviews, asked at the second one; by choice the year before the first."""
    for end, choice in (("second", "t_plus_1"), ("first", "t")):
        found = progression(**{end: answers}, training_wave=choice)[column]
        assert pd.isna(found) if value is None else found == value


@pytest.mark.parametrize(
    ("choice", "size", "small"),
    [("under_10", 3, 0), ("under_10", 10, None), ("under_50", 4, 1), ("under_50", 11, None), ("under_50", 10, 1)],
)
def test_firm_size_choices(choice, size, small):
    found = progression(first={"firm_size": size}, small_firm_size=choice)["small_firm"]
    assert pd.isna(found) if small is None else found == small


def test_industry_choice():
    assert progression(first={"industry_sic2007": 42}, industry_grouping="broad")["industry"] == "production"


def test_groups_and_share_change():
    """Of the two employed technicians of 2009 one is a manager in 2010: the share falls from 100 to 50 per cent."""
    found = progression(second={"soc2000": 112})
    assert (found["origin_group"], found["destination_group"]) == ("technician", "manager")
    assert found["origin_share_change"] == -50
    assert progression(second={"activity_status": 3})["destination_group"] == "other"


def wage_models():
    losses = LossTable()
    frames = make_frames(Inputs.of(read_table(WAGES.folder, ROOT).panel, WAGES, WAGES.readings, losses))
    return fit_models(frames, WAGES)


@pytest.fixture(scope="module")
def wages():
    return wage_models()


@pytest.fixture(scope="module")
def wage_data():
    data = wage_panel.load().sort_values(["nr", "year"])
    data["next"] = data.groupby("nr")["occupation"].shift(-1)
    data = data[data["next"].notna() & (data["occupation"] > 2)]
    return data.assign(up=(data["next"] <= 2).astype(int))


FORMULA = "up ~ educ + exper + I(exper ** 2) + union + married + black + hisp"
NAMES = ["constant", "schooling_years", "experience", "experience_squared", "union", "married", "black", "hispanic"]


def column(cells, name):
    found = cells[(cells["column"] == name) & (cells["statistic"] == "coefficient")].set_index("row")
    return found.loc[NAMES]


def test_wage_panel_linear_model_equals_statsmodels(wages, wage_data):
    cells = estimate_table(wages[0], WAGES, "progression")
    ours = column(cells, "into_professional_managerial__ols")
    cluster = {"groups": wage_data["nr"]}
    peer = smf.ols(FORMULA, wage_data).fit(cov_type="cluster", cov_kwds=cluster)
    assert np.allclose(ours["value"].astype(float), peer.params.to_numpy(), rtol=1e-8, atol=1e-10)
    assert np.allclose(ours["std_error"].astype(float), peer.bse.to_numpy(), rtol=1e-8)
    assert (ours["n"] == len(wage_data)).all()


def test_wage_panel_logit_equals_statsmodels(wages, wage_data):
    """Stata's clustered logit has g/(g-1) only; statsmodels multiplies by (n-1)/(n-k) besides."""
    cells = estimate_table(wages[0], WAGES, "progression")
    ours = column(cells, "into_professional_managerial__logit")
    peer = smf.logit(FORMULA, wage_data).fit(
        disp=0, tol=1e-12, cov_type="cluster", cov_kwds={"groups": wage_data["nr"]}
    )
    n, k = len(wage_data), len(NAMES)
    assert np.allclose(ours["value"].astype(float), peer.params.to_numpy(), rtol=1e-7, atol=1e-9)
    expected = peer.bse.to_numpy() * np.sqrt((n - k) / (n - 1))
    assert np.allclose(ours["std_error"].astype(float), expected, rtol=1e-6)


def test_effects_of_the_linear_model_are_its_coefficients(wages):
    effects = estimate_table(wages[0], WAGES, "progression_effects")
    coefficients = estimate_table(wages[0], WAGES, "progression")
    name = "into_professional_managerial__ols"
    ours = effects[(effects["column"] == name)].set_index("row")["value"]
    for term in ("schooling_years", "union", "married"):
        assert ours[term] == pytest.approx(column(coefficients, name).loc[term, "value"])


def test_what_does_not_change_within_persons_says_so(wages):
    effects = estimate_table(wages[0], WAGES, "progression_effects")
    cell = effects.query("row == 'black' and column == 'into_professional_managerial__within'").iloc[0]
    assert cell["flag"] == "not_estimable"
    assert cell["note"] == "does not change within persons"


def test_a_rate_ratio_is_of_counts(wages):
    from dataclasses import replace

    from mobility.errors import SpecError
    from mobility.statistics import STATISTICS

    table = replace(WAGES.tables["progression"], statistic=STATISTICS["rate_ratio"])
    with pytest.raises(SpecError, match="is OLS of a binary outcome, which has no rate_ratio"):
        estimate_table(wages[0], replace(WAGES, tables={"progression": table}), "progression")


def test_losses_of_the_models_add_up(wages):
    losses = wages[1]
    assert breaks(losses) == []


def test_a_further_pair_takes_one_line(tmp_path):
    """A copy of the project with one more row of the models: its columns stand in the table that it names."""
    import shutil

    for part in ("workflow/schemas", "studies", "sources"):
        shutil.copytree(ROOT / part, tmp_path / part)
    models = tmp_path / "studies/gatsby/groups/progression_models.csv"
    row = (
        "operative__to__manager,table_a4,Operative to manager,Operatives who become managers,at_risk_operative,manager,"
    )
    models.write_text(models.read_text() + row + "origin_share\n")
    study = load_study(tmp_path, "gatsby")
    ids = study.tables["table_a4"].columns.ids
    assert {"operative__to__manager__ols", "operative__to__manager__logit"} <= set(ids)
    assert len(study.models) == 14


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    from mobility.cells.export import export_sample

    frames = make_frames(Inputs.of(read_table(WAGES.folder, ROOT).panel, WAGES, {}, LossTable()))
    folder = tmp_path_factory.mktemp("export")
    return {form: export_sample(frames, WAGES, "below", folder, form) for form in ("dta", "csv")}


def test_exported_file_gives_the_same_model(exported, wages, wage_data):
    """The file has what the commands name: the linear model fitted on it is ours."""
    table = pd.read_stata(exported["dta"])
    formula = "to_into_professional_managerial ~ schooling_years + experience + I(experience ** 2)"
    names = [name for name in table.columns if name.startswith("to_")]
    formula = formula.replace("to_into_professional_managerial", names[0])
    peer = smf.ols(f"{formula} + union + married + black + hispanic", table).fit()
    cells = estimate_table(wages[0], WAGES, "progression")
    ours = column(cells, "into_professional_managerial__ols")["value"].astype(float)
    assert np.allclose(ours, peer.params.to_numpy(), rtol=1e-8, atol=1e-10)
    assert len(table) == len(wage_data) == len(pd.read_csv(exported["csv"]))


def test_exported_file_is_labelled(exported):
    with pd.read_stata(exported["dta"], iterator=True) as reader:
        labels = reader.variable_labels()
    assert labels["schooling_years"] == "Years of schooling"
    assert labels["person"] == "Person"
    assert all(labels.values())


def test_export_refuses_what_no_model_uses(tmp_path):
    from mobility.cells.export import export_sample
    from mobility.errors import ConfigError

    with pytest.raises(ConfigError, match=r"no model uses the sample `belo`; nearest: below"):
        export_sample({}, WAGES, "belo", tmp_path, "dta")


def test_a_term_without_any_value_is_left_out_and_said():
    """A delivery without the training purpose: the models run without the term, and the loss table says so."""
    frames = make_frames(Inputs.of(read_table(WAGES.folder, ROOT).panel.assign(union=pd.NA), WAGES, {}, LossTable()))
    fitted, losses = fit_models(frames, WAGES)
    assert "union" not in fitted["into_professional_managerial"].data.design.names
    assert losses["reason"].str.contains("term union left out: nobody has a value").any()
