"""Every page can be read by everyone: on a telephone, with the keyboard alone, by ear, in the dark, on paper."""

import pytest

from page_checks import KINDS, problems
from paths import ROOT

REAL = sorted([*(ROOT / "reports").rglob("*.html"), *(ROOT / "results/restricted/checker").glob("*.html")])
SOME = {"index.html", "indicators.html", "samples.html", "section-2-patterns.html", "s.html"}
NO_RUN = "No reports of a run here, so only invented small pages were looked at: make report first."


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.long)])
def found(request, browser, reports, checker):
    """The problems of small pages by kind: of those that differ most, in the long tests of every one."""
    pages = sorted([*reports.rglob("*.html"), *checker.glob("*.html")])
    assert len(pages) > 12 and {page.name for page in pages} >= SOME
    return [problems(browser, page) for page in pages if request.param == "all" or page.name in SOME]


@pytest.mark.parametrize("kind", KINDS)
def test_no_page(found, kind):
    assert [line for page in found for line in page[kind]] == []


@pytest.mark.long
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_page_of_the_last_run_has_a_problem(browser, path):
    assert {kind: lines for kind, lines in problems(browser, path, fully=True).items() if lines} == {}


@pytest.mark.long
def test_there_was_a_run():
    if not REAL:
        pytest.skip(NO_RUN)
    assert ROOT / "reports/index.html" in REAL


def test_a_page_goes_to_paper(browser, reports):
    with browser.page() as page:
        data = page.open(reports / "mock/index.html").printed()
    assert data.startswith(b"%PDF") and data.count(b"/Type /Page\n") >= 1
