"""The register of formats: one is its module and its entry; pages, index and rules follow the register."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from mobility.render import formats
from mobility.render.formats import STUDY, TABLE, Format
from mobility.render.pages import render_index, render_study
from mobility.settings import Study
from paths import ROOT
from site_reader import pages, text_of
from specs import about, table_spec

ABOUT = about({"study": "mock"})
PLAIN = {"synthetic": False, "source": "table", "label": "A file", "waves": "1", "edition": "1"}
ENTRIES = (
    Format("words", "words alone", STUDY, "{name}.words", "Words", beside_tables=True),
    Format("ids", "names of rows", TABLE, "ids/{name}.ids", "names", typed="ids", is_data=True),
)


def mock_study(folder: Path) -> Study:
    axes = {axis: {"show": [{"id": axis[0], "label": axis}]} for axis in ("rows", "columns")}
    return Study(folder / "mock", ABOUT, tables={"t": table_spec({**axes, "number": "Table 1"})})


def render(folder: Path) -> Path:
    """The mock study as it is handed out, and its card on the index."""
    cells = {"row": ["r"], "column": ["c"], "statistic": ["share"], "value": [0.25], "n": [5], "base": [20]}
    (folder / "released").mkdir()
    pd.DataFrame({**cells, "choice": "baseline", "flag": "", "note": ""}).to_csv(folder / "released/t.csv", index=False)
    out = folder / "reports/mock"
    render_study(mock_study(folder), folder / "released", folder, folder, PLAIN, out)
    render_index(folder / "reports", [out / "index.html"], {}, folder / "reports/index.html")
    return out


@pytest.fixture
def throw_away(monkeypatch):
    """Two formats that the project does not have, one a study and one a table."""
    words, ids = ModuleType("words"), ModuleType("ids")
    words.write = lambda report, path: path.write_text(report.about.title)
    ids.write = lambda table, path: (path.parent.mkdir(exist_ok=True), path.write_text(table.rows[0].id))
    for module in (words, ids):
        monkeypatch.setitem(sys.modules, f"mobility.render.formats.{module.__name__}", module)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, *ENTRIES))


def test_a_new_format_is_its_module_and_its_entry(throw_away, tmp_path):
    out = render(tmp_path)
    assert (out / "mock.words").read_text() == "S"
    assert (out / "ids/t.ids").read_text() == "r"
    page, index = text_of(out), (out.parent / "index.html").read_text()
    assert '<a href="mock.words">Whole report as Words</a>' in page
    assert '<a href="../mock.words">Table 1 as Words</a>' in page
    assert '<a href="../ids/t.ids">Table 1 as names</a>' in page
    assert '<a href="mock/mock.words">Words</a>' in index
    assert "1 table as names" in index and '<a href="mock/ids/t.ids">Table 1</a>' in index


def test_every_format_of_the_register_is_written_and_linked(tmp_path):
    out = render(tmp_path)
    made = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} - {"summary.json"}
    beside = tuple(f"{folder}/" for form in formats.FORMATS for folder in form.beside)
    files = {name for name in made if not name.startswith(beside)}
    assert {"index.html", "mock.pdf", "mock.xlsx", "tables/t.csv"} <= files
    assert files == {form.address("mock" if form.of == STUDY else "t") for form in formats.FORMATS if form.by_run}
    linked = {address for page in pages(out).values() for address in re.findall(r'href="(?:\.\./)?([^"#]+)"', page)}
    assert files - {"index.html"} <= linked


@pytest.mark.parametrize("form", formats.FORMATS, ids=lambda form: form.name)
def test_a_format_has_its_module(form):
    assert (ROOT / "src/mobility/render/formats" / f"{form.name}.py").is_file()
    assert form.of in (STUDY, TABLE) and bool(form.typed) == (form.of == TABLE)


def test_rules_and_scripts_know_no_format_by_name():
    named = [
        f"{path.name}: {suffix}"
        for path in [*ROOT.glob("workflow/rules/reports.smk"), *ROOT.glob("workflow/scripts/render_*.py")]
        for suffix in (".pdf", ".xlsx", "/tables")
        if suffix in path.read_text(encoding="utf-8")
    ]
    assert named == []


def test_rules_take_their_files_from_the_register():
    # The helpers of the rules are plain Python between two lines that only Snakemake knows.
    text = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    helpers = text[text.index("def files_of(") : text.index("def checked_in_print(")]
    register = (*formats.FORMATS, *ENTRIES)
    found = {"STUDY": STUDY, "TABLE": TABLE, "formats_of": lambda kind: [form for form in register if form.of == kind]}
    exec(helpers, found)
    assert found["files_of"]("s")[0] == "reports/s/index.html"
    assert "reports/s/s.words" in found["files_of"]("s")
    assert found["folders_of"]("s") == [f"reports/s/{name}" for name in ("pages", "assets", "tables", "ids")]
