"""Horizontal bars: one a number, or a row's shares end to end (Figure 2.1)."""

from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes

from mobility.render.charts import style
from mobility.render.charts.scale import dress, in_units
from mobility.render.formats import number_text
from mobility.render.table import Cell, Column, Row, Table

LABEL_ROOM = 2.6
STEP = 0.5


@dataclass(frozen=True)
class Bar:
    """A bar: what it stands for and its cell."""

    label: str
    cell: Cell


def draw(table: Table, words: style.Words, spec: dict) -> style.Figure:
    """Bars of a table: end to end where a row's columns are shares of the row, else one a number."""
    if table.within == "row" and len(table.columns) > 1:
        return _stacked(table, words)
    return _single(table, words)


def _label(table: Table, row: Row, column: Column) -> str:
    if len(table.columns) == 1:
        return row.label
    if len(table.rows) == 1:
        return column.label
    return f"{row.label}, {column.label[:1].lower()}{column.label[1:]}"


def _end_text(cell: Cell) -> str:
    return f"{cell.text}  ({number_text(cell.n, 'count', 0)})" if cell.n is not None else cell.text


def _single(table: Table, words: style.Words) -> style.Figure:
    bars = [Bar(_label(table, row, col), table.cell(row, col)) for row in table.rows for col in table.columns]
    room = 0.15 + max(style.text_width(_end_text(bar.cell), style.BODY, True) for bar in bars)
    axes = _axes(table, words, len(bars), right=room)
    values = [in_units(bar.cell.value or 0, table.statistic) for bar in bars]
    colours = [style.NAVY] * len(bars)
    axes.barh(range(len(bars)), values, height=0.62, color=colours)
    for place, (bar, value) in enumerate(zip(bars, values, strict=True)):
        _write_end(axes, place, max(value, 0), bar.cell)
    _label_rows(axes, [bar.label for bar in bars])
    if min(values) < 0:
        axes.axvline(0, color=style.INK, linewidth=0.8)
    else:
        axes.set_xlim(0, (max(values) or 1) * 1.02)
    return axes.figure


def _write_end(axes: Axes, place: int, value: float, cell: Cell) -> None:
    """The number after its bar in bold and its count of observations beside it."""
    number = axes.annotate(
        cell.text, (value, place), (6, 0), textcoords="offset points", va="center", weight="bold", color=style.INK
    )
    if cell.n is not None:
        text = f"({number_text(cell.n, 'count', 0)})"
        shift = style.text_width(cell.text, style.BODY, True) * 72 + 12
        axes.annotate(
            text, (value, place), (shift, 0), textcoords="offset points", va="center", color=style.QUIET, size=9
        )
    number.set_zorder(3)


def _axes(table: Table, words: style.Words, count: int, right: float, above: float = 0.0) -> Axes:
    canvas = style.open_canvas(words, count * STEP + 0.4 + above)
    axes = canvas.axes(LABEL_ROOM + 0.15, 0.3, style.WIDTH - LABEL_ROOM - 0.15 - right - style.MARGIN, count * STEP)
    style.quiet_axes(axes, "x")
    dress(axes.xaxis, table.statistic)
    axes.set_ylim(count - 0.5, -0.5)
    return axes


def _label_rows(axes: Axes, labels: list[str]) -> None:
    axes.set_yticks(range(len(labels)), [style.wrap(label, style.BODY, LABEL_ROOM) for label in labels])
    axes.tick_params(axis="y", labelsize=style.BODY, pad=6)


def _stacked(table: Table, words: style.Words) -> style.Figure:
    outside = [_outside(table, row) for row in table.rows]
    right = 0.2 + max(style.text_width("  ".join(text for text, _ in texts), 9, True) for texts in outside)
    axes = _axes(table, words, len(table.rows), right=right, above=0.2 + _segment_head(table))
    for place, row in enumerate(table.rows):
        end = _row_of_segments(axes, table, row, place)
        _write_outside(axes, place, end, outside[place])
    _label_rows(axes, [row.label for row in table.rows])
    axes.set_xlim(0, 100)
    _label_segments(axes, table)
    return axes.figure


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
        axes.barh(place, width, left=end, height=0.62, color=colour, edgecolor="white", linewidth=1)
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
    centres = style.spread(middles, sizes, -1.0, style.WIDTH - LABEL_ROOM - 0.3)
    for label, middle, centre, colour in zip(labels, middles, centres, style.PALETTE, strict=False):
        axes.annotate(
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
