"""What the cells of a table tell: of which rows of which frame each gives the number, derived from its spec.

A number is a set of rows of a sample: those whose columns hold one of some categories. A cell tells its own number, the
base that it is shown with and, of a difference or a test, the numbers of its parts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pandas as pd

from mobility.settings import Axis, Item, Sample, TableSpec
from mobility.storage import StoredFrame

Frame: TypeAlias = pd.DataFrame | StoredFrame  # of the rows that are counted
Token = tuple[str, str]  # a column of a frame, and whether it is seen by category or by value
CATEGORY, VALUE = "category", "value"
YES, NO, AMOUNT, UNKNOWN = "1", "0", "amount", ""  # of a value
KNOWN = frozenset({YES, NO, AMOUNT})


@dataclass(frozen=True)
class Number:
    """How many rows of a sample are `where`; or the sum over them of the column `measure`."""

    where: frozenset[tuple[Token, frozenset[str]]] = frozenset()
    measure: str = ""


@dataclass(frozen=True)
class Told:
    """What one cell tells.

    own : the number that it is. base : its denominator. parts : numbers that somebody can compute from it and what
    stands beside it. within : of shares among them, the number that is in the share and the one that it is of.
    tokens : columns that tell its rows from those of the other cells of its table.
    """

    own: Number | None = None
    base: Number | None = None
    parts: tuple[Number, ...] = ()
    within: tuple[tuple[Number, Number], ...] = ()
    tokens: frozenset[Token] = frozenset()

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
    of that its cells are what was released then.
    """

    cells: pd.DataFrame
    spec: TableSpec
    sample: Sample | None = None
    frame: Frame | None = None
    weight: str = ""
    unit: str = "person"
    shares: TableSpec | None = None
    release: str = ""

    @property
    def frame_name(self) -> str:
        """Its frame, by a name that no frame of another release has."""
        return f"{self.release}:{self.spec.frame}" if self.release else self.spec.frame

    @property
    def counts(self) -> bool:
        """Whether its cells are numbers of rows of a frame that is at hand."""
        return self.frame is not None and self.spec.statistic.name in TELLS

    @cached_property
    def signed(self) -> frozenset[str]:
        """Columns of its frame that it sums and of which some value is below nothing."""
        sums = {item.sum for item in self.spec.columns.items if item.sum}
        return frozenset(name for name in sums if self.frame is not None and (self.frame[name] < 0).any())

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


def _where(*parts: tuple[Axis, Item] | tuple[Token, frozenset[str]]) -> frozenset[tuple[Token, frozenset[str]]]:
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
    """A rate tells the sum of its events; of signed ones no number adds up."""
    spec = table.spec
    if table.frame is None or column.sum in table.signed:
        return Told()
    return Told(Number(_where((spec.rows, row), (spec.columns, column)), column.sum), tokens=_axes(spec))


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


@dataclass(eq=False)
class Coded:
    """A frame's columns as codes: of each token the code of every row, and the names of the codes.

    found : by token (column and kind), the code of each row of `frame`, 0..k-1, and the k names.
    """

    frame: Frame
    found: dict[Token, tuple[np.ndarray, tuple[str, ...]]] = field(default_factory=dict)

    def of(self, token: Token) -> tuple[np.ndarray, tuple[str, ...]]:
        """Codes of the rows, 0..k-1, and the k names."""
        if token not in self.found:
            column, kind = token
            self.found[token] = _by_value(self.frame[column]) if kind == VALUE else _by_category(self.frame[column])
        return self.found[token]


def _by_category(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Categories as text, as the tabulator compares them; a missing one is empty."""
    codes, kinds = pd.factorize(column, use_na_sentinel=False)
    names = pd.Series(kinds).astype("str").fillna("").tolist()
    return _merged(codes, [str(name) for name in names])


def _by_value(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Unknown, no and yes of a column of 0 and 1; else unknown and an amount."""
    values = column.to_numpy("float64", na_value=np.nan)
    known = ~np.isnan(values)
    if np.isin(values[known], (0.0, 1.0)).all():
        return np.where(known, 1 + np.nan_to_num(values), 0).astype(np.int8), (UNKNOWN, NO, YES)
    return known.astype(np.int8), (UNKNOWN, AMOUNT)


def _merged(codes: np.ndarray, names: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes of different values with one text as one code."""
    kept = tuple(dict.fromkeys(names))
    at = {name: place for place, name in enumerate(kept)}
    return narrow([at[name] for name in names])[codes], kept


def narrow(codes: Sequence[int] | np.ndarray) -> np.ndarray:
    """Codes 0..k-1 in the smallest type that holds them: there is one a row of a frame."""
    found = np.asarray(codes, dtype=np.int64)
    return found.astype(np.min_scalar_type(-1 - int(found.max(initial=0))))
