"""The commands on the page are the models on the page: every R command is run on the exported file and compared."""

import hashlib
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import fit_model, fit_models
from mobility.cells.export import commands_table, export_sample
from mobility.errors import SpecError
from mobility.flows.read import read_flows
from mobility.intake.losses import LossTable
from mobility.models import FAMILIES, effect, estimate
from mobility.models.commands import Written, r_command, stata_command
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import GOLDEN, ROOT
from progression import draw_progression
from r_commands import compare_with_r, needs_r
from specs import model_spec, sample, term, terms

GATSBY = load_study(ROOT, "gatsby")


def example(name):
    study = load_study(ROOT, name)
    panel = read_table(study.folder, ROOT).panel if "table" in study.about.sources else read_flows(study.folder).frame
    return study, make_frames(Inputs.of(panel, study, study.chosen(), LossTable()))


@needs_r
@pytest.mark.parametrize("name", ["wage_panel", "movers_psid", "region_moves", "london_moves"])
def test_r_gives_what_the_page_has(name, tmp_path):
    study, frames = example(name)
    assert compare_with_r(study, frames, tmp_path, rel=1e-6, abs=1e-9) > 30


@needs_r
@pytest.mark.parametrize(
    ("errors", "weights"),
    [
        ("robust", "cross_section"),
        ("clustered", "none"),
        ("classical", "cross_section"),
        pytest.param("robust", "none", marks=pytest.mark.long),
        pytest.param("clustered", "cross_section", marks=pytest.mark.long),
        pytest.param("classical", "none", marks=pytest.mark.long),
    ],
)
def test_r_gives_the_same_errors_of_each_kind(errors, weights, tmp_path):
    """On invented steps of careers, few enough that logits and probits drop categories with their rows; one model in
    three, since they differ in their rows and outcomes alone. Each kind once; in the long tests with and without
    weights."""
    study = load_study(ROOT, "gatsby", {"errors": errors, "weights": weights})
    some = list(study.models.items())[::3]
    models = {name: replace(model, estimators=("ols", "logit", "probit")) for name, model in some}
    rows = draw_progression(1).sample(frac=0.25, random_state=1).reset_index(drop=True)
    rows["weight_cross_section"] = np.random.default_rng(1).uniform(0.5, 1.5, len(rows))
    study = replace(study, models=models)
    assert compare_with_r(study, {"progression": rows}, tmp_path, rel=1e-6, abs=1e-6) > 170


def test_commands_say_the_rows_the_errors_and_the_effects():
    terms = [
        term({"id": "age", "kind": "polynomial", "degree": 2}),
        term({"id": "female", "kind": "indicator"}),
        term({"id": "level", "kind": "factor", "levels": ["a", "b", "c"], "reference": "b"}),
    ]
    fit = Written("technicians", "in_logit_professional", "to_professional", terms, "clustered", "person")
    assert stata_command(fit, FAMILIES["logit"].stata) == (
        "use technicians, clear\n"
        "keep if in_logit_professional\n"
        "logit to_professional c.age##c.age i.female ib2.level, vce(cluster person)\n"
        "margins, dydx(*)"
    )
    r = r_command(fit, FAMILIES["logit"].r).split("\n")
    assert r[0] == 'd <- read.csv("technicians.csv", colClasses = c(level = "character"))'
    assert 'd$level <- among(d$level, c("b", "a", "c"))' in r
    assert r[-5:-3] == ["do.call(rbind, c(", '  list("age" = slope("age")),']
    assert r[-3:] == ['  list("female" = change("female", 1, 0)),', '  changes("level")', "))"]


def test_stata_weighs_by_the_kind_of_errors_and_counts_have_no_effects():
    ols, logit, nbreg = (FAMILIES[name] for name in ("ols", "logit", "nbreg"))
    terms = [term({"id": "x", "kind": "continuous"})]
    weighted = Written("s", "in_ols_a", "to_a", terms, "robust", "person", "", True)
    classical = replace(weighted, errors="classical")
    assert "\nregress to_a c.x [pweight=weight], vce(robust)\n" in stata_command(weighted, ols.stata)
    assert " [aweight=weight], vce(ols)\n" in stata_command(classical, ols.stata)
    assert " [iweight=weight], vce(oim)\n" in stata_command(classical, logit.stata)
    counts = replace(weighted, weighted=False, exposure="people", outcome="moves")
    assert stata_command(counts, nbreg.stata).endswith("\nnbreg moves c.x, exposure(people) vce(robust)")
    assert "offset(log(people))" in r_command(counts, nbreg.r) and "slope" not in r_command(counts, nbreg.r)


def test_two_fits_of_one_sample_keep_their_own_rows(tmp_path):
    """The logit drops people whose category predicts perfectly, the linear model keeps them. Weights of 0 are out."""
    rows = draw_progression(1).sample(frac=0.25, random_state=1).reset_index(drop=True)
    rows["weight_cross_section"] = np.where(np.arange(len(rows)) < 700, 0.0, 1.0)
    study = load_study(ROOT, "gatsby", {"weights": "cross_section"})
    path = export_sample({"progression": rows}, study, "at_risk_professional", tmp_path, "dta")
    table = pd.read_stata(path)
    at_risk = rows[rows["origin_group"] == "professional"]
    needed = [term.of for term in GATSBY.models["professional__to__professional"].terms]
    complete = at_risk[at_risk[needed].notna().all(axis=1) & (at_risk["weight_cross_section"] > 0)]
    assert len(table) == table["in_ols_professional"].sum() == len(complete)
    assert 0 < table["in_logit_professional"].sum() < len(table)


@needs_r
def test_counts_without_overdispersion_are_a_poisson_model_in_r_too(tmp_path):
    study, frames = example("region_moves")
    even = frames["moves"].assign(moves=(frames["moves"]["origin_population"] / 5000).round())
    assert compare_with_r(study, {"moves": even}, tmp_path, rel=1e-6, abs=1e-9) > 5
    fitted, _ = fit_models({"moves": even}, study)
    commands = commands_table(fitted, study)
    assert commands["r"].str.contains("family = poisson").all()
    assert commands["stata"].str.contains("\npoisson moves ", regex=False).all()


def test_long_names_of_models_stay_apart_in_the_file(tmp_path):
    """Stata takes 32 characters: a longer name ends in a mark, the first six digits of the SHA-256 of the whole."""
    study, frames = example("wage_panel")
    model = study.models["into_professional_managerial"]
    twice = {name: replace(model, model=name) for name in (model.model, f"{model.model}_again")}
    path = export_sample(frames, replace(study, models=twice), "below", tmp_path, "csv")
    columns = [name for name in pd.read_csv(path).columns if name.startswith("in_")]
    assert len(columns) == len(twice) * len(model.estimators) and max(map(len, columns)) == 32
    whole = f"in_{model.estimators[0]}_{model.model}_again"
    assert f"{whole[:25]}_{hashlib.sha256(whole.encode()).hexdigest()[:6]}" in columns


def test_models_that_are_one_without_where_people_come_from_are_refused(tmp_path):
    study, frames = example("wage_panel")
    model = study.models["into_professional_managerial"]
    twice = {name: replace(model, model=name) for name in ("up", "below__to__up")}
    with pytest.raises(SpecError, match=r"what stands before `__to__` is left out there\. Rename one of the two"):
        export_sample(frames, replace(study, models=twice), "below", tmp_path, "csv")


# ---- interactions

MOVER, MALE = {"id": "mover", "kind": "indicator"}, {"id": "male", "kind": "indicator"}
PARENTS = {"id": "parents", "kind": "factor", "levels": ["top", "middle", "routine"], "reference": "routine"}
AGE = {"id": "age", "kind": "polynomial", "degree": 2, "rows": ["age", "age_squared"]}
BETWEEN = [
    {"id": f"mover_by_{name}", "kind": "interaction", "between": ["mover", name]} for name in ("male", "parents", "age")
]


def movers_study(**models):
    """The golden sample of movers as a study of one frame."""
    return replace(
        GATSBY,
        samples={"s": sample("s", {})},
        models={
            name: model_spec({"model": name, **raw}, terms(*regressors)) for name, (raw, regressors) in models.items()
        },
    )


MOVERS = {
    "frame": "f",
    "sample": "s",
    "covariance": {"kind": "clustered", "cluster": "area", "factor": "stata"},
}
EMPLOYED = {**MOVERS, "outcome": {"column": "employed", "values": [1]}, "estimators": ["probit", "logit"]}
MOVES = {**MOVERS, "outcome": {"column": "moves"}, "exposure": "years", "estimators": ["nbreg"]}
PAY = {**MOVERS, "outcome": {"column": "log_pay", "kind": "continuous"}, "estimators": ["ols"]}
REGRESSORS = [MOVER, MALE, PARENTS, AGE, *BETWEEN]


def test_stata_has_interactions_and_effects_by_group():
    fit = Written("movers", "in_probit_employed", "employed", terms(*REGRESSORS), "clustered", "area")
    assert stata_command(fit, FAMILIES["probit"].stata).split("\n")[2:] == [
        "probit employed i.mover i.male ib3.parents c.age##c.age i.mover#i.male i.mover#ib3.parents "
        "i.mover#(c.age##c.age), vce(cluster area)",
        "margins, dydx(*)",
        "margins, dydx(mover) over(male)",
        "margins r.mover, over(r.male) contrast(nowald effects)",
        "margins, dydx(mover) over(parents)",
        "margins r.mover, over(r.parents) contrast(nowald effects)",
    ]


@needs_r
def test_r_gives_interactions_effects_by_group_and_their_differences(tmp_path):
    """Effects of moving by sex and class, from the R commands on the exported file, against the cells' contrasts."""
    study = movers_study(employed=(EMPLOYED, REGRESSORS), pay=(PAY, REGRESSORS), moves=(MOVES, REGRESSORS))
    frames = {"f": pd.read_csv(GOLDEN / "margins_sample.csv").assign(person=range(1200))}
    assert compare_with_r(study, frames, tmp_path, rel=1e-6, abs=1e-9) == 3 * (2 * 12 + 2 * 5) + 2 * 13
    fitted, _ = fit_models(frames, study)
    for line in commands_table(fitted, study).itertuples():
        theirs = by_group_in_r(line.r, tmp_path)
        model = fit_model(frames["f"], study.models[line.model], study, LossTable(counted="person"))
        mover = effect("mover", model.data.design)
        women, men = (mover.where(over={"male": value}) for value in (0, 1))
        routine, top, middle = (mover.where(over={"parents": name}) for name in ("routine", "top", "middle"))
        wanted = [women, men, men.less(women), routine, top, middle, top.less(routine), middle.less(routine)]
        ours = estimate(model.fits[line.estimator], model.data.design, wanted, model.data.offset)
        assert list(theirs.index[:3]) == ["mover in not male", "mover in male", "mover in male - not male"]
        assert theirs["effect"].to_numpy() == pytest.approx(ours.values, rel=1e-6, abs=1e-9)
        assert theirs["std_error"].to_numpy() == pytest.approx(ours.std_errors, rel=1e-6)


def by_group_in_r(command, folder):
    """Effects by group as the commands of a fit give them."""
    (folder / "one.R").write_text(f'setwd("{folder}")\n{command}\nwrite.csv(groups, "groups.csv")\n')
    subprocess.run(["Rscript", folder / "one.R"], capture_output=True, check=True)
    return pd.read_csv(folder / "groups.csv", index_col=0)


@needs_r
def test_effects_that_need_a_dropped_interaction_are_missing_in_r(tmp_path):
    """Movers with parents at the top all work: R alone would take the coefficient that left with them for 0."""
    frame = pd.read_csv(GOLDEN / "margins_sample.csv").assign(person=range(1200))
    frame["employed"] = frame["employed"].mask((frame["mover"] == 1) & (frame["parents"] == "top"), 1)
    study = movers_study(employed=({**EMPLOYED, "estimators": ["probit"]}, REGRESSORS))
    assert compare_with_r(study, {"f": frame}, tmp_path, rel=1e-6, abs=1e-9) > 20
    fitted, _ = fit_models({"f": frame}, study)
    assert [(lost.name, lost.reason) for lost in fitted["employed"].fits["probit"].dropped] == [
        ("mover#top", "predicts_success")
    ]
    effects = by_group_in_r(commands_table(fitted, study)["r"].item(), tmp_path)["effect"]
    assert set(effects.index[effects.notna()]) == {
        *("mover in routine", "mover in middle", "mover in middle - routine")
    }


PLACE = {"id": "place", "kind": "factor", "levels": ["a", "b", "c", "d"]}


def of_places(alike):
    """The golden sample in three places of four; of the `alike` of the first all work."""
    frame = pd.read_csv(GOLDEN / "margins_sample.csv").assign(person=range(1200))
    place = np.where(np.arange(1200) < alike, "a", np.where(np.arange(1200) % 2, "b", "d"))
    return {"f": frame.assign(place=place, employed=np.where(place == "a", 1, frame["employed"]))}


def place_study(**place):
    regressors = [MOVER, {**PLACE, **place}, AGE]
    return movers_study(
        **{name: ({**EMPLOYED, "estimators": [name]}, regressors) for name in ("ols", "logit", "probit")},
        pay=(PAY, regressors),
    )


@needs_r
@pytest.mark.parametrize("alike", [0, 5, 300])
@pytest.mark.parametrize("reference", ["first", "b"])
def test_r_finds_the_levels_and_the_first_reference_itself(alike, reference, tmp_path):
    """Of an outcome of 0 and 1 the first level that has both; a linear model keeps the rows of those before it."""
    study = place_study(reference=reference)
    assert compare_with_r(study, of_places(alike), tmp_path, rel=1e-6, abs=1e-9) > 40


@pytest.mark.parametrize("reference", ["first", "a", "b"])
def test_commands_are_the_same_whatever_the_rows_have(reference):
    """Levels of the fit's rows would tell, beside those of another fit, in which all are alike: five work in `a`.

    So would that there are none, where the five are those to whom all others are compared.
    """
    study = place_study(reference=reference)
    tables = [commands_table(fit_models(of_places(alike), study)[0], study) for alike in (0, 5, 300)]
    assert tables[0].equals(tables[1]) and tables[0].equals(tables[2])


def test_stata_finds_the_first_reference_of_two_outcomes_itself():
    place = term({**PLACE, "reference": "first"})
    fit = Written("s", "in_ols_work", "work", [place], "robust", "", binary=True)
    assert stata_command(fit, FAMILIES["ols"].stata).split("\n")[2:6] == [
        "egen both_place = sd(work), by(place)",
        "summarize place if both_place > 0 & !missing(both_place), meanonly",
        "local base_place = r(min)",
        "regress work ib`base_place'.place, vce(robust)",
    ]
    assert "\nregress work i.place, " in stata_command(replace(fit, binary=False), FAMILIES["ols"].stata)
