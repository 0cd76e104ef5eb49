"""Samples: the steps of `samples.yaml` applied to a frame, each with the rows it drops and why."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from mobility.errors import DataError, nearest
from mobility.intake.losses import LossTable
from mobility.panel.answers import in_waves, time_of, waves_text, waves_without
from mobility.settings import Sample


def select_sample(
    frame: pd.DataFrame,
    sample: Sample,
    weight: str,
    losses: LossTable,
    chain: str | None = None,
) -> pd.DataFrame:
    """Observations of `frame` that belong to a sample.

    Parameters
    ----------
    sample : each of its steps keeps the rows whose column holds one of the values, or is not missing.
    weight : column of weights, empty for none; rows without a positive weight go, with a reason of their own.
    losses : gets one row a step, in the chain of the table or model `chain` (by default the sample's name).

    Raises
    ------
    DataError
        The frame lacks a column of a step or of weights, or these are no numbers.
    """
    chain, whole = chain or sample.name, frame
    frame = losses.start(chain, frame)
    for step in sample.keep:
        if step.column not in frame:
            where, hint = f"samples.yaml, {sample.name}", nearest(step.column, list(frame))
            raise DataError(f"{where}: the frame has no column `{step.column}`; {hint}. Mend the sample.")
        name_absent(whole, step.column, step.values or (), frame, losses, chain)
        held = frame[step.column]
        mask = held.notna() if step.values is None else held.isin(step.values)
        frame = losses.keep(chain, step.otherwise, frame, mask)
    if weight:
        _fail_if_no_weight(whole, weight)
        positive = _positive(whole[weight])
        without = waves_without(whole.assign(positive=positive.where(positive)), {weight: "positive"})
        for name, waves in without.items():
            reason = f"no {name} in the whole of {waves_text(waves, time_of(frame) or 'wave')}"
            frame = losses.keep(chain, reason, frame, ~in_waves(frame, without))
        positive = _positive(frame[weight])
        frame = losses.keep(chain, f"no positive {weight}: outside the weight's population", frame, positive)
    return frame


def _fail_if_no_weight(frame: pd.DataFrame, weight: str) -> None:
    """Raise `DataError` where a frame has no such column of weights, or it is no number."""
    if weight not in frame:
        raise DataError(f"study.yaml, weight: the frame has no column `{weight}`; {nearest(weight, list(frame))}.")
    if not is_numeric_dtype(frame[weight]):
        raise DataError(
            f"study.yaml, weight: the column `{weight}` is {frame[weight].dtype}, and weights are numbers. Make it one "
            "(`kind: amount` in a mapping.yaml), or take `weight` out."
        )


def _positive(weights: pd.Series) -> pd.Series:
    return pd.Series(np.nan_to_num(weights.to_numpy("float64")) > 0, index=weights.index)


def name_absent(
    whole: pd.DataFrame, column: str, values: Iterable[Any], rows: pd.DataFrame, losses: LossTable, chain: str
) -> None:
    """A line of the losses for values that a spec asks for and no observation of the whole frame has."""
    wanted = list(values)
    present = set(whole[column].dropna().unique()) if wanted else set()
    absent = [str(value) for value in wanted if value not in present]
    if absent:
        losses.note(chain, f"no observation of the frame has {column} {', '.join(absent)}", rows)
