"""Whether studies of one run tell of the same rows. Unlike the attack it reads what is restricted: the names of rows.

What one study hides no other may show. Numbers of the same rows are found by name; of frames whose rows person and wave
tell apart, it is looked besides whether two studies have any row in common, so that their sums could be related.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import pandas as pd

from mobility.settings import load_study
from mobility.storage import read_csv, read_parquet

BY = ["person", "wave"]
WANTED = ("told_elsewhere", "joint_rows")  # of which there may be none


def sharing(root: Path) -> list[tuple[str, str]]:
    """Studies of a run, two by two, that read a source in common; a file of a study's own is nobody else's."""
    names = sorted(path.parent.name for path in (root / "results/restricted").glob("*/disclosure.csv"))
    studies = {name: load_study(root, name) for name in names}
    read = {
        name: {use.source for role, use in study.about.sources.items() if role not in study.mappings}
        for name, study in studies.items()
    }
    return [(one, other) for one, other in combinations(names, 2) if read[one] & read[other]]


def across(root: Path, pairs: Iterable[tuple[str, str]]) -> list[dict]:
    """A row for each two studies that have numbers or rows in common.

    same_numbers : numbers of the same rows. told_elsewhere : of these, hidden in one study and shown in the other.
    joint_rows : rows of frames of both by person and wave, whose sums are not one system.
    """
    found = []
    for one, other in pairs:
        (hidden, shown), (gone, told) = (_named(root / "results/restricted" / name) for name in (one, other))
        first, second = (_rows(root / "results/restricted" / name / "frames") for name in (one, other))
        row = {
            "studies": f"{one}, {other}",
            "same_numbers": len((hidden | shown) & (gone | told)),
            "told_elsewhere": len(hidden & told) + len(gone & shown),
            "joint_rows": len(first.intersection(second)),
        }
        found += [row] if row["same_numbers"] or row["joint_rows"] else []
    return found


def _named(folder: Path) -> tuple[set[str], set[str]]:
    """Names of rows whose number is hidden, and of those whose number is shown as it is."""
    cells = read_csv(folder / "disclosure.csv", dtype={"rows_name": "str", "reason": "str"}).fillna(
        {"rows_name": "", "reason": ""}
    )
    cells = cells[(cells["rows_name"] != "") & cells["rounded_to"].isna()]
    gone = cells["reason"] != ""
    hidden, shown = set(cells.loc[gone, "rows_name"]), set(cells.loc[~gone, "rows_name"])
    return hidden - shown, shown


def _rows(frames: Path) -> pd.MultiIndex:
    """Person and wave of the rows of the frames that these tell apart."""
    found = pd.MultiIndex.from_arrays([[], []], names=BY)
    for frame in _by_wave(frames):
        found = found.union(pd.MultiIndex.from_frame(frame))
    return found


def _by_wave(frames: Path) -> Iterator[pd.DataFrame]:
    for path in sorted(frames.glob("*.parquet")):
        frame = read_parquet(path)
        if set(BY) <= set(frame) and not frame.duplicated(BY).any():
            yield frame[BY]
