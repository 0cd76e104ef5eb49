"""What a sample can identify: Stata's rules for perfect prediction and collinearity, each with the message it gives.

They explain the empty cells, and the two numbers of observations, of Tables A1 to A4.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from mobility.models.design import Block, Design
from mobility.models.linear import independent_columns

OTHER_REFERENCE = "name another `reference` of it in terms/, or leave the level out in samples.yaml"
OUTCOMES = ("failure", "success")


class Columns(Protocol):
    """What the messages need of a design: the names of its k columns, and the term of each."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        ...

    @property
    def terms(self) -> tuple[str, ...]:
        """The term of each."""
        ...


@dataclass(frozen=True)
class Dropped:
    """A coefficient that was not estimated.

    reason : empty | predicts_failure | predicts_success | collinear | absorbed. rows : observations dropped with it.
    why : the message.
    """

    name: str
    term: str
    reason: str
    rows: int
    why: str


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows (True for those used, length n) and columns (places, increasing) that remain, and what was dropped.

    rows : n truth values. columns : places in the design. dropped : coefficients that were not estimated.
    """

    rows: np.ndarray
    columns: np.ndarray
    dropped: tuple[Dropped, ...] = ()

    def without(self, columns: list[int], dropped: list[Dropped]) -> "Sample":
        """The sample less some columns."""
        return replace(self, columns=np.setdiff1d(self.columns, columns), dropped=(*self.dropped, *dropped))


def whole(design: Design) -> Sample:
    """All complete cases and columns."""
    return Sample(np.ones(design.n, dtype=bool), np.arange(len(design.names)))


def drop_perfect_predictors(y: np.ndarray, design: Design, sample: Sample) -> Sample:
    """Stata's rule of `logit` and `probit`, repeated until no category predicts the outcome perfectly.

    Where the outcome is the same in all rows with x = 1 (or in all with x = 0), the coefficient of x is infinite: x is
    dropped, and those rows with it, since they no longer inform the others. Columns are looked at in order.
    """
    binary = design.binary
    while (found := _first_perfect(y, design, sample, binary)) is not None:
        column, value, outcome = found
        gone = sample.rows & (design.X[:, column] == value)
        name, count = design.names[column], int(gone.sum())
        why = (
            f"{name} != {1 - value} predicts {OUTCOMES[outcome]} perfectly; "
            f"{name} dropped and {count} {'row' if count == 1 else 'rows'} not used"
        )
        record = Dropped(name, design.terms[column], f"predicts_{OUTCOMES[outcome]}", count, why)
        sample = replace(sample, rows=sample.rows & ~gone).without([column], [record])
    return sample


def _first_perfect(y: np.ndarray, design: Design, sample: Sample, binary: np.ndarray) -> tuple[int, int, int] | None:
    """(column, value of x, outcome) of the first column that predicts perfectly, None where none does."""
    used = sample.rows.astype(float)
    counts = design.X.T @ np.column_stack([used, used * y])
    n, events = counts[0]
    if events in (0, n):
        return None
    for column in sample.columns[binary[sample.columns]]:
        ones, ones_events = counts[column]
        for value, rows, hits in ((1, ones, ones_events), (0, n - ones, events - ones_events)):
            if rows not in (0, n) and hits in (0, rows):
                return int(column), value, int(hits == rows)
    return None


def drop_empty(design: Design, sample: Sample) -> Sample:
    """Drop the levels and indicators without a row."""
    sums = design.X.T @ sample.rows.astype(float)
    binary = design.binary
    empty = [int(column) for column in sample.columns if binary[column] and sums[column] == 0]
    return sample.without(empty, [no_rows(design.names[column], design.terms[column]) for column in empty])


def no_rows(name: str, term: str) -> Dropped:
    """The record of a level or indicator that no row has."""
    why = f"{name} is 0 in all rows" if name == term else f"level {name} of {term} has no rows"
    return Dropped(name, term, "empty", 0, why)


def drop_collinear(gram: np.ndarray, design: Columns, sample: Sample) -> tuple[Sample, np.ndarray]:
    """Drop columns that are combinations of earlier ones; also the places of the kept ones among `sample.columns`.

    gram : cross-products over n of the standardised `sample.columns`.
    """
    kept = independent_columns(gram)
    dependent = np.setdiff1d(np.arange(len(gram)), kept)
    names = [design.names[column] for column in sample.columns]
    # The kept ones are independent: those that follow a dependent column have no share in it.
    shares = np.linalg.solve(gram[np.ix_(kept, kept)], gram[np.ix_(kept, dependent)])
    records = []
    for place, share in zip(dependent, shares.T, strict=True):
        others = [names[column] for column in kept[(np.abs(share) > 1e-6) & (kept < place)]] or [names[0]]
        why = f"{names[place]} is collinear with {', '.join(others)}; {names[place]} dropped"
        records.append(Dropped(names[place], design.terms[sample.columns[place]], "collinear", 0, why))
    return sample.without([int(sample.columns[place]) for place in dependent], records), kept


def why_not_estimable(y: np.ndarray, design: Design, sample: Sample, binary_outcome: bool) -> str:
    """Why no coefficient can be estimated from the sample, empty where they can.

    No rows; the same outcome in all of them; a factor whose reference level has no rows, or (logit, probit) always the
    same outcome: then its contrasts have nothing finite to stand against.
    """
    used = y[sample.rows]
    if len(used) == 0:
        return "no rows: " + ("all were dropped with perfect predictors" if len(y) else "there are no complete cases")
    if used.min() == used.max():
        after = " after perfect predictors were dropped" if len(used) < len(y) else ""
        return f"the outcome is {used[0]:g} in all {len(used)} rows{after}"
    factors = [block for block in design.blocks.values() if block.kind == "factor" and len(block.columns)]
    problems = (_reference_problem(y, design, sample, block, binary_outcome) for block in factors)
    return next((problem for problem in problems if problem), "")


def reference_of(block: Block) -> str:
    """How a reason names the reference level of a factor."""
    return f"reference level `{block.reference}` of `{block.term}`"


def _reference_problem(y: np.ndarray, design: Design, sample: Sample, block: Block, binary_outcome: bool) -> str:
    if not np.isin(block.columns, sample.columns).any():
        return ""
    others = design.X[:, list(block.columns)].any(axis=1)
    outcomes = y[sample.rows & ~others]
    who = reference_of(block)
    if len(outcomes) == 0:
        return f"{who} has no rows; {OTHER_REFERENCE}"
    if binary_outcome and outcomes.min() == outcomes.max():
        word = OUTCOMES[int(outcomes[0])]
        return f"{who} predicts {word} perfectly ({len(outcomes)} rows); {OTHER_REFERENCE}"
    return ""
