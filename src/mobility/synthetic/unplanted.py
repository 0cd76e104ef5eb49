"""Answers with nothing planted: drawn from the registers alone, without regard to routing or to other answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mobility.panel.register import Source, Variable

MISSING_SHARE = 0.05
LARGEST = 99  # of whole numbers and categories without a list of codes
AMOUNT_LOG_MEAN, AMOUNT_LOG_SD = 6.0, 1.0
TEXT = "invented"
CODED = ("category", "integer")


def draw_values(column: Variable, source: Source, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count,) values of a column of a register, as `draw_answers` draws them."""
    codes = source.allowed(column) if column.kind in CODED else None
    return draw_answers(column.kind, None if codes is None else sorted(codes), source.missing, count, rng)


def draw_answers(
    kind: str, codes: Sequence[Any] | None, missing: Mapping[Any, str], count: int, rng: np.random.Generator
) -> np.ndarray:
    """(count,) values by the kind of a column, a twentieth of them one of the kinds of missing.

    Identifiers count from 1 and text says that it is invented, neither ever missing; categories and integers take
    every code of their list alike, or 0 to 99 where they have none; amounts are lognormal, to two decimals.
    """
    if kind == "identifier":
        return 1 + rng.permutation(count)
    if kind == "text":
        return np.full(count, TEXT, dtype=object)
    return hide(_valid_values(kind, codes, count, rng), missing, MISSING_SHARE, rng)


def hide(values: np.ndarray, missing: Mapping[Any, str], share: float, rng: np.random.Generator) -> np.ndarray:
    """`values` with a share of them at random replaced by the kinds of missing, each as often as the others."""
    if not missing:
        return values
    kinds = rng.choice(np.array(list(missing)), len(values))
    return np.where(rng.random(len(values)) < share, kinds, values)


def _valid_values(kind: str, codes: Sequence[Any] | None, count: int, rng: np.random.Generator) -> np.ndarray:
    if kind == "amount":
        return np.round(rng.lognormal(AMOUNT_LOG_MEAN, AMOUNT_LOG_SD, count), 2)
    return rng.choice(np.arange(LARGEST + 1) if codes is None else np.array(codes), count)
