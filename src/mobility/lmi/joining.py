"""Pay by qualification from two surveys, of which only one knows it (C.8.2, 5a to 5d; C.7.6)."""

import numpy as np


def joined_pay(pay: np.ndarray, profile: np.ndarray, jobs: np.ndarray) -> np.ndarray:
    """Pay by qualification whose mean over the jobs of a cell is the pay without it.

        P[q] = P_ASHE profile[q] / (sum_q E[q] profile[q] / sum_q E[q])

    The report gives no formula ("constrained to be consistent with the ASHE data"). The profile of the Labour Force
    Survey is the same in every cell, since its equation has no interaction of qualification.

    Parameters
    ----------
    pay : cells without qualification. profile : q. jobs : the cells by qualification, the last axis; where a cell has
        none, each qualification weighs the same.

    Returns
    -------
    As `jobs`.
    """
    total = jobs.sum(axis=-1)
    weighted = jobs @ profile
    mean = np.divide(weighted, total, out=np.full(total.shape, profile.mean()), where=total > 0)
    return np.asarray((pay / mean)[..., None] * profile)
