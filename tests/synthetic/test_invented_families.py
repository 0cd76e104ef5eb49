"""The invented families of BHPS and UKHLS: links, boundary changes, planted effects, and the same bytes again."""

import hashlib

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import chi2

from mobility.intake.losses import LossTable
from mobility.panel.delivery import read_delivery
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.readers import requests
from mobility.settings import load_config, load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.synthetic import simulate
from mobility.synthetic.families.delivery import truth_terms
from mobility.synthetic.families.effects import OUTCOMES, planted, truth_table
from mobility.synthetic.families.people import CHILD, chance_of_sample
from mobility.synthetic.families.world import draw_world
from mobility.synthetic.response import divisor_of
from paths import ROOT
from read_synthetic import FOLDERS, SEED

STUDY = load_study(ROOT, "movers")
BHPS, UKHLS = [f"b{letter}" for letter in "abcdefghijklmnopqr"], list("abcdefghij")  # of the study
DELIVERED = [*UKHLS, "k"]
WAVES = {"history": BHPS, "persons": UKHLS}
FILES = ("indall", "indresp", "hhresp", "egoalt", "oslaua_protect")
# Table 27 as printed: effect and standard error on employment, income and higher managerial occupation.
PRINTED = {
    "female": ((0.042, 0.024), (67.421, 90.456), (0.064, 0.034)),
    "male": ((0.077, 0.019), (482.658, 110.372), (0.125, 0.037)),
    "white_non_british_non_white": ((-0.013, 0.065), (625.548, 267.205), (0.002, 0.083)),
    "white_british": ((0.062, 0.017), (236.920, 80.426), (0.101, 0.028)),
    "no_degree": ((0.050, 0.024), (254.197, 90.613), (0.105, 0.037)),
    "degree": ((0.070, 0.021), (282.068, 115.135), (0.084, 0.033)),
    "parent_routine_manual_occ": ((0.045, 0.026), (254.760, 125.553), (0.129, 0.049)),
    "parent_intermediate_occ": ((0.029, 0.031), (175.822, 117.318), (0.048, 0.048)),
    "parent_higher_managerial_occ": ((0.084, 0.022), (318.800, 108.183), (0.102, 0.036)),
}


def make(folder, size="small", seed=SEED, file_format="stata"):
    simulate(folder, root=ROOT, size=size, seed=seed, file_format=file_format, source="bhps")
    return folder


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def persons_of(folder):
    """The panels of the study from the files, and its persons."""
    panels = {}
    for survey, use in STUDY.about.sources.items():
        source = load_source(ROOT, use.source)
        found = read_delivery(folder, source, WAVES[survey], use.required, use.optional, use.rows)
        panels[survey], _ = panel_from_delivery(found, source, folder.parent / f"{survey}.csv")
    frames = make_frames(Inputs(panels, STUDY, STUDY.chosen(), LossTable(), ["persons"]))
    return panels, frames["persons"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return make(tmp_path_factory.mktemp("families") / "delivery")


@pytest.fixture(scope="module")
def small_persons(small):
    """The panels of the small delivery and its persons."""
    return persons_of(small)


@pytest.fixture(scope="module")
def world():
    """People as they were drawn at the size of the report."""
    return draw_world(ROOT, "full", SEED)


@pytest.fixture(scope="module", params=["small", pytest.param("full", marks=pytest.mark.long)])
def drawn(request, small_persons, tmp_path_factory):
    """People as they were drawn, panels and persons of the study, and one in how many of those of the report.

    At the size of the report in the long tests, which find smaller deviations.
    """
    size = request.param
    if size == "full":
        found = persons_of(make(tmp_path_factory.mktemp("families_full") / "delivery", size))
    else:
        found = small_persons
    return draw_world(ROOT, size, SEED), *found, divisor_of(size)


@pytest.mark.parametrize(
    "file_format", [pytest.param(form, marks=pytest.mark.long) if form != "stata" else form for form in FOLDERS]
)
def test_each_form_stands_in_the_true_layout_with_the_same_persons(small, small_persons, tmp_path, file_format):
    """And the delivery that is made again has the same bytes; the other two forms in the long tests."""
    folder = make(tmp_path / "delivery", file_format=file_format)
    main, areas, ending = FOLDERS[file_format]
    expected = {f"{main}/ukhls/xwavedat.{ending}", "SYNTHETIC.md", "synthetic.yaml"}
    expected |= {"truth/movers.csv", "truth/movers_effects.csv", "truth/state_of_nation.csv"}
    for survey, waves in (("bhps", BHPS), ("ukhls", DELIVERED)):
        for file in FILES:
            place = areas if file.startswith("oslaua") else main
            expected |= {f"{place}/{survey}/{wave}_{file}.{ending}" for wave in waves}
    found = digests(folder)
    assert set(found) == expected
    if file_format == "stata":
        assert found == digests(small)
    else:
        pd.testing.assert_frame_equal(persons_of(folder)[1], small_persons[1], check_dtype=False)


def test_links_lead_to_parents_in_the_household(drawn):
    _, panels, _, of = drawn
    for role in ("mother", "father"):
        history, persons = panels["history"], panels["persons"]
        linked = history[history[f"{role}_person_number"] > 0]
        there = pd.MultiIndex.from_frame(history[["wave", "household_id", "person_number"]])
        ends = pd.MultiIndex.from_frame(linked[["wave", "household_id", f"{role}_person_number"]])
        assert there.is_unique and len(linked) > 1000 / of and ends.isin(there).all()
        linked = persons[persons[f"{role}_id"] > 0]
        there = pd.MultiIndex.from_frame(persons[["wave", "household_id", "person"]])
        assert pd.MultiIndex.from_frame(linked[["wave", "household_id", f"{role}_id"]]).isin(there).all()


def test_members_of_the_bhps_are_in_no_wave_a(drawn):
    _, panels, _, of = drawn
    early = set(panels["history"]["person"])
    by_wave = panels["persons"].groupby("wave")["person"].agg(lambda found: len(early & set(found)))
    assert by_wave.loc[1] == 0 and by_wave.loc[2] > 5000 / of


def test_who_moved_is_who_was_drawn_to_move_whatever_the_codes(drawn):
    world, panels, persons, of = drawn
    people = persons[["person"]].merge(world.people, left_on="person", right_on="pidp")
    assert (persons["mover"].to_numpy() == people["mover"].to_numpy()).all()
    assert (persons["parental_class"].fillna(0).to_numpy() == people["parents_class"].to_numpy()).all()
    codes = pd.concat(panels.values())[["person", "local_authority"]].drop_duplicates()
    stayers = persons.loc[persons["mover"] == 0, "person"]
    assert (codes[codes["person"].isin(stayers)].groupby("person").size() > 1).sum() > 100 / of


def test_the_sample_is_as_large_as_expected(drawn):
    world, _, persons, _ = drawn
    chance = chance_of_sample(world.people)
    error = np.sqrt((chance * (1 - chance)).sum())
    assert abs(len(persons) - chance.sum()) < 4 * error
    assert (chance[world.people["role"] != CHILD] == 0).all()


def test_the_expected_sample_is_near_that_of_the_report(world):
    assert chance_of_sample(world.people).sum() == pytest.approx(2842, rel=0.01)


def test_planted_effects_are_near_the_printed_ones(world):
    found = truth_table(*truth_terms(world)).set_index(["table", "row", "column"])["value"]
    for group, cells in PRINTED.items():
        for outcome, (value, error) in zip(("employment", "income", "higher_managerial"), cells, strict=True):
            assert abs(found["table_27", group, outcome] - value) < 0.5 * error, (group, outcome)


def regression(frame, outcome):
    """An outcome by the terms that are planted for it: probit, or least squares."""
    frame = frame[frame["parental_class"].notna()]
    terms = {name: frame[name].astype(float) for name in planted()[outcome] if name in frame}
    terms |= {"age": frame["age"] - 30.0, "constant": pd.Series(1.0, frame.index)}
    terms |= {f"parents_{name}": frame["parental_class"].eq(code) * 1.0 for code, name in ((1, "top"), (2, "middle"))}
    names = list(planted()[outcome])
    design = pd.DataFrame(
        {name: terms["mover"] * terms[name[9:]] if name.startswith("mover_by_") else terms[name] for name in names}
    )
    rows = design.notna().all(axis=1) & frame[outcome].notna()
    return (sm.OLS if outcome == "income" else sm.Probit)(frame.loc[rows, outcome].astype(float), design[rows])


@pytest.mark.parametrize("drawn", [pytest.param("full", marks=pytest.mark.long)], indirect=True)
@pytest.mark.parametrize("outcome", list(OUTCOMES))
def test_planted_effects_are_recovered_from_the_persons(drawn, outcome):
    """By statsmodels, with errors of White where the outcome is no yes or no."""
    model = regression(drawn[2], outcome)
    found = model.fit(cov_type="HC1") if outcome == "income" else model.fit(disp=False)
    z = (found.params - pd.Series(planted()[outcome])) / found.bse
    assert len(model.endog) > 1800 and z.abs().max() < 4
    assert 0.5 < np.sqrt((z**2).mean()) < 1.6


@pytest.mark.parametrize("outcome", list(OUTCOMES))
def test_the_persons_are_as_the_planted_effects_make_them(drawn, outcome):
    """Rao's score test of all planted effects at once, which holds in however few persons; of income after White.

    In the small delivery, of a hundred persons, it finds gross errors only; smaller ones in the long test.
    """
    model, effects = regression(drawn[2], outcome), np.array(list(planted()[outcome].values()))
    if outcome == "income":
        parts = model.exog * (model.endog - model.exog @ effects)[:, None]
        score, variance = parts.sum(axis=0), parts.T @ parts
    else:
        score, variance = model.score(effects), -model.hessian(effects)
    chance = chi2.sf(score @ np.linalg.solve(variance, score), len(score))
    assert len(model.endog) > 1500 / drawn[3]
    assert 1e-4 < chance < 1 - 1e-4


def test_both_sources_of_the_study_are_read_from_the_one_delivery():
    """Rows of `indall` come from the families, rows of `indresp` from the invented UKHLS."""
    changes = {"sources": {"ukhls": "synthetic", "bhps": "synthetic"}, "waves": {"ukhls": "a-h", "bhps": "ba-br"}}
    config = load_config(ROOT, {**changes, "studies": ["gatsby", "movers"]})
    found = requests(ROOT, config, [STUDY, load_study(ROOT, "gatsby")])
    folders = {place: request.folders[0].rsplit("/", 1)[-1] for place, request in found.items()}
    assert folders == {"ukhls.indall": "bhps", "bhps.indall": "bhps", "ukhls": "ukhls"}
