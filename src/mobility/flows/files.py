"""Files of moves and of statistics as text: where their header is, and what is said of one that cannot be read."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.errors import DeliveryError
from mobility.panel.formats import nearest_columns

PACKED = (".xlsx", ".xls", ".zip", ".ods")
LONGEST_NOTES = 200  # rows of notes above a header that are looked through
FEW = 5


@dataclass(frozen=True)
class Flows:
    """Moves as read: `frame` (year, origin, destination, groups, moves), what reading dropped, and the files."""

    frame: pd.DataFrame
    losses: pd.DataFrame
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Header:
    """Names of the columns of a CSV as `plain` writes them, and how many lines they end at."""

    names: tuple[str, ...]
    lines: int


def plain(name: str) -> str:
    """A column's name in lower case, with single blanks: what names are compared by."""
    return " ".join(name.lower().split())


def text_of(path: Path) -> str:
    """Text of a CSV in UTF-8, or in the encoding in which spreadsheets on Windows save it.

    Raises `ValueError` or `OSError` on a workbook, an archive and a file that is not there.
    """
    fail_if_packed(path)
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def find_header(text: str, column: str) -> Header | None:
    """The first row that has `column`, below any lines of notes."""
    reader = csv.reader(io.StringIO(text, newline=""))
    for _, cells in zip(range(LONGEST_NOTES), reader, strict=False):
        names = tuple(plain(cell) for cell in cells)
        if plain(column) in names:
            return Header(names, reader.line_num)
    return None


def no_header(text: str, column: str) -> str:
    """What is said where no row has `column`: the nearest name of the first rows."""
    rows = [row for row, _ in zip(csv.reader(io.StringIO(text, newline="")), range(LONGEST_NOTES), strict=False)]
    names = {plain(cell): cell.strip() for row in rows for cell in row if cell.strip()}
    widest = max(map(len, rows), default=0)
    hint = nearest_columns(plain(column), list(names))
    return f"no column {column}; {hint if hint.startswith('nearest') else f'none of its {widest} columns is near it'}"


def absent_columns(header: Header, wanted: Sequence[str]) -> list[str]:
    """What is said of each wanted column that a header lacks."""
    return [
        f"no column {name}; {nearest_columns(plain(name), header.names)}"
        for name in wanted
        if plain(name) not in header.names
    ]


def fail_if_packed(path: Path) -> None:
    """Raise `ValueError` on a workbook or an archive."""
    if path.suffix.lower() in PACKED:
        raise ValueError(f"{path.suffix} is no text; unpack it, and save the sheet as CSV")


def unreadable(path: Path, error: Exception) -> str:
    """What is said of a file that its reader gives up on."""
    reason = str(error).strip().split("\n")[0][:120] or type(error).__name__
    return f"{path}: cannot be read ({reason}). Put a whole file there"


def some(words: Sequence[str]) -> str:
    """The first few words, and how many more there are."""
    more = f" and {len(words) - FEW} more" if len(words) > FEW else ""
    return f"{', '.join(words[:FEW])}{more}"


def whole_moves(moves: pd.Series, rounding: str) -> pd.Series:
    """Moves as whole numbers, halves up (`none`: as they are)."""
    if rounding == "none":
        return moves
    # Moves have four decimals; what stands behind the sixth of a sum comes from the order of its rows.
    return np.floor(np.round(moves, 6) + 0.5).astype("int64")


def stop(problems: Sequence[str], paths: Sequence[Path]) -> None:
    """Raise `DeliveryError` if there are problems."""
    if problems:
        raise DeliveryError(problems, ", ".join(path.name for path in paths), "make report")
