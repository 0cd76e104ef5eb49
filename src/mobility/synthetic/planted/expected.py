"""Cells that a table should show on average: what was planted, crossed by rows and columns as the study's table is.

The probability of an outcome is that before anything it rests on is drawn (of economic activity: before it is drawn
who studies), given the rows and columns alone, so that a study's 95 % intervals should hold 95 % of these cells.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import SpecError
from mobility.synthetic.planted.columns import WAVE
from mobility.synthetic.planted.draws import Data, Draw, Effects, holds

Conditions = Mapping[str, tuple[Any, ...]]
Value = Callable[[np.ndarray], float]  # of the weights of those in a cell
Way = tuple[tuple[str, Draw, tuple[Any, ...]], ...]  # names in the order of their draws, with the codes wanted of each
SHARE, MEDIAN, GAP = "share", "median", "gap"
NOTES = {
    SHARE: "mean of the planted probability, given the rows and columns alone",
    MEDIAN: "median of the planted mixture, given the rows and columns alone",
    GAP: "of the planted medians, over the first",
}
HALVINGS = 60  # of the interval that a median is sought in
FAR = 6  # standard deviations beyond the least and the largest index where no median is


@dataclass(frozen=True)
class Crossed:
    """Cells of one table by rows and columns.

    ways : to the outcome, that exclude each other. of : ways to be in its base, where not everyone is. median :
    the number with effects of which the median is meant, in place of a share. pooled : mean of the medians of each wave
    by how many are in it. gap : columns of which the second's number falls short of the first's, as a part of it.
    among, rows, columns : codes of names that are drawn. weight : name of the weight.
    """

    table: str
    ways: tuple[Way, ...]
    of: tuple[Way, ...]
    median: Draw | None
    among: Conditions
    rows: Mapping[str, Conditions]
    columns: Mapping[str, Conditions]
    weight: str | None
    pooled: bool = False
    gap: tuple[str, ...] = ()

    def cells(self, drawn: Data) -> Iterator[tuple[str, str, str, str, float, str]]:
        """Table, row, column, statistic, value and note of each cell that somebody is in; a small delivery lacks some.

        Raises `SpecError` where nobody is in any.
        """
        data, weight, people = self._alike(drawn)
        count = len(weight)
        value = self._median(data, people) if self.median else self._share(data, count)
        kind = MEDIAN if self.median else SHARE
        columns = {column: holds(conditions, data, count) for column, conditions in self.columns.items()}
        for row, conditions in self.rows.items():
            of_row = holds(conditions, data, count)
            owns = {column: weight * of_row * of_column for column, of_column in columns.items()}
            found = {column: value(own) for column, own in owns.items() if own.any()}
            for column, number in found.items():
                yield self.table, row, column, kind, number, NOTES[kind]
            if self.gap and set(self.gap) <= set(found):
                first, second = (found[column] for column in self.gap)
                yield self.table, row, GAP, GAP, (first - second) / first, NOTES[GAP]

    def _alike(self, drawn: Data) -> tuple[Data, np.ndarray, np.ndarray]:
        """Those meant, a row for all who are alike in what the cells rest on, their weights' sum and their number."""
        people = np.flatnonzero(holds(self.among, drawn, len(drawn[WAVE])))
        if not len(people):
            raise SpecError(f"truth, {self.table}, among: nobody is there. Mend its conditions.")
        crossed = [name for side in (self.rows, self.columns) for conditions in side.values() for name in conditions]
        names = sorted({WAVE, *self._rests_on(), *crossed})
        weight = drawn[self.weight][people] if self.weight else np.ones(len(people))
        frame = pd.DataFrame({name: drawn[name][people] for name in names}).assign(weight=weight)
        found = frame.groupby(names, sort=True)["weight"].agg(["sum", "size"]).reset_index()
        data = {name: found[name].to_numpy() for name in names}
        return data, found["sum"].to_numpy("float64"), found["size"].to_numpy("float64")

    def _rests_on(self) -> set[str]:
        """Names that the probabilities hang on and that no way draws itself."""
        ways = [*self.ways, *self.of]
        draws = [draw for way in ways for _, draw, _ in way] + ([self.median] if self.median else [])
        own = {name for way in ways for name, _, _ in way}
        return {name for draw in draws for name in draw.rests_on} - own

    def _share(self, data: Data, count: int) -> Value:
        wanted = self._chance(self.ways, data, count)
        base = self._chance(self.of, data, count) if self.of else np.ones(count)
        return lambda weight: float((weight * wanted).sum() / (weight * base).sum())

    def _chance(self, ways: tuple[Way, ...], data: Data, count: int) -> np.ndarray:
        chance = np.zeros(count)
        for way in ways:
            for rows, own, _ in leaves(way, data, np.arange(count), np.ones(count)):
                chance[rows] += own
        return chance

    def _median(self, data: Data, people: np.ndarray) -> Value:
        """The number below which half of the weight lies, or the mean of these over the waves by their `people`."""
        from scipy.special import ndtr

        rule = self.median.rule if self.median else None
        assert isinstance(rule, Effects), "the median of a number with effects"
        count = len(next(iter(data.values())))
        parts = [
            (rows, own, rule.index(found, len(rows)))
            for way in self.ways
            for rows, own, found in leaves(way, data, np.arange(count), np.ones(count))
        ]
        rows, chance, index = (np.concatenate(column) for column in zip(*parts, strict=True))

        def one(weight: np.ndarray) -> float:
            mass = weight[rows] * chance
            low, high = index.min() - FAR * rule.sd, index.max() + FAR * rule.sd
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                below = (mass * ndtr((middle - index) / rule.sd)).sum() < mass.sum() / 2
                low, high = (middle, high) if below else (low, middle)
            return float(np.exp(low) if rule.link == "lognormal" else low)

        def mean(weight: np.ndarray) -> float:
            within = [(data[WAVE] == wave) & (weight > 0) for wave in np.unique(data[WAVE][weight > 0])]
            return float(
                np.average([one(weight * own) for own in within], weights=[people[own].sum() for own in within])
            )

        return mean if self.pooled else one


def leaves(way: Way, data: Data, rows: np.ndarray, chance: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, Data]]:
    """Rows, the chance that they go the way by one choice of its codes, and their data with these codes."""
    if not way:
        yield rows, chance, data
        return
    (name, draw, codes), *rest = way
    for code in codes:
        own = chance * _of_code(draw, data, len(rows), name, code)
        there = own > 0
        if there.any():
            found = {key: values[there] for key, values in data.items()} | {name: np.full(int(there.sum()), code)}
            yield from leaves(tuple(rest), found, rows[there], own[there])


def _of_code(draw: Draw, data: Data, count: int, name: str, code: Any) -> np.ndarray:
    """(count,) chance of a code; of those who are not asked, 1 for what they get."""
    if not draw.has_chance:
        raise SpecError(f"truth: `{name}` has no shares or probability, so that nothing is known of its code. Mend it.")
    asked = draw.put_to(data, count)
    return np.where(asked, draw.probability(data, count, {name: code}), float(code == draw.otherwise))
