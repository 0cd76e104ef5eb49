"""What leaves beside the tables, and levels that a study computes, by hand."""

import pandas as pd
import pytest

import checker_record
from checker_record import COLUMNS, ORIGIN, record_of, released_of
from mobility.cells import as_cells
from mobility.checker import stage
from mobility.checker.outputs import HELD_BACK, LOOK, MAY_LEAVE
from mobility.checker.page import write_statement
from mobility.checker.statement import statement_of
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.settings import Study
from mobility.storage import file_hash
from specs import table_spec

STEP = {"step": "t", "reason": "rows read", "rows_in": 90, "rows_dropped": 0, "rows_out": 90, "persons_out": 40.0}
CELL = {"table": "t", "row": "a", "column": "x", "statistic": "share", "ours": 0.5}


def said_beside(**files):
    """The statement of the six cells with some files beside them, given by their rows."""
    record = record_of()
    beside = {f"{name}.csv": pd.DataFrame(rows) for name, rows in files.items()}
    return statement_of(checker_record.study(), record, {"t": released_of(record)}, ORIGIN, 10, beside=beside)


def test_files_beside_the_tables_may_leave_with_them(tmp_path):
    """Of the losses 90 rows twice, none dropped, and 40 persons or not; of the comparison one cell that is shown."""
    found = said_beside(losses=[STEP, {**STEP, "persons_out": None}], backtest=[CELL], commands=[{"program": "R"}])
    assert [(file.name, file.lines, file.numbers, file.broken) for file in found.beside] == [
        ("losses.csv", 2, 7, 0),
        ("backtest.csv", 1, 1, 0),
        ("commands.csv", 1, 0, 0),
    ]
    assert found.beside[0].fewest == 40 and found.verdict == MAY_LEAVE
    write_statement(found, tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "1 table and losses.csv, backtest.csv, commands.csv in <code>results/released/s</code>" in page


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("losses", {**STEP, "rows_dropped": 3}),
        ("losses", {**STEP, "persons_out": 9.0}),
        ("losses", {**STEP, "rows_out": 1}),
        ("backtest", {**CELL, "row": "b", "column": "y"}),  # which the table hides
    ],
)
def test_a_number_of_few_or_a_hidden_one_beside_the_tables_is_found(file, line):
    found = said_beside(**{file: [line]})
    assert found.verdict == HELD_BACK and found.answer.endswith(f", {file}.csv breaks a rule.")


def test_the_sums_are_of_the_tables_and_of_what_is_beside_them(tmp_path, monkeypatch):
    """A decision on paper names every file that it is about."""
    record = record_of()
    monkeypatch.setattr(stage, "load_study", lambda root, name, choices: checker_record.study())
    monkeypatch.setattr(stage, "read_records", lambda paths: ORIGIN)
    folder = tmp_path / "results/released/s"
    folder.mkdir(parents=True)
    released_of(record).to_csv(folder / "t.csv", index=False)
    pd.DataFrame([STEP]).to_csv(folder / "losses.csv", index=False)
    (tmp_path / "results/restricted/s").mkdir(parents=True)
    record.to_csv(tmp_path / "results/restricted/s/disclosure.csv", index=False)
    found = stage.read_statement(tmp_path, "s", [], {"special": 10})
    names = ("losses.csv", "t.csv")
    assert found.sums == "".join(f"{file_hash(folder / name)}  {name}\n" for name in names)
    assert [file.name for file in found.beside] == ["losses.csv"]


def test_a_refusal_by_the_study_is_no_class_disclosure():
    """Nobody is told of where a level is not: the page has such cells apart, and lists them under the words of why."""
    released, _ = level(None)
    cells = released.cells.assign(
        value=float("nan"), flag="not_estimable", note="no reliable data: fewer than 1,000 jobs"
    )
    own = checker_record.study()
    spec = level_spec("")
    record = released.reasons.assign(tells="", near=float("nan"), differs=float("nan"))
    study = Study(own.folder, own.about, tables={"t": spec})
    (look,) = statement_of(study, record, {"t": cells}, {**ORIGIN, "access": "secure"}, 10).looks
    assert look.point.name == "refused" and look.lines == [("Men", "X", "no reliable data: fewer than 1,000 jobs", ())]


def level_spec(note):
    return table_spec(
        {
            "number": "Table 1",
            "statistic": "level",
            "rows": {"show": [{"id": "a", "label": "Men"}]},
            "columns": {"show": COLUMNS[:1]},
            "notes": [note] if note else [],
        }
    )


def level(n, note="Persons behind a curve are told to the ten below."):
    """A table of one level that a study computes, of `n` rows, judged at 10."""
    spec = level_spec(note)
    cell = {"row": "a", "column": "x", "statistic": "level", "value": 410.0, "n": n, "choice": "baseline", "flag": ""}
    (released,) = release_tables([Table(as_cells([cell], "s", "t"), spec)], "secure", 10)
    own = checker_record.study()
    study = Study(own.folder, own.about, tables={"t": spec})
    record = released.reasons.assign(tells="", near=float("nan"), differs=float("nan"))
    return released, statement_of(study, record, {"t": released.cells}, {**ORIGIN, "access": "secure"}, 10)


@pytest.mark.parametrize(("rows", "hidden"), [(9, True), (10, False)])
def test_a_level_is_judged_by_its_rows_where_it_has_no_persons(rows, hidden):
    released, found = level(rows)
    assert released.cells["value"].isna().tolist() == [hidden]
    assert released.reasons["reason"].tolist() == (["fewer than 10 rows in it"] if hidden else [""])
    assert (found.outputs[0].units, found.looks) == ("rows", ())
    assert found.verdict == (HELD_BACK if hidden else MAY_LEAVE)


@pytest.mark.parametrize("note", ["Below 1,000 jobs nothing is told.", ""])
def test_the_notes_of_a_table_stand_with_its_levels_in_place_of_each_of_its_cells(note, tmp_path):
    _, found = level(None, note)
    (look,) = found.looks
    assert found.verdict == LOOK and look.notes == ((note,) if note else ()) and len(look.cells) == 1
    assert look.lines == []
    write_statement(found, tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert (note or "The table has no note: it does not say what its numbers rest on.") in page
