"""Four readers on their way through rendered reports, in a browser. Described in docs/quality/four-walks.md.

Each walk begins where its reader begins, does what a reader does (clicks, types, taps), never more often than `MOST`
says, and ends at what the reader came for, which is compared with what was released.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from paths import ROOT

MOST = {"newcomer": 2, "analyst": 2, "reviewer": 3, "phone": 4}  # clicks, taps and searches sent off
CODE = re.compile(r"(src/\S+\.py), line (\d+) \((\w+)\)")
# JavaScript that a walk asks a page; elements are named by selectors.
TEXT = "selector => document.querySelector(selector).innerText"
TEXTS = "selector => [...document.querySelectorAll(selector)].map(one => one.innerText)"
ADDRESSES = "selector => [...document.querySelectorAll(selector)].map(one => one.getAttribute('href'))"
COUNT = "selector => document.querySelectorAll(selector).length"
IN_VIEW = """selector => {
  const box = document.querySelector(selector).getBoundingClientRect()
  return box.bottom > 0 && box.top < innerHeight
}"""
NAMED = """(words, within) => {
  document.querySelectorAll('[data-walk]').forEach(one => one.removeAttribute('data-walk'))
  const plain = one => one.textContent.replace(/\\s+/g, ' ').trim()
  const found = [...document.querySelectorAll(`${within} a`)].find(one => plain(one) === words && one.checkVisibility())
  if (!found) throw new Error(`no link "${words}" in ${within}`)
  found.dataset.walk = ''
}"""
# Where a mark is on the screen, once it has been brought there: of a number written in the picture, its middle.
MARK = """async (figure, row, column) => {
  const data = await mobility.load(`marks/${figure}`, `assets/marks/${figure}.js`)
  const at = [data.rows, data.columns].map((own, axis) => own.findIndex(([id]) => id === [row, column][axis]))
  const [, , x, y, path] = data.marks.find(([down, across]) => down === at[0] && across === at[1])
  const drawn = document.querySelector(`#${figure} .picture > svg`), box = drawn.parentElement
  const outline = document.createElementNS(drawn.namespaceURI, 'path')
  outline.setAttribute('d', path < 0 ? `M${x},${y}` : `M${x},${y}${data.paths[path].replace(/^m0,0/, '')}`)
  drawn.append(outline)
  const own = outline.getBBox(), scale = drawn.getBoundingClientRect().width / data.size[0]
  outline.remove()
  scrollBy(0, drawn.getBoundingClientRect().y + (own.y - drawn.viewBox.baseVal.y) * scale - innerHeight / 2)
  box.scrollLeft = own.x * scale - box.clientWidth / 2
  const seen = drawn.getBoundingClientRect(), above = drawn.viewBox.baseVal.y
  return [seen.x + (own.x + own.width / 2) * scale, seen.y + (own.y - above + own.height / 2) * scale]
}"""


@dataclass(frozen=True)
class Place:
    """Where walks lead: a study; for the analyst a table, a row and its newest column, and what to search for; for the
    reviewer a table, a row and which number of it; for the telephone a section, a figure, a row and a column.
    """

    study: str
    title: str
    table: tuple[str, str, str]
    search: str
    number: tuple[str, str, int]
    section: str
    figure: tuple[str, str, str]


GATSBY = Place(
    study="gatsby",
    title="Moves into, out of and between technical occupations",
    table=("table_2_2", "activity_recorded", "y2015"),
    search="table 2.2",
    number=("table_3_1", "technical", 2),
    section="3.1 Overall patterns of mobility",
    figure=("figure_five_states", "technical", "technical"),
)


class Reader:
    """Somebody at a page, and how often they have clicked, tapped or sent a search."""

    def __init__(self, page, walk):
        self.page, self.steps, self.most = page, 0, MOST[walk]

    def step(self, act, *arguments):
        """Do something that counts."""
        self.steps += 1
        assert self.steps <= self.most, f"more than {self.most} steps"
        act(*arguments)
        self.page.settle()

    def ask(self, question, *arguments):
        """What one of the scripts above says of the page."""
        return self.page.call(question, *arguments)

    def link(self, words, within):
        """A selector of the link with these words."""
        self.page.call(NAMED, words, within)
        return "[data-walk]"

    def place(self):
        """The file that is open, and the anchor in its address."""
        address = urlparse(self.page.value("location.href"))
        return Path(unquote(address.path)), unquote(address.fragment)


def newcomer(browser, reports, place):
    """From the entry to the first finding, and on to the picture that shows it."""
    with browser.page() as page:
        reader = Reader(page.open(reports / "index.html"), "newcomer")
        invented = reader.ask(COUNT, ".card.synthetic") > 0
        assert invented == ("no person in it exists" in reader.ask(TEXT, "body"))
        reader.step(page.click, reader.link(place.title, ".cards"))
        assert reader.ask(TEXT, "h1") == place.title
        assert reader.ask(IN_VIEW, ".findings strong"), "the first finding is not on the first screen"
        finding, where = reader.ask(TEXT, ".findings strong").rstrip("."), reader.ask(TEXT, ".findings a")
        assert len(finding.split()) > 5
        reader.step(page.click, ".findings a")
        figure = f"#{reader.place()[1]}"
        assert where in reader.ask(TEXT, f"{figure} h2") and reader.ask(IN_VIEW, f"{figure} h2")
        assert finding in reader.ask(TEXT, figure)


def analyst(browser, reports, place):
    """From a study's overview, by its search, to the newest column of a table, and to the file with its number."""
    table, row, column = place.table
    with browser.page() as page:
        reader = Reader(page.open(reports / place.study / "index.html"), "analyst")
        page.press("/")
        page.write(place.search)
        page.until("document.querySelectorAll('.found a').length")
        reader.step(page.press, "Enter")
        page.until(f"document.getElementById('{table}') !== null")
        page.settle()
        file, anchor = reader.place()
        assert anchor == table and reader.ask(IN_VIEW, f"#{table} h2")
        years = [head for head in reader.ask(TEXTS, f"#{table} thead th") if re.fullmatch(r"\d{4}", head)]
        assert years[-1] == max(years) == column.lstrip("y")
        shown = reader.ask(TEXTS, f"[id='{table}.{row}'] td")[len(years) - 1]
        (address,) = [own for own in reader.ask(ADDRESSES, f"#{table} .files a") if own.endswith(".csv")]
        assert same(shown, value_of(file.parent / address, row, column))


def reviewer(browser, reports, place):
    """From a number in a table to what stands behind it, to the line of code, and to the columns of the source."""
    table, row, at = place.number
    pages = (reports / place.study / "pages").glob("section*.html")
    with browser.page() as page:
        file = next(path for path in pages if f'id="{table}"' in path.read_text(encoding="utf-8"))
        reader = Reader(page.open(file), "reviewer")
        reader.step(page.click, f"[id='{table}.{row}'] td:nth-of-type({at}) a")
        page.until("document.querySelector('#behind:popover-open') !== null")
        behind = reader.ask(TEXT, "#behind")
        assert "95% interval" in behind and f"mobility explain {place.study} {table} {row}" in behind
        reader.step(page.click, "#behind dd a")
        page.until("document.querySelector('section.basis') !== null")
        file, anchor = reader.place()
        assert file.name.startswith("method") and anchor.startswith("how--")
        basis = reader.ask(TEXT, f"[id='{anchor}']")
        lines = CODE.findall(basis)
        assert lines and "Sample" in basis
        for path, line, function in lines:
            code = (ROOT / path).read_text(encoding="utf-8").splitlines()
            assert f"def {function}(" in code[int(line) - 1], (path, line, function)
        reader.step(page.click, f"[id='{anchor}'] a[href*='#from--']")
        page.until("document.querySelector('section[id^=\"from--\"]') !== null")
        file, anchor = reader.place()
        assert file.name.startswith("data") and reader.ask(IN_VIEW, f"[id='{anchor}']")


def phone(browser, reports, place):
    """On a telephone from the entry by the menu to a picture, and by a tap to one of its numbers."""
    figure, row, column = place.figure
    with browser.page(390, 844, touch=True) as page:
        reader = Reader(page.open(reports / "index.html"), "phone")
        reader.step(page.tap, reader.link(place.title, ".cards"))
        reader.step(page.tap, "button.menu")
        reader.step(page.tap, reader.link(place.section, "#site-contents"))
        page.until(f"document.getElementById('{figure}') !== null")
        assert page.value("document.documentElement.scrollWidth <= innerWidth")
        assert len(page.value(f"document.querySelector('#{figure} img').alt")) > 10
        page.value(f"document.querySelector('#{figure} .picture').focus()")
        page.until(f"document.querySelector('#{figure} .picture > svg') !== null")
        reader.step(page.tap_at, *reader.ask(MARK, figure, row, column))
        said = page.until("document.querySelector('.tip:not([hidden])')?.innerText")
        box = page.value("document.querySelector('.tip:not([hidden])').getBoundingClientRect().toJSON()")
        assert box["left"] >= 0 and box["right"] <= 390
        number = re.search(r": (\S+)$", said.splitlines()[0])[1]
        assert same(number, value_of(reports / place.study / f"figures/{figure}.csv", row, column))


WALKS = (newcomer, analyst, reviewer, phone)


def value_of(path, row, column):
    """The value of a cell in a table's or a figure's file."""
    with path.open(encoding="utf-8") as lines:
        (line,) = [line for line in csv.DictReader(lines) if (line["row"], line["column"]) == (row, column)]
    return float(line["value"])


def same(shown, value):
    """Whether a number as shown is a value at full precision, a share among them, rounded to its decimals."""
    text = re.search(r"-?[\d,]+(\.\d+)?", shown.replace("−", "-"))[0].replace(",", "")
    places = len(text.partition(".")[2])
    return f"{value * (100 if '%' in shown else 1):.{places}f}" == text
