"""Horizontal bars: one a number, or a row's shares end to end (Figure 2.1)."""

from dataclasses import dataclass, replace
from itertools import pairwise

from matplotlib.axes import Axes

from mobility.figure_kinds import Plain
from mobility.render.charts import style
from mobility.render.charts.pointing import stands_for
from mobility.render.charts.scale import dress, in_units
from mobility.render.numbers import count_text
from mobility.render.table import Cell, Column, Row, Table

LABEL_ROOM, MOST_LABEL_ROOM = 2.6, 3.9  # inches for labels; where bars press, so that each stays on one line
STEP, GAP = 0.5, 0.07  # inches from bar to bar, and between the labels of two
AXIS = 0.4  # inches under the bars


@dataclass(frozen=True)
class Bar:
    """A bar: what it stands for, its cell and the ids of its row and column."""

    label: str
    cell: Cell
    row: str
    column: str


def draw(table: Table, words: style.Words, _: Plain) -> style.Figure:
    """Bars of a table: end to end where the columns part each of several rows, else one a number."""
    if _parts_rows(table):
        style.refuse_too_many(table.id, "stacked bars", len(table.columns))
        return _stacked(table, words)
    return _single(table, words)


def _parts_rows(table: Table) -> bool:
    """Whether several rows are each divided by the columns, so that the shares of none add to more than one."""
    sums = [sum(table.cell(row, column).value or 0 for column in table.columns) for row in table.rows]
    return table.within == "row" and min(len(table.rows), len(table.columns)) > 1 and max(sums) < 1.001


def _label(table: Table, row: Row, column: Column) -> str:
    if len(table.columns) == 1:
        return row.label
    if len(table.rows) == 1:
        return column.label
    return f"{row.label}, {column.label[:1].lower()}{column.label[1:]}"


def _end_text(cell: Cell) -> str:
    return f"{cell.text}  {_count_text(cell)}"


def _count_text(cell: Cell) -> str:
    """Observations behind a bar, in brackets; nothing where the bar itself is a count or its count is not known."""
    return "" if cell.n is None or cell.statistic.name == "count" else f"({count_text(cell.n)})"


def _single(table: Table, words: style.Words) -> style.Figure:
    bars = [
        Bar(_label(table, row, column), table.cell(row, column), row.id, column.id)
        for row in table.rows
        for column in table.columns
    ]
    room = 0.15 + max(style.text_width(_end_text(bar.cell), style.BODY, True) for bar in bars)
    if any(_count_text(bar.cell) for bar in bars):
        words = replace(words, subtitle=f"{words.subtitle} (observations in brackets)")
    figure, axes = _axes(table, words, [bar.label for bar in bars], right=room)
    values = [in_units(bar.cell.value or 0, table.statistic) for bar in bars]
    colours = [style.PALETTE[at % len(style.PALETTE)] for _ in table.rows for at in range(len(table.columns))]
    if min(len(table.rows), len(table.columns)) == 1:
        colours = [style.NAVY] * len(bars)
    drawn = axes.barh(range(len(bars)), values, height=0.62, color=colours)
    for place, (bar, value) in enumerate(zip(bars, values, strict=True)):
        _write_end(axes, place, max(value, 0), bar)
        for part in (drawn[place], axes.get_yticklabels()[place]):
            stands_for(part, bar.row, bar.column)
    if min(values) < 0:
        axes.axvline(0, color=style.INK, linewidth=0.8)
    else:
        axes.set_xlim(0, (max(values) or 1) * 1.02)
    return figure


def _write_end(axes: Axes, place: int, value: float, bar: Bar) -> None:
    """The number after its bar in bold and its count of observations beside it."""
    cell = bar.cell
    ahead: style.Look = {"textcoords": "offset points", "va": "center"}
    number = axes.annotate(cell.text, (value, place), (6, 0), **ahead, weight="bold", color=style.INK)
    stands_for(number, bar.row, bar.column)
    shift = style.text_width(cell.text, style.BODY, True) * 72 + 12
    axes.annotate(_count_text(cell), (value, place), (shift, 0), **ahead, color=style.QUIET, size=9)


def _axes(
    table: Table, words: style.Words, labels: list[str], right: float, above: float = 0.0
) -> tuple[style.Figure, Axes]:
    """A figure and its axes for a bar a label, the labels at the left, wrapped where they are long."""
    wrapped, step = _steps(labels, style.room(words) - AXIS - above)
    left = 0.2 + max(style.text_width(line, style.BODY) for label in wrapped for line in label.split("\n"))
    height = len(labels) * step
    canvas = style.open_canvas(words, height + AXIS + above)
    axes = canvas.axes(left, 0.3, style.WIDTH - left - right - style.MARGIN, height)
    style.quiet_axes(axes, "x")
    dress(axes.xaxis, table.statistic)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), wrapped)
    axes.tick_params(axis="y", labelsize=style.BODY, pad=6)
    return canvas.figure, axes


def _steps(labels: list[str], room: float) -> tuple[list[str], float]:
    """Labels as they are wrapped, and inches from bar to bar: closer than `STEP` where a page of `room` asks for it."""
    for width in (LABEL_ROOM, MOST_LABEL_ROOM):
        wrapped = [style.wrap(label, style.BODY, width) for label in labels]
        least = GAP + max(style.text_height(label, style.BODY) for label in wrapped)
        if least * len(labels) <= room:
            break
    return wrapped, max(least, min(STEP, room / len(labels)))


def _stacked(table: Table, words: style.Words) -> style.Figure:
    outside = [_outside(table, row) for row in table.rows]
    right = 0.2 + max(style.text_width("  ".join(text for text, _ in texts), 9, True) for texts in outside)
    figure, axes = _axes(table, words, [row.label for row in table.rows], right=right, above=0.2 + _segment_head(table))
    for place, row in enumerate(table.rows):
        end = _row_of_segments(axes, table, row, place)
        _write_outside(axes, place, end, outside[place])
        stands_for(axes.get_yticklabels()[place], row=row.id)
    axes.set_xlim(0, 100)
    _label_segments(axes, table)
    return figure


def _fits(cell: Cell) -> bool:
    """Whether a segment has room for its number."""
    return cell.value is not None and cell.value * 4.6 > style.text_width(cell.text, 9, True)


def _outside(table: Table, row: Row) -> list[tuple[str, str]]:
    """Numbers of a row that its segments have no room for, with their colours; held-back ones are among them."""
    return [
        (table.cell(row, column).text, style.text_colour(colour))
        for column, colour in zip(table.columns, style.PALETTE, strict=False)
        if not _fits(table.cell(row, column))
    ]


def _row_of_segments(axes: Axes, table: Table, row: Row, place: int) -> float:
    end = 0.0
    for column, colour in zip(table.columns, style.PALETTE, strict=False):
        cell = table.cell(row, column)
        width = in_units(cell.value or 0, table.statistic)
        bar = axes.barh(place, width, left=end, height=0.62, color=colour, edgecolor="white", linewidth=1)
        stands_for(bar[0], row.id, column.id)
        if _fits(cell):
            middle = end + width / 2
            axes.text(
                middle, place, cell.text, ha="center", va="center", color=style.text_on(colour), size=9, weight="bold"
            )
        end += width
    return end


def _write_outside(axes: Axes, place: int, end: float, texts: list[tuple[str, str]]) -> None:
    shift = 6.0
    for text, colour in texts:
        axes.annotate(
            text,
            (end, place),
            (shift, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            size=9,
            weight="bold",
            annotation_clip=False,
        )
        shift += (style.text_width(text, 9, True) + style.text_width("  ", 9)) * 72


def _segment_labels(table: Table) -> list[str]:
    return [style.wrap(column.label, 9, 1.25, True) for column in table.columns]


def _segment_head(table: Table) -> float:
    return max(style.text_height(label, 9) for label in _segment_labels(table))


def _label_segments(axes: Axes, table: Table) -> None:
    """What each colour stands for, over the first row's segments, moved apart where they would touch."""
    ends = [0.0]
    for column in table.columns:
        ends.append(ends[-1] + in_units(table.cell(table.rows[0], column).value or 0, table.statistic))
    inches = axes.get_position().width * style.WIDTH
    labels = _segment_labels(table)
    sizes = [max(style.text_width(line, 9, True) for line in label.split("\n")) + 0.12 for label in labels]
    middles = [(start + end) / 2 * inches / 100 for start, end in pairwise(ends)]
    centres = style.spread(middles, sizes, -1.0, style.WIDTH * (1 - axes.get_position().x0) - style.MARGIN)
    names = [column.id for column in table.columns]
    for id_, label, middle, centre, colour in zip(names, labels, middles, centres, style.PALETTE, strict=False):
        name = axes.annotate(
            label,
            (middle * 100 / inches, -0.33),
            (centre * 100 / inches, -0.72),
            ha="center",
            va="bottom",
            size=9,
            weight="bold",
            color=style.text_colour(colour),
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": style.text_colour(colour), "linewidth": 0.8, "shrinkA": 1},
        )
        stands_for(name, column=id_)
