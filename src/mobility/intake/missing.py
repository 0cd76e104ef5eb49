"""The kinds of missing, and the one place that decides what counts as an answer.

The panel keeps the survey's own codes: a negative number says WHICH kind of missing it is (routed past, proxy, refused,
lost, ...). Two further states are ours, because a file cannot hold them: the wave does not ask the item at all, and a
blank cell. Only `valid` turns any of them into a plain missing value.
"""

import numpy as np
import pandas as pd

NOT_ASKED = -100
BLANK = -101
NO_ROW = -102
OWN_KINDS = {NOT_ASKED: "not asked in this wave", BLANK: "blank cell", NO_ROW: "no row in the file of the wave"}


def valid(column: pd.Series, kind: str, sentinels: "tuple[int, ...]" = ()) -> pd.Series:
    """Answers only; every kind of missing becomes NA.

    Parameters
    ----------
    column : codes as the survey holds them, length n.
    kind : `category`, `integer` or `identifier`: every negative is a kind of missing. `amount`: money may truly be
        negative (a loss from self-employment), so only the exact `sentinels` and our own two codes are missing.
    sentinels : the source's missing codes (`Source.missing`).

    Returns
    -------
    Series of length n: Int64 with NA for codes, float64 with NaN for amounts.
    """
    if kind == "amount":
        return column.astype("float64").where(~column.isin([*sentinels, *OWN_KINDS]))
    values = column.to_numpy()
    return pd.Series(pd.arrays.IntegerArray(values.astype("int64"), values < 0), index=column.index, name=column.name)


def is_code(column: pd.Series, *codes: int) -> np.ndarray:
    """True where the cell holds one of `codes`; a kind of missing is simply none of them."""
    return np.isin(column.to_numpy(), codes)


def count_kinds(column: pd.Series, labels: dict[int, str]) -> dict[str, int]:
    """Number of cells of each kind of missing, by its name."""
    counts = column[column < 0].value_counts()
    names = {**labels, **OWN_KINDS}
    return {names[code]: int(count) for code, count in counts.items() if code in names}
