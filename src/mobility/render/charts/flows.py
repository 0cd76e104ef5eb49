"""A band for each row that splits into its columns, one panel a row (pathways)."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from mobility.figure_kinds import Plain
from mobility.render.charts import style
from mobility.render.charts.pointing import stands_for
from mobility.render.table import Column, Row, Table

ACROSS = 2
BETWEEN = 0.3
GAP = 0.13
BAND = 0.92
LEAST = 0.022
FLOW_RIGHT = 1.85
STUB = 0.09
LABEL = 9
LABEL_PITCH = 0.175
LEADER = 0.22


@dataclass(frozen=True)
class Panel:
    """Measures of a panel in inches: its width, the drawing's height, the room for its title above, the bands' end."""

    width: float
    height: float
    head: float
    flow: float


def draw(table: Table, words: style.Words, _: Plain) -> style.Figure:
    """Panels of bands, two across, one alone over all; widths in proportion, none thinner than can be seen."""
    colours, across = _colours(table), min(ACROSS, len(table.rows))
    width = (style.WIDTH - 2 * style.MARGIN - BETWEEN * (across - 1)) / across
    titles = [style.wrap(row.label, style.BODY, width, True) for row in table.rows]
    head = max(style.text_height(title, style.BODY) for title in titles) + 0.24
    lines = len(table.columns) + sum(bool(label) for label, _ in table.spanners)
    panel = Panel(
        width, max(BAND + GAP * len(table.columns) + 0.1, LABEL_PITCH * lines), head, FLOW_RIGHT * ACROSS / across
    )
    room = panel.height + head + 0.25
    down = -(-len(table.rows) // across)
    canvas = style.open_canvas(words, down * room)
    for place, (row, title) in enumerate(zip(table.rows, titles, strict=True)):
        left = style.MARGIN + (place % across) * (width + BETWEEN)
        axes = canvas.axes(left, (down - 1 - place // across) * room + 0.1, width, panel.height + head)
        axes.set(xlim=(0, width), ylim=(0, panel.height + head))
        style.bare(axes)
        _title(axes, table, row, title)
        _bands(axes, table, row, panel, colours)
    return canvas.figure


def _colours(table: Table) -> dict[str, str]:
    """A colour for each column, the same for columns under one heading."""
    kinds = list(dict.fromkeys(column.spanner or column.label for column in table.columns))
    style.refuse_too_many(table.id, "flows", len(kinds))
    palette = dict(zip(kinds, style.PALETTE, strict=False))
    return {column.id: palette[column.spanner or column.label] for column in table.columns}


def _title(axes: Axes, table: Table, row: Row, title: str) -> None:
    top = axes.get_ylim()[1]
    stands_for(axes.text(0, top, title, weight="bold", va="top", linespacing=1.15), row=row.id)
    if table.base_column:
        under = top - style.text_height(title, style.BODY) - 0.02
        text = f"{table.base_of(row)} observations"
        axes.text(0, under, text, size=style.SMALL, color=style.QUIET, va="top")


def _bands(axes: Axes, table: Table, row: Row, panel: Panel, colours: dict[str, str]) -> None:
    heights = [_height(table, row, column) for column in table.columns]
    middle = panel.height / 2
    left, right = middle + sum(heights) / 2, middle + (sum(heights) + GAP * (len(heights) - 1)) / 2
    axes.add_patch(Rectangle((0, left - sum(heights)), STUB, sum(heights), color=style.GREY, linewidth=0))
    middles = []
    for column, height in zip(table.columns, heights, strict=True):
        value = table.cell(row, column).value
        if value != 0:
            band = _band(axes, (left, right), height, "" if value is None else colours[column.id], panel.flow)
            stands_for(band, row.id, column.id)
        middles.append(right - height / 2)
        left, right = left - height, right - height - GAP
    _name_bands(axes, table, row, middles, colours, panel.flow)


def _height(table: Table, row: Row, column: Column) -> float:
    """Thickness of a band in inches; a held-back or tiny one gets the least that can be seen."""
    return max((table.cell(row, column).value or 0) * BAND, LEAST)


def _band(axes: Axes, tops: tuple[float, float], height: float, colour: str, flow: float) -> PathPatch:
    """A smooth band from the block at the left to its place at the right; hollow and dashed without a colour."""
    left, right = tops
    middle = (STUB + flow) / 2
    upper = [(STUB, left), (middle, left), (middle, right), (flow, right)]
    lower = [(flow, right - height), (middle, right - height), (middle, left - height), (STUB, left - height)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    filled: style.Look = {"facecolor": colour, "alpha": 0.85, "linewidth": 0}
    hollow: style.Look = {"facecolor": "none", "edgecolor": style.QUIET, "linewidth": 0.8, "linestyle": (0, (3, 2))}
    band = PathPatch(Path([*upper, *lower, upper[0]], codes), **(filled if colour else hollow))
    axes.add_patch(band)
    if colour:
        axes.add_patch(Rectangle((flow, right - height), STUB, height, color=colour, linewidth=0))
    return band


def _name_bands(axes: Axes, table: Table, row: Row, middles: list[float], colours: dict[str, str], flow: float) -> None:
    """Numbers and names beside the bands, the name of a group of bands in bold over its first."""
    start = flow + STUB + LEADER
    room = axes.get_xlim()[1] - start
    names = [_Name.of(table, row, place, room) for place in range(len(table.columns))]
    centres = style.spread(middles, [name.height for name in names], 0, axes.get_ylim()[1] - 0.3)
    for name, column, middle, centre in zip(names, table.columns, middles, centres, strict=True):
        shade = style.text_colour(colours[column.id])
        axes.plot([start - LEADER + 0.02, start - 0.03], [middle, centre], color=shade, linewidth=0.8)
        look: style.Look = {"size": LABEL, "color": shade, "linespacing": 1.1, "va": "center"}
        head = style.text_height(name.heading, LABEL) if name.heading else 0
        weight = "normal" if column.spanner else "bold"
        stands_for(axes.text(start, centre - head / 2, name.text, weight=weight, **look), row.id, column.id)
        if name.heading:
            axes.text(start, centre + (name.height - head) / 2, name.heading, weight="bold", **look)


@dataclass(frozen=True)
class _Name:
    """What stands beside a band: its number and label, and the heading of its group where it is the first of it."""

    heading: str
    text: str
    height: float

    @classmethod
    def of(cls, table: Table, row: Row, place: int, room: float) -> "_Name":
        """The name of the flow of a row into the column at `place`, wrapped to `room` inches."""
        column = table.columns[place]
        before = table.columns[place - 1].spanner if place else ""
        heading = style.wrap(column.spanner, LABEL, room, True) if column.spanner != before else ""
        text = style.wrap(f"{table.cell(row, column).text} {column.label}", LABEL, room, not column.spanner)
        lines = [part for part in (heading, text) if part]
        return cls(heading, text, sum(style.text_height(part, LABEL) for part in lines) + 0.01)
