"""Output is data, never code: no formula in a spreadsheet, no name out of its folder, no folder of the machine."""

import csv
import io
import re
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
import yaml

import mock_study
from mobility.errors import MobilityError, SpecError
from mobility.intake.provenance import without_folders
from mobility.render.formats.csv import table_csv
from mobility.render.formats.xlsx import write_workbook
from mobility.render.run_record import run_record
from mobility.settings import load_study, study_folder
from mobility.settings.study import Data
from mobility.storage import as_words, read_csv, write_csv

EVIL = ["=1+1", "=cmd|' /c calc'!A0", "+1-2", "-1+2", "@SUM(1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


@pytest.fixture(params=EVIL)
def evil(request):
    return request.param


@pytest.fixture
def table(evil):
    """A table in which every text that a user writes is `evil`."""

    def build():
        spec, cells = mock_study.change_table()
        axes = {
            name: replace(axis, label=evil, items=tuple(replace(item, label=evil) for item in axis.items))
            for name, axis in (("rows", spec.rows), ("columns", spec.columns))
        }
        return replace(spec, title=evil, notes=(evil,), **axes), [{**cell, "note": evil} for cell in cells]

    return mock_study.make(build)


def test_a_workbook_holds_no_formula_and_no_link_to_elsewhere(table, evil, tmp_path):
    about = replace(mock_study.ABOUT, title=evil, data=Data(licence="http://evil.example/x"))
    write_workbook(tmp_path / "book.xlsx", [table], about, table.origin)
    with zipfile.ZipFile(tmp_path / "book.xlsx") as book:
        parts = {name: book.read(name).decode("utf-8") for name in book.namelist() if name.endswith((".xml", ".rels"))}
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) >= 4
    assert not [text for text in sheets if re.search(r"<f[ >]", text)]
    assert not [name for name, text in parts.items() if 'TargetMode="External"' in text]
    assert "1" in parts["xl/sharedStrings.xml"]


def test_a_csv_holds_no_text_that_begins_a_formula(table, evil, tmp_path):
    write_csv(table_csv(table), tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows
    for row in rows:
        assert row["row_label"] == row["column_label"] == row["note"] == "'" + evil.replace("\r", " ")
        assert not [value for value in row.values() if value.startswith(("=", "@", "+"))]


@pytest.mark.parametrize("text", ["-1.5", "+3", "words", "a=b", "", 5, None, -1.5])
def test_numbers_and_words_stay_as_they_are(text):
    assert as_words(text) == text


def test_our_reader_reads_back_what_was_written(evil, tmp_path):
    """Also of cells that the release writes, of categories, and of text that has an apostrophe of its own."""
    texts = [evil, f"'{evil}", "'quoted'", "-1.5", ""]
    frame = pd.DataFrame({"note": texts, "level": pd.Categorical(texts), "value": [1.5, -2, 3, 4, 5]})
    write_csv(frame, tmp_path / "cells.csv")
    with (tmp_path / "cells.csv").open(newline="", encoding="utf-8") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [
        cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@")) and cell not in ("-1.5", "-2.0")
    ]
    back = read_csv(tmp_path / "cells.csv", dtype={"note": "str", "level": "str"}, keep_default_na=False)
    assert back["note"].tolist() == back["level"].tolist() == [text.replace("\r", " ") for text in texts]
    assert back["value"].tolist() == [1.5, -2, 3, 4, 5]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("study", "../../evil", "study: `../../evil` is not of the right form"),
        ("study", "wage_panal", "`study: wage_panal` is not the folder's name. Write `study: wage_panel`"),
        ("study", "/evil", "is not of the right form"),
    ],
)
def test_a_study_is_named_as_its_folder(project, key, value, words):
    path = project / "examples/wage_panel/study.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), key: value}))
    with pytest.raises(SpecError, match=re.escape(words)):
        load_study(project, "wage_panel")


def test_no_name_leads_out_of_its_folder(project):
    (project / "evil").mkdir()
    (project / "evil/study.yaml").write_text("study: evil")
    (project / "evil/evil.csv").write_text("id,label\na,b\n")
    for name in ("../evil", "../examples/wage_panel", str(project / "evil"), "wage_panel/."):
        with pytest.raises(MobilityError, match="no folder for"):
            study_folder(project, name)
    study = load_study(project, "wage_panel")
    for name in ("../../../evil/evil", str(project / "evil/evil")):
        with pytest.raises(SpecError, match="no groups/"):
            study.groups(name)


def test_no_folder_of_the_machine_in_what_is_passed_on(project, tmp_path):
    text = (project / "config.yaml").read_text().replace("ukhls: synthetic", "ukhls: /home/me/secret lab")
    (project / "config.yaml").write_text(text)
    (tmp_path / "provenance.yaml").write_text("label: x\n")
    record = run_record(project / "config.yaml", [tmp_path / "provenance.yaml"])
    others = dict.fromkeys(set(record["config"]["sources"]) - {"ukhls", "series"}, "synthetic")
    said = {**others, "ukhls": "a folder of this machine", "series": "resources/series"}  # the one that is shipped
    assert others and record["config"]["sources"] == said
    assert "secret" not in str(record)
    file = tmp_path / "secret" / "a_indresp.dta"
    assert without_folders([f"wave a: {file} has few rows"], [file]) == ["wave a: a_indresp.dta has few rows"]


def test_a_workbook_tells_groups_of_rows_from_rows_that_are_headed_group(tmp_path):
    def build():
        spec, cells = mock_study.change_table()
        items = tuple(replace(item, under="Sex") for item in spec.rows.items)
        return replace(spec, rows=replace(spec.rows, label="Group", items=items)), cells

    table = mock_study.make(build)
    write_workbook(tmp_path / "book.xlsx", [table], mock_study.ABOUT, table.origin)
    with zipfile.ZipFile(tmp_path / "book.xlsx") as book:
        words = book.read("xl/sharedStrings.xml").decode("utf-8")
    assert {"Group", "Group (2)", "Sex"} <= set(re.findall(r"<t[^>]*>([^<]*)</t>", words))
