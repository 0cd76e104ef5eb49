"""Reading named columns of a Stata, TAB or SPSS file as numeric codes, never labels, without reading the rest twice."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

DAMAGED = "cannot be read ({reason}): the file is cut short or damaged. Unpack it again"


class UnreadableFile(Exception):
    """A file that its reader gives up on; the text says why and what to do."""


@dataclass(frozen=True)
class RawColumns:
    """Columns of one file as stored: `header` (all names, as written) and `frame` (the wanted ones, lower-cased)."""

    header: tuple[str, ...]
    frame: pd.DataFrame


def read_columns(path: Path, file_format: str, wanted: Callable[[Sequence[str]], Sequence[str]]) -> RawColumns:
    """Read some columns of a delivered file.

    Parameters
    ----------
    path : the file.
    file_format : `dta`, `tab` or `sav`.
    wanted : given the lower-cased header, the lower-cased columns to read.

    Raises
    ------
    UnreadableFile
        Empty, truncated or damaged file, or no permission.
    """
    try:
        if path.stat().st_size == 0:
            raise UnreadableFile("is empty (0 bytes). Unpack it again")
        return READERS[file_format](path, wanted)
    except PermissionError:
        raise UnreadableFile("may not be read (no permission). Ask for read access to it") from None
    except (ValueError, KeyError, EOFError, OSError, OverflowError, struct.error, MemoryError) as error:
        reason = str(error).strip().split("\n")[0][:120] or type(error).__name__
        raise UnreadableFile(DAMAGED.format(reason=reason)) from None


def _lowered(header: Sequence[str]) -> dict[str, str]:
    return {name.strip().lower(): name for name in header}


def _read_stata(path: Path, wanted: Callable[[Sequence[str]], Sequence[str]]) -> RawColumns:
    with pd.read_stata(path, iterator=True, convert_categoricals=False, convert_dates=False) as reader:
        header = tuple(reader.variable_labels())
        lowered = _lowered(header)
        columns = [lowered[name] for name in wanted(list(lowered))]
        frame = reader.read(columns=columns, convert_categoricals=False, convert_dates=False)
    return RawColumns(header, frame.rename(columns=str.lower))


def _read_tab(path: Path, wanted: Callable[[Sequence[str]], Sequence[str]]) -> RawColumns:
    encoding = _encoding(path)
    with path.open(encoding=encoding) as stream:
        header = tuple(stream.readline().rstrip("\r\n").split("\t"))
    lowered = _lowered(header)
    columns = [lowered[name] for name in wanted(list(lowered))]
    return RawColumns(header, _tab_frame(path, encoding, columns).rename(columns=lambda name: name.strip().lower()))


def _tab_frame(path: Path, encoding: str, columns: list[str]) -> pd.DataFrame:
    """Columns of a TAB file: numbers where all cells are numbers or blank, else text as written."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.ConvertOptions(
        include_columns=columns, null_values=["", " ", "."], strings_can_be_null=True, check_utf8=False
    )
    table = csv.read_csv(
        path,
        read_options=csv.ReadOptions(encoding=encoding),
        parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=options,
    )
    blank = [name for name in table.column_names if pa.types.is_null(table.schema.field(name).type)]
    frame = table.to_pandas()
    return frame.astype(dict.fromkeys(blank, "float64"))


def _encoding(path: Path) -> str:
    """UTF-8 (with or without a byte-order mark) where the file is, else Latin-1."""
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 24), b""):
            if not block.isascii():
                break
        else:
            return "utf-8-sig"
    try:
        path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def _read_spss(path: Path, wanted: Callable[[Sequence[str]], Sequence[str]]) -> RawColumns:
    import pyreadstat

    try:
        _, meta = pyreadstat.read_sav(path, metadataonly=True)
        header = tuple(meta.column_names)
        lowered = _lowered(header)
        columns = [lowered[name] for name in wanted(list(lowered))]
        frame, _ = pyreadstat.read_sav(path, usecols=columns, apply_value_formats=False, user_missing=True)
    except pyreadstat.ReadstatError as error:
        raise ValueError(str(error)) from None
    return RawColumns(header, frame.rename(columns=str.lower))


READERS: dict[str, Callable[[Path, Callable[[Sequence[str]], Sequence[str]]], RawColumns]] = {
    "dta": _read_stata,
    "tab": _read_tab,
    "sav": _read_spss,
}


def to_codes(column: pd.Series, blank: int) -> pd.Series:
    """Whole-number codes as int32 (int64 where they need it), blanks as `blank`; `ValueError` on text or fractions."""
    if column.dtype.kind in "iu":
        return column.astype("int32" if _fits(column) else "int64")
    numbers = pd.to_numeric(column, errors="raise").astype("float64").fillna(blank)
    if not np.all(numbers == np.floor(numbers)):
        first = numbers[numbers != np.floor(numbers)].iloc[0]
        raise ValueError(f"{first:g} is not a whole number")
    whole = numbers.astype("int64")
    return whole.astype("int32") if _fits(whole) else whole


def _fits(column: pd.Series) -> bool:
    limits = np.iinfo("int32")
    return len(column) == 0 or (column.min() >= limits.min and column.max() <= limits.max)
