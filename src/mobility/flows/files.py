"""Moves as read from files, and as whole numbers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Flows:
    """Moves as read: `frame` (year, origin, destination, groups, moves), what reading dropped, and the files."""

    frame: pd.DataFrame
    losses: pd.DataFrame
    paths: tuple[Path, ...]


def whole_moves(moves: pd.Series, rounding: str) -> pd.Series:
    """Moves as whole numbers, halves up (`none`: as they are)."""
    if rounding == "none":
        return moves
    # Moves have four decimals; what stands behind the sixth of a sum comes from the order of its rows.
    return np.floor(np.round(moves, 6) + 0.5).astype("int64")
