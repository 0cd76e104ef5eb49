"""A table as print sets it: headings, lines of text, notes and what to cite; one for every format of words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mobility.render.citing import sentences, sources_of
from mobility.render.table import Cell, Column, Row, Table, errors_shown
from mobility.render.words import error_text

GROUP, ROW, UNDER, BASE = "group", "row", "under", "base"
PUBLISHED = "published"


@dataclass(frozen=True)
class Line:
    """A line of a table: the heading of a `group`, a `row`, the errors `under` one, or the `base` of the columns.

    texts : one a column, empty for the heading of a group. inset : whether it stands under such a heading.
    """

    kind: str
    label: str
    texts: tuple[str, ...] = ()
    inset: bool = False


@dataclass(frozen=True)
class Head:
    """Heading of a column, what spans it and its neighbours, and whether the column holds words."""

    label: str
    spanner: str = ""
    words: bool = False


@dataclass(frozen=True)
class Setting:
    """A table in text. made : that it is made up, or empty. notes : sentences under it. cited : terms and sentences.

    id, number, title : of the table. under : what stands under its title. stub : heading of the labels. heads, lines :
    its columns and rows.
    """

    id: str
    number: str
    title: str
    under: str
    made: str
    stub: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    cited: tuple[tuple[str, str], ...]

    @property
    def caption(self) -> str:
        """Number and title."""
        return f"{self.number}: {self.title}"

    @property
    def spanners(self) -> tuple[tuple[str, int, int], ...]:
        """Headings over those of the columns, each with its first column and the one after its last, from 0."""
        found: list[tuple[str, int, int]] = []
        for place, head in enumerate(self.heads):
            if found and found[-1][0] == head.spanner:
                found[-1] = (head.spanner, found[-1][1], place + 1)
            else:
                found.append((head.spanner, place, place + 1))
        return tuple(found) if any(label for label, _, _ in found) else ()


@dataclass(frozen=True)
class _Shown:
    """A column of text: its heading, and what stands in it of a row, and under that."""

    head: Head
    text: Callable[[Row], str]
    under: Callable[[Row], str]


def set_out(table: Table) -> Setting:
    """A table in text. Published values stand in columns of their own, where the table has them."""
    shown = [one for column in table.columns for one in _columns(table, column)]
    if table.base_column:
        shown.append(_Shown(Head("Base"), table.base_of, _nothing))
    return Setting(
        id=f"{table.study}_{table.id}",
        number=table.number,
        title=table.title,
        under=" ".join(f"{part}." for part in (table.heading, table.unit) if part),
        made=table.origin.made,
        stub=table.stub,
        heads=tuple(one.head for one in shown),
        lines=tuple(_lines(table, shown)),
        notes=tuple(_notes(table)),
        cited=sentences(sources_of(table)),
    )


def _columns(table: Table, column: Column) -> Iterator[_Shown]:
    def cell(row: Row) -> Cell:
        return table.cell(row, column)

    head = Head(column.label, column.spanner, words=column.id in table.word_columns)
    yield _Shown(head, lambda row: cell(row).text, lambda row: _error(cell(row)))
    if any(cell(row).published_text for row in table.rows):
        beside = Head(f"{column.label}, {PUBLISHED}", column.spanner)
        yield _Shown(beside, lambda row: cell(row).published_text, _nothing)


def _error(cell: Cell) -> str:
    return f"({error_text(cell, cell.decimals)})" if errors_shown(cell) else ""


def _nothing(row: Row) -> str:
    return ""


def _lines(table: Table, shown: Sequence[_Shown]) -> Iterator[Line]:
    for group, rows in table.row_groups:
        if group:
            yield Line(GROUP, group)
        for row in rows:
            yield Line(ROW, row.label, tuple(one.text(row) for one in shown), bool(group))
            under = tuple(one.under(row) for one in shown)
            if any(under):
                yield Line(UNDER, "", under, bool(group))
    if table.base_row:
        yield Line(BASE, "Base", tuple(_base_texts(table)))


def _base_texts(table: Table) -> Iterator[str]:
    """The denominators, nothing in the columns of published values."""
    for column, base in zip(table.columns, table.base_row, strict=True):
        yield base
        yield from [""] * (len(list(_columns(table, column))) - 1)


def _notes(table: Table) -> Iterator[str]:
    if table.has_published and table.verdict:
        yield table.verdict
    yield from (f"{mark} {meaning}" for mark, meaning in table.marks)
    if table.base_column or table.base_row:
        yield f"Base: {table.base_words}."
    yield from table.notes
    yield table.source
