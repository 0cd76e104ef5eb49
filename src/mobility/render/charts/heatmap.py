"""A matrix with its numbers in shaded cells, a row an origin."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.patches import Rectangle

from mobility.figure_kinds import Plain
from mobility.render.charts import style
from mobility.render.charts.pointing import stands_for
from mobility.render.charts.scale import in_units
from mobility.render.numbers import LOW_BASE
from mobility.render.table import Cell, Table

LABEL_ROOM, MOST_LABEL_ROOM = 2.3, 3.1  # inches for labels of rows; where rows press, so that each stays on one line
STEP, GAP = 0.36, 0.08  # inches: height of a row, and between the labels of two
BASE_GAP = 0.14
UPRIGHT_FROM = 0.8
SPANNER_ROOM = 0.3


@dataclass(frozen=True)
class Grid:
    """Measures of a matrix in inches: its cells, its text and how its column headings stand.

    width, height : of a cell. size : of its text in points. turned : whether headings stand upright. labels,
    headings : of rows and columns, wrapped. head, base, left : room for the headings, the denominators and the labels.
    """

    width: float
    height: float
    size: float
    turned: bool
    labels: tuple[str, ...]
    headings: tuple[str, ...]
    head: float
    base: float
    left: float


def draw(table: Table, words: style.Words, _: Plain) -> style.Figure:
    """A shaded matrix of a table, its denominators at the right."""
    over = 0.3 + (SPANNER_ROOM if table.spanners else 0)
    down, across = len(table.rows), len(table.columns)
    room = style.room(words) - over
    grid = _grid(table, LABEL_ROOM, room)
    if grid.head + grid.height * down > room:
        grid = _grid(table, MOST_LABEL_ROOM, room)
    canvas = style.open_canvas(words, grid.height * down + grid.head + over)
    axes = canvas.axes(grid.left, 0, grid.width * across, grid.height * down)
    axes.set(xlim=(0, across), ylim=(down, 0))
    style.bare(axes)
    _cells(axes, table, grid)
    _name_rows(axes, table, grid)
    _name_columns(axes, table, grid)
    _span(axes, table, grid)
    _corner(axes, table, grid)
    _write_bases(axes, table, grid)
    return canvas.figure


def _grid(table: Table, left: float, room: float) -> Grid:
    """The matrix beside labels of `left` inches, its rows as close as headings and rows in `room` inches ask for."""
    base = _base_room(table)
    width = (style.WIDTH - left - base - 2 * style.MARGIN) / len(table.columns)
    turned = width < UPRIGHT_FROM
    size = style.SMALL if turned else style.BODY
    labels = tuple(style.wrap(row.label, size, left - 0.15) for row in table.rows)
    headings = tuple(style.wrap(column.label, size, 1.35 if turned else width - 0.1) for column in table.columns)
    head = max(_length(heading, size) if turned else style.text_height(heading, size) for heading in headings)
    marked = any(cell.text.endswith(f" {LOW_BASE}") for cell in table.cells.values())  # they take two lines
    least = GAP + max(style.text_height(label, size) for label in (*labels, "\n" * marked))
    height = max(least, min(STEP, (room - head) / len(labels)))
    return Grid(width, height, size, turned, labels, headings, head, base, left)


def _base_room(table: Table) -> float:
    """Inches for the denominators and their heading beside the matrix, if it has any."""
    texts = [_base_heading(table), *table.base_column]
    return BASE_GAP + max(style.text_width(text, style.BODY) for text in texts) if table.base_column else 0.0


def _base_heading(table: Table) -> str:
    return "People" if table.statistic.name == "rate" else "Base"


def _length(text: str, size: float) -> float:
    return max(style.text_width(line, size) for line in text.split("\n"))


def _cells(axes: Axes, table: Table, grid: Grid) -> None:
    values = [in_units(cell.value, cell.statistic) for cell in table.cells.values() if cell.value is not None]
    norm = PowerNorm(0.6, vmin=min([0.0, *values]), vmax=max([0.0, *values]) or 1.0)
    for down, row in enumerate(table.rows):
        for across, column in enumerate(table.columns):
            drawn = _one_cell(axes, table.cell(row, column), (across, down), norm, grid)
            stands_for(drawn, row.id, column.id)


def _one_cell(axes: Axes, cell: Cell, place: tuple[int, int], norm: PowerNorm, grid: Grid) -> Rectangle:
    face = (1.0, 1.0, 1.0, 1.0)
    look: style.Look = {"edgecolor": "#DFE2E6", "hatch": "////", "lw": 0}
    if cell.value is not None:
        face = style.NAVY_SCALE(float(norm(in_units(cell.value, cell.statistic))))
        look = {"edgecolor": "white", "linewidth": 1.5}
    drawn = Rectangle(place, 1, 1, facecolor=face, **look)
    axes.add_patch(drawn)
    axes.text(
        place[0] + 0.5,
        place[1] + 0.5,
        _in_cell(cell, grid),
        ha="center",
        va="center",
        size=grid.size,
        color=style.text_on(face[:3]),
        linespacing=1.1,
    )
    return drawn


def _in_cell(cell: Cell, grid: Grid) -> str:
    """A cell's text, its mark on a second line; narrow cells leave the per cent sign to the line under the title."""
    text = cell.text.replace(f" {LOW_BASE}", f"\n{LOW_BASE}")
    return text.replace("%", "") if grid.turned else text


def _name_rows(axes: Axes, table: Table, grid: Grid) -> None:
    look: style.Look = {
        "textcoords": "offset points",
        "ha": "right",
        "va": "center",
        "size": grid.size,
        "linespacing": 1.1,
    }
    for place, (row, label) in enumerate(zip(table.rows, grid.labels, strict=True)):
        stands_for(axes.annotate(label, (0, place + 0.5), (-8, 0), **look), row=row.id)


def _name_columns(axes: Axes, table: Table, grid: Grid) -> None:
    look: style.Look = {
        "textcoords": "offset points",
        "ha": "center",
        "va": "bottom",
        "size": grid.size,
        "linespacing": 1.1,
    }
    for place, (column, heading) in enumerate(zip(table.columns, grid.headings, strict=True)):
        name = axes.annotate(heading, (place + 0.5, 0), (0, 5), rotation=90 if grid.turned else 0, **look)
        stands_for(name, column=column.id)


def _span(axes: Axes, table: Table, grid: Grid) -> None:
    """Headings that span several columns, over a thin line as wide as they reach."""
    start, over = 0, -(grid.head + 0.14) / grid.height
    for label, count in table.spanners:
        if label:
            ends = (start + 0.12, start + count - 0.12)
            axes.plot(ends, (over, over), color=style.QUIET, linewidth=0.8, clip_on=False)
            text = style.wrap(label, style.SMALL, max(count * grid.width, 0.9))
            axes.annotate(
                text,
                (start + count / 2, over),
                (0, 2),
                textcoords="offset points",
                ha="center",
                size=style.SMALL,
                style="italic",
                linespacing=1.0,
                annotation_clip=False,
            )
        start += count


def _corner(axes: Axes, table: Table, grid: Grid) -> None:
    """What rows and columns are, in bold: rows beside the headings, columns over them."""
    look: style.Look = {"size": style.SMALL, "weight": "bold", "color": style.QUIET}
    top = -(grid.head + 0.13 + (SPANNER_ROOM if table.spanners else 0)) / grid.height
    if table.heading:
        axes.text(0.04, top, f"{table.heading} \u2192", ha="left", va="bottom", **look)
    if table.stub:
        axes.annotate(f"{table.stub} \u2193", (0, 0), (-8, 5), textcoords="offset points", ha="right", **look)


def _write_bases(axes: Axes, table: Table, grid: Grid) -> None:
    if not table.base_column:
        return
    right, shift = len(table.columns), grid.base * 72
    look: style.Look = {
        "textcoords": "offset points",
        "color": style.QUIET,
        "size": grid.size,
        "annotation_clip": False,
    }
    look["ha"] = "right"
    axes.annotate(_base_heading(table), (right, 0), (shift, 5), va="bottom", **look)
    for place, base in enumerate(table.base_column):
        axes.annotate(base, (right, place + 0.5), (shift, 0), va="center", **look)
