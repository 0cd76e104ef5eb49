"""Measures of the labour market as labelled dense arrays, and their aggregates (LMI for All, C.6)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mobility.errors import DataError
from mobility.models.raking import Axes


@dataclass(frozen=True, eq=False)
class Measure:
    """A measure in every cell.

    values : float64, a dimension an axis; NaN where there is no number. axes : their names and labels.
    """

    values: np.ndarray
    axes: Axes

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str], value: str) -> "Measure":
        """From a frame with a row a cell: the labels of each axis are sorted, a cell without a row is NaN.

        Raises
        ------
        DataError
            Two rows of one cell.
        """
        codes, labels = zip(*(pd.factorize(frame[name].astype("str"), sort=True) for name in names), strict=True)
        axes = Axes(tuple(names), {name: tuple(own) for name, own in zip(names, labels, strict=True)})
        shape = tuple(len(own) for own in labels)
        at = np.ravel_multi_index(codes, shape)
        twice = np.flatnonzero(np.bincount(at) > 1)
        if len(twice):
            raise DataError(
                f"lmi: two rows of {axes.cell(names, np.unravel_index(twice[0], shape))}. Keep one of them."
            )
        values = np.full(shape, np.nan)
        values.ravel()[at] = frame[value].to_numpy("float64")
        return cls(values, axes)

    def at(self, axis: str, labels: Sequence[str]) -> "Measure":
        """The cells of some labels of an axis, in this order."""
        places = [self.axes.labels[axis].index(label) for label in labels]
        return self._with(axis, labels, self.values.take(places, self._place(axis)))

    def summed(self, axis: str, groups: Sequence[str]) -> "Measure":
        """Sums over groups of an axis, `groups` naming that of each of its labels; NaN where no part has a number.

        Parts without a number are left out, so that the sum is a lower bound: `gaps` counts them.
        """
        there = ~np.isnan(self.values)
        sums = self._joined(axis, groups, np.where(there, self.values, 0))
        return self._groups(axis, groups, np.where(self._joined(axis, groups, there) > 0, sums, np.nan))

    def gaps(self, axis: str, groups: Sequence[str]) -> "Measure":
        """How many of the parts of each group have no number."""
        return self._groups(axis, groups, self._joined(axis, groups, np.isnan(self.values)))

    def averaged(self, axis: str, groups: Sequence[str], weights: "Measure") -> "Measure":
        """Means over groups of an axis, weighted by another measure with the same axes (C.6: employment).

        Parts without a number or without a weight are left out; NaN where none is left.
        """
        there = ~np.isnan(self.values) & ~np.isnan(weights.values)
        weight = np.where(there, weights.values, 0)
        over = self._joined(axis, groups, weight)
        sums = self._joined(axis, groups, weight * np.where(there, self.values, 0))
        return self._groups(axis, groups, np.divide(sums, over, out=np.full(sums.shape, np.nan), where=over > 0))

    def frame(self, value: str) -> pd.DataFrame:
        """A row a cell, the last axis changing fastest: a column an axis, and `value`."""
        labels = [self.axes.labels[name] for name in self.axes.names]
        index = pd.MultiIndex.from_product(labels, names=self.axes.names)
        return pd.DataFrame({value: self.values.ravel()}, index=index).reset_index()

    def _place(self, axis: str) -> int:
        return self.axes.names.index(axis)

    def _joined(self, axis: str, groups: Sequence[str], values: np.ndarray) -> np.ndarray:
        """Sums of an array of these axes over groups of one of them, whose labels are sorted."""
        codes, labels = pd.factorize(np.asarray(groups, dtype=object), sort=True)
        member = np.zeros((len(labels), len(codes)))
        member[codes, np.arange(len(codes))] = 1
        place = self._place(axis)
        return np.moveaxis(np.tensordot(member, values.astype("float64"), axes=(1, place)), 0, place)

    def _groups(self, axis: str, groups: Sequence[str], values: np.ndarray) -> "Measure":
        return self._with(axis, sorted(set(groups)), values)

    def _with(self, axis: str, labels: Sequence[str], values: np.ndarray) -> "Measure":
        return Measure(values, Axes(self.axes.names, {**self.axes.labels, axis: tuple(labels)}))


def digits(codes: Sequence[str], number: int) -> list[str]:
    """Groups of a classification by its first digits (SOC2010: 1 major, 2 sub-major, 3 minor, 4 unit group)."""
    return [code[:number] for code in codes]
