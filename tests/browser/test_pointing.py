"""Pictures that say their numbers: with mouse, finger and keyboard, and what is left without scripts and in print."""

import json

import pytest

from mobility.render.site.single import single_page

FIGURE, TABLE, ROW = "figure_b", "table_2_2", "science_professionals"
TIP = "document.querySelector('.tip:not([hidden])')?.innerText.split('\\n').filter(Boolean) ?? null"
BRIGHT = "document.querySelectorAll('.picture mask circle').length"
READY = f"document.querySelector('#{FIGURE} .picture > svg') !== null"
POINTED = "[...document.querySelectorAll('tr.pointed')].map(one => one.id)"
PLACE = """(figure, x, y) => {
  const drawn = document.querySelector(`#${figure} .picture > svg`), box = drawn.parentElement
  drawn.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'})
  box.scrollLeft = x * drawn.clientWidth / drawn.viewBox.baseVal.width - box.clientWidth / 2
  const seen = drawn.getBoundingClientRect(), scale = seen.width / drawn.viewBox.baseVal.width
  return [seen.x + x * scale, seen.y + (y - drawn.viewBox.baseVal.y) * scale]
}"""


@pytest.fixture
def study(reports):
    return reports / "mock"


@pytest.fixture
def page(browser, study):
    with browser.page() as tab:
        yield tab.open(page_of(study))


def page_of(study):
    """The page that shows the figure."""
    return next(path for path in study.glob("pages/*.html") if f'<figure id="{FIGURE}"' in path.read_text())


def marks(study):
    return json.loads((study / f"figures/{FIGURE}.json").read_text())


def middle(study, row, column):
    """Where the mark of a row and a column lies, pixels of the picture: a point, or a little inside its outline."""
    data = marks(study)
    ids = [[name for name, _ in data[axis]] for axis in ("rows", "columns")]
    at = [own.index(name) if name else -1 for own, name in zip(ids, (row, column), strict=True)]
    x, y, path = next(mark[2:5] for mark in data["marks"] if mark[:2] == at)
    return (x, y) if path < 0 else (x + 12, y - 12)  # outlines of words begin at the bottom left


def point(page, study, row, column):
    page.point(f"#{FIGURE} .picture")
    page.until(READY)
    page.point_at(*page.call(PLACE, FIGURE, *middle(study, row, column)))


def test_a_point_of_a_line_says_its_series_year_value_and_interval_and_shows_its_cell(page, study):
    point(page, study, ROW, "y2013")
    said = page.until(TIP)
    assert said[:2] == ["Science professionals, 2013: 79.1%", "95% interval: 76.5% to 81.8%"]
    assert page.value(POINTED) == [f"{TABLE}.{ROW}"]
    page.press("Escape")
    assert page.value(TIP) is None and page.value(POINTED) == []


def test_what_it_says_are_the_numbers_of_the_table_beside_it(page, study):
    """The picture's words are compared with the cell of the table on the page, number by number."""
    data = marks(study)
    told = {}
    for place, words in data["cells"].items():
        row, column = map(int, place.split(","))
        told[f"{TABLE}.{data['rows'][row][0]}", column + 1] = words[0]
    shown = page.call("all => all.map(([id, at]) => document.getElementById(id).cells[at].innerText.trim())", [*told])
    assert len(told) == 35  # 4 lines of 9 years, one of which is held back
    assert shown == list(told.values())


def test_the_name_of_a_line_or_its_row_of_the_table_brings_it_out(page, study):
    assert page.value(BRIGHT) == 0
    point(page, study, "vehicle_trades", "")
    page.until(f"{BRIGHT} === 9")
    page.point(f"#{TABLE} tbody tr:nth-child(3) th")
    page.until(f"{BRIGHT} === 8")
    page.point("h1")
    page.until(f"{BRIGHT} === 0")


def test_arrow_keys_go_from_number_to_number(page):
    page.value(f"document.querySelector('#{FIGURE} .picture').focus()")
    page.until(READY)
    page.press("ArrowRight")
    first = page.until(TIP)[0]
    page.press("ArrowRight")
    page.press("ArrowDown")
    page.settle()
    assert (first.split(":")[0], page.value(TIP)[0].split(":")[0]) == (
        "Science professionals, 2009",
        "Information technology and telecommunications professionals, 2010",
    )
    assert page.value("document.querySelector('.tip:not([hidden])').role") == "status"
    page.press("Escape")
    page.settle()
    assert page.value(TIP) is None


def test_the_arrows_pass_over_what_is_held_back(page):
    page.value(f"document.querySelector('#{FIGURE} .picture').focus()")
    page.until(READY)
    for key, times in (("ArrowRight", 1), ("ArrowDown", 2), ("ArrowRight", 4)):
        page.press(key, times)
    page.settle()
    assert page.value(TIP)[0].startswith("Information technology technicians, 2014")


def test_a_finger_does_what_a_mouse_does(browser, study):
    with browser.page(390, 800, touch=True) as phone:
        phone.open(page_of(study)).tap(f"#{FIGURE} .picture")
        phone.until(READY)
        phone.tap_at(*phone.call(PLACE, FIGURE, *middle(study, ROW, "y2013")))
        assert phone.value(TIP)[0] == "Science professionals, 2013: 79.1%"
        box = phone.value("document.querySelector('.tip:not([hidden])').getBoundingClientRect().toJSON()")
        assert box["left"] >= 0 and box["right"] <= 390


def test_without_scripts_and_in_print_the_picture_stands_alone(browser, study):
    whole = f"(one => one.complete && one.naturalWidth > 0)(document.querySelector('#{FIGURE} img'))"
    ours = "[...document.querySelectorAll('.picture svg, .tip')].filter(one => one.checkVisibility()).length"
    with browser.page() as paper:
        paper.open(page_of(study)).point(f"#{FIGURE} .picture")
        paper.until(READY)
        assert paper.value(ours) > 0
        paper.look(medium="print")
        assert paper.value(whole) and paper.value(ours) == 0
    with browser.page(scripts=False) as plain:
        plain.open(page_of(study))
        assert plain.value(whole) and plain.value(ours) == 0


def test_the_study_as_one_page_says_the_same(browser, study, tmp_path):
    path = tmp_path / "one.html"
    path.write_text(single_page(study), encoding="utf-8")
    with browser.page() as page:
        page.open(path)
        point(page, study, ROW, "y2013")
        assert page.until(TIP)[0] == "Science professionals, 2013: 79.1%"
