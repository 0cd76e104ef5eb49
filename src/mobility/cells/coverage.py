"""What a table's rows and columns leave out, and what they ask for that is not there: named, never a plausible zero."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.observed import categories_of, column_of, distinct_of
from mobility.intake.losses import LossTable
from mobility.settings import Axis, Item, TableSpec
from mobility.statistics import SHARE_LIKE

FEW = 8
TIMES = ("wave", "year")
NUMBERS = ["value", "std_error", "ci_low", "ci_high"]


def record_coverage(sample: pd.DataFrame, spec: TableSpec, losses: LossTable, chain: str) -> None:
    """Lines of the losses for the observations that no row, or no column, of a table shows.

    What a share leaves out of its numerator is still in its base: it drops nothing and is named.

    chain : the table's in the losses.
    """
    named = [axis.of for _, axis in _axes(spec) if axis.of in sample]
    sample = sample[list(dict.fromkeys([losses.counted, *named]))]  # of a wide frame the rest would be copied in vain
    for name, axis in _axes(spec):
        of = axis.of
        if not of or any(item.everyone for item in axis.items):
            continue
        places, keys = distinct_of(sample, of, spec)
        known = np.isin(keys, [category for item in axis.items for category in _categories(item)])
        if known.all():
            continue
        shown, left = known[places], f"{of} {_listed(sorted(set(keys[~known])))}"
        if name == of_numerator(spec):
            losses.note(chain, f"in no {name}, but counted in the base: {left}", sample)
        else:
            sample = losses.keep(chain, f"in no {name}: {left}", sample, shown)


def absent_items(
    frame: pd.DataFrame, sample: pd.DataFrame, spec: TableSpec, losses: LossTable, chain: str
) -> dict[str, dict[str, str]]:
    """By axis (row, column), the items of whose categories the whole frame has none, and why they have no number.

    An id that is misspelt and a year that the run does not read look the same: neither is a zero. A category that the
    frame declares (a categorical column) and nobody has is one. The losses name all of them.
    """
    found: dict[str, dict[str, str]] = {}
    for name, axis in _axes(spec):
        of = axis.of
        asked = [item for item in axis.items if not item.everyone]
        if not of or not asked:
            continue
        present = {*categories_of(column_of(frame, of, spec).drop_duplicates().to_frame(), of, spec)}
        known = present | _declared(frame[of])
        lone = [category for item in asked for category in _categories(item) if category not in present]
        if lone:
            losses.note(chain, f"{name}s: no observation of the frame has {of} {_listed(lone)}", sample)
        found[name] = {item.id: _why(of, _categories(item)) for item in asked if known.isdisjoint(_categories(item))}
    return found


def without_numbers(
    cells: pd.DataFrame, sample: pd.DataFrame, spec: TableSpec, absent: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """Cells of absent items, and of items of which it is `unknown` who belongs to them, flagged and without numbers."""
    whys = pd.Series(None, index=cells.index, dtype="object")
    for axis, reasons in absent.items():
        whys = whys.fillna(cells[axis].map(reasons))
    for item in [item for item in spec.rows.items if item.unknown]:
        open_rows = sample[np.isin(categories_of(sample, spec.rows.of, spec), item.unknown)]
        words = " or ".join(value.replace("_", " ") for value in item.unknown)
        there = {*categories_of(open_rows, spec.columns.of, spec)}
        open_columns = [c.id for c in spec.columns.items if c.everyone or not there.isdisjoint(_categories(c))]
        here = (cells["row"] == item.id) & cells["column"].isin(open_columns)
        whys = whys.mask(here & whys.isna(), f"not known where {spec.rows.of} is {words}")
    return _blank(cells, whys)


def _blank(cells: pd.DataFrame, whys: pd.Series) -> pd.DataFrame:
    """The cells without the numbers of those that there is a reason against and that are not flagged yet."""
    cells, where = cells.copy(), whys.notna() & (cells["flag"] == "")
    if where.any():
        cells.loc[where, NUMBERS] = np.nan
        cells.loc[where, ["n", "persons"]] = 0
        cells.loc[where, "flag"] = NOT_ESTIMABLE
        cells.loc[where, "note"] = whys[where]
    return cells


def _axes(spec: TableSpec) -> tuple[tuple[str, Axis], tuple[str, Axis]]:
    return ("row", spec.rows), ("column", spec.columns)


def of_numerator(spec: TableSpec) -> str | None:
    """The axis whose categories are shares of a base that holds the others too."""
    if spec.statistic.name == "change":
        return "row"
    if spec.statistic.judged_as == SHARE_LIKE and "within" in spec.statistic.keys:
        return "column" if spec.within == "row" else "row"
    return None


def _categories(item: Item) -> tuple[str, ...]:
    """What an item counts: the categories it unites, the two periods of a change, else its id."""
    return (item.before, item.after) if item.before else item.of


def _declared(column: pd.Series) -> set[str]:
    """Categories that a categorical column declares."""
    return set(map(str, column.cat.categories)) if isinstance(column.dtype, pd.CategoricalDtype) else set()


def _why(of: str, categories: Sequence[str]) -> str:
    words = f"{of} {' or '.join(categories)}".replace("_", " ")
    if of in TIMES:
        return f"{words} is not in this run"
    return f"no observation has {words}: see whether the id is spelt as in the frame"


def _listed(values: Sequence[str]) -> str:
    """The first categories; an empty one is a missing value."""
    names = [value or "missing" for value in dict.fromkeys(values)]
    return ", ".join(names[:FEW]) + (f" and {len(names) - FEW} more" if len(names) > FEW else "")
