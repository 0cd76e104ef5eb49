"""`explain`: tables by their number on the page, lists for who asks with less, and the columns behind a frame."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from mobility.errors import ConfigError, SpecError
from mobility.explain.lineage import lineage
from mobility.explain.listing import item_id, list_items, list_tables, table_id
from mobility.explain.number import explain
from mobility.explain.parts import errors_of, parts_of
from mobility.intake.lineage import numbered_runs
from mobility.intake.losses import LossTable
from mobility.panel.delivery import read_delivery
from mobility.panel.lineage import wave_range
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.settings import load_config, load_study
from mobility.settings.frames import FrameSpec
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

STUDIES = {name: load_study(ROOT, name) for name in load_config(ROOT).studies}
GATSBY = STUDIES["gatsby"]


@pytest.mark.parametrize(
    ("study", "typed", "table"),
    [
        ("gatsby", "3.3", "table_3_3"),
        ("gatsby", "Table 3.3", "table_3_3"),
        ("gatsby", "table_3_3", "table_3_3"),
        ("gatsby", "2", "table_2"),
        ("gatsby", "Table 2", "table_2"),
        ("gatsby", "a1", "table_a1"),
        ("gatsby", "Figure 3.2", "figure_3_2"),
        ("gatsby", "Data of Figure 3.2", "figure_3_2"),
        ("gatsby", "numbers of the text", "text_numbers"),
        ("moving_out", "12", "table_12"),
        ("moving_out", "Table 2", "table_2"),
    ],
)
def test_a_table_is_found_by_its_number_on_the_page(study, typed, table):
    assert table_id(STUDIES[study], typed) == table


@pytest.mark.parametrize("study", STUDIES)
def test_every_table_is_found_by_its_number_and_by_its_id(study):
    for name, spec in STUDIES[study].tables.items():
        assert table_id(STUDIES[study], spec.number) == name
        assert table_id(STUDIES[study], name) == name


@pytest.mark.parametrize("study", STUDIES)
def test_every_figure_stands_for_its_table(study):
    for spec in STUDIES[study].figures.values():
        assert table_id(STUDIES[study], spec.number) == spec.table


def test_an_unknown_table_names_the_nearest_and_the_list():
    with pytest.raises(ConfigError, match=r"gatsby has no table `3.33`; nearest: 3.3.*`mobility list gatsby` lists"):
        table_id(GATSBY, "3.33")


@pytest.mark.parametrize(
    ("typed", "table"),
    [
        ("Moves that the text singles out", "text_moves"),
        ("Text of section 3.2", "text_moves"),
        ("moves that the text", "text_moves"),
        ("Numbers of the", "text_numbers"),
    ],
)
def test_a_table_is_found_by_its_title_or_how_it_alone_begins(typed, table):
    assert table_id(GATSBY, typed) == table


def test_what_several_tables_begin_with_names_them():
    with pytest.raises(ConfigError, match=r"gatsby: \d+ tables begin as `Effects of`: effects_a1, effects_a2"):
        table_id(GATSBY, "Effects of")


def test_a_number_is_found_without_what_stands_in_brackets(root):
    nation = load_study(root, "state_of_nation")
    assert table_id(nation, "Indicator 4.4") == "pay_gap"  # Indicator 4.4 (figure 3.23), beside Indicator 4.4 by year


def test_rows_and_columns_are_found_by_id_or_by_a_label_that_only_one_has():
    assert item_id(GATSBY, "table_3_3", "rows", "Science professionals") == "science_professionals"
    assert item_id(GATSBY, "table_3_3", "columns", "same_occ") == "same_occ"
    with pytest.raises(ConfigError, match=r"`Professional`; several have that label: tech_prof, nontech_prof"):
        item_id(GATSBY, "table_3_3", "columns", "Professional")
    with pytest.raises(ConfigError, match=r"Table 3.3 has no row `science`; .*`mobility list gatsby table_3_3` lists"):
        item_id(GATSBY, "table_3_3", "rows", "science")


def test_with_less_it_lists_what_can_be_asked_next(project):
    assert re.search(r"\n  gatsby +Moves into, out of and between", explain(Path()))
    tables = explain(Path(), "gatsby")
    assert re.search(r"\n  table_2 +Table 2 +Original occupations and destinations", tables)
    items = explain(Path(), "gatsby", "Table 2")
    assert [line.split(maxsplit=1) for line in items.splitlines()[1:3]] == [
        ["Rows:"],
        ["nontechnical", "Non-technical occupations"],
    ]
    assert "Next: mobility explain gatsby table_2 ROW COLUMN" in items
    columns = explain(Path(), "gatsby", "2", "Technical occupations")
    assert "Rows:" not in columns and "Next: mobility explain gatsby table_2 technical COLUMN" in columns


@pytest.mark.parametrize("study", STUDIES)
def test_lists_name_every_table_row_and_column(study):
    text = list_tables(STUDIES[study])
    for name, spec in STUDIES[study].tables.items():
        assert re.search(rf"^  {name} +{re.escape(spec.number)} +{re.escape(spec.title)}$", text, re.M)
        listed = [line for line in list_items(STUDIES[study], name).splitlines() if line.startswith("  ")]
        for line, identifier in zip(listed, [*spec.rows.ids, *spec.columns.ids], strict=True):
            assert line.startswith(f"  {shlex.quote(identifier)} ")


def used_columns(study):
    """Frame columns that the study's tables, samples and models name."""
    found = set()
    for spec in [spec for spec in study.tables.values() if spec.frame]:
        items = [*spec.rows.items, *spec.columns.items]
        own = [name for item in items for name in (item.describes, item.sum, item.mean, item.words)]
        names = [spec.rows.of, spec.columns.of, *own, spec.exposure, spec.weight]
        found |= {(spec.frame, name) for name in names if name}
    for spec in study.models.values():
        cluster = spec.covariance.cluster if spec.covariance.cluster != study.unit_of(spec.frame) else ""
        names = [spec.outcome.column, spec.exposure, cluster, *spec.sides, *(term.of for term in spec.terms)]
        found |= {(spec.frame, name) for name in names if name}
    of_the_study = [choice for choice in study.choices.values() if "study" in choice.changes]
    answers = [(choice.name, answer) for choice in of_the_study for answer in choice.alternatives]
    weights = {load_study(ROOT, study.name, {choice: answer}).about.weight for choice, answer in answers}
    design = {
        (frame, name)
        for frame, entry in study.frames.items()
        for name in (*study.design_of(frame), study.about.weight, *weights)
        if name in entry.columns
    }
    return found | design | {(sample.frame, step.column) for sample in study.samples.values() for step in sample.keep}


DESCRIBED = [name for name, study in STUDIES.items() if any(frame.columns for frame in study.frames.values())]


def test_studies_of_a_source_with_a_register_describe_their_frames():
    assert set(DESCRIBED) >= {name for name, study in STUDIES.items() if not study.mappings}


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_column_that_is_used_is_described_and_no_other(name):
    study = STUDIES[name]
    described = {(frame, column) for frame, entry in study.frames.items() for column in entry.columns}
    weights = {(frame, "weight") for frame in study.frames}  # of the study, under some answers to a choice only
    assert described - weights == used_columns(study) - weights


@pytest.mark.parametrize("name", DESCRIBED)
def test_frames_name_modules_groups_and_variables_that_there_are(name):
    study, config = STUDIES[name], load_config(ROOT)
    for frame, entry in study.frames.items():
        text = "\n".join(lineage(ROOT, config, study, frame, entry.columns))
        assert "not described" not in text
        for column in entry.columns.values():
            assert all((study.folder / f"groups/{group}.csv").is_file() for group in column.groups)


@pytest.mark.parametrize("name", STUDIES)
def test_lineage_of_any_study_names_a_place_in_a_file(name):
    study, config = STUDIES[name], load_config(ROOT)
    for frame, column in used_columns(study):
        text = "\n".join(lineage(ROOT, config, study, frame, [column]))
        assert re.search(r"(Source columns|Files|Tables|made from the wave itself)", text), (frame, column)


def test_table_3_3_names_the_source_columns_with_waves_codes_and_groups():
    text = "\n".join(lineage(ROOT, load_config(ROOT), GATSBY, "pairs", ["origin_technical_occupation"]))
    assert "soc2000 = jbsoc00_cc of indresp, waves a to h: category, codes soc2000_minor" in text
    assert "activity_status = jbstat of indresp, waves a to h" in text and "1 self-employed" in text
    assert "/groups/technical_occupations.csv" in text


def test_waves_that_do_not_ask_and_answers_that_are_carried_are_said():
    text = "\n".join(lineage(ROOT, load_config(ROOT), GATSBY, "progression", ["trained_12m", "tenure"]))
    assert "training_any: not asked in wave a" in text and "trainany of indresp, waves b to h" in text
    assert "carried forward to later waves while same_employer is 1" in text


def test_a_mapped_file_names_its_columns():
    text = "\n".join(lineage(ROOT, load_config(ROOT), STUDIES["wage_panel"], "pairs", ["origin", "schooling_years"]))
    assert "wage_panel.csv.bz2" in text and "schooling_years = educ" in text


def test_runs_and_waves_in_words(source):
    assert numbered_runs(["age", "award_1", "award_2", "sex"]) == [["age"], ["award_1", "award_2"], ["sex"]]
    assert [wave_range(source, waves) for waves in ("a", "abc", "acd")] == ["wave a", "waves a to c", "waves a, c, d"]


def test_an_unknown_file_of_moves_names_the_nearest():
    from dataclasses import replace

    study = STUDIES["moving_out"]
    frames = {"moves": FrameSpec.read({"rows": "r", "columns": {"moves": {"from": ["birth"]}}})}
    with pytest.raises(SpecError, match=r"frames\.yaml: no `birth` in ons_flows; nearest: births"):
        lineage(ROOT, load_config(ROOT), replace(study, frames=frames), "moves", ["moves"])


@pytest.fixture(scope="module")
def panel(delivery_stata, tmp_path_factory):
    source, about = load_source(ROOT, "ukhls"), GATSBY.about
    delivery = read_delivery(delivery_stata, source, "abcdefgh", about.required, about.optional)
    found, _ = panel_from_delivery(delivery, source, tmp_path_factory.mktemp("found") / "catalogue.csv")
    return found[found["person"] % 3 == 0].reset_index(drop=True)


def frames_of(panel):
    return make_frames(Inputs.of(panel, GATSBY, GATSBY.chosen(), LossTable()))


def changed_columns(before, after):
    """Columns of the frames that differ on the rows that both have, and frames whose rows are others."""
    found, others = set(), set()
    for name, entry in GATSBY.frames.items():
        keys = [key for key in ("person", "wave", "year", "pathway") if key in before[name]]
        both = before[name].merge(after[name], on=keys, suffixes=("", "_after"))
        others |= set() if len(both) == len(before[name]) == len(after[name]) else {name}
        for column in [column for column in entry.columns if column not in keys]:
            pair = both[[column, f"{column}_after"]].astype("object")
            same = (pair[column] == pair[f"{column}_after"]) | pair.isna().all(axis=1)
            found |= set() if same.all() else {(name, column)}
    return found, others


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_frames_are_made_from_the_variables_that_they_name(panel, every):
    """Mix each variable among the person-waves, those of a numbered run together, or lose it: which columns change?

    Every column that changes must name the variable; a column that names it must change, or the rows of its frame must.
    One variable or run in four; in the long test every one.
    """
    before, rng = frames_of(panel), np.random.default_rng(1)
    names = [name for name in (*GATSBY.about.required, *GATSBY.about.optional) if name in panel]
    names = [name for name in names if name not in ("person_id", "training_for_promotion")]
    made = {
        (frame, column): set(entry.sources)
        for frame, described in GATSBY.frames.items()
        for column, entry in described.columns.items()
        if column not in ("pathway", "year")
    }
    together = ["has_job", "has_job_away"]  # either says that there is a job
    for run in [together, *numbered_runs([name for name in names if name not in together])][::every]:
        mixed = panel.assign(**{name: rng.permutation(panel[name].to_numpy()) for name in run})
        lost = panel.assign(**{name: np.full(len(panel), -9, dtype=panel[name].dtype) for name in run})
        declared = {place for place, variables in made.items() if variables & set(run)}
        found = [changed_columns(before, frames_of(spoilt)) for spoilt in (mixed, lost)]
        changed, others = (set.union(*parts) for parts in zip(*found, strict=True))
        assert changed <= declared, run
        assert {frame for frame, _ in declared - changed} <= others, run


def test_a_test_says_which_shares_it_compares():
    study = load_study(ROOT, "state_of_nation")
    spec = study.tables["test_3_2"]
    row = next(item for item in spec.rows.items if item.id == "male__change")
    (told,) = parts_of(spec, row, spec.columns.items[0], "p_holm")
    said = (
        "row privileged__male against row working_class__male of indicator_3_2, in column js21, less the same in js14"
    )
    assert told == ("Odds ratio", said)
    assert errors_of(study, spec) == "of log_odds from its four cells; of design_log_odds clustered by `household`"
