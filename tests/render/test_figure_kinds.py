"""The register of kinds of figure: a kind is its entry and its chart; a figure may say the keys of its kind only."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
import yaml

from mobility.errors import SpecError
from mobility.figure_kinds import KINDS, Kind, Map
from mobility.keys import key, keys_of, required_of
from mobility.render.pages import draw_figure, drawn_table
from mobility.settings import Study, load_study
from mobility.settings.figures import FigureSpec
from paths import ROOT
from specs import about, table_spec

HEAT = "examples/wage_panel/figures/figure_transition.yaml"
LINES = "examples/wage_panel/figures/figure_stayers.yaml"


def changed(project: Path, file: str, **keys) -> None:
    """The figure's file with these keys said."""
    path = project / file
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **keys}))


def problem(project: Path) -> str:
    with pytest.raises(SpecError) as caught:
        load_study(project, "wage_panel")
    return str(caught.value)


def test_an_unknown_kind_is_refused(project):
    changed(project, HEAT, kind="heatmaps")
    assert "figure_transition.yaml: kind: `heatmaps`; nearest: heatmap" in problem(project)


def test_a_key_of_another_kind_is_refused(project):
    changed(project, HEAT, x="rows")
    assert "x: a figure of kind heatmap does not read it, lines does; it has no keys of its own" in problem(project)


def test_a_kind_with_keys_names_them(project):
    changed(project, LINES, share_scale=True)
    assert "a figure of kind lines does not read it, map does; its own keys are x, x_label" in problem(project)


def test_the_value_of_a_kinds_key_is_checked(project):
    changed(project, LINES, x="row")
    assert "figure_stayers.yaml: x: `row`; nearest: rows" in problem(project)


def test_a_mistyped_key_is_met_by_the_nearest_that_the_kind_reads(project):
    changed(project, LINES, xlabel="Age")
    assert "unknown key `xlabel`, nearest: x_label" in problem(project)


def test_what_a_file_leaves_out_is_as_the_kind_says(project):
    figures = load_study(project, "wage_panel").figures.values()
    assert {figure.own.x for figure in figures if figure.kind.name == "lines"} == {"rows"}
    assert KINDS["lines"].own().x == "columns"
    assert keys_of(Map)["share_scale"] == {
        "const": True,
        "description": "The same classes in all panels; without it each has its own.",
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_has_its_chart_and_plain_keys(kind):
    assert (ROOT / "src/mobility/render/charts" / f"{kind.name}.py").is_file()
    assert set(keys_of(kind.own)).isdisjoint(FigureSpec.__annotations__)


# A kind that the project does not have: its entry, and the module that draws it.


@dataclass(frozen=True)
class Dots:
    """Keys of `dots`."""

    size: int = key("Size of a dot in points.", type="integer", minimum=1)
    colour: str = key("Colour of every dot.", default="black", type="string")


@pytest.fixture
def dots(monkeypatch):
    from mobility.render.charts import style
    from mobility.render.charts.pointing import stands_for

    module = ModuleType("dots")

    def draw(table, words, own):
        canvas = style.open_canvas(words, 1)
        look = {"markersize": own.size, "color": own.colour, "gid": "dot"}
        (dot,) = canvas.axes(1, 0, 3, 1).plot([table.cells["r", "c"].value], "o", **look)
        stands_for(dot, "r", "c", at=0)
        return canvas.figure

    module.draw = draw
    monkeypatch.setitem(sys.modules, "mobility.render.charts.dots", module)
    monkeypatch.setitem(KINDS, "dots", Kind("dots", "a dot a number", Dots))


def test_a_new_kind_is_its_entry_and_its_chart(dots, tmp_path):
    raw = {"figure": "f", "number": "Figure 1", "title": "Dots", "section": "S", "kind": "dots", "table": "t"}
    axes = {axis: {"show": [{"id": axis[0], "label": axis}]} for axis in ("rows", "columns")}
    spec = FigureSpec.read({**raw, "alt": "A dot.", "size": 7})
    study = Study(tmp_path / "mock", about({}), tables={"t": table_spec(axes)}, figures={"f": spec})
    cells = {"row": ["r"], "column": ["c"], "statistic": ["share"], "value": [0.25], "n": [5], "base": [20]}
    pd.DataFrame({**cells, "choice": "baseline", "flag": "", "note": ""}).to_csv(tmp_path / "t.csv", index=False)
    provenance = {"synthetic": False, "source": "table", "label": "A file", "waves": "1", "edition": "1"}
    draw_figure(spec, drawn_table(study, spec, tmp_path, provenance), study.root, tmp_path)
    assert 'id="dot"' in (tmp_path / "f.svg").read_text()
    assert json.loads((tmp_path / "f.json").read_text())["cells"] == {"0,0": ["25.0%", "Observations: 5", "Base: 20"]}
    assert (spec.own.size, spec.own.colour) == (7, "black")


def test_the_keys_of_a_new_kind_are_asked_for(dots, project):
    assert required_of(Dots) == ("size",)
    changed(project, HEAT, kind="dots")
    assert "figure_transition.yaml: top level: missing `size`" in problem(project)
    changed(project, HEAT, size=0)
    assert "size: 0 is less than the minimum of 1" in problem(project)
    changed(project, HEAT, size=3)
    assert load_study(project, "wage_panel").figures["figure_transition"].own == Dots(3)
