"""What stands on the pages of a PDF, by poppler: lines and words, sizes of type, share of a page that is filled."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from xml.etree import ElementTree

import pytest

TOOLS = ("pdftotext", "pdftohtml", "pdftoppm", "pdfinfo")
needs_poppler = pytest.mark.skipif(
    not all(map(which, TOOLS)), reason=f"{', '.join(TOOLS)} (poppler-utils) read the PDF back"
)
MARGINS = (52, 44)  # points at the head and at the foot of a page that hold its running lines
ZOOM = 3  # the most that pdftohtml takes; it tells sizes of type in whole points
DOTS = 36  # an inch, of a page that is looked at for ink
PAPER = 225  # brightness from which a dot is paper


@dataclass(frozen=True)
class Page:
    """A page: its lines from the top down without the running ones, all its words, and its size in points."""

    lines: tuple[str, ...]
    words: tuple[str, ...]
    size: tuple[float, float]


def told(*command: str | Path) -> str:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout


def pages_of(pdf: Path) -> list[Page]:
    """Every page of a PDF."""
    text = re.sub(r"<!DOCTYPE[^>]*>|[\x00-\x08\x0b\x0c\x0e-\x1f]", "", told("pdftotext", "-bbox-layout", pdf, "-"))
    root = ElementTree.fromstring(text.replace(' xmlns="http://www.w3.org/1999/xhtml"', ""))
    return [_page(page) for page in root.iter("page")]


def _page(page: ElementTree.Element) -> Page:
    width, height = float(page.get("width", 0)), float(page.get("height", 0))
    found = []
    for line in page.iter("line"):
        top, bottom = float(line.get("yMin", 0)), float(line.get("yMax", 0))
        if top >= MARGINS[0] and bottom <= height - MARGINS[1]:
            found.append((top, float(line.get("xMin", 0)), " ".join(word.text or "" for word in line.iter("word"))))
    words = tuple(word.text or "" for word in page.iter("word"))
    return Page(tuple(text for *_, text in sorted(found)), words, (width, height))


def sizes_of(pdf: Path) -> dict[float, str]:
    """Sizes of type in points, each with a text that is set in it."""
    root = ElementTree.fromstring(told("pdftohtml", "-xml", "-i", "-stdout", "-zoom", str(ZOOM), pdf))
    sizes = {font.get("id"): float(font.get("size", 0)) / ZOOM for font in root.iter("fontspec")}
    return {
        sizes[line.get("font")]: "".join(line.itertext())
        for line in root.iter("text")
        if "".join(line.itertext()).strip()
    }


def filled(pdf: Path, folder: Path) -> list[float]:
    """Share of each page, from below its head to above its foot, that reaches down to the lowest ink."""
    told("pdftoppm", "-r", str(DOTS), "-gray", pdf, folder / "page")
    return [_share(path.read_bytes()) for path in sorted(folder.glob("page-*.pgm"))]


def _share(picture: bytes) -> float:
    _, size, _, dots = picture.split(b"\n", 3)
    width, height = map(int, size.split())
    head, foot = (margin * DOTS // 72 for margin in MARGINS)
    inked = [y for y in range(head, height - foot) if min(dots[y * width : (y + 1) * width]) < PAPER]
    return (inked[-1] - head + 1) / (height - foot - head) if inked else 0.0
