"""What all figures share: palette, type, a page with title and source, text measured before it is placed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Literal

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.font_manager import FontProperties

from mobility.errors import RenderError
from mobility.render.charts.pointing import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType, RcKeyType

NAVY, ORANGE, TURQUOISE, PINK, GREY = "#12436D", "#F46A25", "#28A197", "#801650", "#3D3D3D"
PALETTE = (NAVY, ORANGE, TURQUOISE, PINK, GREY, "#A285D1", "#2073BC", "#8A6D1F")
TEXT_ON_WHITE = {ORANGE: "#B5430B", TURQUOISE: "#1A6F68", "#A285D1": "#6E4FA3"}
NAVY_SCALE = LinearSegmentedColormap.from_list("navy", ["#F3F6F9", "#B9CBDD", "#5F86AC", NAVY])
RUST_SCALE = LinearSegmentedColormap.from_list("rust", ["#FDF4EE", "#F9C9AC", "#E07B3E", "#8A3A0C"])
MARKERS = ("o", "D", "s", "^", "v", "P", "X", "<")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (1, 1)), (0, (4, 1, 1, 1, 1, 1)), "-", (0, (6, 2)))
INK, QUIET, RULE, WARNING = "#1D1D1F", "#555B63", "#D5D8DC", "#A8400B"
TITLE, BODY, SMALL = 13.0, 10.0, 9.0  # 9 points of the house width are 7 on the printed page
MARK = 11.0  # points from one mark to the next
UNDER_AXIS = 8.0  # points from the axis to its labels, so that they do not run on from the lowest label at the left
WIDTH, MARGIN, LEADING = 8.6, 0.12, 1.32
PRINT_WIDTH, PRINT_HEIGHT = 170 / 25.4, 225 / 25.4  # inches that a page of the printed report leaves for a figure
TALLEST = WIDTH * PRINT_HEIGHT / PRINT_WIDTH  # inches: a figure that is no higher is printed in the house width
ABOVE, BELOW = 0.16, 0.12  # inches between the drawing and the words over and under it
FONT = "DejaVu Sans"
LETTER = 0.55  # of its size, about, the width of a letter
MEASURE_DPI = 720  # hinting at screen resolution makes text look narrower than it is printed
Look = dict[str, Any]  # keywords of a drawing call
SETTINGS: "dict[RcKeyType, Any]" = {
    "font.family": FONT,
    "font.size": BODY,
    "svg.fonttype": "path",
    "svg.hashsalt": "mobility",
    "hatch.linewidth": 0.6,
    "path.simplify": False,
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Words:
    """What a figure says around its drawing: a bold title, lines under it and lines at its foot."""

    title: str
    subtitle: str
    warning: str
    foot: tuple[str, ...]


@dataclass(frozen=True)
class Canvas:
    """A figure with its words in place and the rectangle that is left for the drawing, in inches from bottom left."""

    figure: Figure
    bottom: float
    height: float
    width: float = WIDTH

    def axes(self, left: float, bottom: float, width: float, height: float) -> "Axes":
        """Axes at a rectangle given in inches from the drawing's bottom left corner."""
        total = self.figure.get_figheight()
        return self.figure.add_axes(
            (left / self.width, (self.bottom + bottom) / total, width / self.width, height / total)
        )


@cache
def _measure() -> RendererAgg:
    return RendererAgg(1, 1, MEASURE_DPI)


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in inches of a line of text."""
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    return _measure().get_text_width_height_descent(text, font, False)[0] / MEASURE_DPI


def wrap(text: str, size: float, width: float, bold: bool = False) -> str:
    """`text` broken between words so that no line is wider than `width` inches, where its words allow it."""
    lines, words = [], text.split()
    while words:
        taken = _fitting(words, size, width, bold)
        lines.append(" ".join(words[:taken]))
        words = words[taken:]
    return "\n".join(lines)


def _fitting(words: Sequence[str], size: float, width: float, bold: bool) -> int:
    """How many of `words` from the first on stand in a line of `width` inches; at least one.

    Measuring takes a millisecond, so that a number guessed from the letters is mended word by word.
    """

    def fits(count: int) -> bool:
        return text_width(" ".join(words[:count]), size, bold) <= width

    ends = accumulate(len(word) + 1 for word in words)
    count = max(1, sum(end * LETTER * size / 72 <= width for end in ends))
    while count > 1 and not fits(count):
        count -= 1
    while count < len(words) and fits(count + 1):
        count += 1
    return count


def text_height(text: str, size: float) -> float:
    """Height in inches of text of one or more lines."""
    return (text.count("\n") + 1) * size * LEADING / 72


def open_canvas(words: Words, height: float, width: float = WIDTH) -> Canvas:
    """A figure of the house width with title above and source below a drawing of `height` inches."""
    above, below = _lines_around(words, width)
    head, foot = _height(above), _height(below)
    total = MARGIN + head + ABOVE + height + BELOW + foot + MARGIN
    figure = Figure(figsize=(width, total), facecolor="white")
    _stack(figure, above, total - MARGIN)
    _stack(figure, below, MARGIN + foot)
    bottom = MARGIN + foot + BELOW
    figure.drawing = (bottom / total, (bottom + height) / total)
    return Canvas(figure, bottom, height, width)


def room(words: Words) -> float:
    """Inches of height that the words of a figure of the house width leave to its drawing on a printed page."""
    return TALLEST - sum(map(_height, _lines_around(words, WIDTH))) - ABOVE - BELOW - 2 * MARGIN


Line = tuple[str, float, str, str]  # a text, its size, colour and weight


def _lines_around(words: Words, width: float) -> tuple[list[Line], list[Line]]:
    """What stands over a drawing and what stands under it, wrapped to a figure's width in inches."""
    inside = (width - 2 * MARGIN) * 0.985  # letters at the resolution of the print copy are a little wider
    above = [(wrap(words.title, TITLE, inside, True), TITLE, INK, "bold")] if words.title else []
    above += [(wrap(words.subtitle, BODY, inside), BODY, QUIET, "normal")] if words.subtitle else []
    above += [(words.warning, BODY, WARNING, "bold")] if words.warning else []
    return above, [(wrap(line, SMALL, inside), SMALL, QUIET, "normal") for line in words.foot]


def _height(lines: Sequence[Line]) -> float:
    return sum(text_height(text, size) for text, size, *_ in lines)


def _stack(figure: Figure, texts: Sequence[Line], top: float) -> None:
    for text, size, colour, weight in texts:
        place = (MARGIN / figure.get_figwidth(), top / figure.get_figheight())
        figure.text(*place, text, size=size, color=colour, weight=weight, va="top", linespacing=LEADING - 0.12)
        top -= text_height(text, size)


def inches(axes: "Axes") -> tuple[float, float]:
    """Width and height of axes in inches."""
    box, page = axes.get_position(), axes.figure.bbox
    return box.width * page.width / axes.figure.dpi, box.height * page.height / axes.figure.dpi


@dataclass(frozen=True)
class Mark:
    """A mark that stands for a number that is not there: its place along the axis, its text, its series' colour."""

    place: float
    text: str
    colour: str


def room_of_marks(marks: Sequence[Mark]) -> float:
    """Inches below the axis for marks, those of one place one below the other."""
    return max(Counter(mark.place for mark in marks).values(), default=0) * MARK / 72


def hang_marks(axes: "Axes", marks: Sequence[Mark]) -> None:
    """Marks between the axis and its labels, where they hide no number."""
    hung: Counter[float] = Counter()
    for mark in marks:
        axes.annotate(
            mark.text,
            (mark.place, 0),
            (0, -2 - MARK * hung[mark.place]),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="top",
            size=SMALL,
            weight="bold",
            color=text_colour(mark.colour),
            annotation_clip=False,
        )
        hung[mark.place] += 1
    axes.tick_params(axis="x", pad=UNDER_AXIS + 72 * room_of_marks(marks))


def refuse_too_many(table: str, kind: str, count: int) -> None:
    """Raise `RenderError` where a figure would need more colours than can be told apart."""
    if count > len(PALETTE):
        raise RenderError(
            f"{table}: a figure of {kind} tells at most {len(PALETTE)} apart, this table has {count}. "
            "Use kind: heatmap, or list fewer of them in the table's specification."
        )


def bare(axes: "Axes") -> None:
    """Take everything but the drawing off `axes`."""
    axes.set_axis_off()


def quiet_axes(axes: "Axes", grid: Literal["x", "y"]) -> None:
    """A thin grid across one direction, no frame, no tick marks on the other."""
    axes.set_axisbelow(True)
    axes.grid(axis=grid, color=RULE, linewidth=0.8)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(side == "bottom" and grid == "x")
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=INK)


def text_colour(colour: str) -> str:
    """A shade of a palette colour that is dark enough for text on white."""
    return TEXT_ON_WHITE.get(colour, colour)


def text_on(background: "ColorType") -> str:
    """Black or white, whichever stands out more from a background: at least 4.5 to 1, whatever the background is."""
    return max(("white", "black"), key=lambda colour: contrast(colour, background))


def contrast(first: "ColorType", second: "ColorType") -> float:
    """How far two colours stand apart, 1 to 21 (WCAG 2.2, contrast ratio)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: "ColorType") -> float:
    """Relative luminance of a colour, 0 to 1 (WCAG 2.2)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Centres as near as can be to `wanted` such that neighbours of `sizes` do not overlap, inside `low` to `high`.

    Least squares under order constraints: gaps are taken out, runs that would cross are pooled at their mean.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    offsets = [0.0]
    for before, after in pairwise(order):
        offsets.append(offsets[-1] + (sizes[before] + sizes[after]) / 2)
    pools: list[list[float]] = []
    for place, offset in zip(order, offsets, strict=True):
        pools.append([wanted[place] - offset])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    floor = low + sizes[order[0]] / 2
    ceiling = max(high - sizes[order[-1]] / 2 - offsets[-1], floor)
    centres = [0.0] * len(wanted)
    settled = [min(max(_mean(pool), floor), ceiling) for pool in pools for _ in pool]
    for place, offset, base in zip(order, offsets, settled, strict=True):
        centres[place] = base + offset
    return centres


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
