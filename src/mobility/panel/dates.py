"""Whether a file is of the wave that its name says, by the dates in it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from mobility.errors import SpecError
from mobility.panel.register import Source
from mobility.storage import read_rows

if TYPE_CHECKING:
    from mobility.panel.read import WaveData

LEAST = 0.5  # of the rows: a quarter's first and last weeks may lie in a month beside it


def date_problems(waves: Sequence["WaveData"], source: Source, dated: Mapping[str, str]) -> list[str]:
    """Waves of which most rows hold another date than the register gives them.

    dated : harmonised names and the columns of `waves.csv` with their numbers (`dated_by` of source.yaml). A wave that
    lacks a name, or whose rows have no value, is not judged.
    """
    if not dated:
        return []
    rows = {row["wave"]: row for row in read_rows(source.folder / "waves.csv")}
    found = []
    for data in waves:
        for name, column in dated.items():
            held = data.frame[data.frame[name] >= 0][name] if name in data.frame else pd.Series(dtype="int64")
            low, high = _numbers(rows[data.wave.name], column, source)
            if len(held) and held.between(low, high).mean() < LEAST:
                most = int(held.mode().iloc[0])
                found.append(
                    f"wave {data.wave.name}: most rows have {name} {most}, not {rows[data.wave.name][column]}. It is "
                    "the file of another wave under this name; put the right file in its place"
                )
    return found


def _numbers(row: Mapping[str, str], column: str, source: Source) -> tuple[int, int]:
    """First and last of `7-9`, or twice the one number."""
    try:
        first, _, last = row[column].partition("-")
        return int(first), int(last or first)
    except (KeyError, ValueError):
        where = source.folder / "waves.csv"
        raise SpecError(
            f"{where}: no numbers such as 2014 or 7-9 in a column `{column}`, which `dated_by` of source.yaml names."
        ) from None
