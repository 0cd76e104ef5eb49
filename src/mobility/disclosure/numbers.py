"""What the cells of a table tell: of which rows of which frame each gives the number, derived from its spec.

A number is a set of rows of a sample: those whose columns hold one of some categories. A cell tells its own number, the
base that it is shown with and, of a difference or a test, the numbers of its parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations
from typing import TypeAlias

import numpy as np
import pandas as pd

from mobility.disclosure.coded import CATEGORY, KNOWN, VALUE, YES, Frame, Token
from mobility.settings import Axis, Item, Sample, TableSpec

EXACT = 1e-9  # of the sizes of numbers, within which one is the difference of two others
Where: TypeAlias = frozenset[tuple[Token, frozenset[str]]]  # by column the categories, one of which each row has


@dataclass(frozen=True)
class Number:
    """How many rows of a sample are `where`; or the sum over them of the column `measure`."""

    where: Where = frozenset()
    measure: str = ""


@dataclass(frozen=True)
class Told:
    """What one cell tells.

    own : the number that it is. base : its denominator. parts : numbers that somebody can compute from it and what
    stands beside it. within : of shares among them, the number that is in the share and the one that it is of.
    tokens : columns that tell its rows from those of the other cells of its table. net : whether it is a difference of
    two sums of events: what is counted in it is nobody's.
    """

    own: Number | None = None
    base: Number | None = None
    parts: tuple[Number, ...] = ()
    within: tuple[tuple[Number, Number], ...] = ()
    tokens: frozenset[Token] = frozenset()
    net: bool = False

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All of them."""
        return tuple(number for number in (self.own, self.base, *self.parts) if number is not None)


@dataclass(frozen=True, eq=False)
class Table:
    """Restricted cells of one table, and what they count.

    sample, frame : of a counted table, whom it counts, and the rows of the study's frame. name : of the frame.
    weight : column of weights, empty for none. unit : column of the persons, or areas. shares : of a table of tests,
    the spec of the table of shares that it compares. release : the earlier release that it is of, empty for this one;
    of that its cells are what was released then. counted : by place (row, column) what `persons` numbers, in the
    plural; persons where it says none.
    """

    cells: pd.DataFrame
    spec: TableSpec
    sample: Sample | None = None
    frame: Frame | None = None
    weight: str = ""
    unit: str = "person"
    shares: TableSpec | None = None
    release: str = ""
    counted: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def frame_name(self) -> str:
        """Its frame, by a name that no frame of another release has."""
        return f"{self.release}:{self.spec.frame}" if self.release else self.spec.frame

    @property
    def counts(self) -> bool:
        """Whether its cells are numbers of rows of a frame that is at hand."""
        return self.frame is not None and self.spec.statistic.name in TELLS

    @cached_property
    def signed(self) -> Mapping[str, tuple[str, ...]]:
        """Columns that it sums of which some value is below nothing, each with the two that it is the difference of.

        As net moves, of those in and those out; without any where it sums no two such.
        """
        if self.frame is None:
            return {}
        names = dict.fromkeys(item.sum for item in self.spec.columns.items if item.sum)
        sums = {name: self.frame[name].to_numpy("float64", na_value=np.nan) for name in names}
        below = [name for name in sums if (sums[name] < 0).any()]
        pairs = list(permutations([name for name in sums if name not in below], 2))
        return {name: next((pair for pair in pairs if _differ(sums[pair[0]], sums[pair[1]], sums[name])), ())
                for name in below}  # fmt: skip

    @cached_property
    def told(self) -> list[Told]:
        """What each of its cells tells, in their order."""
        if not self.counts:
            return [Told()] * len(self.cells)
        rows = {item.id: item for item in self.spec.rows.items}
        columns = {item.id: item for item in self.spec.columns.items}
        tells = TELLS[self.spec.statistic.name]
        found = {}
        for row, column in dict.fromkeys(zip(self.cells["row"], self.cells["column"], strict=True)):
            found[row, column] = tells(self, rows[row], columns[column])
        return [found[place] for place in zip(self.cells["row"], self.cells["column"], strict=True)]


def _where(*parts: tuple[Axis, Item] | tuple[Token, frozenset[str]]) -> Where:
    found = set()
    for of, wanted in parts:
        if isinstance(of, Axis) and isinstance(wanted, Item):
            if of.of and not wanted.everyone:
                found.add(((of.of, CATEGORY), frozenset(wanted.of)))
        elif not isinstance(of, Axis) and not isinstance(wanted, Item):
            found.add((of, wanted))
    return frozenset(found)


def _axes(spec: TableSpec, *values: str) -> frozenset[Token]:
    axes = {(axis.of, CATEGORY) for axis in (spec.rows, spec.columns) if axis.of}
    return frozenset(axes | {(value, VALUE) for value in values if value})


def _share(table: Table, row: Item, column: Item) -> Told:
    spec = table.spec
    if column.before:
        return _change(table, row, column)
    both = _where((spec.rows, row), (spec.columns, column))
    base = _where((spec.rows, row)) if spec.within == "row" else _where((spec.columns, column))
    return _shared(Number(both), Number(base), _axes(spec))


def _shared(own: Number, base: Number, tokens: frozenset[Token]) -> Told:
    return Told(own, base, within=((own, base),), tokens=tokens)


def _change(table: Table, row: Item, column: Item) -> Told:
    """A difference between two groups tells both, in its row and in all, to whoever knows one of them."""
    spec, pairs = table.spec, []
    for group in (column.before, column.after):
        inside = ((spec.columns.of, CATEGORY), frozenset({group}))
        pairs.append((Number(_where((spec.rows, row), inside)), Number(_where(inside))))
    parts = tuple(number for pair in pairs for number in pair)
    return Told(parts=parts, within=tuple(pairs), tokens=_axes(spec))


def _count(table: Table, row: Item, column: Item) -> Told:
    """A count tells itself: its base, the count of the whole column, no page shows, and no released file tells it."""
    spec = table.spec
    return Told(Number(_where((spec.rows, row), (spec.columns, column))), tokens=_axes(spec))


def _proportion(table: Table, row: Item, column: Item) -> Told:
    return _answered(table.spec, row, column, column.mean)


def _answered(spec: TableSpec, row: Item, column: Item, value: str) -> Told:
    """Rows that say yes among those with a known answer."""
    there = ((spec.rows, row), (spec.columns, column))
    yes, known = ((value, VALUE), frozenset({YES})), ((value, VALUE), KNOWN)
    return _shared(Number(_where(*there, yes)), Number(_where(*there, known)), _axes(spec, value))


def _mean(table: Table, row: Item, column: Item) -> Told:
    """A mean tells how many rows have a value and, of a column of 0 and 1, how many have 1; so does an extreme."""
    told = _answered(table.spec, row, column, column.mean or row.describes)
    if column.shows == "observations":
        return Told(told.base, tokens=told.tokens)
    if column.shows in ("min", "max"):
        return Told(parts=told.numbers, within=told.within, tokens=told.tokens)
    return Told(told.base, parts=told.numbers[:1], within=told.within, tokens=told.tokens)


def _median(table: Table, row: Item, column: Item) -> Told:
    spec, known = table.spec, ((column.median, VALUE), KNOWN)
    if not column.before:
        return Told(Number(_where((spec.rows, row), (spec.columns, column), known)), tokens=_axes(spec, column.median))
    groups = [((spec.columns.of, CATEGORY), frozenset({group})) for group in (column.before, column.after)]
    parts = tuple(Number(_where((spec.rows, row), group, known)) for group in groups)
    return Told(parts=parts, tokens=_axes(spec, column.median))


def _rate(table: Table, row: Item, column: Item) -> Told:
    """A rate tells the sum of its events; of signed ones both of those that it is the difference of."""
    spec, where = table.spec, _where((table.spec.rows, row), (table.spec.columns, column))
    if column.sum in table.signed:
        parts = tuple(Number(where, name) for name in table.signed[column.sum])
        return Told(parts=parts, tokens=_axes(spec), net=bool(parts))
    return Told(Number(where, column.sum), tokens=_axes(spec))


def _differ(more: np.ndarray, less: np.ndarray, apart: np.ndarray) -> bool:
    """Whether numbers are those by which others differ, row by row, but for the last digits of their sizes."""
    return bool((np.abs(more - less - apart) <= EXACT * (more + less)).all())


def _test(table: Table, row: Item, column: Item) -> Told:
    """A test tells what the shares that it compares tell."""
    shares = table.shares
    if shares is None:
        return Told()
    rows = {item.id: item for item in shares.rows.items}
    columns = {item.id: item for item in shares.columns.items}
    places = [(rows[name], columns[at]) for name in (row.before, row.after) for at in (row.column, row.since) if at]
    told = [_answered(shares, down, across, across.mean or down.mean) for down, across in places]
    parts = tuple(number for one in told for number in one.numbers)
    within = tuple(pair for one in told for pair in one.within)
    return Told(parts=parts, within=within, tokens=frozenset().union(*(one.tokens for one in told)))


TELLS: Mapping[str, Callable[[Table, Item, Item], Told]] = {
    "share": _share,
    "comparison": _share,
    "change": _change,
    "count": _count,
    "proportion": _proportion,
    "mean": _mean,
    "description": _mean,
    "median": _median,
    "rate": _rate,
    "log_odds": _test,
}
