"""How a table stands on a printed page: size of its type, widths of its columns, upright or on its side, its pieces.

Words are never broken, so a column is at least as wide as its longest word. Widths are estimated from the letters; a
test compares them with what Typst measures.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import ceil

from mobility.render.table import Cell, Column, Row, Table, errors_shown, spanned, spanning
from mobility.render.words import SIGNED, VERDICTS, error_text

LEAST = 7.0  # points; nothing is printed smaller
SMALL = 0.84  # of the size of a number, what stands under it
BOLD = 1.12
LINE = 1.28  # of the size of type, from one line to the next
ROW = 6.4  # points above and below the lines of a row
INDENT = 0.8  # ems of a row under the heading of its group
HEAD_LINES, SPAN_LINES, WORD_LINES = 3, 2, 4  # that a heading, one over others, and words may take and stand well
MOST_HEAD_LINES = 5  # that a heading may take where columns press
NOTE, NOTE_LINE, NOTE_GAP = 8.0, 9.0, 1.0  # points: size of a note, from one of its lines to the next, below a note
TITLE = 45.0  # points of a table's title and of what stands under it
UNBROKEN, SAFE = 0.42, 0.94  # of the height of a page upright, on its side: a table that is no higher stays on one
FEW = 0.3  # of a page: a table on its side that leaves no more to its last one is set closer if that saves it
LABELS, LABEL_LINES = 0.36, 2  # of the width of a page that labels of rows may take; lines of one where columns press
STACKED = 0.6  # of the height of a page that pieces under each other may take
WIDTHS = {  # ems of a letter of the reports' serif, the widest of each group
    0.285: " ,.:;'·|\u2019ijl",
    0.32: "ftIJ!()/{}",
    0.39: 'rs"-[]*\u201c\u201d',
    0.46: "0123456789acez$_",
    0.61: "BELPRTXYZ",
    0.75: "ACDGHKNOQUVw&%",
    0.9: "mMW@\u2713",
}
ORDINARY = 0.555
TEXTS = 50_000  # whose widths are kept: each is asked for many ways to set a table
LETTERS = {letter: width for width, letters in WIDTHS.items() for letter in letters}


@dataclass(frozen=True)
class Sheet:
    """A page for tables: width and height of what is printed on it, and the space beside each cell, in points."""

    width: float
    height: float
    inset: float
    sideways: bool = False


PAGE_OF_SITE = Sheet(650.0, 470.0, 1.5, sideways=True)  # A4 on its side as the print style of pages leaves it
UPRIGHT, SIDEWAYS = Sheet(481.0, 700.0, 3.5), Sheet(770.0, 470.0, 2.5, sideways=True)


@dataclass(frozen=True)
class Way:
    """A way to set a table: on which sheet and in which size (points).

    easy : words and headings have the room in which they stand well. turned : headings run upwards. stacked : columns
    may stand in pieces under each other.
    """

    sheet: Sheet
    size: float
    easy: bool = True
    turned: bool = False
    stacked: bool = False

    @property
    def small(self) -> float:
        """Size of what stands under a number."""
        return max(LEAST, SMALL * self.size)


# In this order; the last one serves always.
WAYS = (
    *(Way(UPRIGHT, size) for size in (9.5, 9.0, 8.5, 8.0)),
    *(Way(UPRIGHT, size, easy=False) for size in (8.0, 7.5)),
    *(Way(UPRIGHT, size, stacked=True) for size in (8.5, 8.0)),
    *(Way(SIDEWAYS, size) for size in (9.0, 8.5, 8.0, 7.5)),
    *(Way(SIDEWAYS, size, easy=False) for size in (8.0, 7.5, 7.0)),
    *(Way(SIDEWAYS, size, turned=True) for size in (8.0, 7.5, 7.0)),
    Way(SIDEWAYS, LEAST, easy=False, stacked=True),
)


@dataclass(frozen=True)
class Need:
    """Width that a column needs at least, with which it stands well, and in which nothing is broken, in points."""

    least: float
    easy: float
    full: float


@dataclass(frozen=True)
class Piece:
    """Columns that stand together, whether the base stands beside them, and all widths in points, labels first."""

    columns: tuple[Column, ...]
    base: bool
    widths: tuple[float, ...]

    @property
    def spans(self) -> tuple[tuple[str, int], ...]:
        """Headings over the columns' with how many columns each spans; empty where none has one."""
        return spanning(self.columns)

    @property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """First column and the one after the last of each of these headings, counted from 0."""
        return spanned(self.spans)


@dataclass(frozen=True)
class Ems:
    """Widths of a column in ems.

    word : the widest that is not broken. under : the widest that stands under a number. told : the longest words.
    head, spread : what its heading, and its share of the one over it, need at least, and to stand well.
    """

    word: float
    under: float
    told: float
    head: float
    spread: float


@dataclass(frozen=True, eq=False)
class Measured:
    """A table and the widths of what stands in it, which are the same in all ways to set it."""

    table: Table

    @cached_property
    def columns(self) -> dict[Column, Ems]:
        """Widths of the columns of numbers and words."""
        return {column: _ems_of(self.table, column) for column in self.table.columns}

    @cached_property
    def labels(self) -> tuple[float, float]:
        """Ems of the labels of the rows: of the longest part that is not broken, and of the longest label."""
        rows = self.table.rows
        indent = INDENT * any(row.group for row in rows)
        word = BOLD * max(longest_word(text) for text in (self.table.stub, *(row.label for row in rows))) + indent
        stub = BOLD * ems(self.table.stub) / HEAD_LINES
        return word, max(stub, *(ems(row.label) + indent for row in rows))

    @cached_property
    def base(self) -> float:
        """Ems of the base beside the columns."""
        return max(map(ems, (*self.table.base_column, "Base")))


@dataclass(frozen=True)
class Setting:
    """How a table is set; whole : it stays on one page."""

    way: Way
    pieces: tuple[Piece, ...]
    whole: bool


def setting_of(table: Table) -> Setting:
    """The first of `WAYS` in which a table fits."""
    measured = Measured(table)
    way, pieces = _closer(measured, *next((way, pieces) for way in WAYS if (pieces := _pieces(measured, way))))
    most = SAFE if way.sheet.sideways else UNBROKEN
    whole = _height(table, way, pieces) <= most * way.sheet.height
    return Setting(way, pieces if whole else tuple(_stretched(piece, way.sheet.width) for piece in pieces), whole)


def _closer(measured: Measured, way: Way, pieces: tuple[Piece, ...]) -> tuple[Way, tuple[Piece, ...]]:
    """A table on its side in smaller type, where this saves a last page that would hold only a few rows."""
    table = measured.table
    pages = _pages(table, way, pieces)
    if way.sheet.sideways and pages > 1 and pages % 1 < FEW:
        for other in WAYS[WAYS.index(way) + 1 :]:
            parts = _pieces(measured, other)
            if other.turned == way.turned and parts and ceil(_pages(table, other, parts)) < ceil(pages):
                return other, parts
    return way, pieces


def _pages(table: Table, way: Way, pieces: Sequence[Piece]) -> float:
    """Pages that a table fills, about, with the part of the last one."""
    return _height(table, way, pieces) / (SAFE * way.sheet.height)


def print_class(table: Table) -> str:
    """Classes by which pages are printed with a table whole: headings that run upwards, and a larger sheet (A3)."""
    measured = Measured(table)
    if _fits_whole(measured, Way(PAGE_OF_SITE, LEAST, easy=False)):
        return ""
    return "turned" if _fits_whole(measured, Way(PAGE_OF_SITE, LEAST, easy=False, turned=True)) else "turned largest"


def _fits_whole(measured: Measured, way: Way) -> bool:
    table = measured.table
    return sum(need.least for need in _needs(measured, table.columns, way, bool(table.base_column))) <= way.sheet.width


@lru_cache(TEXTS)
def ems(text: str) -> float:
    """Width of a text in ems."""
    return sum(LETTERS.get(letter, ORDINARY) for letter in text)


def longest_word(text: str) -> float:
    """Width of the longest part of a text that is not broken, in ems; a line may end after a hyphen between letters."""
    return max(map(ems, re.split(r"\s+|(?<=[^\W\d]-)(?=[^\W\d])", text)))


def _pieces(measured: Measured, way: Way) -> tuple[Piece, ...]:
    """The columns in as few pieces as fit; nothing where they do not."""
    table = measured.table
    for count in range(1, len(table.columns) + 1) if way.stacked else (1,):
        size = ceil(len(table.columns) / count)
        parts = [table.columns[start : start + size] for start in range(0, len(table.columns), size)]
        pieces = tuple(_piece(measured, part, way, part is parts[-1]) for part in parts)
        if all(_fits(measured, piece, way) for piece in pieces):
            low = way is WAYS[-1] or not way.stacked or _height(table, way, pieces) <= STACKED * way.sheet.height
            return pieces if low else ()
    return pieces if way is WAYS[-1] else ()


def _needs(measured: Measured, columns: Sequence[Column], way: Way, base: bool) -> list[Need]:
    """Needs of the labels, of columns and of the base if it stands beside them."""
    own = [_label_need(measured, way), *(_need(measured.columns[column], way) for column in columns)]
    return [*own, _base_need(measured, way)] if base else own


def _fits(measured: Measured, piece: Piece, way: Way) -> bool:
    needs = _needs(measured, piece.columns, way, piece.base)
    return sum(need.easy if way.easy else need.least for need in needs) <= way.sheet.width


def _piece(measured: Measured, columns: tuple[Column, ...], way: Way, last: bool) -> Piece:
    """Columns with widths between what they need and what leaves nothing broken."""
    base = last and bool(measured.table.base_column)
    needs = _needs(measured, columns, way, base)
    widths = grown([need.least for need in needs], [need.easy for need in needs], way.sheet.width)
    return Piece(columns, base, tuple(grown(widths, [need.full for need in needs], way.sheet.width)))


def grown(widths: list[float], wanted: list[float], room: float) -> list[float]:
    """Widths grown towards what is wanted, each by the same share of what it lacks, as far as there is room."""
    lacking = sum(wanted) - sum(widths)
    share = min(1.0, max(0.0, room - sum(widths)) / lacking) if lacking > 0 else 0.0
    return [width + share * (most - width) for width, most in zip(widths, wanted, strict=True)]


def _stretched(piece: Piece, width: float) -> Piece:
    """The piece as wide as the page, so that its notes may stand in its last row."""
    each = (width - sum(piece.widths)) / (len(piece.widths) + 1)
    return replace(piece, widths=(piece.widths[0] + 2 * each, *(own + each for own in piece.widths[1:])))


def _need(own: Ems, way: Way) -> Need:
    """What a column of numbers or words needs."""
    head, spread = (0.0, 0.0) if way.turned else (own.head, own.spread)
    beside = 2 * way.sheet.inset
    least = max(max(own.word, head) * way.size, own.under * way.small) + beside
    easy = max(least, max(spread, own.told / WORD_LINES) * way.size + beside)
    return Need(least, easy, max(easy, max(HEAD_LINES * spread, own.told) * way.size + beside))


def _ems_of(table: Table, column: Column) -> Ems:
    cells = [table.cell(row, column) for row in table.rows]
    long = [cell.text for cell in cells if cell.is_long]
    word = max([ems(cell.text) for cell in cells if not cell.is_long] + list(map(longest_word, long)))
    under = max((ems(line) for cell in cells for line in lines_under(cell)), default=0.0)
    return Ems(word, under, max(map(ems, long), default=0.0), *_head_need(table, column))


def _head_need(table: Table, column: Column) -> tuple[float, float]:
    """Ems that the heading of a column, and its share of the one over it, need at least, and to stand well."""
    beneath = sum(other.spanner == column.spanner for other in table.columns)
    own, over = ems(column.label), ems(column.spanner) / beneath
    least = max(longest_word(column.label), longest_word(column.spanner) / beneath, own / MOST_HEAD_LINES)
    return BOLD * least, BOLD * max(own / HEAD_LINES, over / SPAN_LINES)


def _label_need(measured: Measured, way: Way) -> Need:
    """What the labels of the rows need; those that are sentences may take more lines."""
    (word, longest), beside = measured.labels, 2 * way.sheet.inset
    full = longest * way.size + beside
    least, easy = (min(full / lines, LABELS * way.sheet.width) for lines in (LABEL_LINES, 1))
    least = max(least, word * way.size + beside)
    return Need(least, max(least, easy), max(least, full))


def _base_need(measured: Measured, way: Way) -> Need:
    widest = measured.base * way.small + 2 * way.sheet.inset
    return Need(widest, widest, widest)


def lines_under(cell: Cell) -> tuple[str, ...]:
    """What stands under a number: its error in brackets, and the published number with the sign of its verdict."""
    error = f"({error_text(cell, cell.decimals)})" if errors_shown(cell) else ""
    sign = f" {VERDICTS[cell.verdict][0]}" if cell.verdict in SIGNED else ""
    return tuple(filter(None, (error, f"{cell.published_text}{sign}" if cell.published_text else "")))


def notes_under(table: Table) -> tuple[str, ...]:
    """What stands under a table, a paragraph each: the comparison with print, marks, base, notes, source."""
    compared = f"Small figures: as published. {table.verdict} {table.why}".strip()
    signs = [f"{VERDICTS[word][0]} {VERDICTS[word][1]}." for word in SIGNED if word in table.verdicts_shown]
    found = [" ".join([compared, *signs])] if table.has_published else []
    found += [f"{mark} {meaning}" for mark, meaning in table.marks]
    found += [f"Base: {table.base_words}."] if table.base_column or table.base_row else []
    return (*found, *table.notes, table.source)


def _height(table: Table, way: Way, pieces: Sequence[Piece]) -> float:
    """Points that the table and its notes take, about."""
    heads = sum(_head_height(piece, way) for piece in pieces)
    groups = len({row.group for row in table.rows if row.group}) * (LINE * way.size + ROW)
    rows = sum(_row_height(table, row, way, piece) + ROW for piece in pieces for row in table.rows)
    notes = sum(ceil(ems(note) * NOTE / way.sheet.width) * NOTE_LINE + NOTE_GAP for note in notes_under(table))
    return TITLE + heads + len(pieces) * groups + rows + notes


def _head_height(piece: Piece, way: Way) -> float:
    """Points of the headings of columns, and of those over them."""
    widths = [width - 2 * way.sheet.inset for width in piece.widths[1:]]
    own = [BOLD * ems(column.label) for column in piece.columns]
    lines = max(ceil(wide * way.size / width) for wide, width in zip(own, widths, strict=False))
    tallest = max(own) if way.turned else lines * LINE
    return (tallest + SPAN_LINES * LINE * bool(piece.spans)) * way.size + 2 * ROW


def _row_height(table: Table, row: Row, way: Way, piece: Piece) -> float:
    inside = [width - 2 * way.sheet.inset for width in piece.widths]
    tallest = ceil(ems(row.label) * way.size / inside[0]) * LINE * way.size
    for column, width in zip(piece.columns, inside[1:], strict=False):
        cell = table.cell(row, column)
        lines = ceil(ems(cell.text) * way.size / width) if cell.is_long else 1
        tallest = max(tallest, LINE * (lines * way.size + len(lines_under(cell)) * way.small))
    return tallest
