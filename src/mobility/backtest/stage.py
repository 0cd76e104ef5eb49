"""Files of several tables put together."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mobility.cells import CELL_KEYS, read_cells
from mobility.cells.quoted import quote_cells
from mobility.settings import Study
from mobility.storage import read_csv


def gather_cells(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Cells of several tables, one after the other."""
    return pd.concat([read_cells(path) for path in paths], ignore_index=True)


def quoted_from(folder: Path, study: Study, table: str) -> pd.DataFrame:
    """Cells of a table that are made from those of other tables in `folder`: see `quote_cells`."""
    return quote_cells(gather_cells(folder / f"{name}.csv" for name in study.quoted_tables), study, table)


def gather(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Rows of several CSV files with the same columns; names of cells are text, also where they are digits."""
    return pd.concat([read_csv(path, dtype=dict.fromkeys(CELL_KEYS, "str")) for path in paths], ignore_index=True)
