"""Waves added in place: which files a reading opens again, and that its panel is that of a reading from scratch."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from mobility.errors import DeliveryError
from mobility.intake import formats
from mobility.intake.reader import Request
from mobility.panel import parts
from mobility.panel.read import read_wave
from mobility.panel.reader import PANEL
from specs import forget_files

NAMES = ("person_id", "activity_status", "sex", "soc2000", "birth_year", "local_authority")
A, B, C = ({f"{wave}_indresp.tab", f"{wave}_oslaua_protect.tab"} for wave in "abc")


@pytest.fixture
def opened(monkeypatch):
    """Names of the files that were read since it was last emptied."""
    names = []

    def reading(item, *rest):
        names.append(item.path.name)
        return read_wave(item, *rest)

    monkeypatch.setattr(parts, "read_wave", reading)
    return names


@pytest.fixture
def wanted(project, linked, delivery_tab):
    """Waves a and b of a copy of the small delivery, its files linked."""
    folder = linked(delivery_tab)
    return Request(project, "ukhls", "ukhls.some", (str(folder),), ("a", "b"), NAMES, code="code")


def read(request):
    """A reading that keeps parts, which is that of a reading that keeps none."""
    found, scratch = PANEL.read(request), PANEL.read(replace(request, code=""))
    assert_frame_equal(found.panel, scratch.panel)
    assert_frame_equal(found.losses, scratch.losses)
    assert_frame_equal(found.report, scratch.report)
    assert found.provenance == scratch.provenance
    return found


def file_of(request, name):
    (path,) = Path(request.folders[0]).rglob(name)
    return path


def without_last_row(path):
    lines = path.read_text().splitlines(keepends=True)
    path.unlink()  # the delivery of other tests is linked
    path.write_text("".join(lines[:-1]))


def test_a_new_wave_opens_its_files_only(wanted, opened):
    two = read(wanted)
    assert set(opened) == A | B and len(opened) == 4
    opened.clear()
    three = read(replace(wanted, waves=("a", "b", "c")))
    assert set(opened) == C and len(opened) == 2
    assert len(three.panel) > len(two.panel)


def test_a_corrected_edition_of_a_file_opens_that_file_only(wanted, opened):
    before = read(wanted)
    opened.clear()
    without_last_row(file_of(wanted, "b_indresp.tab"))
    after = read(wanted)
    assert opened == ["b_indresp.tab"]
    assert len(after.panel) == len(before.panel) - 1


def test_nothing_changed_opens_nothing(wanted, opened):
    read(wanted)
    opened.clear()
    read(wanted)
    assert opened == []


def test_a_register_that_gains_a_wave_opens_nothing(wanted, opened):
    read(wanted)
    opened.clear()
    waves, variables = (wanted.root / f"sources/ukhls/{name}.csv" for name in ("waves", "variables"))
    waves.write_text(waves.read_text().rstrip("\n") + "\np,16,2024,2024,2026,p_,,6614,uncertain,new\n")
    variables.write_text(variables.read_text().replace(",a-o,", ",a-p,"))
    forget_files()
    read(wanted)
    assert opened == []


@pytest.mark.parametrize(
    ("what", "again"),
    [("code", A | B), ("codes of a variable", {"a_indresp.tab", "b_indresp.tab"}), ("spoilt part", {"a_indresp.tab"})],
)
def test_what_is_made_from_something_else_is_read_again(wanted, opened, what, again):
    read(wanted)
    opened.clear()
    if what == "code":
        wanted = replace(wanted, code="another")
    elif what == "spoilt part":
        (wanted.root / "results/restricted/ukhls.some/waves/a_indresp.parquet").write_bytes(b"spoilt")
    else:
        recodes = wanted.root / "sources/ukhls/recodes.yaml"
        recodes.write_text(recodes.read_text().replace("  activity_status:\n", "  activity_status:\n    55: new\n"))
        forget_files()
    read(wanted)
    assert set(opened) == again and len(opened) == len(again)


def test_a_refused_delivery_keeps_the_files_that_were_right(wanted, opened):
    path = file_of(wanted, "b_indresp.tab")
    whole = path.read_text()
    path.unlink()
    path.write_text(whole.replace("b_jbstat", "b_jbstut"))
    with pytest.raises(DeliveryError, match="no column b_jbstat"):
        PANEL.read(wanted)
    path.write_text(whole)
    opened.clear()
    read(wanted)
    assert opened == ["b_indresp.tab"]


def test_parts_that_nobody_wants_are_deleted_and_no_one_else_may_look(wanted, opened):
    read(replace(wanted, waves=("a", "b", "c")))
    folder = wanted.root / "results/restricted/ukhls.some/waves"
    assert folder.stat().st_mode & 0o077 == 0
    read(wanted)
    assert {path.name[0] for path in folder.glob("*.parquet")} == {"a", "b"}
    assert len(list(folder.glob("*.json"))) == 6  # four parts, their record, the hashes of files
    shutil.rmtree(folder)
    opened.clear()
    read(wanted)
    assert set(opened) == A | B


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_stata_file_read_in_parts_is_that_read_at_once(tmp_path, write_wave, people, monkeypatch, rows):
    """Blank cells in a later part only, which then are of another type than the part before, and a text."""
    frame = people(
        "a", a_jbsize=[3.0, 4.0, None, 5.0], a_fimnlabgrs_dv=[1.5, 2.5, 3.5, None], a_text=["x", "", "yz", "w"]
    )
    path = write_wave(tmp_path / "a_indresp.dta", frame)
    whole = formats.read_columns(path, "dta", lambda header: header)
    monkeypatch.setattr(formats, "CELLS", rows * len(whole.header))
    parts_of = formats.read_columns(path, "dta", lambda header: header)
    assert_frame_equal(parts_of.frame, whole.frame)
    assert parts_of.header == whole.header and len(whole.frame) == 4
