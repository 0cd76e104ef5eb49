"""Samples: the steps of `samples.yaml` applied to a frame, each with the rows it drops and why."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import DataError, nearest
from mobility.panel.answers import in_waves, time_of, waves_text, waves_without
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
    chain, whole = chain or name, frame
    frame = losses.start(chain, frame)
    for step in sample["keep"]:
        column = step["column"]
        if column not in frame:
            hint = nearest(column, list(frame))
            raise DataError(f"samples.yaml, {name}: the frame has no column `{column}`; {hint}. Mend the sample.")
        values = step["values"]
        name_absent(whole, column, () if values == "any" else values, frame, losses, chain)
        mask = frame[column].notna() if values == "any" else frame[column].isin(values)
        frame = losses.keep(chain, step["else"], frame, mask)
    if weight is not None:
        positive = _positive(whole[weight])
        without = waves_without(whole.assign(positive=positive.where(positive)), {weight: "positive"})
        for name, waves in without.items():
            reason = f"no {name} in the whole of {waves_text(waves, time_of(frame))}"
            frame = losses.keep(chain, reason, frame, ~in_waves(frame, without))
        positive = _positive(frame[weight])
        frame = losses.keep(chain, f"no positive {weight}: outside the weight's population", frame, positive)
    return frame


def _positive(weights: pd.Series) -> pd.Series:
    return pd.Series(np.nan_to_num(weights.to_numpy("float64")) > 0, index=weights.index)


def name_absent(
    whole: pd.DataFrame, column: str, values: Iterable[Any], rows: pd.DataFrame, losses: LossTable, chain: str
) -> None:
    """A line of the losses for values that a spec asks for and no observation of the whole frame has."""
    present = set(whole[column].dropna().unique())
    absent = [str(value) for value in values if value not in present]
    if absent:
        losses.note(chain, f"no observation of the frame has {column} {', '.join(absent)}", rows)
