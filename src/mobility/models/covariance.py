"""Covariance of coefficients with the small-sample factors that Stata documents, for the errors of Tables A1 to A4.

    V = c B M B            B: bread, M: meat, c: factor

| estimator     | bread               | classical           | robust  | clustered                   |
|---------------|---------------------|---------------------|---------|-----------------------------|
| ols           | (X'WX)^-1           | B e'We / (n - k)    | n/(n-k) | g/(g-1) * (n-1)/(n-k)       |
| logit, probit | observed info^-1    | B                   | n/(n-1) | g/(g-1)                     |

n rows, k coefficients with the constant, g clusters. M sums the outer products of scores over rows or over clusters.
Weights have mean 1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import SpecError, nearest
from mobility.models.design import Design
from mobility.models.linear import cluster_sums, weighted_gram

KINDS = ("classical", "robust", "clustered")


@dataclass(frozen=True)
class Covariance:
    """Which errors a model states: `classical`, `robust` (to heteroskedasticity) or `clustered` (by person)."""

    kind: str = "robust"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SpecError(f"models: covariance `{self.kind}` is unknown; {nearest(self.kind, KINDS)}.")

    def fail_without(self, cluster: Any) -> None:
        """Raise `SpecError` for clustered errors without a cluster."""
        if self.kind == "clustered" and cluster is None:
            raise SpecError(
                "models: clustered errors need a cluster: name its column (`cluster: person`) in the model file."
            )


def cluster_codes(cluster: Any, design: Design, rows: np.ndarray, kind: str) -> tuple[np.ndarray | None, int]:
    """Codes 0..g-1 of the used rows and g; None and 0 unless the errors are clustered."""
    if kind != "clustered":
        return None, 0
    codes, found = pd.factorize(design.align(cluster, "cluster")[rows])
    return codes, len(found)


def small_sample_factor(estimator: str, kind: str, n: int, k: int, clusters: int) -> float:
    """c of the table above: what multiplies B M B."""
    linear = estimator == "ols"
    if kind == "robust":
        return n / (n - k) if linear else n / (n - 1)
    return clusters / (clusters - 1) * ((n - 1) / (n - k) if linear else 1)


def meat(Z: np.ndarray, score: np.ndarray, codes: np.ndarray | None, clusters: int) -> np.ndarray:
    """Sum of outer products of the scores `score_i z_i`, k x k: over rows (codes None) or clusters 0..clusters-1."""
    if codes is None:
        return weighted_gram(Z, score**2)
    sums = cluster_sums(Z, score, codes, clusters)
    return sums.T @ sums


def covariance_matrix(
    kind: str,
    estimator: str,
    bread: np.ndarray,
    Z: np.ndarray,
    score: np.ndarray,
    weights: np.ndarray | None = None,
    codes: np.ndarray | None = None,
    clusters: int = 0,
) -> np.ndarray:
    """Covariance of the coefficients of Z, k x k.

    score : weight times d log f / d eta (ols: weight times residual), length n.
    codes : cluster of each row, 0..clusters-1; None unless `kind` is clustered.
    """
    n, k = Z.shape
    if kind == "classical":
        if estimator != "ols":
            return bread
        squares = score**2 if weights is None else score**2 / weights
        return bread * squares.sum() / (n - k)
    middle = meat(Z, score, codes if kind == "clustered" else None, clusters)
    return small_sample_factor(estimator, kind, n, k, clusters) * bread @ middle @ bread
