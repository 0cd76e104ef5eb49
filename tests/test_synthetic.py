"""The synthetic delivery: layout, counts, routing, traps and planted truth, read back with plain pandas."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import statsmodels.api as sm
import yaml
from progression import draw_progression

from mobility.errors import MobilityError
from mobility.panel.register import load_source
from mobility.synthetic import planted_effects, simulate
from mobility.synthetic.affinity import fit_margins
from mobility.synthetic.delivery import SURVEY_YEARS, draw_world
from mobility.synthetic.effects import logistic, read_effects
from mobility.synthetic.files import planted_names
from mobility.synthetic.layout import read_layout
from mobility.synthetic.plan import BREAK, ORDINARY
from mobility.synthetic.progress import tilt
from mobility.synthetic.regressors import LEVELS, TERMS
from mobility.synthetic.truth import marginal_effects, models_table, truth_table
from mobility.synthetic.unplanted import MISSING_SHARE
from mobility.synthetic.world import interviews

ROOT = Path(__file__).parents[1]
SEED = 2022
LETTERS = "abcdefgh"
USABLE = [50994, 54564, 49689, 47066, 44826, 45183, 42164, 39243]
LOST = [12634, 10389, 7616, 6142, 8022, 7666, 6826]
TECHNICAL = [211, 212, 213, 311, 312, 313, 521, 522, 523, 524, 811, 812, 813]
FOLDERS = {
    "stata": ("UKDA-6614-stata/stata/stata14_se", "UKDA-6666-stata/stata/stata13", "dta"),
    "tab": ("UKDA-6614-tab/tab", "UKDA-6666-tab/tab", "tab"),
    "spss": ("UKDA-6614-spss/spss/spss25", "UKDA-6666-spss/spss/spss25", "sav"),
}


def make(folder, seed=SEED, file_format="stata"):
    simulate(folder, root=ROOT, size="small", seed=seed, file_format=file_format)
    return folder


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    return make(tmp_path_factory.mktemp("stata") / "delivery")


@pytest.fixture(scope="module")
def world():
    return draw_world(ROOT, "small", SEED)


@pytest.fixture(scope="module")
def full_world():
    return draw_world(ROOT, "full", SEED)


@pytest.fixture(scope="module")
def waves(delivery):
    """`indresp` of each wave without prefixes, and with the wave's number."""
    frames = [read(delivery, "stata", f"ukhls/{letter}_indresp") for letter in LETTERS]
    return [
        frame.rename(columns=lambda name: name.split("_", 1)[1] if name[1] == "_" else name).assign(wave=number)
        for number, frame in enumerate(frames)
    ]


def read(folder, file_format, name, areas=False):
    main, sixes, ending = FOLDERS[file_format]
    path = folder / (sixes if areas else main) / f"{name}.{ending}"
    if file_format == "stata":
        return pd.read_stata(path, convert_categoricals=False)
    if file_format == "spss":
        return pyreadstat.read_sav(path)[0]
    return pd.read_csv(path, sep="\t")


def usable(frame):
    return frame[frame.jbstat > 0]


@pytest.mark.parametrize("file_format", list(FOLDERS))
def test_files_stand_in_the_true_layout(tmp_path, file_format):
    folder = make(tmp_path / "delivery", file_format=file_format)
    main, areas, ending = FOLDERS[file_format]
    expected = {f"{main}/ukhls/{letter}_indresp.{ending}" for letter in LETTERS}
    expected |= {f"{areas}/ukhls/{letter}_oslaua_protect.{ending}" for letter in LETTERS}
    expected |= {
        f"{main}/ukhls/xwavedat.{ending}",
        f"{main}/bhps/ba_indresp.{ending}",
        f"{main}/bhps/br_indresp.{ending}",
    }
    expected |= {"SYNTHETIC.md", "synthetic.yaml", "truth/gatsby.csv", "truth/gatsby_models.csv"}
    expected |= {"truth/plan.csv", "truth/jobs.csv"}
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == expected
    record = yaml.safe_load((folder / "synthetic.yaml").read_text())
    assert record == {"size": "small", "seed": SEED, "format": file_format, "version": 2}
    assert not list(tmp_path.glob(".*"))


def test_counts_are_those_of_table_2_2(waves):
    people = [set(usable(frame).pidp) for frame in waves]
    assert [len(group) for group in people] == [round(count / 20) for count in USABLE]
    lost = [len(now - later) for now, later in itertools.pairwise(people)]
    assert lost == [round(count / 20) for count in LOST]
    assert len(set.union(*people)) == round(84925 / 20)
    assert all((frame.jbstat < 0).any() for frame in waves)


def test_counts_at_full_size_are_exact(full_world):
    response = full_world.response
    assert response.usable.sum(axis=0).tolist() == USABLE
    assert [(response.usable[:, w] & ~response.usable[:, w + 1]).sum() for w in range(7)] == LOST
    assert response.usable.any(axis=1).sum() == response.persons == 84925


def test_formats_hold_the_same_values(tmp_path, delivery):
    for file_format in ("tab", "spss"):
        other = make(tmp_path / file_format, file_format=file_format)
        for name in ("ukhls/b_indresp", "bhps/ba_indresp"):
            ours, theirs = read(delivery, "stata", name), read(other, file_format, name)
            assert list(ours) == list(theirs)
            np.testing.assert_allclose(ours.to_numpy(float), theirs.fillna(-9).to_numpy(float))
        areas = [
            read(where, form, "ukhls/e_oslaua_protect", True)
            for where, form in ((delivery, "stata"), (other, file_format))
        ]
        assert areas[0].astype(str).equals(areas[1].astype(areas[0].dtypes.to_dict()).astype(str))


def test_tab_has_blank_cells_and_only_where_others_have_minus_nine(tmp_path, delivery):
    other = read(make(tmp_path / "tab", file_format="tab"), "tab", "ukhls/c_indresp")
    blank = other.isna().to_numpy()
    assert blank.any()
    assert (read(delivery, "stata", "ukhls/c_indresp").to_numpy()[blank] == -9).all()


def test_same_seed_gives_the_same_bytes_and_another_seed_other_data(tmp_path, delivery):
    def contents(folder):
        return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.dta"))}

    assert contents(make(tmp_path / "again")) == contents(delivery)
    assert contents(make(tmp_path / "other", seed=7)) != contents(delivery)


def test_columns_are_those_of_the_register_wave_by_wave(delivery):
    layout = read_layout(ROOT, "ukhls", SURVEY_YEARS)
    for wave in layout.waves:
        have = set(read(delivery, "stata", f"ukhls/{wave.name}_indresp"))
        wanted = {layout.name(column, wave) for column in layout.columns("indresp", wave)}
        assert have - wanted <= {"a_jbsoc10_cc", "b_jbsoc10_cc"}
        assert wanted - have <= {"a_jbsoc00"}
    first = read(delivery, "stata", "ukhls/a_indresp")
    later = {"a_jbsamr", "a_samejob", "a_empchk", "a_trainany", "a_ff_jbstat", "a_to_confirm_training_purpose"}
    assert not later & set(first)
    assert (first.a_jbsoc10_cc == -8).all()


def test_columns_stand_in_another_order_in_each_wave(waves):
    shared = set(waves[1].columns) & set(waves[2].columns)
    orders = [[name for name in frame.columns if name in shared] for frame in waves[1:3]]
    assert orders[0] != orders[1]


def test_identifiers_are_whole_numbers_that_float32_would_corrupt(waves):
    for frame in waves:
        assert frame.pidp.dtype.kind == "i"
        assert frame.pidp.is_unique
        assert frame.pidp.min() > 2**24
        assert frame.pidp.max() < 2**31
        assert (frame.pidp.astype("float32").astype("int64") != frame.pidp).mean() > 0.5
        assert not frame.duplicated(["hidp", "pno"]).any()


def test_household_numbers_mean_nothing_in_another_wave(waves):
    assert not set(waves[0].hidp) & set(waves[1].hidp)


def test_questions_of_change_are_routed(waves):
    for earlier, frame in itertools.pairwise(waves):
        prior = frame.pidp.map(earlier.set_index("pidp").jbstat)
        assert (frame.loc[prior.isna(), ["empchk", "notempchk", "jbsamr", "samejob"]] == -8).all(axis=None)
        assert not ((frame.empchk > 0) & (frame.notempchk > 0)).any()
        assert (frame.empchk[frame.jbsamr > 0] == 1).all()
        assert (frame.jbsamr[frame.samejob > 0] == 1).all()
        assert (frame.jbsamr[prior == 1] == -8).all()
        proxies = frame[frame.ivfio == 2]
        assert (proxies[["empchk", "notempchk", "jbsamr", "samejob", "jbterm1", "jbsize"]] < 0).all(axis=None)
        assert (proxies.jbsamr == -7).any()


def test_someone_returns_to_work_after_a_break(waves):
    late = pd.concat(waves[1:])
    assert ((late.empchk == 2) & late.jbstat.isin([1, 2])).any()


def test_first_interview_items_are_not_asked_again(waves):
    known = set(waves[0].pidp)
    again = waves[1][waves[1].pidp.isin(known)]
    assert (again[["qfhigh", "qfvoc1"]] == -8).all(axis=None)
    assert (waves[1].trainany[~waves[1].pidp.isin(known)] == -8).all()
    started = again.jbbgy > 0
    assert 0 < started.mean() < 0.2


def test_the_unconfirmed_purpose_of_training_is_put_to_those_trained(waves):
    late = pd.concat(waves[1:])
    purpose, trained = late.to_confirm_training_purpose, late.trainany == 1
    assert set(purpose[trained]) >= {0, 1}
    assert set(purpose[trained]) <= {0, 1, -1, -2, -9}
    assert (purpose[~trained] == -8).all()
    assert 0.1 < (purpose[trained] == 1).mean() < 0.3


def test_new_qualifications_are_put_to_those_who_gained_one(waves):
    items = [f"qualnew{item}" for item in range(1, 32)]
    late = pd.concat(waves[1:])
    mentions = late[items].to_numpy()
    asked = (mentions[:, :1] >= 0).ravel()
    assert 0 < asked.mean() < 0.1
    assert (mentions[asked].sum(axis=1) == 1).all()
    assert (mentions[~asked] < 0).all()
    assert (late.qualnew23[late.jbstat == 2] == 1).any()
    assert (late.trqual1[late.trainany != 1] == -8).all()


def test_bhps_members_were_asked_about_qualifications_before(waves):
    joined = waves[1][waves[1].hhorig.isin([3, 4, 5, 6])]
    never_asked = joined.qfvoc1 == -8
    assert 0.8 < never_asked.mean() < 1
    assert (joined.qfhigh_dv[never_asked] == -9).all()
    assert (joined.hiqual_dv > 0).mean() > 0.98


def test_qualifications_never_fall_and_rarely_rise(waves):
    frame = pd.concat(waves)[["pidp", "wave", "hiqual_dv"]].query("hiqual_dv > 0").sort_values(["pidp", "wave"])
    change = frame.groupby("pidp").hiqual_dv.diff().dropna()
    assert (change <= 0).all()
    assert 0 < (change < 0).mean() < 0.05


def test_jobs_start_when_the_employer_changed(waves):
    for earlier, frame in itertools.pairwise(waves):
        before = earlier.set_index("pidp").eval("intdaty_dv * 12 + intdatm_dv")
        frame = frame.assign(last=frame.pidp.map(before)).query("last.notna() and ivfio == 1 and jbstat == 2")
        start = frame.jbbgy * 12 + frame.jbbgm.where(frame.jbbgm <= 12)
        dated = (frame.jbbgy > 0) & (frame.jbbgm > 0) & (frame.jbbgm <= 12)
        assert (frame.jbbgy[frame.jbsamr == 2] != -8).all()
        assert (frame.jbbgy[frame.jbsamr == 1] == -8).all()
        assert (start[dated] > frame["last"][dated]).all()


def test_the_self_employed_have_no_contract(waves):
    frame = pd.concat(waves)
    owners, employees = frame[frame.jbstat == 1], frame[frame.jbstat == 2]
    assert (owners[["jbterm1", "jbsize", "jbbgy"]] == -8).all(axis=None)
    assert {1, 9, 10, 11} <= set(employees.jbsize)
    assert 0.03 < (employees.jbterm1 == 2).mean() < 0.12


def test_industries_suit_the_occupations(waves):
    frame = pd.concat(waves).query("jbsic07_cc > 0")
    makes = frame.jbsic07_cc.between(10, 33)
    assert makes[frame.jbsoc00_cc.isin([811, 813, 521])].mean() > 0.6
    assert makes[~frame.jbsoc00_cc.isin(TECHNICAL)].mean() < 0.2
    assert frame.jbsic07_cc[frame.jbsoc00_cc == 213].isin([61, 62, 63]).mean() > 0.3


def test_kinds_of_missing_occur_where_they_should(waves):
    late = pd.concat(waves[1:])
    for name in ("jbsamr", "jbterm1", "jbsize", "trainany", "empchk"):
        assert {-1, -2, -7, -8, -9} <= set(late[name])
    assert {-1, -2, -9} <= set(late.jbstat)
    for number, frame in enumerate(waves):
        assert (-10 in set(frame.qfvoc1)) == (number >= 5)


def test_a_missing_code_is_a_thinning_of_those_at_work(waves):
    frame = pd.concat(waves)
    at_work = frame[frame.jbstat.isin([1, 2])]
    assert 0.025 < (at_work.jbsoc00_cc < 0).mean() < 0.045
    assert (frame[frame.jbstat.isin([3, 4, 6, 7, 8, 97])].jbsoc00_cc > 0).any()
    assert set(frame.loc[frame.jbstat.isin([1, 2]), "jbsoc00_cc"]) >= {-9, *TECHNICAL}


def test_codes_of_activity_by_wave(waves):
    apprentices = [(frame.jbstat == 11).any() for frame in waves]
    assert apprentices == [False, False] + [True] * 6
    frame = pd.concat(waves)
    leave = frame[frame.jbstat == 5]
    with_job = (leave.jbhas == 1) | (leave.jboff == 1)
    assert with_job.any()
    assert (~with_job).any()
    assert set(leave.jbhas) | set(leave.jboff) <= {1, 2, -8}
    schemes = frame[frame.jbstat.isin([9, 10, 11])]
    assert (schemes.jbsoc00_cc > 0).any()
    assert (schemes.jbsoc00_cc < 0).any()


def test_interview_dates_are_about_a_year_apart_with_tails(waves):
    first, second = (frame.set_index("pidp").eval("intdaty_dv * 12 + intdatm_dv") for frame in waves[1:3])
    gap = (second - first).dropna()
    assert gap.between(10, 14).mean() > 0.75
    assert (gap > 18).any()
    assert (gap < 6).any()


def test_areas_are_recoded_without_a_move(delivery):
    before, after = (set(read(delivery, "stata", f"ukhls/{w}_oslaua_protect", True)[f"{w}_oslaua"]) for w in "bf")
    assert {"E07000097", "E08000020"} <= before
    assert not {"E07000097", "E08000020"} & after
    assert {"E07000242", "E08000037"} <= after


def test_decoys_disagree_with_wave_b(delivery):
    decoy = read(delivery, "stata", "bhps/ba_indresp")
    assert ((decoy.ba_jbstat == 7) & (decoy.ba_jbstat_bh == 7)).any()
    assert ((decoy.ba_jbstat == 7) & (decoy.ba_jbstat_bh != 7)).any()
    assert decoy.ba_jbsoc90_cc.max() < 100


def test_sections_answer_what_a_study_reads_and_who_the_person_is_and_no_more(world):
    about = yaml.safe_load((ROOT / "studies/gatsby/study.yaml").read_text())["variables"]
    identity = {"person_id", "household_id", "person_number", "sample_origin", "psu", "strata"}
    last = interviews(world, len(world.layout.waves) - 1)
    assert planted_names(last) == {*about["required"], *about["optional"]} | identity


def test_a_column_that_no_study_reads_holds_the_codes_of_its_list_and_every_kind_of_missing(delivery):
    source = load_source(ROOT, "ukhls")
    frame = read(delivery, "stata", "ukhls/c_indresp")
    married = source.variable("marital_status", "c")
    assert set(frame.c_mastat_dv) == source.allowed(married) | set(source.missing)
    assert (frame.c_mastat_dv < 0).mean() == pytest.approx(MISSING_SHARE, abs=0.02)
    assert frame.c_fimnlabgrs_dv.dtype.kind == "f" and frame.c_fimnlabgrs_dv.nunique() > 1000


def test_value_labels_are_delivered(delivery):
    main, _, ending = FOLDERS["stata"]
    with pd.read_stata(delivery / main / "ukhls" / f"c_indresp.{ending}", iterator=True) as reader:
        labels = reader.value_labels()
        assert "SYNTHETIC" in reader.data_label
    assert labels["c_jbstat"][3] == "unemployed"
    assert labels["c_jbstat"][-8] == "inapplicable"


def test_refuses_a_folder_that_holds_something_else(tmp_path):
    kept = tmp_path / "data.dta"
    kept.write_text("mine")
    with pytest.raises(MobilityError, match=r"no synthetic\.yaml"):
        make(tmp_path)
    assert kept.read_text() == "mine"
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "synthetic.yaml").write_text("title: somebody else's")
    with pytest.raises(MobilityError, match=r"no synthetic\.yaml of ours"):
        make(foreign)
    own = make(tmp_path / "delivery")
    (own / "notes.txt").write_text("mine")
    with pytest.raises(MobilityError, match=r"notes\.txt"):
        make(own)


def test_replaces_an_earlier_delivery_and_what_an_interruption_left(tmp_path):
    folder = make(tmp_path / "delivery", seed=1)
    (tmp_path / ".delivery.partial").mkdir()
    make(folder, seed=2)
    assert yaml.safe_load((folder / "synthetic.yaml").read_text())["seed"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["delivery"]


def test_replaces_a_delivery_whose_marker_a_workflow_removed(tmp_path):
    folder = make(tmp_path / "delivery", seed=1)
    (folder / "synthetic.yaml").unlink()
    make(folder, seed=2)
    assert yaml.safe_load((folder / "synthetic.yaml").read_text())["seed"] == 2


def test_an_interruption_leaves_the_earlier_delivery(tmp_path, monkeypatch):
    folder = make(tmp_path / "delivery", seed=1)
    monkeypatch.setattr("mobility.synthetic.delivery.truth_table", lambda world: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(folder, seed=2)
    assert yaml.safe_load((folder / "synthetic.yaml").read_text())["seed"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["delivery"]


@pytest.mark.parametrize(
    ("size", "seed", "file_format", "message"),
    [
        ("medium", 1, "stata", "Allowed: full, small"),
        ("small", 1, "sas", "Allowed: stata, tab, spss"),
        ("small", -1, "stata", "whole number"),
    ],
)
def test_unknown_settings_name_what_is_allowed(tmp_path, size, seed, file_format, message):
    with pytest.raises(MobilityError, match=message):
        simulate(tmp_path / "delivery", root=ROOT, size=size, seed=seed, file_format=file_format)
    assert not list(tmp_path.iterdir())


def test_planted_rows_sum_to_one(world):
    plan = world.plan
    assert np.allclose(plan.latent.sum(axis=2), 1)
    assert (plan.latent >= 0).all()
    assert np.allclose(plan.jobs.joint.sum(axis=(2, 3)), 1)
    assert (plan.jobs.joint >= 0).all()


def test_occupations_change_twice_as_often_across_the_coding_break(world):
    working = world.plan.latent[:, :81, :81]
    changed = working.sum(axis=2) - np.diagonal(working, axis1=1, axis2=2)
    assert np.allclose(changed[BREAK], 2 * changed[ORDINARY])


def test_fit_margins_meets_rows_and_proportions_of_columns():
    fitted = fit_margins(np.ones((2, 3)), np.array([2.0, 1.0]), np.array([1.0, 1.0, 4.0]))
    assert np.allclose(fitted.sum(axis=1), [2, 1])
    assert np.allclose(fitted.sum(axis=0), [0.5, 0.5, 2], atol=1e-4)


def test_truth_rows_sum_to_one(world):
    """With the totals of moves in the place of the listed ones, which leave out the people without a code."""
    truth = truth_table(world).set_index(["table", "row"])
    truth = truth[~truth.column.str.startswith(("tech_", "nontech_"))]
    assert np.allclose(truth.groupby(level=[0, 1]).value.sum(), 1)
    assert set(truth.index.get_level_values(0)) == {f"table_3_{n}" for n in range(1, 6)} | {"table_3", "figure_2_1"}


def test_listed_moves_fall_short_of_their_total_as_in_print(full_world):
    """Table 3.3 is planted row by row; of Table 3.2 the level, since one share without a code serves both."""
    out, entered = shortfalls(full_world, "3_3", "occ_mobility"), shortfalls(full_world, "3_2", "in_work_entry")
    assert out.print.between(0.0049, 0.0151).all()
    assert (out.truth - out.print).abs().max() < 0.002
    legible = entered.drop("process_operatives")
    assert legible.print.between(0.0069, 0.0131).all()
    assert legible.truth.mean() == pytest.approx(legible.print.mean(), abs=0.005)


def shortfalls(world, table, total):
    """Total of the moves less the listed ones, by occupation, in print and as planted."""
    truth = truth_table(world).query(f"table == 'table_{table}'")
    sides = {"print": pd.read_csv(ROOT / f"studies/gatsby/published/table_{table}.csv"), "truth": truth}
    wide = {side: cells.pivot(index="row", columns="column", values="value") for side, cells in sides.items()}
    return pd.DataFrame({side: w[total] - w.filter(regex="^(non)?tech_").sum(axis=1) for side, w in wide.items()})


def test_models_truth_has_the_thirteen_models_and_their_effects(world):
    truth = models_table(world).set_index(["model", "term"])
    assert list(truth.columns) == ["value", "ame", "note"]
    assert truth.index.is_unique
    assert set(truth.index.get_level_values(0)) == set(planted_effects().model)
    assert truth.index.get_level_values(0).nunique() == 13
    assert truth.value.drop("origin_share_change", level="term").notna().all()
    assert truth.value.xs("origin_share_change", level="term").isna().all()
    staying = truth.ame.loc[("professional__to__professional", "non_permanent")]
    assert -0.15 < staying < -0.10


def test_marginal_effects_are_discrete_changes_and_derivatives():
    design = np.zeros((2, len(TERMS)))
    design[:, TERMS.index("constant")] = 1
    design[1, TERMS.index("postgraduate")] = 1
    coefficients = np.zeros(len(TERMS))
    for term, value in {"constant": -1.0, "postgraduate": 1.0, "undergraduate": 0.5, "tenure": 0.1}.items():
        coefficients[TERMS.index(term)] = value
    found = dict(zip(TERMS, marginal_effects(design, coefficients), strict=True))
    assert found["undergraduate"] == pytest.approx(logistic(-0.5) - logistic(-1.0))
    assert found["tenure"] == pytest.approx(0.1 * np.mean([logistic(p) * logistic(-p) for p in (-1.0, 0.0)]))
    assert np.isnan(found["constant"])


def test_planted_effects_solve_the_equations_of_a_logit(full_world):
    """Sums of x (p - E) over the population at risk, in standard errors of the coefficients they would move.

    p is the probability of the destination with its code; people at work without one are at risk and move nowhere.
    """
    sums, information = {}, {}
    for pair, risks in enumerate(full_world.careers.risks):
        usable = full_world.response.usable[:, pair] & full_world.response.usable[:, pair + 1]
        usable &= full_world.careers.coded[:, pair] & ~full_world.careers.self_employed[:, pair]
        for risk in risks:
            rows = np.flatnonzero(usable[risk.people])
            x = full_world.careers.regressors(full_world.persons, risk.people[rows], pair).design()
            effects = risk.origin.effects
            uncoded = full_world.plan.uncoded[risk.origin.members][risk.occupations[rows]]
            latent, planted = risk.latent[rows], effects.probabilities(x)
            idle = (risk.origin.within(full_world.plan.regimes[pair])[:, :, -3:].sum(axis=2))[risk.occupations[rows]]
            shown = latent * (idle + (1 - idle) * (1 - uncoded)[:, None])
            stay = [(0, effects.destinations.index(effects.origin))] if risk.origin.stays else []
            for place, number in [*stay, *enumerate(risk.origin.exits, start=1)]:
                model, expected = effects.models[number], planted[:, number]
                sums[model] = sums.get(model, 0) + x.T @ (shown[:, place] - expected)
                weight = (expected * (1 - expected))[:, None]
                information[model] = information.get(model, 0) + (x * weight).T @ x
    assert len(sums) == 13
    for model, gap in sums.items():
        scale = np.sqrt(np.diag(information[model]))
        inverse = np.linalg.pinv(information[model] / np.outer(scale, scale))
        assert (np.abs(inverse @ (gap / scale)) < 0.1 * np.sqrt(np.diag(inverse))).all()


def test_rows_cut_to_the_unit_interval_are_rare(full_world):
    risks = [risk for pair in full_world.careers.risks for risk in pair]
    assert sum(risk.cut for risk in risks) < 0.001 * sum(len(risk.people) for risk in risks)
    assert all(np.allclose(risk.latent.sum(axis=1), 1) and (risk.latent >= 0).all() for risk in risks)


def test_tilt_gives_occupations_their_share_and_keeps_the_sums():
    rng = np.random.default_rng(1)
    columns = np.column_stack([rng.random(4000) < 0.3, *np.ones((len(TERMS) - 1, 4000))]).astype(float)
    place = (rng.random(4000) < 0.2 + 0.5 * columns[:, 0]).astype(int)
    base = logistic(-2 + columns[:, 0])
    margins, kept = np.array([0.1, 0.2]), np.ones(4000, dtype=bool)
    tilted = tilt(base, place, margins, columns, kept, columns.T @ base)
    assert np.allclose(columns.T @ tilted, columns.T @ base, rtol=1e-3)
    assert tilted[place == 1].mean() / tilted[place == 0].mean() == pytest.approx(2.0, rel=1e-3)


def design_of(frame):
    """The columns of `TERMS` made anew from a drawn frame."""
    columns = frame.assign(
        age_squared=frame.age**2, constant=1.0, not_manufacturing=(frame.industry != "manufacturing").astype(float)
    )
    for level in LEVELS:
        columns[level] = (frame.qualification == level).astype(float)
    return columns[list(TERMS)]


@pytest.mark.parametrize(
    ("origin", "destination"),
    [
        ("professional", "professional"),
        ("technician", "professional"),
        ("technician", "technician"),
        ("skilled_trade", "skilled_trade"),
        ("operative", "operative"),
    ],
)
def test_a_logit_finds_the_planted_coefficients(origin, destination):
    frame = draw_progression(SEED, size=3).query("origin_group == @origin")
    fit = sm.Logit((frame.destination_group == destination).astype(float), design_of(frame)).fit(disp=0, maxiter=100)
    planted = planted_effects().query("model == @origin + '__to__' + @destination").set_index("term").value
    distance = (fit.params - planted[list(TERMS)]) / fit.bse
    assert fit.mle_retvals["converged"]
    assert (distance.abs() < 4).all()


def test_drawn_frames_have_the_published_sizes_and_depend_on_the_seed_alone():
    frame = draw_progression(5)
    counts = frame.origin_group.value_counts()
    assert counts["professional"] == 2485
    assert counts.sum() == 27934
    assert frame.notna().all(axis=None)
    assert not frame.duplicated(["person", "wave"]).any()
    assert frame.wave.between(1, 7).all()
    pd.testing.assert_frame_equal(frame, draw_progression(5))
    assert not frame.equals(draw_progression(6))
    assert set(frame.origin_group) == set(read_effects())
    with pytest.raises(MobilityError, match="above 0"):
        draw_progression(5, size=0)


def states(frame):
    """The baseline's five states, and `uncoded`; an independent reading of the definitions."""
    coded = frame.jbsoc00_cc > 0
    with_job = (frame.jbhas == 1) | (frame.jboff == 1)
    at_work = frame.jbstat.isin([1, 2]) | ((frame.jbstat == 5) & with_job) | (frame.jbstat.isin([9, 10, 11]) & coded)
    kinds = np.select(
        [at_work & ~coded, at_work & frame.jbsoc00_cc.isin(TECHNICAL), at_work, frame.jbstat == 3, frame.jbstat == 7],
        ["uncoded", "technical", "nontechnical", "unemployment", "study"],
        "inactivity",
    )
    return pd.Series(kinds, index=frame.pidp)


def test_the_written_files_show_table_3_1(delivery, waves):
    steps = [states(usable(frame)) for frame in waves]
    pairs = pd.concat(
        [pd.concat([now, later], axis=1, join="inner") for now, later in itertools.pairwise(steps)]
    ).set_axis(["row", "column"], axis=1)
    pairs = pairs[(pairs != "uncoded").all(axis=1)]
    shown = pd.crosstab(pairs.row, pairs.column, normalize="index").stack()
    truth = (
        pd.read_csv(delivery / "truth" / "gatsby.csv").query("table == 'table_3_1'").set_index(["row", "column"]).value
    )
    error = np.sqrt(truth * (1 - truth) / truth.index.get_level_values(0).map(pairs.row.value_counts()))
    distance = ((shown.reindex(truth.index).fillna(0) - truth) / error).abs()
    assert len(distance) == 25
    assert (distance < 4).mean() > 0.9
