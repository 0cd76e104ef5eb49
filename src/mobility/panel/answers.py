"""Answers by name, for what a study derives from them: nothing is half known in a wave that lacks a column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.intake.missing import NOT_ASKED, is_code

# One of so many rows is looked at first.
SOME = 31
Derivation = Callable[["Answers"], Any]


@dataclass
class Answers:
    """The columns of a frame under their harmonised names (length n), in the survey's own codes.

    frame : the rows, with `wave`, the number of the wave that a row belongs to.
    end : what stands before the names in the frame: `origin_` or `destination_` in a frame of pairs.
    step_ahead : waves between `wave` and the one in which the answers were given: 1 at the destination of a pair.
    """

    frame: pd.DataFrame
    end: str = ""
    step_ahead: int = 0
    used: list[str] = field(default_factory=list)

    def codes(self, name: str) -> pd.Series:
        """The survey's codes; `NOT_ASKED` for everyone where the delivery lacks the variable in every wave."""
        self.used.append(name)
        column = f"{self.end}{name}"
        return self.frame[column] if column in self.frame else pd.Series(NOT_ASKED, index=self.frame.index)

    def number(self, name: str) -> pd.Series:
        """Answers as float64, every kind of missing NaN."""
        codes = self.codes(name).astype("float64")
        return codes.where(codes >= 0)

    def indicator(self, name: str, one: int, zero: int) -> pd.Series:
        """1 for the code `one`, 0 for `zero`, NaN for anything else."""
        return self.codes(name).map({one: 1.0, zero: 0.0}).astype("float64")

    def has(self, name: str, *codes: int) -> np.ndarray:
        """True where the variable holds one of the codes."""
        return is_code(self.codes(name), *codes)

    def any_code(self, names: list[str], code: int) -> np.ndarray:
        """True where any of the variables holds the code."""
        return np.any([self.has(name, code) for name in names], axis=0)

    def any_answer(self, names: list[str]) -> np.ndarray:
        """True where any of the variables was answered."""
        return np.any([(self.codes(name) >= 0).to_numpy() for name in names], axis=0)

    def derive(self, name: str, make: Derivation, losses: LossTable, step: str) -> pd.Series:
        """What `make` derives from the answers, missing for everyone of a wave that lacks a column it looks at.

        Every column that is looked at counts, so that no one can be told apart by an answer that others of the wave
        could not give (what was carried forward from an earlier wave is an answer). The loss table gets a line with
        the name, the variables and the waves.
        """
        seen = Answers(self.frame, self.end, self.step_ahead)
        values = make(seen)
        if not isinstance(values, pd.Series):
            values = pd.Series(values, index=self.frame.index)
        lacking = {column: self._lacks(column) for column in dict.fromkeys(seen.used)}
        unknown = np.any([*lacking.values(), np.zeros(len(values), dtype=bool)], axis=0)
        if not unknown.any():
            return values
        losses.note(step, self._said(name, lacking), self.frame)
        return values.mask(unknown)

    def _lacks(self, name: str) -> np.ndarray:
        """True for the rows of waves that lack the variable."""
        return is_code(self.codes(name), NOT_ASKED)

    def _said(self, name: str, lacking: Mapping[str, np.ndarray]) -> str:
        waves = self.frame["wave"].to_numpy() + self.step_ahead
        by_waves: dict[tuple[int, ...], list[str]] = {}
        for column, rows in lacking.items():
            if rows.any():
                by_waves.setdefault(tuple(np.unique(waves[rows])), []).append(column)
        parts = [f"{' and '.join(columns)} in {waves_text(found)}" for found, columns in by_waves.items()]
        return f"{name} is not known where the data lack {'; '.join(parts)}"


def waves_text(waves: Sequence[int | str], word: str = "wave") -> str:
    """`wave 3`, or `waves 2, 3, 4`."""
    return f"{word}{'s' * (len(waves) > 1)} {', '.join(map(str, waves))}"


def time_of(frame: pd.DataFrame) -> str | None:
    """The column that says when a row is from: `wave`, in moves between areas `year`; None where there is neither."""
    return next((name for name in ("wave", "year") if name in frame), None)


def waves_without(frame: pd.DataFrame, columns: Mapping[str, str]) -> dict[str, list[int]]:
    """By name, the waves in which nobody has a value of its column while others of the frame have one.

    columns : names (terms of a model) and their columns. A wave stands with the first name that is unknown in it.
    """
    time = time_of(frame)
    if time is None:
        return {}
    codes, names = pd.factorize(frame[time])
    found: dict[str, list[int]] = {}
    for name, column in columns.items():
        known = frame[column].notna().to_numpy()
        if known.all() or not known.any():
            continue
        unknown = _without(codes, known, len(names))
        lost = {int(names[code]) for code in unknown} - {wave for gone in found.values() for wave in gone}
        if lost:
            found[name] = sorted(lost)
    return found


def _without(codes: np.ndarray, known: np.ndarray, waves: int) -> np.ndarray:
    """Codes of the waves that no known row has; of most columns some of the rows show that there are none."""
    for every in (SOME, 1):
        unknown = np.flatnonzero(np.bincount(codes[::every][known[::every]], minlength=waves) == 0)
        if not len(unknown):
            break
    return unknown


def in_waves(frame: pd.DataFrame, lost: Mapping[str, Sequence[int]]) -> np.ndarray:
    """True for the rows of the waves (years) that stand under any name, as `waves_without` gives them."""
    waves = {wave for found in lost.values() for wave in found}
    if not waves:
        return np.zeros(len(frame), dtype=bool)
    return frame[time_of(frame)].astype("int64").isin(waves).to_numpy()
