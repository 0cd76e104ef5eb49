"""Files of official statistics as text: where their header is, and what is said of one that cannot be read."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mobility.errors import DeliveryError
from mobility.intake.formats import nearest_columns, reason_of
from mobility.official.workbook import WORKBOOKS, sheet_text

PACKED = (".xlsx", ".xls", ".zip", ".ods")
LONGEST_NOTES = 200  # rows of notes above a header that are looked through
FEW = 5
DELIMITERS = (",", ";", "\t")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NOTE_MARK = re.compile(r"\s*\[[^\]]*\]$")  # `Area code [note 3]`
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")


@dataclass(frozen=True)
class Header:
    """Names of columns as `plain` writes them, the line and row of the file that they end at, what divides cells."""

    names: tuple[str, ...]
    lines: int
    row: int
    delimiter: str


def plain(name: str) -> str:
    """A column's name in lower case, with single blanks, without the mark of a note: what names are compared by."""
    return " ".join(NOTE_MARK.sub("", name.lower().strip()).split())


def encoding_of(start: bytes) -> str:
    """Encoding by the mark at the start of a file, UTF-8 where there is none."""
    return next((name for mark, name in MARKS if start.startswith(mark)), "utf-8")


def text_of(path: Path, sheet: str = "") -> str:
    """Text of a CSV in UTF-8 or UTF-16, or in the encoding in which spreadsheets on Windows save it.

    sheet : of a workbook, the sheet whose cells are the text; without one a workbook is refused.

    Raises `ValueError` or `OSError` on such a workbook, an archive and a file that is not there.
    """
    if sheet and is_workbook(path):
        return sheet_text(path, sheet)
    fail_if_packed(path)
    data = path.read_bytes()
    try:
        text = data.decode(encoding_of(data))
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    if "\0" in text:
        raise ValueError("it has zero bytes, as UTF-16 without its mark has; save it as UTF-8")
    return text


def find_row(text: str, is_header: Callable[[Sequence[str]], bool]) -> Header | None:
    """The first row of `plain` names for which `is_header`, below any lines of notes, whatever divides its cells."""
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for row, cells in zip(range(1, LONGEST_NOTES + 1), reader, strict=False):
            names = tuple(plain(cell) for cell in cells)
            if is_header(names):
                return Header(names, reader.line_num, row, delimiter)
    return None


def find_header(text: str, column: str) -> Header | None:
    """The first row that has `column`, below any lines of notes."""
    return find_row(text, lambda names: plain(column) in names)


def no_names(text: str) -> Header:
    """Header of a file whose columns have no names: what divides its cells is what it has most of."""
    return Header((), 0, 0, max(DELIMITERS, key=text.count))


def body(text: str, header: Header, places: Collection[int] | None = None, placed: bool = False) -> pd.DataFrame:
    """Cells below a header as text without space around them: a column a place from 0, indexed by the file's rows.

    Parameters
    ----------
    places : the columns wanted; by default those of the header.
    placed : every cell says its own column, as in a workbook, so that what stands beyond the header shifts none.

    Raises `ValueError` naming the first row with a cell beyond the header's last, as where rows have a name and the
    header has none for it: every cell would stand under its neighbour's name.
    """
    rest = list(io.StringIO(text, newline=""))[header.lines :]
    places = range(len(header.names)) if places is None else places
    width = max(
        [len(header.names), *(place + 1 for place in places), *(line.count(header.delimiter) + 1 for line in rest)]
    )
    options = {"header": None, "names": range(width), "dtype": str, "keep_default_na": False, "skip_blank_lines": False}
    source = io.StringIO("".join(rest), newline="")
    frame = pd.read_csv(source, sep=header.delimiter, **options) if rest else pd.DataFrame(columns=range(width))
    frame.index = frame.index + header.row + 1
    if header.names and not placed:
        _fail_if_beyond(frame, len(header.names))
    return frame[list(dict.fromkeys(places))].fillna("").apply(lambda cells: cells.astype("str").str.strip())


def _fail_if_beyond(frame: pd.DataFrame, width: int) -> None:
    more = frame.loc[frame.loc[:, width:].notna().any(axis=1), width:]
    filled = more.fillna("").apply(lambda cells: cells.astype("str").str.strip().ne(""))
    beyond = filled.any(axis=1)
    if not beyond.any():
        return
    row = filled.index[beyond][0]
    cells = int(filled.columns[filled.loc[row]][-1]) + 1
    raise ValueError(
        f"row {row} has {cells} cells, the header {width}; name every column, or save it without names of rows"
    )


def numbers_of(texts: pd.Series, delimiter: str = ",") -> pd.Series:
    """Texts as numbers, with or without separators of thousands; NaN where one is none.

    A comma is one only before three digits, and never where semicolons divide the cells: there it is a decimal one.
    """
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
    rest = texts[numbers.isna() & texts.str.contains(",", regex=False)] if delimiter != ";" else texts[:0]
    whole = {at: float(text.replace(",", "")) for at, text in rest.items() if THOUSANDS.fullmatch(text)}
    numbers.loc[list(whole)] = list(whole.values())
    return numbers


def no_header(text: str, column: str) -> str:
    """What is said where no row has `column`: the nearest name of the first rows."""
    readers = [csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for delimiter in DELIMITERS]
    tables = [[row for row, _ in zip(reader, range(LONGEST_NOTES), strict=False)] for reader in readers]
    rows = max(tables, key=lambda table: max(map(len, table), default=0))
    names = {plain(cell): cell.strip() for row in rows for cell in row if cell.strip()}
    widest = max(map(len, rows), default=0)
    hint = nearest_columns(plain(column), list(names))
    return f"no column {column}; {hint if hint.startswith('nearest') else f'none of its {widest} columns is near it'}"


def absent_columns(header: Header, wanted: Sequence[str]) -> list[str]:
    """What is said of each wanted column that a header lacks, or has twice."""
    twice = [name for name in wanted if header.names.count(plain(name)) > 1]
    return [
        f"no column {name}; {nearest_columns(plain(name), header.names)}"
        for name in wanted
        if plain(name) not in header.names
    ] + [f"{header.names.count(plain(name))} columns are called {name} (in either case)" for name in twice]


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook by its name, and no folder, pipe or device."""
    return path.suffix.lower() in WORKBOOKS and path.is_file()


def fail_if_packed(path: Path) -> None:
    """Raise `ValueError` on a workbook or an archive, and on a pipe or device, which would never end."""
    if path.exists() and not path.is_file():
        raise ValueError("it is a folder, a pipe or a device, no file")
    if path.suffix.lower() in PACKED:
        raise ValueError(f"{path.suffix} is no text; unpack it, and save the sheet as CSV")


def unreadable(path: Path, error: Exception) -> str:
    """What is said of a file that its reader gives up on."""
    return f"{path}: cannot be read ({reason_of(error)}). Put a whole file there"


def some(words: Sequence[str]) -> str:
    """The first few words, and how many more there are."""
    more = f" and {len(words) - FEW} more" if len(words) > FEW else ""
    return f"{', '.join(words[:FEW])}{more}"


def refusal(problems: Sequence[str], paths: Sequence[Path]) -> DeliveryError:
    """The error that lists the problems of files."""
    return DeliveryError(problems, ", ".join(path.name for path in paths), "make report")


def stop(problems: Sequence[str], paths: Sequence[Path]) -> None:
    """Raise `DeliveryError` if there are problems."""
    if problems:
        raise refusal(problems, paths)
