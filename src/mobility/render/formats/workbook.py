"""One table as a workbook, made as that of a whole study is."""

from pathlib import Path

from mobility.render.formats.xlsx import write_workbook
from mobility.render.table import Table


def write(table: Table, path: Path) -> None:
    """Write a table with its cover, notes, back test and data."""
    write_workbook(path, [table], table.about, table.origin)
