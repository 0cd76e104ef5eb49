"""A frame's columns as codes, each read once or twice in all: by category, or by what is known of a value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from mobility.settings.samples import Keep
from mobility.storage import StoredFrame

Token = tuple[str, str]  # a column of a frame, and whether it is seen by category or by value
CATEGORY, VALUE = "category", "value"
YES, NO, AMOUNT, UNKNOWN = "1", "0", "amount", ""  # of a value
KNOWN = frozenset({YES, NO, AMOUNT})


@dataclass(eq=False)
class Coded:
    """A frame of which what is made of its columns is held, so that each is read once or twice in all.

    It answers as its frame does. found : by token (column and kind), the code of each row of `frame`, 0..k-1, and the
    k names. masks : by step of a sample, or name of a weight, truth value of each row. units : by column.
    """

    frame: pd.DataFrame | StoredFrame
    found: dict[Token, tuple[np.ndarray, tuple[str, ...]]] = field(default_factory=dict)
    masks: dict[Keep | str, np.ndarray] = field(default_factory=dict)
    units: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def holding(cls, frame: "Frame") -> "Coded":
        """A frame as one of these, which it may be already."""
        return frame if isinstance(frame, cls) else cls(frame)

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, name: object) -> bool:
        return name in self.frame

    def __getitem__(self, wanted: Any) -> Any:
        return self.frame[wanted]

    def of(self, token: Token) -> tuple[np.ndarray, tuple[str, ...]]:
        """Codes of the rows, 0..k-1, and the k names."""
        if token not in self.found:
            column, kind = token
            self.found[token] = _by_value(self.frame[column]) if kind == VALUE else _by_category(self.frame[column])
        return self.found[token]

    def held(self, step: Keep) -> np.ndarray:
        """Whether a step of a sample keeps each row."""
        if step not in self.masks:
            held = self.frame[step.column]
            self.masks[step] = (held.notna() if step.values is None else held.isin(step.values)).to_numpy(bool)
        return self.masks[step]

    def weighs(self, weight: str) -> np.ndarray:
        """Whether each row has a positive weight."""
        if weight not in self.masks:
            self.masks[weight] = np.nan_to_num(self.frame[weight].to_numpy("float64", na_value=np.nan)) > 0
        return self.masks[weight]

    def units_of(self, unit: str) -> np.ndarray:
        """Persons, or areas, of the rows, 0..P-1."""
        if unit not in self.units:
            self.units[unit] = narrow(pd.factorize(self.frame[unit])[0])
        return self.units[unit]


Frame: TypeAlias = pd.DataFrame | StoredFrame | Coded  # of the rows that are counted


def _by_category(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Categories as text, as the tabulator compares them; a missing one is empty."""
    codes, kinds = pd.factorize(column, use_na_sentinel=False)
    names = pd.Series(kinds).astype("str").fillna("").tolist()
    return _merged(codes, [str(name) for name in names])


def _by_value(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Unknown, no and yes of a column of 0 and 1; else unknown and an amount."""
    values = column.to_numpy("float64", na_value=np.nan)
    known = ~np.isnan(values)
    if np.isin(values[known], (0.0, 1.0)).all():
        return np.where(known, 1 + np.nan_to_num(values), 0).astype(np.int8), (UNKNOWN, NO, YES)
    return known.astype(np.int8), (UNKNOWN, AMOUNT)


def _merged(codes: np.ndarray, names: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes of different values with one text as one code."""
    kept = tuple(dict.fromkeys(names))
    at = {name: place for place, name in enumerate(kept)}
    return narrow([at[name] for name in names])[codes], kept


def narrow(codes: Sequence[int] | np.ndarray) -> np.ndarray:
    """Codes 0..k-1 in the smallest type that holds them: there is one a row of a frame."""
    found = np.asarray(codes, dtype=np.int64)
    return found.astype(np.min_scalar_type(-1 - int(found.max(initial=0))))
