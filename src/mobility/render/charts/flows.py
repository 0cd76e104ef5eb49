"""A band for each row that splits into its columns, one panel a row (pathways)."""

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from mobility.render.charts import style
from mobility.render.table import Row, Table

ACROSS = 2
PANEL_HEIGHT = 1.55
GAP = 0.16
BAND = 0.92
LEAST = 0.022
FLOW_RIGHT = 1.95
STUB = 0.09


def draw(table: Table, words: style.Words, spec: dict) -> style.Figure:
    """Panels of bands, two across; widths are proportional, and no band is thinner than can be seen."""
    down = -(-len(table.rows) // ACROSS)
    width = (style.WIDTH - 2 * style.MARGIN - 0.3 * (ACROSS - 1)) / ACROSS
    titles = [style.wrap(row.label, style.BODY, width, True) for row in table.rows]
    head = max(style.text_height(title, style.BODY) for title in titles) + 0.24
    room = PANEL_HEIGHT + head + 0.25
    canvas = style.open_canvas(words, down * room)
    for place, (row, title) in enumerate(zip(table.rows, titles, strict=True)):
        left = style.MARGIN + (place % ACROSS) * (width + 0.3)
        axes = canvas.axes(left, (down - 1 - place // ACROSS) * room + 0.1, width, PANEL_HEIGHT + head)
        axes.set(xlim=(0, width), ylim=(0, PANEL_HEIGHT + head))
        style.bare(axes)
        _panel(axes, table, row, title)
    return canvas.figure


def _panel(axes: Axes, table: Table, row: Row, title: str) -> None:
    top = axes.get_ylim()[1]
    axes.text(0, top, title, weight="bold", va="top", linespacing=1.15)
    if table.base_column:
        base = table.base_of(row)
        under = top - style.text_height(title, style.BODY) - 0.02
        axes.text(0, under, f"{base} observations", size=style.SMALL, color=style.QUIET, va="top")
    heights = _heights(table, row)
    left, right = PANEL_HEIGHT / 2 + BAND / 2, PANEL_HEIGHT / 2 + (sum(heights) + GAP * (len(heights) - 1)) / 2
    axes.add_patch(Rectangle((0, left - sum(heights)), STUB, sum(heights), color=style.GREY, linewidth=0))
    middles = []
    for column, colour, height in zip(table.columns, style.PALETTE, heights, strict=False):
        known = table.cell(row, column).value is not None
        _band(axes, left, right, height, colour, known)
        middles.append(right - height / 2)
        left, right = left - height, right - height - GAP
    _name_bands(axes, table, row, middles)


def _heights(table: Table, row: Row) -> list[float]:
    """Thickness of each band in inches; a held-back or tiny one gets the least that can be seen."""
    return [max((table.cell(row, column).value or 0) * BAND, LEAST) for column in table.columns]


def _band(axes: Axes, left: float, right: float, height: float, colour: str, known: bool) -> None:
    """A smooth band from the block at the left to its place at the right; hollow and dashed where it is held back."""
    middle = (STUB + FLOW_RIGHT) / 2
    upper = [(STUB, left), (middle, left), (middle, right), (FLOW_RIGHT, right)]
    lower = [(FLOW_RIGHT, right - height), (middle, right - height), (middle, left - height), (STUB, left - height)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    path = Path([*upper, *lower, upper[0]], codes)
    look = {"facecolor": colour, "alpha": 0.85, "linewidth": 0}
    dashed = {"facecolor": "none", "edgecolor": style.QUIET, "linewidth": 0.8, "linestyle": (0, (3, 2))}
    axes.add_patch(PathPatch(path, **(look if known else dashed)))
    if known:
        axes.add_patch(Rectangle((FLOW_RIGHT, right - height), STUB, height, color=colour, linewidth=0))


def _name_bands(axes: Axes, table: Table, row: Row, middles: list[float]) -> None:
    start = FLOW_RIGHT + STUB + 0.1
    room = axes.get_xlim()[1] - start
    labels = [style.wrap(f"{table.cell(row, c).text}  {c.label}", 9, room, True) for c in table.columns]
    sizes = [style.text_height(label, 9) + 0.03 for label in labels]
    centres = style.spread(middles, sizes, 0, PANEL_HEIGHT)
    for label, colour, middle, centre in zip(labels, style.PALETTE, middles, centres, strict=False):
        shade = style.text_colour(colour)
        axes.plot([start - 0.09, start - 0.03], [middle, centre], color=shade, linewidth=0.8)
        axes.text(start, centre, label, size=9, color=shade, weight="bold", va="center", linespacing=1.1)
