"""Reading files of moves in the three layouts that statistical offices publish, as one long frame.

The frame has year, origin, destination, the groups asked for and moves; rows with i = j and with codes that are no
authority are still in it, since only a study knows what they are to it (`flows.losses` drops and counts them).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import DeliveryError, SpecError, nearest
from mobility.panel.formats import READER_ERRORS, bad_cells, nearest_columns, to_numbers
from mobility.panel.losses import LossTable
from mobility.storage import read_yaml

CODE = re.compile(r"[EWSNK]\d{8}")
DETAILED = ("outla", "inla", "age", "sex", "moves")
SEX = {"M": "male", "F": "female", "1": "male", "2": "female"}
GROUPS = ("sex", "age", "age_band")
ROUNDINGS = ("after_sum", "none", "refuse")
LAYOUTS = ("long", "detailed", "square")
MAPPING = {
    "required": ("layout", "file", "year"),
    "optional": ("origin", "destination", "moves", "by", "rounding"),
}
OLDEST_BAND = 90
PACKED = (".xlsx", ".xls", ".zip", ".ods")
FEW = 5


@dataclass(frozen=True)
class Flows:
    """Moves as read: `frame` (year, origin, destination, groups, moves), what reading dropped, and the files."""

    frame: pd.DataFrame
    losses: pd.DataFrame
    paths: tuple[Path, ...]


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
    paths = [folder / name for name in named]
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
    if problems:
        raise SpecError("\n".join([*problems, "What is allowed: sources/ons_flows/README.md."]))


def read_detailed(paths: Sequence[Path], year: int, by: Sequence[str] = (), rounding: str = "after_sum") -> Flows:
    """Read the parts of a year of ONS detailed estimates: OutLA, InLA, Age, Sex, Moves, without pairs of no moves.

    Parameters
    ----------
    paths : all parts of the year.
    by : groups to keep: sex, and age (single years) or age_band (five years, 90+); moves are summed over the others.
    rounding : `after_sum`: the published moves are fractions, from scaling to the population; they are summed first
        and then rounded to whole moves, halves up. `none`: sums as they are.

    Raises
    ------
    DeliveryError
        Lists absent columns, cells that are no moves, ages or sexes, and a part that is given twice.
    """
    problems = [f"by: `{group}`; {nearest(group, GROUPS)}" for group in by if group not in GROUPS]
    parts = [_read_part(path, DETAILED, problems) for path in paths]
    rows = pd.DataFrame() if problems else _checked_rows(_together(parts), problems)
    _stop(problems, paths)
    losses = LossTable()
    losses.record("read", "rows read", len(rows), rows, "origin")
    if "age_band" in by:
        rows["age_band"] = age_band(rows["age"])
    summed = _summed(rows.assign(year=year), ["year", "origin", "destination", *by], rounding)
    losses.record("read", f"summed to {', '.join(['pairs', *by])}", len(rows), summed, "origin")
    return Flows(summed, losses.frame(), tuple(paths))


def _checked_rows(rows: pd.DataFrame, problems: list[str]) -> pd.DataFrame:
    """Rows of detailed estimates under the project's names, each column checked."""
    rows = rows.rename(columns={"outla": "origin", "inla": "destination"})
    problems += _blank_codes(rows, "the parts together")
    rows["sex"] = _sexes(rows["sex"], problems)
    rows["age"] = _ages(rows["age"], problems)
    rows["moves"] = _moves(rows["moves"], rows, "the parts together", "none", problems)
    twice = _repeated(rows)
    if twice:
        problems.append(f"rows that repeat an origin, destination, age and sex: {twice}. Give each part once")
    return rows


def read_square(path: Path, year: int, rounding: str = "refuse") -> Flows:
    """Read a square matrix saved as CSV: a row a destination, a column an origin, under lines of notes.

    The header is the first row with two area codes; the codes of the rows stand left of the first of them.
    """
    problems: list[str] = []
    cells = _read_cells(path, problems)
    _stop(problems, [path])
    head = next((row for row in range(len(cells)) if cells.iloc[row].map(_is_code).sum() > 1), None)
    if head is None:
        _stop(
            [f"{path}: no row with area codes as column headings. Save the sheet of local authorities as CSV"], [path]
        )
    columns = [column for column in cells.columns if _is_code(cells.at[head, column])]
    body = cells.iloc[head + 1 :]
    left = next((c for c in cells.columns[: columns[0]] if body[c].map(_is_code).any()), None)
    if left is None:
        _stop(
            [f"{path}: no column of area codes left of the numbers. Save the sheet of local authorities as CSV"], [path]
        )
    body = body[body[left].map(_is_code)].set_index(left)[columns]
    body.columns = cells.loc[head, columns]
    rows = body.rename_axis("destination").reset_index().melt("destination", var_name="origin", value_name="moves")
    rows["moves"] = rows["moves"].str.replace(",", "").where(rows["origin"] != rows["destination"], "0")
    rows["moves"] = _moves(rows["moves"], rows, str(path), rounding, problems)
    problems += _unmatched(body, path)
    _stop(problems, [path])
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
    _stop(problems, [path])
    rows = pd.DataFrame({name: raw[column.lower()] for name, column in columns.items()})
    problems += _blank_codes(rows, str(path))
    rows["moves"] = _moves(rows["moves"], rows, str(path), rounding, problems)
    rows["year"] = mapping["year"] if constant else _years(rows["year"], path, problems)
    keys = ["year", "origin", "destination", *mapping.get("by", {})]
    twice = rows[rows.duplicated(keys)]
    if len(twice):
        problems.append(f"{path}: rows that repeat a {', '.join(keys)}: {len(twice)}. Keep one row each")
    _stop(problems, [path])
    losses = LossTable()
    losses.record("read", "rows read", len(rows), rows, "origin")
    return Flows(_summed(rows, keys, rounding), losses.frame(), (path,))


def age_band(age: pd.Series) -> pd.Series:
    """Five-year bands of single years of age: 0-4 ... 85-89, 90+."""
    labels = {low: f"{low}-{low + 4}" for low in range(0, OLDEST_BAND, 5)} | {OLDEST_BAND: f"{OLDEST_BAND}+"}
    low = (age.clip(upper=OLDEST_BAND) // 5) * 5
    return low.map(labels).astype(pd.CategoricalDtype(list(labels.values()), ordered=True))


def whole_moves(moves: pd.Series, rounding: str) -> pd.Series:
    """Moves as whole numbers, halves up (`none`: as they are)."""
    return moves if rounding == "none" else np.floor(moves + 0.5).astype("int64")


def _summed(rows: pd.DataFrame, keys: list[str], rounding: str) -> pd.DataFrame:
    sums = rows.groupby(keys, observed=True, sort=True, as_index=False)["moves"].sum()
    texts = dict.fromkeys(("origin", "destination"), "str")
    return sums.assign(moves=whole_moves(sums["moves"], rounding)).astype(texts)


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The parts of a year under each other, with the categories of all of them."""
    for name in ("outla", "inla", "sex"):
        shared = pd.CategoricalDtype(sorted(set().union(*(part[name].cat.categories for part in parts))))
        for part in parts:
            part[name] = part[name].astype(shared)
    return pd.concat(parts, ignore_index=True)


def _repeated(rows: pd.DataFrame) -> int:
    """Rows whose origin, destination, age and sex stand in an earlier row, by one number for the four."""
    key = rows["age"].to_numpy("int64")
    for name in ("sex", "origin", "destination"):
        codes = rows[name].cat.codes.to_numpy("int64")
        key = key * (codes.max() + 2) + codes + 1
    return len(key) - len(pd.unique(key))


def _read_part(path: Path, columns: Sequence[str], problems: list[str]) -> pd.DataFrame:
    """The named columns of a CSV, in lower case; numbers where all cells are; what is wrong goes to `problems`."""
    try:
        _fail_if_packed(path)
        header = list(pd.read_csv(path, encoding="utf-8-sig", nrows=0).columns)
        lowered = {name.strip().lower(): name for name in header}
        absent = [name for name in columns if name not in lowered]
        problems += [f"{path}: no column {name}; {nearest_columns(name, list(lowered))}" for name in absent]
        if absent:
            return pd.DataFrame()
        texts = {lowered[name]: "category" for name in columns if name in DETAILED and name not in ("age", "moves")}
        wanted = [lowered[name] for name in columns]
        frame = pd.read_csv(path, encoding="utf-8-sig", usecols=wanted, dtype=texts)
    except READER_ERRORS as error:
        problems.append(_unreadable(path, error))
        return pd.DataFrame()
    if frame.empty:
        problems.append(f"{path}: has a header but no rows. Put a whole file there")
    return frame.rename(columns=lambda name: name.strip().lower())


def _read_cells(path: Path, problems: list[str]) -> pd.DataFrame:
    """Every cell of a CSV with lines of any length, as text without space around it."""
    try:
        _fail_if_packed(path)
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        width = max((line.count(",") + 1 for line in lines), default=1)
        options = {"header": None, "names": range(width), "dtype": str, "keep_default_na": False}
        return pd.read_csv(path, encoding="utf-8-sig", skip_blank_lines=False, **options).map(_stripped)
    except READER_ERRORS as error:
        problems.append(_unreadable(path, error))
        return pd.DataFrame()


def _fail_if_packed(path: Path) -> None:
    if path.suffix.lower() in PACKED:
        raise ValueError(f"{path.suffix} is no text; unpack it, and save the sheet as CSV")


def _unreadable(path: Path, error: Exception) -> str:
    reason = str(error).strip().split("\n")[0][:120] or type(error).__name__
    return f"{path}: cannot be read ({reason}). Put a whole file there"


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


def _sexes(values: pd.Series, problems: list[str]) -> pd.Series:
    named = {word: word.strip().upper() for word in values.cat.categories}
    strange = [word for word, clean in named.items() if clean not in SEX]
    if strange or values.isna().any():
        problems.append(f"sex: {', '.join(strange[:FEW]) or 'blank cells'}; allowed: {', '.join(SEX)}. Mend the cells")
        return values
    return values.map({word: SEX[clean] for word, clean in named.items()}).astype("category")


def _ages(values: pd.Series, problems: list[str]) -> pd.Series:
    numbers, bad = to_numbers(values)
    wrong = numbers.isna() | (numbers < 0) | (numbers > 120) | (numbers % 1 != 0)
    if len(bad) or wrong.any():
        strange = [str(value) for value in values[wrong].unique()[:FEW]]
        problems.append(f"age: {', '.join(strange)}; allowed: whole years from 0 to 120. Mend the cells")
        return pd.Series(0, index=values.index)
    return numbers.astype("int16")


def _years(values: pd.Series, path: Path, problems: list[str]) -> pd.Series:
    numbers, bad = to_numbers(values)
    if len(bad) or numbers.isna().any() or (numbers % 1 != 0).any():
        problems.append(f"{path}: years that are no whole numbers. Mend the column, or the mapping's `year`")
        return values
    return numbers.astype("int64")


def _stop(problems: Sequence[str], paths: Sequence[Path]) -> None:
    if problems:
        raise DeliveryError(problems, ", ".join(path.name for path in paths), "make report")
