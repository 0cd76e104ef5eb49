"""Files of several tables put together, and the comparison of those of a study with print and with what was planted."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from mobility.backtest.compare import against_truth, compare, read_published, reference_cells
from mobility.cells import CELL_KEYS, read_cells
from mobility.cells.quoted import quote_cells
from mobility.settings import Study
from mobility.storage import read_csv, write_csv


def gather_cells(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Cells of several tables, one after the other."""
    return pd.concat([read_cells(path) for path in paths], ignore_index=True)


def quoted_from(folder: Path, study: Study, table: str) -> pd.DataFrame:
    """Cells of a table that are made from those of other tables in `folder`: see `quote_cells`."""
    return quote_cells(gather_cells(folder / f"{name}.csv" for name in study.quoted_tables), study, table)


def gather(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Rows of several CSV files with the same columns; names of cells are text, also where they are digits."""
    return pd.concat([read_csv(path, dtype=dict.fromkeys(CELL_KEYS, "str")) for path in paths], ignore_index=True)


def compare_study(
    study: Study,
    cells: Sequence[str | Path],
    released: Path,
    planted: Iterable[Path],
    backtest: str | Path,
    of_released: str | Path,
    truth: Sequence[str | Path] = (),
) -> None:
    """Write the back test of a study's cells, that of the released ones, and beside these the tables of print alone.

    cells : files of restricted cells, one a judged table. released : folder of the released ones. planted : files of
    what was planted, of which some may not be. backtest, of_released, truth : files to write, the last where there is
    a truth.
    """
    published = read_published(study.folder / "published")
    for table in set(study.tables) - {Path(path).stem for path in cells}:
        write_csv(reference_cells(published, table, study.name), released / f"{table}.csv")
    known = gather(path for path in planted if path.is_file()) if truth else None
    own, shown = gather_cells(cells), gather_cells(released / Path(path).name for path in cells)
    write_csv(compare(own, published, known), backtest)
    write_csv(compare(shown, published, known), of_released)
    for path in truth:
        write_csv(against_truth(own, known), path)
