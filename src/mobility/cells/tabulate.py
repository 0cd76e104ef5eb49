"""The generic tabulator: a table spec over a study frame, in cells. Every count and share comes from here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, CELL_COLUMNS, NOT_ESTIMABLE
from mobility.errors import DataError, nearest
from mobility.transitions.uncertainty import Ratio, clustered_error, normal_interval, ratio, share_interval

Item = Mapping[str, Any]


def tabulate(
    frame: pd.DataFrame,
    spec: Mapping[str, Any],
    rows: Sequence[Item],
    columns: Sequence[Item],
    study: str,
    weight: str | None = None,
    choice: str = BASELINE,
) -> pd.DataFrame:
    """Cells of one table.

    Parameters
    ----------
    frame : the table's sample: one row an observation, with `person` and the columns that the spec counts.
    spec : a file of `tables/`. `statistic` is
        share: weighted share of the row's (or, `within: column`, the column's) observations, clustered by person;
        rate: sum of the column item's `sum`, which may be signed, over the sum of the spec's `exposure`, clustered by
        person; mean: mean of the column item's `mean` over the rows that have a value, clustered by person;
        count: number of observations; change: share within the column `to` minus that within `from`.
    rows, columns : the spec's items, groups filled in (`Study.items`).
    weight : column of weights, None for unweighted.

    Returns
    -------
    Frame with `CELL_COLUMNS`, shares as proportions, in the order of rows and columns.

    Raises
    ------
    DataError
        The frame lacks a column that the spec names.
    """
    axes = {"rows": spec["rows"], "columns": spec["columns"]}
    row_masks = _masks(frame, axes["rows"].get("of"), rows, spec)
    person = pd.factorize(frame["person"])[0]
    weights = None if weight is None else frame[weight].to_numpy("float64")
    cells = []
    if spec["statistic"] in ("rate", "mean"):
        quotient = _rate if spec["statistic"] == "rate" else _mean
        summed = {column["id"]: _events(frame, spec, column) for column in columns}
        of = axes["columns"].get("of")
        column_masks = _masks(frame, of, columns, spec) if of else [np.ones(len(frame), dtype=bool)] * len(columns)
        for row, row_mask in zip(rows, row_masks, strict=True):
            for column, column_mask in zip(columns, column_masks, strict=True):
                found = quotient(*summed[column["id"]], row_mask & column_mask, person)
                cells.append((row["id"], column["id"], *found))
    elif spec["statistic"] == "change":
        periods = _period_masks(frame, axes["columns"]["of"], columns, spec)
        for row, mask in zip(rows, row_masks, strict=True):
            for column, (before, after) in zip(columns, periods, strict=True):
                ratios = [ratio(mask & period, period, person, weights) for period in (before, after)]
                cells.append((row["id"], column["id"], *_change(*ratios)))
    else:
        column_masks = _masks(frame, axes["columns"].get("of"), columns, spec)
        within_row = spec.get("within", "row") == "row"
        for row, row_mask in zip(rows, row_masks, strict=True):
            for column, column_mask in zip(columns, column_masks, strict=True):
                both = row_mask & column_mask
                if spec["statistic"] == "count":
                    cells.append((row["id"], column["id"], *_count(both, column_mask, person)))
                    continue
                found = ratio(both, row_mask if within_row else column_mask, person, weights)
                cells.append((row["id"], column["id"], *_share(found)))
    names = ["row", "column", "value", "std_error", "ci_low", "ci_high", "n", "base", "persons", "flag", "note"]
    statistic = {"change": "difference"}.get(spec["statistic"], spec["statistic"])
    table = pd.DataFrame(cells, columns=names)
    table = table.assign(study=study, table=spec["table"], statistic=statistic, choice=choice, stars="")
    return table[CELL_COLUMNS]


def _masks(frame: pd.DataFrame, column: str | None, items: Iterable[Item], spec: Mapping[str, Any]) -> list[np.ndarray]:
    """One boolean array an item: the observations in one of its categories."""
    everything = np.ones(len(frame), dtype=bool)
    keys = None if column is None else categories_of(frame, column, spec)
    return [
        everything if item.get("all") else np.isin(keys, [str(value) for value in item.get("of", [item["id"]])])
        for item in items
    ]


def _period_masks(
    frame: pd.DataFrame, column: str, items: Iterable[Item], spec: Mapping[str, Any]
) -> list[tuple[np.ndarray, np.ndarray]]:
    keys = categories_of(frame, column, spec)
    return [(keys == str(item["from"]), keys == str(item["to"])) for item in items]


def categories_of(frame: pd.DataFrame, column: str, spec: Mapping[str, Any]) -> np.ndarray:
    """A column of the frame as text (whole numbers as such), for comparison with the spec's categories."""
    if column not in frame:
        where = f"tables/{spec['table']}.yaml"
        raise DataError(f"{where}: the frame has no column `{column}`; {nearest(column, list(frame))}. Mend `of`.")
    return frame[column].astype("str").to_numpy(dtype=object, na_value="").astype(str)


def _share(found: Ratio) -> tuple:
    if found.base == 0 or np.isnan(found.value):
        return np.nan, np.nan, np.nan, np.nan, 0, found.base, 0, NOT_ESTIMABLE, "no observation in the denominator"
    error = clustered_error(found.scores, found.seen)
    interval = share_interval(found.value, error, found.base, int(found.seen.sum()))
    return found.value, error, *interval, found.n, found.base, found.persons, "", ""


def _count(both: np.ndarray, column_mask: np.ndarray, person: np.ndarray) -> tuple:
    n = int(both.sum())
    return float(n), np.nan, np.nan, np.nan, n, int(column_mask.sum()), len(np.unique(person[both])), "", ""


def _events(frame: pd.DataFrame, spec: Mapping[str, Any], column: Item) -> tuple[np.ndarray, np.ndarray]:
    """What a rate or mean sums, and over what: values and 1 of the rows with a value for a mean."""
    if spec["statistic"] == "rate":
        return frame[column["sum"]].to_numpy("float64"), frame[spec["exposure"]].to_numpy("float64")
    values = frame[column["mean"]].to_numpy("float64")
    return np.nan_to_num(values), (~np.isnan(values)).astype("float64")


def _rate(counted: np.ndarray, exposure: np.ndarray, mask: np.ndarray, person: np.ndarray) -> tuple:
    """Events over exposure, both summed over the row; base the exposure, n and persons the events.

    Events may be signed (moves in less moves out): n then adds their sizes, and the interval may go below zero.
    """
    value, error, people = _quotient(counted, exposure, mask, person)
    n = round(float(np.nansum(np.abs(counted[mask]))))
    if np.isnan(value):
        note = "no exposure" if people <= 0 else "a row has no value of the sum or the exposure"
        return np.nan, np.nan, np.nan, np.nan, n, 0, n, NOT_ESTIMABLE, note
    low, high = normal_interval(value, error)
    # np.maximum, since max(0.0, nan) is 0.0.
    low = float(np.maximum(0.0, low)) if (counted[mask] >= 0).all() else low
    return value, error, low, high, n, round(people), n, "", ""


def _mean(summed: np.ndarray, known: np.ndarray, mask: np.ndarray, person: np.ndarray) -> tuple:
    """Mean over the row's observations with a value; n and base count these."""
    value, error, rows = _quotient(summed, known, mask, person)
    if rows <= 0:
        return np.nan, np.nan, np.nan, np.nan, 0, 0, 0, NOT_ESTIMABLE, "no observation with a value"
    people = len(np.unique(person[mask & (known > 0)]))
    return value, error, *normal_interval(value, error), int(rows), int(rows), people, "", ""


def _quotient(summed: np.ndarray, over: np.ndarray, mask: np.ndarray, person: np.ndarray) -> tuple[float, float, float]:
    """Sum over sum within `mask`, its error clustered by person, and the lower sum; NaN twice for 0 or gaps."""
    base = float(over[mask].sum())
    value = float(summed[mask].sum()) / base if base > 0 else np.nan
    if np.isnan(value):
        return np.nan, np.nan, base
    scores = np.bincount(person[mask], weights=(summed - value * over)[mask]) / base
    return value, clustered_error(scores, np.bincount(person[mask]) > 0), base


def _change(before: Ratio, after: Ratio) -> tuple:
    """Difference of two shares of overlapping persons: the scores of a person are differenced before squaring."""
    if min(before.base, after.base) == 0 or np.isnan(after.value - before.value):
        note = "no observation in one of the two periods"
        return np.nan, np.nan, np.nan, np.nan, after.n, after.base, after.persons, NOT_ESTIMABLE, note
    value = after.value - before.value
    error = clustered_error(after.scores - before.scores, before.seen | after.seen)
    return value, error, *normal_interval(value, error), after.n, after.base, min(before.persons, after.persons), "", ""
