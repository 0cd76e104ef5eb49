"""Any long file with one row a person and wave that a small mapping describes: a study's own, or a source's extract."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.errors import DeliveryError, SpecError
from mobility.intake.cell_values import Cells, Missing, amounts, categories, identifiers, whole_numbers
from mobility.intake.formats import UnreadableFile, nearest_columns
from mobility.intake.losses import LossTable
from mobility.intake.mapped import MAPPING, mapped_path
from mobility.intake.text_table import FileTable, Wanted, read_text_table
from mobility.intake.typed_table import read_parquet_table, read_stata_table
from mobility.settings import validate
from mobility.storage import read_words

FEW = 5
READERS = {
    ".parquet": read_parquet_table,
    ".dta": read_stata_table,
    **dict.fromkeys((".csv", ".txt", ".tsv", ".tab"), read_text_table),
}
KEYS = ("person", "wave")
PERSONS = "persons"


@dataclass(frozen=True)
class TablePanel:
    """Panel read from a mapped file: `person`, `wave` and the mapped variables (labels as text), and its losses.

    `notes` say every cell that was read as something else than it is written. `unit` is what `person` numbers,
    `header` every column of the file.
    """

    panel: pd.DataFrame
    losses: pd.DataFrame
    path: Path
    notes: tuple[str, ...] = ()
    unit: str = PERSONS
    header: tuple[str, ...] = ()


def read_table(folder: Path, root: Path, name: str = MAPPING) -> TablePanel:
    """Read the file that the mapping `name` of a study's folder describes.

    Raises
    ------
    SpecError
        The mapping file is not as its schema says.
    DeliveryError
        Lists absent columns, values without a label, persons twice in a wave, unreadable file.
    """
    where = folder / name
    mapping = load_mapping(where, root)
    return read_mapped(mapping, where, _locate(mapping["file"], where))


def load_mapping(where: Path, root: Path) -> Mapping[str, Any]:
    """A mapping of persons' variables, its words as written; raises `SpecError` where it is not as its schema says."""
    mapping: Mapping[str, Any] = read_words(where)
    validate(mapping, root, "mapping", str(where), SpecError)
    return mapping


def read_mapped(mapping: Mapping[str, Any], where: Path, path: Path) -> TablePanel:
    """Read the file `path` as a mapping says, which stands in `where`; raises `DeliveryError` as `read_table`."""
    columns = {"person": mapping["person"], "wave": mapping["wave"]}
    columns |= {name: entry["column"] for name, entry in mapping["variables"].items()}
    found = _read(path, columns, where)
    panel, problems, notes = _harmonise(found.frame, columns, mapping, path)
    problems = problems or _twice(panel, path)
    if problems:
        raise DeliveryError(problems, str(path), "make report")
    panel, losses = _with_keys(panel, found)
    if panel.empty:
        keys = f"`{mapping['person']}` (person) and in `{mapping['wave']}` (wave)"
        told = f"none of its {found.rows:,} rows has a number in the columns {keys}. Mend them, or `missing` in {where}"
        raise DeliveryError([f"{path}: {told}"], str(path), "make report")
    notes = [*(f"{path.name}: {note}." for note in found.notes), *notes]
    ordered, unit = panel.sort_values(list(KEYS), ignore_index=True), mapping.get("unit_label", PERSONS)
    return TablePanel(ordered, losses.frame(), path, tuple(notes), unit, tuple(found.header))


def _with_keys(panel: pd.DataFrame, found: FileTable) -> tuple[pd.DataFrame, LossTable]:
    """Rows with a person and a wave, and the losses from the rows of the file on."""
    losses = LossTable()
    rows = losses.start("read", panel.reindex(range(found.rows)))
    if found.rows > len(panel):
        filled = pd.Series(rows.index.isin(panel.index), index=rows.index)
        rows = losses.keep("read", "blank rows and notes below the table", rows, filled)
    keyed = rows["person"].notna() & rows["wave"].notna()
    rows = losses.keep("read", "no person or wave", rows, keyed)
    return rows.astype(dict.fromkeys(KEYS, "int64")), losses


def _locate(file: str, where: Path) -> Path:
    """Path of the mapped file, which is there."""
    path = mapped_path(file, where)
    if not path.is_file():
        raise DeliveryError([f"{where}, file: no such file {path}. Mend `file`"], str(where.parent), "make report")
    return path


def _read(path: Path, columns: Mapping[str, str], where: Path) -> FileTable:
    """The mapped columns under their harmonised names; names are matched in either case."""

    def wanted(header: Sequence[str]) -> list[int]:
        return list(dict.fromkeys(_positions(columns, header, path, where).values()))

    try:
        found = read_file(path, str(where), wanted)
    except UnreadableFile as error:
        raise DeliveryError([f"{path}: {error}"], str(path), "make report") from None
    if found.frame.empty:
        raise DeliveryError([f"{path}: has a header but no rows. Put a whole file there"], str(path), "make report")
    at = _positions(columns, found.header, path, where)
    frame = pd.DataFrame({name: found.frame[position] for name, position in at.items()})
    return replace(found, frame=frame)


def read_file(path: Path, where: str, wanted: Wanted) -> FileTable:
    """Read columns of a file by the reader of its ending; `where` says what named it.

    Raises `DeliveryError` on an ending that no reader has.
    """
    reader = next((READERS[ending.lower()] for ending in path.suffixes if ending.lower() in READERS), None)
    if reader is None:
        problem = f"{where}, file: `{path.name}`; allowed: {', '.join(READERS)}"
        raise DeliveryError([problem], str(path), "make report")
    return reader(path, wanted)


def _positions(columns: Mapping[str, str], header: Sequence[str], path: Path, where: Path) -> dict[str, int]:
    """Where in the header each mapped column stands."""
    places = defaultdict(list)
    for position, name in enumerate(header):
        places[name.strip().lower()].append(position)
    problems, wanted = [], list(dict.fromkeys(columns.values()))
    if not any(column.strip().lower() in places for column in wanted):
        problems.append(f"{path}: none of the mapped columns stands in its first row. Delete lines above the header")
    for column in wanted:
        found = [header[at] for at in places.get(column.strip().lower(), [])]
        if not found:
            problems.append(f"{path}: no column `{column}`; {nearest_columns(column, list(places))}. Mend {where}")
        elif len(found) > 1:
            twins = " and ".join(f"`{name}`" for name in found)
            problems.append(f"{path}: columns {twins} are one name, since case does not count. Rename all but one")
    if problems:
        raise DeliveryError(problems, str(path), "make report")
    return {name: places[column.strip().lower()][0] for name, column in columns.items()}


def _harmonise(
    raw: pd.DataFrame, columns: Mapping[str, str], mapping: Mapping[str, Any], path: Path
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The panel with keys as Int64, what stops the run, and what is worth knowing."""
    missing = Missing.of(mapping.get("missing", []))
    cells = {"person": identifiers(raw["person"], missing), "wave": whole_numbers(raw["wave"], missing)}
    cells |= {name: _variable(raw[name], entry, missing) for name, entry in mapping["variables"].items()}
    place = {name: f"column {column}" for name, column in columns.items()}
    problems = [f"{path}, {place[name]}: {text}" for name, found in cells.items() for text in found.problems]
    notes = [f"{path.name}, {place[name]}: {text}." for name, found in cells.items() for text in found.notes]
    return pd.DataFrame({name: found.values for name, found in cells.items()}), problems, notes


def _variable(values: pd.Series, entry: Mapping[str, Any], missing: Missing) -> Cells:
    """A variable as labels (category), Int64 (integer) or float64 (amount)."""
    if entry["kind"] == "category":
        return categories(values, missing, entry.get("labels", {}))
    return (amounts if entry["kind"] == "amount" else whole_numbers)(values, missing)


def _twice(panel: pd.DataFrame, path: Path) -> list[str]:
    """Persons who stand in a wave more than once, by the numbers of their rows."""
    twice = panel[panel.duplicated(list(KEYS), keep=False) & panel[list(KEYS)].notna().all(axis=1)]
    if twice.empty:
        return []
    rows = ", ".join(str(row + 1) for row in twice.sort_values(list(KEYS), kind="stable").index[:FEW])
    return [f"{path}: {len(twice)} rows share a person and wave (rows {rows}). Keep one row each"]
