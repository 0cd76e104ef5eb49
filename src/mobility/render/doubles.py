"""Numbers that a picture would show twice: equal rows, a sum beside its parts, a line and its mirror."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from mobility.render.table import Column, Row, Table

TINY = 1e-9
MOST = 3  # of equal rows that a sentence names; where more are, as readings that change nothing, the picture shows it
LINE = tuple[float | None, ...]


def twins(table: Table) -> str:
    """A sentence on rows, or else columns, that are equal in every number; empty where none are, or all are zero."""
    for several, lines in _both_ways(table):
        groups: dict[LINE, list[str]] = {}
        for item, line in zip(several, lines, strict=True):
            if sum(bool(value) for value in line) > 1:
                groups.setdefault(line, []).append(item.label)
        if same := [" and ".join(labels) for labels in groups.values() if 1 < len(labels) <= MOST]:
            return f"Equal in every number: {'; '.join(same)}."
    return ""


def doubled(kind: str, table: Table) -> Iterator[tuple[str, str]]:
    """What a figure of a kind draws twice: for `bars` a sum beside its parts, for `lines` a line and its mirror."""
    if kind == "bars" and min(len(table.rows), len(table.columns)) == 1:
        yield from _sums(table)
    if kind == "lines":
        yield from _mirrors(table)


def _both_ways(table: Table) -> Iterator[tuple[Sequence[Row | Column], list[LINE]]]:
    """Rows with the numbers of each, then columns with theirs."""
    lines: list[LINE] = [tuple(table.cell(row, column).value for column in table.columns) for row in table.rows]
    yield table.rows, lines
    yield table.columns, list(zip(*lines, strict=True))


def _sums(table: Table) -> Iterator[tuple[str, str]]:
    """Bars of shares that are the sum of two or more of the others next to them."""
    bars = [(row, column, table.cell(row, column).value or 0.0) for row in table.rows for column in table.columns]
    parts = [value for _, _, value in bars if value > 0]
    for row, column, value in bars:
        others = [other for other in parts if other != value]
        sums = (sum(some) for size in range(2, len(others) + 1) for some in combinations(others, size))
        if value > 0 and len(bars) <= 12 and any(abs(total - value) < TINY for total in sums):
            yield "a sum beside its parts", _name(row, column, table)


def _name(row: Row, column: Column, table: Table) -> str:
    return column.label if len(table.columns) > 1 else row.label


def _mirrors(table: Table) -> Iterator[tuple[str, str]]:
    """Pairs of lines whose numbers add to one and the same whole everywhere."""
    for several, lines in _both_ways(table):
        for (one, first), (other, second) in combinations(zip(several, lines, strict=True), 2):
            if len(first) > 2 and _adds_up(first, second):
                yield "a line and its mirror", f"{one.label} / {other.label}"


def _adds_up(first: Sequence[float | None], second: Sequence[float | None]) -> bool:
    sums = [a + b for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    moves = len({value for value in first if value is not None}) > 1
    return moves and len(sums) > 2 and all(abs(total - 1) < TINY for total in sums)
