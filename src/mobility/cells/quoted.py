"""Numbers of a report's text, made again from the cells of its tables, as `cells` of claims.yaml says."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, NOT_ESTIMABLE, SUPPRESSED, as_cells
from mobility.cells.adjusted import NAME as ADJUSTED
from mobility.cells.adjusted import adjusted_cells
from mobility.cells.fitted import Cell
from mobility.settings import Claim, Study
from mobility.settings.claims import Place, Quoted

NUMBER, LAST = "number", "to"
INTERVAL = ("std_error", "ci_low", "ci_high")
COUNTS = ("n", "base", "persons")
JOINED: dict[str, Callable[[Sequence[float]], float]] = {"sum": sum, "mean": np.mean}


def quote_cells(cells: pd.DataFrame, study: Study, table: str, choice: str = BASELINE) -> pd.DataFrame:
    """Cells of a table made from those of others: tests adjusted together (`adjusted_cells`), or quoted numbers.

    Of the latter a row is a claim with `cells` or `not_estimated`.

    Parameters
    ----------
    cells : cells of `Study.quoted_tables`, restricted or released; what rests on a held-back cell is held back.

    Notes
    -----
    Columns: `number`, the one number or the smallest of several, and `to`, the largest. Each part of a claim is a
    cell's value (or `of`: its n or base), less or over another cell where the claim says so, and with `one_less` 1 less
    that. A part that is a cell's own share keeps its error and interval; quotients, sums and means have none.
    """
    if study.tables[table].statistic.name == ADJUSTED:
        return adjusted_cells(cells, study, table, choice)
    found = [cell for claim in study.claims.values() if not claim.effects for cell in _quoted(claim, cells, study)]
    return as_cells(found, study.name, table, choice)


def _quoted(claim: Claim, cells: pd.DataFrame, study: Study) -> list[Cell]:
    place = {"row": claim.name, "statistic": claim.statistic}
    if claim.cells is None:
        return _both(place, {"flag": NOT_ESTIMABLE, "note": claim.not_estimated}, claim)
    parts = _parts(claim.cells, cells, study)
    if any(part["flag"] == SUPPRESSED for part in parts):
        return _both(place, {"flag": SUPPRESSED, "note": "rests on a number that is held back"}, claim)
    known = sorted((part for part in parts if np.isfinite(part["value"])), key=lambda part: part["value"])
    if not known or (claim.value in JOINED and len(known) < len(parts)):
        return _both(place, {"flag": NOT_ESTIMABLE, "note": "a cell that it rests on has no value"}, claim)
    first = _joined(known, JOINED[claim.value]) if claim.value in JOINED else known[0]
    return _both(place, {**first, "flag": ""}, claim, {**known[-1], "flag": ""})


def _both(place: Cell, first: Cell, claim: Claim, last: Cell | None = None) -> list[Cell]:
    """The number and, of a range, the largest; else words that say that there is one number."""
    one = {"statistic": "text", "note": "one number", **{name: first.get(name) for name in COUNTS}}
    second = (last or first) if claim.value == "range" else one
    return [{**place, "column": NUMBER, **first}, {**place, "column": LAST, **second}]


def _joined(parts: Sequence[Cell], join: Callable[[Sequence[float]], float]) -> Cell:
    """Sum or mean of the parts; the counts are those of the part that rests on the fewest persons."""
    weakest = min(parts, key=lambda part: np.inf if pd.isna(part["persons"]) else part["persons"])
    return {**{name: weakest[name] for name in COUNTS}, "value": float(join([part["value"] for part in parts]))}


def _parts(wanted: Quoted, cells: pd.DataFrame, study: Study) -> list[Cell]:
    """Numbers that a claim rests on, one for each row and column that it names (by default every one of the table)."""
    spec = study.tables[wanted.table]
    rows, columns = wanted.rows or spec.rows.ids, wanted.columns or spec.columns.ids
    own = cells[(cells["table"] == wanted.table) & (cells["statistic"] != "std_error")]
    places = {(cell["row"], cell["column"]): cell for cell in own.to_dict("records")}
    return [_part(wanted, (row, column), places) for row in rows for column in columns]


def _part(wanted: Quoted, place: tuple[str, str], places: Mapping[tuple[str, str], Cell]) -> Cell:
    cell, of = places[place], wanted.of
    value, flags, derived = _number(cell, of), {cell["flag"]}, of != "value"
    steps: tuple[tuple[Place | None, Callable[[float, float], float]], ...] = (
        (wanted.less, np.subtract),
        (wanted.over, np.divide),
    )
    for named, apply in steps:
        if named is not None:
            other = places[named.row or place[0], named.column or place[1]]
            flags, derived = flags | {other["flag"]}, True
            value = float(apply(value, _number(other, of))) if _number(other, of) else np.nan
    flag = SUPPRESSED if SUPPRESSED in flags else ""
    part = {**{name: cell[name] for name in COUNTS}, "value": value, "flag": flag}
    interval = {} if derived else {name: cell[name] for name in INTERVAL}
    return _from_one({**part, **interval}) if wanted.one_less else {**part, **interval}


def _number(cell: Cell, of: str) -> float:
    return np.nan if pd.isna(cell[of]) else float(cell[of])


def _from_one(part: Cell) -> Cell:
    """1 less a share; the ends of the interval change places."""
    turned = {"value": 1 - part["value"]}
    if "ci_low" in part:
        turned |= {"ci_low": 1 - part["ci_high"], "ci_high": 1 - part["ci_low"]}
    return {**part, **turned}
