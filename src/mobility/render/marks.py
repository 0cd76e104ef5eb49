"""What a page says where a reader points at a figure: places from the drawing, words from the released cells."""

import json
from typing import TYPE_CHECKING, Any

from mobility.render.table import Column, Row, Table
from mobility.render.templating import slug
from mobility.render.words import facts

if TYPE_CHECKING:
    from mobility.render.charts.pointing import Figure, Target

NAMES_ALL = -1  # in place of a row or a column: all of them


def marks_json(figure: "Figure", table: Table) -> str:
    """What can be pointed at in a figure, for the script of the page, as JSON; `figure` has been drawn on its canvas.

    `size` : width and height in pixels. `drawing` : top and height of what lies between title and source.
    `rows`, `columns` : pairs of id, as the page's table has it, and words.
    `paths` : outlines in letters of SVG, relative to where they begin.
    `marks` : lists of row, column (places in those lists, -1 where it names all of them), x, y, place of its outline
    (-1 for a point) and line (those of one number are points of one line, -1 of none).
    `cells` : by row and column the number and the lines under it, nothing but what the released table holds.
    """
    width, height = round(figure.bbox.width), round(figure.bbox.height)
    rows = {row.id: at for at, row in enumerate(table.rows)}
    columns = {column.id: at for at, column in enumerate(table.columns)}
    paths: dict[str, int] = {}
    lines: dict[int, int] = {}
    marks = [_mark(target, height, rows, columns, (paths, lines)) for target in figure.targets]
    found = {
        "size": [width, height],
        "drawing": [round((1 - figure.drawing[1]) * height), round((figure.drawing[1] - figure.drawing[0]) * height)],
        "table": table.id,
        "rows": [[slug(row.id), _of_group(row)] for row in table.rows],
        "columns": [[column.id, _of_group(column)] for column in table.columns],
        "paths": list(paths),
        "marks": marks,
        "cells": _cells(table, {(row, column) for row, column, *_ in marks}),
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/") + "\n"


def marks_script(figure: str, marks: str) -> str:
    """What can be pointed at in a figure as a script that a page loads when somebody does: `mobility.marks(id, marks)`.

    A script, as a page that was opened from disk may load it where it may not read JSON.
    """
    return f"mobility.marks({json.dumps(figure)},{marks.strip()});\n"


def _mark(target: "Target", height: int, rows: dict, columns: dict, seen: tuple[dict, dict]) -> list[int]:
    from matplotlib.lines import Line2D

    from mobility.render.charts.pointing import outline

    paths, lines = seen
    place = outline(target, height)
    path = paths.setdefault(place.path, len(paths)) if place.path else -1
    joined = isinstance(target.artist, Line2D) and target.at is not None
    line = lines.setdefault(id(target.artist), len(lines)) if joined else -1
    return [rows.get(target.row, NAMES_ALL), columns.get(target.column, NAMES_ALL), place.x, place.y, path, line]


def _cells(table: Table, drawn: set[tuple[int, int]]) -> dict[str, list[str]]:
    return {
        f"{row},{column}": _says(table, table.rows[row], table.columns[column])
        for row, column in sorted(drawn)
        if NAMES_ALL not in (row, column)
    }


def _says(table: Table, row: Row, column: Column) -> list[str]:
    """The number of a cell, then what stands behind it, a line each."""
    cell = table.cell(row, column)
    return [cell.text, *(f"{term}: {text}" for term, text in facts(cell, cell.decimals))]


def _of_group(one: Any) -> str:
    """The words of a row or column, after those of the group that it stands in."""
    group = one.group if isinstance(one, Row) else one.spanner
    return f"{group}: {one.label}" if group else one.label
