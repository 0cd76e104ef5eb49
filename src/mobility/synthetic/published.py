"""Numbers of the published report that the plan is built from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mobility.errors import SpecError
from mobility.storage import read_rows

STUDY = Path("studies") / "gatsby"
NOTES = "figure_notes"
TABLES = ("2_1", "2_2", "3_1", "3_2", "3_3", "3_4", "3_5", "3_8", NOTES)


@dataclass(frozen=True)
class Published:
    """Published cells by (table, row, column); an illegible cell is absent."""

    values: dict[tuple[str, str, str], float]

    def __getitem__(self, key: tuple[str, str, str]) -> float:
        if key not in self.values:
            raise SpecError(f"table_{key[0]}.csv, row {key[1]}, column {key[2]}: no number. It is needed for the plan.")
        return self.values[key]

    def get(self, table: str, row: str, column: str) -> float | None:
        """The number, or None where it is illegible."""
        return self.values.get((table, row, column))


def read_published(root: Path) -> Published:
    """Read the tables that the plan needs from `studies/gatsby/published`."""
    folder = Path(root) / STUDY / "published"
    return Published(dict(entry for table in TABLES for entry in _cells(folder, table)))


def _cells(folder: Path, table: str) -> Iterator[tuple[tuple[str, str, str], float]]:
    path = folder / (f"{table}.csv" if table == NOTES else f"table_{table}.csv")
    if not path.is_file():
        raise SpecError(f"{path}: no such file. Restore the published table, then run again.")
    for row in read_rows(path):
        if row["value"] and row["flag"] == "ok":
            yield (table, row["row"], row["column"]), float(row["value"])
