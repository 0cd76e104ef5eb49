"""Tests of several tables side by side, their p-values adjusted for all of them together."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, NOT_ESTIMABLE, SUPPRESSED, as_cells
from mobility.cells.fitted import Cell
from mobility.cells.odds import ADJUSTED
from mobility.settings import Item, Study

NAME = "adjusted"  # the statistic
COPIED = ("value", "std_error", "ci_low", "ci_high", "n", "base", "persons", "flag", "note")
Places = Mapping[tuple[str, str, str], Cell]


def adjusted_cells(cells: pd.DataFrame, study: Study, table: str, choice: str = BASELINE) -> pd.DataFrame:
    """Cells of a table of the statistic `adjusted`: each row is row `of_row` of the table of tests `of_table`.

    cells : of these tables, restricted or released. A column tells what the same column of the tests tells; p-values
    that are adjusted there for their own table are so here for the rows of this one. A test that is held back, or was
    not made, is not counted among them.
    """
    spec = study.tables[table]
    places = {(cell["table"], cell["row"], cell["column"]): cell for cell in cells.to_dict("records")}
    found: list[Cell] = []
    for column in spec.columns.items:
        base, by = ADJUSTED.get(column.tells, (column.tells, None))
        told = [_told(row, base, study, places) for row in spec.rows.items]
        values = [np.nan if cell["flag"] else float(cell["value"]) for cell in told]
        values = by(values) if by else values
        for row, cell, value in zip(spec.rows.items, told, values, strict=True):
            name = "log_odds" if column.tells.endswith("log_odds") else column.tells
            own = cell if cell["flag"] else {**cell, "value": value}
            found.append({**own, "row": row.id, "column": column.id, "statistic": name})
    order = {row.id: place for place, row in enumerate(spec.rows.items)}
    return as_cells(sorted(found, key=lambda cell: order[cell["row"]]), study.name, table, choice)


def _told(row: Item, tells: str, study: Study, places: Places) -> Cell:
    """What a test tells in its own table, held back or not estimable where it is so there."""
    (column,) = [item.id for item in study.tables[row.of_table].columns.items if item.tells == tells]
    cell = places[row.of_table, row.of_row, column]
    copied = {name: cell[name] for name in COPIED}
    if cell["flag"] == SUPPRESSED:
        return {**copied, "value": np.nan, "flag": SUPPRESSED, "note": "rests on a number that is held back"}
    return copied if pd.notna(cell["value"]) else {**copied, "flag": NOT_ESTIMABLE}
