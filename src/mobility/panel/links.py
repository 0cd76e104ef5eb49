"""Whether the persons of a delivery link from wave to wave as those of its survey do."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from mobility.panel.identifiers import FEWEST
from mobility.panel.read import WaveData
from mobility.panel.register import Source


def linked_shares(waves: Sequence[WaveData], source: Source) -> pd.DataFrame:
    """A row a pair of neighbouring waves.

    Columns: `first` and `second` (letters), `linked` (persons who stand in both), `share` (of the smaller wave) and
    `smaller` (its persons).
    """
    name = source.spec["person"]
    there = [data for data in waves if name in data.frame]
    rows = []
    for one, other in pairwise(there):
        if other.wave.number != one.wave.number + 1:
            continue
        linked = int(np.isin(one.frame[name], other.frame[name]).sum())
        smaller = min(len(one.frame), len(other.frame))
        rows.append((one.wave.name, other.wave.name, linked, linked / smaller, smaller))
    return pd.DataFrame(rows, columns=["first", "second", "linked", "share", "smaller"])


def link_problems(shares: pd.DataFrame, least: float) -> list[str]:
    """Neighbouring waves of which fewer persons than the share `least` of the smaller one stand in both."""
    few = shares[(shares["share"] < least) & (shares["smaller"] >= FEWEST)]
    return [
        f"waves {row.first} and {row.second}: {row.linked:,} persons stand in both, {row.share:.1%} of the smaller "
        f"wave; in this survey at least {least:.0%} do. The identifiers of one of the two are not those of the survey "
        "(rounded, shifted or of another file). Unpack both again"
        for row in few.itertuples()
    ]


def link_lines(shares: pd.DataFrame) -> list[str]:
    """Lines of a check: how many persons link from wave to wave."""
    if shares.empty:
        return []
    rows = [
        f"  {row.first} to {row.second}  {row.linked:>8,} persons stand in both, {row.share:.1%} of the smaller wave"
        for row in shares.itertuples()
    ]
    return ["Persons who link from wave to wave:", *rows, ""]
