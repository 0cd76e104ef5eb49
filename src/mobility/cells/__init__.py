"""Cells: the one shape of every result. Tables, figures, comparison and disclosure read only this."""

from pathlib import Path
from typing import Any

import pandas as pd

from mobility.storage import read_csv

CELL_COLUMNS = [
    "study",
    "table",
    "row",
    "column",
    "statistic",
    "choice",
    "value",
    "std_error",
    "ci_low",
    "ci_high",
    "stars",
    "n",
    "base",
    "persons",
    "flag",
    "note",
]
# What restricted cells of estimates and of medians say besides; no released file has it.
EVIDENCE = ["df", "fewest", "dropped", "droppable", "table_df", "ties", "smallest"]
# Of a cell of a fit the rows that it used, and the rows or persons of which its value is the number, by their names.
NAMES = ["fit", "tells"]
OF_PERSONS = " persons"  # ends the name of the persons in some rows
INTERVAL = "interval"  # what a cell tells whose interval is by t, and tells how many rows the fit had
CELL_KEYS = ["table", "row", "column", "statistic"]
BASELINE = "baseline"
NOT_ESTIMABLE = "not_estimable"
SUPPRESSED = "suppressed"
LOW_BASE = "low_base"
ROUNDED = "rounded to a multiple of "  # begins the note of a cell that is
MEDIAN_ROUNDED = "median rounded to a multiple of "  # and which
_TEXT = ["study", "table", "row", "column", "statistic", "choice", "stars", "flag", "note"]
_COUNTS = ["n", "base", "persons"]


def read_cells(path: str | Path, evidence: bool = False) -> pd.DataFrame:
    """Read a cells file with its types: text, float values, Int64 counts (NA where suppressed).

    evidence : whether the columns `EVIDENCE` and `NAMES` are wanted too, where the file has them.
    """
    cells = read_csv(path, dtype=dict.fromkeys([*_TEXT, *NAMES], "str"), keep_default_na=False, na_values={})
    wanted = [*CELL_COLUMNS, *(name for name in [*EVIDENCE, *NAMES] if evidence and name in cells)]
    typed = {name: cells[name] if name in [*_TEXT, *NAMES] else pd.to_numeric(cells[name]) for name in wanted}
    return pd.DataFrame({name: own.astype("Int64") if name in _COUNTS else own for name, own in typed.items()})


def as_cells(records: list[dict[str, Any]], study: str, table: str, choice: str = BASELINE) -> pd.DataFrame:
    """Records of cells as a frame with `CELL_COLUMNS`: what a record does not say is empty text or missing."""
    found = pd.DataFrame(records)
    cells = found.reindex(columns=CELL_COLUMNS + [name for name in [*EVIDENCE, *NAMES] if name in found])
    cells = cells.assign(study=study, table=table, choice=choice)
    texts = [*_TEXT, *(name for name in NAMES if name in found)]
    cells[texts] = cells[texts].astype("object").fillna("")
    return cells.astype(dict.fromkeys(_COUNTS, "Int64"))
