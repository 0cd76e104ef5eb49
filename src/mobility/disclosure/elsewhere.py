"""Other studies of the same source that were judged before: the same rows are hidden in all of them, or in none.

Names of rows add up as the rows do (`View.name`), so that it is found too where a number here and one that another
study shows are together, or one less the other, the very rows that it hides.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.disclosure.relations import NOBODY, System
from mobility.storage import read_csv

REASON = "hidden in another study of the same source"


@dataclass(frozen=True)
class Elsewhere:
    """Names of rows (`View.name`) whose number another study hides, and of those whose number it shows."""

    hidden: frozenset[str]
    shown: frozenset[str]

    @classmethod
    def read(cls, records: Iterable[pd.DataFrame]) -> "Elsewhere":
        """From the records of these studies; rounded numbers are neither."""
        hidden, shown = set[str](), set[str]()
        for record in records:
            named = record[record["rows_name"].fillna("") != ""]
            gone = named["reason"].fillna("") != ""
            hidden |= set(named.loc[gone, "rows_name"])
            shown |= set(named.loc[~gone & named["rounded_to"].isna(), "rows_name"])
        return cls(frozenset(hidden - shown), frozenset(shown))

    def applied(self, system: System, reasons: pd.Series) -> tuple[System, pd.Series]:
        """The system in which what they show is known, and reasons with the cells whose number gives one they hide."""
        known, gone = self.said_of(system.names[:-1].astype(str))
        own = (system.own != NOBODY) & np.append(gone, False)[system.own]
        more = reasons.where(~own | (reasons != ""), REASON)
        return replace(system, fixed=system.fixed | known), more

    def said_of(self, names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of named numbers, which others show, and which, or what with one that is shown would give it, they hide."""
        known = np.isin(names, list(self.shown))
        return known, np.isin(names, list(self.hidden)) | (~known & self._gives_back(names))

    def _gives_back(self, names: np.ndarray) -> np.ndarray:
        """Whether each number, with one that is shown elsewhere, gives one that is hidden there."""
        own, shown, named = _keys(names), _keys(sorted(self.shown)), names != ""
        found = np.zeros(len(names), dtype=bool)
        for key in _keys(sorted(self.hidden)):
            found |= np.isin(own - key, shown) | np.isin(own + key, shown) | np.isin(key - own, shown)
        return found & named


def _keys(names: Sequence[str] | np.ndarray) -> np.ndarray:
    """The number that each name tells, 0 for none; sums and differences of them wrap around as the names do."""
    return np.array([int(name[1:], 16) if name else 0 for name in names], dtype=np.uint64)


def read_records(paths: Iterable[str | Path]) -> list[pd.DataFrame]:
    """Records (`disclosure.csv`) of other studies."""
    return [read_csv(path, dtype={"rows_name": "str", "reason": "str"}) for path in paths]


def told_elsewhere(names: Path, records: Iterable[str | Path]) -> str:
    """A key of the numbers of a study that was judged before, and of what the records of other studies say of them.

    names : file of the names of its numbers, as it was judged (`Together.names`). Empty where that cannot be read.
    """
    with suppress(OSError, ValueError):
        own = names.read_text()
        said = Elsewhere.read(read_records(records)).said_of(np.array(own.split("\n")))
        return sha256(b"".join([own.encode(), *(mask.tobytes() for mask in said)])).hexdigest()
    return ""
