"""Lines over time, each named at its end."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from matplotlib.axes import Axes

from mobility.figure_kinds import Lines
from mobility.render.charts import style
from mobility.render.charts.multiples import draw_each
from mobility.render.charts.pointing import line_stands_for, stands_for
from mobility.render.charts.scale import CUT_LINE, dress, in_units, mark_cut
from mobility.render.charts.series import Series
from mobility.render.table import Cell, Column, Row, Table
from mobility.statistics import Statistic

REFERENCE = "Ref."
HEIGHT = 3.6
FOOT, SHORT_FOOT = 0.5, 0.3  # inches below the axes, with a title of the axis and without
APART = 0.045  # inches between the intervals of neighbouring lines
SIDE = 0.03  # of the axis, left and right of the points
LEFT = 0.75
LABEL_PART, BEFORE_LABEL, NAME = 0.29, 0.3, 9.0  # of the figure's width; inches; points


def draw(
    table: Table, words: style.Words, own: Lines, width: float = style.WIDTH, height: float = HEIGHT
) -> style.Figure:
    """Lines of a table along its rows or its columns, whichever `own.x` names, axes of `height` inches."""
    along_rows = own.x == "rows"
    steps: Sequence[Row | Column] = table.rows if along_rows else table.columns
    lines: Sequence[Row | Column] = table.columns if along_rows else table.rows
    style.refuse_too_many(table.id, "lines", len(lines))
    labels = tuple(step.label for step in steps)
    series = [
        Series(
            *(line.label, style.PALETTE[i], style.MARKERS[i], style.DASHES[i], cells, labels),
            ids=tuple((step.id, line.id) if along_rows else (line.id, step.id) for step in steps),
            names=("", line.id) if along_rows else (line.id, ""),
        )
        for i, (line, cells) in enumerate(zip(lines, _cells(table, along_rows), strict=True))
    ]
    places = positions(list(labels))
    ends = _ends(series, table.statistic, own.intervals)
    if not _from_zero(ends):
        words = replace(words, foot=(*words.foot[:-1], CUT_LINE, words.foot[-1]))
    if own.panels == "each":
        return draw_each(words, series, places, table.statistic, own)
    step = (width - LEFT - _label_room(series, width) - style.MARGIN) / len(places)
    marks = [mark for one in series for mark in _marks(one, places, step)]
    foot = (FOOT if own.x_label else SHORT_FOOT) + style.room_of_marks(marks)
    canvas = style.open_canvas(words, height + foot, width)
    axes = canvas.axes(LEFT, foot, width - LEFT - _label_room(series, width) - style.MARGIN, height)
    style.quiet_axes(axes, "y")
    for one in series:
        _line(axes, one, places, table.statistic)
    if own.intervals:
        _draw_intervals(axes, series, places, table.statistic)
    _scales(axes, table, list(labels), places, ends)
    axes.set_xlabel(own.x_label, size=style.SMALL, color=style.QUIET)
    _name_lines(axes, series, places, table)
    style.hang_marks(axes, marks)
    return canvas.figure


def _cells(table: Table, along_rows: bool) -> list[tuple[Cell, ...]]:
    """Cells of each line: of a column where the axis runs along the rows, else of a row."""
    rows = [tuple(table.cell(row, column) for column in table.columns) for row in table.rows]
    return list(zip(*rows, strict=True)) if along_rows else rows


def positions(labels: list[str]) -> list[float]:
    """Places along the axis: years where every label holds a different one in rising order, else equal steps."""
    years = [re.search(r"\b(?:19|20)\d\d\b", label) for label in labels]
    if all(years):
        found = [float(year.group()) for year in years if year]
        if found == sorted(set(found)):
            return found
    return [float(place) for place in range(len(labels))]


def _line(axes: Axes, series: Series, places: list[float], statistic: Statistic) -> None:
    values = [float("nan") if cell.value is None else in_units(cell.value, statistic) for cell in series.cells]
    (line,) = axes.plot(
        places,
        values,
        color=series.colour,
        linestyle=series.dash,
        linewidth=2,
        marker=series.marker,
        markersize=5.5,
        markeredgecolor="white",
        markeredgewidth=0.7,
        clip_on=False,
    )
    line_stands_for(line, list(series.ids))


def _draw_intervals(axes: Axes, series: list[Series], places: list[float], statistic: Statistic) -> None:
    """Intervals as thin upright lines, those of neighbouring series a little apart so that each can be followed."""
    inch = (max(places) - min(places) or 1.0) * (1 + 2 * SIDE) / style.inches(axes)[0]
    for at, one in enumerate(series):
        shift = (at - (len(series) - 1) / 2) * APART * inch
        for place, cell, ids in zip(places, one.cells, one.ids, strict=True):
            if cell.value is not None and cell.ci_low is not None and cell.ci_high is not None:
                ends = [in_units(bound, statistic) for bound in (cell.ci_low, cell.ci_high)]
                look: style.Look = {"color": one.colour, "linewidth": 1.1, "alpha": 0.75}
                (interval,) = axes.plot([place + shift] * 2, ends, **look, clip_on=False)
                stands_for(interval, *ids)


def _ends(series: list[Series], statistic: Statistic, intervals: bool) -> list[float]:
    """Every number that must find its place on the upright axis."""
    cells = [cell for one in series for cell in one.cells if cell.value is not None]
    bounds = [bound for cell in cells for bound in (cell.ci_low, cell.ci_high)] if intervals else []
    return [in_units(value, statistic) for value in [*(cell.value for cell in cells), *bounds] if value is not None]


def _scales(axes: Axes, table: Table, labels: list[str], places: list[float], values: list[float]) -> None:
    reach = max(places) - min(places) or 1.0
    axes.set_xlim(min(places) - SIDE * reach, max(places) + SIDE * reach)
    low, high = min(values, default=0.0), max(values, default=1.0)
    pad = (high - low) * 0.08 or 1.0
    axes.set_ylim(0 if _from_zero(values) and low >= 0 else low - pad, high + pad)
    if not _from_zero(values):
        mark_cut(axes)
    if low < 0 < high:
        axes.axhline(0, color=style.INK, linewidth=0.8)
    dress(axes.yaxis, table.statistic, ticks=max(3, round(style.inches(axes)[1] / 0.6)))
    axes.set_xticks(places, ticks(axes, labels))


def _from_zero(values: Sequence[float]) -> bool:
    """Whether the axis holds zero: where numbers lie on both sides of it, or the lowest is far below the highest."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    pad = (high - low) * 0.08 or 1.0
    return low - pad <= 0 <= high + pad or 0 <= low < 0.6 * high


def _label_room(series: list[Series], width: float) -> float:
    """Inches beside the axes for the longest name, at most a part of the figure: longer ones are wrapped."""
    widest = max(style.text_width(_name(one), NAME, True) for one in series)
    return min(widest + BEFORE_LABEL, LABEL_PART * width)


def _name(series: Series) -> str:
    """A line's name and its last known number, with its step where that is not the last one."""
    known = [(step, cell) for step, cell in zip(series.steps, series.cells, strict=True) if cell.value is not None]
    step, last = known[-1] if known else (series.steps[-1], series.cells[-1])
    return f"{series.label} {last.text}" + (f" ({step})" if step != series.steps[-1] else "")


def ticks(axes: Axes, labels: list[str]) -> list[str]:
    """Labels of the steps, wrapped; every second or third only, the last among them, where they would touch."""
    step = style.inches(axes)[0] / max(len(labels), 1)
    words = max(style.text_width(word, style.SMALL) for label in labels for word in label.split())
    every = math.ceil((words + 0.06) / step)
    return [
        style.wrap(label, style.SMALL, step * every) if (len(labels) - 1 - place) % every == 0 else ""
        for place, label in enumerate(labels)
    ]


def _name_lines(axes: Axes, series: list[Series], places: list[float], table: Table) -> None:
    """Each line's name and last number beside its end, moved apart where they would touch."""
    low, high = (float(end) for end in axes.get_ylim())
    width, height = style.inches(axes)
    inch = (high - low) / height
    ends = [_end(one, table.statistic, low) for one in series]
    room = LABEL_PART * axes.figure.bbox.width / axes.figure.dpi - BEFORE_LABEL
    labels = [style.wrap(_name(one), NAME, room, True) for one in series]
    sizes = [(style.text_height(label, NAME) + 0.02) * inch for label in labels]
    centres = style.spread([value for _, value in ends], sizes, low, high + 0.12 * inch)
    left, right = axes.get_xlim()
    x = max(places) + 0.24 * (right - left) / width
    for one, (last, value), label, centre in zip(series, ends, labels, centres, strict=True):
        colour = style.text_colour(one.colour)
        look: style.Look = {"size": NAME, "weight": "bold", "color": colour, "va": "center", "linespacing": 1.2}
        stands_for(axes.text(x, centre, label, **look, clip_on=False), *one.names)
        axes.plot([places[last], x], [value, centre], color=colour, linewidth=0.7, clip_on=False)


def _end(series: Series, statistic: Statistic, foot: float) -> tuple[int, float]:
    """Place and value of a line's last known number; the foot of the axis where every number is held back."""
    known = [(place, cell.value) for place, cell in enumerate(series.cells) if cell.value is not None]
    if not known:
        return len(series.cells) - 1, foot
    place, value = known[-1]
    return place, in_units(value, statistic)


def _marks(series: Series, places: list[float], step: float) -> list[style.Mark]:
    """The marks of a line's numbers that are not there, under their years; one for a run where they would touch."""
    found = []
    for text, run in groupby(zip(places, series.cells, strict=True), key=lambda pair: _mark_of(pair[1])):
        there = [place for place, _ in run] if text else []
        if there and step < style.text_width(text, style.SMALL, True) + 0.03:
            there = [(there[0] + there[-1]) / 2]
        found += [style.Mark(place, text, series.colour) for place in there]
    return found


def _mark_of(cell: Cell) -> str:
    """The mark that stands for a number; empty where there is one, or a reference."""
    return "" if cell.value is not None or cell.text == REFERENCE else cell.text
