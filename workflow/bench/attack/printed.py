"""What reports tell as a reader sees them: the text of pages and of their PDF, and where marks stand in pictures."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd

from attack.direct import COUNTED, HIDDEN_MARK, Told, marked_on_pages
from attack.released import HIDDEN, Left

NUMBER = re.compile(r"[-\N{MINUS SIGN}]?\d[\d,]*\.?\d*%?")
TICK = re.compile(r'<g id="([xy])tick_\d+">(.*?)</g>\s*<g id="text_\d+">\s*<!-- (.*?) -->', re.DOTALL)
POINT = re.compile(r"([-\d.]+) ([-\d.]+)")
BAR = re.compile(r'<path d="(M [^"]*z)\s*" clip-path')
MARKED = re.compile(r'<g clip-path="[^"]*">(.*?)</g>', re.DOTALL)
MARK = re.compile(r'<use [^>]*?x="([-\d.]+)" y="([-\d.]+)"')
NEAR = 0.004  # of an axis, within which a mark is taken to be that of a shown number


def in_print(left: Left, reports: Path, threshold: int) -> list[Told]:
    """Small numbers of persons in the words of a page or PDF, hidden cells of a PDF without their mark, and marks."""
    found = []
    for path in sorted([*reports.glob("*.html"), *reports.glob("*.pdf")]):
        text = text_of(path)
        numbers = [(int(one.group(1).replace(",", "")), one.group(0)) for one in COUNTED.finditer(text)]
        found += [Told("print", path.name, words) for number, words in numbers if 0 < number < threshold]
        marks = text.count(HIDDEN_MARK)
        expected = marked_on_pages(left, reports) if path.suffix == ".pdf" and text else 0
        if marks < expected:
            found.append(Told("print", path.name, f"{marks} cells marked {HIDDEN_MARK}, {expected} on pages"))
    for path in sorted(reports.glob("figures/*.svg")):
        found += in_picture(path)
    return found


def text_of(path: Path) -> str:
    """The words of a page, or of a PDF by `pdftotext`; nothing where there is no such program."""
    if path.suffix == ".html":
        bare = re.sub(r"<(script|style).*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        return unescape(re.sub(r"<[^>]+>", " ", bare))
    program = shutil.which("pdftotext")
    if program is None:
        return ""
    return subprocess.run([program, "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def in_picture(path: Path) -> list[Told]:
    """Marks of a figure with hidden cells that stand where no number that its data show would put them."""
    data = path.with_suffix(".csv")
    cells = pd.read_csv(data) if data.is_file() else pd.DataFrame()
    if not len(cells) or not cells["flag"].isin(HIDDEN).any():
        return []
    shown = cells[["value", "ci_low", "ci_high"]].to_numpy("float64")
    shown = np.append(shown[np.isfinite(shown)], 0.0)
    found = []
    for number, percent, length in marks_of(path.read_text(encoding="utf-8")):
        if np.abs(np.abs(shown * (100 if percent else 1)) - abs(number)).min() > NEAR * length:
            found.append(Told("picture", path.name, f"a mark at {number:g}"))
    return found


def marks_of(text: str) -> Iterator[tuple[float, bool, float]]:
    """Lengths of bars and places of marks by the numbered axis: the number, whether in per cent, the axis' length."""
    axis = numbered_axis(text)
    if axis is None:
        return
    at, slope, start, percent, length = axis
    for outline in BAR.findall(text):
        places = [float(point[at]) for point in POINT.findall(outline)]
        if len(places) in (4, 5) and len(set(places)) == 2:
            yield (max(places) - min(places)) * abs(slope), percent, length
    for group in MARKED.findall(text):
        for point in MARK.findall(group):
            yield (float(point[at]) - start) * slope, percent, length


def numbered_axis(text: str) -> tuple[int, float, float, bool, float] | None:
    """Which axis has numbers: 0 or 1, numbers by place, the place of 0, whether in per cent, length; None for none."""
    ticks: dict[str, list[tuple[float, float, bool]]] = {"x": [], "y": []}
    for name, drawn, words in TICK.findall(text):
        points = POINT.findall(drawn)
        if points and NUMBER.fullmatch(words):
            number = float(words.replace("\N{MINUS SIGN}", "-").replace(",", "").rstrip("%"))
            ticks[name].append((float(points[0]["xy".index(name)]), number, words.endswith("%")))
    several = [name for name, own in ticks.items() if len(own) > 1]
    percent = [name for name in several if ticks[name][0][2]] or several
    if len(percent) != 1:
        return None
    places, numbers = (np.array(one) for one in list(zip(*ticks[percent[0]], strict=True))[:2])
    slope, first = np.polyfit(places, numbers, 1)
    return "xy".index(percent[0]), slope, -first / slope, ticks[percent[0]][0][2], float(np.ptp(numbers))
