"""A table as Word, LaTeX, Markdown and a page of its own: whole, escaped, marked, and never more than was released."""

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree

import pytest

from mobility.render.formats import typed_formats
from mobility.render.formats.docx import docx, layout_of
from mobility.render.formats.latex import latex, tex
from mobility.render.formats.markdown import escaped, markdown
from mobility.render.paper import ems, longest_word
from mobility.render.setting import BASE, GROUP, ROW, UNDER, Head, Line, Setting, set_out
from mobility.render.table import SYNTHETIC_LINE
from mobility.settings import load_config, load_study
from mock_study import TABLES, make, model_table, pathway_table, wide_table
from paths import ROOT

STUDIES = {name: load_study(ROOT, name) for name in load_config(ROOT).studies}
WORD = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}


def document(table):
    with zipfile.ZipFile(BytesIO(docx(table))) as archive:
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    return parts["word/document.xml"]


def words_of(element):
    return ["".join(text.text or "" for text in one.iterfind(".//w:t", WORD)) for one in element]


def test_errors_stand_under_their_numbers_and_published_values_beside_them():
    model = set_out(make(model_table).alone)
    assert [line.kind for line in model.lines] == [GROUP, ROW, UNDER, ROW, UNDER, GROUP, ROW, UNDER, BASE]
    assert model.lines[1].texts == ("−0.022", "−0.022") and model.lines[2].texts == ("(0.004)", "(0.004)")
    assert model.spanners == (("From technician", 0, 2),)
    wide, alone = set_out(make(wide_table)), set_out(make(wide_table).alone)
    assert [head.label for head in wide.heads][:2] == ["Same occupation", "Same occupation, published"]
    assert [head.label for head in alone.heads][:2] == ["Same occupation", "Occupational mobility"]
    assert all(len(line.texts) == len(wide.heads) for line in wide.lines if line.kind != GROUP)
    # The widths of what spans several columns add to all of them, those of published values too.
    assert sum(end - start for _, start, end in wide.spanners) == len(wide.heads)
    assert "match the published value" in wide.notes[0] and not any("match the" in note for note in alone.notes)


def test_denominators_stand_under_the_columns_of_our_numbers_only():
    table = make(pathway_table)
    assert table.base_column and set_out(table).heads[-1].label == "Base"
    columns = [make(one) for one in TABLES]
    based = [set_out(one) for one in columns if one.base_row]
    assert all(setting.lines[-1].kind == BASE for setting in based)


@pytest.mark.parametrize("builder", TABLES, ids=lambda builder: builder.__name__)
def test_latex_is_whole(builder):
    text = latex(set_out(make(builder)))
    assert text.startswith(("% Table", "% Data of"))
    opened, closed = (re.findall(rf"\\{word}{{(\w+)}}", text) for word in ("begin", "end"))
    assert sorted(opened) == sorted(closed) and "threeparttable" in opened
    code = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    plain = re.sub(r"\\[{}%&$#_]", "", code)
    assert plain.count("{") == plain.count("}")
    body = code[code.index("\\midrule") : code.index("\\bottomrule")]
    heads = len(set_out(make(builder)).heads)
    rows = [line for line in re.sub(r"\\&", "", body).splitlines() if line.endswith("\\\\") and "textit" not in line]
    assert rows and {line.count("&") for line in rows} == {heads}
    assert SYNTHETIC_LINE in code[: code.index("\\toprule")]


def test_a_long_table_goes_over_pages():
    table = make(wide_table)
    rows = tuple(row for row in table.rows for _ in range(4))
    setting = set_out(type(table)(**{**vars_of(table), "rows": rows}))
    text = latex(setting)
    assert "\\begin{longtable}" in text and "threeparttable" not in text and text.count("\\toprule") == 2


def vars_of(table):
    return {name: getattr(table, name) for name in table.__dataclass_fields__}


def test_signs_that_a_format_reads_as_commands_are_words_in_it():
    assert tex("50% of A_b & C#{1}~[c] −2") == r"50\% of A\_b \& C\#\{1\}\textasciitilde{}{[}c{]} $-$2"
    assert tex("χ² ≥ 1 ⁽ⁱ⁾") == r"$\chi$² $\geq$ 1 (i)"
    assert escaped("a|b *c* [c] <d> `e` f_g") == r"a\|b \*c\* \[c\] \<d\> \`e\` f\_g"
    assert "$-$0.022 & " in latex(set_out(make(model_table).alone)) and "\\textsuperscript{**}" in latex(
        set_out(make(model_table).alone)
    )


@pytest.mark.parametrize("study", STUDIES)
def test_latex_has_a_form_of_every_sign_of_every_study(study):
    loaded = STUDIES[study]
    texts = [loaded.about.title, *loaded.about.report.authors, loaded.about.report.title]
    for spec in loaded.tables.values():
        items = [*spec.rows.items, *spec.columns.items]
        texts += [spec.title, *spec.notes, *(item.label for item in items), *(item.under for item in items)]
    for text in texts:
        found = tex(text)
        assert found.isascii() or max(map(ord, found)) < 0x100, text
        letters = re.sub(r"\W", "", text)
        assert not letters or found, text


@pytest.mark.parametrize("builder", TABLES, ids=lambda builder: builder.__name__)
def test_markdown_has_as_many_cells_in_every_line(builder):
    setting = set_out(make(builder))
    lines = [line for line in markdown(setting).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(setting.heads) + 2}
    assert len(lines) == 2 + sum(line.kind != UNDER for line in setting.lines)
    assert SYNTHETIC_LINE in markdown(setting)[:400]


def test_markdown_has_errors_and_stars_with_their_number():
    text = markdown(set_out(make(model_table).alone))
    assert r"| Training \<3 months | 0.039\*\* (0.004) | 0.039\*\* (0.004) |" in text


@pytest.mark.parametrize("builder", TABLES, ids=lambda builder: builder.__name__)
def test_word_has_a_real_table_whose_headings_come_again(builder):
    setting, root = set_out(make(builder)), document(make(builder))
    (table,) = root.iterfind(".//w:tbl", WORD)
    grid = len(table.findall("w:tblGrid/w:gridCol", WORD))
    assert grid == len(setting.heads) + 1
    rows = table.findall("w:tr", WORD)
    repeated = [row for row in rows if row.find("w:trPr/w:tblHeader", WORD) is not None]
    assert repeated == rows[: 1 + bool(setting.spanners)]
    span = f"{{{WORD['w']}}}val"
    for row in rows:
        spans = [cell.find("w:tcPr/w:gridSpan", WORD) for cell in row.findall("w:tc", WORD)]
        assert sum(int(one.get(span)) if one is not None else 1 for one in spans) == grid
    body = [words_of(row.findall("w:tc", WORD)) for row in rows[len(repeated) :]]
    assert body == [[line.label, *line.texts] for line in setting.lines]
    paragraphs = words_of(root.findall("w:body/w:p", WORD))
    assert paragraphs[0] == setting.caption and SYNTHETIC_LINE in paragraphs[1]
    assert paragraphs[-1].startswith("Report: A. Author, B. Writer (2022).")


def test_word_is_the_same_bytes_each_time():
    assert docx(make(wide_table)) == docx(make(wide_table))


@pytest.mark.parametrize("form", typed_formats().values(), ids=lambda form: form.name)
def test_every_form_of_a_table_marks_what_is_held_back(form, tmp_path):
    path = tmp_path / form.address("t")
    path.parent.mkdir(parents=True)
    form.write_table(make(wide_table), path, published=True)
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            text = "".join(archive.read(name).decode() for name in archive.namelist())
    else:
        text = path.read_text(encoding="utf-8")
    plain = text.replace("\\", "").replace("{[}c{]}", "[c]")
    assert "[c]" in plain
    assert not re.search(r"(?<![\d.,])(0?\.0773\d*|7\.7%|7,731|7731|61,?197)(?!\d)", plain)


def test_latex_takes_the_largest_type_that_fits_and_then_breaks_words():
    small, wide = latex(set_out(make(model_table).alone)), latex(set_out(make(wide_table)))
    assert "\\begin{tabular}{lrr}" in small and "landscape" not in small and "\\centering\n" in small
    assert "\\begin{landscape}" in wide and "pdflscape" in wide.splitlines()[1]
    shares = re.findall(r"\\dimexpr (0\.\d+)\\linewidth", wide[wide.index("{tabular}") : wide.index("\\toprule")])
    assert len(shares) == len(set_out(make(wide_table)).heads) + 1
    assert sum(map(float, shares)) == pytest.approx(1, abs=0.01)
    # What spans columns is as wide as they are.
    spans = re.findall(r"\\multicolumn{(\d+)}{>{\\centering\\arraybackslash}p{\\dimexpr (0\.\d+)", wide)
    assert sum(int(columns) for columns, _ in spans) == len(shares) - 1
    assert sum(float(share) for _, share in spans) == pytest.approx(1 - float(shares[0]), abs=0.01)


def test_no_number_or_word_of_a_word_document_is_broken():
    """By hand: 85.3% is 2.415 ems of the serif (three digits, a stop, a sign), in Arial at most 1.25 times that."""
    assert round(ems("85.3%"), 3) == 2.415
    for table in (make(builder).alone for builder in TABLES):
        setting = set_out(table)
        layout = layout_of(setting)
        body = document(table)
        widths = [int(column.get(f"{{{WORD['w']}}}w")) for column in body.iterfind(".//w:gridCol", WORD)]
        sheet = int(body.find(".//w:pgSz", WORD).get(f"{{{WORD['w']}}}w"))
        assert sum(widths) <= sheet - 1800 and widths == list(layout.widths)
        lines = [line.texts for line in setting.lines if line.texts]
        for width, head, texts in zip(widths[1:], setting.heads, zip(*lines, strict=True), strict=True):
            widest = max(longest_word(text) if head.words else ems(text) for text in texts)
            assert width >= int(1.25 * 20 * layout.size * widest + 120), (table.id, head.label)


def test_a_word_document_of_many_columns_lies_on_its_side_and_one_of_few_stands():
    """By hand: `Column`, bold, is 4.03 ems of 25 twips a point, and 120 beside it: 1,027 at 9 points, 826 at 7.

    Beside the labels (676 to 552) 13 of them fit in the 15,038 of A4 on its side at 9 points, 16 at 7.5, 17 at 7.
    """

    def of(columns):
        heads = tuple(Head(f"Column {at}") for at in range(columns))
        line = Line(ROW, "Some row", tuple("1,234,567" for _ in heads))
        return layout_of(Setting("t", "Table 1", "T", "", "", "Row", heads, (line,), (), ()))

    found = [(of(columns).sheet.width, of(columns).size) for columns in (3, 13, 16, 18, 30)]
    assert found == [(11906, 9.0), (16838, 9.0), (16838, 7.5), (23811, 8.0), (23811, 7.0)]
