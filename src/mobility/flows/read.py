"""Reading files of moves in the three layouts that statistical offices publish, as one long frame.

The frame has year, origin, destination, the groups asked for and moves; rows with i = j and with codes that are no
authority are still in it, since only a study knows what they are to it (`flows.losses` drops and counts them).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.errors import SpecError, nearest
from mobility.flows.detailed import read_detailed
from mobility.flows.files import FEW, Flows, fail_if_packed, stop, unreadable, whole_moves
from mobility.panel.formats import READER_ERRORS, bad_cells, nearest_columns, to_numbers
from mobility.panel.losses import LossTable
from mobility.panel.mapped import mapped_path
from mobility.storage import read_yaml

CODE = re.compile(r"[EWSNK]\d{8}")
ROUNDINGS = ("after_sum", "none", "refuse")
LAYOUTS = ("long", "detailed", "square")
MAPPING = {
    "required": ("layout", "file", "year"),
    "optional": ("origin", "destination", "moves", "by", "rounding"),
}
TYPES = {"file": (str, list), "year": (str, int), "by": (dict, list)}  # the other keys are words


def read_flows(folder: Path) -> Flows:
    """Read the file of moves that `folder/mapping.yaml` describes (sources/ons_flows/README.md says how).

    Raises
    ------
    SpecError
        The mapping lacks a key or has one that nothing reads.
    DeliveryError
        Lists absent columns and files, and cells that are no moves.
    """
    where = folder / "mapping.yaml"
    mapping = read_yaml(where)
    _check_mapping(mapping, where)
    named = mapping["file"] if isinstance(mapping["file"], list) else [mapping["file"]]
    paths = [mapped_path(str(name), where) for name in named]
    rounding = mapping.get("rounding", "after_sum" if mapping["layout"] == "detailed" else "refuse")
    if mapping["layout"] == "detailed":
        return read_detailed(paths, int(mapping["year"]), tuple(mapping.get("by", ())), rounding)
    if mapping["layout"] == "square":
        return read_square(paths[0], int(mapping["year"]), rounding)
    return read_long(paths[0], mapping, rounding)


def _check_mapping(mapping: Any, where: Path) -> None:
    keys = [*MAPPING["required"], *MAPPING["optional"]]
    if not isinstance(mapping, dict):
        raise SpecError(f"{where}: no keys. It needs {', '.join(MAPPING['required'])}.")
    needed = [*MAPPING["required"], *(("origin", "destination", "moves") if mapping.get("layout") == "long" else ())]
    problems = [f"{where}: no `{key}`" for key in needed if key not in mapping]
    problems += [f"{where}: unknown key `{key}`, {nearest(key, keys)}" for key in mapping if key not in keys]
    for key, allowed in (("layout", LAYOUTS), ("rounding", ROUNDINGS)):
        if key in mapping and mapping[key] not in allowed:
            problems.append(f"{where}: {key} `{mapping[key]}`; {nearest(str(mapping[key]), allowed)}")
    problems += [f"{where}: {key} is not of the right form" for key in mapping if not _is_formed(key, mapping)]
    if problems:
        raise SpecError("\n".join([*problems, "What is allowed: sources/ons_flows/README.md."]))


def _is_formed(key: Any, mapping: Mapping[str, Any]) -> bool:
    """Whether the value of a key is of its type, its parts are words, and the layout has use for its form."""
    value, layout = mapping[key], mapping.get("layout")
    if isinstance(value, bool) or not isinstance(value, TYPES.get(key, str)):
        return False
    if key == "year" and layout != "long":
        return str(value).isdigit()
    if key == "by" and isinstance(value, dict) != (layout == "long"):
        return False
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ["word"]
    return bool(parts) and all(isinstance(part, str) for part in parts)


def read_square(path: Path, year: int, rounding: str = "refuse") -> Flows:
    """Read a square matrix saved as CSV: a row a destination, a column an origin, under lines of notes.

    The header is the first row with two area codes; the codes of the rows stand left of the first of them.
    """
    problems: list[str] = []
    cells = _read_cells(path, problems)
    stop(problems, [path])
    head = next((row for row in range(len(cells)) if cells.iloc[row].map(_is_code).sum() > 1), None)
    if head is None:
        stop([f"{path}: no row with area codes as column headings. Save the sheet of local authorities as CSV"], [path])
    columns = [column for column in cells.columns if _is_code(cells.at[head, column])]
    body = cells.iloc[head + 1 :]
    left = next((c for c in cells.columns[: columns[0]] if body[c].map(_is_code).any()), None)
    if left is None:
        stop(
            [f"{path}: no column of area codes left of the numbers. Save the sheet of local authorities as CSV"], [path]
        )
    body = body[body[left].map(_is_code)].set_index(left)[columns]
    body.columns = cells.loc[head, columns]
    rows = body.rename_axis("destination").reset_index().melt("destination", var_name="origin", value_name="moves")
    rows["moves"] = rows["moves"].str.replace(",", "").where(rows["origin"] != rows["destination"], "0")
    rows["moves"] = _moves(rows["moves"], rows, str(path), rounding, problems)
    problems += _unmatched(body, path)
    stop(problems, [path])
    losses = LossTable()
    losses.record("read", "cells read", len(rows), rows, "origin")
    return Flows(_summed(rows.assign(year=year), ["year", "origin", "destination"], rounding), losses.frame(), (path,))


def read_long(path: Path, mapping: Mapping[str, Any], rounding: str = "refuse") -> Flows:
    """Read a long file of moves, one row a pair, year and group, with the columns that `mapping` names.

    `year` is a whole number that holds for the file, or its column; `by` maps each group to its column.
    """
    problems: list[str] = []
    columns = {end: mapping[end] for end in ("origin", "destination", "moves")} | dict(mapping.get("by", {}))
    constant = isinstance(mapping["year"], int)
    if not constant:
        columns["year"] = mapping["year"]
    raw = _read_part(path, [name.lower() for name in columns.values()], problems)
    stop(problems, [path])
    rows = pd.DataFrame({name: raw[column.lower()] for name, column in columns.items()})
    problems += _blank_codes(rows, str(path))
    rows["moves"] = _moves(rows["moves"], rows, str(path), rounding, problems)
    rows["year"] = mapping["year"] if constant else _years(rows["year"], path, problems)
    keys = ["year", "origin", "destination", *mapping.get("by", {})]
    twice = rows[rows.duplicated(keys)]
    if len(twice):
        problems.append(f"{path}: rows that repeat a {', '.join(keys)}: {len(twice)}. Keep one row each")
    stop(problems, [path])
    losses = LossTable()
    losses.record("read", "rows read", len(rows), rows, "origin")
    return Flows(_summed(rows, keys, rounding), losses.frame(), (path,))


def _summed(rows: pd.DataFrame, keys: list[str], rounding: str) -> pd.DataFrame:
    sums = rows.groupby(keys, observed=True, sort=True, as_index=False)["moves"].sum()
    texts = dict.fromkeys(("origin", "destination"), "str")
    return sums.assign(moves=whole_moves(sums["moves"], rounding)).astype(texts)


def _read_part(path: Path, columns: Sequence[str], problems: list[str]) -> pd.DataFrame:
    """The named columns of a CSV, in lower case; numbers where all cells are; what is wrong goes to `problems`."""
    try:
        fail_if_packed(path)
        header = list(pd.read_csv(path, encoding="utf-8-sig", nrows=0).columns)
        lowered = {name.strip().lower(): name for name in header}
        absent = [name for name in columns if name not in lowered]
        problems += [f"{path}: no column {name}; {nearest_columns(name, list(lowered))}" for name in absent]
        if absent:
            return pd.DataFrame()
        frame = pd.read_csv(path, encoding="utf-8-sig", usecols=[lowered[name] for name in columns])
    except READER_ERRORS as error:
        problems.append(unreadable(path, error))
        return pd.DataFrame()
    if frame.empty:
        problems.append(f"{path}: has a header but no rows. Put a whole file there")
    return frame.rename(columns=lambda name: name.strip().lower())


def _read_cells(path: Path, problems: list[str]) -> pd.DataFrame:
    """Every cell of a CSV with lines of any length, as text without space around it."""
    try:
        fail_if_packed(path)
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        width = max((line.count(",") + 1 for line in lines), default=1)
        options = {"header": None, "names": range(width), "dtype": str, "keep_default_na": False}
        return pd.read_csv(path, encoding="utf-8-sig", skip_blank_lines=False, **options).map(_stripped)
    except READER_ERRORS as error:
        problems.append(unreadable(path, error))
        return pd.DataFrame()


def _stripped(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _is_code(cell: str) -> bool:
    return CODE.fullmatch(cell) is not None


def _unmatched(body: pd.DataFrame, path: Path) -> list[str]:
    """Areas that have a row but no column, or a column but no row: the matrix is not square."""
    rows, columns = set(body.index), set(body.columns)
    lone = sorted(rows ^ columns)
    if not lone:
        return []
    return [
        f"{path}: not square, {len(rows)} rows and {len(columns)} columns; alone: {', '.join(lone[:FEW])}. "
        "Save the whole sheet"
    ]


def _blank_codes(rows: pd.DataFrame, where: str) -> list[str]:
    ends = ("origin", "destination")
    blank = {end: int(rows[end].isna().sum()) for end in ends}
    return [f"{where}: {count} rows without an area of {end}. Mend the rows" for end, count in blank.items() if count]


def _moves(values: pd.Series, rows: pd.DataFrame, where: str, rounding: str, problems: list[str]) -> pd.Series:
    """Moves as float64; blank, worded, negative and (where refused) fractional cells go to `problems`."""
    numbers, bad = to_numbers(values)
    if len(bad):
        problems.append(f"{where}, moves: {bad_cells(bad, 'numbers')}. Mend the cells")
        return numbers
    kinds = [("blank", numbers.isna(), "Give 0 for no moves"), ("negative", numbers < 0, "Moves are counts; mend them")]
    if rounding == "refuse":
        advice = "Set `rounding: after_sum`, which sums them first, or `none`"
        kinds.append(("fractional", numbers.notna() & (numbers % 1 != 0), advice))
    for kind, found, advice in kinds:
        if found.any():
            problems.append(f"{where}, moves: {_shown(rows, numbers, found, kind)}. {advice}")
    return numbers


def _shown(rows: pd.DataFrame, numbers: pd.Series, found: pd.Series, kind: str) -> str:
    first = rows[found].head(FEW)
    cells = ", ".join(f"{row.origin} to {row.destination} ({numbers[row.Index]:g})" for row in first.itertuples())
    more = f" and {int(found.sum()) - FEW} more" if found.sum() > FEW else ""
    return f"{int(found.sum())} {kind}: {cells}{more}"


def _years(values: pd.Series, path: Path, problems: list[str]) -> pd.Series:
    numbers, bad = to_numbers(values)
    if len(bad) or numbers.isna().any() or (numbers % 1 != 0).any():
        problems.append(f"{path}: years that are no whole numbers. Mend the column, or the mapping's `year`")
        return values
    return numbers.astype("int64")
