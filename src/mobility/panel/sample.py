"""Samples: the steps of `samples.yaml` applied to a frame, each with the rows it drops and why."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import DataError, nearest
from mobility.panel.losses import LossTable


def select_sample(
    frame: pd.DataFrame,
    name: str,
    sample: Mapping[str, Any],
    weight: str | None,
    losses: LossTable,
    chain: str | None = None,
) -> pd.DataFrame:
    """Observations of `frame` that belong to a sample.

    Parameters
    ----------
    name, sample : key and entry of `samples.yaml`; each step keeps the rows whose `column` holds one of `values`
        (`any`: is not missing).
    weight : column of weights; rows without a positive weight go, with a reason of their own.
    losses : gets one row a step, in the chain of the table or model `chain` (by default the sample's name).

    Raises
    ------
    DataError
        The frame lacks a column of a step.
    """
    chain = chain or name
    frame = losses.start(chain, frame)
    for step in sample["keep"]:
        column = step["column"]
        if column not in frame:
            hint = nearest(column, list(frame))
            raise DataError(f"samples.yaml, {name}: the frame has no column `{column}`; {hint}. Mend the sample.")
        values = step["values"]
        mask = frame[column].notna() if values == "any" else frame[column].isin(values)
        frame = losses.keep(chain, step["else"], frame, mask)
    if weight is not None:
        positive = pd.Series(np.nan_to_num(frame[weight].to_numpy("float64")) > 0, index=frame.index)
        frame = losses.keep(chain, f"no positive {weight}: outside the weight's population", frame, positive)
    return frame
