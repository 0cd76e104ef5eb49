"""From restricted cells to released cells: small counts out, and what would give them back.

What one table of a study hides no other may show: the same rows of a frame are hidden alike in all of them.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mobility.cells import LOW_BASE, SECONDARY, SUPPRESSED
from mobility.keys import measured_by
from mobility.settings import Item, Sample, TableSpec
from mobility.statistics import CHANGE_LIKE, COUNT_LIKE, SHARE_LIKE, Statistic

BLANKED = ["value", "std_error", "ci_low", "ci_high", "n", "base", "persons"]
SMALL_BASE = 30
RECORD_COLUMNS = ["study", "table", "access", "threshold", "cells", "suppressed", "secondary", "low_base"]


@dataclass(frozen=True)
class Release:
    """Cells that may leave, and one row that records the judgement (`RECORD_COLUMNS`)."""

    cells: pd.DataFrame
    record: pd.DataFrame


@dataclass(frozen=True)
class Table:
    """Restricted cells of one table, its spec, and whom it counts where it counts a frame."""

    cells: pd.DataFrame
    spec: TableSpec
    sample: Sample | None = None


def release(cells: pd.DataFrame, spec: TableSpec, access: str, threshold: int) -> Release:
    """Judge the cells of one table by itself: see `release_tables`."""
    return release_tables([Table(cells, spec)], access, threshold)[0]


def release_tables(tables: Sequence[Table], access: str, threshold: int) -> list[Release]:
    """Judge the cells of the tables of a study and blank what rests on too few persons, alike in all of them.

    Parameters
    ----------
    tables : tables of one study. access : class of the data's access, for the record.
    threshold : smallest number of distinct persons.
    """
    judged = [_judged(table, threshold) for table in tables]
    keys = [_cell_keys(table) for table in tables]
    while _hide_alike(judged, keys):
        for cells, table in zip(judged, tables, strict=True):
            _protect(cells, table)
    _hide_tests(judged, tables)
    return [_released(cells, table.spec, access, threshold) for cells, table in zip(judged, tables, strict=True)]


def _judged(table: Table, threshold: int) -> pd.DataFrame:
    cells = table.cells.copy()
    small = _too_few(cells, table.spec.statistic, threshold)
    cells.loc[small, "flag"] = SUPPRESSED
    cells.loc[small, "note"] = f"rests on fewer than {threshold} persons"
    if small.any():
        _protect(cells, table)
    return cells


def _protect(cells: pd.DataFrame, table: Table) -> None:
    for key, along, items in _sum_axes(table.spec):
        _protect_sums(cells, key, along, items)
    _protect_differences(cells, table.spec)


def _protect_differences(cells: pd.DataFrame, spec: TableSpec) -> None:
    """Secondary suppression: a difference or gap goes where a part in its row is hidden, which the other would tell."""
    if spec.statistic.name not in ("comparison", "median"):
        return
    for item in [item for item in spec.columns.items if item.before]:
        parts = [other.id for other in spec.columns.items if not other.before and _holds_part(other, item)]
        rows = set(cells.loc[_hidden(cells) & cells["column"].isin(parts), "row"])
        shown = (cells["column"] == item.id) & cells["row"].isin(rows) & ~_hidden(cells)
        cells.loc[shown, ["flag", "note"]] = [SECONDARY, "would give back a suppressed cell by subtraction"]


def _holds_part(column: Item, difference: Item) -> bool:
    return column.everyone or not {difference.before, difference.after}.isdisjoint(column.of)


def _hide_tests(judged: Sequence[pd.DataFrame], tables: Sequence[Table]) -> None:
    """Secondary suppression: a test goes where a share that it rests on is hidden, which the other share would tell."""
    hidden = {
        (table.spec.table, row, column)
        for cells, table in zip(judged, tables, strict=True)
        for row, column in cells.loc[_hidden(cells), ["row", "column"]].itertuples(index=False)
    }
    for cells, table in zip(judged, tables, strict=True):
        shares = table.spec.tests
        for row in table.spec.rows.items if shares else ():
            places = [(shares, name, at) for name in (row.before, row.after) for at in (row.column, row.since)]
            if not hidden.isdisjoint(places):
                gone = (cells["row"] == row.id) & ~_hidden(cells)
                cells.loc[gone, ["flag", "note"]] = [SECONDARY, "rests on a share that is hidden"]


def _released(cells: pd.DataFrame, spec: TableSpec, access: str, threshold: int) -> Release:
    hidden = _hidden(cells)
    of_base = spec.statistic.judged_as in (SHARE_LIKE, CHANGE_LIKE)
    low = ~hidden & (cells["flag"] == "") & (cells["base"] < SMALL_BASE) & of_base
    cells.loc[low.fillna(False), "flag"] = LOW_BASE
    cells[["n", "base", "persons"]] = cells[["n", "base", "persons"]].astype("Int64")
    cells.loc[hidden, BLANKED] = pd.NA
    counts = [int((cells["flag"] == flag).sum()) for flag in (SUPPRESSED, SECONDARY, LOW_BASE)]
    record = [(cells["study"].iloc[0], spec.table, access, threshold, len(cells), *counts)]
    return Release(cells, pd.DataFrame(record, columns=RECORD_COLUMNS))


def _hidden(cells: pd.DataFrame) -> pd.Series:
    return cells["flag"].isin([SUPPRESSED, SECONDARY])


def _cell_keys(table: Table) -> list[Hashable]:
    """For each cell which rows of which frame it counts, and what of them; None in a table that counts none itself."""
    spec = table.spec
    if not spec.frame or spec.tests:
        return [None] * len(table.cells)
    kept = [(step.column, step.values) for step in table.sample.keep] if table.sample else [spec.sample]
    frame = (spec.frame, tuple(kept))
    axes = [(axis.of, {item.id: item for item in axis.items}) for axis in (spec.rows, spec.columns)]

    def key(row: str, column: str) -> Hashable:
        places = [(of, items[name]) for (of, items), name in zip(axes, (row, column), strict=True)]
        wanted = frozenset((of, frozenset(item.of)) for of, item in places if of and not item.everyone)
        return (*frame, wanted, _measure(spec.statistic, *(item for _, item in places)))

    return [key(row, column) for row, column in zip(table.cells["row"], table.cells["column"], strict=True)]


def _measure(statistic: Statistic, row: Item, column: Item) -> Hashable:
    """What is shown of the rows: their number, behind a count as behind a share, or the sum of a column."""
    measured = (*measured_by(row).items(), *measured_by(column).items())
    own = measured or (statistic.name == "comparison" and column.before)
    if statistic.judged_as in (SHARE_LIKE, COUNT_LIKE) and not own:
        return "rows"
    return (statistic.name, *measured, column.shows, column.before, column.after)


def _hide_alike(judged: Sequence[pd.DataFrame], keys: Sequence[Sequence[Hashable]]) -> bool:
    """Hide in every table what another one hides; whether there was any such cell."""
    pairs = list(zip(judged, keys, strict=True))
    hidden = {key for cells, own in pairs for key, gone in zip(own, _hidden(cells), strict=True) if gone and key}
    found = False
    for cells, own in pairs:
        shown = np.array([key in hidden for key in own], dtype=bool) & ~_hidden(cells).to_numpy()
        cells.loc[shown, ["flag", "note"]] = [SECONDARY, "hidden in another table of the study"]
        found |= bool(shown.any())
    return found


def release_losses(losses: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """A loss table that may leave: a step that drops fewer rows than the threshold is told together with the next one.

    A small number of dropped rows is a small cell. Within each chain of steps, and between two changes of its unit,
    such a step is joined to its neighbour, so that neither it nor a difference of two shown numbers gives it; the last
    one joins the step before it. Where a stretch drops a small number only, nothing of it is told but what it begins
    with, and the change of unit after it does not say with how many rows it begins.
    """
    told = [step for stretch in _stretches(losses.to_dict("records")) for step in _told(stretch, threshold)]
    shown: list[dict[str, Any]] = []
    for step in told:
        follows = bool(shown) and shown[-1].get("step") == step.get("step")
        hidden = follows and shown[-1]["rows_out"] != step["rows_in"]
        shown.append({**step, "rows_in": np.nan} if hidden else step)
    return pd.DataFrame(shown, columns=losses.columns)


def _stretches(steps: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Runs of lines of one chain that count in one unit; notes, which drop nothing, go last in theirs."""
    runs: list[list[Mapping[str, Any]]] = []
    for step in steps:
        if runs and _follows(runs[-1][-1], step):
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs


def _follows(before: Mapping[str, Any], step: Mapping[str, Any]) -> bool:
    same = all(before.get(key) == step.get(key) for key in ("step", "unit"))
    return same and before["rows_out"] == step["rows_in"]


def _told(stretch: Sequence[Mapping[str, Any]], threshold: int) -> list[dict[str, Any]]:
    """Lines of a stretch, small ones joined to their neighbours; the rows of a note are those shown before it."""
    first, *rest = map(dict, stretch)
    merged = [first]
    notes: dict[int, list[dict[str, Any]]] = {}
    for step in rest:
        previous = merged[-1]
        if not step["rows_dropped"]:
            notes.setdefault(len(merged), []).append(step)
        elif previous["rows_dropped"] > 0 and (_small(previous, threshold) or _small(step, threshold)):
            dropped = previous["rows_dropped"] + step["rows_dropped"]
            reason = f"{previous['reason']}; {step['reason']}"
            merged[-1] = {**step, "reason": reason, "rows_in": previous["rows_in"], "rows_dropped": dropped}
        else:
            merged.append(step)
    kept = [step for step in merged if not _small(step, threshold)]
    found = []
    for place, step in enumerate(kept, start=1):
        counts = {name: step[name] for name in ("rows_out", "persons_out") if name in step}
        own = [note for at, few in notes.items() if min(at, len(kept)) == place for note in few]
        found += [step, *({**note, **counts, "rows_in": step["rows_out"]} for note in own)]
    return found


def _small(step: Mapping[str, Any], threshold: int) -> bool:
    return 0 < step["rows_dropped"] < threshold


def _too_few(cells: pd.DataFrame, statistic: Statistic, threshold: int) -> pd.Series:
    """Judgement: some persons stand behind the number, but fewer than the threshold; or behind its base; or, for a
    share, so few of the base are not in the cell that the cell tells about them."""
    persons, base, n = (cells[name].astype("float64") for name in ("persons", "base", "n"))
    few = ((persons > 0) & (persons < threshold)) | ((base > 0) & (base < threshold))
    outside = base - n
    return few | ((statistic.judged_as == SHARE_LIKE) & (outside > 0) & (outside < threshold))


def _sum_axes(spec: TableSpec) -> list[tuple[str, str, Sequence[Item]]]:
    """Along which axes cells add up to something shown: shares to their base, counts to a total of either axis.

    Shares of 1 in columns, which are within neither axis, may be parts of one whole along either.
    """
    across, down = ("row", "column", spec.columns.items), ("column", "row", spec.rows.items)
    of_each = spec.statistic.judged_as == SHARE_LIKE and "within" not in spec.statistic.keys
    if spec.statistic.judged_as == COUNT_LIKE or of_each:
        return [across, down]
    if spec.statistic.judged_as == SHARE_LIKE:
        return [across if spec.within == "row" else down]
    return []


def _protect_sums(cells: pd.DataFrame, key: str, along: str, items: Sequence[Item]) -> None:
    """Secondary suppression: no sum that is shown may have exactly one blanked part.

    The parts of the whole and of every shown union of categories are looked at; where one part alone is blanked the
    smallest other part that rests on anybody is blanked with it.
    """
    sums = _sums(items)
    for _, group in cells.groupby(key, sort=False):
        index = dict(zip(group[along], group.index, strict=True))
        changed = True
        while changed:
            changed = any(_blank_second(cells, index, parts) for parts in sums)


def _sums(items: Sequence[Item]) -> list[list[str]]:
    """Ids of the parts of every sum on the axis: of each union, and of the whole."""
    sets = {item.id: frozenset(item.of) for item in items if not item.everyone}
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
