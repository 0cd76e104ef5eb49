"""From restricted cells to released cells: small counts out, and what would give them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mobility.cells import LOW_BASE, SECONDARY, SUPPRESSED

BLANKED = ["value", "std_error", "ci_low", "ci_high", "n", "base", "persons"]
SMALL_BASE = 30
RECORD_COLUMNS = ["study", "table", "access", "threshold", "cells", "suppressed", "secondary", "low_base"]


@dataclass(frozen=True)
class Release:
    """Cells that may leave, and one row that records the judgement (`RECORD_COLUMNS`)."""

    cells: pd.DataFrame
    record: pd.DataFrame


def release(
    cells: pd.DataFrame, spec: Mapping[str, Any], items: Sequence[Mapping[str, Any]], access: str, threshold: int
) -> Release:
    """Judge the cells of one table and blank what rests on too few persons.

    Parameters
    ----------
    cells : restricted cells of one table.
    spec, items : the table's spec and the items of the axis along which its cells add up.
    access : class of the data's access, for the record. threshold : smallest number of distinct persons.
    """
    cells = cells.copy()
    small = _too_few(cells, threshold)
    cells.loc[small, "flag"] = SUPPRESSED
    cells.loc[small, "note"] = f"rests on fewer than {threshold} persons"
    if small.any() and spec["statistic"] == "share":
        _protect_sums(cells, spec, items)
    hidden = cells["flag"].isin([SUPPRESSED, SECONDARY])
    low = ~hidden & (cells["flag"] == "") & (cells["base"] < SMALL_BASE) & (spec["statistic"] != "count")
    cells.loc[low.fillna(False), "flag"] = LOW_BASE
    cells[["n", "base", "persons"]] = cells[["n", "base", "persons"]].astype("Int64")
    cells.loc[hidden, BLANKED] = pd.NA
    counts = [int((cells["flag"] == flag).sum()) for flag in (SUPPRESSED, SECONDARY, LOW_BASE)]
    record = [(cells["study"].iloc[0], spec["table"], access, threshold, len(cells), *counts)]
    return Release(cells, pd.DataFrame(record, columns=RECORD_COLUMNS))


def _too_few(cells: pd.DataFrame, threshold: int) -> pd.Series:
    """Judgement: a number behind which stand some persons, but fewer than the threshold, or with so small a base."""
    persons = cells["persons"].astype("float64")
    base = cells["base"].astype("float64")
    return ((persons > 0) & (persons < threshold)) | ((base > 0) & (base < threshold))


def _protect_sums(cells: pd.DataFrame, spec: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> None:
    """Secondary suppression: no sum that is shown may have exactly one blanked part.

    Along the row (or column) that adds up, the parts of the whole base and of every shown union of categories are
    looked at; where one part alone is blanked the smallest other part that rests on anybody is blanked with it.
    """
    key, along = ("row", "column") if spec.get("within", "row") == "row" else ("column", "row")
    sums = _sums(items)
    for _, group in cells.groupby(key, sort=False):
        index = dict(zip(group[along], group.index, strict=True))
        changed = True
        while changed:
            changed = any(_blank_second(cells, index, parts) for parts in sums)


def _sums(items: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Ids of the parts of every sum on the axis: of each union, and of the whole."""
    sets = {item["id"]: frozenset(map(str, item.get("of", [item["id"]]))) for item in items if not item.get("all")}
    parts = [name for name, own in sets.items() if not any(other < own for other in sets.values())]
    unions = [[part for part in parts if sets[part] < own] for name, own in sets.items() if name not in parts]
    return [*unions, parts]


def _blank_second(cells: pd.DataFrame, index: Mapping[str, int], parts: Sequence[str]) -> bool:
    rows = [index[part] for part in parts if part in index]
    hidden = [row for row in rows if cells.at[row, "flag"] in (SUPPRESSED, SECONDARY)]
    shown = [row for row in rows if row not in hidden and cells.at[row, "persons"] > 0]
    if len(hidden) != 1 or not shown:
        return False
    smallest = shown[int(np.argmin([cells.at[row, "n"] for row in shown]))]
    cells.loc[smallest, ["flag", "note"]] = [SECONDARY, "would give back a suppressed cell by subtraction"]
    return True
