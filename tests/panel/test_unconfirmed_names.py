"""Names that nobody has confirmed: what a delivery says of them, and what the cells that rest on them say."""

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from mobility.cells import as_cells, read_cells
from mobility.cells.effects import effect_cell
from mobility.cells.estimates import fit_models
from mobility.cli import main
from mobility.explain.number import _number
from mobility.intake.register import VERIFIED
from mobility.panel.check import check_delivery
from mobility.panel.find import list_files
from mobility.panel.register import load_source, unconfirmed_names
from mobility.panel.search import catalogue_of, find_words
from mobility.settings import load_study
from mobility.storage import write_csv
from paths import SHARED, TESTS

HEADER = TESTS / "reference/a_indresp_columns.csv"
ORIGINAL = SHARED / "reference/ukhls/a_indresp_columns.csv"
PLACEHOLDER = "training_for_promotion"
LABELS = {
    "trpurp": ("purpose of most recent training", {1: "to get started in a job", 2: "preparing for a promotion"}),
    "trwho": ("who provided the training", {1: "employer", 2: "college"}),
    "jbstat": ("current economic activity, its purpose or promotion", {1: "self-employed", 2: "in paid employment"}),
    "hlpurp": ("purpose of visit to the doctor", {}),
}


@pytest.fixture(params=["dta", "sav"])
def labelled(request, tmp_path):
    """Waves b and c of a delivery whose labels speak of training; c lacks who provided it."""
    for letter in "bc":
        names = [name for name in LABELS if letter == "b" or name != "trwho"]
        frame = pd.DataFrame({"pidp": range(1, 31), **{f"{letter}_{name}": 1 for name in names}})
        labels = {f"{letter}_{name}": LABELS[name][0] for name in names}
        values = {f"{letter}_{name}": LABELS[name][1] for name in names if LABELS[name][1]}
        path = tmp_path / "delivery" / f"{letter}_indresp.{request.param}"
        path.parent.mkdir(exist_ok=True)
        if request.param == "dta":
            frame.to_stata(path, write_index=False, variable_labels=labels, value_labels=values)
        else:
            pyreadstat.write_sav(frame, str(path), column_labels=labels, variable_value_labels=values)
    return tmp_path / "delivery"


def test_columns_are_found_by_name_label_and_value_label(labelled, source):
    catalogue = catalogue_of(list_files(labelled, source), source)
    assert [column.name for column in find_words(catalogue, ["TRAIN"])] == ["trpurp", "trwho"]
    assert [column.name for column in find_words(catalogue, ["training", "promot"])] == ["trpurp"]
    assert {column.name: "".join(column.waves) for column in find_words(catalogue, ["tr"])}["trwho"] == "b"
    assert find_words(catalogue, ["training", "doctor"]) == []


def test_find_on_the_command_line(project, labelled, capsys):
    assert main(["find", "training", "promot", "--path", str(labelled)]) == 0
    out = capsys.readouterr().out
    assert "indresp: trpurp (waves b-c) purpose of most recent training [1 to get started in a job; 2 preparing" in out
    assert "1 columns." in out
    assert main(["find", "submarine", "--path", str(labelled)]) == 2
    assert "none of 5 columns has submarine in its name or labels. Try fewer words" in capsys.readouterr().err
    assert main(["find", "training"]) == 2
    assert "Run `mobility find training --path FOLDER`" in capsys.readouterr().err
    assert main(["find", "training", "--path", str(labelled), "nowhere"]) == 2
    assert capsys.readouterr().err == "--path: there is no folder nowhere. Name the one that you unpacked.\n"


def test_tab_files_are_searched_by_name_and_say_so(project, tmp_path, write_wave, people, capsys):
    write_wave(tmp_path / "x/a_indresp.tab", people("a"))
    assert main(["find", "jbsoc", "--path", str(tmp_path / "x")]) == 0
    out = capsys.readouterr().out
    assert "indresp: jbsoc00_cc (waves a)" in out
    assert "Without labels, so searched by name only: a_indresp.tab" in out


def test_a_file_that_cannot_be_searched_is_named(project, labelled, capsys):
    broken = next(labelled.glob("c_*"))
    broken.write_bytes(broken.read_bytes()[:100])
    assert main(["find", "training", "--path", str(labelled)]) == 0
    assert f"Not searched: {broken} cannot be read" in capsys.readouterr().out


def test_check_proposes_a_column_and_prints_its_line(labelled, source):
    text = check_delivery(labelled, source, "bc", []).text
    assert "training_for_promotion (TO_CONFIRM_training_purpose, a placeholder, no name): purpose of training" in text
    lines = text.splitlines()
    at = next(row for row, line in enumerate(lines) if "training_for_promotion (TO_CONFIRM" in line)
    assert "perhaps indresp: trpurp (waves b-c) purpose of most recent training" in lines[at + 1]
    assert "perhaps indresp: jbstat" not in text  # the register has it under another name
    line = next(line.strip() for line in lines[at:] if line.strip().startswith("training_for_promotion,"))
    (row,) = csv.reader([line])
    assert row[:4] == ["training_for_promotion", "indresp", "trpurp", "b-c"]
    assert row[-2:] == ["partly_verified", "seen in a delivery: purpose of most recent training"]
    assert "To search for others: mobility find WORDS" in text


def test_the_printed_line_is_one_that_the_register_takes(project, labelled, capsys):
    source = load_source(project, "ukhls")
    text = check_delivery(labelled, source, "bc", []).text
    line = next(line.strip() for line in text.splitlines() if line.strip().startswith("training_for_promotion,"))
    register = project / "sources/ukhls/variables.csv"
    old = next(row for row in register.read_text().splitlines() if row.startswith("training_for_promotion,"))
    register.write_text(register.read_text().replace(old, line))
    load_source.cache_clear()
    again = load_source(project, "ukhls")
    assert again.column(again.variable(PLACEHOLDER, "b"), "b") == "b_trpurp"
    assert "training_for_promotion (" not in check_delivery(labelled, again, "bc", []).text
    assert PLACEHOLDER not in unconfirmed_names(project, "ukhls")


def test_files_without_labels_are_said_where_a_name_is_sought(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "b_indresp.tab", people("b"))
    text = check_delivery(tmp_path, source, "b", []).text
    assert "no column of this delivery speaks of it (these files have no labels" in text


def test_names_of_wave_a_are_those_of_the_true_file(source):
    """The header of a true a_indresp, from a public test file of an older edition."""
    with HEADER.open(encoding="utf-8") as stream:
        header = {row["column"].lower() for row in csv.DictReader(stream)}
    asked = [variable for variable in source.variables if variable.file == "indresp" and "a" in variable.waves]
    absent = {v.name: v.confidence for v in asked if source.column(v, "a").lower() not in header}
    assert len(header) == 1400
    assert len(asked) > 60
    # Not in the files of every member of the panel; the four-digit code comes with the special licence only.
    assert absent == {"person_id_bhps": "uncertain", "soc2000_unit": "partly_verified"}
    assert VERIFIED not in absent.values()


@pytest.mark.skipif(not ORIGINAL.is_file(), reason="the header's original is not here")
def test_the_header_is_still_that_which_was_given():
    assert HEADER.read_bytes() == ORIGINAL.read_bytes()


# Cells


@pytest.fixture
def fitted(root):
    """Fits of a model of Table A1 on invented rows, with or without anybody's purpose of training."""
    study = load_study(root, "gatsby")

    def fit(known):
        rng, rows = np.random.default_rng(5), 4000
        name, spec = next(iter(study.models.items()))
        frame = pd.DataFrame({term.of: rng.integers(0, 2, rows) for term in spec.terms})
        for term in spec.terms:
            if term.kind == "factor":
                frame[term.of] = rng.choice(term.levels, rows)
            elif term.kind != "indicator":
                frame[term.of] = rng.normal(40, 5, rows)
        for step in study.samples[spec.sample].keep:
            if step.column not in frame:
                frame[step.column] = 1 if step.values is None else step.values[0]
        frame["person"] = np.arange(rows)
        frame[spec.covariance.cluster] = frame["person"]
        frame[spec.outcome.column] = rng.choice([*spec.outcome.values, "other"], rows)
        if not known:
            frame["training_promotion"] = np.nan
        one, names = replace(study, models={name: spec}), unconfirmed_names(root, "ukhls")
        return fit_models({spec.frame: frame}, one, unconfirmed=names)[0][name]

    return fit


def test_a_cell_that_rests_on_an_unconfirmed_name_says_so(fitted):
    cell = effect_cell(fitted(known=True), "logit", "training_promotion")
    assert np.isfinite(cell["value"])
    assert cell["note"] == (
        "rests on training_for_promotion, whose name in the source (TO_CONFIRM_training_purpose) is not confirmed"
    )
    assert effect_cell(fitted(known=True), "logit", "female")["note"] == ""


def test_explain_says_what_a_cell_with_a_number_rests_on(root, tmp_path):
    table = "table_a1"
    record = {
        "row": "training_promotion",
        "column": "lpm_1",
        "statistic": "coefficient",
        "value": 0.1,
        "std_error": 0.02,
    }
    place = tmp_path / "results/released/gatsby" / f"{table}.csv"
    write_csv(as_cells([{**record, "n": 10, "base": 10, "persons": 10, "note": "rests on it"}], "gatsby", table), place)
    cell = read_cells(place).iloc[0]
    assert _number(cell, load_study(root, "gatsby").tables[table]).endswith("10 persons\n  rests on it")


def test_a_cell_that_rests_on_an_absent_variable_says_so(fitted):
    cell = effect_cell(fitted(known=False), "logit", "training_promotion")
    assert cell["flag"] == "not_estimable"
    assert cell["note"] == (
        "not known of anybody: rests on training_for_promotion, whose name in the source "
        "(TO_CONFIRM_training_purpose) is not confirmed; `mobility check` looks for it"
    )
