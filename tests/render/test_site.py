"""The site of a study: pages that load fast, addresses between them, the flow of the rows, one file to send."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from mobility.cli import main
from mobility.errors import DataError
from mobility.render.findings import Told
from mobility.render.report import Report, arrange
from mobility.render.site import flow, search
from mobility.render.site.build import site
from mobility.render.site.pages import CUT, Page, divided, homes, placed
from mobility.render.site.single import single_page
from mobility.settings import Choice, Sample
from mobility.settings.samples import Keep
from mock_study import ABOUT, CHOICE, PLAIN, make, state_table, wide_table
from paths import ROOT
from site_reader import content, pages

REAL = {**PLAIN, "synthetic": False, "access": "safeguarded", "threshold": 3}


def report_of(**more):
    tables = [make(build, synthetic=False) for build in (wide_table, state_table)]
    return Report(ABOUT, REAL, arrange(ABOUT.sections, tables, []), (), **{"choices": (), **more})


def test_a_chapter_is_divided_where_it_may_be_and_each_page_is_as_full_as_it_can_be():
    """By hand: with room for 10 bytes, parts of 4, 5, 3, 20 and 1 bytes."""
    parts = ["a" * 4, "b" * 5, "c" * 3, "d" * 20, "e"]
    found = divided(Page("one", "One", "", CUT.join(parts)), room=10)
    assert [page.html for page in found] == [parts[0] + parts[1], *parts[2:]]
    assert [page.name for page in found] == ["one", "one-2", "one-3", "one-4"]
    assert found[1].heading == "One (2 of 4)" and divided(Page("one", "One", "", "x"))[0].heading == "One"


def test_addresses_are_those_of_the_page_on_which_an_anchor_came_to_lie():
    index = Page("index", "Overview", "", '<h2 id="here">H</h2>')
    first, second = Page("a", "A", "", '<p id="x"></p>'), Page("b", "B", "", '<p id="y"></p>')
    home = homes([index, first, second])
    links = '<a href="#x"><a href="#y"><a href="#here"><img src="figures/f.svg"><a href="../index.html">'
    assert placed(links, first.address, home) == (
        '<a href="#x"><a href="b.html#y"><a href="../index.html#here"><img src="../figures/f.svg">'
        '<a href="../../index.html">'
    )
    assert placed('<a href="#y"><a href="figures/f.svg">', index.address, home) == (
        '<a href="pages/b.html#y"><a href="figures/f.svg">'
    )


def test_every_page_has_contents_a_way_back_and_its_neighbours(rendered):
    found = pages(rendered)
    order = [*dict.fromkeys(re.findall(r'<a href="(pages/[^"#]+)"', found["index.html"].split("</nav>")[1]))]
    assert set(order) == set(found) - {"index.html"}
    for before, address, after in zip(["index.html", *order], order, [*order[1:], ""], strict=False):
        page = found[address]
        assert '<nav class="crumb" aria-label="Breadcrumb"' in page and 'href="../../index.html"' in page
        assert (
            f'<a rel="prev" href="{before.replace("pages/", "") if before != "index.html" else "../index.html"}"'
            in page
        )
        assert (f'<a rel="next" href="{after.removeprefix("pages/")}"' in page) == bool(after)
        assert page.count('aria-current="page"') == 2  # in the breadcrumb and in the contents


def test_headings_step_down_one_at_a_time_and_regions_that_scroll_have_names(rendered):
    for address, page in pages(rendered).items():
        levels = [int(level) for level in re.findall(r"<h(\d)", page)]
        assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels)), address
        for region in re.findall(r'<div class="(?:box|wide)[^>]*>', page):
            assert 'tabindex="0"' in region and re.search(r"aria-label(?:ledby)?=", region), (address, region)


def test_overview_says_findings_with_their_numbers_and_how_well_they_agree(rendered):
    page = (rendered / "index.html").read_text()
    assert "Invented data: Nine in ten workers keep both job and occupation." in page
    told = Told("Nine in ten stay", "table_3_1", "Figure 1", (("Technical, same", "88.0%", "87.1% to 88.9%"),))
    real = site(report_of(findings=(told,)))["index.html"]
    assert "<dt>Technical, same</dt><dd>88.0% (95% interval 87.1% to 88.9%)</dd>" in real
    counted = dict(re.findall(r'<tr><th scope="row"[^>]*>([^<]+)</th><td>[^<]*</td><td>([\d,]+)</td></tr>', real))
    # by hand: 182 and 25 numbers, every 7th of which has by turns another verdict: 169 and 23 match
    assert counted["matches the published value"] == "192" and counted["published zeros that are not"] == "0"


def test_page_and_index_count_the_same_tables(rendered):
    size = json.loads((rendered / "summary.json").read_text())["size"]
    assert size == "6 tables and 6 figures, the numbers of 1 of these as tables too"
    assert f"<p>{size}.</p>" in (rendered / "index.html").read_text()
    assert f"<p>{size}." in (rendered.parent / "index.html").read_text()


def test_answers_to_choices_have_their_rank_where_the_readings_were_run():
    ranking = ({"choice": "baseline", "alternative": "", "rank": 2},)
    ranking += ({"choice": "weights", "alternative": "cross_section", "rank": 1},)
    choice = replace(Choice.read("weights", CHOICE), tables=("table_3_3",))
    page = site(report_of(choices=(choice,), ranking=ranking))["pages/choices.html"]
    assert "no weight (in force). Rank: 2 of 2" in page and "that of the wave. Rank: 1 of 2" in page
    assert '#table_3_3">Table 3.3</a>' in page
    assert "not been ranked" in site(report_of(choices=(choice,)))["pages/choices.html"]


def test_the_record_of_disclosure_says_how_many_cells_are_held_back_and_not_why():
    """By hand: of 182 cells of the wide table 2 are held back, 1 has no number, 1 a small base; of 25 others 1."""
    page = site(report_of())["pages/disclosure.html"]
    assert "<dt>Numbers</dt><dd>203, 1 of them on a small base</dd>" in page and "<dt>Held back</dt><dd>3</dd>" in page
    assert "<dt>Without a number</dt><dd>1</dd>" in page and "<td>179</td><td>1</td><td>2</td><td>1</td>" in page
    assert "fewer than 3 persons" in page and "secondary" not in page and "end-user licence" in page


def losses(step, *lines):
    names = ("reason", "rows_in", "rows_dropped", "rows_out", "unit")
    return tuple({"step": step, **dict(zip(names, line, strict=True))} for line in lines)


def test_what_samples_share_is_drawn_once_and_lines_without_a_branch_are_one():
    read, known = ("rows read", 90, 0, 90, "rows"), ("no age", 90, 10, 80, "rows")
    first = losses("a", read, known, ("no job", 80, 30, 50, "rows"), ("no pay", 50, 5, 45, "pairs"))
    second = losses("b", read, known, ("not seen", 80, 60, 20, "rows"))
    (tree,) = flow.trees([("read", losses("read", read)), ("Table 1", first), ("Table 2, Table 3", second)])
    assert (tree.rows, tree.dropped, tree.reasons) == ("80", 10, ["rows read", "no age"])
    one, two = tree.children.values()
    assert (one.rows, one.unit, one.dropped, one.ends) == ("45", "pairs", 35, ["Table 1"])
    assert (two.rows, two.dropped, two.ends) == ("20", 60, ["Table 2, Table 3"])
    drawn = flow.picture(tree, "Rows <and> what became of them")
    assert 'aria-label="Rows &lt;and&gt; what' in drawn
    assert "80 rows, 10 dropped in 2 steps, the last: no age" in drawn and "→ Table 2, Table 3" in drawn
    # 45 is the largest number of pairs, 80 that of rows
    bars = [float(width) for width in re.findall(r'<rect[^>]*width="([\d.]+)"', drawn)]
    assert bars == [flow.BAR, flow.BAR, pytest.approx(flow.BAR * 20 / 80, abs=0.1)]


def test_search_finds_tables_rows_samples_and_choices():
    sample = Sample("workers", "People in work", "pairs", (Keep("job", None, "no job"),))
    files = site(report_of(samples=(sample,), choices=(Choice.read("weights", CHOICE),)))
    found = {(kind, title): (words, address) for kind, title, words, address in content(files[search.ADDRESS])}
    words, address = found["Table", "Table 3.3: Technical occupations and occupation one year later"]
    assert "Vehicle trades" in words and address == "pages/section-2-patterns.html#table_3_3"
    assert found["Sample", "workers"] == ("People in work", "pages/samples.html#sample--workers")
    assert found["Choice", "Are the shares weighted?"][1] == "pages/choices.html#choice--weights"
    assert "dropped as: no job" in files["pages/samples.html"]


def test_a_study_as_one_page_needs_no_other_file(rendered):
    page = single_page(rendered)
    assert re.findall(r'(?:href|src)="(?!#|data:)([^"]*)"', page) == []
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert page.count("<h1") == 1 and page.count("data:image/svg+xml") == 6
    assert page.count('mobility.cells("') == 7 and "SYNTHETIC DATA: no person in it exists." in page


def test_the_command_says_where_the_pages_lie_or_writes_them_as_one(tmp_path, monkeypatch, capsys, rendered):
    (tmp_path / "studies/mock").mkdir(parents=True)
    (tmp_path / "studies/mock/study.yaml").write_text("study: mock")
    (tmp_path / "config.yaml").write_text((ROOT / "config.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    assert main(["page", "mock"]) == 2 and "Run `make report` first." in capsys.readouterr().err
    (tmp_path / "reports").symlink_to(rendered.parent)
    assert main(["page", "mock"]) == 0 and capsys.readouterr().out.startswith("reports/mock/index.html")
    assert main(["page", "mock", "--single-page", "one.html"]) == 0
    assert (tmp_path / "one.html").read_text() == single_page(rendered)
    with pytest.raises(DataError, match="is not there"):
        single_page(tmp_path)
