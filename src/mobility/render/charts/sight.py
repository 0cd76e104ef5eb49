"""What a reader would trip over in a drawn figure, found by measuring it: the check that every figure goes through."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from mobility.render.charts import style
from mobility.render.charts.scale import CUT_LINE, Units

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

LEAST_POINTS = 7.0
LEAST_CONTRAST, LEAST_OF_LARGE, LARGE = 4.5, 3.0, 14.0  # WCAG 2.2, 1.4.3: text; bold text of 14 points and more
TRIM = 0.1  # of its size: what a line of text leaves empty above capitals and below the base line
SLACK = 1.5  # pixels
RAW = re.compile(r"\b[a-z]+[a-z0-9]*_[a-z0-9_]+\b|\b[a-z]{2,}\d+\b")
NO_AREAS = re.compile(r"^0 areas$")
Grounds = Mapping[int, Sequence[tuple[Bbox, Patch]]]


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a figure: its kind, and the words or the place that it is about."""

    kind: str
    where: str


@dataclass(frozen=True)
class Words:
    """A text of the figure with the corners of its ink in pixels, anticlockwise from the bottom left."""

    text: str
    corners: np.ndarray
    artist: Any

    @cached_property
    def box(self) -> Bbox:
        """The upright rectangle around it."""
        return Bbox([self.corners.min(axis=0), self.corners.max(axis=0)])

    def touches(self, other: "Words") -> bool:
        """Whether two texts overlap, by the rule that apart they have a line between them along a side of one."""
        sides = [one.corners[at] - one.corners[at - 1] for one in (self, other) for at in (1, 2)]
        return all(_overlap(self.corners @ side, other.corners @ side, SLACK * np.hypot(*side)) for side in sides)


def _overlap(ours: np.ndarray, theirs: np.ndarray, slack: float) -> bool:
    return bool(min(ours.max(), theirs.max()) - max(ours.min(), theirs.min()) > slack)


def flaws(figure: Any) -> tuple[Flaw, ...]:
    """Everything that is wrong with a figure as it would be printed; nothing where it can be read.

    `figure` has been drawn on its canvas (of matplotlib's Agg), whose resolution and measures of text it takes.
    Looked for: words that leave the picture or touch each other, words on marks, marks outside their axes, letters
    under `LEAST_POINTS` at page size, an axis that leaves zero out and does not say so, faint words (WCAG 2.2),
    names of columns or codes in place of words, and classes of a map that no area is in.
    """
    renderer = figure.canvas.get_renderer()
    words = [_words(text, renderer) for text in _seen(figure)]
    found = [*_beyond_page(figure, words), *_touching(words), *_on_marks(figure, words)]
    for axes in figure.axes:
        found += [*_off_axis(axes), *_cut(axes, figure)]
    return tuple(dict.fromkeys([*found, *_unreadable(figure, words)]))


def _seen(figure: style.Figure) -> list[Text]:
    """The texts of a figure that are drawn: of the labels of ticks only those within the ends of an axis that is."""
    texts = list(figure.texts)
    for axes in figure.axes:
        legend = axes.get_legend()
        texts += [*axes.texts, axes.title, *(legend.get_texts() if legend else ())]
        if axes.axison:
            texts += [*_named(axes.xaxis), *_named(axes.yaxis)]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def _named(axis: "Axis") -> Iterator[Text]:
    """The title of an axis and the labels of its ticks."""
    yield axis.label
    low, high = sorted(axis.get_view_interval())
    for tick in axis.get_major_ticks():
        if low - 1e-9 <= tick.get_loc() <= high + 1e-9:
            yield from (tick.label1, tick.label2)


def _words(text: Any, renderer: Any) -> Words:
    """A text and the corners of its ink: laid flat, trimmed above and below, turned about its anchor."""
    angle, dpi = text.get_rotation(), text.figure.dpi
    if isinstance(text, Annotation):
        text.update_positions(renderer)
    text.set_rotation(0)
    box = Text.get_window_extent(text, renderer)
    text.set_rotation(angle)
    trim = TRIM * text.get_fontsize() * dpi / 72
    corners = np.array(
        [[box.x0, box.y0 + trim], [box.x1, box.y0 + trim], [box.x1, box.y1 - trim], [box.x0, box.y1 - trim]]
    )
    if angle:
        full = Text.get_window_extent(text, renderer)
        corners = _turned(corners, angle, full)
    return Words(text.get_text(), corners, text)


def _turned(corners: np.ndarray, angle: float, full: Bbox) -> np.ndarray:
    """Corners turned about their middle and put where the turned text stands."""
    turn = np.deg2rad(angle)
    middle = corners.mean(axis=0)
    turned = (corners - middle) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return turned + np.array([(full.x0 + full.x1) / 2, (full.y0 + full.y1) / 2])


def _beyond_page(figure: style.Figure, words: Sequence[Words]) -> Iterator[Flaw]:
    page = figure.bbox
    for one in words:
        box = one.box
        if box.x0 < page.x0 - SLACK or box.x1 > page.x1 + SLACK or box.y0 < page.y0 - SLACK or box.y1 > page.y1 + SLACK:
            yield Flaw("leaves the picture", one.text)


def _touching(words: Sequence[Words]) -> Iterator[Flaw]:
    """Pairs of texts that touch; first those whose upright rectangles do, all at once."""
    low, high = (np.array([getattr(one.box, end) for one in words]) for end in ("min", "max"))
    if not len(words):
        return
    near = (np.minimum(high[:, None], high) - np.maximum(low[:, None], low) > SLACK).all(axis=2)
    for first, second in np.argwhere(np.triu(near, 1)):
        if words[first].touches(words[second]):
            yield Flaw("words touch", f"{words[first].text} / {words[second].text}")


def _on_marks(figure: style.Figure, words: Sequence[Words]) -> Iterator[Flaw]:
    """Words that a line with markers, or one of its markers, runs through."""
    marks = [
        (line.get_transform().transform(line.get_xydata()), line.get_linestyle() not in ("None", ""))
        for axes in figure.axes
        for line in _marked(axes)
    ]
    if not marks:
        return
    points = np.concatenate([path if not joined else _along(path) for path, joined in marks])
    for one in words:
        box = one.box.padded(-SLACK)
        if ((points > box.min) & (points < box.max)).all(axis=1).any():
            yield Flaw("words on a mark", one.text)


def _along(points: np.ndarray) -> np.ndarray:
    """Points a few pixels apart along a broken line; parts with an unknown end are not drawn."""
    starts, ends = points[:-1], points[1:]
    known = np.isfinite(starts).all(axis=1) & np.isfinite(ends).all(axis=1)
    steps = np.linspace(0, 1, 24)[:, None, None]
    return (starts[known] + steps * (ends[known] - starts[known])).reshape(-1, 2)


def _marked(axes: "Axes") -> list:
    """Lines of an axes that stand for numbers: those with markers, placed by the axes' scales."""
    return [
        line
        for line in axes.get_lines()
        if line.get_marker() not in (None, "None", "") and line.get_transform().contains_branch(axes.transData)
    ]


def _off_axis(axes: "Axes") -> Iterator[Flaw]:
    """Marks of numbers, and bars, that lie outside their axes."""
    frame = axes.bbox.padded(SLACK)
    for line in _marked(axes):
        points = line.get_transform().transform(line.get_xydata())
        points = points[np.isfinite(points).all(axis=1)]
        if len(points) and not all(frame.contains(*point) for point in points):
            yield Flaw("marks outside the axes", str(line.get_label()))
    for bars in axes.containers:
        for bar in bars.patches if hasattr(bars, "patches") else ():
            box = bar.get_window_extent()
            if not (frame.contains(box.x0, box.y0) and frame.contains(box.x1, box.y1)):
                yield Flaw("marks outside the axes", f"bar of {bar.get_width():g}")


def _cut(axes: "Axes", figure: style.Figure) -> Iterator[Flaw]:
    said = any(CUT_LINE in text.get_text() for text in figure.texts)
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        if _is_scale(axis) and not low <= 0 <= high and not said:
            yield Flaw("the axis leaves zero out", f"{low:g} to {high:g}")


def _is_scale(axis: "Axis") -> bool:
    """Whether an axis measures numbers of the table."""
    return isinstance(axis.get_major_formatter(), Units)


def _unreadable(figure: style.Figure, words: Sequence[Words]) -> Iterator[Flaw]:
    grounds = _grounds(figure)
    shrunk = min(style.PRINT_WIDTH / figure.get_figwidth(), style.PRINT_HEIGHT / figure.get_figheight(), 1.0)
    smallest = min(words, key=lambda one: one.artist.get_fontsize(), default=None)
    if smallest and (size := smallest.artist.get_fontsize() * shrunk) < LEAST_POINTS - 0.005:
        yield Flaw(f"under {LEAST_POINTS:g} points on the page", f"{smallest.text} ({size:.2f})")
    for one in words:
        size = one.artist.get_fontsize()
        bold = one.artist.get_weight() == "bold"
        least = LEAST_OF_LARGE if bold and size * shrunk >= LARGE else LEAST_CONTRAST
        contrast = style.contrast(one.artist.get_color(), _ground(one, grounds))
        if contrast < least:
            yield Flaw("faint words", f"{one.text} ({contrast:.2f})")
        if RAW.search(one.text):
            yield Flaw("a raw name", one.text)
        if NO_AREAS.match(one.text):
            yield Flaw("a class of no areas", one.text)


def _grounds(figure: Any) -> Grounds:
    """The filled patches of each axes in the order in which they are drawn, with the rectangle around each."""
    return {
        id(axes): [(patch.get_window_extent(), patch) for patch in axes.patches if patch.get_visible() and patch.fill]
        for axes in figure.axes
    }


def _ground(words: Words, grounds: Grounds) -> Any:
    """The colour behind a text: that of its halo or its own box, or of the patches under its middle."""
    text = words.artist
    box = text.get_bbox_patch()
    if box is not None:
        return to_rgba(box.get_facecolor())[:3]
    middle = words.corners.mean(axis=0)
    under: tuple[float, ...] = (1.0, 1.0, 1.0)
    for extent, patch in () if text.get_path_effects() else grounds.get(id(text.axes), ()):
        if extent.contains(*middle) and patch.contains_point(middle):
            *colour, alpha = to_rgba(patch.get_facecolor())
            under = tuple(alpha * part + (1 - alpha) * below for part, below in zip(colour, under, strict=True))
    return under
