"""From the terms of a model spec and a frame to a matrix of regressors: the identical regressors of Tables A1 to A4."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import DataError, SpecError, nearest
from mobility.settings.terms import INTERACTION, Term

CONSTANT = "constant"
KINDS = ("polynomial", "indicator", "continuous", "factor", INTERACTION)
# Rows in which a column is first compared with the products of others.
FEW_ROWS = 64
BY_CHANCE = 50  # rows other than 0 from which on a column that equals a product is one


@dataclass(frozen=True)
class Block:
    """The columns of one term.

    term : id of the term. kind : one of `KINDS`, or `constant`. columns : their places in the design, in order.
    reference : level of a factor that has no column, else empty.
    parts : of an interaction the blocks that it is between.
    """

    term: str
    kind: str
    columns: tuple[int, ...]
    reference: str = ""
    parts: tuple["Block", ...] = ()

    @property
    def binary(self) -> bool:
        """Whether the columns hold only 0 and 1."""
        return all(part.binary for part in self.parts) if self.parts else self.kind in ("indicator", "factor")

    @property
    def products(self) -> tuple[tuple[int, ...], ...]:
        """Of an interaction, for each column those that it is the product of: the first part's change fastest."""
        return tuple(places[::-1] for places in product(*(part.columns for part in reversed(self.parts))))


@dataclass(frozen=True)
class Loss:
    """Rows without a value for a term or required column: `missing` in all, `dropped` those not lost before."""

    term: str
    missing: int
    dropped: int
    remaining: int


@dataclass(frozen=True, eq=False)
class Design:
    """Regressors of the complete cases.

    X : float64, n x k, the constant first; in the units of the frame.
    names : k names of coefficients: the constant, the id of an indicator or continuous term, the `rows` of a
        polynomial, the levels of a factor (without its reference), those of the parts of an interaction joined by #.
    blocks : by id of the term, in the order of the spec, the constant first.
    kept : n positions in the frame of the rows of X, increasing. rows_in : rows of the frame.
    losses : in the order of their removal; `dropped` adds up to rows_in - n.
    """

    X: np.ndarray
    names: tuple[str, ...]
    blocks: dict[str, Block]
    kept: np.ndarray
    rows_in: int
    losses: tuple[Loss, ...]

    @property
    def n(self) -> int:
        """Complete cases."""
        return len(self.kept)

    @property
    def terms(self) -> tuple[str, ...]:
        """The term of each column, length k."""
        found = {column: block.term for block in self.blocks.values() for column in block.columns}
        return tuple(found[column] for column in range(len(self.names)))

    @property
    def references(self) -> frozenset[str]:
        """Levels of its factors that have no column."""
        return frozenset(block.reference for block in self.blocks.values() if block.reference)

    @property
    def binary(self) -> np.ndarray:
        """True for the columns that hold only 0 and 1, length k."""
        return np.array([self.blocks[term].binary for term in self.terms])

    @cached_property
    def products(self) -> dict[int, tuple[int, ...]]:
        """Columns of interactions, each with the columns that it is the product of."""
        blocks = [block for block in self.blocks.values() if block.parts]
        return {column: own for block in blocks for column, own in zip(block.columns, block.products, strict=True)}

    def columns_at(self, term: str, value: Any) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Columns of a term, and what they hold at a level of a factor, 0 or 1 of an indicator, or a number.

        Raises
        ------
        SpecError
            No such term or level, or an interaction, which has the values of its terms.
        """
        main = [name for name, block in self.blocks.items() if block.kind not in (CONSTANT, INTERACTION)]
        if term not in main:
            raise SpecError(f"models: profile: no term `{term}`; {nearest(term, main)}.")
        block = self.blocks[term]
        if block.kind != "factor":
            return block.columns, tuple(float(value) ** power for power in range(1, len(block.columns) + 1))
        levels = [self.names[column] for column in block.columns]
        if str(value) not in (*levels, block.reference):
            raise SpecError(
                f"models: profile: `{term}` has no level `{value}`; {nearest(str(value), [*levels, block.reference])}."
            )
        return block.columns, tuple(float(level == str(value)) for level in levels)

    def rows_with(self, values: Mapping[str, Any]) -> np.ndarray:
        """True for the complete cases whose terms have these values."""
        here = np.ones(self.n, dtype=bool)
        for term, value in values.items():
            columns, own = self.columns_at(term, value)
            here &= (self.X[:, columns] == own).all(axis=1)
        return here

    def align(self, values: Any, what: str) -> np.ndarray:
        """`values` (one a row of the frame, or one a complete case) at the complete cases, without missing values.

        Raises
        ------
        DataError
            The length is neither, or a value is missing.
        """
        array = values.array if isinstance(values, pd.Series) else np.asarray(values)
        if len(array) not in (self.rows_in, self.n):
            raise DataError(
                f"{what}: {len(array)} values for a frame of {self.rows_in} rows with {self.n} complete cases. "
                "Give one value for each row of the frame that went into `build_design`."
            )
        array = array[self.kept] if self.n < len(array) else array  # all of many rows would be copied for nothing
        gaps = int(pd.isna(array).sum())
        if gaps:
            raise DataError(
                f"{what}: missing in {gaps} of {self.n} complete cases. "
                "Name its column in `required` of `build_design`, which drops and counts those rows."
            )
        return array


def build_design(frame: pd.DataFrame, terms: Sequence[Term], required: Sequence[str] = ()) -> Design:
    """Matrix of regressors over the complete cases of `frame`.

    Parameters
    ----------
    frame : one row an observation; missing values as NaN or NA.
    terms : of a model spec. Indicators hold 0 and 1; the reference of a factor is one of its levels.
    required : further columns that a complete case must have (outcome, weight, cluster), lost first.

    Raises
    ------
    SpecError
        A term is not well formed, or two terms give a coefficient of the same name.
    DataError
        The frame lacks a column, an indicator is not 0 or 1, a factor has a value outside its levels, a value is inf,
        a column is the product of two others.
    """
    for term in terms:
        _check(term)
    names = [name for term in terms for name in term.coefficients]
    _reject_duplicates([CONSTANT, *names])
    values = {term.id: _values(frame, term) for term in terms if term.kind != INTERACTION}
    gaps = {column: _column(frame, column, column).isna().to_numpy() for column in required}
    gaps |= {term: np.isnan(found) for term, found in values.items()}
    complete, losses = _complete_cases(gaps, len(frame))
    kept = np.flatnonzero(complete)
    X = np.ones((len(kept), 1 + len(names)), order="F")
    blocks = {CONSTANT: Block(CONSTANT, CONSTANT, (0,))}
    place = 1
    for term in terms:
        columns = tuple(range(place, place + len(term.coefficients)))
        block = Block(term.id, term.kind, columns, term.reference)
        if term.kind != INTERACTION:
            _fill(X, columns, values[term.id], kept, term)
        blocks[term.id] = block
        place += len(columns)
    blocks |= {term.id: _interaction(X, term, blocks) for term in terms if term.kind == INTERACTION}
    design = Design(X, (CONSTANT, *names), blocks, kept, len(frame), losses)
    _reject_products(design)
    return design


def _interaction(X: np.ndarray, term: Term, blocks: Mapping[str, Block]) -> Block:
    """The block of an interaction, its columns written into X."""
    block = replace(blocks[term.id], parts=tuple(blocks[part.id] for part in term.parts))
    for column, factors in zip(block.columns, block.products, strict=True):
        X[:, column] = X[:, factors].prod(axis=1)
    return block


def _reject_products(design: Design) -> None:
    """DataError where an indicator or number is the product of columns of two other terms: it is an interaction."""
    main = [block for block in design.blocks.values() if block.kind not in (CONSTANT, INTERACTION)]
    of = {column: block for block in main for column in block.columns}
    for block in main:
        if block.kind in ("indicator", "continuous"):
            others = [column for column in of if of[column] is not block]
            found = _product(design.X, block.columns[0], others, of)
            if found:
                one, other = (of[column].term for column in found)
                raise DataError(
                    f"models: term `{block.term}`: its column is {' times '.join(design.names[c] for c in found)} in "
                    f"every row. As a regressor of its own it would spoil the effects of `{one}` and `{other}`, which "
                    f"must change with it; write {{id: {block.term}, kind: interaction, between: [{one}, {other}]}}."
                )


def _product(X: np.ndarray, column: int, others: Sequence[int], of: Mapping[int, Block]) -> tuple[int, int] | None:
    """Two of the other columns, of different terms and not itself, whose product the column is in every row.

    None for a column that is other than 0 in few rows: there a rare answer is such a product by chance.
    """
    values = X[:, column]
    there = np.flatnonzero(values)
    if len(there) < BY_CHANCE or len(others) < 2:
        return None
    few = X[there[:: -(-len(there) // FEW_ROWS)]]
    first, second = (np.array(others)[places] for places in np.triu_indices(len(others), 1))
    alike = (few[:, first] * few[:, second] == few[:, [column]]).all(axis=0)
    for a, b in zip(first[alike].tolist(), second[alike].tolist(), strict=True):
        itself = any(np.array_equal(X[:, one], values) for one in (a, b))
        if of[a] is not of[b] and not itself and np.array_equal(X[:, a] * X[:, b], values):
            return a, b
    return None


def _check(term: Term) -> None:
    """SpecError that names what is wrong with a term."""
    where = f"models: term `{term.id}`"
    if term.kind not in KINDS:
        raise SpecError(f"{where}: kind `{term.kind}` is unknown; {nearest(term.kind, KINDS)}.")
    if term.kind == "polynomial" and len(term.rows) != term.degree:
        raise SpecError(
            f"{where}: a polynomial of degree {term.degree} needs as many names in `rows`, found {list(term.rows)}."
        )
    if term.kind == "factor" and term.reference not in term.levels:
        raise SpecError(
            f"{where}: reference `{term.reference}` is not one of its levels; {nearest(term.reference, term.levels)}."
        )


def _reject_duplicates(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        raise SpecError(
            f"models: more than one coefficient is named {', '.join(twice)}. "
            "Rename the term, the polynomial's `rows` or the factor's level."
        )


def _column(frame: pd.DataFrame, column: str, term: str) -> pd.Series:
    if column not in frame.columns:
        raise DataError(
            f"models: term `{term}`: the frame has no column `{column}`; {nearest(column, list(frame.columns))}."
        )
    return frame[column]


def _values(frame: pd.DataFrame, term: Term) -> np.ndarray:
    """Values of a term as float64 with NaN where missing, one a row; a factor as places in its levels."""
    column = _column(frame, term.of, term.id)
    if term.kind == "factor":
        return level_places(column, term)
    try:
        values = pd.to_numeric(column).to_numpy("float64", na_value=np.nan)
    except (ValueError, TypeError):
        raise DataError(
            f"models: term `{term.id}`: `{term.of}` holds text, and a term of kind {term.kind} is a number. Use kind "
            "factor with its levels, or make numbers of it where the frame is made."
        ) from None
    if np.isinf(values).any():
        raise DataError(f"models: term `{term.id}`: {int(np.isinf(values).sum())} infinite values in `{term.of}`.")
    if term.kind == "indicator":
        odd = np.unique(values[~np.isnan(values) & (values != 0) & (values != 1)])
        if len(odd):
            raise DataError(
                f"models: term `{term.id}`: an indicator is 0, 1 or missing; `{term.of}` also holds "
                f"{', '.join(f'{value:g}' for value in odd[:3])}. Use kind continuous or factor, or recode the column."
            )
    return values


def level_labels(values: Iterable[Any]) -> list[str]:
    """Values of a factor as its levels are written: text, whole numbers without a point."""
    return [str(int(value)) if isinstance(value, float) and value.is_integer() else str(value) for value in values]


def level_places(column: pd.Series, term: Term) -> np.ndarray:
    """Places of a factor's values in `term.levels` (text), NaN where missing; DataError on any other value."""
    codes, found = pd.factorize(column)
    labels = level_labels(found)
    outside = [label for label in labels if label not in term.levels]
    if outside:
        raise DataError(
            f"models: term `{term.id}`: `{term.of}` holds `{outside[0]}`, which is not one of the levels; "
            f"{nearest(outside[0], term.levels)}."
        )
    places = np.array([*(term.levels.index(label) for label in labels), np.nan])
    return places[codes]


def _complete_cases(gaps: Mapping[str, np.ndarray], rows: int) -> tuple[np.ndarray, tuple[Loss, ...]]:
    """Rows without any gap, and what each term cost, in the order of the terms."""
    complete = np.ones(rows, dtype=bool)
    losses = []
    for term, gap in gaps.items():
        before = int(complete.sum())
        complete &= ~gap
        remaining = int(complete.sum())
        losses.append(Loss(term, int(gap.sum()), before - remaining, remaining))
    return complete, tuple(losses)


def _fill(X: np.ndarray, columns: Sequence[int], values: np.ndarray, kept: np.ndarray, term: Term) -> None:
    """Write the columns of one term into X."""
    values = values[kept]
    if term.kind == "factor":
        places = [term.levels.index(level) for level in term.coefficients]
        for column, place in zip(columns, places, strict=True):
            X[:, column] = values == place
        return
    for power, column in enumerate(columns, start=1):
        X[:, column] = values**power
