"""Seeded mutations of a valid file: its bytes, its cells where it is a table of text, its values where it is YAML."""

import copy
import csv
import datetime
import io
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import yaml

Mutator = Callable[[Random, bytes, Sequence[bytes]], bytes]

ODD: list[Any] = [
    None, "", "x", "../../evil", "=1+1", 0, -1, 1.5, True, float("nan"), 10**30, datetime.date(2020, 1, 1),
    [], [None], ["x", "x"], [[1]], [{}], {}, {"x": 1}, {1: 2}, {None: None}, {"id": None, "label": 3},
]  # fmt: skip
TOKENS = [
    b"", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\n", b"\r\n", b",", b";", b"\t", b'"', b"'", b" ",
    b"nan", b"inf", b"-1", b"-9", b"1e309", b"9" * 40, b"0x1F", b"1_0", b"=1+1", b"\xe9", "²".encode(), "é".encode(),
    "\u2028".encode(), "١".encode(), b"true", b"null", b"~", b"{", b"}", b"[", b"]", b"{}", b": ", b"&a ", b"*a",
    b"!!int ", b"- ", b"#", b"../", b"%s", b"\\", b"(", b"*", b"2^", b"[1]", b"\x1f\x8b", b"PK\x03\x04",
    *(struct.pack("<i", number) for number in (-1, 0, 1, 2**31 - 1, -(2**31))),
    struct.pack("<d", float("nan")), struct.pack("<d", 1e308), struct.pack("<q", 2**62),
]  # fmt: skip
CELLS = [
    "", " ", "x", ".", "-", "-1", "-9", "0", "1.5", "1e5", "1e309", "nan", "NA", "inf", "1,234", "1.234,5", "9" * 20,
    "9" * 400, "²", "١", "é", "=1+1", "007", "2010-01-01", "true", "E06000001", "c", ":", "a;b", "(", "*", "\0", "../x",
    "a\nb", 'a"b', "\u2028", "'1",
]  # fmt: skip
NUMBER = re.compile(rb"-?\d+(\.\d+)?")
DIVIDERS = ",;\t|"
MOST = 200_000  # bytes that an input may grow to


def flip(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """One bit is another."""
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def set_byte(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """One byte is another, more often one at an end of its range."""
    at = rng.randrange(len(data))
    return data[:at] + bytes([rng.choice([0, 1, 127, 128, 255, rng.randrange(256)])]) + data[at + 1 :]


def cut(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """The file ends early."""
    return data[: rng.randrange(len(data))]


def drop(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A piece is gone."""
    start, end = _piece(rng, data)
    return data[:start] + data[end:]


def repeat(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A piece stands more than once."""
    start, end = _piece(rng, data)
    return data[:end] + data[start:end] * rng.choice([1, 1, 2, 30]) + data[end:]


def insert(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A token stands where it should not."""
    at = rng.randrange(len(data))
    return data[:at] + rng.choice(TOKENS) + data[at:]


def overwrite(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A token in place of as many bytes."""
    at, token = rng.randrange(len(data)), rng.choice(TOKENS)
    return data[:at] + token + data[at + len(token) :]


def splice(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The beginning of one file and the end of another."""
    other = rng.choice(others)
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def number(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A written number is another."""
    found = list(NUMBER.finditer(data))
    if not found:
        return data
    start, end = rng.choice(found).span()
    other = rng.choice(["-1", "0", "1", "255", "65536", "2147483648", "9" * 25, "1.5", "1e400", "-0", "00", "1.", "²"])
    return data[:start] + other.encode() + data[end:]


def table(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """One thing of a table of text is another: a cell, a row, a column, a line above it or below."""
    text = data.decode("utf-8", "surrogateescape")
    divider = max(DIVIDERS, key=text.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=divider))
    if rows and any(rows):
        rng.choice(_CHANGES)(rng, rows)
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=divider, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    return written.getvalue().encode("utf-8", "surrogateescape")


def _cell(rng: Random, rows: list[list[str]]) -> None:
    row = rng.choice([row for row in rows if row])
    row[rng.randrange(len(row))] = rng.choice([*CELLS, rng.choice(rng.choice([row for row in rows if row]))])


def _column_of_cells(rng: Random, rows: list[list[str]]) -> None:
    at, cell = rng.randrange(len(rows[0]) or 1), rng.choice(CELLS)
    for row in rows[1:]:
        if at < len(row):
            row[at] = cell


def _row(rng: Random, rows: list[list[str]]) -> None:
    at = rng.randrange(len(rows))
    rows[at : at + 1] = rng.choice([[], [rows[at]] * 2, [[]], [["", ""]], [rows[at], rows[0]], [rows[at][1:]]])


def _order(rng: Random, rows: list[list[str]]) -> None:
    rng.shuffle(rows)


def _column(rng: Random, rows: list[list[str]]) -> None:
    at = rng.randrange(len(rows[0]) or 1)
    twice = rng.random() < 0.5
    for row in rows:
        if at < len(row):
            row[at : at + 1] = [row[at]] * 2 if twice else []


def _note(rng: Random, rows: list[list[str]]) -> None:
    words = rng.choice([["Table 1"], ["Source: ONS", ""], [""], ["a", "b", "c", "d"], [rng.choice(CELLS)]])
    rows.insert(rng.choice([0, len(rows)]), words)


_CHANGES: list[Callable[[Random, list[list[str]]], None]] = [_cell] * 4 + [
    _column_of_cells,
    _row,
    _order,
    _column,
    _note,
]


def tree(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """One value of a YAML file is another: an odd one, one from elsewhere in the file, or gone; or a key is new."""
    try:
        content = yaml.load(data, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, TypeError):  # what an earlier mutation left is no YAML
        return data
    addresses = list(places(content))
    place = rng.choice(addresses)
    kind = rng.random()
    if kind < 0.6:
        changed = spoilt(content, place, copy.deepcopy(rng.choice(ODD)), rng.random() < 0.3)
    elif kind < 0.8:
        changed = spoilt(content, place, copy.deepcopy(value_at(content, rng.choice(addresses))), rng.random() < 0.2)
    else:
        changed = without(content, place)
    return yaml.dump(changed, Dumper=_DUMPER, allow_unicode=True, sort_keys=False).encode("utf-8", "replace")


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def places(content: Any, place: tuple = ()) -> Iterator[tuple]:
    """Addresses of every value of a nested structure, its own first."""
    yield place
    parts = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, part in parts:
        yield from places(part, (*place, key))


def value_at(content: Any, place: tuple) -> Any:
    """The value at an address."""
    for key in place:
        content = content[key]
    return content


def spoilt(content: Any, place: tuple, odd: Any, add: bool) -> Any:
    """A copy in which one value is another one, or has one more key."""
    if not place:
        return odd
    whole = copy.deepcopy(content)
    inner = value_at(whole, place[:-1])
    if add and isinstance(inner, dict):
        inner[odd if isinstance(odd, str | int | float | None) else "odd"] = odd
    else:
        inner[place[-1]] = odd
    return whole


def without(content: Any, place: tuple) -> Any:
    """A copy without one value."""
    if not place:
        return None
    whole = copy.deepcopy(content)
    del value_at(whole, place[:-1])[place[-1]]
    return whole


def _piece(rng: Random, data: bytes) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice([1, 2, 4, 8, rng.randrange(1, 200)]))


BYTES: tuple[Mutator, ...] = (flip, set_byte, set_byte, cut, drop, repeat, insert, overwrite, splice)
TEXT: tuple[Mutator, ...] = (*BYTES, number, number)
TABLE: tuple[Mutator, ...] = (*TEXT, *[table] * len(TEXT))
YAML: tuple[Mutator, ...] = (*TEXT, *[tree] * (2 * len(TEXT)))


def mutated(rng: Random, data: bytes, others: Sequence[bytes], mutators: Sequence[Mutator]) -> bytes:
    """`data` after one to four mutations; one is likelier than more."""
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4])):
        if not data:
            break
        data = rng.choice(mutators)(rng, data, others)[:MOST]
    return data
