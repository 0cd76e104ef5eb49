"""What a fit rests on: the persons in its very rows, and how few of them are on one side of what it compares."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from mobility.estimators import BINARY, COUNT, TABLE
from mobility.models import Fit, Prepared, TableFit
from mobility.models.design import CONSTANT, Block
from mobility.models.fixed_effects import ESTIMATOR as WITHIN
from mobility.models.identify import reference_of
from mobility.models.result import IndexFit, used_rows

KEEP_ALL = ("ols", WITHIN)  # estimators of which a category whose members have all the same outcome stays
MANY = 1000  # rows on a side, from which on its persons are not counted
WHOLE = 1e-6  # of a count, within which a weighted one is a whole number, as with weights that are all alike
EXACT = 1e-8  # of the log likelihood of a row, within which each is fitted as it is


@dataclass(frozen=True)
class Basis:
    """Whom a fit rests on.

    persons : distinct persons in the rows that it used, which may be fewer than the complete cases. left_out : those in
    complete cases that it did not use. droppable : those in the smallest of the categories that it compares, with which
    it would have dropped them had all been alike: NaN of one that drops none. outside : of a linear model of an outcome
    of 0 and 1 those with a prediction outside of these, or within, where that is fewer; NaN where they are many.
    df : residual degrees of freedom, NaN where nothing was estimated, and of a fit to a table of counts, whose degrees
    of freedom `table_df` are of its cells and not of persons. outcome : of a binary
    outcome persons on its rarer side, NaN where they are many; of a fit that a reference level
    kept from being made, persons in that. sides : by coefficient persons on the rarest of the
    sides that it compares, NaN where they are many or it compares none; of one that was not estimated, of whom the
    reason tells, persons on the rarer side of its column in the complete cases.
    rows, complete, events : names of the rows that it used, of the complete cases, and of those that it used with the
    outcome (`nested.py`); empty where they have none. saturated : whether a binary outcome has as many coefficients as
    there are different rows of indicators: these are its shares, and with their errors they give the rows back.
    least : of a fit to a table of people the smallest count above 0, NaN of weighted ones, which are no whole
    numbers: its deviance, and anything else that all counts are in, picks the one table out of those that what is shown
    of the counts leaves. Of a saturated fit to indicators the fewest persons of one of its different rows with the
    outcome, or without it.
    """

    persons: int
    left_out: int = 0
    droppable: float = np.nan
    outside: float = np.nan
    df: float = np.nan
    outcome: float = np.nan
    sides: Mapping[str, float] = field(default_factory=dict)
    table_df: float = np.nan
    rows: str = ""
    complete: str = ""
    events: str = ""
    saturated: bool = False
    least: float = np.nan

    def fewest(self, name: str) -> float:
        """Persons on the rarer side of the outcome and of a coefficient, NaN where they are many."""
        return float(np.fmin(self.outcome, self.sides.get(name, np.nan)))


def basis_of(data: Prepared, found: Fit) -> Basis:
    """Whom a fit of prepared data rests on."""
    kind = data.spec.outcome.kind
    estimated = found.rank > 0
    table_df = float(found.table.df) if estimated and isinstance(found, TableFit) else np.nan
    df = min(float(found.n - found.rank), found.df) if estimated and kind != TABLE else np.nan
    outcome = np.nan
    if kind == BINARY and estimated:
        events = _events(data, found)
        outcome = min(_persons(data, found.rows[side]) for side in (events, ~events))
    elif not estimated:
        outcome = _behind_reason(data, found)
    sides = {**dict(_sides(data, found)), **dict(_sides_of_dropped(data, found))} if data.unit is not None else {}
    if found.estimator == WITHIN and data.unit is not None and found.n:
        outcome, sides = _of_changes(data, found, outcome, sides)
    unused = np.ones(data.design.n, dtype=bool)
    unused[found.rows] = False
    people, left_out = (data.people_in(rows) for rows in (found.rows, np.flatnonzero(unused)))
    saturated, least = _saturated(data, found)
    least = float(np.fmin(least, _least(found)))
    drops = kind in (BINARY, COUNT) and found.estimator not in KEEP_ALL
    droppable = np.fmin.reduce([*sides.values(), np.nan]) if drops else np.nan
    return Basis(
        persons=people,
        left_out=left_out,
        droppable=droppable,
        outside=_outside(data, found),
        df=df,
        outcome=outcome,
        sides=sides,
        table_df=table_df,
        saturated=saturated,
        least=least,
    )


def _outside(data: Prepared, found: Fit) -> float:
    """Persons on the rarer side of predictions outside 0 and 1 and within, NaN of a fit that counts none outside."""
    if data.spec.outcome.kind != BINARY or not (isinstance(found, IndexFit) and found.share_outside > 0):
        return np.nan
    predicted = used_rows(data.design, found.rows) @ np.nan_to_num(found.params)
    outside = (predicted < 0) | (predicted > 1)
    return min(_persons(data, found.rows[side]) for side in (outside, ~outside) if side.any())


def _least(found: Fit) -> float:
    """The smallest count above 0 of a table that is fitted, NaN where it is none of whole numbers."""
    counts = found.table.counts if isinstance(found, TableFit) else np.zeros(0)
    whole = counts.any() and np.allclose(counts, np.round(counts), rtol=0, atol=WHOLE)
    return float(counts[counts > 0].min()) if whole else np.nan


def _saturated(data: Prepared, found: Fit) -> tuple[bool, float]:
    """Whether the fitted probabilities of a binary outcome are shares of its rows, as far as they can be told apart.

    A fit to indicators alone has a coefficient for each of their different rows, or it fits every row exactly. Of the
    first kind also the fewest persons of one of these rows with the outcome, or without it; else NaN.
    """
    if data.spec.outcome.kind != BINARY or found.rank == 0:
        return False, np.nan
    if all(block.binary or block.kind == CONSTANT for block in data.design.blocks.values()):
        different, rows = np.unique(used_rows(data.design, found.rows), axis=0, return_inverse=True)
        if len(different) == found.rank:
            cells = 2 * rows.ravel() + _events(data, found)
            return True, float(min(data.people_in(found.rows[cells == cell]) for cell in np.unique(cells)))
    # One that stopped on its way there has an infinite likelihood: a row is still on the wrong side, by far.
    exact = np.isinf(found.log_likelihood) or abs(found.log_likelihood) < EXACT * found.n
    return bool(exact) and found.estimator not in KEEP_ALL, np.nan


def _behind_reason(data: Prepared, found: Fit) -> float:
    """Persons in the reference level that a fit could not do with, as its note says; NaN of another reason."""
    for block in data.design.blocks.values():
        if block.kind == "factor" and found.note.startswith(reference_of(block)):
            others = used_rows(data.design, found.rows)[:, list(block.columns)].sum(axis=1)
            return _persons(data, found.rows[others == 0])
    return np.nan


def _events(data: Prepared, found: Fit) -> np.ndarray:
    """True for the rows of a fit that have a binary outcome."""
    return data.outcome.to_numpy("float64")[data.design.kept[found.rows]] > 0


def _sides(data: Prepared, found: Fit) -> Iterator[tuple[str, float]]:
    """Coefficients, with the persons of the rarest of the sides that each compares; NaN of those that compare none."""
    X = used_rows(data.design, found.rows)
    blocks = [block for block in data.design.blocks.values() if block.kind != CONSTANT and len(X)]
    rest = {block.term: X[:, list(block.columns)].sum(axis=1) == 0 for block in blocks if block.binary}
    # What the reference of a term has more or less, the constant has: of least squares just as much.
    terms = [[part.term for part in block.parts or (block,) if part.term in rest] for block in blocks]
    references = [np.logical_and.reduce([rest[term] for term in own]) for own in terms if own]
    of_references = (found.rows[side] for side in references if 0 < np.count_nonzero(side) < MANY)
    yield CONSTANT, min(map(float, map(data.people_in, of_references)), default=np.nan)
    for block in blocks:
        bases = list(_bases(block, blocks, rest))
        factors = block.products if block.parts else [(column,) for column in block.columns]
        for column, own in zip(block.columns, factors, strict=True):
            ends = [(X[:, one] != 0, rest[term]) for one, term in zip(own, _terms(block), strict=True) if term in rest]
            sides = [*_compared(ends, bases), *([] if block.binary or block.parts else [_unusual(X[:, column])])]
            few = (found.rows[side] for side in sides if 0 < np.count_nonzero(side) < MANY)
            yield data.design.names[column], min(map(float, map(data.people_in, few)), default=np.nan)


def _unusual(numbers: np.ndarray) -> np.ndarray:
    """Rows with another number than most have, none where no number is that of most: it is the median then."""
    away = numbers != np.median(numbers)
    return away & (2 * np.count_nonzero(away) < len(away))


def _sides_of_dropped(data: Prepared, found: Fit) -> Iterator[tuple[str, float]]:
    """Columns of the design that the fit dropped, with the persons of the rarer of their sides that anybody is on."""
    for name in (dropped.name for dropped in found.dropped if dropped.name in data.design.names):
        there = data.design.X[:, data.design.names.index(name)] != 0
        sides = [np.flatnonzero(side) for side in (there, ~there) if 0 < np.count_nonzero(side) < MANY]
        yield name, min((float(data.people_in(side)) for side in sides), default=np.nan)


def _of_changes(
    data: Prepared, found: Fit, outcome: float, sides: Mapping[str, float]
) -> tuple[float, dict[str, float]]:
    """`outcome` and `sides` of a fit within persons, which compares those alone who change.

    Where nobody's outcome changes, that tells of the persons on its rarer side; a term that nobody changes tells of
    those on the sides of its column.
    """
    X, names = used_rows(data.design, found.rows), data.design.names
    changes = dict(zip(names, map(float, data.people_who_change(X, found.rows)), strict=True))
    own = {name: float(np.fmin(few, changes[name] or np.nan)) for name, few in {**changes, **sides}.items()}
    if data.spec.outcome.kind != BINARY:
        return outcome, own
    events = _events(data, found)
    changed = float(data.people_who_change(events[:, None], found.rows)[0])
    least = min(_persons(data, found.rows[side]) for side in (events, ~events) if side.any())
    return (changed if found.rank else least), own


def _compared(ends: Sequence[tuple[np.ndarray, np.ndarray]], bases: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Rows of the sides that a column compares: every crossing of its terms of 0 and 1, all others, those in each base.

    ends : of each of these terms the rows with the column, and those in the reference; a number has none, and is the
    slope of all, or of a base. bases : as `_bases` gives them.
    """
    crossed = [np.logical_and.reduce(sides) for sides in product(*ends)]
    if ends:
        yield from (~crossed[0], *crossed)
    yield from (base & side for base in bases for side in crossed)


def _bases(block: Block, blocks: Sequence[Block], rest: Mapping[str, np.ndarray]) -> Iterator[np.ndarray]:
    """Of each interaction between the terms of a block and more the rows that are in the reference of these.

    Beside it the block is what is so there, and those who are elsewhere say nothing of it. rest : by term of 0 and 1
    the rows in its reference.
    """
    own = set(_terms(block))
    for other in blocks:
        more = [rest[term] for term in _terms(other) if term not in own and term in rest]
        if own < set(_terms(other)) and more:
            yield np.logical_and.reduce(more)


def _terms(block: Block) -> list[str]:
    """The terms that a block is of: itself, or those that it is between."""
    return [part.term for part in block.parts or (block,)]


def _persons(data: Prepared, rows: np.ndarray) -> float:
    """Distinct persons in some rows of the design; NaN where the rows are many."""
    return float(data.people_in(rows)) if len(rows) < MANY else np.nan
