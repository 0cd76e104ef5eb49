"""Reading files of moves in the three layouts that statistical offices publish, as one long frame.

The frame has year, origin, destination, the groups asked for and moves; rows with i = j and with codes that are no
authority are still in it, since only a study knows what they are to it (`flows.losses` drops and counts them).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import SpecError, nearest
from mobility.flows.detailed import read_detailed
from mobility.flows.files import Flows, whole_moves
from mobility.intake.formats import READER_ERRORS, rows_named
from mobility.intake.losses import LossTable
from mobility.intake.mapped import MAPPING, mapped_path
from mobility.official.text import (
    FEW,
    absent_columns,
    body,
    find_header,
    find_row,
    no_header,
    numbers_of,
    plain,
    refusal,
    some,
    stop,
    text_of,
    unreadable,
)
from mobility.storage import read_yaml

CODE = re.compile(r"[EWSNK]\d{8}")
ROUNDINGS = ("after_sum", "none", "refuse")
LAYOUTS = ("long", "detailed", "square")
KEYS = {
    "required": ("layout", "file", "year"),
    "optional": ("origin", "destination", "moves", "by", "rounding"),
}
TYPES = {"file": (str, list), "year": (str, int), "by": (dict, list)}  # the other keys are words


def read_flows(folder: Path, name: str = MAPPING) -> Flows:
    """Read the moves that the mapping `name` of a study's folder describes (sources/ons_flows/README.md says how).

    Raises
    ------
    SpecError
        The mapping lacks a key or has one that nothing reads.
    DeliveryError
        Lists absent columns and files, and cells that are no moves.
    """
    where = folder / name
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
    keys = [*KEYS["required"], *KEYS["optional"]]
    if not isinstance(mapping, dict):
        raise SpecError(f"{where}: no keys. It needs {', '.join(KEYS['required'])}.")
    needed = [*KEYS["required"], *(("origin", "destination", "moves") if mapping.get("layout") == "long" else ())]
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
        return str(value).isascii() and str(value).isdecimal()
    if key == "by" and isinstance(value, dict) != (layout == "long"):
        return False
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ["word"]
    return bool(parts) and all(isinstance(part, str) for part in parts)


def read_square(path: Path, year: int, rounding: str = "refuse") -> Flows:
    """Read a square matrix saved as CSV: a row a destination, a column an origin, under lines of notes.

    The header is the first row with two area codes; the codes of the rows stand left of the first of them. A blank or
    a mark on the diagonal, where moves within an area would stand, is 0. Rows without a code are named in the losses.
    """
    problems: list[str] = []
    cells, left, codes, delimiter = _square_sheet(path)
    losses = LossTable()
    rows = _matrix_cells(cells, left, codes)
    losses.start("read", rows, "origin", "cells")
    rows = _with_codes(rows, losses)
    problems += _doubled(cells, left, codes, path)
    diagonal = rows["origin"] == rows["destination"]
    values = rows["moves"].mask(diagonal & numbers_of(rows["moves"], delimiter).isna(), "0")
    rows["moves"] = _moves(values, rows, str(path), rounding, delimiter, problems)
    problems += _unmatched(cells.loc[cells[left].map(_is_code), left], codes.values(), path)
    stop(problems, [path])
    frame = _summed(rows.assign(year=year), ["year", "origin", "destination"], rounding)
    return Flows(frame, losses.frame(), (path,))


def _square_sheet(path: Path) -> tuple[pd.DataFrame, int, dict[int, str], str]:
    """Cells below the codes of a matrix, the place of its rows' codes, the code of each column, what divides cells.

    Raises `DeliveryError` where the file is no such matrix.
    """
    advice = "Save the sheet of local authorities as CSV"
    try:
        text = text_of(path)
        header = find_row(text, lambda names: sum(_is_code(name.upper()) for name in names) > 1)
        if header is None:
            raise refusal([f"{path}: no row with area codes as column headings. {advice}"], [path])
        cells = body(text, header)
    except READER_ERRORS as error:
        raise refusal([unreadable(path, error)], [path]) from None
    codes = {place: name.upper() for place, name in enumerate(header.names) if _is_code(name.upper())}
    left = next((place for place in range(min(codes)) if cells[place].map(_is_code).any()), None)
    if left is None:
        raise refusal([f"{path}: no column of area codes left of the numbers. {advice}"], [path])
    return cells, left, codes, header.delimiter


def _matrix_cells(cells: pd.DataFrame, left: int, codes: Mapping[int, str]) -> pd.DataFrame:
    """A row a cell under a code: `row` of the file, destination, origin, moves; blank rows have none."""
    filled = cells[cells[list(codes)].ne("").any(axis=1) | cells[left].map(_is_code)]
    below = filled.set_index(left)[list(codes)].set_axis(list(codes.values()), axis=1).assign(row=filled.index)
    wide = below.rename_axis("destination").reset_index()
    return wide.melt(["row", "destination"], var_name="origin", value_name="moves")


def _with_codes(rows: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """Cells of rows with an area code; those of sums and notes go to the losses with their rows."""
    coded = rows["destination"].map(_is_code)
    if coded.all():
        return rows
    others = rows_named(list(dict.fromkeys(rows.loc[~coded, "row"])))
    return losses.keep("read", f"no area code left of them: {others}", rows, coded, "origin").reset_index(drop=True)


def _doubled(cells: pd.DataFrame, left: int, codes: Mapping[int, str], path: Path) -> list[str]:
    """Areas with two rows or columns, and a second row of headings: adding them up would count moves twice."""
    heads = cells.index[cells[list(codes)].map(_is_code).sum(axis=1) > 1]
    if len(heads):
        return [f"{path}: a second table begins in {rows_named(list(heads))}. Save each table as a file of its own"]
    areas = cells.loc[cells[left].map(_is_code), left]
    twice = areas[areas.duplicated(keep=False)]
    places = [f"{code} ({rows_named(list(rows))})" for code, rows in twice.groupby(twice).groups.items()]
    columns = pd.Series(list(codes.values()))
    places += [f"{code} (columns)" for code in columns[columns.duplicated()].unique()]
    return [f"{path}: areas that stand twice: {some(places)}. Keep one of each"] if places else []


def read_long(path: Path, mapping: Mapping[str, Any], rounding: str = "refuse") -> Flows:
    """Read a long file of moves, one row a pair, year and group, with the columns that `mapping` names.

    `year` is a whole number that holds for the file, or its column; `by` maps each group to its column. Codes and
    groups are texts as written (`None` and `NA` too). Blank rows and notes below the table are named in the losses.
    """
    problems: list[str] = []
    groups = dict(mapping.get("by", {}))
    columns = {end: mapping[end] for end in ("origin", "destination", "moves")} | groups
    constant = isinstance(mapping["year"], int)
    if not constant:
        columns["year"] = mapping["year"]
    rows, delimiter = _long_rows(path, columns, problems)
    stop(problems, [path])
    losses = LossTable()
    rows = _without_notes(losses.start("read", rows, "origin"), losses)
    problems += _blank_cells(rows, ["origin", "destination", *groups], path)
    rows["moves"] = _moves(rows["moves"], rows, str(path), rounding, delimiter, problems)
    rows["year"] = mapping["year"] if constant else _years(rows["year"], path, problems)
    keys = ["year", "origin", "destination", *groups]
    twice = rows[rows.duplicated(keys)]
    if len(twice):
        listed = f"{len(twice)} ({rows_named(list(twice.index))})"
        problems.append(f"{path}: rows that repeat a {', '.join(keys)}: {listed}. Keep one row each")
    stop(problems, [path])
    return Flows(_summed(rows, keys, rounding), losses.frame(), (path,))


def _long_rows(path: Path, columns: Mapping[str, str], problems: list[str]) -> tuple[pd.DataFrame, str]:
    """Cells of the named columns as text, under the names of the frame, and what divides them."""
    nothing = pd.DataFrame(), ","
    try:
        text = text_of(path)
        header = find_header(text, columns["origin"])
        wrong = absent_columns(header, list(columns.values())) if header else [no_header(text, columns["origin"])]
        if header is None or wrong:
            problems += [f"{path}: {one}" for one in wrong]
            return nothing
        cells = body(text, header)
    except READER_ERRORS as error:
        problems.append(unreadable(path, error))
        return nothing
    if not cells.ne("").any(axis=None):
        problems.append(f"{path}: has a header but no rows. Put a whole file there")
    places = {name: header.names.index(plain(column)) for name, column in columns.items()}
    filled = cells.ne("").any(axis=1)
    return pd.DataFrame({name: cells[place] for name, place in places.items()}).assign(_filled=filled), header.delimiter


def _without_notes(rows: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """Rows of moves: blank rows go to the losses, and so do notes, which stand below the last move and name no pair."""
    rows = losses.keep("read", "blank rows", rows, rows["_filled"], "origin").drop(columns="_filled")
    pair = rows["origin"].ne("") & rows["destination"].ne("")
    last = rows.index[pair & rows["moves"].ne("")].max() if pair.any() else 0
    notes = (rows.index > last) & ~pair & rows["moves"].eq("")
    if not notes.any():
        return rows.copy()
    reason = f"notes below the table: {rows_named(list(rows.index[notes]))}"
    return losses.keep("read", reason, rows, pd.Series(~notes, rows.index), "origin").copy()


def _summed(rows: pd.DataFrame, keys: list[str], rounding: str) -> pd.DataFrame:
    sums = rows.groupby(keys, observed=True, sort=True, as_index=False)["moves"].sum()
    texts = dict.fromkeys(("origin", "destination"), "str")
    return sums.assign(moves=whole_moves(sums["moves"], rounding)).astype(texts)


def _is_code(cell: str) -> bool:
    return CODE.fullmatch(cell) is not None


def _unmatched(rows: Collection[str], columns: Collection[str], path: Path) -> list[str]:
    """Areas that have a row but no column, or a column but no row: the matrix is not square."""
    rows, columns = set(rows), set(columns)
    lone = sorted(rows ^ columns)
    if not lone:
        return []
    return [
        f"{path}: not square, {len(rows)} rows and {len(columns)} columns; alone: {', '.join(lone[:FEW])}. "
        "Save the whole sheet"
    ]


def _blank_cells(rows: pd.DataFrame, names: Sequence[str], path: Path) -> list[str]:
    """What is said of rows without an area or a group."""
    blank = {name: list(rows.index[rows[name].eq("")]) for name in names}
    return [
        f"{path}: {len(at)} rows without an area or group in {name}: {rows_named(at)}. Mend the rows"
        for name, at in blank.items()
        if at
    ]


def _moves(
    values: pd.Series, rows: pd.DataFrame, where: str, rounding: str, delimiter: str, problems: list[str]
) -> pd.Series:
    """Moves as float64; blank, worded, negative and (where refused) fractional cells go to `problems`."""
    numbers = numbers_of(values, delimiter)
    written = values.ne("")
    kinds = [
        ("no number", written & ~np.isfinite(numbers), "Mend the cells, with a point before decimals"),
        ("blank", ~written, "Give 0 for no moves"),
        ("negative", numbers < 0, "Moves are counts; mend them"),
    ]
    if rounding == "refuse":
        advice = "Set `rounding: after_sum`, which sums them first, or `none`"
        kinds.append(("fractional", np.isfinite(numbers) & (numbers % 1 != 0), advice))
    for kind, found, advice in kinds:
        if found.any():
            problems.append(f"{where}, moves: {int(found.sum())} {kind}: {_cells_named(rows[found])}. {advice}")
    return numbers


def _cells_named(rows: pd.DataFrame) -> str:
    """The first rows of a long file; of a matrix, cells by their row in the file and the area of their column."""
    if "row" not in rows:
        return rows_named(list(rows.index))
    return some([f"row {row}, column {area}" for row, area in zip(rows["row"], rows["origin"], strict=True)])


def _years(values: pd.Series, path: Path, problems: list[str]) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce")
    strange = values[numbers.isna() | (numbers % 1 != 0)]
    if len(strange):
        shown = rows_named(list(strange.index))
        problems.append(f"{path}: years that are no whole numbers: {shown}. Mend the column, or the mapping's `year`")
        return values
    return numbers.astype("int64")
