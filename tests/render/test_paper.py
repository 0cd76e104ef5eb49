"""The printed report: what fits where, and its pages read back."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from math import ceil

import pandas as pd
import pytest

from mobility.render import paper
from mobility.render.formats.pdf import contents_apart, font_folder, report_pdf, runs_of
from mobility.render.paper import BOLD, LEAST, SIDEWAYS, UPRIGHT, WAYS, ems, longest_word, print_class, setting_of
from mobility.render.report import Picture, Report, arrange
from mobility.render.table import layout
from mock_study import (
    ABOUT,
    PLAIN,
    cell,
    change_table,
    items,
    job_table,
    make,
    model_table,
    pathway_table,
    spec,
    state_table,
    trend_table,
    wide_table,
)  # fmt: skip
from pdf_pages import filled, needs_poppler, pages_of, sizes_of, told

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="619" height="{0}"><rect width="619" height="{0}"/></svg>'
HEIGHTS = {"figure_2_1": 300, "figure_b": 420, "figure_c": 818}  # points of the house width: the last fills a page
TABLES = (wide_table, state_table, change_table, trend_table, pathway_table, job_table, model_table)
LOSSES = tuple(
    {"step": f"step_{step}", "reason": f"reason {line}", "rows_in": 90 - line, "rows_dropped": 1, "rows_out": 89 - line,
     "persons_out": 50}
    for step in range(9) for line in range(step, step + 7)
)  # fmt: skip


def long_table(rows=70, columns=3, groups=7, name="table_9"):
    """Rows in groups, as a table that no page holds."""
    labels = {f"r{place}": f"Row {place} of a long table" for place in range(rows)}
    under = {row: f"Group {place * groups // rows}" for place, row in enumerate(labels)}
    heads = items({f"c{place}": f"Column {place}" for place in range(columns)})
    cells = [cell(name, row, head["id"], 0.25, 900 + place) for place, row in enumerate(labels) for head in heads]
    more = {"section": "4 Long tables", "notes": ["The last note."]}
    return spec(name, "Table 9", "A long table", items(labels, under if groups else None), heads, **more), cells


def laid_out(*parts, **more):
    table, cells = long_table(*parts, **more)
    return layout(table, pd.DataFrame(cells), None, ABOUT, PLAIN)


def picture(name, number, table):
    return Picture(name, number, f"Picture {number}", table.section, "", "", "A picture.", ("Its note.",), table, "{}",
                   f"{name}.svg", f"{name}.png", f"{name}.csv")  # fmt: skip


def printed(folder, tables, pictures=(), losses=LOSSES):
    report = Report(ABOUT, PLAIN, arrange(ABOUT.sections, list(tables), list(pictures)), tuple(losses), ())
    for name, height in HEIGHTS.items():
        (folder / f"{name}.svg").write_text(SVG.format(height))
    path = folder / "mock.pdf"
    path.write_bytes(report_pdf(report, folder))
    return report, path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    tables = {table.id: table for table in [*map(make, TABLES), laid_out()]}
    drawn = zip(HEIGHTS, ("Figure 2.1", "Figure B", "Figure C"), ("figure_2_1", "table_2_2", "table_3"), strict=True)
    pictures = [picture(name, number, tables[table]) for name, number, table in drawn]
    return printed(tmp_path_factory.mktemp("paper"), tables.values(), pictures)


# What fits where.


def test_words_are_never_wider_than_they_are_taken_to_be(tmp_path):
    import typst

    tables = [*map(make, TABLES), laid_out()]
    labels = [item.label for table in tables for item in (*table.rows, *table.columns)]
    texts = {*labels, *(cell.text for table in tables for cell in table.cells.values())}
    words = sorted({word for text in texts for word in text.split()})
    listed = "(" + ", ".join(json.dumps(word, ensure_ascii=False) for word in words) + ",)"
    (tmp_path / "m.typ").write_text(
        '#set text(font: ("Libertinus Serif", "DejaVu Sans"), size: 100pt, number-width: "tabular")\n'
        f"#context [#metadata({listed}.map(w => (measure(w).width.pt(), measure(strong(w)).width.pt()))) <m>]",
        encoding="utf-8",
    )
    found = typst.query(str(tmp_path / "m.typ"), "<m>", field="value", one=True, font_paths=[str(font_folder())])
    wider = [
        word
        for word, (plain, bold) in zip(words, json.loads(found), strict=True)
        if plain > 100 * ems(word) * 1.02 or bold > 100 * ems(word) * BOLD * 1.02
    ]
    assert len(words) > 80 and wider == []


def test_a_line_ends_after_a_hyphen_between_letters_only():
    assert longest_word("non-technical work") == ems("technical")
    assert longest_word("40-44 years") == max(ems("40-44"), ems("years"))


def test_nothing_is_set_smaller_than_the_least():
    assert min(way.size for way in WAYS) == min(way.small for way in WAYS) == LEAST == 7.0


def test_where_a_table_stands_follows_from_what_it_holds():
    small, wide = setting_of(laid_out(9, 3, 0)), setting_of(make(wide_table))
    assert (small.way.sheet, small.way.size, small.whole) == (UPRIGHT, 9.5, True)
    assert wide.way.sheet is SIDEWAYS and not wide.way.turned
    few = setting_of(laid_out(3, 18, 0))
    assert few.way.sheet is UPRIGHT and [len(piece.columns) for piece in few.pieces] == [9, 9]
    many = setting_of(laid_out(40, 24, 0))
    assert many.way.sheet is SIDEWAYS and len(many.pieces) == 1
    assert setting_of(laid_out(40, 70, 0)).pieces[-1].columns[-1].id == "c69"


@pytest.mark.parametrize("table", [*map(make, TABLES), laid_out(3, 24, 0), laid_out(40, 24, 0), laid_out(40, 70, 0)])
def test_no_piece_is_wider_than_its_page_and_no_word_than_its_column(table):
    setting = setting_of(table)
    inset = 2 * setting.way.sheet.inset
    for piece in setting.pieces:
        assert sum(piece.widths) <= setting.way.sheet.width + 0.01
        for column, width in zip(piece.columns, piece.widths[1:], strict=False):
            word = 0 if setting.way.turned else longest_word(column.label) * BOLD
            numbers = max(ems(table.cell(row, column).text) for row in table.rows)
            assert max(word, numbers) * setting.way.size + inset <= width + 0.01
    assert [column for piece in setting.pieces for column in piece.columns] == list(table.columns)


def test_tables_on_their_side_follow_the_others_of_their_section_and_pictures_may_wait(whole):
    report, _ = whole
    patterns = next(section for section in report.sections if section.heading == "2 Patterns")
    upright, wide = runs_of(patterns, set())
    assert [run.sideways for run in (upright, wide)] == [False, True]
    assert [block.id for block, *_ in wide.blocks] == ["table_3_3"]
    waits = {block.id: floats for block, _, floats in upright.blocks if isinstance(block, Picture)}
    first = upright.blocks[0][0].id
    assert waits.pop(first, False) is False and all(waits.values())


# The pages, read back.


@needs_poppler
def test_no_type_is_under_seven_points(whole):
    found = sizes_of(whole[1])
    assert len(found) > 5 and {size: text for size, text in found.items() if size < LEAST} == {}


@needs_poppler
def test_pages_are_filled_and_none_holds_only_a_heading(whole, tmp_path):
    pages, shares = pages_of(whole[1]), filled(whole[1], tmp_path)
    assert len(pages) == len(shares) > 6
    few = [len(page.lines) < 3 and share < 0.5 for page, share in zip(pages, shares, strict=True)]
    assert not any(few)
    body = shares[2:-1]
    assert sum(body) / len(body) > 0.7, shares
    assert [pair for pair in pairwise(body) if max(pair) < 0.5] == []


@needs_poppler
def test_no_word_of_a_heading_is_broken(whole):
    report, path = whole
    words = {word for page in pages_of(path) for word in page.words}
    labels = {word for table in report.tables for column in table.columns for word in column.label.split()}
    assert {label for label in labels if label not in words and "-" not in label and "–" not in label} == set()
    assert [word for word in words if word.endswith("-") and len(word) > 1 and not word.startswith("Non")] == []


@needs_poppler
def test_the_contents_list_every_section_table_and_figure_with_its_page(whole):
    report, path = whole
    pages = pages_of(path)
    body = next(place for place, page in enumerate(pages) if page.lines[0] == report.sections[0].heading)
    listed = told("pdftotext", "-layout", "-l", body, path, "-")
    wanted = [section.heading for section in report.sections]
    wanted += [f"{block.number}. {block.title}" for block in (*report.tables, *report.pictures)]
    for title in [*wanted, "How the sample was made", "How the numbers were made"]:
        page = re.search(rf"^ *{re.escape(title)} +(\d+)$", listed, re.MULTILINE)
        assert page, title
        assert any(line.startswith(title) for line in pages[int(page[1]) - 1].lines), title


@needs_poppler
def test_every_page_says_which_it_is_and_that_its_data_are_invented(whole):
    _, path = whole
    pages = pages_of(path)
    for number, page in enumerate(pages, 1):
        text = " ".join(page.words)
        assert f"Page {number} of {len(pages)}" in text and "SYNTHETIC data: no person in it exists." in text
        assert number == 1 or ABOUT.title in text


@needs_poppler
def test_the_document_says_what_it_is(whole):
    data, facts = whole[1].read_bytes(), told("pdfinfo", whole[1])
    assert re.search(r"Title: +Mobility of technicians", facts) and "What workers do a year later." in facts
    assert re.search(r"Keywords: .*synthetic data", facts) and re.search(r"Tagged: +yes", facts)
    assert b"/Lang" in data and b"en-GB" in data and b"pdfuaid:part" in data


@needs_poppler
@pytest.mark.parametrize("rows", [30, *range(42, 60, 2), 90])
def test_notes_stay_with_the_last_rows_and_heads_of_groups_with_theirs(tmp_path, rows):
    table = replace(laid_out(rows), section="")
    _, path = printed(tmp_path, [table], losses=())
    pages = [page for page in pages_of(path) if any(line.startswith("Row ") for line in page.lines)]
    last = " ".join(pages[-1].lines)
    assert "The last note." in last and f"Row {rows - 1} of" in last and f"Row {rows - 2} of" in last
    for page in pages:
        numbers = [place for place, line in enumerate(page.lines) if line.startswith("Row ")]
        groups = [place for place, line in enumerate(page.lines) if re.match(r"Group \d$", line)]
        assert groups[0] < numbers[0] and max(groups) < max(numbers)
    assert [page.lines[0] for page in pages[1:]] == ["Table 9, continued"] * (len(pages) - 1)
    assert (len(pages) > 1) == (rows > 39)


def test_pages_are_printed_with_headings_upwards_or_on_a_larger_sheet_where_a_table_is_wider():
    def classes(columns, heading):
        names = {f"c{at}": heading for at in range(columns)}
        cells = [cell("t", "a", name, 0.5, 900) for name in names]
        wide = spec("t", "Table 1", "Wide", items({"a": "Alabama"}), items(names), within="row")
        return print_class(layout(wide, pd.DataFrame(cells), None, ABOUT, PLAIN))

    assert classes(8, "Manufacturing") == ""
    assert classes(20, "Manufacturing") == "turned"
    assert classes(40, "Manufacturing") == "turned largest"


def test_a_table_on_its_side_is_set_closer_where_that_saves_a_page_of_a_few_rows():
    """Of 24 columns, rows from 17 up: the last page is never nearly empty where a smaller type would save it."""
    closer = 0
    for rows in range(17, 80, 3):
        table = laid_out(rows, 24, 0)
        measured = paper.Measured(table)
        first = next(way for way in WAYS if paper._pieces(measured, way))
        way, pieces = paper._closer(measured, first, paper._pieces(measured, first))
        before, after = (paper._pages(table, one, paper._pieces(measured, one)) for one in (first, way))
        assert way is first or (way.size < first.size and ceil(after) < ceil(before) and before % 1 < paper.FEW)
        assert pieces == paper._pieces(measured, way)
        closer += way is not first
    assert closer > 0


def test_contents_that_the_title_page_has_no_room_for_have_one_of_their_own():
    """Of 36 lines the banner takes 6, the words 3 (12 with a long summary); 3 are of the section and the end."""

    def of(tables, about=ABOUT):
        made = [laid_out(2, 2, 0, name=f"table_{at}") for at in range(tables)]
        return contents_apart(Report(about, PLAIN, arrange(about.sections, made, []), (), ()))

    assert [of(count) for count in (5, 24, 25, 51, 52)] == [False, False, True, True, False]
    assert [of(count, replace(ABOUT, summary="a" * 1000)) for count in (15, 16)] == [False, True]
