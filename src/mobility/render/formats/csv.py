"""The data beside a table: one row a cell, labels and full precision, for spreadsheets and programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobility.render.table import Cell, Column, Row, Table
from mobility.storage import write_csv

if TYPE_CHECKING:
    import pandas as pd

CELL_COLUMNS = (
    "value", "std_error", "ci_low", "ci_high", "stars", "n", "base", "persons", "flag", "note", "published", "verdict",
)  # fmt: skip


def write(table: Table, path: Path) -> None:
    """Write the cells of a table."""
    write_csv(table_csv(table), path)


def indicators_csv(records: Sequence[Mapping[str, Any]]) -> "pd.DataFrame":
    """What the page of indicators says, one row an indicator; what one does not have is empty."""
    import pandas as pd

    return pd.DataFrame.from_records(list(records))


def _record(table: Table, row: Row, column: Column, cell: Cell) -> dict:
    spanned = f"{column.spanner}: {column.label}" if column.spanner else column.label
    return {
        "data": "published" if table.printed else "synthetic" if table.synthetic else "real",
        "table": table.id,
        "row": row.id,
        "row_label": row.label,
        "column": column.id,
        "column_label": spanned,
        "statistic": cell.statistic.name,
        "shown": cell.text,
        "times": 10**cell.statistic.power,
        **{name: getattr(cell, name) for name in CELL_COLUMNS},
    }


def table_csv(table: Table) -> "pd.DataFrame":
    """A table's cells, one a row in reading order; counts are whole numbers and held-back ones are empty.

    `times` is what a value is multiplied by where it is shown: 100 for a share in per cent.
    """
    import pandas as pd

    frame = pd.DataFrame(
        [_record(table, row, col, table.cell(row, col)) for row in table.rows for col in table.columns]
    )
    for name in ("n", "base", "persons"):
        frame[name] = frame[name].astype("Int64")
    return frame
