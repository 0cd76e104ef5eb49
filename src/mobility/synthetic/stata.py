"""A Stata file written some rows at a time, so that a wide file of millions of rows is never held twice."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

PIECE = 64_000_000  # bytes of the rows that are written at once
OFFSETS = 14  # places of the file's sections, as its <map> holds them; each a whole number of 8 bytes
DATA, AFTER_DATA = 9, 10  # which of them the rows begin at, and the section behind them
OPENING, CLOSING = b"<data>", b"</data>"
Write = Callable[[pd.DataFrame, BinaryIO], None]


def write_pieces(frame: pd.DataFrame, write: Write, path: Path, piece: int = PIECE) -> None:
    """What `write` makes of a frame, byte for byte, in pieces of rows.

    write : writes a whole frame in Stata's form 118, little-endian. Its types and widths of columns follow from the
    values, so each piece begins with the rows `_ends`, which do not come into the file. piece : bytes at once.

    The layout is that of https://www.stata.com/help.cgi?dta_118.
    """
    rows = max(1, piece * len(frame) // max(1, int(frame.memory_usage(index=False).sum())))
    with path.open("wb") as stream:
        if len(frame) <= rows:
            write(frame, stream)
        else:
            stream.writelines(_joined(frame, write, rows))


def _joined(frame: pd.DataFrame, write: Write, rows: int) -> Iterator[bytes | memoryview]:
    """The parts of the file in their order: its head, the rows some at a time, and what comes behind them."""
    ends, whole = _ends(frame), len(frame)
    for start in range(0, whole, rows):
        head, data, tail = _sections(pd.concat([ends, frame.iloc[start : start + rows]], ignore_index=True), write)
        a_row = len(data) // (len(ends) + min(rows, whole - start))
        if not start:
            yield _head_of(head, whole, a_row * whole - len(data))
        yield data[a_row * len(ends) :]
    yield tail


def _ends(frame: pd.DataFrame) -> pd.DataFrame:
    """Two rows that hold the least and the largest value of each column, or its longest text twice."""
    return pd.DataFrame({name: column.iloc[list(_places(column))].array for name, column in frame.items()})


def _places(column: pd.Series) -> tuple[int, int]:
    """Where they are: gaps are no values, and of a column of nothing else the first stands for all."""
    there = np.flatnonzero(column.notna())
    if not len(there):
        return 0, 0
    known = column.iloc[there].to_numpy()
    if column.dtype.kind in "iufb":
        return int(there[known.argmin()]), int(there[known.argmax()])
    longest = int(there[np.argmax([len(str(value).encode()) for value in known])])
    return longest, longest


def _sections(frame: pd.DataFrame, write: Write) -> tuple[bytes, memoryview, bytes]:
    """The file of a frame before its rows, the rows, and what comes behind them."""
    with BytesIO() as stream:
        write(frame, stream)
        content = stream.getvalue()
    offsets = _offsets(content)
    start, end = offsets[DATA] + len(OPENING), offsets[AFTER_DATA] - len(CLOSING)
    return content[:start], memoryview(content)[start:end], content[end:]


def _map_at(content: bytes) -> slice:
    start = content.index(b"<map>") + len(b"<map>")
    return slice(start, start + 8 * OFFSETS)


def _offsets(content: bytes) -> np.ndarray:
    return np.frombuffer(content[_map_at(content)], dtype="<i8")


def _head_of(head: bytes, rows: int, longer: int) -> bytes:
    """The head for another number of rows, whose sections behind the rows lie `longer` bytes later."""
    offsets = _offsets(head).copy()
    offsets[AFTER_DATA:] += longer
    changed, count = bytearray(head), head.index(b"<N>") + len(b"<N>")
    changed[count : count + 8] = rows.to_bytes(8, "little")
    changed[_map_at(head)] = offsets.tobytes()
    return bytes(changed)
