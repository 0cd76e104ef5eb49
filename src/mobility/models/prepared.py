"""What a model is fitted to: the way from a model spec to arrays, gone once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from mobility.models.covariance import Covariance
from mobility.models.design import Design
from mobility.settings.models import ModelSpec
from mobility.settings.terms import Term


@dataclass(frozen=True, eq=False)
class Prepared:
    """A model's data, the same for each of its estimators.

    terms : those of the spec that somebody has a value of, factors with the levels that the sample has.
    outcome, cluster, weights, offset : one a row of the sample; the outcome 0 or 1, or the count; weights None for
    unweighted; offset ln(exposure), None without one.
    unit : who or what a row is of; None for counts.
    classes : of a layer model, origin and destination, one a row of the sample.
    lost : waves (of moves: years) that the model loses whole, by the term that nobody has a value of there.
    """

    spec: ModelSpec
    terms: Sequence[Term]
    design: Design
    outcome: pd.Series
    covariance: Covariance
    cluster: pd.Series | None
    unit: pd.Series | None = None
    weights: pd.Series | None = None
    offset: pd.Series | None = None
    lost: Mapping[str, list[int]] = field(default_factory=dict)
    classes: tuple[pd.Series, ...] = ()

    @cached_property
    def people(self) -> int:
        """Units (persons) in the complete cases; of a model of counts the sum of the counts (moves)."""
        return self.people_in(np.arange(self.design.n))

    def people_in(self, rows: np.ndarray) -> int:
        """The same of some complete cases (positions in `design.X`)."""
        if self.unit is None:
            return int(self.outcome.iloc[self.design.kept[rows]].sum())
        return int(np.count_nonzero(np.bincount(self._unit_places[rows], minlength=1)[1:]))

    def people_who_change(self, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Units in some complete cases for whom each of the columns (rows x k) is not the same in all of them, (k,)."""
        places = self._unit_places[rows]
        order = np.argsort(places, kind="stable")
        begins = np.flatnonzero(np.diff(places[order], prepend=-1))
        known = places[order][begins] > 0
        ordered = np.asarray(columns, dtype="float64")[order]
        ends = (each.reduceat(ordered, begins, axis=0) for each in (np.minimum, np.maximum))
        return np.count_nonzero(np.subtract(*ends)[known], axis=0)

    @cached_property
    def _unit_places(self) -> np.ndarray:
        """By complete case the place of its unit among all, from 1; 0 where it has none."""
        return pd.factorize(self.unit.iloc[self.design.kept])[0] + 1 if self.unit is not None else np.zeros(0, int)

    @property
    def names(self) -> frozenset[str]:
        """Every coefficient and effect that the spec's terms can have, whether or not this sample has them."""
        return frozenset(name for term in self.spec.terms for name in term.names)
