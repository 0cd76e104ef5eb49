"""Other studies of the same source that were judged before: the same rows are hidden in all of them, or in none."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mobility.disclosure.relations import NOBODY, System

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
        """The system in which what they show is known, and reasons with the cells whose number they hide."""
        known = np.isin(system.names[:-1].astype(str), list(self.shown))
        gone = np.isin(system.names[:-1].astype(str), list(self.hidden))
        own = (system.own != NOBODY) & np.append(gone, False)[system.own]
        more = reasons.where(~own | (reasons != ""), REASON)
        return replace(system, fixed=system.fixed | known), more
