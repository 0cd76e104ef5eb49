"""Which occupations exchange people: weights beside size, chosen so that section 3.2 of the report comes out."""

import numpy as np

from mobility.synthetic.occupations import Occupations

SAME_SUB_MAJOR, SAME_MAJOR = 4.0, 2.0
PAIRS = {
    (313, 213): 12, (313, 311): 4, (313, 342): 22, (213, 313): 8,
    (312, 212): 14, (312, 213): 3, (312, 211): 0.1, (312, 342): 50,
    (311, 211): 40, (313, 211): 0.1, (211, 311): 3, (212, 311): 3, (212, 312): 2, (212, 112): 3,
    (524, 212): 4, (524, 211): 0.1, (524, 213): 0.5, (523, 212): 4, (522, 212): 6, (522, 213): 0.5, (521, 212): 4,
    (524, 311): 3, (523, 311): 3, (522, 311): 3, (521, 311): 3, (811, 311): 2, (812, 311): 2, (813, 311): 2,
    (811, 212): 2, (812, 212): 2, (813, 212): 2,
    (521, 112): 4, (522, 112): 4, (811, 112): 4, (812, 112): 4, (813, 112): 4,
    (521, 522): 3, (522, 521): 2, (522, 523): 2, (523, 521): 4, (524, 521): 2,
}  # fmt: skip
ENTRY = {711: 2.0, 922: 2.5, 923: 1.5, 914: 1.5, 612: 1.5, 611: 1.3, 721: 1.5, 543: 1.5, 111: 0.2, 113: 0.4, 221: 0.5}


def affinity(occupations: Occupations) -> np.ndarray:
    """Weight of destination (columns) for origin (rows), size included, zero on the diagonal; shape (81, 81)."""
    sub_major, major = occupations.code // 10, occupations.major
    weight = np.ones((len(major), len(major)))
    weight[major[:, None] == major] = SAME_MAJOR
    weight[sub_major[:, None] == sub_major] = SAME_SUB_MAJOR
    weight[occupations.technical] = 1.0
    for (origin, destination), value in PAIRS.items():
        weight[occupations.place(origin), occupations.place(destination)] = value
    weight *= occupations.size
    np.fill_diagonal(weight, 0.0)
    return weight


def entry_weight(occupations: Occupations) -> np.ndarray:
    """Weight of each non-technical occupation as a first one after not working; zero for technical ones."""
    factor = np.array([ENTRY.get(int(code), 1.0) for code in occupations.code])
    return np.where(occupations.technical, 0.0, factor * occupations.size)


def fit_margins(seed: np.ndarray, rows: np.ndarray, columns: np.ndarray, rounds: int = 200) -> np.ndarray:
    """Scale `seed` to the row sums `rows` exactly and, as far as that allows, to the proportions of `columns`."""
    fitted, columns = seed, columns + 1e-6 * max(columns.sum(), 1e-6)
    columns = columns * rows.sum() / columns.sum()
    for _ in range(rounds):
        fitted = fitted * _ratio(columns, fitted.sum(axis=0))
        fitted = fitted * _ratio(rows, fitted.sum(axis=1))[:, None]
    return fitted


def _ratio(target: np.ndarray, actual: np.ndarray) -> np.ndarray:
    return np.divide(target, actual, out=np.zeros_like(actual), where=actual > 0)
