"""Evidence: what each cell of the tables of a study rests on. No rule is here, and nothing is decided."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mobility.cells import CELL_KEYS, EVIDENCE
from mobility.disclosure.links import Rows
from mobility.disclosure.numbers import Table
from mobility.disclosure.relations import NOBODY, System
from mobility.disclosure.steps import Chain
from mobility.settings.counted import AT_RISK, ROWS
from mobility.settings.frames import PERSON, FrameSpec
from mobility.statistics import SHARE_LIKE

LOSSES = "losses"
PERSONS = FrameSpec(rows=ROWS).counted
PLACE = [*CELL_KEYS, "choice"]
COLUMNS = [
    *PLACE,
    "unit",
    "n",
    "persons",
    "base_unit",
    "base",
    "base_persons",
    "complement",
    "dominance_1",
    "dominance_2",
    "df",
    "fewest",
    "dropped",
    "droppable",
    "table_df",
    "ties",
]


def evidence_of(tables: Sequence[Table], system: System | None = None, chains: Sequence[Chain] = ()) -> pd.DataFrame:
    """What every cell rests on, the cells of all tables one after the other, then those of the losses; `COLUMNS`.

    unit, base_unit : what `persons` and `base_persons` number, in the plural; empty where they are missing.
    persons : distinct persons in it, or rows where no persons are on record; of a difference or a test of the part in
    which the fewest are, of net moves the fewer of those in and those out.
    base_persons, complement : distinct persons in its base, and in its base but not in it; their rows where these are
    many times the threshold.
    dominance_1, dominance_2 : share of the largest one and two contributors in a sum.
    df : residual degrees of freedom of the fit. fewest : persons on the rarer side of what an estimate compares.
    dropped : complete cases that the fit did not use. droppable : persons of the smallest category that it would have
    dropped with its rows, had all in it the same outcome. table_df : of a fit to a table of counts, degrees of freedom
    of its cells.
    ties : of a median, distinct persons who have the value, or one of the two that it lies between.
    Missing where a cell has no such thing.
    """
    parts = [_of_table(table) for table in tables]
    if system is not None and system.steps:
        parts.append(_of_steps(system, chains))
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    if system is not None and len(found):
        found = _with_numbers(found, system)
    for unit, number in (("unit", "persons"), ("base_unit", "base_persons")):
        found[unit] = found[unit].where(found[number].notna(), "")
    return found[COLUMNS]


def _of_table(table: Table) -> pd.DataFrame:
    cells = table.cells
    found = cells[PLACE].reset_index(drop=True)
    for name in ("n", "persons", "base", *EVIDENCE):
        given = cells[name].to_numpy("float64", na_value=np.nan) if name in cells else np.nan
        found[name] = given
    places = zip(cells["row"], cells["column"], strict=True)
    rows_only = found["persons"].isna()
    found["unit"] = pd.Series([table.counted.get(place, PERSONS) for place in places], dtype=object).mask(
        rows_only, ROWS
    )
    found["persons"] = found["persons"].mask(rows_only, found["n"])
    found.loc[[told.net for told in table.told], "persons"] = np.nan
    found["base_unit"] = AT_RISK if table.spec.exposure else ROWS
    share = table.spec.statistic.judged_as == SHARE_LIKE
    found["base_persons"] = found["base"].where(found["base"] > 0)
    found["complement"] = (found["base"] - found["n"]) if share else np.nan
    largest = _dominance(table)
    found["dominance_1"], found["dominance_2"] = largest[:, 0], largest[:, 1]
    return found


def _of_steps(system: System, chains: Sequence[Chain]) -> pd.DataFrame:
    """What the numbers of the losses rest on: a row is the first chain that tells one, a column its step."""
    names: dict[int, tuple[str, str, str]] = {}
    for chain, numbers in zip(chains, system.steps, strict=True):
        for step, number in zip(chain.steps, numbers, strict=True):
            names.setdefault(number, (chain.name, f"step {step}", chain.counted))
    numbers = list(names)
    rows, persons = system.rows[numbers], system.persons[numbers].astype(float)
    found = pd.DataFrame(list(names.values()), columns=["row", "column", "unit"])
    return found.assign(table=LOSSES, n=rows, persons=persons).reindex(columns=COLUMNS)


def _with_numbers(found: pd.DataFrame, system: System) -> pd.DataFrame:
    """With the distinct persons that the frames themselves say."""
    base_persons, persons = (found[name].to_numpy("float64", copy=True) for name in ("base_persons", "persons"))
    complement = found["complement"].to_numpy("float64", copy=True)
    there = system.base != NOBODY
    base_persons[there] = system.persons[system.base[there]]
    rows = found["base"].to_numpy("float64")
    single = found["persons"].eq(found["n"]).groupby(found["table"]).transform("all").to_numpy()
    counted = there & ((base_persons < rows) | single)  # else there are so many rows that nobody counted the persons
    base_unit = found["base_unit"].mask(pd.Series(counted, found.index) & (found["base_unit"] == ROWS), found["unit"])
    # With a base it is a share of nobody.
    derived = (system.own == NOBODY) & (system.base == NOBODY) & (np.diff(system.tells.indptr) > 0)
    for cell in np.flatnonzero(derived):
        told = (*system.persons[system.tells[cell].indices], persons[cell])
        persons[cell] = min((float(one) for one in told if one > 0), default=0.0)
    complement[[form.cell for _, form in system.outside]] = np.inf
    for _, form in system.outside:
        if form.persons > 0:
            complement[form.cell] = min(complement[form.cell], form.persons)
    complement[np.isinf(complement)] = 0
    return found.assign(base_persons=base_persons, base_unit=base_unit, persons=persons, complement=complement)


def _dominance(table: Table) -> np.ndarray:
    """Of each cell, shares of the largest one and the largest two contributors in the sum that it is made from.

    Areas are none: of their moves every person counts once, and that most are of one area tells of nobody.
    """
    found = np.full((len(table.cells), 2), np.nan)
    summed = _summed(table)
    if table.frame is None or not summed or table.unit != PERSON:
        return found
    rows = Rows(table.spec.frame, table.frame, table.unit)
    kept = rows.kept(table.sample, table.weight)
    places = zip(table.cells["row"], table.cells["column"], strict=True)
    for at, (told, place) in enumerate(zip(table.told, places, strict=True)):
        values = table.frame[summed[place]].to_numpy("float64", na_value=np.nan)[kept]
        known = ~np.isnan(values)
        if told.own is not None and not np.isin(values[known], (0.0, 1.0)).all():
            inside = known & rows.inside(told.own, kept)
            found[at] = largest_shares(np.abs(values[inside]), rows.units[kept][inside])
    return found


def _summed(table: Table) -> Mapping[tuple[str, str], str]:
    """By place, the column of which a cell is a mean or a sum; empty where the table has none."""
    if table.spec.statistic.name not in ("mean", "description", "rate") or not table.counts:
        return {}
    rows, columns = table.spec.rows.items, table.spec.columns.items
    return {(row.id, column.id): column.mean or column.sum or row.describes for row in rows for column in columns}


def largest_shares(values: np.ndarray, units: np.ndarray) -> tuple[float, float]:
    """Shares of the largest one and the largest two units in a sum of values that are not below 0; NaN of nothing."""
    sums = np.sort(np.bincount(units, weights=values))[::-1] if len(values) else np.zeros(0)
    total = sums.sum()
    if total <= 0:
        return np.nan, np.nan
    return float(sums[0] / total), float(sums[:2].sum() / total)
