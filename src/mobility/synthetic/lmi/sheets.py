"""Plain workbooks: sheets of numbers and texts, written at once, the same bytes for the same cells.

A library that keeps formats, links and widths of each cell takes three times as long over the three million cells of
the invented workbooks of ASHE.
"""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import ascii_uppercase as LETTERS
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Row = Sequence[str | float]
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FORMATS = "http://schemas.openxmlformats.org"
MAIN, OFFICE = f"{FORMATS}/spreadsheetml/2006/main", f"{FORMATS}/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LEVEL = 4  # of the compression: a half of the time of the usual 6 for a twentieth more bytes


def write_workbook(path: Path, sheets: Iterable[tuple[str, Iterable[Row]]]) -> None:
    """Write sheets by their names, each a list of rows of at most 26 cells; an empty text is an empty cell."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=LEVEL) as book:
        names = []
        for place, (name, rows) in enumerate(sheets, start=1):
            names.append(name)
            cells = "".join(_row(number, row) for number, row in enumerate(rows, start=1))
            _add(book, f"xl/worksheets/sheet{place}.xml", _sheet(cells))
        _add(book, "xl/workbook.xml", _listed(names))
        parts = [f"worksheets/sheet{place}.xml" for place in range(1, len(names) + 1)]
        _add(book, "xl/_rels/workbook.xml.rels", _related(parts))
        _add(book, "_rels/.rels", _related(["xl/workbook.xml"], "officeDocument"))
        _add(book, "[Content_Types].xml", _types(parts))


def _add(book: ZipFile, name: str, content: str) -> None:
    """A part of the workbook, under a date that is always the same."""
    part = ZipInfo(name)
    part.compress_type = ZIP_DEFLATED
    book.writestr(part, HEAD + content)


def _row(number: int, row: Row) -> str:
    cells = [
        f'<c r="{letter}{number}"><v>{cell}</v></c>'
        if not isinstance(cell, str)
        else f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(cell, False)}</t></is></c>'
        for letter, cell in zip(LETTERS, row, strict=False)
        if cell != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>' if cells else ""


def _sheet(cells: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def _listed(names: Sequence[str]) -> str:
    own = "".join(
        f'<sheet name="{escape(name)}" sheetId="{place}" r:id="rId{place}"/>'
        for place, name in enumerate(names, start=1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{own}</sheets></workbook>'


def _related(targets: Sequence[str], kind: str = "worksheet") -> str:
    own = "".join(
        f'<Relationship Id="rId{place}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for place, target in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{FORMATS}/package/2006/relationships">{own}</Relationships>'


def _types(sheets: Sequence[str]) -> str:
    kinds = {"workbook.xml": "sheet.main", **dict.fromkeys(sheets, "worksheet")}
    own = "".join(f'<Override PartName="/xl/{part}" ContentType="{TYPE}.{kind}+xml"/>' for part, kind in kinds.items())
    relations = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{FORMATS}/package/2006/content-types">{relations}{own}</Types>'
