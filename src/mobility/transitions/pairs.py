"""Linking a person's waves: pairs of consecutive waves, and the months between the two interviews."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def consecutive_pairs(panel: pd.DataFrame, columns: Sequence[str], starts: np.ndarray | None = None) -> pd.DataFrame:
    """One row a person and pair of waves w, w+1; a missed wave breaks the chain.

    Parameters
    ----------
    panel : sorted by person and wave, one row each.
    columns : variables to take from both ends.
    starts : True for the rows that may begin a pair (length of the panel); by default all.

    Returns
    -------
    Frame with `person`, `wave` and `year` of the origin, and `origin_<name>`, `destination_<name>` for each column.
    Merge is one to one within person: each row has at most one row of the next wave.
    """
    person, wave = panel["person"].to_numpy(), panel["wave"].to_numpy()
    first = np.flatnonzero((person[:-1] == person[1:]) & (wave[1:] == wave[:-1] + 1))
    if starts is not None:
        first = first[np.asarray(starts, dtype=bool)[first]]
    keys = panel[["person", "wave", "year"]].iloc[first].reset_index(drop=True)
    ends = {"origin": first, "destination": first + 1}
    values = {f"{end}_{name}": panel[name].array.take(rows) for end, rows in ends.items() for name in columns}
    return pd.concat([keys, pd.DataFrame(values, index=keys.index)], axis=1)


def gap_months(pairs: pd.DataFrame) -> pd.Series:
    """Months between the two interviews of each pair (Int64, NA where a date is missing)."""
    origin = pairs["origin_interview_year"] * 12 + pairs["origin_interview_month"]
    destination = pairs["destination_interview_year"] * 12 + pairs["destination_interview_month"]
    dates = [f"{end}_interview_{part}" for end in ("origin", "destination") for part in ("year", "month")]
    known = (pairs[dates] > 0).all(axis=1)
    return (destination - origin).astype("Int64").where(known)
