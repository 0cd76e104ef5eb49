"""Quasi-variances (Firth and de Menezes 2004): one variance a level, whose sums are nearly those of all contrasts."""

import numpy as np


def quasi_variances(covariance: np.ndarray) -> np.ndarray:
    """Quasi-variances q of estimates with this covariance (K x K; of a level that is held fixed zeros).

    q minimises sum_{k<l} (ln(q_k + q_l) - ln V_kl)^2, V_kl = var(x_k - x_l). Two levels have one contrast, which does
    not tell them apart: NaN, as where a contrast has no variance.
    """
    size = len(covariance)
    first, second = np.triu_indices(size, 1)
    own = np.diag(covariance)
    contrasts = own[first] + own[second] - 2 * covariance[first, second]
    if size < 3 or not (contrasts > 0).all():
        return np.full(size, np.nan)
    design = np.zeros((len(first), size))
    design[np.arange(len(first)), first] = design[np.arange(len(first)), second] = 1
    found = np.linalg.lstsq(design, contrasts, rcond=None)[0]
    if not (design @ found > 0).all():
        found = np.full(size, contrasts.mean() / 2)
    return _least_squares(found, design, np.log(contrasts))


def _least_squares(start: np.ndarray, design: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Gauss-Newton steps on ln(design q), halved where they leave the region or do not fall."""
    found, loss = start, np.inf
    for _ in range(200):
        fitted = design @ found
        residual = target - np.log(fitted)
        loss = float(residual @ residual)
        step = np.linalg.lstsq(design / fitted[:, None], residual, rcond=None)[0]
        if np.abs(step).max() <= 1e-15 * np.abs(found).max():
            break
        size = 1.0
        while size > 1e-10:
            tried = design @ (found + size * step)
            if (tried > 0).all() and float(((target - np.log(tried)) ** 2).sum()) <= loss:
                found = found + size * step
                break
            size /= 2
        else:
            break
    return found
