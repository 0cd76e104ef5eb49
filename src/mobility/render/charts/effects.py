"""Estimates with their 95 % intervals: effects or coefficients of models side by side, or a specification curve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from matplotlib.colors import to_rgba

from mobility.errors import RenderError
from mobility.figure_kinds import Effects
from mobility.render.charts import style
from mobility.render.charts.pointing import stands_for
from mobility.render.charts.scale import dress, in_units
from mobility.render.numbers import LOW_BASE, NOT_APPLICABLE, signed
from mobility.render.table import Cell, Column, Row, Table
from mobility.statistics import STATISTICS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EFFECT = STATISTICS["effect"]
BASELINE, MAIN = "baseline", "baseline_spec"
NOT_TERMS = (BASELINE, "constant", "ln_alpha")
STARS_LINE = "*** p < 0.01, ** p < 0.05, * p < 0.1."
ARROW_LINE = "Arrows: the interval goes beyond the axis."
LABEL, LABEL_ROOM = 9.0, 2.35
LANE, GAP, LEAST_ROW = 0.126, 0.05, 0.23
TICK_ROOM, TICK_WIDTH = 0.26, 0.6
KEY_GLYPH = 0.36
ACROSS, BETWEEN, TIER_GAP = 3, 0.4, 0.12
BESIDE = 8  # points from the end of an axis, or of an arrow that leaves it, to the numbers
STRIPE = "#F5F6F8"
WILD, REACH, MORE = 3.0, 1.6, 0.1


@dataclass(frozen=True)
class Span:
    """The ends of an axis: percentage points of effects, coefficients as they are."""

    low: float
    high: float

    def within(self, value: float) -> float:
        """`value`, or the end of the axis that it lies beyond."""
        return min(max(value, self.low), self.high)

    def holds(self, value: float) -> bool:
        """Whether the axis reaches `value`."""
        return self.low <= value <= self.high

    @property
    def roomier(self) -> float:
        """The end that is farther from zero, where a mark in place of a number cannot be taken for a zero."""
        return self.high if self.high > -self.low else self.low


@dataclass(frozen=True)
class Look:
    """How a series is told apart: its colour and the form and size of its marker."""

    colour: str
    marker: str
    size: float = 5.5


@dataclass(frozen=True)
class Spot:
    """A lane of a row: inches from the top of the drawing, the axis it lies on, whether it stands on grey, its cell."""

    height: float
    span: Span
    stripe: bool
    row: str
    column: str


MAIN_LOOK, OTHER_LOOK = Look(style.ORANGE, "D", 7), Look(style.NAVY, "o", 5)


@dataclass(frozen=True)
class Line:
    """A line of the drawing: a row (None for a group heading), its wrapped label and its place in inches from the top.

    `stripe` is whether it stands on grey.
    """

    row: Row | None
    label: str
    top: float
    height: float
    stripe: bool

    @property
    def middle(self) -> float:
        """Inches from the top of the drawing to the line's middle."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Panel:
    """What shares one axis: columns of a table, one lane of each row for each, and the ends of the axis."""

    columns: tuple[Column, ...]
    span: Span


@dataclass(frozen=True)
class Sheet:
    """The lines of a figure, their height together and the room that their labels take at the left, in inches."""

    lines: tuple[Line, ...]
    height: float
    left: float


def draw(table: Table, words: style.Words, own: Effects) -> style.Figure:
    """Effects or coefficients: columns as series of one panel (`panels: series`) or a panel each (`panels: columns`).

    Raises
    ------
    RenderError
        No row of the table holds an estimate, or there are more series than colours.
    """
    rows = _effect_rows(table)
    if own.panels == "columns":
        return _in_panels(table, rows, words)
    style.refuse_too_many(table.id, "effects", len(table.columns))
    return _side_by_side(table, rows, words)


def _effect_rows(table: Table) -> tuple[Row, ...]:
    """Rows that hold estimates of terms: no baseline probability, constant, counts or references."""
    rows = tuple(
        row
        for row in table.rows
        if row.id not in NOT_TERMS and any(_drawn(table.cell(row, column)) for column in table.columns)
    )
    if not rows:
        raise RenderError(
            f"{table.id}: no row holds an effect, so a figure of effects has nothing to draw. "
            "Give its table `statistic: effect` or `coefficient`, or choose another kind."
        )
    return rows


def _drawn(cell: Cell) -> bool:
    """Whether a cell is an estimate, or stands for one that cannot be shown; not one of a term that its model lacks."""
    return cell.statistic.signed and cell.text != NOT_APPLICABLE


def _side_by_side(table: Table, rows: tuple[Row, ...], words: style.Words) -> style.Figure:
    cells = [table.cell(row, column) for row in rows for column in table.columns]
    panel = Panel(table.columns, _span(cells))
    words = _footed(words, [(cell, panel.span) for cell in cells], starred=cells)
    sheet = _sheet(rows, {row.id: len(_lanes(table, row)) for row in rows})
    texts = [_beside(cell, panel.span, table.decimals) for cell in cells]
    right = 0.15 + max(style.text_width(text, style.SMALL, True) for text in texts)
    keys = _keys(table, style.WIDTH - sheet.left - KEY_GLYPH - 2 * style.MARGIN)
    above = 0.1 + sum(style.text_height(key, LABEL) for key in keys)
    canvas = style.open_canvas(words, TICK_ROOM + sheet.height + above)
    axes = canvas.axes(sheet.left, TICK_ROOM, style.WIDTH - sheet.left - right - style.MARGIN, sheet.height)
    _dress_panel(axes, sheet, panel)
    _name_lines(axes, sheet)
    for line in sheet.lines:
        _row_of_effects(axes, table, line, panel)
    _write_keys(canvas, table, keys, sheet)
    return canvas.figure


def _in_panels(table: Table, rows: tuple[Row, ...], words: style.Words) -> style.Figure:
    sheet = _sheet(rows, dict.fromkeys((row.id for row in rows), 1))
    tiers = -(-len(table.columns) // ACROSS)
    across = -(-len(table.columns) // tiers)
    panels = [Panel((column,), _span([table.cell(row, column) for row in rows])) for column in table.columns]
    drawn = [(table.cell(row, *panel.columns), panel.span) for panel in panels for row in rows]
    beside = 0.15 + max(style.text_width(_aside(cell, span, table.decimals), style.SMALL, True) for cell, span in drawn)
    between = max(BETWEEN, beside)
    width = (style.WIDTH - sheet.left - style.MARGIN - beside - between * (across - 1)) / across
    titles = [_title(table, column, width) for column in table.columns]
    written = [cell for (row, _), cell in table.cells.items() if row == MAIN]
    words = _footed(words, drawn, starred=written + [cell for cell, span in drawn if _off(cell, span)])
    head = max(style.text_height("\n".join(filter(None, title)), LABEL) for title in titles)
    room = 0.12 + head + sheet.height + TICK_ROOM
    canvas = style.open_canvas(words, tiers * (room + TIER_GAP) - TIER_GAP)
    for place, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        down, along = divmod(place, across)
        bottom = (tiers - 1 - down) * (room + TIER_GAP) + TICK_ROOM
        axes = canvas.axes(sheet.left + along * (width + between), bottom, width, sheet.height)
        _specification_panel(axes, table, sheet, panel)
        _write_title(axes, title, *panel.columns)
        if along == 0:
            _name_lines(axes, sheet)
    return canvas.figure


def _footed(words: style.Words, drawn: list[tuple[Cell, Span]], starred: list[Cell]) -> style.Words:
    """The words of a figure with what its stars and arrows mean, where it has any, before the source."""
    beyond = any(
        cell.value is not None and not all(span.holds(point) for point in _points(cell)) for cell, span in drawn
    )
    line = " ".join([STARS_LINE] * any(cell.stars for cell in starred) + [ARROW_LINE] * beyond)
    return replace(words, foot=(*words.foot[:-1], *filter(None, [line]), words.foot[-1]))


def _points(cell: Cell) -> tuple[float, float, float]:
    """Low end, estimate and high end as they are drawn; the ends are the estimate where it has no interval."""
    value = float("nan") if cell.value is None else cell.value
    low, high = (value if bound is None else bound for bound in (cell.ci_low, cell.ci_high))
    return in_units(low, cell.statistic), in_units(value, cell.statistic), in_units(high, cell.statistic)


def _span(cells: Sequence[Cell]) -> Span:
    """Ends of the axis that hold zero, the estimates and, where they do not flatten these, their intervals.

    Usual is an interval of at most `WILD` times the upper quartile of half widths. Estimates with a wider one are on
    the axis too unless it would be more than `WILD` times as long as the usual ones need; it goes on beyond the
    outermost by at most `REACH` such quartiles, or `MORE` of its length.
    """
    known = [_points(cell) for cell in cells if cell.value is not None]
    if not known:
        return Span(-1.0, 1.0)
    halves = sorted((high - low) / 2 for low, _, high in known)
    quartile = halves[3 * (len(halves) - 1) // 4]
    usual = [0.0] + [value for low, value, high in known if high - low <= 2 * WILD * quartile]
    left, right = min(usual), max(usual)
    longest = WILD * max(right - left, 2 * REACH * quartile)
    for value in sorted((value for _, value, _ in known), key=abs):
        if max(right, value) - min(left, value) <= longest:
            left, right = min(left, value), max(right, value)
    reach = max(REACH * quartile, MORE * (right - left))
    low = max(min(0.0, *(low for low, _, _ in known)), left - reach)
    high = min(max(0.0, *(high for _, _, high in known)), right + reach)
    pad = 0.04 * (high - low) or 1.0
    return Span(low - pad, high + pad)


def _lanes(table: Table, row: Row) -> list[tuple[Look, Column]]:
    """The columns with a row's estimates, and their looks, as in the key; a model that lacks the term has no lane."""
    looks = [Look(colour, marker) for colour, marker in zip(style.PALETTE, style.MARKERS, strict=True)]
    pairs = zip(looks, table.columns, strict=False)
    return [(look, column) for look, column in pairs if _drawn(table.cell(row, column))]


def _sheet(rows: tuple[Row, ...], lanes: Mapping[str, int]) -> Sheet:
    """Rows under their group headings, each as high as its lanes or its label needs."""
    lines: list[Line] = []
    top = 0.0
    for group, members in groupby(rows, key=lambda row: row.group):
        if group:
            lines.append(Line(None, style.wrap(group, LABEL, LABEL_ROOM, True), top, *_heading_look(group)))
            top += lines[-1].height
        for place, row in enumerate(members):
            label = style.wrap(row.label, LABEL, LABEL_ROOM, row.id == MAIN)
            height = max(lanes[row.id] * LANE + GAP, style.text_height(label, LABEL) + GAP, LEAST_ROW)
            lines.append(Line(row, label, top, height, place % 2 == 0))
            top += height
    widest = max(style.text_width(part, LABEL, _bold(line)) for line in lines for part in line.label.split("\n"))
    return Sheet(tuple(lines), top, widest + 0.12 + style.MARGIN)


def _heading_look(group: str) -> tuple[float, bool]:
    return style.text_height(style.wrap(group, LABEL, LABEL_ROOM, True), LABEL) + 0.08, False


def _bold(line: Line) -> bool:
    return line.row is None or line.row.id == MAIN


def _dress_panel(axes: "Axes", sheet: Sheet, panel: Panel) -> None:
    """Axes with their scale, stripes behind every second row and a line at zero."""
    style.quiet_axes(axes, "x")
    axes.set(xlim=(panel.span.low, panel.span.high), ylim=(sheet.height, 0), yticks=[])
    dress(axes.xaxis, EFFECT, max(2, min(8, int(axes.get_position().width * style.WIDTH / TICK_WIDTH))))
    for line in sheet.lines:
        if line.stripe:
            axes.axhspan(line.top, line.top + line.height, color=STRIPE, linewidth=0, zorder=0)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1.5)


def _name_lines(axes: "Axes", sheet: Sheet) -> None:
    for line in sheet.lines:
        name = axes.annotate(
            line.label,
            (0, line.middle),
            (-7, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            ha="right",
            va="center",
            size=LABEL,
            weight="bold" if _bold(line) else "normal",
            color=style.INK,
            linespacing=1.1,
            annotation_clip=False,
        )
        if line.row is not None:
            stands_for(name, row=line.row.id)


def _row_of_effects(axes: "Axes", table: Table, line: Line, panel: Panel) -> None:
    """A row's estimates, one lane each."""
    if line.row is None:
        return
    lanes = _lanes(table, line.row)
    first = line.middle - LANE * (len(lanes) - 1) / 2
    for lane, (look, column) in enumerate(lanes):
        cell = table.cell(line.row, column)
        spot = Spot(first + lane * LANE, panel.span, line.stripe, line.row.id, column.id)
        _estimate(axes, cell, spot, look)
        _write_beside(axes, _beside(cell, panel.span, table.decimals), spot, look)


def _estimate(axes: "Axes", cell: Cell, spot: Spot, look: Look) -> None:
    """A marker on its interval, arrows where the interval leaves the axis; the mark of why there is no number."""
    span, height = spot.span, spot.height
    if not _drawn(cell):
        return
    if cell.value is None:
        _write_inside(axes, cell.text, span.roomier, spot, look)
        return
    low, value, high = _points(cell)
    ends = [span.within(low), span.within(high)]
    line: style.Look = {"color": look.colour, "linewidth": 1.7, "solid_capstyle": "butt", "zorder": 3}
    (interval,) = axes.plot(ends, [height] * 2, **line, clip_on=False)
    stands_for(interval, spot.row, spot.column)
    for limit, arrow, beyond in ((span.low, "<", low < span.low), (span.high, ">", high > span.high)):
        if beyond:
            axes.plot(limit, height, arrow, ms=6, color=look.colour, clip_on=False)
    if span.holds(value):
        (marker,) = axes.plot(
            value, height, look.marker, ms=look.size, color=look.colour, mec="white", mew=0.6, zorder=4
        )
        stands_for(marker, spot.row, spot.column, 0)


def _write_inside(axes: "Axes", text: str, end: float, spot: Spot, look: Look) -> None:
    """A mark in place of a number, just inside an end of the axis."""
    side = ("right", -7) if end == spot.span.high else ("left", 7)
    _write(axes, text, end, side, spot, look)


def _beside(cell: Cell, span: Span, decimals: int) -> str:
    """What stands after an interval: the effect where it is significant or off the axis, and its mark of a low base."""
    if cell.value is None:
        return ""
    written = cell.stars > 0 or _off(cell, span)
    return " ".join(filter(None, [_number(cell, decimals) if written else "", _low_base(cell)]))


def _off(cell: Cell, span: Span) -> bool:
    """Whether an estimate lies beyond its axis."""
    return cell.value is not None and not span.holds(_points(cell)[1])


def _number(cell: Cell, decimals: int) -> str:
    return cell.text if cell.value is None else signed(cell.value, cell.statistic, decimals) + "*" * cell.stars


def _low_base(cell: Cell) -> str:
    return LOW_BASE if cell.flag == "low_base" else ""


def _aside(cell: Cell, span: Span, decimals: int) -> str:
    """What stands beside an estimate of a specification curve: its number only where it lies off the axis."""
    return _beside(cell, span, decimals) if _off(cell, span) else _low_base(cell)


def _write_beside(axes: "Axes", text: str, spot: Spot, look: Look) -> None:
    """Text of a lane at the right of its axis, where no interval can run through it."""
    if text:
        _write(axes, text, spot.span.high, ("left", BESIDE), spot, look)


def _write(axes: "Axes", text: str, at: float, side: tuple[str, float], spot: Spot, look: Look) -> None:
    """Bold text in a lane, `side` its alignment and shift in points; its ground hides the grid."""
    written = axes.annotate(
        text,
        (at, spot.height),
        (side[1], 0),
        textcoords="offset points",
        ha=side[0],
        va="center",
        size=style.SMALL,
        weight="bold",
        color=style.text_colour(look.colour),
        bbox={"facecolor": STRIPE if spot.stripe and at < spot.span.high else "white", "linewidth": 0, "pad": -0.8},
        zorder=5,
        annotation_clip=False,
    )
    stands_for(written, spot.row, spot.column)


def _names(table: Table) -> list[str]:
    """Names of the columns; with the heading above, or this alone, where that is needed to tell them apart."""
    labels = [column.label for column in table.columns]
    if len(set(labels)) == len(labels):
        return labels
    spanners = [column.spanner for column in table.columns]
    if len(set(labels)) == 1 and len(set(spanners)) == len(spanners):
        return spanners
    return [f"{column.spanner}: {column.label}" if column.spanner else column.label for column in table.columns]


def _name(table: Table, column: Column) -> str:
    """A column's name with the baseline probability that its effects change, where the table holds it."""
    name = _names(table)[table.columns.index(column)]
    baseline = table.cells.get((BASELINE, column.id))
    return f"{name} (baseline {baseline.text})" if baseline else name


def _keys(table: Table, room: float) -> list[str]:
    return [style.wrap(_name(table, column), LABEL, room, True) for column in table.columns]


def _write_keys(canvas: style.Canvas, table: Table, keys: list[str], sheet: Sheet) -> None:
    """The series above the drawing, in the order of their lanes, each with its marker on a piece of interval."""
    height = canvas.height - TICK_ROOM - sheet.height
    axes = canvas.axes(sheet.left, TICK_ROOM + sheet.height, style.WIDTH - sheet.left - style.MARGIN, height)
    axes.set(xlim=(0, style.WIDTH - sheet.left - style.MARGIN), ylim=(0, height))
    style.bare(axes)
    columns = [column.id for column in table.columns]
    for column, key, colour, marker in zip(columns, keys, style.PALETTE, style.MARKERS, strict=False):
        middle = height - style.text_height(key.split("\n")[0], LABEL) / 2
        axes.plot([0, KEY_GLYPH - 0.1], [middle, middle], color=colour, linewidth=1.7, solid_capstyle="butt")
        axes.plot((KEY_GLYPH - 0.1) / 2, middle, marker, ms=5.5, color=colour, mec="white", mew=0.6)
        look: style.Look = {"size": LABEL, "weight": "bold", "color": style.text_colour(colour), "linespacing": 1.2}
        stands_for(axes.text(KEY_GLYPH, height - 0.02, key, va="top", **look), column=column)
        height -= style.text_height(key, LABEL)


def _title(table: Table, column: Column, width: float) -> tuple[str, str]:
    """A panel's wrapped title and the line under it that states its main estimate, empty where it has none."""
    main = table.cells.get((MAIN, column.id))
    line = style.wrap(f"Main: {_number(main, table.decimals)}", LABEL, width) if main else ""
    return style.wrap(_name(table, column), LABEL, width, True), line


def _specification_panel(axes: "Axes", table: Table, sheet: Sheet, panel: Panel) -> None:
    """A column's estimates over the specifications, the main one's interval as a band across all of them."""
    _dress_panel(axes, sheet, panel)
    _main_band(axes, table.cells.get((MAIN, panel.columns[0].id)), panel.span)
    for line in sheet.lines:
        if line.row is not None:
            look = MAIN_LOOK if line.row.id == MAIN else OTHER_LOOK
            spot = Spot(line.middle, panel.span, line.stripe, line.row.id, panel.columns[0].id)
            _specification(axes, table.cell(line.row, *panel.columns), spot, look, table.decimals)


def _specification(axes: "Axes", cell: Cell, spot: Spot, look: Look, decimals: int) -> None:
    """An estimate of a specification curve."""
    _estimate(axes, cell, spot, look)
    if cell.value is not None:
        _write_beside(axes, _aside(cell, spot.span, decimals), spot, look)


def _main_band(axes: "Axes", main: Cell | None, span: Span) -> None:
    if main is None or main.value is None:
        return
    low, value, high = _points(main)
    axes.axvspan(span.within(low), span.within(high), color=to_rgba(style.ORANGE, 0.14), linewidth=0, zorder=0.2)
    if span.holds(value):
        axes.axvline(value, color=style.ORANGE, linewidth=1, linestyle=(0, (4, 2)), zorder=1.4)


def _write_title(axes: "Axes", title: tuple[str, str], column: Column) -> None:
    shift = 5.0
    for text, weight in ((title[1], "normal"), (title[0], "bold")):
        if text:
            look: style.Look = {
                "va": "bottom",
                "size": LABEL,
                "weight": weight,
                "color": style.INK,
                "linespacing": 1.2,
            }
            name = axes.annotate(text, (0, 1), (0, shift), xycoords="axes fraction", textcoords="offset points", **look)
            stands_for(name, column=column.id)
            shift += style.text_height(text, LABEL) * 72
