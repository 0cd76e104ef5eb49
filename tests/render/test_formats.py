"""One mock study through every format; what is held back must not be found in any of them."""

import re
import subprocess
import sys
import zipfile
from shutil import which

import pandas as pd
import pytest

from mobility.errors import RenderError
from mobility.render.formats.pdf import typst_source
from mobility.render.pages import render_study
from mobility.render.report import Picture, Report, arrange
from mobility.render.site.build import site
from mobility.render.table import SYNTHETIC_LINE, credit, layout
from mock_study import (
    ABOUT,
    FIGURES,
    PLAIN,
    TABLES,
    cell,
    items,
    make,
    mock_study,
    render_all,
    spec,
    wide_table,
    write_results,
)
from site_reader import lost_addresses, pages, text_of
from specs import about

MARKS = '{"size":[900,600],"drawing":[90,480]}'
SECRET_TRACES = re.compile(r"(?<![\d.,])(0?\.0773\d*|7\.73\d*|7\.7%|7,731|7731|61,?197)(?!\d)")


def pdf_text(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def workbook_text(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_every_format_says_that_the_data_are_synthetic(rendered):
    for page in pages(rendered).values():
        assert page.index('class="banner"') < page.index("<h1 ")
        assert "SYNTHETIC DATA: no person in it exists." in page
    assert text_of(rendered).count(SYNTHETIC_LINE) >= len(TABLES) + len(FIGURES)
    parts = workbook_text(rendered / "mock.xlsx")
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(TABLES) + 5
    line = re.findall(r"<si>.*?</si>", parts["xl/sharedStrings.xml"], re.S)
    marked = {str(place) for place, text in enumerate(line) if SYNTHETIC_LINE in text}
    for name in sheets:
        assert marked & set(re.findall(r't="s"><v>(\d+)</v>', parts[name])), name
    assert "SYNTHETIC DATA" in (rendered.parent / "index.html").read_text(encoding="utf-8")
    svg = (rendered / "figures" / "figure_a.svg").read_text(encoding="utf-8")
    assert SYNTHETIC_LINE in svg


def test_a_page_of_real_data_has_no_banner(tmp_path):
    out = render_all(tmp_path, synthetic=False)
    assert "SYNTHETIC" not in text_of(out)
    assert ">Real data</span>" in (out / "index.html").read_text(encoding="utf-8")
    assert "SYNTHETIC" not in (out.parent / "index.html").read_text(encoding="utf-8")


def test_nothing_held_back_is_found_in_any_format(rendered):
    kinds = (".html", ".csv", ".js", ".json")
    texts = {path: path.read_text(encoding="utf-8") for path in rendered.rglob("*") if path.suffix in kinds}
    texts |= {path: re.sub(r"<path[^>]*>|\sd=\"[^\"]*\"", "", path.read_text()) for path in rendered.rglob("*.svg")}
    comments = {
        path: " ".join(re.findall(r"<!--(.*?)-->", text)) for path, text in texts.items() if path.suffix == ".svg"
    }
    texts = {**texts, **comments, **workbook_text(rendered / "mock.xlsx")}
    assert len(texts) > 20
    for path, text in texts.items():
        assert not SECRET_TRACES.search(text), path


@pytest.mark.skipif(not which("pdftotext"), reason="pdftotext reads the PDF back")
def test_the_pdf_holds_the_report_and_nothing_held_back(rendered):
    text = pdf_text(rendered / "mock.pdf")
    assert "SYNTHETIC DATA: no person in it exists." in text
    assert "How the sample was made" in text
    assert "Are the shares weighted?" in text
    assert "A report <of> numbers" in text
    assert not SECRET_TRACES.search(text)


def test_the_pdf_is_tagged_for_screen_readers(rendered):
    data = (rendered / "mock.pdf").read_bytes()
    assert b"/StructTreeRoot" in data
    assert b"pdfuaid:part" in data


def test_a_site_has_contents_losses_and_choices_and_every_address_leads_somewhere(rendered):
    assert lost_addresses(rendered) == []
    for page in pages(rendered).values():
        assert '<html lang="en-GB">' in page
        assert 'class="skip" href="#main"' in page
        assert "http" not in page
        assert len(re.findall("<h1 ", page)) == 1
    text = text_of(rendered)
    for word in ("Rows kept and dropped", "90,123", "Are the shares weighted?", "Data of Figure 2.1", "mock.pdf"):
        assert word in text
    assert "<li>stay: no value for training in the whole of wave 2.</li>" in text


def test_the_index_has_a_card_for_each_study(rendered):
    page = (rendered.parent / "index.html").read_text(encoding="utf-8")
    assert 'href="mock/index.html"' in page
    assert "Synthetic data</span>" in page
    assert "500,123 rows of 85,001 persons read" in page
    assert "<dt>version</dt><dd>0.1.0" in page


def test_the_same_inputs_give_the_same_bytes(rendered, tmp_path):
    again = render_all(tmp_path)
    names = sorted(path.relative_to(rendered) for path in rendered.rglob("*") if path.is_file())
    assert len(names) > 25
    assert [name for name in names if (rendered / name).read_bytes() != (again / name).read_bytes()] == []


def test_missing_cells_and_undrawn_figures_are_named(tmp_path):
    places = write_results(tmp_path)
    arguments = (mock_study(tmp_path), *(places[name] for name in ("released", "checks", "figures")), PLAIN)
    with pytest.raises(RenderError, match="figure_2_1 was not drawn"):
        render_study(*arguments, tmp_path / "out")
    (places["released"] / "table_1.csv").unlink()
    with pytest.raises(RenderError, match="no released cells for table_1"):
        render_study(*arguments, tmp_path / "out")


@pytest.mark.parametrize(("name", "place"), [("figure_z", "figure_z--data"), ("gaps", "gaps")])
def test_a_long_table_is_in_the_files_alone_whatever_it_holds(name, place):
    areas = {f"area_{place}": f"Area {place}" for place in range(101)}
    rows, columns = items(areas), items({"out": "Out"})
    cells = [cell(name, row, "out", 0.05, 900, statistic="rate") for row in areas]
    for count, there in ((101, False), (100, True)):
        short = spec(name, "Data of Figure Z", "Rates", rows[:count], columns, statistic="rate")
        table = layout(short, pd.DataFrame(cells[:count]), None, ABOUT, PLAIN)
        files = {"svg": "z.svg", "png": "z.png", "csv": "z.csv"}
        picture = Picture("z", "Figure Z", "Rates", "2 Patterns", "", "", "A map of rates.", (), table, MARKS, **files)
        report = Report(ABOUT, PLAIN, arrange([], [table], [picture]), (), ())
        (page,) = [text for address, text in site(report).items() if address.startswith("pages/section")]
        printed = typst_source(report)
        assert ("Area 57" in page, "Area 57" in printed) == (there, there)
        assert ("Its 101 rows are in the" in page, "Its 101 rows are in the" in printed) == (not there, not there)
        assert f'href="../tables/{name}.csv"' in page and f'id="{place}"' in page and f'href="#{place}"' in page


def test_a_picture_taller_than_a_page_is_made_to_fit_it(tmp_path):
    import typst

    source = typst_source(Report(ABOUT, PLAIN, (), (), ()))
    check = '#context assert(measure(fitted("tall.svg", "A tall one"), width: 170mm).height <= 225mm)'
    (tmp_path / "main.typ").write_text(f"{source}\n{check}", encoding="utf-8")
    tall = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="1200"><rect width="400" height="1200"/></svg>'
    (tmp_path / "tall.svg").write_text(tall, encoding="utf-8")
    assert typst.compile(str(tmp_path / "main.typ"), format="pdf").startswith(b"%PDF")


def test_importing_the_pages_does_not_import_what_draws():
    code = (
        "import sys, mobility.render.pages\n"
        "heavy = {'matplotlib', 'xlsxwriter', 'typst', 'jinja2', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_page_says_which_whole_waves_a_model_loses():
    def line(step, reason, rows_in, dropped):
        return {"step": step, "reason": reason, "rows_in": rows_in, "rows_dropped": dropped}

    lost = "no value for training_promotion in the whole of waves 1, 2"
    losses = [line(step, reason, 9, dropped) for step in ("a__to__b", "a__to__c") for reason, dropped in ((lost, 4),)]
    losses.append(line("b__to__c", "no value for age", 9, 1))
    report = Report(ABOUT, {}, (), tuple(losses), ())
    assert report.whole_waves_lost == (f"a to b, a to c: {lost}.",)


def test_only_what_stands_beside_print_reproduces_a_report():
    study = about({"report": {"title": "A report", "year": 1998}})
    assert credit(study, [make(wide_table)]) == "Reproduces (1998). A report."
    assert credit(study, [make(wide_table, backtest=False)]) == "After (1998). A report."
    assert credit(about({}), [make(wide_table)]) == ""
