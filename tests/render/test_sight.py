"""The check that every figure goes through: each flaw is found where it is, and no kind of figure has one."""

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mobility.render.charts.scale import CUT_LINE, dress
from mobility.render.charts.sight import flaws
from mobility.render.charts.style import contrast, text_on
from mobility.render.doubles import doubled, twins
from mobility.render.figures import draw, picture_bytes
from mobility.render.figures import flaws as flaws_of
from mobility.render.table import layout
from mobility.statistics import STATISTICS
from mock_study import ABOUT, PLAIN, cell, hide, items, job_table, make, pathway_table, spec, state_table
from specs import figure_spec

LEVEL = STATISTICS["level"]


@pytest.fixture
def axes():
    figure = Figure(figsize=(6, 4))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.2, 0.2, 0.6, 0.6))
    axes.set(xlim=(0, 10), ylim=(0, 10), xticks=[], yticks=[])
    return axes


def kinds(axes):
    axes.figure.canvas.draw()
    return {(flaw.kind, flaw.where) for flaw in flaws(axes.figure)}


def test_a_figure_that_can_be_read_has_no_flaw(axes):
    axes.plot([1, 5, 9], [1, 2, 3], marker="o")
    axes.text(5, 6, "Above the line")
    assert kinds(axes) == set()


@pytest.mark.parametrize(
    ("spoil", "flaw"),
    [
        (lambda axes: axes.text(5, 5.1, "second"), ("words touch", "first / second")),
        (lambda axes: axes.text(12.4, 2, "a long label"), ("leaves the picture", "a long label")),
        (lambda axes: axes.text(1, 8, "small", size=6.9), ("under 7 points on the page", "small (6.90)")),
        (lambda axes: axes.text(1, 8, "faint", color="#999999"), ("faint words", "faint (2.85)")),
        (lambda axes: axes.text(1, 8, "jbstat10_11: inactive"), ("a raw name", "jbstat10_11: inactive")),
        (lambda axes: axes.text(1, 8, "0 areas"), ("a class of no areas", "0 areas")),
        (lambda axes: axes.plot([4, 8], [5.1, 5.1], marker="o"), ("words on a mark", "first")),
        (lambda axes: axes.plot([1, 11], [1, 1], marker="o", label="m"), ("marks outside the axes", "m")),
        (lambda axes: axes.bar([2], [12]), ("marks outside the axes", "bar of 0.8")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_each_flaw_is_found_where_it_is(axes, spoil, flaw):
    axes.text(5, 5, "first")
    ends = axes.get_xlim(), axes.get_ylim()
    spoil(axes)
    axes.set(xlim=ends[0], ylim=ends[1])
    assert flaw in kinds(axes)


def test_slanted_labels_side_by_side_do_not_touch_though_their_rectangles_do(axes):
    for place in (2, 3, 4):
        axes.text(place, 2, "West Germany", rotation=35, rotation_mode="anchor")
    assert kinds(axes) == set()
    axes.text(4.05, 2, "Japan", rotation=35, rotation_mode="anchor")
    assert ("words touch", "West Germany / Japan") in kinds(axes)


def test_an_axis_without_zero_says_so(axes):
    axes.set_ylim(20, 30)
    dress(axes.yaxis, LEVEL)
    assert ("the axis leaves zero out", "20 to 30") in kinds(axes)
    axes.figure.text(0.01, 0.01, CUT_LINE)
    assert kinds(axes) == set()


def test_words_on_a_bar_are_held_against_its_colour(axes):
    axes.barh([5], [10], height=4, color="#12436D")
    axes.text(5, 5, "ink", color="#1D1D1F", va="center")
    assert [kind for kind, _ in kinds(axes)] == ["faint words"]


def test_contrast_is_that_of_wcag_and_one_of_black_and_white_always_serves():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.478, abs=0.001)  # the example of WCAG's "Understanding"
    greys = [(level / 255,) * 3 for level in range(256)]
    assert min(contrast(text_on(grey), grey) for grey in greys) >= 4.5


def test_a_sum_beside_its_parts_and_a_mirror_are_found():
    rows, columns = items({"all": "All"}), items({"a": "A", "b": "B", "c": "C", "bc": "B or C"})
    cells = [
        cell("t", "all", column, value, 900)
        for column, value in zip(["a", "b", "c", "bc"], (0.7, 0.1, 0.2, 0.3), strict=True)
    ]
    made = layout(spec("t", "T", "Shares", rows, columns, within="row"), pd.DataFrame(cells), None, ABOUT, PLAIN)
    assert list(doubled("bars", made)) == [("a sum beside its parts", "B or C")]
    years, sides = items({"y1": "1", "y2": "2", "y3": "3"}), items({"in": "Stay", "out": "Leave"})
    shares = {"y1": 0.9, "y2": 0.8, "y3": 0.85}
    cells = [
        cell("t", year, side, x if side == "in" else 1 - x, 9) for year, x in shares.items() for side in ("in", "out")
    ]
    made = layout(spec("t", "T", "Shares", years, sides, within="row"), pd.DataFrame(cells), None, ABOUT, PLAIN)
    assert list(doubled("lines", made)) == [("a line and its mirror", "Stay / Leave")]
    assert list(doubled("heatmap", made)) == []


def test_equal_rows_are_said_to_be_equal():
    rows, columns = items({"a": "Design", "b": "Support", "c": "Science"}), items({"x": "Stay", "y": "Leave"})
    values = {"a": (0.9, 0.1), "b": (0.9, 0.1), "c": (0.8, 0.2)}
    cells = [cell("t", row, column, values[row]["xy".index(column)], 900) for row in values for column in "xy"]
    table = spec("t", "T", "Shares", rows, columns, within="row")
    made = layout(table, pd.DataFrame(cells), None, ABOUT, PLAIN)
    assert twins(made) == "Equal in every number: Design and Support."
    drawn = draw(figure_spec({"figure": "f", "kind": "flows", "title": "T"}), made)
    assert twins(made) in [text.get_text() for text in drawn.texts]
    hidden = layout(table, pd.DataFrame(hide(hide(cells, "b", "x"), "b", "y")), None, ABOUT, PLAIN)
    assert twins(hidden) == ""


@pytest.mark.parametrize("kind", ["bars", "heatmap", "lines", "flows"])
@pytest.mark.parametrize("builder", [state_table, pathway_table, job_table])
def test_no_kind_of_figure_has_a_flaw(kind, builder):
    own = figure_spec({"figure": "figure_z", "kind": kind, "title": "Where people of each state are one year later"})
    drawn = draw(own, make(builder))
    picture_bytes(drawn, "png")
    found = {flaw.kind for flaw in flaws_of(own, make(builder), drawn)}
    assert found <= {"a sum beside its parts"}, found


def test_lines_in_a_panel_each_show_all_the_others_in_grey():
    rows, columns = items({f"a{age}": f"{age}" for age in range(16, 30)}), items({c: f"Type {c}" for c in "abcdefgh"})
    cells = [
        cell("t", row, c, 0.1 + 0.01 * at + 0.02 * ord(c) % 0.1, 900)
        for at, row in enumerate(r["id"] for r in rows)
        for c in "abcdefgh"
    ]
    table = layout(spec("t", "T", "Rates", rows, columns), pd.DataFrame(cells), None, ABOUT, PLAIN)
    own = figure_spec({"figure": "f", "kind": "lines", "title": "T", "x": "rows", "panels": "each"})
    drawn = draw(own, table)
    picture_bytes(drawn, "png")
    assert len(drawn.axes) == 8 and {len(axes.get_lines()) for axes in drawn.axes} == {8}
    assert len({axes.get_ylim() for axes in drawn.axes}) == 1
    assert flaws_of(own, table, drawn) == ()
