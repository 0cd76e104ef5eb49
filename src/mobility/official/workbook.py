"""A sheet of a workbook (.xlsx, .xls) as the text of a CSV: what its cells hold, each in its row and column."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from mobility.errors import nearest

WORKBOOKS = (".xlsx", ".xls")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PLACE = re.compile(r"([A-Z]+)(\d+)")
LETTERS = 26
Rows = Sequence[Sequence[str]]


def sheet_text(path: Path, sheet: str) -> str:
    """Text of the sheet of this name, in either case, with commas between cells.

    Raises `ValueError` where there is no such sheet or the file is no workbook of its ending; `OSError` where there is
    no file.
    """
    rows = (_of_xlsx if path.suffix.lower() == ".xlsx" else _of_xls)(path, sheet)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _chosen(sheet: str, names: Sequence[str]) -> int:
    """Place of a sheet among the names of a workbook."""
    lowered = [name.strip().lower() for name in names]
    if sheet.lower() not in lowered:
        raise ValueError(f"no sheet {sheet}; {nearest(sheet, list(names))}")
    return lowered.index(sheet.lower())


def _written(number: float) -> str:
    """A number of a cell as text: whole ones without a point."""
    return str(int(number)) if number == int(number) else repr(number)


def _of_xls(path: Path, sheet: str) -> Rows:
    import xlrd

    try:
        book = xlrd.open_workbook(path, logfile=io.StringIO(), on_demand=True)
        found = book.sheet_by_index(_chosen(sheet, book.sheet_names()))
    except xlrd.XLRDError as error:
        raise ValueError(str(error)) from None
    return [
        [_written(cell.value) if cell.ctype == xlrd.XL_CELL_NUMBER else str(cell.value) for cell in found.row(row)]
        for row in range(found.nrows)
    ]


def _of_xlsx(path: Path, sheet: str) -> Rows:
    try:
        with zipfile.ZipFile(path) as book:
            return _rows(_sheet(book, sheet), _shared_words(book))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
        raise ValueError(f"it is no whole .xlsx workbook ({error})") from None


def _sheet(book: zipfile.ZipFile, sheet: str) -> ElementTree.Element:
    listed = list(ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet"))
    chosen = listed[_chosen(sheet, [one.attrib["name"] for one in listed])].attrib[RELATION]
    links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    target = {link.attrib["Id"]: link.attrib["Target"] for link in links}[chosen]
    return ElementTree.fromstring(book.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}"))


def _shared_words(book: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by number."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    words = ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{MAIN}si")
    return ["".join(part.text or "" for part in word.iter(f"{MAIN}t")) for word in words]


def _rows(sheet: ElementTree.Element, words: Sequence[str]) -> Rows:
    cells: dict[tuple[int, int], str] = {}
    for cell in sheet.iter(f"{MAIN}c"):
        place = PLACE.fullmatch(cell.attrib.get("r", ""))
        if place is None:
            raise ValueError("a cell of the sheet does not say where it stands")
        cells[int(place[2]) - 1, _number(place[1])] = _content(cell, words)
    height = max((row for row, _ in cells), default=-1) + 1
    width = max((column for _, column in cells), default=-1) + 1
    return [[cells.get((row, column), "") for column in range(width)] for row in range(height)]


def _number(letters: str) -> int:
    """Place from 0 of a column by its letters: A, B, ..., Z, AA."""
    number = 0
    for letter in letters:
        number = number * LETTERS + ord(letter) - ord("A") + 1
    return number - 1


def _content(cell: ElementTree.Element, words: Sequence[str]) -> str:
    kind, value = cell.attrib.get("t", "n"), cell.find(f"{MAIN}v")
    if kind == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{MAIN}t"))
    if value is None or value.text is None:
        return ""
    if kind == "s":
        return words[int(value.text)]
    return _written(float(value.text)) if kind == "n" else value.text
