"""Workbooks (.xlsx, .xls): what the cells of a sheet hold as text, each in its row and column."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

from mobility.errors import nearest

WORKBOOKS = (".xlsx", ".xls")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
LETTERS = 26
# A cell with a number, the number of a text or a text of its own, and nothing else: no formula, no runs of letters.
CELL = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(?:<v>([^<]*)</v>|<is><t[^>]*>([^<]*)</t></is>|)</c>)')
KIND = re.compile(r't="(\w+)"')
NUMBER = ("", "n")
Rows = Sequence[Sequence[str]]
# Of each cell the letters of its column, the number of its row, its kind and its content.
Columns = tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class Workbook:
    """The sheets of a workbook: their names in order, and what gives the rows of one by its place."""

    names: tuple[str, ...]
    read: Callable[[int], Rows]

    def rows(self, sheet: str) -> Rows:
        """Rows of the sheet of this name, in either case; raises `ValueError` where there is no such sheet."""
        lowered = [name.strip().lower() for name in self.names]
        if sheet.lower() not in lowered:
            raise ValueError(f"no sheet {sheet}; {nearest(sheet, list(self.names))}")
        return self.read(lowered.index(sheet.lower()))


def open_workbook(path: Path) -> Workbook:
    """A workbook, its sheets yet to be read.

    Raises `ValueError`, also when a sheet is read, where the file is no workbook of its ending; `OSError` where there
    is no file.
    """
    return (_xlsx if path.suffix.lower() == ".xlsx" else _xls)(path)


def sheet_text(path: Path, sheet: str) -> str:
    """Text of the sheet of this name, in either case, with commas between cells; raises as `open_workbook`."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(open_workbook(path).rows(sheet))
    return text.getvalue()


def _written(number: float) -> str:
    """A number of a cell as text: whole ones without a point."""
    return str(int(number)) if number == int(number) else repr(number)


def _xls(path: Path) -> Workbook:
    import xlrd

    def rows(place: int) -> Rows:
        found = book.sheet_by_index(place)
        return [
            [_written(cell.value) if cell.ctype == xlrd.XL_CELL_NUMBER else str(cell.value) for cell in found.row(row)]
            for row in range(found.nrows)
        ]

    try:
        book = xlrd.open_workbook(path, logfile=io.StringIO(), on_demand=True)
        return Workbook(tuple(book.sheet_names()), rows)
    except xlrd.XLRDError as error:
        raise ValueError(str(error)) from None


def _xlsx(path: Path) -> Workbook:
    with _whole():
        book = zipfile.ZipFile(path)
        listed = list(ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet"))
        links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        targets = {link.attrib["Id"]: link.attrib["Target"] for link in links}
        paths = [targets[one.attrib[RELATION]] for one in listed]
        words = _shared_words(book)

    def rows(place: int) -> Rows:
        target = paths[place]
        with _whole():
            content = book.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            return _rows(_written_out(content) or _cells(ElementTree.fromstring(content)), words)

    return Workbook(tuple(one.attrib["name"] for one in listed), rows)


@contextmanager
def _whole() -> Iterator[None]:
    """Errors of a file that is no workbook, or half of one, as `ValueError`."""
    try:
        yield
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
        raise ValueError(f"it is no whole .xlsx workbook ({error})") from None


def _shared_words(book: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by number."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    words = ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{MAIN}si")
    return ["".join(part.text or "" for part in word.iter(f"{MAIN}t")) for word in words]


def _written_out(content: bytes) -> Columns | None:
    """Letters, rows, kinds and contents of the cells of a sheet that holds nothing else, as most do; None of any other.

    A third of the time that a tree of the sheet takes, which counts in workbooks of a million cells.
    """
    text = content.decode("utf-8")
    # One flat list and no tuple a cell: letters, row, marks, value, text, then what stands before the next cell.
    parts = CELL.split(text)
    letters, rows, marks, values, inline = (parts[at :: CELL.groups + 1] for at in range(1, CELL.groups + 1))
    if len(letters) != text.count("<c ") + text.count("<c>") or not letters:
        return None
    kinds = {own: (KIND.search(own) or NUMBER)[1] for own in set(marks)}
    contents = [unescape(value or own or "") for value, own in zip(values, inline, strict=True)]
    return letters, rows, [kinds[own] for own in marks], contents


def _cells(sheet: ElementTree.Element) -> Columns:
    """The same of any sheet."""
    cells = []
    for cell in sheet.iter(f"{MAIN}c"):
        place = cell.attrib.get("r", "")
        letters = place.rstrip("0123456789")
        if not letters.isalpha():
            raise ValueError("a cell of the sheet does not say where it stands")
        kind, value = cell.attrib.get("t", "n"), cell.find(f"{MAIN}v")
        inline = "".join(part.text or "" for part in cell.iter(f"{MAIN}t")) if kind == "inlineStr" else ""
        cells.append((letters, place[len(letters) :], kind, inline or (value.text or "" if value is not None else "")))
    own, rows, kinds, contents = zip(*cells, strict=True) if cells else ((),) * 4
    return own, rows, kinds, contents


def _rows(cells: Columns, words: Sequence[str]) -> Rows:
    """Texts of every row from the first of the sheet to the last that has one, each as wide as the widest."""
    letters, numbers, kinds, contents = cells
    numeric = {content for kind, content in zip(kinds, contents, strict=True) if kind == "n"}
    written = {content: _plain(content) for content in numeric}
    texts = [
        written[content] if kind == "n" else words[int(content)] if kind == "s" and content else content
        for kind, content in zip(kinds, contents, strict=True)
    ]
    columns = {own: _number(own) for own in set(letters)}
    lines = {own: int(own) - 1 for own in set(numbers)}
    held = {own for own, text in zip(letters, texts, strict=True) if text}
    last = {own for own, text in zip(numbers, texts, strict=True) if text}
    width = max((columns[own] for own in held), default=-1) + 1
    grid = [[""] * width for _ in range(max((lines[own] for own in last), default=-1) + 1)]
    for row, own, text in zip(numbers, letters, texts, strict=True):
        if text:
            grid[lines[row]][columns[own]] = text
    return grid


def _plain(number: str) -> str:
    return number if number.isdecimal() or not number else _written(float(number))


def _number(letters: str) -> int:
    """Place from 0 of a column by its letters: A, B, ..., Z, AA."""
    number = 0
    for letter in letters:
        number = number * LETTERS + ord(letter) - ord("A") + 1
    return number - 1
