"""Tables 21 to 28 on many families with random answers: that each computes, and a probit against statsmodels."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import norm

from mobility.backtest.compare import compare, read_published
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.intake.losses import LossTable
from mobility.settings import load_study
from mobility.statistics import COUNTED, ESTIMATED
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from movers_family import family_rows, many_families, panels_of
from paths import ROOT

STUDY = load_study(ROOT, "movers")
EMPTY = ("table_25", "table_26", "table_28")  # until the questions on jobs have names
SECONDS = ["working_is_normal", "peoples_company", "enjoy_working"], ["promotion_prospects", "actual_work"]


def frames_of(study=STUDY, panels=None):
    losses = LossTable()
    panels = many_families(200) if panels is None else panels
    return make_frames(Inputs(panels, study, study.chosen(), losses)), losses


def cells_of(frames, study=STUDY, losses=None):
    """Cells of every table that is made from data, by (table, row, column, statistic), and the losses of the models."""
    fits, lost = fit_models(frames, study, before=losses)
    parts = []
    for name, spec in study.tables.items():
        if spec.statistic.job == COUNTED:
            parts.append(table_cells(frames[spec.frame], study, name)[0])
        elif spec.statistic.job == ESTIMATED:
            parts.append(estimate_table(fits, study, name))
    return pd.concat(parts).set_index(["table", "row", "column", "statistic"]).sort_index(), lost


@pytest.fixture(scope="module")
def frames():
    return frames_of()[0]


@pytest.fixture(scope="module")
def cells(frames):
    return cells_of(frames)[0]


def test_every_table_has_every_printed_cell_and_a_number_in_it(cells):
    compared = compare(cells.reset_index(), read_published(STUDY.folder / "published"))
    printed = compared[compared["published"].notna()]
    assert printed["table"].value_counts().to_dict() == {
        "table_23": 60,
        "table_24": 33,
        "table_25": 21,
        "table_26": 21,
        "table_27": 57,
        "table_28": 11,
    }
    without = printed[printed["ours"].isna()]
    assert set(without["table"]) == set(EMPTY)
    own = cells.loc[["gaps", "regions", "sample_flow"]]
    assert own["value"].notna().all()


def test_tables_on_jobs_say_why_they_are_empty(frames):
    _, losses = frames_of()
    _, lost = cells_of(frames, losses=losses)
    chain = lost.loc[lost["step"] == "motivated__by_sex", "reason"].tolist()
    assert [text for text in chain if text.startswith("motivation is not known: no wave has job_reason_1")]
    assert chain[-3:] == [
        "no second reason for wanting a job known",
        "no second aspect of a job known",
        "nobody is left, and no term has a value",
    ]


def test_models_without_the_economy_of_areas_say_no(cells):
    said = cells.loc[("table_27", slice(None), "employment", "text"), "note"].droplevel([0, 2, 3]).to_dict()
    assert said == {
        "year_and_region_fixed_effects": "YES",
        "macroeconomic_variables": "NO",
        "demographic_characteristics": "YES",
    }
    gaps = cells.loc[("gaps", slice(None), "income", "marginal_effect"), "value"].droplevel([0, 2, 3])
    assert gaps["model_1"] == gaps["model_2"] != gaps["model_3"]


def test_models_with_the_economy_of_areas_have_it_from_model_2_on(frames):
    """Incomes rise by 40 pounds a point of professionals in the authority: Model 2 finds it, and is not Model 1."""
    rng = np.random.default_rng(8)
    places = sorted(set(frames["persons_income"]["cluster"]))
    rates = pd.DataFrame(rng.normal((6, 28), (2, 6), (len(places), 2)), places, ["unemployment", "professionals"])
    told = {}
    for name, frame in frames.items():
        if name.startswith("persons"):
            found = frame.drop(columns=rates.columns).join(rates, on="cluster")
            told[name] = found.assign(income=found["income"] + 40 * (found["professionals"] - 28))
    given = {**frames, **told}
    found, _ = cells_of(given)
    gaps = found.loc[("gaps", slice(None), "income", "marginal_effect"), "value"].droplevel([0, 2, 3])
    assert len({round(gaps[f"model_{number}"], 6) for number in (1, 2, 3)}) == 3
    said = found.loc[("table_27", "macroeconomic_variables", slice(None), "text"), "note"]
    assert set(said) == {"YES"}
    fits, _ = fit_models(given, replace(STUDY, tables={}))
    model = fits["income__model_2"].fits["ols"]
    place = list(model.names).index("professionals")
    assert abs(model.params[place] - 40) < 4 * model.std_errors[place] < 20
    assert "professionals" not in fits["income__model_1"].fits["ols"].names


def test_table_24_is_the_difference_of_cells_of_table_27(cells):
    values = cells["value"]
    for outcome in ("employment", "income", "higher_managerial"):
        groups = values[("table_27", slice(None), outcome, "marginal_effect")]
        for row, one, other in (
            ("male_versus_female", "male", "female"),
            ("white_versus_non_white", "white_british", "white_non_british_non_white"),
            ("degree_holder_versus_no_degree", "degree", "no_degree"),
            (
                "parent_higher_managerial_occ_vs_routine_manual_occ",
                "parent_higher_managerial_occ",
                "parent_routine_manual_occ",
            ),
        ):
            difference = values[("table_24", row, outcome, "marginal_effect")]
            assert difference == pytest.approx(groups[one] - groups[other], abs=1e-10)


def dummies(column):
    return pd.get_dummies(column.astype(int), drop_first=True).to_numpy(float)


def test_a_probit_and_its_effects_by_group_are_those_of_statsmodels(frames, cells):
    """Probit of statsmodels; sandwich over authorities with G/(G-1), effects and delta method written out here."""
    frame = frames["persons_employed"].dropna(subset=["parents", "distance", "degree"]).reset_index(drop=True)
    person = ["male", "age", "white", "born_abroad", "married", "has_children", "children", "degree", "owner"]
    classes = [frame["parents"].eq(name) for name in ("intermediate", "higher_managerial")]
    others = [frame["distance"], *(frame[name] for name in person), *classes]
    fixed = np.hstack([np.column_stack(others).astype(float), dummies(frame["region"]), dummies(frame["year"])])

    def matrix(mover):
        return np.column_stack([np.ones(len(frame)), mover, mover * frame["male"], fixed])

    X, y = matrix(frame["mover"]), frame["employed"].to_numpy()
    model = sm.Probit(y, X)
    found = model.fit(disp=0, tol=1e-12, maxiter=100)
    scores = pd.DataFrame(model.score_obs(found.params)).groupby(frame["cluster"]).sum().to_numpy()
    bread = np.linalg.inv(-model.hessian(found.params))
    V = len(scores) / (len(scores) - 1) * bread @ scores.T @ scores @ bread
    effects, slopes = {}, {}
    for name, male in (("female", 0), ("male", 1)):
        rows = (frame["male"] == male).to_numpy()
        one, none = matrix(1 + 0 * frame["mover"])[rows], matrix(0 * frame["mover"])[rows]
        effects[name] = (norm.cdf(one @ found.params) - norm.cdf(none @ found.params)).mean()
        slopes[name] = (
            norm.pdf(one @ found.params)[:, None] * one - norm.pdf(none @ found.params)[:, None] * none
        ).mean(0)
    effects["both"] = effects["male"] - effects["female"]
    slopes["both"] = slopes["male"] - slopes["female"]
    shown = cells.xs("marginal_effect", level="statistic")
    assert cells.loc[("table_27", "observations", "employment", "observations"), "value"] == len(frame)
    for name, place in (
        ("female", ("table_27", "female", "employment")),
        ("male", ("table_27", "male", "employment")),
        ("both", ("table_24", "male_versus_female", "employment")),
    ):
        assert shown.loc[place, "value"] == pytest.approx(effects[name], abs=1e-8)
        error = np.sqrt(slopes[name] @ V @ slopes[name])
        assert shown.loc[place, "std_error"] == pytest.approx(error, rel=1e-6)


def test_answers_on_jobs_fill_their_tables(frames):
    rng = np.random.default_rng(4)
    told = {}
    for question, answers in zip(("reason", "aspect"), SECONDS, strict=True):
        for name, frame in frames.items():
            if name.startswith("persons"):
                drawn = {place: rng.choice(answers, len(frame)).astype(object) for place in ("first", "second")}
                drawn["first"] = "first_" + drawn["first"].astype(str).astype(object)
                told[name] = told.get(name, frame).assign(
                    **{f"{question}_1": drawn["first"], f"{question}_2": drawn["second"]}
                )
    found, _ = cells_of({**frames, **told})
    table = found.loc["table_25"]["value"]
    assert table["peoples_company", "stayer", "share"] - table["peoples_company", "mover", "share"] == pytest.approx(
        table["peoples_company", "difference", "difference"], abs=1e-15
    )
    effects = found.loc["table_28"].xs("marginal_effect", level="statistic")
    assert len(effects) == 5 and effects["value"].notna().all()
    assert found.loc[("table_28", "motivation_variables", "higher_managerial", "text"), "note"] == "YES"


@pytest.mark.parametrize(
    ("readings", "rows", "same"),
    [
        ({"covariance": "robust"}, ["std_error"], ["marginal_effect", "observations"]),
        ({"margin": "everyone"}, ["marginal_effect"], ["observations"]),
    ],
)
def test_choices_of_models_change_what_they_say(frames, cells, readings, rows, same):
    found, _ = cells_of(frames, load_study(ROOT, "movers", readings))
    one, other = (part.loc["table_27"].xs("employment", level="column")["value"] for part in (cells, found))
    for statistics, changed in ((rows, True), (same, False)):
        for statistic in statistics:
            apart = (one.xs(statistic, level="statistic") - other.xs(statistic, level="statistic")).abs() > 1e-9
            assert apart.any() if changed else not apart.any()


def test_all_models_on_the_people_of_model_3(frames):
    study = load_study(ROOT, "movers", {"model_rows": "model_3"})
    fits, _ = fit_models(frames, study)
    sizes = {name: model.fits["ols"].n for name, model in fits.items() if name.startswith("income")}
    assert set(sizes.values()) == {sizes["income__model_3"]} and sizes["income__model_3"] > 500
    own, _ = fit_models(frames, replace(STUDY, tables={}))
    assert own["income__model_1"].fits["ols"].n > sizes["income__model_3"]


def test_everyone_seen_as_a_teenager_has_one_fate():
    """The worked family: finn has no parent there, ela and ida are not interviewed at 25 to 41 in 2000 to 2019."""
    frames, _ = frames_of(panels=panels_of(family_rows()))
    assert frames["young"]["fate"].value_counts().loc[lambda n: n > 0].to_dict() == {
        "stayer": 5,
        "mover": 2,
        "not_interviewed": 2,
        "no_parent": 1,
    }
    ends = frames["ends"].set_index(["person", "end"])
    assert len(ends) == 14 and ends["region"].notna().all()
    movers = ends[ends["mover"] == 1]["region"].unstack("end")
    assert movers["lives"].tolist() == ["7", "7"]  # London; from the North East
    assert movers["grew_up"].tolist() == ["1", "1"]


def test_every_column_that_is_used_says_what_it_is_made_from(frames):
    read = {name for use in STUDY.about.sources.values() for name in (*use.required, *use.optional)}
    used = {name: set() for name in frames}
    for sample in STUDY.samples.values():
        used[sample.frame] |= {step.column for step in sample.keep}
    for spec in STUDY.tables.values():
        if spec.frame:
            described = {item.describes for item in spec.rows.items}
            used[spec.frame] |= {spec.rows.of, spec.columns.of, *described} - {""}
    for model in STUDY.models.values():
        used[model.frame] |= {model.outcome.column, model.covariance.cluster, *model.columns.values()}
    for name, frame in frames.items():
        told = STUDY.frames[name].columns
        assert set(told) == used[name] and set(told) <= set(frame), name
        assert {variable for column in told.values() for variable in column.sources} <= read
