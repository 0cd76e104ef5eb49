"""Patterns of association between origin and destination: the columns Z of X_ij = sum_m theta_m Z_mij."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mobility.errors import SpecError, nearest

Columns = dict[str, np.ndarray]


def _full(rows: int, columns: int) -> Columns:
    """A parameter for every cell; those that the margins hold are dropped later."""
    cells = np.eye(rows * columns).reshape(-1, rows, columns)
    return {f"{at // columns + 1}:{at % columns + 1}": cell for at, cell in enumerate(cells)}


def _symmetric(rows: int, columns: int) -> Columns:
    """A parameter for every pair of classes, the same in both directions (quasi-symmetry)."""
    found = {}
    for i in range(rows):
        for j in range(i + 1):
            cells = np.zeros((rows, columns))
            cells[i, j] = cells[j, i] = 1
            found[f"{j + 1}:{i + 1}"] = cells
    return found


def _diagonal(rows: int, columns: int) -> Columns:
    """A parameter for each class's own cell (inheritance)."""
    found = {}
    for i in range(rows):
        cells = np.zeros((rows, columns))
        cells[i, i] = 1
        found[f"diagonal {i + 1}"] = cells
    return found


def _uniform(rows: int, columns: int) -> Columns:
    """One parameter for the product of the places of the classes (uniform association)."""
    return {"uniform": np.outer(np.arange(rows), np.arange(columns)).astype("float64")}


def _rows(rows: int, columns: int) -> Columns:
    """A slope over the places of destinations for each origin (row effects)."""
    own = np.eye(rows)
    return {f"row {i + 1}": np.outer(own[i], np.arange(columns)) for i in range(1, rows)}


def _columns(rows: int, columns: int) -> Columns:
    """A slope over the places of origins for each destination (column effects)."""
    own = np.eye(columns)
    return {f"column {j + 1}": np.outer(np.arange(rows), own[j]) for j in range(1, columns)}


def _slopes(rows: int, columns: int) -> Columns:
    """A slope for each class, the same as origin and as destination (homogeneous row and column effects)."""
    own = np.eye(rows)
    places = np.arange(rows)
    return {f"slope {m + 1}": np.outer(own[m], places) + np.outer(places, own[m]) for m in range(1, rows)}


def _crossings(rows: int, columns: int) -> Columns:
    """A barrier between each class and the next (Goodman 1972); a cell has those that lie between its classes."""
    at, to = np.indices((rows, columns))
    low, high = np.minimum(at, to), np.maximum(at, to)
    return {f"crossing {m}": ((low < m) & (high >= m)).astype("float64") for m in range(1, max(rows, columns))}


PATTERNS: Mapping[str, Callable[[int, int], Columns]] = {
    "full": _full,
    "symmetric": _symmetric,
    "diagonal": _diagonal,
    "uniform": _uniform,
    "rows": _rows,
    "columns": _columns,
    "slopes": _slopes,
    "crossings": _crossings,
}
SQUARE = ("symmetric", "diagonal", "slopes", "crossings")


def pattern_columns(
    parts: Sequence[str], levels: Sequence[Sequence[int]], rows: int, columns: int, where: str
) -> Columns:
    """Columns of a pattern by name, each I x J.

    Parameters
    ----------
    parts : names of `PATTERNS`, whose columns stand beside each other. levels : of a topological model, a matrix of
        the level of each cell; a parameter for every level (the first in the margins). where : for messages.

    Raises
    ------
    SpecError
        Unknown part, a matrix of another shape, or a part that needs as many origins as destinations.
    """
    found: Columns = {}
    for part in parts:
        if part not in PATTERNS:
            raise SpecError(f"{where}: no pattern `{part}`; {nearest(part, list(PATTERNS))}.")
        if part in SQUARE and rows != columns:
            raise SpecError(
                f"{where}: pattern `{part}` needs the same classes as origins and destinations, found {rows} origins "
                f"and {columns} destinations. Give both the same levels in terms/, or take the pattern `full`."
            )
        found |= PATTERNS[part](rows, columns)
    return found | (_of_levels(levels, rows, columns, where) if levels else {})


def _of_levels(levels: Sequence[Sequence[int]], rows: int, columns: int, where: str) -> Columns:
    widths = {len(row) for row in levels}
    if len(levels) != rows or widths != {columns}:
        shape = f"{len(levels)} rows of {' or '.join(map(str, sorted(widths)))}"
        raise SpecError(f"{where}: `levels` has {shape}; the table has {rows} origins and {columns} destinations.")
    matrix = np.array(levels)
    return {f"level {level}": (matrix == level).astype("float64") for level in np.unique(matrix)[1:]}
