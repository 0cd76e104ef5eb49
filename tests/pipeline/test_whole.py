"""Whether anything has changed since a whole run is told from the states of files, and where in doubt it has."""

import os
from pathlib import Path

import pytest

import whole
from mobility.storage import write_text
from projects import copied, run

LONG_AGO = 1_000_000_000
SPEC, CELLS, WAVE = "studies/a/study.yaml", "results/released/a/table.csv", "a_indresp.dta"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project that was run as a whole, with a delivery that lies elsewhere."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    for name in (SPEC, CELLS, "reports/index.html", "docs/index.md", "tests/test_a.py", f"../delivery/{WAVE}"):
        write_text(name, name)
    run_through(edited=None)
    return tmp_path


def run_through(edited):
    """What a run does before and after its plan, while somebody may write a file."""
    before = whole.project()
    whole.note_outside(["../delivery"])
    if edited:
        write_text("other", edited)
    whole.note_whole(before)


def unchanged():
    return whole.is_whole(whole.project())


def test_what_is_as_it_was_is_whole(place):
    assert unchanged()
    for name in ("tests/test_a.py", "logs/read.log", ".git/index", "studies/a/__pycache__/a.pyc"):
        write_text("other", name)
        assert unchanged(), f"no job reads {name}"


@pytest.mark.parametrize("name", [SPEC, CELLS, "docs/index.md", "reports/index.html", f"../delivery/{WAVE}"])
@pytest.mark.parametrize("change", ["write", "touch", "lose", "add"])
def test_a_file_that_is_written_touched_lost_or_new_is_seen(place, name, change):
    path = Path(name)
    if change == "write":
        size = path.stat().st_size
        write_text("x" * size, path)
    elif change == "touch":
        os.utime(path, (LONG_AGO, LONG_AGO))
    elif change == "lose":
        path.unlink()
    else:
        write_text("new", path.with_name("new"))
    assert not unchanged()


@pytest.mark.parametrize("name", [SPEC, f"../delivery/{WAVE}"])
def test_what_is_edited_while_a_run_is_at_work_is_not_what_it_read(place, name):
    run_through(edited=name)
    assert not unchanged()
    run_through(edited=None)
    assert unchanged()


def test_a_folder_linked_from_elsewhere_is_not_vouched_for(place):
    (place / "elsewhere").mkdir()
    Path("studies/linked").symlink_to(place / "elsewhere")
    assert whole.project() == ""
    run_through(edited=None)
    assert not unchanged()


@pytest.mark.parametrize("note", [whole.STAMP, whole.OUTSIDE])
@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"project": ""}'])
def test_spoilt_notes_vouch_for_nothing(place, note, text):
    write_text(text, note)
    assert not unchanged()


@pytest.mark.pipeline
def test_after_a_whole_run_nothing_is_planned_until_something_changes(ran, tmp_path):
    again = copied(ran, tmp_path / "again")
    first = run(again)
    assert "Nothing has changed" not in first.stderr
    assert "Nothing has changed" in run(again).stderr
    (again / "reports/index.html").unlink()
    assert "Nothing has changed" not in run(again).stderr
    assert (again / "reports/index.html").is_file()
