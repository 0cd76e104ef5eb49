"""From a frame of numbers to what the statistics `level` and `percentage` show: a row a place and line."""

import numpy as np
import pandas as pd

COLUMNS = ["place", "line", "value", "std_error", "n", "note"]
NOTHING = "no number"


def lines(values: pd.DataFrame, notes: pd.DataFrame | None = None, sizes: pd.DataFrame | None = None) -> pd.DataFrame:
    """Numbers in long form.

    Parameters
    ----------
    values : a row a place (index), a column a line. notes : of the same shape, what is to be said of a number or of
        its absence; where a number is absent and nothing is said, that there is none. sizes : how many it rests on.
    """
    said = pd.DataFrame("", values.index, values.columns) if notes is None else notes
    said = said.mask(values.isna() & (said == ""), NOTHING)
    n = pd.DataFrame(np.nan, values.index, values.columns) if sizes is None else sizes
    parts = [
        pd.DataFrame(
            {
                "place": values.index.astype("str"),
                "line": str(line),
                "value": values[line].to_numpy("float64"),
                "std_error": np.nan,
                "n": n[line].to_numpy("float64"),
                "note": said[line].to_numpy(),
            }
        )
        for line in values.columns
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS]
