"""The synthetic delivery: layout, counts, columns and the folder it lies in, read back with plain pandas."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

from mobility.errors import MobilityError
from mobility.panel.register import load_source
from mobility.synthetic import simulate
from mobility.synthetic.delivery import PERSONS, SOURCE, WAVES, draft
from mobility.synthetic.files import planted_names
from mobility.synthetic.layout import read_layout
from mobility.synthetic.published import read_published
from mobility.synthetic.response import target_counts
from mobility.synthetic.unplanted import MISSING_SHARE
from mobility.synthetic.world import interviews
from paths import ROOT
from read_synthetic import FOLDERS, LETTERS, SEED, make, read, usable

USABLE = [50994, 54564, 49689, 47066, 44826, 45183, 42164, 39243]
LOST = [12634, 10389, 7616, 6142, 8022, 7666, 6826]


@pytest.mark.parametrize("file_format", list(FOLDERS))
def test_files_stand_in_the_true_layout(made_as, file_format):
    folder = made_as(file_format)
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
    assert len(record.pop("files_sha256")) == 64
    assert record == {"size": "small", "seed": SEED, "format": file_format, "version": 2}
    assert [path.name for path in folder.parent.iterdir()] == ["delivery"]


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


def test_a_last_wave_without_its_count_is_named():
    layout = read_layout(ROOT, SOURCE, WAVES)
    waves = (*layout.waves[:-1], replace(layout.waves[-1], usable_activity=None))
    with pytest.raises(MobilityError, match=r"waves.csv, wave h: no `usable_activity`\. It is needed for the plan\."):
        target_counts(read_published(ROOT), waves, 20, 2)


def test_formats_hold_the_same_values(made_as, delivery):
    for file_format in ("tab", "spss"):
        other = made_as(file_format)
        for name in ("ukhls/b_indresp", "bhps/ba_indresp"):
            ours, theirs = read(delivery, "stata", name), read(other, file_format, name)
            assert list(ours) == list(theirs)
            np.testing.assert_allclose(ours.to_numpy(float), theirs.fillna(-9).to_numpy(float))
        areas = [
            read(where, form, "ukhls/e_oslaua_protect", True)
            for where, form in ((delivery, "stata"), (other, file_format))
        ]
        assert areas[0].astype(str).equals(areas[1].astype(areas[0].dtypes.to_dict()).astype(str))


def test_tab_has_blank_cells_and_only_where_others_have_minus_nine(made_as, delivery):
    other = read(made_as("tab"), "tab", "ukhls/c_indresp")
    blank = other.isna().to_numpy()
    assert blank.any()
    assert (read(delivery, "stata", "ukhls/c_indresp").to_numpy()[blank] == -9).all()


def test_same_seed_gives_the_same_bytes_and_another_seed_other_data(tmp_path, delivery, delivery_stata):
    def contents(folder):
        return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.dta"))}

    assert contents(make(tmp_path / "again")) == contents(delivery)
    assert contents(delivery_stata) != contents(delivery)  # of seed 1


def test_columns_are_those_of_the_register_wave_by_wave(delivery):
    layout = read_layout(ROOT, "ukhls", WAVES)
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


def make_few(folder):
    """Another delivery, of as few people as there can be."""
    simulate(folder, root=ROOT, size="full", seed=2, file_format="tab", people=2_000)


def test_refuses_a_delivery_of_ours_with_another_file(earlier):
    (earlier / "notes.txt").write_text("mine")
    with pytest.raises(MobilityError, match=r"notes\.txt"):
        make(earlier)


def test_replaces_an_earlier_delivery_and_what_an_interruption_left(earlier, tmp_path):
    (tmp_path / ".delivery.partial").mkdir()
    make_few(earlier)
    assert yaml.safe_load((earlier / "synthetic.yaml").read_text())["seed"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["delivery"]


def test_replaces_a_delivery_whose_marker_a_workflow_removed(earlier):
    (earlier / "synthetic.yaml").unlink()
    make_few(earlier)
    assert yaml.safe_load((earlier / "synthetic.yaml").read_text())["seed"] == 2


def test_an_interruption_leaves_the_earlier_delivery(earlier, tmp_path, monkeypatch):
    monkeypatch.setattr("mobility.synthetic.delivery.truth_table", lambda world: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_few(earlier)
    assert yaml.safe_load((earlier / "synthetic.yaml").read_text())["seed"] == SEED
    assert [path.name for path in tmp_path.iterdir()] == ["delivery"]


@pytest.mark.parametrize(
    ("size", "seed", "file_format", "message"),
    [
        ("medium", 1, "stata", "allowed: full, small"),
        ("small", 1, "sas", "allowed: spss, stata, tab"),
        ("small", -1, "stata", "whole number"),
    ],
)
def test_unknown_settings_name_what_is_allowed(tmp_path, size, seed, file_format, message):
    with pytest.raises(MobilityError, match=message):
        simulate(tmp_path / "delivery", root=ROOT, size=size, seed=seed, file_format=file_format)
    assert not list(tmp_path.iterdir())


def test_another_number_of_people_scales_the_counts_and_is_recorded():
    made = draft(ROOT, "full", 3, "tab", people=5_000)
    assert made.record["size"] == "5000 people" and "Size: 5000 people" in made.notice
    counts = target_counts(read_published(ROOT), read_layout(ROOT, SOURCE, WAVES).waves, PERSONS / 5_000, 5)
    assert counts.persons == sum(counts.new) == 5_000
    assert counts.usable[0] == round(50_982 * 5_000 / 84_925)


def test_too_few_people_and_people_of_another_source_are_refused(tmp_path):
    with pytest.raises(MobilityError, match=r"--people 100: too few .* Give 2,000 or more"):
        draft(ROOT, "full", 3, "tab", people=100)
    options = {"root": ROOT, "size": "small", "seed": 3, "file_format": "tab", "source": "bhps", "people": 5_000}
    with pytest.raises(MobilityError, match="--people: the invented delivery of bhps has its own people"):
        simulate(tmp_path / "made", **options)


def test_unread_columns_fill_a_wave_up_and_leave_the_others_as_they_are(tmp_path):
    options = {"root": ROOT, "size": "full", "seed": 3, "file_format": "tab", "people": 2_000}
    simulate(tmp_path / "wide", **options, columns=400)
    simulate(tmp_path / "plain", **options)
    place = "UKDA-6614-tab/tab/ukhls/b_indresp.tab"
    wide, plain = (pd.read_csv(tmp_path / name / place, sep="\t") for name in ("wide", "plain"))
    assert wide.shape == (len(plain), 400) and wide.columns[-1] == f"b_unread{400 - plain.shape[1]:05d}"
    pd.testing.assert_frame_equal(wide[plain.columns], plain)
    assert "size: 2000 people, 400 columns" in (tmp_path / "wide" / "synthetic.yaml").read_text()


def test_columns_that_no_file_can_have_are_refused():
    with pytest.raises(MobilityError, match=r"--columns 20: a wave has up to \d+ that the register knows"):
        draft(ROOT, "full", 3, "tab", people=2_000, columns=20)
