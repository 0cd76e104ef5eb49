"""A workbook to compute with and to read aloud: cover, contents, notes, a sheet a table, back test, all data as one.

It keeps the rules of the UK government for accessible spreadsheets: a cover, one table a sheet and marked as such, no
merged cells, no empty rows, marks explained where they stand, titles that stay in sight and on every printed page.

A row says how high it is: LibreOffice does not work it out for a file of this kind, and would print wrapped words over
each other.
"""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from math import ceil
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from mobility.render.grids import (
    Grid,
    Number,
    Value,
    backtest_grid,
    contents_grid,
    data_grid,
    notes_grid,
    table_grid,
)
from mobility.render.numbers import MARKS
from mobility.render.report import Report
from mobility.render.table import PARTLY_LINE, SYNTHETIC_LINE, MadeFrom, Table, credit
from mobility.settings import About
from mobility.storage import write_bytes

if TYPE_CHECKING:
    from xlsxwriter.workbook import Format, Workbook
    from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2000, 1, 1)
LANGUAGE = "en-GB"
CORE, CORE_END = "docProps/core.xml", b"</cp:coreProperties>"
# A label that begins with `=` or looks like an address is words and nothing that a spreadsheet runs or opens.
AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
A4, A3 = 9, 8  # paper, on its side
INCHES = {A4: 10.9, A3: 15.7}  # of its width within the margins
CHARACTER = 7 / 96  # inches of a column a character wide
LEAST_SCALE = 0.6  # type of 11 points is printed in 6.6 at least; what is wider goes on to pages beside the first
LINE, STUB, WORDS, NUMBER = 130, 42, 60, 14  # characters: of a line under a title, and widths of columns
LONG, WIDEST = 20, 110  # lines of a text above which its column is wider than `WORDS`, and its width at most
LINE_HEIGHT, TALLEST = 14.5, 409.0  # points: of a line, and of a row
BOLD = 1.12  # of its width in plain type
INDENT = 2  # characters
DENSE = 1.15  # letters of a text in the width of a digit, on average
COVER, PREVIEW = 88, 12  # characters; columns of the sheet that is not printed, whose headings are
WARNINGS = (SYNTHETIC_LINE, PARTLY_LINE)
SAMPLE = 40  # rows from whose words the width of a column is taken on the sheet that is not printed
FONT = {"font_name": "Arial", "font_size": 11}
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15},
    "line": {},
    "warning": {"bold": True, "font_color": "#A8400B"},
    "head": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1},
    "head_of_words": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "align": "left", "indent": 1},
    "head_of_numbers": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "align": "right"},
    "label": {"text_wrap": True, "valign": "top"},
    "words": {"text_wrap": True, "valign": "top", "align": "left", "indent": 1},
    "mark": {"align": "right", "valign": "top"},
    "link": {"font_color": "#0B4F9E", "underline": 1, "valign": "top"},
}


def write(report: Report, path: Path) -> None:
    """Write the workbook of a study."""
    write_workbook(path, report.tables, report.about, report.origin)


def write_workbook(path: str | Path, tables: list[Table], about: About, origin: MadeFrom) -> None:
    """Write the tables of a study to one workbook, the same bytes on every run from the same tables.

    origin : what all of them together were made from, which its cover says.
    """
    from xlsxwriter.workbook import Workbook

    stream = BytesIO()
    book = Workbook(stream, AS_WRITTEN)
    book.formats[0].set_font_name(FONT["font_name"])
    book.set_properties({"title": about.title, "author": "mobility", "created": CREATED, "comments": origin.provenance})
    sheets = Sheets(book)
    _write_cover(sheets, tables, about, origin)
    for grid in _grids(tables, origin):
        sheets.write(grid, about.title)
    book.close()
    write_bytes(_in_language(stream.getvalue()), path)


def _grids(tables: list[Table], origin: MadeFrom) -> list[Grid]:
    """The sheets after the cover, in order."""
    own = [table_grid(table) for table in tables]
    compared = [table for table in tables if table.has_published]
    own += [backtest_grid(compared, origin)] * bool(compared) + [data_grid(tables, origin)]
    notes = notes_grid(tables, origin)
    return [contents_grid([notes, *own], origin), notes, *own]


class Sheets:
    """The sheets of a workbook as they are written, with one format a look and number pattern."""

    def __init__(self, book: "Workbook") -> None:
        self.book = book
        self.looks = {name: book.add_format({**FONT, **look}) for name, look in LOOKS.items()}
        self.patterns: dict[str, Format] = {}

    def pattern(self, pattern: str) -> "Format":
        """The format of numbers of a pattern."""
        if pattern not in self.patterns:
            look = {**FONT, "num_format": pattern, "align": "right", "valign": "top"}
            self.patterns[pattern] = self.book.add_format(look)
        return self.patterns[pattern]

    def write(self, grid: Grid, footer: str) -> None:
        """Write a grid: title, lines, its table right below, set up for screen and print."""
        sheet = self.book.add_worksheet(grid.name)
        sheet.write_string(0, 0, grid.title, self.looks["title"])
        lines = [part for line in grid.lines for part in wrap(line, LINE)]
        for place, line in enumerate(lines, start=1):
            look = "warning" if line in WARNINGS else "line"
            sheet.write_string(place, 0, line, self.looks[look])
        head, widths = 1 + len(lines), _widths(grid)
        self._write_table(sheet, grid, head, widths)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.freeze_panes(head + 1, grid.fixed)
        _set_print(sheet, grid, head, footer, sum(widths))

    def _write_table(self, sheet: "Worksheet", grid: Grid, head: int, widths: Sequence[int]) -> None:
        heads = zip(grid.heads, _head_looks(grid), strict=True)
        columns = [{"header": name, "header_format": self.looks[look]} for name, look in heads]
        own = {"columns": columns, "name": f"{grid.name.lower()}_cells", "style": None}
        sheet.add_table(head, 0, head + len(grid.rows), len(grid.heads) - 1, own)
        sheet.set_row(head, _height(grid.heads, [width / BOLD for width in widths]))
        for place, row in enumerate(grid.rows, start=head + 1):
            if grid.printed and (height := _height(row, widths)) > LINE_HEIGHT:
                sheet.set_row(place, height)
            for at, value in enumerate(row):
                if isinstance(value, Number):
                    sheet.write_number(place, at, value.value, self.pattern(value.pattern))
                elif value is not None:
                    self._write_words(sheet, place, at, value, grid)

    def _write_words(self, sheet: "Worksheet", place: int, at: int, value: str, grid: Grid) -> None:
        if grid.links and at == 0:
            sheet.write_url(place, at, f"internal:'{value}'!A1", self.looks["link"], value)
        elif grid.printed:
            look = "mark" if value.startswith("[") else "label" if at < grid.fixed else "words"
            sheet.write_string(place, at, value, self.looks[look])
        else:
            sheet.write_string(place, at, value)


def _head_looks(grid: Grid) -> list[str]:
    """The look of each heading: over numbers it stands at the right as they do."""
    looks = []
    for at in range(len(grid.heads)):
        numbers = any(isinstance(row[at], Number) or str(row[at]).startswith("[") for row in grid.rows)
        looks.append("head_of_numbers" if numbers else "head" if at < max(grid.fixed, 1) else "head_of_words")
    return looks


def _widths(grid: Grid) -> list[int]:
    """Widths of columns in characters: of words as they need up to `WORDS`, more for long texts; of numbers alike."""
    widths = []
    for at, head in enumerate(grid.heads):
        words = [row[at] for row in (grid.rows if grid.printed else grid.rows[:SAMPLE])]
        longest = max((len(word) for word in words if isinstance(word, str)), default=0)
        least = max(NUMBER, *(ceil(BOLD * len(word)) + INDENT for word in head.split() or [""]))
        most = STUB if at < grid.fixed else min(max(WORDS, longest // LONG), WIDEST)
        widths.append(min(max(least, longest + INDENT), most))
    return widths


def _height(row: Sequence[Value], widths: Sequence[float]) -> float:
    """Points that the words of a row take, wrapped to the widths of their columns in characters."""
    lines = 1
    for value, width in zip(row, widths, strict=True):
        room = max(1, int(DENSE * (width - INDENT)))
        if isinstance(value, str) and len(value) > room:
            lines = max(lines, len(wrap(value, room)))
    return min(lines * LINE_HEIGHT, TALLEST)


def _set_print(sheet: "Worksheet", grid: Grid, head: int, footer: str, width: float) -> None:
    """Across one page where that leaves type to be read, the table's headings and labels on every page.

    width : of all columns in characters. Of a sheet that is not printed only what is above its rows is.
    """
    room = {paper: inches / LEAST_SCALE / CHARACTER for paper, inches in INCHES.items()}
    paper = A4 if width <= room[A4] else A3
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.fit_to_pages(ceil(width / room[paper]) if grid.printed else 1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L{footer.replace('&', '&&')[:120]}&RPage &P of &N")
    if grid.printed:
        sheet.repeat_rows(head)
        sheet.repeat_columns(0, max(grid.fixed, 1) - 1)
    else:
        sheet.print_area(0, 0, head, min(len(grid.heads), PREVIEW) - 1)


def _write_cover(sheets: Sheets, tables: list[Table], about: About, origin: MadeFrom) -> None:
    sheet = sheets.book.add_worksheet("Cover")
    sheet.set_column(0, 0, COVER)
    sheet.hide_gridlines(2)
    sheet.set_portrait()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.7, right=0.7, top=0.7, bottom=0.7)
    sheet.write_string(0, 0, about.title, sheets.looks["title"])
    for place, line in enumerate(_cover_lines(tables, about, origin), start=1):
        look = "warning" if line in WARNINGS else "label"
        sheet.set_row(place, _height([line], [COVER]))
        sheet.write_string(place, 0, line, sheets.looks[look])
    sheet.activate()


def _cover_lines(tables: list[Table], about: About, origin: MadeFrom) -> Sequence[str]:
    lines = [
        origin.made,
        credit(about, tables),
        about.summary,
        origin.source,
        "" if origin.synthetic else origin.provenance,
        origin.licence,
        "The sheet Contents lists the other sheets, Notes the notes. Each table has a sheet of its own; the sheet Data "
        "has every number, one a row, for pivot tables and programs.",
        "Coefficients, standard errors, stars (1 to 3: p < 0.1, p < 0.05, p < 0.01) and published values stand in "
        "columns of their own, as numbers at full precision; their format shows as many digits as the page does.",
        "Base: what stands behind a number, as the lines of each sheet say: of a share the unweighted denominator.",
        *(f"{mark} means {meaning}" for mark, meaning in MARKS.items()),
    ]
    return [line for line in lines if line]


def _in_language(content: bytes) -> bytes:
    """A workbook whose properties say its language, which the library that writes it has no word for."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for item in before.infolist():
            part = before.read(item)
            if item.filename == CORE:
                part = part.replace(CORE_END, f"<dc:language>{LANGUAGE}</dc:language>".encode() + CORE_END)
            after.writestr(item, part)
    return stream.getvalue()
