"""Cross-products of regressors: in blocks of rows, and of standardised columns, so that units do not cost digits."""

from dataclasses import dataclass

import numpy as np

BLOCK = 8192
PANEL = 64


@dataclass(frozen=True, eq=False)
class Standardised:
    """Regressors with mean 0 and standard deviation 1, the constant first and unchanged.

    Z : n x k. mean, scale : of the k columns (0 and 1 for the constant and for columns that do not vary).
    """

    Z: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    def select(self, columns: np.ndarray) -> "Standardised":
        """Only these columns (places, increasing, the constant among them)."""
        if len(columns) == self.Z.shape[1]:
            return self
        return Standardised(self.Z[:, columns], self.mean[columns], self.scale[columns])

    @property
    def transformation(self) -> np.ndarray:
        """T, k x k: coefficients b of Z are coefficients T b of the columns in their own units."""
        T = np.diag(1 / self.scale)
        T[0, 1:] = -self.mean[1:] / self.scale[1:]
        return T


def standardise(X: np.ndarray) -> Standardised:
    """Columns of X (n x k, the constant first) less their mean, over their standard deviation."""
    mean = X.mean(axis=0)
    mean[0] = 0
    Z = X - mean
    scale = np.sqrt(np.einsum("ij,ij->j", Z, Z) / len(X))
    still = scale <= 1e-12 * np.abs(mean)
    scale[still] = 1
    scale[0] = 1
    Z /= scale
    Z[:, still] = 0
    return Standardised(Z, mean, scale)


def weighted_gram(Z: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Z' diag(weight) Z, k x k, for weights of at least 0 (None: ones); holds one block of weighted rows at a time."""
    if weight is None:
        return Z.T @ Z
    root = np.sqrt(weight)
    total = np.zeros((Z.shape[1], Z.shape[1]))
    for first in range(0, len(Z), BLOCK):
        block = Z[first : first + BLOCK] * root[first : first + BLOCK, None]
        total += block.T @ block
    return total


def cluster_sums(Z: np.ndarray, u: np.ndarray, codes: np.ndarray, clusters: int) -> np.ndarray:
    """Sums of the rows u_i z_i within each cluster, clusters x k."""
    from scipy.sparse import csc_array

    rows = len(codes)
    membership = csc_array((u, codes, np.arange(rows + 1)), shape=(clusters, rows))
    return membership @ Z


def independent_columns(gram: np.ndarray, tolerance: float = 1e-12) -> np.ndarray:
    """Places of the columns that are not combinations of earlier ones.

    `gram` holds the cross-products of standardised columns over n (k x k, diagonal 1). A column is dependent where the
    variance that the earlier ones leave unexplained, as a share of its own, is at most `tolerance`.
    """
    left = gram.copy()
    kept = []
    # Cholesky's elimination, a panel of columns at a time, so that the rest is one product of matrices.
    for first in range(0, len(gram), PANEL):
        panel, roots = left[first : first + PANEL, first:], []
        for at in range(len(panel)):
            pivot = panel[at, at]
            if pivot > tolerance:
                kept.append(first + at)
                row = panel[at] / np.sqrt(pivot)
                panel[at + 1 :] -= row[at + 1 : len(panel), None] * row
                roots.append(row[len(panel) :])
        if roots:
            below = np.stack(roots)
            left[first + len(panel) :, first + len(panel) :] -= below.T @ below
    return np.array(kept, dtype=int)
