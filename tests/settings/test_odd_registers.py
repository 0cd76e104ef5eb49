"""Odd cells anywhere in the CSV registers, and odd settings through `mobility check`: one message, no traceback."""

import csv
import io

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobility.cli import main
from mobility.errors import MobilityError, SpecError
from mobility.panel.delivery import examine
from mobility.panel.register import load_source
from mobility.storage import read_rows
from odd import ODD, load, places, spoilt
from specs import forget_files

FILES = ("sources/ukhls/variables.csv", "sources/ukhls/waves.csv", "sources/ons_flows/files.csv")
CELLS = (
    "",
    " ",
    "x",
    "-1",
    "1.5",
    "²",
    "1e5",
    "a-",
    "-h",
    "a-z",
    "h-a",
    "a;b",
    "=1+1",
    "(",
    "*",
    "../x",
    "\n",
    "é",
    "9" * 400,
)
ODD_CSV = {
    "short": lambda lines: [*lines, "x,y"],
    "long": lambda lines: [*lines, lines[-1] + ",more"],
    "twice": lambda lines: [*lines, lines[-1]],
    "no rows": lambda lines: lines[:1],
    "no header": lambda lines: lines[1:],
    "empty": lambda lines: [],
    "quote": lambda lines: [*lines, '"'],
    "zero byte": lambda lines: [*lines, "\0"],
    "blank": lambda lines: ["", *lines, ""],
    "header only of blanks": lambda lines: [",,,", *lines],
}
FUZZ = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def look(project, file, folder):
    """Load a register, and look at a delivery with it."""
    load(project, file)
    if "ukhls" in file:
        examine(folder, load_source(project, "ukhls"), "a", ["person_id", "activity_status"], ["training_purpose"])


def said_or_fine(project, file, text, folder):
    """The file with other content either loads or is named in a message."""
    path = project / file
    before = path.read_bytes()
    path.write_text(text, encoding="utf-8", newline="")
    try:
        look(project, file, folder)
    except MobilityError as error:
        assert len(str(error)) > 20
    finally:
        path.write_bytes(before)
        forget_files()


@pytest.fixture
def delivery(tmp_path):
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "a_indresp.tab").write_text("pidp\ta_jbstat\n1\t2\n2\t2\n")
    return folder


@pytest.mark.parametrize("file", FILES)
@FUZZ
@given(data=st.data())
def test_an_odd_cell_is_a_message(project, delivery, file, data):
    rows = list(csv.reader(io.StringIO((project / file).read_text(encoding="utf-8-sig"), newline="")))
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[row]) - 1))
    rows[row][column] = data.draw(st.sampled_from(CELLS))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    said_or_fine(project, file, text.getvalue(), delivery)


@pytest.mark.parametrize("kind", ODD_CSV)
@pytest.mark.parametrize("file", FILES)
def test_an_odd_form_is_a_message(project, delivery, file, kind):
    lines = (project / file).read_text(encoding="utf-8-sig").splitlines()
    said_or_fine(project, file, "\n".join(ODD_CSV[kind](lines)), delivery)


@pytest.mark.parametrize("row", ["1", "1,2,3"])
def test_a_row_of_another_width_is_named_with_its_line(tmp_path, row):
    (tmp_path / "register.csv").write_text(f"a,b\n1,2\n{row}\n")
    with pytest.raises(SpecError, match=r"register\.csv, line 3: not the 2 cells of the header"):
        read_rows(tmp_path / "register.csv")


@FUZZ
@given(data=st.data())
def test_odd_code_lists_are_a_message(project, delivery, data):
    file = "sources/ukhls/recodes.yaml"
    content = yaml.safe_load((project / file).read_text())
    place = data.draw(st.sampled_from([place for place in places(content) if len(place) <= 2]))
    odd = spoilt(
        content, place, data.draw(st.sampled_from([*ODD, {"range": [5, 1]}, {"file": 3}, {"range": [1, True]}])), False
    )
    said_or_fine(project, file, yaml.safe_dump(odd), delivery)


@FUZZ
@given(data=st.data())
def test_odd_settings_stop_check_with_a_message(project, delivery, capsys, data):
    path = project / "config.yaml"
    before = path.read_text()
    content = yaml.safe_load(before)
    content["sources"]["ukhls"] = str(delivery)
    place = data.draw(st.sampled_from(list(places(content))))
    path.write_text(yaml.safe_dump(spoilt(content, place, data.draw(st.sampled_from(ODD)), data.draw(st.booleans()))))
    forget_files()
    try:
        assert main(["check"]) in (0, 2)
    finally:
        path.write_text(before)
    said = capsys.readouterr()
    assert len(said.out + said.err) > 20
    assert "Traceback" not in said.err
