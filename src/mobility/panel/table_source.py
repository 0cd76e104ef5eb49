"""The source `table`: any long file with one row a person and wave, described by a small mapping file."""

import lzma
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.errors import DeliveryError
from mobility.panel.formats import (
    READER_ERRORS,
    UnreadableFile,
    bad_cells,
    nearest_columns,
    read_columns,
    to_codes,
    to_numbers,
)
from mobility.panel.losses import LossTable
from mobility.panel.mapped import mapped_path
from mobility.panel.missing import BLANK
from mobility.settings import SpecError, validate
from mobility.storage import read_yaml

FEW = 5
# What packed files raise, beside the readers' own errors, when they are cut short or are not what their name says.
PACKED_ERRORS = (zlib.error, zipfile.BadZipFile, lzma.LZMAError)
READERS = {".parquet": "parquet", ".dta": "dta", ".csv": "csv"}


@dataclass(frozen=True)
class TablePanel:
    """Panel read from a mapped file: `person`, `wave` and the mapped variables (labels as text), and its losses."""

    panel: pd.DataFrame
    losses: pd.DataFrame
    path: Path


def read_table(folder: Path, root: Path) -> TablePanel:
    """Read the file that `folder/mapping.yaml` describes.

    Raises
    ------
    SpecError
        The mapping file is not as its schema says.
    DeliveryError
        Lists absent columns, values without a label, persons twice in a wave, unreadable file.
    """
    where = folder / "mapping.yaml"
    mapping = read_yaml(where)
    validate(mapping, root, "mapping", str(where), SpecError)
    path = _locate(mapping["file"], folder, where)
    columns = {"person": mapping["person"], "wave": mapping["wave"]}
    columns |= {name: entry["column"] for name, entry in mapping["variables"].items()}
    raw = _read(path, columns, where)
    panel, problems = _harmonise(raw, columns, mapping, path)
    if problems:
        raise DeliveryError(problems, str(path), "make report")
    losses = LossTable()
    panel = losses.start("read", panel)
    has_keys = (panel["person"] != BLANK) & (panel["wave"] != BLANK)
    panel = losses.keep("read", "no person or wave", panel, has_keys)
    return TablePanel(panel.sort_values(["person", "wave"], ignore_index=True), losses.frame(), path)


def _locate(file: str, folder: Path, where: Path) -> Path:
    """Path of the mapped file, which is there."""
    path = mapped_path(file, where)
    if not path.is_file():
        raise DeliveryError([f"{where}, file: no such file {path}. Mend `file`"], str(folder), "make report")
    return path


def _read(path: Path, columns: Mapping[str, str], where: Path) -> pd.DataFrame:
    """The mapped columns under their harmonised names; names are matched in either case."""
    kind = next((kind for ending, kind in READERS.items() if ending in path.suffixes), None)
    if kind is None:
        raise DeliveryError([f"{where}, file: `{path.name}`; allowed: {', '.join(READERS)}"], str(path), "make report")
    try:
        if kind == "dta":
            raw = read_columns(path, "dta", lambda header: [name for name in header if name in _lowered(columns)]).frame
        elif kind == "parquet":
            raw = pd.read_parquet(path).rename(columns=str.lower)
        else:
            raw = pd.read_csv(path, encoding="utf-8-sig").rename(columns=lambda name: name.strip().lower())
    except (UnreadableFile, *READER_ERRORS, *PACKED_ERRORS) as error:
        reason = str(error).strip().split("\n")[0]
        raise DeliveryError(
            [f"{path}: cannot be read ({reason}). Put a whole file there"], str(path), "make report"
        ) from None
    absent = [column for column in columns.values() if column.lower() not in raw]
    if absent:
        problems = [f"{path}: no column `{name}`; {nearest_columns(name, list(raw))}. Mend {where}" for name in absent]
        raise DeliveryError(problems, str(path), "make report")
    if raw.empty:
        raise DeliveryError([f"{path}: has a header but no rows. Put a whole file there"], str(path), "make report")
    return pd.DataFrame({name: raw[column.lower()] for name, column in columns.items()})


def _lowered(columns: Mapping[str, str]) -> set[str]:
    return {column.lower() for column in columns.values()}


def _harmonise(
    raw: pd.DataFrame, columns: Mapping[str, str], mapping: Mapping[str, Any], path: Path
) -> tuple[pd.DataFrame, list[str]]:
    problems = []
    panel = pd.DataFrame(index=raw.index)
    for key in ("person", "wave"):
        codes, bad = to_codes(raw[key], BLANK)
        panel[key] = codes if len(bad) else codes.astype("int64")
        if len(bad):
            problems.append(f"{path}, column {columns[key]}: {_bad_cells(bad, 'whole numbers')}")
    for name, entry in mapping["variables"].items():
        values = raw[name].mask(raw[name].isin(mapping.get("missing", [])))
        panel[name], problem = _variable(values, entry)
        if problem:
            problems.append(f"{path}, column {entry['column']}: {problem}")
    if not problems:
        known = panel[(panel["person"] != BLANK) & (panel["wave"] != BLANK)]
        twice = known[known.duplicated(["person", "wave"], keep=False)]
        if len(twice):
            shown = ", ".join(f"person {row.person} wave {row.wave}" for row in twice.head(FEW).itertuples())
            problems.append(f"{path}: {len(twice)} rows share a person and wave ({shown}). Keep one row each")
    return panel, problems


def _variable(values: pd.Series, entry: Mapping[str, Any]) -> tuple[pd.Series, str]:
    """A variable as labels (category), Int64 (integer) or float64 (amount), and what is wrong with it."""
    if entry["kind"] == "amount":
        numbers, bad = to_numbers(values)
        return numbers, _bad_cells(bad, "numbers")
    if entry["kind"] == "integer":
        numbers, bad = to_numbers(values)[0], to_codes(values, BLANK)[1]
        return numbers if len(bad) else numbers.astype("Int64"), _bad_cells(bad, "whole numbers")
    labels = {_key(code): label for code, label in entry.get("labels", {}).items()}
    keys = values.map(_key, na_action="ignore")
    if not labels:
        return keys.astype("str").where(keys.notna()), ""
    unknown = sorted(set(keys.dropna()) - set(labels))
    if unknown:
        return keys, f"values without a label: {', '.join(unknown[:FEW])}; labelled: {', '.join(labels)}"
    return keys.map(labels, na_action="ignore"), ""


def _bad_cells(bad: pd.Series, expected: str) -> str:
    """Cells that are not the numbers they should be, in words; empty text where there are none."""
    return f"{bad_cells(bad, expected)}. Mend the file, or the mapping's `kind`" if len(bad) else ""


def _key(value: Any) -> str:
    """A category's value as text, whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
