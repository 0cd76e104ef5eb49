"""Figures of upright intervals: where points, references and marks of absent numbers stand."""

import numpy as np
import pandas as pd
import pytest

from mobility.errors import RenderError
from mobility.render.figures import draw
from mobility.render.table import layout
from specs import about, figure_spec, table_spec

ABOUT = about({"study": "mock", "title": "Mock"})
PROVENANCE = {"synthetic": False, "source": "table", "label": "Mock", "waves": ["1"], "waves_shown": "1"}
YEARS = ["1972", "1980", "1992"]


def cell(row, column, value, **more):
    record = {
        "study": "mock", "table": "layers", "row": row, "column": column, "statistic": "coefficient",
        "choice": "baseline", "value": value, "std_error": 0.1, "ci_low": value - 0.2, "ci_high": value + 0.2,
        "stars": "", "n": 100, "base": 100, "persons": 100, "flag": "", "note": "",
    }  # fmt: skip
    return {**record, **more}


def reference(row, column="full"):
    return cell(row, column, np.nan, statistic="text", std_error=np.nan, note="Ref.")


def figure_of(cells, columns=("full",), **keys):
    spec = table_spec(
        {
            "table": "layers",
            "statistic": "coefficient",
            "rows": {"show": [{"id": year, "label": year} for year in YEARS]},
            "columns": {"show": [{"id": name, "label": name.title()} for name in columns]},
        }
    )
    frame = pd.DataFrame(cells).astype({"n": "Int64", "base": "Int64", "persons": "Int64"})
    table = layout(spec, frame, None, ABOUT, PROVENANCE)
    figure = figure_spec({"kind": "intervals", "table": "layers", "x_label": "Year", **keys})
    return draw(figure, table)


def lines_of(figure):
    """(x, y) of every line of the drawing, without the line of no difference and the empty ones of the key."""
    return [(line.get_xdata(), line.get_ydata(), line) for line in figure.axes[0].lines[1:] if len(line.get_xdata())]


def test_points_stand_at_their_years_with_their_intervals():
    cells = [reference("1972"), cell("1980", "full", -0.3), cell("1992", "full", -0.5)]
    figure = figure_of(cells)
    drawn = [(list(x), list(y)) for x, y, _ in lines_of(figure)]
    assert ([1972.0], [0]) in drawn
    assert ([1980.0, 1980.0], pytest.approx([-0.5, -0.1])) in drawn
    assert ([1992.0], [-0.5]) in drawn
    low, high = figure.axes[0].get_ylim()
    assert low < -0.7
    assert high > 0


def test_the_reference_is_hollow_and_the_foot_says_so():
    figure = figure_of([reference("1972"), cell("1980", "full", 1), cell("1992", "full", 2)])
    hollow = [line for *_, line in lines_of(figure) if line.get_markerfacecolor() == "white"]
    assert [list(line.get_xdata()) for line in hollow] == [[1972.0]]
    assert any("Hollow: the reference" in text.get_text() for text in figure.texts)


def test_columns_stand_side_by_side_with_a_key():
    cells = [cell(year, name, 0.1) for year in YEARS for name in ("full", "off")]
    figure = figure_of(cells, ("full", "off"))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["Full", "Off"]
    at = sorted({float(x[0]) for x, _, _ in lines_of(figure)})
    assert len(at) == 6
    assert at[0] < 1972 < at[1]


def test_a_number_that_is_not_there_has_its_mark():
    gone = cell("1980", "full", np.nan, flag="not_estimable", note="why")
    figure = figure_of([cell("1972", "full", 0.1), gone, cell("1992", "full", 0.3)])
    marks = [text.get_text() for text in figure.axes[0].texts]
    assert marks == ["[x]"]


def test_the_line_of_no_difference_stands_where_the_figure_says():
    figure = figure_of([cell(year, "full", 1.1) for year in YEARS], reference=1)
    assert list(figure.axes[0].lines[0].get_ydata()) == [1, 1]


def test_nothing_to_draw_is_said():
    with pytest.raises(RenderError, match=r"layers: no row holds an estimate"):
        figure_of([reference(year) for year in YEARS])


def test_where_every_estimate_is_suppressed_their_marks_stand_and_the_key_names_the_columns():
    hidden = {"std_error": np.nan, "flag": "suppressed", "note": "rests on fewer than 10 persons"}
    axes = figure_of(
        [cell(year, name, np.nan, **hidden) for year in YEARS for name in ("full", "off")], ("full", "off")
    ).axes[0]
    assert len([text for text in axes.texts if text.get_text() == "[c]"]) == 6
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["Full", "Off"]
