"""The PDF of every study of the last run, read back page by page: `make bench` runs it after `make report`."""

from itertools import pairwise

import pytest

from mobility.render.paper import LEAST
from mobility.settings import load_study
from paths import ROOT
from pdf_pages import filled, needs_poppler, pages_of, sizes_of

PRINTED = sorted((ROOT / "reports").glob("*/*.pdf"))
HALF, BARE = 0.5, 0.12  # of a page that is filled; a heading alone fills less than the latter


@pytest.fixture(scope="module", params=PRINTED, ids=lambda path: path.stem)
def pdf(request):
    return request.param


@pytest.mark.long
def test_there_was_a_run():
    if not PRINTED:
        pytest.skip("No PDF of a run here: make report first.")
    assert all(path.stat().st_size > 10_000 for path in PRINTED)


@needs_poppler
@pytest.mark.long
def test_no_page_has_only_a_heading_and_no_run_of_pages_is_half_empty(pdf, tmp_path):
    """A table on its side begins a page, so the one before it may end early; two upright pages in a row may not."""
    pages, shares = pages_of(pdf), filled(pdf, tmp_path)
    assert len(pages) == len(shares) > 3
    body = list(enumerate(zip(pages, shares, strict=True), 1))[1:-1]
    assert [(at, page.lines) for at, (page, share) in body if share < BARE and len(page.lines) < 3] == []
    alike = [(at, after[1][0]) for (at, before), after in pairwise(body) if before[0].size == after[1][0].size
             and max(before[1], after[1][1]) < HALF]  # fmt: skip
    assert [at for at, _ in alike] == []


@needs_poppler
@pytest.mark.long
def test_nothing_is_under_seven_points(pdf):
    """Pictures hold outlines and no type: their letters are measured when they are drawn (figure_flaws.csv)."""
    found = sizes_of(pdf)
    assert len(found) > 3 and {size: text for size, text in found.items() if size < LEAST - 0.01} == {}


@needs_poppler
@pytest.mark.long
def test_the_head_of_a_group_stands_with_its_rows(pdf):
    study = load_study(ROOT, pdf.stem)
    groups = {row.under for table in study.tables.values() for row in table.rows.items if row.under}
    last = [(at, page.lines[-1]) for at, page in enumerate(pages_of(pdf), 1) if page.lines]
    assert [(at, line) for at, line in last if line in groups] == []
