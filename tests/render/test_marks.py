"""What a figure says where one points at it: every number drawn has its place, and the words of the released table."""

import json

import numpy as np
import pandas as pd
import pytest

from mobility.figure_kinds import KINDS
from mobility.render.figures import draw, picture_bytes
from mobility.render.marks import marks_json
from mobility.render.numbers import MARKS
from mobility.render.table import layout
from mock_study import ABOUT, PLAIN, cell, hide, items, model_table, pathway_table, spec, state_table, trend_table
from paths import ROOT
from specs import figure_spec

PLACES = {"E06000001": "Hartlepool", "E06000002": "Middlesbrough"}


def area_table():
    columns = items({"in": "Moves in"})
    cells = [cell("areas", row, "in", value, 900) for row, value in zip(PLACES, (0.2, 0.3), strict=True)]
    return spec("areas", "Table 9", "Moves", items(PLACES), columns), cells


DRAWN = {
    "bars": pathway_table,
    "heatmap": state_table,
    "lines": trend_table,
    "flows": pathway_table,
    "effects": model_table,
    "intervals": model_table,
    "map": area_table,
}


def drawn(kind, builder, **keys):
    table, cells = builder()
    made = layout(table, pd.DataFrame(cells), None, ABOUT, PLAIN)
    figure = draw(figure_spec({"figure": "f", "kind": kind, "title": "T", **keys}), made, ROOT)
    picture_bytes(figure, "png")  # a legend finds its place when it is drawn
    return figure, made, json.loads(marks_json(figure, made))


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_that_is_drawn_can_be_pointed_at_and_says_what_the_table_says(kind):
    _, table, data = drawn(kind, DRAWN[kind])
    told = {tuple(map(int, place.split(","))): words for place, words in data["cells"].items()}
    shown = {
        (down, across): table.cell(row, column)
        for down, row in enumerate(table.rows)
        for across, column in enumerate(table.columns)
        if table.cell(row, column).value is not None
    }
    assert shown and set(shown) <= set(told)
    assert {place: words[0] for place, words in told.items() if place in shown} == {
        place: one.text for place, one in shown.items()
    }
    width, height = data["size"]
    assert [mark for mark in data["marks"] if not (0 <= mark[2] <= width and 0 <= mark[3] <= height)] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("map", "bars")])
def test_rows_or_columns_are_named_in_the_picture_so_that_they_can_be_brought_out(kind):
    _, table, data = drawn(kind, DRAWN[kind])
    named = {(row, column) for row, column, *_ in data["marks"] if -1 in (row, column)}
    rows, columns = ({pair[at] for pair in named if pair[at] >= 0} for at in (0, 1))
    assert rows == set(range(len(table.rows))) or columns == set(range(len(table.columns)))


def test_a_number_that_is_held_back_is_in_no_word_of_it():
    def hidden():
        table, cells = state_table()
        return table, hide(cells, "technical", "study")

    _, table, data = drawn("heatmap", hidden)
    place = (
        [row.id for row in table.rows].index("technical"),
        [column.id for column in table.columns].index("study"),
    )
    assert data["cells"]["{},{}".format(*place)] == ["[c]", f"Status: {MARKS['[c]']}"]
    said = str(data["cells"])
    assert [secret for secret in ("7.7", "7,731", "7731", "61,197", "61197") if secret in said] == []


def test_a_point_of_a_line_lies_where_the_picture_draws_it():
    """Of two points on an axis of equal steps, the second is right of the first and, being larger, above it."""

    def rising():
        columns, cells = items({"y1": "2001", "y2": "2002"}), [cell("t", "a", f"y{at}", at / 10, 50) for at in (1, 2)]
        return spec("t", "Table 9", "S", items({"a": "A"}), columns), cells

    figure, _, data = drawn("lines", rising)
    (line,) = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2 and line.get_marker() == "o"]
    placed = line.get_transform().transform(line.get_xydata())
    points = [(x, data["size"][1] - y) for row, column, x, y, *_ in data["marks"] if min(row, column) >= 0]
    assert np.abs(np.array(points) - placed).max() <= 1
    assert points[0][0] < points[1][0] and points[0][1] < points[1][1]


def test_words_of_a_label_cannot_end_the_script_they_stand_in():
    def spiteful():
        table = spec("t", "Table 9", "S", items({"a": "</script><b>A"}), items({"c": "C", "d": "D"}))
        return table, [cell("t", "a", column, 0.1, 50) for column in "cd"]

    figure, table, data = drawn("bars", spiteful)
    assert "</" not in marks_json(figure, table)
    assert data["rows"] == [["a", "</script><b>A"]]
