"""Least squares on hundreds of categories: the earnings functions of LMI for All (C.7.3), 1,275 columns.

    y = a + sum over parts of b[part, level of the row] * value of the row + u

A row has one entry a part, so that the cross-products are sums over pairs of categories. Errors have the factors of
`covariance`.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from mobility.errors import DataError
from mobility.models.covariance import Covariance, small_sample_factor
from mobility.models.design import CONSTANT, Design
from mobility.models.fit import outcome_of, weights_of
from mobility.models.identify import Sample, drop_collinear, no_rows, whole, why_not_estimable
from mobility.models.linear import cluster_sums
from mobility.models.result import IndexFit, spread, unfitted

REFERENCE = -1
WIDE = 256  # columns from which on `ols` is fitted from its levels
ROBUST = Covariance()


@dataclass(frozen=True, eq=False)
class Part:
    """The columns of one term: of each row at most one is other than 0.

    term : its name. levels : names of the coefficients. places : n places in `levels`, `REFERENCE` (-1) for none.
    values : n numbers that stand in the columns, None for ones: a number is a part of one level, an interaction of a
    factor and a number a part of the factor's levels with the number as values.
    """

    term: str
    levels: tuple[str, ...]
    places: np.ndarray
    values: np.ndarray | None = None

    @classmethod
    def number(cls, term: str, values: np.ndarray) -> "Part":
        """A number as it is."""
        return cls(term, (term,), np.zeros(len(values), dtype="int64"), np.asarray(values, dtype="float64"))

    def times(self, term: str, values: np.ndarray) -> "Part":
        """Its interaction with a number; the coefficients are called after both."""
        return Part(term, tuple(f"{level}#{term}" for level in self.levels), self.places, np.asarray(values, "float64"))


@dataclass(frozen=True, eq=False)
class SparseDesign:
    """The constant and the columns of parts, n x k.

    Raises
    ------
    DataError
        Parts of different lengths, a place outside the levels, a value that is missing or infinite.
    """

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        for part in self.parts:
            wrong = (part.places < REFERENCE) | (part.places >= len(part.levels))
            if len(part.places) != self.n or (part.values is not None and len(part.values) != self.n):
                raise DataError(f"models: term `{part.term}` has {len(part.places)} rows, the first term {self.n}.")
            if wrong.any():
                raise DataError(
                    f"models: term `{part.term}`: row {int(np.argmax(wrong))} is at level {part.places[wrong][0]}, and "
                    f"there are {len(part.levels)}; -1 is the reference."
                )
            if part.values is not None and not np.isfinite(part.values).all():
                raise DataError(
                    f"models: term `{part.term}`: row {int(np.argmin(np.isfinite(part.values)))} is missing or "
                    "infinite. Keep the complete cases (samples.yaml) before a model is fitted."
                )

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.parts[0].places)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the k coefficients, the constant first."""
        return (CONSTANT, *(level for part in self.parts for level in part.levels))

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The term of each."""
        return (CONSTANT, *(part.term for part in self.parts for _ in part.levels))

    @cached_property
    def centres(self) -> np.ndarray:
        """What is taken off each column before cross-products are made, length k: the mean of a number, else 0."""
        found = [np.zeros(1)]
        for part in self.parts:
            of = np.zeros(len(part.levels))
            if part.values is not None and len(of) == 1 and not part.places.any():
                of[0] = part.values.mean()
            found.append(of)
        return np.concatenate(found)

    @cached_property
    def matrix(self) -> Any:
        """scipy.sparse.csr_array, n x k, less the centres."""
        from scipy.sparse import csr_array

        places, entries = [np.zeros(self.n, dtype="int32")], [np.ones(self.n)]
        first = 1
        for part in self.parts:
            there = part.places != REFERENCE
            places.append(np.where(there, part.places + first, 0).astype("int32"))
            entries.append(there * (1.0 if part.values is None else part.values - self.centres[first]))
            first += len(part.levels)
        values = np.stack(entries, axis=1)
        there = values != 0
        ends = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
        return csr_array((values[there], np.stack(places, axis=1)[there], ends), shape=(self.n, first))


def fit_sparse(
    y: np.ndarray,
    design: SparseDesign,
    covariance: Covariance = ROBUST,
    cluster: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> IndexFit:
    """Least squares of y (n) on the design.

    Parameters
    ----------
    covariance : kind of errors. cluster : n codes or labels, for clustered ones. weights : n, above 0; any scale.

    Returns
    -------
    IndexFit; coefficients of levels without a row, and of columns that earlier ones determine, are NaN and named in
    `dropped`. The first of collinear columns is kept.

    Raises
    ------
    DataError
        y is missing, infinite, constant or of another length; a weight is not above 0. SpecError: clustered errors
        without a cluster.
    """
    covariance.fail_without(cluster)
    w = _checked(y, design, weights)
    Z, sample = design.matrix, Sample(np.ones(design.n, dtype=bool), np.arange(len(design.names)))
    gram = _gram(Z, w) / design.n
    scale = np.sqrt(np.diag(gram))
    empty = np.flatnonzero(scale == 0)
    sample = sample.without(empty.tolist(), [no_rows(design.names[column], design.terms[column]) for column in empty])
    own = sample.columns
    sample, _ = drop_collinear(gram[np.ix_(own, own)] / np.outer(scale[own], scale[own]), design, sample)
    own = sample.columns
    Z, inverse = Z[:, own], np.linalg.inv(gram[np.ix_(own, own)] / np.outer(scale[own], scale[own]))
    inverse /= np.outer(scale[own], scale[own]) * design.n
    b = np.zeros(len(own))
    # The second round removes what the rounding of the cross-products left (iterative refinement).
    for _ in range(2):
        b = b + inverse @ (Z.T @ (w * (y - Z @ b)))
    u = y - Z @ b
    V = _covariance(Z, u, w, inverse, covariance, cluster)
    for of in (b, V):
        _shift(of, design.centres[own])
    return _result(y, design, sample, (b, V), u, w, covariance, cluster)


def _checked(y: np.ndarray, design: SparseDesign, weights: np.ndarray | None) -> np.ndarray:
    """Weights of mean 1."""
    if len(y) != design.n or not np.isfinite(y).all() or design.n < 2 or y.min() == y.max():
        raise DataError(
            f"models: the outcome has {len(y)} values for {design.n} rows, {int((~np.isfinite(y)).sum())} of them "
            "missing or infinite; it must have one a row, and not the same in all."
        )
    if weights is None:
        return np.ones(design.n)
    bad = ~(np.isfinite(weights) & (weights > 0))
    if bad.any():
        raise DataError(
            f"models: {int(bad.sum())} of {design.n} weights are not above 0; the first is in row "
            f"{int(np.argmax(bad))}. Leave out people without a weight in samples.yaml."
        )
    return np.asarray(weights, dtype="float64") / float(np.mean(weights))


def _gram(Z: Any, weight: np.ndarray) -> np.ndarray:
    """Z' diag(weight) Z, k x k."""
    weighted = Z.copy()
    weighted.data = Z.data * np.repeat(weight, np.diff(Z.indptr))
    return np.asarray((Z.T @ weighted).toarray())


def _covariance(
    Z: Any, u: np.ndarray, w: np.ndarray, inverse: np.ndarray, covariance: Covariance, cluster: np.ndarray | None
) -> np.ndarray:
    """Of the coefficients of Z; u residuals, inverse of Z'WZ."""
    n, k = Z.shape
    if covariance.kind == "classical":
        return inverse * float(w @ u**2) / (n - k)
    if covariance.kind == "robust":
        meat, clusters = _gram(Z, (w * u) ** 2), 0
    else:
        codes, clusters = _clusters(cluster)
        sums = cluster_sums(Z, w * u, codes, clusters)
        meat = np.asarray((sums.T @ sums).toarray())
    return small_sample_factor("ols", covariance.kind, n, k, clusters) * (inverse @ meat @ inverse)


def _clusters(cluster: np.ndarray | None) -> tuple[np.ndarray, int]:
    """Codes 0..g-1 and g."""
    found, codes = np.unique(np.asarray(cluster), return_inverse=True)
    return codes, len(found)


def _shift(of: np.ndarray, centres: np.ndarray) -> None:
    """Coefficients of centred columns, or their covariance, made those of the columns as they are: in place."""
    of[0] -= centres @ of
    if of.ndim == 2:
        of[:, 0] -= of @ centres


def _result(
    y: np.ndarray,
    design: SparseDesign,
    sample: Sample,
    found: tuple[np.ndarray, np.ndarray],
    u: np.ndarray,
    w: np.ndarray,
    covariance: Covariance,
    cluster: np.ndarray | None,
) -> IndexFit:
    """Coefficients and covariance at their places among all columns, with the sums of squares."""
    k, n = len(design.names), design.n
    params, V = spread(*found, sample, k)
    residual, total = float(w @ u**2), float(w @ (y - w @ y / n) ** 2)
    clusters = _clusters(cluster)[1] if covariance.kind == "clustered" else 0
    rank = len(sample.columns)
    return IndexFit(
        "ols",
        covariance.kind,
        design.names,
        params,
        V,
        n,
        0,
        int(np.count_nonzero(y)),
        np.arange(n),
        sample.dropped,
        None if (w == 1).all() else w,
        clusters,
        rank,
        df=clusters - 1 if clusters else n - rank,
        log_likelihood=-n / 2 * (np.log(2 * np.pi * residual / n) + 1) + 0.5 * float(np.log(w).sum()),
        converged=True,
        iterations=1,
        gradient_norm=float(np.abs(design.matrix[:, sample.columns].T @ (w * u)).max() / n),
        r_squared=1 - residual / total,
    )


def parts_of(design: Design) -> SparseDesign:
    """The columns of a design as parts, in their order: a block of which each row has one column at most is one."""
    parts: list[Part] = []
    for block in design.blocks.values():
        if block.term == CONSTANT:
            continue
        names, own = [design.names[column] for column in block.columns], design.X[:, list(block.columns)]
        if len(names) > 1 and (np.count_nonzero(own, axis=1) <= 1).all():
            places = np.where(own.any(axis=1), np.argmax(own != 0, axis=1), REFERENCE)
            parts.append(Part(block.term, tuple(names), places, None if block.binary else own.sum(axis=1)))
        else:
            parts += [
                replace(Part.number(name, column), term=block.term) for name, column in zip(names, own.T, strict=True)
            ]
    return SparseDesign(tuple(parts))


def fit_wide(y: Any, design: Design, covariance: Covariance, cluster: Any = None, weights: Any = None) -> IndexFit:
    """What `fit` gives by least squares, for a design of hundreds of columns; parameters and errors as there."""
    covariance.fail_without(cluster)
    outcome = outcome_of(y, design, binary=False)
    weight = None if weights is None else weights_of(weights, design)
    why = why_not_estimable(outcome, design, whole(design), binary_outcome=False)
    few = f"{design.n} rows for {len(design.names)} coefficients" * (design.n <= len(design.names))
    if why or few:
        return unfitted(outcome, design, whole(design), "ols", covariance.kind, weight, why or few)
    groups = design.align(cluster, "cluster") if covariance.kind == "clustered" else None
    found = fit_sparse(outcome, parts_of(design), covariance, groups, weight)
    if not np.isin(outcome, (0, 1)).all():
        return found
    predicted = design.X @ np.nan_to_num(found.params)
    return replace(found, share_outside=float(np.mean((predicted < 0) | (predicted > 1))))
