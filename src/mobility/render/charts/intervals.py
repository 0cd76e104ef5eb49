"""Points with upright intervals over the rows of a table: the strength of the association by year or country."""

import math
from dataclasses import replace
from itertools import pairwise

from matplotlib.axes import Axes

from mobility.errors import RenderError
from mobility.figure_kinds import Intervals
from mobility.render.charts import style
from mobility.render.charts.lines import REFERENCE, positions, ticks
from mobility.render.charts.pointing import stands_for
from mobility.render.charts.scale import dress, in_units
from mobility.render.table import Cell, Column, Row, Table
from mobility.statistics import SHARE_LIKE

HEIGHT, LEFT, RIGHT, FOOT = 3.6, 0.75, 0.2, 0.55
SLANT, SINE = 35, 0.58  # degrees of labels that do not fit side by side, and their sine
SIDE = 0.5  # of a step, left of the first point and right of the last
DODGE, BREADTH = 0.22, 0.8  # of a step, between the series at one place, and from the first to beyond the last
KEY = 0.3
KEY_SIGN = 0.6  # inches of the sign of an entry of the key, and between entries
REFERENCE_LINE = "Hollow: the reference, which has no interval."


def draw(table: Table, words: style.Words, own: Intervals) -> style.Figure:
    """A point with its interval for every estimate, the columns side by side; a reference stands on its line.

    Raises
    ------
    RenderError
        No row of the table holds an estimate, or there are more columns than colours.
    """
    style.refuse_too_many(table.id, "intervals", len(table.columns))
    rows = [row for row in table.rows if any(_placed(table.cell(row, column)) for column in table.columns)]
    cells = [table.cell(row, column) for row in rows for column in table.columns]
    # An estimate that is suppressed is one: its mark is drawn.
    if all(_is_reference(cell) for cell in cells):
        raise RenderError(
            f"{table.id}: no row holds an estimate, so a figure of intervals has nothing to draw. "
            "Name the levels of a factor in its rows, or choose another kind."
        )
    places = positions([row.label for row in rows])
    step = min((after - before for before, after in pairwise(places)), default=1.0)
    in_a_row = _keys_in_a_row([column.label for column in table.columns])
    key = KEY * math.ceil(len(table.columns) / in_a_row) if len(table.columns) > 1 else 0.0
    hollow = any(_is_reference(cell) for cell in cells)
    words = replace(words, foot=(*words.foot[:-1], REFERENCE_LINE, words.foot[-1])) if hollow else words
    slanted = _slanted([row.label for row in rows], places)
    marks = _marks(table, rows, places)
    foot = FOOT + slanted + style.room_of_marks(marks)
    canvas = style.open_canvas(words, HEIGHT + foot + key)
    axes = canvas.axes(LEFT, foot, style.WIDTH - LEFT - RIGHT, HEIGHT)
    style.quiet_axes(axes, "y")
    axes.set_xlim(places[0] - SIDE * step, places[-1] + SIDE * step)
    axes.axhline(own.reference, color=style.INK, linewidth=0.8)
    for at, column in enumerate(table.columns):
        shift = (at - (len(table.columns) - 1) / 2) * min(DODGE, BREADTH / len(table.columns)) * step
        _series(axes, table, rows, column, [place + shift for place in places], own, at)
    _scales(axes, table, rows, own)
    if slanted:
        axes.set_xticks(places, [row.label for row in rows], rotation=SLANT, ha="right", rotation_mode="anchor")
    else:
        axes.set_xticks(places, ticks(axes, [row.label for row in rows]))
    if key:
        _write_key(axes, table, in_a_row)
    style.hang_marks(axes, marks)
    return canvas.figure


def _write_key(axes: Axes, table: Table, in_a_row: int) -> None:
    """What each series is, above the axes."""
    look: style.Look = {"bbox_to_anchor": (0, 1), "frameon": False, "fontsize": style.SMALL}
    legend = axes.legend(loc="lower left", ncols=in_a_row, **look)
    for name, column in zip(legend.get_texts(), table.columns, strict=True):
        stands_for(name, column=column.id)


def _keys_in_a_row(labels: list[str]) -> int:
    """How many entries of the key stand side by side: all, or half of them, and so on until they fit."""
    for rows in range(1, len(labels) + 1):
        ncols = math.ceil(len(labels) / rows)
        if ncols * (max(style.text_width(label, style.SMALL) for label in labels) + KEY_SIGN) <= style.WIDTH - LEFT:
            return ncols
    return 1


def _marks(table: Table, rows: list[Row], places: list[float]) -> list[style.Mark]:
    """The marks of numbers that are not there, under the place they belong to and in the colour of their series."""
    return [
        style.Mark(place, table.cell(row, column).text, style.PALETTE[at])
        for at, column in enumerate(table.columns)
        for row, place in zip(rows, places, strict=True)
        if _is_hidden(table.cell(row, column))
    ]


def _is_hidden(cell: Cell) -> bool:
    return cell.value is None and not _is_reference(cell) and _placed(cell)


def _placed(cell: Cell) -> bool:
    """Whether a cell is an estimate, a reference, or stands for one that cannot be shown."""
    known = cell.statistic.has_error or cell.statistic.judged_as == SHARE_LIKE or cell.std_error is not None
    return known or bool(cell.flag) or _is_reference(cell)


def _is_reference(cell: Cell) -> bool:
    return cell.text == REFERENCE or cell.note == "base layer"


def _series(
    axes: Axes, table: Table, rows: list[Row], column: Column, places: list[float], own: Intervals, at: int
) -> None:
    """The points of one column."""
    colour, marker = style.PALETTE[at], style.MARKERS[at]
    look: style.Look = {"color": colour, "marker": marker, "markersize": 6, "linestyle": "none"}
    axes.plot([], [], **look, label=column.label)
    for row, place in zip(rows, places, strict=True):
        cell = table.cell(row, column)
        if _is_reference(cell):
            hollow = {**look, "markerfacecolor": "white", "markeredgewidth": 1.5}
            stands_for(axes.plot([place], [own.reference], **hollow)[0], row.id, column.id, 0)
        elif cell.value is not None:
            low, value, high = _points(cell)
            ends = axes.plot([place, place], [low, high], color=colour, linewidth=1.6, solid_capstyle="butt")
            stands_for(ends[0], row.id, column.id)
            stands_for(axes.plot([place], [value], **look)[0], row.id, column.id, 0)


def _points(cell: Cell) -> tuple[float, float, float]:
    """Low end, estimate and high end as they are drawn; the ends are the estimate where it has no interval."""
    value = float("nan") if cell.value is None else cell.value
    low, high = (value if bound is None else bound for bound in (cell.ci_low, cell.ci_high))
    return in_units(low, cell.statistic), in_units(value, cell.statistic), in_units(high, cell.statistic)


def _slanted(labels: list[str], places: list[float]) -> float:
    """Inches that labels need below the axis if they are set at a slant; 0 where they fit, or are years."""
    step = (style.WIDTH - LEFT - RIGHT) / len(labels)
    widest = max(style.text_width(label, style.SMALL) for label in labels)
    years = places != [float(place) for place in range(len(labels))]
    words = max(style.text_width(word, style.SMALL) for label in labels for word in label.split())
    return 0.0 if years or words + 0.06 <= step else SINE * widest


def _scales(axes: Axes, table: Table, rows: list[Row], own: Intervals) -> None:
    cells = [table.cell(row, column) for row in rows for column in table.columns]
    ends = [end for cell in cells if cell.value is not None and not _is_reference(cell) for end in _points(cell)]
    low, high = min([*ends, own.reference]), max([*ends, own.reference])
    pad = 0.05 * (high - low) or 1.0
    axes.set_ylim(low - pad, high + pad)
    dress(axes.yaxis, table.statistic)
    axes.set_xlabel(own.x_label, size=style.SMALL, color=style.QUIET)
