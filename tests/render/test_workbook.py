"""The workbook: numbers in cells of their own, and the UK government's rules for accessible spreadsheets.

The rules are those of the Analysis Function's "Releasing statistics in spreadsheets" and its checklist; they are looked
for in the parts of the file.
"""

import re
import zipfile
from html import unescape
from math import ceil

import pytest

from mobility.render.formats import xlsx
from mobility.render.formats.xlsx import write_workbook
from mobility.render.grids import Number, backtest_grid, data_grid, table_grid, unique
from mobility.render.numbers import MARKS
from mock_study import ABOUT, TABLES, cell, items, make, model_table, spec, wide_table

MOST_FROZEN = 12  # rows that stay in sight: a laptop shows thirty


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    path, tables = tmp_path_factory.mktemp("book") / "book.xlsx", [make(builder) for builder in TABLES]
    write_workbook(path, tables, ABOUT, tables[0].origin)
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name).decode("utf-8") for name in book.namelist() if name.endswith((".xml", ".rels"))}


@pytest.fixture(scope="module")
def sheets(parts):
    """Parts of the sheets by the name on their tab."""
    names = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"])
    return {name: parts[f"xl/worksheets/sheet{place}.xml"] for place, name in enumerate(names, start=1)}


def strings(parts):
    return [unescape(text) for text in re.findall(r"<si><t[^>]*>(.*?)</t></si>", parts["xl/sharedStrings.xml"], re.S)]


def cells_of(sheet, parts):
    """By place the text or number of each cell."""
    words = strings(parts)
    found = re.findall(r'<c r="([A-Z]+\d+)"(?: s="\d+")?(?: t="(\w)")?><v>(.*?)</v>', sheet)
    return {place: words[int(value)] if kind == "s" else float(value) for place, kind, value in found}


def test_each_sheet_but_the_cover_is_one_marked_table_right_under_its_lines(sheets, parts):
    assert list(sheets)[:3] == ["Cover", "Contents", "Notes"] and list(sheets)[-2:] == ["Back_test", "Data"]
    assert [sheet.count("<tablePart ") for sheet in sheets.values()] == [0] + [1] * (len(sheets) - 1)
    names = [re.search(r'displayName="([^"]+)"', text)[1] for name, text in parts.items() if "/tables/" in name]
    assert len(set(names)) == len(names) == len(sheets) - 1
    for text in (text for name, text in parts.items() if "/tables/" in name):
        heads = re.findall(r'<tableColumn [^>]*name="([^"]*)"', text)
        assert len({head.lower() for head in heads}) == len(heads) and all(heads)


def test_nothing_is_merged_hidden_or_empty(sheets):
    for name, sheet in sheets.items():
        assert "<mergeCell" not in sheet and 'hidden="1"' not in sheet, name
        rows = [int(row) for row in re.findall(r'<row r="(\d+)"', sheet)]
        assert rows == list(range(1, len(rows) + 1)), name
        blank = re.findall(r'<c r="[A-Z]+\d+"(?: s="\d+")?/>', sheet)
        assert blank == [], name


def test_titles_stay_in_sight_and_are_repeated_on_every_printed_page(sheets, parts):
    repeated = re.findall(r'name="_xlnm.Print_Titles" localSheetId="(\d+)"', parts["xl/workbook.xml"])
    assert len(repeated) == len(sheets) - 2  # not the cover, not the data
    for name, sheet in sheets.items():
        assert 'fitToPage="1"' in sheet and 'fitToHeight="0"' in sheet, name
        if name != "Cover":
            assert 'state="frozen"' in sheet, name
            assert int(re.search(r'ySplit="(\d+)"', sheet)[1]) <= MOST_FROZEN, name


def test_the_data_sheet_prints_only_what_it_is(parts):
    area = re.search(r'name="_xlnm.Print_Area"[^>]*>([^<]*)<', parts["xl/workbook.xml"])[1]
    assert area.startswith("Data!$A$1") and int(area.rsplit("$", 1)[1]) <= MOST_FROZEN


def test_the_file_says_its_title_author_and_language(parts):
    core = parts["docProps/core.xml"]
    assert "<dc:language>en-GB</dc:language>" in core and "<dc:creator>mobility</dc:creator>" in core
    assert "<dc:title>Mobility of technicians" in core


def test_it_opens_on_the_cover_which_explains_every_mark(sheets, parts):
    assert 'tabSelected="1"' in sheets["Cover"]
    cover = " ".join(str(value) for value in cells_of(sheets["Cover"], parts).values())
    assert all(f"{mark} means {meaning[:20]}" in cover for mark, meaning in MARKS.items())


def test_contents_lead_to_every_sheet(sheets):
    links = re.findall(r'location="\'?([^\'!"]+)\'?!A1"', sheets["Contents"])
    assert links == list(sheets)[2:]


def test_marks_in_a_table_are_explained_above_it(sheets, parts):
    for name, sheet in sheets.items():
        values = [str(value) for value in cells_of(sheet, parts).values()]
        used = {mark for mark in MARKS if mark in values}
        if name not in ("Cover", "Data", "Notes"):
            (line,) = [value for value in values if value.startswith("Marks: ")] or [""]
            assert all(mark in line for mark in used), name
    assert "[c]" in str(cells_of(sheets["Table_3_3"], parts).values())


def test_coefficients_errors_stars_and_published_values_are_numbers_of_their_own():
    grid = table_grid(make(model_table))
    assert not [value for row in grid.rows for value in row if isinstance(value, str) and "*" in value]
    at = {head: place for place, head in enumerate(grid.heads)}
    stars = next(head for head in at if head.endswith(": stars"))
    name = stars.removesuffix(": stars")
    table = make(model_table)
    column = next(column for column in table.columns if name.endswith(column.label) and name.startswith(column.spanner))
    for row, values in zip(table.rows, grid.rows, strict=False):
        shown = table.cell(row, column)
        if shown.value is not None and shown.statistic.has_error:
            found = [values[at[head]] for head in (name, f"{name}: standard error", stars)]
            assert found == [
                Number(shown.value, "#,##0.000"),
                Number(shown.std_error, "#,##0.000"),
                Number(shown.stars, "#,##0"),
            ]


def test_shares_are_proportions_in_per_cent_beside_the_published_ones():
    table = make(wide_table)
    grid = table_grid(table)
    first = next(place for place, head in enumerate(grid.heads) if head.endswith(": published"))
    pairs = [(row[first - 1], row[first]) for row in grid.rows if isinstance(row[first], Number)]
    assert pairs and all(one.pattern == "0.0%" and 0 <= one.value <= 1 for pair in pairs for one in pair)


def test_differences_are_points_and_rates_are_per_thousand():
    rows, columns = items({"a": "A", "b": "B"}), items({"c": "C"})
    made = {"difference": (0.031, 3.1, "C (percentage points)"), "rate": (0.0432, 43.2, "C")}
    for name, (value, shown, head) in made.items():
        own = {"statistic": "change" if name == "difference" else name, "within": "row" if name == "difference" else ""}
        cells = [cell("t", row, "c", value, 900, statistic=name) for row in ("a", "b")]
        grid = table_grid(
            make(lambda own=own, cells=cells: (spec("t", "T", "T", rows, columns, **own), cells), backtest=False)
        )
        assert grid.rows[0][1] == Number(shown, "#,##0.0") and grid.heads[1] == head


def test_a_p_value_that_rounds_to_nothing_is_said_to_be_small():
    rows, columns = items({"a": "A", "b": "B"}), items({"p": "p"})
    cells = [cell("t", row, "p", value, 900, statistic="p_value") for row, value in (("a", 0.00011), ("b", 0.0412))]
    table = make(lambda: (spec("t", "T", "T", rows, columns, statistic="adjusted", decimals=3), cells), backtest=False)
    assert [table.cell(row, table.columns[0]).text for row in table.rows] == ["below 0.001", "0.041"]
    pattern = '[<0.001]"below 0.001";#,##0.000'
    assert [row[1] for row in table_grid(table).rows] == [Number(0.00011, pattern), Number(0.0412, pattern)]


def test_the_back_test_holds_numbers_and_their_difference():
    grid = backtest_grid([table := make(wide_table)], table.origin)
    known = [row for row in grid.rows if isinstance(row[4], Number)]
    assert known and all(row[6].value == pytest.approx(row[4].value - row[5].value) for row in known)
    assert not [row for row in grid.rows if not isinstance(row[5], Number)]


def test_the_data_are_every_cell_of_every_table_and_nothing_held_back():
    tables = [make(builder) for builder in TABLES]
    grid = data_grid(tables, tables[0].origin)
    assert len(grid.rows) == sum(len(table.cells) for table in tables)
    held = [row for row in grid.rows if row[grid.heads.index("flag")] == "suppressed"]
    first = grid.heads.index("value")
    assert held and {row[first] for row in held} == {None} == {row[grid.heads.index("n")] for row in held}


def test_headings_that_differ_in_case_alone_are_told_apart():
    assert unique(["Group", "Stay", "stay", "Stay"]) == ("Group", "Stay", "stay (2)", "Stay (3)")


def heights(sheet):
    """By row the height that the sheet says."""
    rows = re.findall(r'<row r="(\d+)"([^>]*)>', sheet)
    return {int(row): float(said[1]) for row, rest in rows if (said := re.search(r' ht="([\d.]+)"', rest))}


def widths(sheet):
    """By column, counted from 1, its width in characters."""
    found = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', sheet)
    return {at: float(width) for low, high, width in found for at in range(int(low), int(high) + 1)}


def test_a_row_is_as_high_as_its_wrapped_words(sheets, parts):
    """LibreOffice prints words over each other where the file does not say so; 14.5 points are a line of Arial 11."""
    seen = 0
    for name in set(sheets) - {"Data"}:
        own, wide = heights(sheets[name]), widths(sheets[name])
        head = int((re.search(r'ySplit="(\d+)"', sheets[name]) or [0, 1])[1])
        for place, value in cells_of(sheets[name], parts).items():
            row, column = int(re.sub(r"\D", "", place)), ord(place[0]) - ord("A") + 1
            if len(place.rstrip("0123456789")) == 1 and isinstance(value, str) and row > head:
                lines = len(value) / (1.2 * wide[column])  # a line of Arial holds a fifth more letters than digits
                assert own.get(row, 14.5) >= 14.25 * min(ceil(lines), 28), (name, place)
                seen += lines > 1
    assert seen > 5


def test_no_row_is_higher_than_a_spreadsheet_can_show():
    assert xlsx._height(["word " * 5000, None, Number(1.0)], [60, 14, 14]) == 409.0
    assert xlsx._height(["a b", Number(1.0)], [14, 14]) == 14.5
    assert xlsx._height(["one two", None], [6, 14]) == 29.0  # two lines of 14.5 points


def test_a_sheet_that_would_be_printed_too_small_goes_on_to_the_pages_beside(tmp_path):
    """A4 on its side holds 249 characters at six tenths, A3 358: 100 columns of 14 are four sheets of A3."""
    rows, columns = items({"a": "A"}), items({f"c{at}": f"C{at}" for at in range(100)})
    cells = [cell("t", "a", f"c{at}", 0.5, 900) for at in range(100)]
    tables = [make(lambda: (spec("t", "T", "T", rows, columns), cells), backtest=False), make(model_table)]
    write_workbook(tmp_path / "book.xlsx", tables, ABOUT, tables[0].origin)
    with zipfile.ZipFile(tmp_path / "book.xlsx") as book:
        found = {name: book.read(f"xl/worksheets/sheet{at}.xml").decode() for name, at in (("wide", 4), ("small", 5))}
        names = book.read("xl/workbook.xml").decode()
    assert 'fitToWidth="4"' in found["wide"] and 'paperSize="8"' in found["wide"]
    assert "fitToWidth" not in found["small"]  # one page, as the format's default is
    assert re.search(r'Print_Titles" localSheetId="3"[^>]*>T!\$A:\$A,T!\$\d+:\$\d+<', names)


def test_headings_stand_over_their_numbers(sheets, parts):
    formats = parts["xl/styles.xml"].split("<cellXfs")[1].split("<xf ")[1:]
    sheet = sheets["Table_3_3"]
    row = int(re.search(r'ySplit="(\d+)"', sheet)[1])
    styles = [int(style) for style in re.findall(rf'<c r="[A-Z]+{row}" s="(\d+)"', sheet)]
    assert "right" not in formats[styles[0]] and all('horizontal="right"' in formats[style] for style in styles[1:])
