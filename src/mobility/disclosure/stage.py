"""The stage that judges every table of a study, and its losses."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mobility.cells import read_cells
from mobility.cells.quoted import quote_cells
from mobility.disclosure.release import Table, release, release_losses, release_tables
from mobility.settings import Study
from mobility.statistics import QUOTED
from mobility.storage import write_csv


def release_study(
    study: Study,
    cells: Iterable[str | Path],
    released: Path,
    checks: Path,
    losses: pd.DataFrame,
    access: str,
    threshold: int,
) -> None:
    """Write what may leave of a study: its tables judged together, then the numbers of its text, then its losses.

    Numbers of the text are made from released cells and judged again, so that none gives back a cell that is held back.

    Parameters
    ----------
    cells : files of restricted cells, one a table. losses : of the whole study.
    released, checks : folders for released cells, and for `losses.csv` and `disclosure/<table>.csv`.
    access : class of the data's access. threshold : smallest number of distinct persons.
    """
    paths = {path.stem: path for path in map(Path, cells)}
    quoted = [table for table in paths if study.tables[table].statistic.job == QUOTED]
    own = {table: path for table, path in paths.items() if table not in quoted}
    tables = [_table(study, read_cells(path), table) for table, path in own.items()]
    judged = dict(zip(own, release_tables(tables, access, threshold), strict=True))
    for table, found in judged.items():
        write_csv(found.cells, released / f"{table}.csv")
    for table in quoted:
        parts = pd.concat([read_cells(released / f"{name}.csv") for name in study.quoted_tables], ignore_index=True)
        judged[table] = release(quote_cells(parts, study, table), study.tables[table], access, threshold)
        write_csv(judged[table].cells, released / f"{table}.csv")
    for table, found in judged.items():
        write_csv(found.record, checks / "disclosure" / f"{table}.csv")
    write_csv(losses, checks / "losses.csv")
    write_csv(release_losses(losses, threshold), released / "losses.csv")


def _table(study: Study, cells: pd.DataFrame, name: str) -> Table:
    spec = study.tables[name]
    return Table(cells, spec, study.samples.get(spec.sample))
