"""A map for each column of a table whose rows are areas, coloured by classes of its numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle
from matplotlib.path import Path as Shape

from mobility.areas.boundaries import Ring, load_outlines, members, simplified, united
from mobility.errors import RenderError, nearest
from mobility.figure_kinds import Map
from mobility.render.charts import style
from mobility.render.charts.classes import Class, as_shown, classify
from mobility.render.charts.names import name_areas, write_names
from mobility.render.charts.pointing import stands_for
from mobility.render.charts.scale import in_units
from mobility.render.numbers import NOT_AVAILABLE, SUPPRESSED
from mobility.render.table import Cell, Column, Table

BOUNDARY_LINE = (
    "Boundaries: ONS, local authority districts of December 2014. "
    "Contains OS data © Crown copyright and database right."
)
INSETS = {"london": ("E09", "London")}
NOT_COVERED = "Not in this table"
MARKS = {SUPPRESSED: "[c] confidential", NOT_AVAILABLE: "[x] not available"}
HATCHES = {SUPPRESSED: "//////", NOT_AVAILABLE: "xxxxx"}
HATCHED, CONTEXT = "#767C85", "#E4E6E9"
EDGE, LINE = "#8A9099", 0.35  # between areas: stands out from the lightest and the darkest class
ACROSS, BETWEEN = 3, 0.3
TALLEST, TALLEST_OF_MANY = 6.4, 4.7
BESIDE = 2.3  # room for the legend beside a single map
INSET_SHARE = 0.36
KEY_STEP, SWATCH = 0.195, 0.26
FEW = 12  # areas of a map that all have their names on it; of more, the highest and the lowest are named
DOTS = 150
LEAST_PIXELS = 2.5  # corners and islands that cover less of the picture are left out
FINENESS = 720  # tenths of a point in an inch
Outlines = Mapping[str, tuple[Ring, ...]]


@dataclass(frozen=True)
class Extent:
    """A rectangle on the ground, metres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """From west to east."""
        return self.east - self.west

    @property
    def shape(self) -> float:
        """Height over width."""
        return (self.north - self.south) / self.width


@dataclass(frozen=True)
class Key:
    """An entry of a legend: its colour, the mark that is hatched in its place, its words and how many areas it has."""

    colour: str
    mark: str
    label: str
    count: int


@dataclass(frozen=True)
class Panel:
    """A map of one column: its id, its title, by row the colour or the mark of why there is none, its legend and what
    stands under that: the areas with the highest and the lowest number, where there are too many to name them all.
    """

    column: str
    title: str
    faces: Mapping[str, str]
    keys: tuple[Key, ...]
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Measures in inches: maps side by side, width and height of one, room for titles above and legends below it."""

    panels: int
    across: int
    width: float
    height: float
    head: float
    legend: float

    @property
    def total(self) -> float:
        """Height of all panels."""
        tiers = -(-self.panels // self.across)
        return tiers * (self.head + self.height + self.legend + BETWEEN) - BETWEEN

    def corner(self, place: int) -> tuple[float, float]:
        """Bottom left of the map of a panel."""
        down, along = divmod(place, self.across)
        step = (style.WIDTH - 2 * style.MARGIN + BETWEEN) / self.across
        top = self.total - down * (self.head + self.height + self.legend + BETWEEN)
        return style.MARGIN + along * step, top - self.head - self.height


def draw(table: Table, words: style.Words, own: Map, root: Path) -> style.Figure:
    """Maps of a table, a panel a column; a row of several areas (joined by `+`, or a region) is drawn as one.

    `share_scale` gives all panels the same classes; `inset: london` draws London once more, larger. Areas of the same
    kinds that no row has are grey.

    Raises
    ------
    RenderError
        A row that is no area of England and Wales, or an inset of areas that the table does not have.
    """
    outlines = load_outlines(root)
    areas = _areas(table, root, outlines)
    extent = _extent([outlines[code] for codes in areas.values() for code in codes])
    panels = _panels(table, own.share_scale, len(areas[NOT_COVERED]))
    sheet = _sheet(panels, extent.shape)
    shapes = _shapes(outlines, areas, extent, sheet.width)
    names, key = name_areas({row.id: row.label for row in table.rows if len(table.rows) <= FEW}, shapes)
    foot = (*words.foot[:-1], *filter(None, [key, BOUNDARY_LINE]), words.foot[-1])
    canvas = style.open_canvas(replace(words, foot=foot), sheet.total)
    axes = canvas.axes(0, 0, style.WIDTH, canvas.height)
    axes.set(xlim=(0, style.WIDTH), ylim=(0, canvas.height))
    style.bare(axes)
    corners = [sheet.corner(place) for place in range(sheet.panels)]
    _lay(axes, shapes, panels, corners)
    for corner in corners:
        write_names(axes, names, corner)
    if own.inset:
        _inset(axes, (table.id, outlines, areas), sheet, panels, own.inset)
    for panel, corner in zip(panels, corners, strict=True):
        _head(axes, panel, sheet, corner)
        _legend(axes, panel, sheet, corner)
    return canvas.figure


def _areas(table: Table, root: Path, outlines: Outlines) -> dict[str, tuple[str, ...]]:
    """Codes of the boundaries by row, and under `NOT_COVERED` those of the same kinds (E06, W06, ...) of no row."""
    areas = {row.id: members(row.id, root) for row in table.rows}
    strange = [row for row, codes in areas.items() if not codes]
    if strange:
        raise RenderError(
            f"{table.id}: {', '.join(strange)} has no boundaries, so a map cannot show it; "
            f"{nearest(strange[0], list(outlines))}. Mend the row's id, or name it under `leave_out` of the figure."
        )
    covered = {code for codes in areas.values() for code in codes}
    kinds = {code[:3] for code in covered}
    around = tuple(code for code in outlines if code[:3] in kinds and code not in covered)
    return {**areas, NOT_COVERED: around}


def _extent(areas: Iterable[tuple[Ring, ...]]) -> Extent:
    corners = np.array([corner for rings in areas for ring in rings for corner in ring])
    return Extent(*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist())


def _panels(table: Table, share_scale: bool, context: int) -> list[Panel]:
    numbers = [_numbers(table, column) for column in table.columns]
    pooled = [value for found in numbers for value in found]
    return [
        _panel(table, column, classify(pooled if share_scale else found, table.decimals), context)
        for column, found in zip(table.columns, numbers, strict=True)
    ]


def _numbers(table: Table, column: Column) -> list[float]:
    cells = [table.cell(row, column) for row in table.rows]
    return [in_units(cell.value, cell.statistic) for cell in cells if cell.value is not None]


def _panel(table: Table, column: Column, classes: Sequence[Class], context: int) -> Panel:
    faces = {row.id: _face(table.cell(row, column), classes, table.decimals) for row in table.rows}
    counts = Counter(faces.values())
    keys = [Key(one.colour, "", one.label, counts[one.colour]) for one in reversed(classes) if counts[one.colour]]
    keys += [Key("white", mark, words, counts[mark]) for mark, words in MARKS.items() if counts[mark]]
    keys += [Key(CONTEXT, "", NOT_COVERED, context)] * bool(context)
    title = column.label if len(table.columns) > 1 else ""
    return Panel(column.id, title, {**faces, NOT_COVERED: CONTEXT}, tuple(keys), _ends(table, column))


def _ends(table: Table, column: Column) -> tuple[str, ...]:
    """Lines that name the areas with the highest and the lowest number shown, of a map of more than `FEW` areas."""
    shown = [(cell.value, row.label, cell.text) for row in table.rows if (cell := table.cell(row, column)).value]
    if len(table.rows) <= FEW or not shown:
        return ()
    room = (style.WIDTH - 2 * style.MARGIN + BETWEEN) / ACROSS - BETWEEN
    lines = [f"{word}: {label}, {text}" for word, (_, label, text) in (("Highest", max(shown)), ("Lowest", min(shown)))]
    return tuple(style.wrap(line, style.SMALL, room) for line in lines)


def _face(cell: Cell, classes: Sequence[Class], decimals: int) -> str:
    """The colour of a cell's class; its mark where it shows no number."""
    if cell.value is None:
        return SUPPRESSED if cell.text == SUPPRESSED else NOT_AVAILABLE
    number = as_shown(in_units(cell.value, cell.statistic), decimals)
    return next(one.colour for one in classes if one.holds(number))


def _sheet(panels: Sequence[Panel], shape: float) -> Sheet:
    """As wide as the page lets the maps be, as high as is easy to read; a single map has its legend beside it."""
    alone = len(panels) == 1
    across = 2 if len(panels) == 4 else min(len(panels), ACROSS)
    slot = (style.WIDTH - 2 * style.MARGIN - BETWEEN * (across - 1)) / across
    width = min(slot - BESIDE * alone, (TALLEST if alone else TALLEST_OF_MANY) / shape)
    titles = [style.wrap(panel.title, style.BODY, slot, True) for panel in panels]
    head = 0.0 if alone else max(style.text_height(title, style.BODY) for title in titles) + 0.08
    legend = 0.0 if alone else max(map(_legend_height, panels)) + 0.1
    return Sheet(len(panels), across, width, width * shape, head, legend)


def _legend_height(panel: Panel) -> float:
    return len(panel.keys) * KEY_STEP + style.text_height("\n".join(panel.ends), style.SMALL) * bool(panel.ends)


def _shapes(outlines: Outlines, areas: Mapping[str, tuple[str, ...]], extent: Extent, width: float) -> dict[str, Shape]:
    """The outline of each row on a map of `width` inches, its origin at the bottom left, most corners first."""
    metres = extent.width / width
    drawn = {code: outlines[code] for codes in areas.values() for code in codes}
    light = simplified(drawn, LEAST_PIXELS * (metres / DOTS) ** 2)
    shapes = {
        name: _shape(united(ring for code in codes for ring in light[code]), extent, metres)
        for name, codes in areas.items()
        if codes
    }
    return dict(sorted(shapes.items(), key=lambda item: -np.size(item[1].vertices)))


def _shape(rings: Iterable[Ring], extent: Extent, metres: float) -> Shape:
    """One path of several rings in inches, to a tenth of a point."""
    vertices, codes = [], []
    for ring in rings:
        points = np.array([*ring, ring[0]]) - (extent.west, extent.south)
        vertices.append(np.round(points / metres * FINENESS) / FINENESS)
        codes += [Shape.MOVETO, *[Shape.LINETO] * (len(ring) - 1), Shape.CLOSEPOLY]
    return Shape(np.concatenate(vertices), codes)


def _lay(
    axes: Axes, shapes: Mapping[str, Shape], panels: Sequence[Panel], corners: Sequence[tuple[float, float]]
) -> None:
    """Every shape once a panel, as one collection: a vector file then holds each outline once and refers to it."""
    inches = axes.figure.dpi_scale_trans
    faces = [panel.faces[name] for panel in panels for name in shapes]
    look: style.Look = {
        "transform": inches,
        "offset_transform": axes.transData,
        "linewidths": LINE,
        "clip_on": False,
    }
    plain = ["white" if face in MARKS else face for face in faces]
    offsets = np.repeat(corners, len(shapes), axis=0)
    ground = PathCollection(list(shapes.values()), offsets=offsets, facecolors=plain, edgecolors=EDGE, **look)
    axes.add_collection(ground, autolim=False)
    for at, (panel, row) in enumerate((panel, row) for panel in panels for row in shapes):
        if row != NOT_COVERED:
            stands_for(ground, row, panel.column, at)
    for face, offset, shape in zip(faces, offsets, [*shapes.values()] * len(panels), strict=True):
        if face in MARKS:
            hatched: style.Look = {"facecolors": "white", "edgecolors": HATCHED, "hatch": HATCHES[face]}
            axes.add_collection(PathCollection([shape], offsets=[offset], **hatched, **look), autolim=False)


def _inset(axes: Axes, ground: tuple, sheet: Sheet, panels: Sequence[Panel], name: str) -> None:
    """Part of each map once more, larger, in its top left corner: there is sea in a map of England and Wales."""
    table, outlines, areas = ground
    prefix, label = INSETS[name]
    inside = {row: tuple(code for code in codes if code.startswith(prefix)) for row, codes in areas.items()}
    if not any(inside.values()):
        raise RenderError(f"{table}: no row is of {label}, so there is no inset of it. Take `inset` out of the figure.")
    extent = _extent([outlines[code] for codes in inside.values() for code in codes])
    width = sheet.width * INSET_SHARE
    height = width * extent.shape
    shapes = _shapes(outlines, inside, extent, width)
    corners = []
    for place in range(sheet.panels):
        left, bottom = sheet.corner(place)
        top = bottom + sheet.height - style.text_height(label, style.SMALL)
        corners.append((left, top - height))
        axes.text(left, top + 0.02, label, size=style.SMALL, color=style.QUIET, va="bottom")
    _lay(axes, shapes, panels, corners)


def _head(axes: Axes, panel: Panel, sheet: Sheet, corner: tuple[float, float]) -> None:
    left, bottom = corner
    slot = (style.WIDTH - 2 * style.MARGIN + BETWEEN) / sheet.across - BETWEEN
    title = style.wrap(panel.title, style.BODY, slot, True)
    place = (left, bottom + sheet.height + sheet.head)
    stands_for(axes.text(*place, title, weight="bold", va="top", linespacing=1.15), column=panel.column)


def _legend(axes: Axes, panel: Panel, sheet: Sheet, corner: tuple[float, float]) -> None:
    """Classes from the highest to the lowest, then the marks, each with the number of its areas."""
    left, bottom = corner
    if sheet.panels == 1:
        left, top = left + sheet.width + BETWEEN, bottom + (sheet.height + _legend_height(panel)) / 2
    else:
        top = bottom - 0.08
    numbers = left + SWATCH + 0.1 + max(style.text_width(key.label, style.SMALL) for key in panel.keys) + 0.1
    for place, key in enumerate(panel.keys):
        foot = top - (place + 1) * KEY_STEP
        edge: style.Look = {"edgecolor": HATCHED, "hatch": HATCHES[key.mark]} if key.mark else {"edgecolor": "none"}
        axes.add_patch(Rectangle((left, foot + 0.03), SWATCH, KEY_STEP - 0.05, facecolor=key.colour, lw=0, **edge))
        look: style.Look = {"size": style.SMALL, "va": "center"}
        axes.text(left + SWATCH + 0.1, foot + KEY_STEP / 2, key.label, color=style.INK, **look)
        count = f"{key.count} {'area' if key.count == 1 else 'areas'}"
        axes.text(numbers, foot + KEY_STEP / 2, count, color=style.QUIET, **look)
    foot = top - len(panel.keys) * KEY_STEP - 0.03
    axes.text(left, foot, "\n".join(panel.ends), color=style.INK, size=style.SMALL, va="top", linespacing=1.2)
