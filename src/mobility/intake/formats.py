"""Reading named columns of a Stata, TAB or SPSS file as numeric codes, never labels, without reading the rest twice."""

import re
import struct
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mobility.errors import spelt_like
from mobility.intake.isolated import ReaderDied, isolated
from mobility.storage import BROKEN

if TYPE_CHECKING:
    from pandas.io.stata import StataReader

DAMAGED = "cannot be read ({reason}): the file is cut short or damaged. Unpack it again"
READER_ERRORS = (*BROKEN, struct.error, ReaderDied)
# Encodings of texts in SPSS files: what the file says; else Western European, in which any byte is a letter.
ENCODINGS = (None, "WINDOWS-1252", "LATIN1")
WRONG_ENCODING = "Unable to convert string"
STATA_START, STATA_END = b"<stata_dta>", b"</stata_dta>"
FEW = 5
SHORT = 12
BLANKS = ("", ".")
CELLS = 30_000_000  # of a Stata file that are in memory at once, most of them of one byte
# From here on a reader's words may repeat what stands in the file, which may be about a person.
QUOTED = re.compile(r"(?<!\w)['\"`].*|(?<=got )(\d+): .*", re.DOTALL)
LARGEST_EXACT = 2**53
LARGEST_INT64 = 2.0**62

Wanted = Callable[[Sequence[str]], Sequence[str]]


class UnreadableFile(Exception):
    """A file that its reader gives up on; the text says why and what to do."""


@dataclass(frozen=True)
class RawColumns:
    """Columns of one file as stored: `header` (all names, lower-cased) and `frame` (the wanted ones)."""

    header: tuple[str, ...]
    frame: pd.DataFrame


def read_columns(path: Path, file_format: str, wanted: Wanted, texts: Collection[str] = ()) -> RawColumns:
    """Read some columns of a delivered file.

    Parameters
    ----------
    path : the file.
    file_format : `dta`, `tab`, `sav` or `zsav`.
    wanted : given the lower-cased header, the lower-cased columns to read.
    texts : lower-cased columns that are text as written (in a TAB file, which does not say: `007` is no 7).

    Raises
    ------
    UnreadableFile
        Empty, truncated or damaged file, or no permission.
    """
    read = partial(_read_tab, texts=texts) if file_format == "tab" else READERS[file_format]
    return _guarded(read, path, wanted)


def _guarded(read: Callable[..., Any], path: Path, *arguments: Any) -> Any:
    """What `read` makes of a file; whatever it raises on its bytes as `UnreadableFile`."""
    try:
        with path.open("rb") as stream:
            if not stream.read(1):
                raise UnreadableFile("is empty (0 bytes). Unpack it again")
        return read(path, *arguments)
    except PermissionError:
        raise UnreadableFile("may not be read (no permission). Ask for read access to it") from None
    except READER_ERRORS as error:
        raise UnreadableFile(DAMAGED.format(reason=reason_of(error))) from None


def reason_of(error: Exception) -> str:
    """What a reader says is wrong with a file, without what it repeats of the file; its kind where nothing is left."""
    said = QUOTED.sub(lambda found: found[1] or "", str(error).strip().split("\n")[0])
    return said.strip(" :,(")[:120] or type(error).__name__


def nearest_columns(column: str, header: Sequence[str]) -> str:
    """The names of a header closest to `column`, as the end of a message; all of a short one where none is close."""
    if close := spelt_like(column, header):
        return f"nearest: {', '.join(close)}"
    few = f"it has: {', '.join(header)}" if 0 < len(header) <= SHORT else ""
    return few or f"none of its {len(header)} columns has a name near it"


def _lowered(header: Sequence[str]) -> dict[str, str]:
    return {name.strip().lower(): name for name in header}


def _read_stata(path: Path, wanted: Wanted) -> RawColumns:
    fail_if_cut(path)
    quiet = warnings.catch_warnings(action="ignore", category=UnicodeWarning)  # text in Latin-1 is read as such
    with quiet, pd.read_stata(path, iterator=True, convert_categoricals=False) as reader:
        lowered = _lowered(tuple(reader.variable_labels()))
        columns = [lowered[name] for name in wanted(list(lowered))]
        frame = _in_parts(reader, len(lowered), columns)
    return RawColumns(tuple(lowered), frame.rename(columns=lambda name: name.strip().lower()))


def _in_parts(reader: "StataReader", width: int, columns: list[str]) -> pd.DataFrame:
    """Some columns of a file of `width`; its rows pass through memory a part at a time, as each is read whole."""
    read = partial(reader.read, columns=columns, convert_categoricals=False, convert_dates=False)
    parts = []
    with suppress(StopIteration):
        while True:
            parts.append(read(nrows=max(1, CELLS // width)))
    return pd.concat(parts, ignore_index=True) if parts else read(nrows=0)


def fail_if_cut(path: Path) -> None:
    """Stata 13 and later close a file with a mark, which even a file cut behind its last row lacks.

    Raises `ValueError` where the mark is not there, which the reader of the file tells as damage.
    """
    with path.open("rb") as stream:
        marked = stream.read(len(STATA_START)) == STATA_START
        stream.seek(-min(path.stat().st_size, len(STATA_END)), 2)
        if marked and stream.read() != STATA_END:
            raise ValueError("the mark at its end is missing")


def _read_tab(path: Path, wanted: Wanted, texts: Collection[str] = ()) -> RawColumns:
    encoding = _encoding(path)
    with path.open("rb") as stream:
        first = stream.readline().removeprefix(b"\xef\xbb\xbf").decode(encoding)
        has_rows = stream.read(1) != b""
    if not first.endswith("\n"):
        raise ValueError("it ends within its first line")
    header = tuple(_lowered(first.rstrip("\r\n").split("\t")))
    columns = list(wanted(header))
    if not has_rows:
        return RawColumns(header, pd.DataFrame(columns=columns, dtype="float64"))
    return RawColumns(header, _tab_frame(path, encoding, header, columns, texts))


def _tab_frame(
    path: Path, encoding: str, header: tuple[str, ...], columns: list[str], texts: Collection[str]
) -> pd.DataFrame:
    """Columns of a TAB file: `texts`, and those with a cell that is no number, as written; else numbers."""
    import pyarrow as pa
    from pyarrow import csv

    try:
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(encoding=encoding, column_names=header, skip_rows=1),
            parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
            convert_options=csv.ConvertOptions(
                include_columns=columns,
                column_types={name: pa.string() for name in columns if name in texts},
                null_values=["", " ", "."],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise ValueError(_uneven_row(path, len(header)) or str(error)) from None
    blank = [name for name in table.column_names if pa.types.is_null(table.schema.field(name).type)]
    return table.to_pandas().astype(dict.fromkeys(blank, "float64"))


def _uneven_row(path: Path, width: int) -> str:
    """The first row whose number of cells is not the header's; its content, which is about a person, stays unsaid."""
    with path.open("rb") as stream:
        stream.readline()
        for row, line in enumerate(stream, start=1):
            cells = line.count(b"\t") + 1
            if cells != width and line.strip():
                return f"row {row} has {cells} cells, the header {width}"
    return ""


def _encoding(path: Path) -> str:
    """UTF-8 (with or without a byte-order mark) where the file is, else Latin-1."""
    with path.open("rb") as stream:
        if all(block.isascii() for block in iter(lambda: stream.read(1 << 24), b"")):
            return "utf8"
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf8"


def _read_spss(path: Path, wanted: Wanted) -> RawColumns:
    import pyreadstat  # noqa: F401 - loaded before the fork, so that no child has to load it

    return isolated(_spss_columns, path, wanted)


def _spss_columns(path: Path, wanted: Wanted) -> RawColumns:
    meta = _readstat("read_sav", path, metadataonly=True)[1]
    if None in meta.column_names:
        raise ValueError("one of its columns has no name")
    lowered = _lowered(meta.column_names)
    columns = [lowered[name] for name in wanted(list(lowered))]
    frame, _ = _readstat("read_sav", path, usecols=columns, apply_value_formats=False, user_missing=True)
    if not set(columns) <= set(frame):
        raise ValueError("its rows have other columns than its header")
    return RawColumns(tuple(lowered), frame.rename(columns=lambda name: name.strip().lower()))


def _readstat(reader: str, path: Path, **options: Any) -> tuple[pd.DataFrame, Any]:
    """Frame and description of a file, its texts in the first encoding that can be theirs; its errors as ValueError."""
    import pyreadstat

    for encoding in ENCODINGS:
        try:
            return getattr(pyreadstat, reader)(path, encoding=encoding, **options)
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
            reason = str(error)
            if WRONG_ENCODING not in reason:
                break
    raise ValueError(reason)


READERS: dict[str, Callable[[Path, Wanted], RawColumns]] = {
    "dta": _read_stata,
    "tab": _read_tab,
    "sav": _read_spss,
    "zsav": _read_spss,
}


@dataclass(frozen=True)
class Described:
    """A column as its file describes it: lower-cased name, label, and the labels of its values."""

    name: str
    label: str
    values: Mapping[Any, str]


def describe_columns(path: Path, file_format: str) -> tuple[Described, ...]:
    """Names and labels of a file's columns, without its rows; a TAB file has names only.

    Raises `UnreadableFile` as `read_columns` does.
    """
    if file_format == "tab":
        return tuple(Described(name, "", {}) for name in read_columns(path, "tab", lambda header: header[:1]).header)
    return _guarded(partial(isolated, _described), path, "read_dta" if file_format == "dta" else "read_sav")


def _described(path: Path, reader: str) -> tuple[Described, ...]:
    meta = _readstat(reader, path, metadataonly=True)[1]
    labels, values = meta.column_names_to_labels, meta.variable_value_labels
    return tuple(
        Described(name.lower(), labels.get(name) or "", dict(values.get(name, {}))) for name in meta.column_names
    )


def to_numbers(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """A column as float64 with NaN for blank cells, and its cells that are neither blank nor a number."""
    if column.dtype.kind in "iuf":
        numbers = column.astype("float64")
        return numbers, column[np.isinf(numbers)]
    text = column.astype("str").str.strip()
    written = column.notna() & ~text.isin(BLANKS)
    numbers = pd.to_numeric(text.where(written), errors="coerce").astype("float64")
    return numbers, column[written & (numbers.isna() | np.isinf(numbers))]


def to_codes(column: pd.Series, blank: int) -> tuple[pd.Series, pd.Series]:
    """A column as whole numbers, and its cells that are none.

    Returns
    -------
    (int32, or int64 where a number needs it, with `blank` in blank cells; the bad cells as stored). Where there are bad
    cells the first is the column as stored.
    """
    if column.dtype.kind in "iu":
        return _narrow(column), column.iloc[:0]
    numbers, bad = to_numbers(column)
    whole = numbers.isna() | ((numbers % 1 == 0) & (numbers.abs() <= LARGEST_EXACT))
    bad = column[~whole | column.index.isin(bad.index)]
    if len(bad):
        return column, bad
    return _narrow(numbers.fillna(blank).astype("int64")), bad


def to_identifiers(column: pd.Series, blank: int) -> tuple[pd.Series, pd.Series]:
    """As `to_codes`, in int64 and with longer numbers: those of a text to the digit, those of a float as it holds them.

    Numbers beyond 2^53 that a float holds may have been rounded; whoever reads them sees whether they are still apart.
    """
    if column.dtype.kind == "f":
        large = column.abs().between(LARGEST_EXACT, LARGEST_INT64)
        codes, bad = to_codes(column.mask(large), blank)
        whole = column.where(large, 0).astype("int64")
        return (codes, bad) if len(bad) else (codes.astype("int64").mask(large, whole), bad)
    if column.dtype.kind not in "iu":
        text = column.astype("str").str.strip()
        if text.str.fullmatch(r"\d{1,18}").all():
            return text.astype("int64"), column.iloc[:0]
    codes, bad = to_codes(column, blank)
    return (codes, bad) if len(bad) else (codes.astype("int64"), bad)


def bad_cells(bad: pd.Series, expected: str) -> str:
    """Cells that are not the numbers they should be, in words: how many, and the first of their rows."""
    return f"{len(bad)} of its cells not {expected}: {rows_named(bad.index + 1)}"


def rows_named(rows: Sequence[int]) -> str:
    """Rows of a file in words: row 3; rows 3, 4. What stands in them stays unsaid: it may be about a person."""
    more = f" and {len(rows) - FEW} more" if len(rows) > FEW else ""
    return f"row{'s' * (len(rows) > 1)} {', '.join(map(str, rows[:FEW]))}{more}"


def _narrow(column: pd.Series) -> pd.Series:
    limits = np.iinfo("int32")
    fits = len(column) == 0 or (column.min() >= limits.min and column.max() <= limits.max)
    return column.astype("int32" if fits else "int64")
