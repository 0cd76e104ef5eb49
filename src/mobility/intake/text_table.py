"""Reading a text file of cells (CSV and its kin) as written: every cell stays text, every row keeps its number."""

import bz2
import csv
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

import pandas as pd

from mobility.errors import MobilityError
from mobility.intake.formats import READER_ERRORS, UnreadableFile, reason_of

# What packed files raise, beside the readers' own errors, when they are cut short or are not what their name says.
PACKED_ERRORS = (zlib.error, zipfile.BadZipFile, lzma.LZMAError)
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes", " ": "blanks"}
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
LONGEST_NOTES = 200  # rows above a header that are looked through
NUMBER_START = "+-.0123456789"

Wanted = Callable[[Sequence[str]], Sequence[int]]


@dataclass(frozen=True)
class FileTable:
    """Columns of a file: names as written, the wanted ones by their position, and how many rows it has.

    `frame` has the wanted positions as columns and the number of the row in the file, from 0, as index; blank rows and
    notes below the table are among `rows` and not in it.
    """

    header: tuple[str, ...]
    frame: pd.DataFrame
    rows: int
    notes: tuple[str, ...] = ()


@dataclass
class _Rows:
    """Rows as they are read: wanted cells, number in the file, and those that may be no data."""

    cells: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    total: int = 0
    lonely: dict[int, bool] = field(default_factory=dict)  # rows with one filled cell: whether it is text
    uneven: dict[int, int] = field(default_factory=dict)  # rows of another width than the header
    names: list[str] = field(default_factory=list)  # first cells, where they are names of rows
    ends_blank: bool = False  # whether the last cell of a row with a name is empty, as behind a trailing comma


def read_text_table(path: Path, wanted: Wanted) -> FileTable:
    """Read columns of a text file, packed or not.

    Separator: the one that gives the most names in the header. Lines above the header, where `wanted` refuses the first
    row and takes a later one, are notes. Row names without a heading, as R writes them (in
    quotes, each once), blank rows and lines of notes below the table are no data.

    Parameters
    ----------
    wanted : given the names of the header, the positions to read; raises a `MobilityError` where one is not there.

    Raises
    ------
    UnreadableFile
        Not text, cut short, no header, or a row whose number of cells is not the header's.
    """
    text, notes = _text(path)
    try:
        return _table(text, notes, wanted)
    except MobilityError:  # the names of the first row are not those that are wanted
        above = _lines_above(text, wanted)
        if not above:
            raise
    rest = "".join(list(io.StringIO(text, newline=""))[above:])
    return _table(rest, [*notes, f"lines above its header: {above}, taken as notes"], wanted)


def _lines_above(text: str, wanted: Wanted) -> int:
    """Lines of notes above the first row that has the wanted names; 0 where none has."""
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        above = 0
        with suppress(csv.Error):
            for row in islice(reader, LONGEST_NOTES):
                if above and _has(row, wanted):
                    return above
                above = reader.line_num
    return 0


def _has(row: Sequence[str], wanted: Wanted) -> bool:
    try:
        return bool(wanted(tuple(name.strip() for name in row)))
    except MobilityError:
        return False


def _table(text: str, notes: list[str], wanted: Wanted) -> FileTable:
    """The table of a text whose first row has the names of its columns; raises as `read_text_table`."""
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = next((row for row in reader if any(cell.strip() for cell in row)), None)
        if header is None:
            raise UnreadableFile("cannot be read (it is empty). Put a whole file there")
        names = tuple(name.strip() for name in header)
        rows, shift = _rows(reader, len(names), list(wanted(names)), _may_name_rows(text))
    except csv.Error as error:
        raise UnreadableFile(f"cannot be read (line {reader.line_num}: {error}). Put a whole file there") from None
    if separator != ",":
        notes.append(f"its cells are separated by {SEPARATORS[separator]}")
    if shift:
        notes.append("its first column has no name: taken as names of rows")
    _drop_notes_below(rows)
    if shift and (rows.ends_blank or len(set(rows.names)) < len(rows.names)):
        raise UnreadableFile(
            f"row 1 has {len(names) + 1} cells, the header {len(names)}, and the first cells are no names of rows. "
            "Give every column a heading, or delete the empty one"
        )
    _refuse_uneven(rows, len(names) + shift)
    frame = pd.DataFrame(rows.cells, index=rows.numbers, columns=list(wanted(names)), dtype=object)
    return FileTable(names, frame, rows.total, tuple(notes))


def _may_name_rows(text: str) -> bool:
    """Whether heading and first row begin with a quote, as where R names the rows; a bare number is a cell of data."""
    lines = [line.lstrip() for line in text.split("\n", 3) if line.strip()][:2]
    return len(lines) == 2 and all(line.startswith('"') for line in lines)


def _rows(reader: Iterable[list[str]], width: int, positions: list[int], may_name: bool) -> tuple[_Rows, int]:
    """Rows behind the header, and 1 where the first cell of each is a name that the header does not have."""
    rows, shift = _Rows(), None
    for number, row in enumerate(reader):
        filled = [cell for cell in row if cell.strip()] if len(row) - row.count("") <= 1 else row
        rows.total += 1
        if not filled:
            continue
        if shift is None:
            shift = int(may_name and len(row) == width + 1)
            positions = [position + shift for position in positions]
        if len(row) != width + shift:
            rows.uneven[number] = len(row)
            row = [*row, *[""] * width]
        elif shift:
            rows.names.append(row[0])
            rows.ends_blank |= not row[-1].strip()
        if len(filled) == 1 < width:
            rows.lonely[number] = filled[0].strip()[0] not in NUMBER_START
        rows.cells.append([row[position] for position in positions])
        rows.numbers.append(number)
    return rows, shift or 0


def _drop_notes_below(rows: _Rows) -> None:
    """Take off the last rows whose only filled cell is text, such as a source below the table."""
    while rows.numbers and rows.lonely.get(rows.numbers[-1]):
        rows.uneven.pop(rows.numbers.pop(), None)
        rows.cells.pop()


def _refuse_uneven(rows: _Rows, width: int) -> None:
    """Only the number of the row and of its cells is said; its content is about a person."""
    if not rows.uneven:
        return
    row, cells = next(iter(rows.uneven.items()))
    more = f", and {len(rows.uneven) - 1} more rows" if len(rows.uneven) > 1 else ""
    raise UnreadableFile(
        f"row {row + 1} has {cells} cells, the header {width}{more}. Quote cells that hold the separator; "
        "delete notes that are not part of the table"
    )


def _text(path: Path) -> tuple[str, list[str]]:
    """Text of a file: UTF-8, UTF-16 with its mark, else Windows-1252, which is said."""
    data = _bytes(path)
    if data.startswith(UTF16_MARKS):
        return _decoded(data, "utf-16"), ["it is UTF-16 text"]
    if b"\0" in data:
        raise UnreadableFile("cannot be read (it holds zero bytes, so it is no UTF-8 text). Save it as CSV in UTF-8")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        note = "it is not UTF-8: read as Windows-1252 (Latin-1). Should letters be wrong, save it as UTF-8"
        return _decoded(data, "cp1252"), [note]


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile("cannot be read (neither UTF-8 nor Windows-1252 text). Save it as CSV in UTF-8") from None


def _bytes(path: Path) -> bytes:
    try:
        with PACKED.get(path.suffix.lower(), _open_plain)(path) as stream:
            return stream.read()
    except PermissionError:
        raise UnreadableFile("may not be read (no permission). Ask for read access to it") from None
    except (*READER_ERRORS, *PACKED_ERRORS) as error:
        raise UnreadableFile(f"cannot be read ({reason_of(error)}). Put a whole file there") from None


def _open_plain(path: Path) -> io.BufferedIOBase:
    return path.open("rb")


def _open_zip(path: Path) -> IO[bytes]:
    """The only file of an archive."""
    archive = zipfile.ZipFile(path)
    names = archive.namelist()
    if len(names) != 1:
        raise ValueError(f"the archive holds {len(names)} files")
    return archive.open(names[0])


PACKED: dict[str, Callable[[Path], io.BufferedIOBase | IO[bytes]]] = {
    ".gz": gzip.GzipFile,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zip": _open_zip,
}


def _separator(text: str) -> str:
    """The separator that gives the most names in the first line; blanks only where no other gives two."""
    first = next(iter(text.lstrip("\r\n").splitlines()), "")[: csv.field_size_limit()]
    counts = {separator: len(next(csv.reader([first], delimiter=separator), [])) for separator in SEPARATORS}
    best = max((separator for separator in SEPARATORS if separator != " "), key=counts.__getitem__)
    return " " if counts[best] == 1 < counts[" "] else best
