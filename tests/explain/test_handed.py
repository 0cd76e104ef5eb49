"""`mobility list`, `export` and `cite`: names to type, a table in every form, what to cite; errors name the nearest."""

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mobility.cli import main
from mobility.render.formats import typed_formats
from mobility.settings import load_config, load_study
from mobility.settings.identifiers import identifiers, identifiers_of_table
from paths import ROOT

STUDIES = {name: load_study(ROOT, name) for name in load_config(ROOT).studies}
RECORD = {"synthetic": True, "source": "ukhls", "label": "UKHLS", "access": "safeguarded", "access_reasons": [],
          "citation": "University of Essex. Understanding Society. SN 6614.", "waves": ["a", "b"],
          "waves_shown": "a, b", "files": [], "notes": []}  # fmt: skip


@pytest.fixture
def released(project):
    """The project with one released table of gatsby and the records of a run."""
    folder, spec = project / "results/released/gatsby", STUDIES["gatsby"].tables["table_2"]
    folder.mkdir(parents=True)
    places = [(row, column) for row in spec.rows.ids for column in spec.columns.ids]
    cells = pd.DataFrame(places, columns=["row", "column"]).assign(
        study="gatsby",
        table="table_2",
        statistic="share",
        choice="baseline",
        value=0.2,
        n=20,
        base=100,
        flag="",
        note="",
    )
    cells.to_csv(folder / "table_2.csv", index=False)
    compared = pd.DataFrame({"table": "table_2", "row": [places[0][0]], "column": [places[0][1]], "statistic": "share",
                             "published": 0.913, "half_width": 0.0005, "ours": 0.2, "difference": -0.713,
                             "verdict": "differs"})  # fmt: skip
    compared.to_csv(folder / "backtest.csv", index=False)
    checks = project / "results/checks"
    (checks / "ukhls").mkdir(parents=True)
    (checks / "ukhls/provenance.yaml").write_text(yaml.safe_dump(RECORD))
    run = {"times": {"written": "2026-11-27T10:00:00+00:00"}, "project": {"commit": "abc"}}
    (checks / "manifest.yaml").write_text(yaml.safe_dump(run))
    return project


def said(capsys, *arguments):
    """What a command says; its exit code first."""
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, (out or err).strip()


@pytest.mark.parametrize("study", STUDIES)
def test_everything_that_is_typed_is_listed(study):
    loaded = STUDIES[study]
    found = {(one.kind, one.id) for one in identifiers(loaded)}
    for kind, names in {
        "table": loaded.tables, "figure": loaded.figures, "sample": loaded.samples, "model": loaded.models,
        "choice": loaded.choices, "frame": loaded.frames,
    }.items():  # fmt: skip
        assert {name for one, name in found if one == kind} == set(names)
    for name, spec in loaded.tables.items():
        listed = identifiers_of_table(loaded, name)
        assert [one.id for one in listed] == [*spec.rows.ids, *spec.columns.ids]
        assert all(one.within == name and one.label for one in listed)


def test_lists_are_text_in_columns_json_and_csv(project, capsys):
    _, text = said(capsys, "list", "gatsby", "2")
    lines = text.splitlines()
    assert lines[0].startswith("table_2, Table 2 of gatsby: ") and lines[1] == "Rows:" and "Columns:" in lines
    assert len({line.index(line.split(maxsplit=1)[1]) for line in lines[2:7]}) == 1
    _, text = said(capsys, "list", "gatsby", "--format", "json")
    records = json.loads(text)
    assert {record["kind"] for record in records} == {"table", "figure", "sample", "model", "choice", "frame"}
    weights = next(record for record in records if record["id"] == "weights")
    assert weights["value"] == "none" and weights["label"].endswith("?")
    _, text = said(capsys, "list", "--format", "csv")
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == ["gatsby", "wage_panel"]


def test_lists_name_the_nearest(project, capsys):
    assert said(capsys, "list", "gatzby")[0] == 2
    assert said(capsys, "list", "gatsby", "table_3_22")[1].startswith(
        "gatsby has no table `table_3_22`; nearest: table_3"
    )


@pytest.mark.parametrize("form", typed_formats())
def test_a_released_table_is_written_in_every_form(released, capsys, form):
    code, path = said(capsys, "export", "gatsby", "2", "--format", form)
    assert (code, Path(path).stem) == (0, "table_2") and Path(path).stat().st_size > 500


def test_published_numbers_stand_beside_ours_where_they_are_asked_for(released, capsys):
    said(capsys, "export", "gatsby", "2", "--format", "markdown", "--output", "ours.md")
    said(capsys, "export", "gatsby", "2", "--format", "markdown", "--output", "both.md", "--published")
    ours, both = Path("ours.md").read_text(), Path("both.md").read_text()
    assert "91.3%" not in ours and "published" not in ours
    assert "91.3%" in both and ", published" in both
    assert "run of 27 November 2026 (commit abc)" in ours and "Invented data in the layout of" in ours


def test_what_cannot_be_exported_says_what_can(released, capsys):
    for arguments, words in (
        (["gatsby", "2", "--format", "pdf"], "--format: `pdf`; allowed: csv, docx"),
        (["gatsby", "at_risk_technician"], "`mobility export gatsby --sample at_risk_technician` writes its"),
        (["gatsby"], "name a table (`mobility export gatsby TABLE`) or a sample"),
        (["gatsby", "2", "--sample", "at_risk_technician"], "one of the two"),
        (["gatsby", "3.1"], "table_3_1.csv is not there. Run `make report` first."),
        (["gatsby", "2", "--output", "."], "is a folder. Name a file in it"),
        (["gatsby", "2", "--format", "docx", "--output", "t.pdf"], "docx, which ends in .docx. Write --output t.docx"),
        (["gatsby", "--sample", "at_risk_technician", "--published"], "Leave out --output and --published"),
        (["gatsby", "--sample", "at_risk_technician"], "frames is not there. Run `make report` first."),
    ):
        code, text = said(capsys, "export", *arguments)
        assert code == 2 and words in text, text
    assert not list(Path().glob("table_*"))


def test_what_to_cite_is_told_of_a_table_and_of_a_study(released, capsys):
    _, text = said(capsys, "cite", "gatsby", "2")
    assert [line.split(":")[0] for line in text.splitlines()] == ["This table", "Data", "Report"]
    _, text = said(capsys, "cite", "gatsby")
    assert "(2026). Moves into, out of and between technical occupations. Made with mobility" in text
    assert said(capsys, "cite", "gatsby", "2", "--format", "bibtex")[1].startswith("@misc{mobility_gatsby_table_2,")
    assert said(capsys, "cite", "gatsby", "--format", "ris")[1].startswith("TY  - DATA")
