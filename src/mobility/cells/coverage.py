"""What a table's rows and columns leave out, and what they ask for that is not there: named, never a plausible zero."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.tabulate import Item, categories_of
from mobility.panel.losses import LossTable

FEW = 8
TIMES = ("wave", "year")
NUMBERS = ["value", "std_error", "ci_low", "ci_high"]
Axes = Mapping[str, Sequence[Item]]


def record_coverage(sample: pd.DataFrame, spec: Mapping[str, Any], axes: Axes, losses: LossTable, chain: str) -> None:
    """Lines of the losses for the observations that no row, or no column, of a table shows.

    What a share leaves out of its numerator is still in its base: it drops nothing and is named.

    axes : items of `rows` and `columns`. chain : the table's in the losses.
    """
    for axis, items in axes.items():
        of = spec[axis].get("of")
        if of is None or any(item.get("all") for item in items):
            continue
        keys = categories_of(sample, of, spec)
        shown = np.isin(keys, [category for item in items for category in _categories(item)])
        if shown.all():
            continue
        left = f"{of} {_listed(sorted(set(keys[~shown])))}"
        if axis == _of_numerator(spec):
            losses.note(chain, f"in no {axis[:-1]}, but counted in the base: {left}", sample)
        else:
            sample = losses.keep(chain, f"in no {axis[:-1]}: {left}", sample, shown)


def absent_items(
    frame: pd.DataFrame, sample: pd.DataFrame, spec: Mapping[str, Any], axes: Axes, losses: LossTable, chain: str
) -> dict[str, dict[str, str]]:
    """By axis, the items of whose categories the whole frame has none, with why their cells have no number.

    An id that is misspelt and a year that the run does not read look the same: neither is a zero. A category that the
    frame declares (a categorical column) and nobody has is one. The losses name all of them.
    """
    found: dict[str, dict[str, str]] = {}
    for axis, items in axes.items():
        of = spec[axis].get("of")
        asked = [item for item in items if not item.get("all")]
        if of is None or not asked:
            continue
        present = {*categories_of(frame, of, spec)}
        known = present | _declared(frame[of])
        lone = [category for item in asked for category in _categories(item) if category not in present]
        if lone:
            losses.note(chain, f"{axis}: no observation of the frame has {of} {_listed(lone)}", sample)
        found[axis] = {item["id"]: _why(of, _categories(item)) for item in asked if known.isdisjoint(_categories(item))}
    return found


def without_numbers(
    cells: pd.DataFrame, sample: pd.DataFrame, spec: Mapping[str, Any], axes: Axes, absent: Mapping[str, Mapping]
) -> pd.DataFrame:
    """Cells of absent items, and of items of which it is `unknown` who belongs to them, flagged and without numbers."""
    cells = cells.copy()
    for axis, whys in absent.items():
        for name, why in whys.items():
            _blank(cells, cells[axis[:-1]] == name, why)
    for item in [item for item in axes["rows"] if "unknown" in item]:
        keys = categories_of(sample, spec["rows"]["of"], spec)
        open_rows = sample[np.isin(keys, [str(value) for value in item["unknown"]])]
        for column in axes["columns"]:
            there = np.isin(categories_of(open_rows, spec["columns"]["of"], spec), _categories(column))
            if column.get("all") or there.any():
                here = (cells["row"] == item["id"]) & (cells["column"] == column["id"])
                words = " or ".join(str(value).replace("_", " ") for value in item["unknown"])
                _blank(cells, here, f"not known where {spec['rows']['of']} is {words}")
    return cells


def _blank(cells: pd.DataFrame, where: pd.Series, why: str) -> None:
    """Take the numbers out of cells that are not flagged yet."""
    where = where & (cells["flag"] == "")
    cells.loc[where, NUMBERS] = np.nan
    cells.loc[where, ["n", "persons"]] = 0
    cells.loc[where, ["flag", "note"]] = [NOT_ESTIMABLE, why]


def _of_numerator(spec: Mapping[str, Any]) -> str | None:
    """The axis whose categories are shares of a base that holds the others too."""
    if spec["statistic"] == "change":
        return "rows"
    if spec["statistic"] == "share":
        return "columns" if spec.get("within", "row") == "row" else "rows"
    return None


def _categories(item: Item) -> list[str]:
    """What an item counts: the categories it unites, the two periods of a change, else its id."""
    if "from" in item:
        return [str(item["from"]), str(item["to"])]
    return [str(value) for value in item.get("of", [item["id"]])]


def _declared(column: pd.Series) -> set[str]:
    """Categories that a categorical column declares."""
    return set(map(str, column.cat.categories)) if isinstance(column.dtype, pd.CategoricalDtype) else set()


def _why(of: str, categories: Sequence[str]) -> str:
    words = f"{of.replace('_', ' ')} {' or '.join(categories)}"
    if of in TIMES:
        return f"{words} is not in this run"
    return f"no observation has {words}: see whether the id is spelt as in the frame"


def _listed(values: Sequence[str]) -> str:
    """The first categories; an empty one is a missing value."""
    names = [value or "missing" for value in dict.fromkeys(values)]
    return ", ".join(names[:FEW]) + (f" and {len(names) - FEW} more" if len(names) > FEW else "")
