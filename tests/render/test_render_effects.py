"""Figures of effects: what is written, what stands for a missing number, and that nothing held back is in them."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation

from mobility.errors import RenderError
from mobility.render.figures import draw, picture_bytes
from mobility.render.numbers import number_text, printed_decimals, shown, signed
from mobility.render.table import layout
from mobility.statistics import STATISTICS
from specs import about, figure_spec, table_spec

ABOUT = about({"study": "mock", "title": "Mock"})
EFFECT, COEFFICIENT = STATISTICS["effect"], STATISTICS["coefficient"]
PROVENANCE = {
    "synthetic": True,
    "source": "ukhls",
    "label": "Simulated UKHLS",
    "waves": ["a", "b"],
    "waves_shown": "a, b",
}
ROWS = {"age": "Age", "degree": "Undergraduate degree", "contract": "Non-permanent contract", "tenure": "Tenure"}
ORIGINS = {"tech": "Technicians", "trade": "Skilled trades", "operative": "Operatives"}
SPECIFICATIONS = {"baseline_spec": "As in the report", **{f"s{i}": f"Reading {i}" for i in range(14)}}
HELD_BACK = {"value": 0.0773119, "ci_low": 0.0611973, "ci_high": 0.0934265, "n": 7731, "base": 7731, "stars": 3}
TRACES = re.compile(r"(?<![\d.,])(7\.73\d*|7\.7 pp|7731|6\.11\d*|9\.34\d*)(?!\d)")


def cell(row, column, value, half=0.01, **more):
    record = {
        "study": "mock", "table": "effects", "row": row, "column": column, "statistic": "effect", "choice": "baseline",
        "value": value, "std_error": half / 1.96, "ci_low": value - half, "ci_high": value + half, "stars": 0,
        "n": np.nan, "base": 4321, "persons": 2100, "flag": "", "note": "",
    }  # fmt: skip
    return {**record, **more}


def table_of(rows=ROWS, columns=ORIGINS, changes=(), baseline=True, provenance=PROVENANCE, under=None, spanners=None):
    """A table of effects between −2 and +2 points; `changes` are records' entries by (row, column)."""
    rng = np.random.default_rng(1)
    cells = {(row, column): cell(row, column, float(rng.uniform(-0.02, 0.02))) for row in rows for column in columns}
    for place, entries in dict(changes).items():
        cells[place].update(entries)
    shown_rows = [{"id": row, "label": label, "under": (under or {}).get(row, "")} for row, label in rows.items()]
    if baseline:
        shown_rows.append({"id": "baseline", "label": "Baseline probability"})
        for column in columns:
            share = {"statistic": "share", "flag": "suppressed" if column == "operative" else ""}
            cells["baseline", column] = cell("baseline", column, 0.123, **share)
    spec = {
        "table": "effects", "number": "Effects", "title": "Predictors", "statistic": "effect",
        "rows": {"show": shown_rows},
        "columns": {"show": [
            {"id": name, "label": label, "under": (spanners or {}).get(name, "")} for name, label in columns.items()
        ]},
    }  # fmt: skip
    return layout(table_spec(spec), pd.DataFrame(cells.values()), None, ABOUT, provenance)


def drawn(table, **more):
    return draw(
        figure_spec({"figure": "figure_3_2", "kind": "effects", "title": "Predictors of remaining", **more}), table
    )


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")) if text.get_text()]


def markers(axes):
    """Places in points and forms of the markers of estimates and arrows."""
    lines = [line for line in axes.get_lines() if line.get_marker() not in ("None", None, "")]
    return [(float(line.get_xdata()[0]), line.get_marker()) for line in lines]


def test_an_effect_is_written_in_points():
    assert number_text(-0.104, EFFECT, 1) == "−10.4"
    assert shown(0.029, EFFECT, EFFECT.decimals, "", stars=2) == "2.9**"
    assert [signed(value, EFFECT, 1) for value in (0.029, -0.104, -0.0004)] == ["+2.9 pp", "−10.4 pp", "0.0 pp"]
    assert [signed(value, COEFFICIENT, 2) for value in (0.5, -1.234, -0.001)] == ["+0.50", "−1.23", "0.00"]
    assert printed_decimals(0.0005, EFFECT) == 1


def test_a_table_of_effects_says_its_unit_once():
    table = table_of(changes={("degree", "tech"): {"value": 0.029, "stars": 2}})
    assert (
        table.unit == "Effects in percentage points; standard errors in brackets; *** p < 0.01, ** p < 0.05, * p < 0.1"
    )
    assert table.cells["degree", "tech"].text == "2.9**"
    assert table.cells["baseline", "tech"].text == "12.3%"


def test_series_are_named_with_their_baselines_and_drawn_in_lanes():
    figure = drawn(table_of())
    found = texts(figure)
    names = ("Technicians (baseline 12.3%)", "Skilled trades (baseline 12.3%)", "Operatives (baseline [c])")
    assert all(name in found for name in names)
    assert "Baseline probability" not in found
    assert {marker for _, marker in markers(figure.axes[0])} == {"o", "D", "s"}
    assert len(markers(figure.axes[0])) == len(ROWS) * len(ORIGINS)


def test_an_effect_is_written_only_where_it_is_significant():
    changes = {("degree", "tech"): {"value": 0.029, "stars": 2}, ("contract", "tech"): {"value": -0.104, "stars": 3}}
    figure = drawn(table_of(changes=changes))
    assert [text for text in texts(figure) if re.search(r"\d pp", text)] == ["+2.9 pp**", "−10.4 pp***"]
    assert any("*** p < 0.01" in text for text in texts(figure))
    assert not any("p < 0.01" in text for text in texts(drawn(table_of())))


@pytest.mark.parametrize("panels", ["series", "columns"])
def test_marks_stand_where_there_is_no_number_and_never_at_zero(panels):
    gone = {"value": np.nan, "ci_low": np.nan, "ci_high": np.nan, "flag": "not_estimable"}
    changes = {
        ("degree", "tech"): {"flag": "suppressed"},
        ("age", "trade"): gone,
        ("tenure", "trade"): {"flag": "low_base"},
    }
    figure = drawn(table_of(changes=changes, baseline=False), panels=panels)
    found = texts(figure)
    assert [found.count(mark) for mark in ("[c]", "[x]", "[low]")] == [1, 1, 1]
    count = sum(len(markers(axes)) for axes in figure.axes if axes.axison)
    assert count == len(ROWS) * len(ORIGINS) - 2
    places = [note.xy[0] for note in figure.findobj(Annotation) if note.get_text() in ("[c]", "[x]")]
    assert min(abs(place) for place in places) > 0.5


@pytest.mark.parametrize("panels", ["series", "columns"])
def test_nothing_held_back_is_found_in_a_figure(panels):
    changes = {
        ("degree", "tech"): {**HELD_BACK, "flag": "suppressed"},
        ("age", "tech"): {**HELD_BACK, "flag": "suppressed"},
    }
    figure = drawn(table_of(changes=changes), panels=panels)
    svg = picture_bytes(figure, "svg").decode()
    assert "<!-- [c] -->" in svg
    assert not TRACES.search(" ".join(texts(figure)) + " ".join(re.findall(r"<!--(.*?)-->", svg)))
    other = {place: {**entries, "value": 0.31, "ci_low": 0.2, "ci_high": 0.4} for place, entries in changes.items()}
    assert picture_bytes(drawn(table_of(changes=other), panels=panels), "svg").decode() == svg


def test_a_wild_interval_does_not_flatten_the_rest():
    usual = drawn(table_of()).axes[0].get_xlim()
    wild = {("degree", "tech"): {"value": 0.01, "ci_low": -0.6, "ci_high": 0.62}}
    figure = drawn(table_of(changes=wild))
    low, high = figure.axes[0].get_xlim()
    assert high - low < 1.5 * (usual[1] - usual[0])
    assert {marker for _, marker in markers(figure.axes[0])} >= {"<", ">"}
    assert any("Arrows" in text for text in texts(figure))
    assert not any("Arrows" in text for text in texts(drawn(table_of())))


@pytest.mark.parametrize("panels", ["series", "columns"])
def test_an_estimate_beyond_the_axis_is_an_arrow_with_its_number(panels):
    far = {("degree", "tech"): {"value": 0.9, "ci_low": 0.5, "ci_high": 1.3, "stars": 3}}
    figure = drawn(table_of(changes=far, baseline=False), panels=panels)
    assert figure.axes[0].get_xlim()[1] < 20
    assert "+90.0 pp***" in texts(figure)
    assert any("*** p < 0.01" in text for text in texts(figure))
    arrows = [marker for _, marker in markers(figure.axes[0]) if marker in "<>"]
    assert arrows == [">"]


def test_the_main_specification_is_a_band_across_its_panel():
    columns = {"tech": "Technicians: non-permanent contract", "trade": "Skilled trades: undergraduate degree"}
    main = {("baseline_spec", "tech"): {"value": -0.104, "ci_low": -0.124, "ci_high": -0.084, "stars": 3}}
    figure = drawn(table_of(SPECIFICATIONS, columns, main, baseline=False), panels="columns")
    assert len(figure.axes) == 2
    assert "Main: −10.4 pp***" in texts(figure)
    order = [text for text in texts(figure.axes[0]) if text in SPECIFICATIONS.values()]
    assert order == list(SPECIFICATIONS.values())
    bold = [text.get_text() for text in figure.axes[0].texts if text.get_weight() == "bold"]
    assert "As in the report" in bold
    bands = [patch for patch in figure.axes[0].patches if patch.get_xy()[0] == pytest.approx(-12.4)]
    assert [band.get_width() for band in bands] == [pytest.approx(4.0)]


def test_a_held_back_main_specification_has_no_band():
    hidden = {("baseline_spec", "tech"): {**HELD_BACK, "flag": "suppressed"}}
    figure = drawn(table_of(SPECIFICATIONS, {"tech": "Technicians"}, hidden, baseline=False), panels="columns")
    assert "Main: [c]" in texts(figure)
    assert len(figure.axes[0].patches) == len([line for line in range(15) if line % 2 == 0])


def test_height_grows_with_rows_and_no_text_is_small():
    rows = {f"r{i}": f"A regressor with a long name, number {i}" for i in range(16)}
    columns = {f"c{i}": f"Origin {i}" for i in range(4)}
    under = {row: "Qualifications" if i < 8 else "The job" for i, row in enumerate(rows)}
    large, small = drawn(table_of(rows, columns, under=under)), drawn(table_of())
    assert large.get_figheight() > 2 * small.get_figheight()
    assert {"Qualifications", "The job"} <= set(texts(large))
    sizes = [text.get_fontsize() for text in large.findobj(lambda artist: hasattr(artist, "get_fontsize"))]
    assert min(sizes) >= 8.5


def test_columns_of_one_name_are_told_apart_by_their_heading():
    table = table_of(columns=dict.fromkeys(ORIGINS, "OLS"), baseline=False, spanners=ORIGINS)
    assert {"Technicians", "Skilled trades"} <= set(texts(drawn(table)))
    labels = {"a": "OLS", "b": "Logit", "c": "OLS"}
    under = {"a": "Technicians", "b": "Technicians", "c": "Skilled trades"}
    table = table_of(columns=labels, baseline=False, spanners=under)
    assert {"Technicians: OLS", "Skilled trades: OLS"} <= set(texts(drawn(table)))


@pytest.mark.parametrize("panels", ["series", "columns"])
def test_the_same_table_gives_the_same_bytes_and_says_it_is_synthetic(panels):
    first, second = drawn(table_of(), panels=panels), drawn(table_of(), panels=panels)
    for kind in ("svg", "png"):
        assert picture_bytes(first, kind) == picture_bytes(second, kind)
    assert any("SYNTHETIC" in text for text in texts(first))
    real = drawn(table_of(provenance={**PROVENANCE, "synthetic": False}), panels=panels)
    assert not any("SYNTHETIC" in text for text in texts(real))


def test_a_figure_of_nothing_but_held_back_effects_is_drawn():
    hidden = {(row, column): {**HELD_BACK, "flag": "suppressed"} for row in ROWS for column in ORIGINS}
    assert texts(drawn(table_of(changes=hidden))).count("[c]") == len(hidden)


def coefficient_table():
    """Model 1 without distance, Model 2 with it: as `estimates` writes them, a missing term having no cell."""
    values = {
        ("urban", "m1"): -1.25, ("urban", "m2"): -0.5, ("distance", "m2"): 0.75, ("constant", "m1"): -9.0,
        ("constant", "m2"): -8.0, ("ln_alpha", "m1"): 0.4, ("ln_alpha", "m2"): 0.3,
    }  # fmt: skip
    more = {"statistic": "coefficient", "stars": 3}
    cells = [cell(row, column, value, half=0.25, **more) for (row, column), value in values.items()]
    for column in ("m1", "m2"):
        cells.append(cell("observations", column, 992.0, statistic="observations"))
        cells.append(cell("cosmopolitan", column, np.nan, statistic="text", note="Ref."))
    rows = ("urban", "cosmopolitan", "distance", "constant", "ln_alpha", "observations")
    spec = {
        "table": "effects", "number": "Table 4", "title": "Coefficients", "statistic": "coefficient", "decimals": 3,
        "rows": {"show": [{"id": row, "label": row.capitalize()} for row in rows]},
        "columns": {"show": [
            {"id": name, "label": "Negative binomial", "under": f"Model {name[1]}"} for name in ("m1", "m2")
        ]},
    }  # fmt: skip
    return layout(table_spec(spec), pd.DataFrame(cells), None, ABOUT, PROVENANCE)


def test_coefficients_of_models_stand_side_by_side_as_they_are():
    table = coefficient_table()
    assert table.cells["distance", "m1"].text == "[z]" and "[z]" in dict(table.marks)
    figure = drawn(table)
    found = texts(figure)
    assert {"Urban", "Distance", "Model 1", "Model 2", "\u22121.250***", "+0.750***"} <= set(found)
    assert not {"Constant", "Ln_alpha", "Observations", "Cosmopolitan", "[z]", "[x]"} & set(found)
    assert "Coefficient, with its 95% interval" in found
    points = [value for value, marker in markers(figure.axes[0]) if marker in ("o", "D")]
    assert points == pytest.approx([-1.25, -0.5, 0.75])


def test_a_table_without_effects_is_refused():
    shares = {(row, column): {"statistic": "share"} for row in ROWS for column in ORIGINS}
    with pytest.raises(RenderError, match="effects: no row holds an effect"):
        drawn(table_of(changes=shares))


def test_more_series_than_colours_are_refused():
    with pytest.raises(RenderError, match="tells at most 8 apart, this table has 9"):
        drawn(table_of(columns={f"c{i}": f"Origin {i}" for i in range(9)}))


def test_importing_the_figures_does_not_import_matplotlib():
    code = "import sys, mobility.render.figures; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
