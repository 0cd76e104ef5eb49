"""Lines over time, each named at its end."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from matplotlib.axes import Axes

from mobility.figure_kinds import Lines
from mobility.render.charts import style
from mobility.render.charts.multiples import draw_each
from mobility.render.charts.scale import CUT_LINE, dress, in_units, mark_cut
from mobility.render.table import Cell, Column, Row, Table
from mobility.statistics import Statistic

HEIGHT = 3.6
SIDE = 0.03  # of the axis, left and right of the points
LEFT = 0.75
LABEL_ROOM, BEFORE_LABEL, NAME = 2.5, 0.3, 9.0
GAP_STEP = 12  # points from one line's marks of missing numbers to the next line's


@dataclass(frozen=True)
class Series:
    """A line: its name, its look and its cells along the axis."""

    label: str
    colour: str
    marker: str
    dash: object
    cells: tuple[Cell, ...]


def draw(table: Table, words: style.Words, own: Lines) -> style.Figure:
    """Lines of a table along its rows or its columns, whichever `own.x` names."""
    along_rows = own.x == "rows"
    steps: Sequence[Row | Column] = table.rows if along_rows else table.columns
    lines: Sequence[Row | Column] = table.columns if along_rows else table.rows
    style.refuse_too_many(table.id, "lines", len(lines))
    series = [
        Series(line.label, style.PALETTE[i], style.MARKERS[i], style.DASHES[i], cells)
        for i, (line, cells) in enumerate(zip(lines, _cells(table, along_rows), strict=True))
    ]
    places = positions([step.label for step in steps])
    if not _from_zero(_values(series, table.statistic)):
        words = replace(words, foot=(*words.foot[:-1], CUT_LINE, words.foot[-1]))
    if own.panels == "each":
        return draw_each(words, series, (places, [step.label for step in steps]), table.statistic, own)
    canvas = style.open_canvas(words, HEIGHT + 0.5)
    axes = canvas.axes(LEFT, 0.5, style.WIDTH - LEFT - _label_room(series) - style.MARGIN, HEIGHT)
    style.quiet_axes(axes, "y")
    for one in series:
        _line(axes, one, places, table.statistic)
    _scales(axes, table, [step.label for step in steps], places, series)
    axes.set_xlabel(own.x_label, size=style.SMALL, color=style.QUIET)
    _name_lines(axes, series, places, table)
    _mark_gaps(axes, series, places)
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
    axes.plot(
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


def _scales(axes: Axes, table: Table, labels: list[str], places: list[float], series: list[Series]) -> None:
    values = _values(series, table.statistic)
    reach = max(places) - min(places) or 1.0
    axes.set_xlim(min(places) - SIDE * reach, max(places) + SIDE * reach)
    low, high = min(values, default=0.0), max(values, default=1.0)
    pad = (high - low) * 0.08 or 1.0
    foot = 0 if _from_zero(values) and low >= 0 else low - pad
    marks = sum(any(cell.value is None for cell in one.cells) for one in series)
    room = (GAP_STEP * marks + 6) / 72 / HEIGHT * (high + pad - foot) * bool(marks)
    axes.set_ylim(foot - room, high + pad)
    if not _from_zero(values):
        mark_cut(axes)
    if low < 0 < high:
        axes.axhline(0, color=style.INK, linewidth=0.8)
    dress(axes.yaxis, table.statistic)
    axes.set_xticks(places, ticks(axes, labels))


def _values(series: Sequence[Series], statistic: Statistic) -> list[float]:
    return [in_units(cell.value, statistic) for one in series for cell in one.cells if cell.value is not None]


def _from_zero(values: Sequence[float]) -> bool:
    """Whether the axis holds zero: where numbers lie on both sides of it, or the lowest is far below the highest."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    pad = (high - low) * 0.08 or 1.0
    return low - pad <= 0 <= high + pad or 0 <= low < 0.6 * high


def _label_room(series: list[Series]) -> float:
    """Inches beside the axes for the longest name, at most `LABEL_ROOM`: longer ones are wrapped."""
    widest = max(style.text_width(_name(one), NAME, True) for one in series)
    return min(widest + BEFORE_LABEL, LABEL_ROOM)


def _name(series: Series) -> str:
    """A line's name and its last known number."""
    known = [cell for cell in series.cells if cell.value is not None]
    return f"{series.label} {(known or series.cells)[-1].text}"


def ticks(axes: Axes, labels: list[str]) -> list[str]:
    """Labels of the steps, wrapped; every second or third only, the last among them, where they would touch."""
    step = axes.get_position().width * style.WIDTH / max(len(labels), 1)
    words = max(style.text_width(word, style.SMALL) for label in labels for word in label.split())
    every = math.ceil((words + 0.06) / step)
    return [
        style.wrap(label, style.SMALL, step * every) if (len(labels) - 1 - place) % every == 0 else ""
        for place, label in enumerate(labels)
    ]


def _name_lines(axes: Axes, series: list[Series], places: list[float], table: Table) -> None:
    """Each line's name and last number beside its end, moved apart where they would touch."""
    low, high = (float(end) for end in axes.get_ylim())
    inch = (high - low) / HEIGHT
    ends = [_end(one, table.statistic, low) for one in series]
    labels = [style.wrap(_name(one), NAME, LABEL_ROOM - BEFORE_LABEL, True) for one in series]
    sizes = [(style.text_height(label, NAME) + 0.02) * inch for label in labels]
    centres = style.spread([value for _, value in ends], sizes, low, high + 0.5 * inch)
    x = max(places) + 0.24 * (max(places) - min(places) or 1) / (axes.get_position().width * style.WIDTH)
    for one, (last, value), label, centre in zip(series, ends, labels, centres, strict=True):
        colour = style.text_colour(one.colour)
        axes.text(x, centre, label, size=NAME, weight="bold", color=colour, va="center", linespacing=1.2, clip_on=False)
        axes.plot([places[last], x], [value, centre], color=colour, linewidth=0.7, clip_on=False)


def _end(series: Series, statistic: Statistic, foot: float) -> tuple[int, float]:
    """Place and value of a line's last known number; the foot of the axis where every number is held back."""
    known = [(place, cell.value) for place, cell in enumerate(series.cells) if cell.value is not None]
    if not known:
        return len(series.cells) - 1, foot
    place, value = known[-1]
    return place, in_units(value, statistic)


def _mark_gaps(axes: Axes, series: list[Series], places: list[float]) -> None:
    """The mark of held-back numbers along the foot in their line's colour: one for a run, with a rule as long as it."""
    foot, taken = axes.get_ylim()[0], 0
    for one in series:
        runs = [list(run) for _, run in groupby(zip(places, one.cells, strict=True), key=lambda pair: pair[1].text)]
        gaps = [run for run in runs if run[0][1].value is None]
        for run in gaps:
            _mark_gap(axes, (run[0][0], run[-1][0]), run[0][1].text, foot, 3 + GAP_STEP * taken, one.colour)
        taken += bool(gaps)


def _mark_gap(axes: Axes, ends: tuple[float, float], text: str, foot: float, height: float, colour: str) -> None:
    look: style.Look = {"textcoords": "offset points", "color": style.text_colour(colour)}
    if ends[0] < ends[1]:
        rule = {"arrowstyle": "|-|,widthA=0.25,widthB=0.25", "color": style.text_colour(colour), "linewidth": 0.8}
        shift = axes.transData.transform((0, foot))[1] + (height + 4) * axes.figure.dpi / 72
        level = axes.transData.inverted().transform((0, shift))[1]
        axes.annotate("", (ends[0], level), (ends[1], level), arrowprops={**rule, "shrinkA": 0, "shrinkB": 0})
    axes.annotate(
        text,
        (sum(ends) / 2, foot),
        (0, height),
        ha="center",
        size=style.SMALL,
        weight="bold",
        bbox={"facecolor": "white", "linewidth": 0, "pad": 0.5},
        **look,
    )
