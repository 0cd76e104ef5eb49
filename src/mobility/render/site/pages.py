"""Pages of a site: chapters divided so that each page loads fast, and addresses from one to another.

Templates write every address as if a study were one page: `#anchor`, or a file relative to the study's folder. Only
`placed` knows on which page an anchor came to lie.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape
from posixpath import dirname, relpath

FOLDER = "pages"
HOME = "index.html"
CUT = "<!-- cut -->"  # where a template lets a chapter be divided
ROOM = 200_000  # bytes of a page's content: with menu, style sheet and script it stays below 300 kB
_ID = re.compile(r'\bid="([^"]+)"')
_HEADING = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.S)
_ADDRESS = re.compile(r'\b(href|src)="([^"]*)"')
_ELSEWHERE = re.compile(r"[a-z]+:")


@dataclass(frozen=True)
class Page:
    """One page: the file's name without its ending, its title, the heading of the menu it stands under, its content.

    number, of : which part of its chapter it is.
    """

    name: str
    title: str
    group: str
    html: str
    number: int = 1
    of: int = 1

    @property
    def address(self) -> str:
        """Where it lies, relative to the study's folder."""
        return HOME if self.name == "index" else f"{FOLDER}/{self.name}.html"

    @property
    def anchor(self) -> str:
        """Its id where a study is one page."""
        return f"page--{self.name}"

    @property
    def heading(self) -> str:
        """Its title, with which part of its chapter it is."""
        return f"{self.title} ({self.number} of {self.of})" if self.of > 1 else self.title

    @cached_property
    def ids(self) -> list[str]:
        """Every anchor on it."""
        return [self.anchor, *_ID.findall(self.html)]

    @cached_property
    def contents(self) -> list[tuple[str, str]]:
        """Anchors and words of its headings."""
        found = ((anchor, re.sub(r"<[^>]+>", "", words)) for anchor, words in _HEADING.findall(self.html))
        return [(anchor, unescape(" ".join(words.split()))) for anchor, words in found]


def divided(chapter: Page, room: int = ROOM) -> list[Page]:
    """A chapter as pages: cut where its template allows, each as full as `room` (bytes) lets it be."""
    filled: list[list[str]] = [[]]
    size = 0
    for part in chapter.html.split(CUT):
        size += len(part.encode())
        if filled[-1] and size > room:
            filled.append([])
            size = len(part.encode())
        filled[-1].append(part)
    names = [chapter.name, *(f"{chapter.name}-{number}" for number in range(2, len(filled) + 1))]
    return [
        replace(chapter, name=name, html="".join(parts), number=number, of=len(filled))
        for number, (name, parts) in enumerate(zip(names, filled, strict=True), 1)
    ]


def homes(pages: Iterable[Page]) -> dict[str, str]:
    """The address of the page on which each anchor lies."""
    return {name: page.address for page in pages for name in page.ids}


def placed(html: str, address: str, home: Mapping[str, str]) -> str:
    """Markup with its addresses as they are on the page that lies at `address`."""
    return _ADDRESS.sub(lambda found: f'{found[1]}="{_seen(found[2], address, home)}"', html)


def _seen(target: str, address: str, home: Mapping[str, str]) -> str:
    if target.startswith("#"):
        lies = home.get(unescape(target[1:]), address)
        return target if lies == address else _relative(lies, address) + target
    return target if _ELSEWHERE.match(target) else _relative(target, address)


def _relative(target: str, address: str) -> str:
    path, mark, anchor = target.partition("#")
    return relpath(path, dirname(address) or ".") + mark + anchor


def neighbours(pages: Sequence[Page], page: Page) -> tuple[Page | None, Page | None]:
    """The pages before and after one."""
    place = pages.index(page)
    return (pages[place - 1] if place else None, pages[place + 1] if place + 1 < len(pages) else None)
