"""What stands beside rounded numbers: errors that say whether anybody, or how few, are behind a share."""

import numpy as np
import pandas as pd

from attack.direct import Told
from attack.released import HIDDEN, Left

SHARES = ("share", "proportion")
MANY = 30  # rows on each side of a share, from which its error may be of its own design
NEAR = 1e-6


def from_rounding(left: Left) -> list[Told]:
    """Rounded shares whose number of rows is nothing, or all, and their value is not; or without an error.

    Such a number is not 0, such an error is of nobody or of one person. So is, of errors over those of a simple random
    sample, one that another small cell of the table does not have: of n persons asked once it is n / (n - 1).
    """
    cells = left.cells[~left.cells["flag"].isin(HIDDEN) & left.cells["statistic"].isin(SHARES)]
    cells = cells[cells["note"].str.match(r"rounded to a multiple of \d+$", na=False) & cells["value"].notna()]
    p, n, base = (cells[name].astype("float64") for name in ("value", "n", "base"))
    beyond = ((n == 0) & (p > 0)) | ((n == base) & (p < 1))
    found = _told(cells[beyond], "a weighted share of somebody")
    found += _told(cells[cells["std_error"].isna()], "no error")
    small = np.minimum(n, base - n) < MANY
    effects = (cells["std_error"] ** 2 / (p * (1 - p) / base)).where(small & (p * (1 - p) > 0))
    usual = effects.groupby(cells["table"]).transform("median")
    return found + _told(cells[(effects - usual).abs() > NEAR * usual], "an error of its own")


def _told(cells: pd.DataFrame, what: str) -> list[Told]:
    return [Told("rounding", "/".join(place), what) for place in cells[["table", "row", "column"]].to_numpy()]
