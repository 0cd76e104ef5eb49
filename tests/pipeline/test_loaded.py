"""What was loaded for the last plan is taken again where every file that it rests on is the same, else loaded anew."""

from pathlib import Path

import pytest

from imports import HASHES
from loaded import STORE, Loaded
from mobility.contents import HashStore
from mobility.settings import load_study
from mobility.settings.load import LOADED
from projects import project

STUDY = "wage_panel"
ASKED = (Path(), STUDY, ())
SPEC, STATES = f"examples/{STUDY}/study.yaml", f"examples/{STUDY}/groups/states.csv"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project of which one study was loaded for a plan; nothing of it is in the memory of this process."""
    before = dict(LOADED)
    monkeypatch.chdir(project(tmp_path / "project", studies=[STUDY]))
    LOADED.clear()
    planned()
    LOADED.clear()
    yield STORE / STUDY
    LOADED.clear()
    LOADED.update(before)


def planned():
    """What a plan loads, and keeps."""
    loaded = Loaded(HashStore(HASHES))
    loaded.take()
    taken = dict(LOADED)
    study = load_study(Path(), STUDY)
    loaded.keep()
    return taken.get(ASKED), study


def test_a_study_is_taken_as_it_was_loaded(place):
    taken, _ = planned()
    LOADED.clear()
    anew = load_study(Path(), STUDY)
    assert repr(taken) == repr(anew) and taken.tables == anew.tables and taken.about == anew.about


@pytest.mark.parametrize("name", [SPEC, STATES, "sources/table/source.yaml", "workflow/schemas/table.schema.yaml"])
def test_an_edited_file_is_read_and_the_study_kept_as_it_is_now(place, name):
    with Path(name).open("a") as stream:
        stream.write("\n")
    taken, _ = planned()
    assert taken is None
    LOADED.clear()
    taken, study = planned()
    assert taken is study


def test_a_file_that_is_gone_or_new_is_seen(place):
    Path(f"examples/{STUDY}/figures/figure_stayers.yaml").unlink()
    taken, study = planned()
    assert taken is None and "figure_stayers" not in study.figures


@pytest.mark.parametrize(
    "damage", [lambda whole: b"", lambda whole: whole[:-1], lambda whole: whole[:40] + b"." + whole[41:]]
)
def test_what_was_damaged_is_loaded_anew(place, damage):
    place.write_bytes(damage(place.read_bytes()))
    taken, study = planned()
    assert taken is None and study.name == STUDY
    LOADED.clear()
    assert planned()[0] is not None


def test_other_answers_to_choices_are_kept_beside_the_default(tmp_path, monkeypatch, place):
    study = load_study(Path(), "london_moves", {"neighbours": "lad2021"})
    loaded = Loaded(HashStore(HASHES))
    loaded.keep()
    LOADED.clear()
    loaded.take()
    assert LOADED[Path(), "london_moves", (("neighbours", "lad2021"),)].readings == study.readings
    assert (Path(), "london_moves", ()) not in LOADED
