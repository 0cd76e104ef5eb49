"""Lines in a panel each, over all the others in grey: for lines that would run into one another."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from mobility.figure_kinds import Lines
from mobility.render.charts import style
from mobility.render.charts.pointing import line_stands_for, stands_for
from mobility.render.charts.scale import dress, in_units
from mobility.render.charts.series import Series
from mobility.statistics import Statistic

ACROSS, FOUR = 3, 4  # panels side by side; four where they fill their rows
HEIGHT, LEFT, BETWEEN, FOOT = 1.55, 0.6, 0.22, 0.3
NAME = 9.0
OTHERS = "#BFC4CB"


def draw_each(
    words: style.Words,
    series: Sequence[Series],
    places: Sequence[float],
    statistic: Statistic,
    own: Lines,
) -> style.Figure:
    """A panel a line, all on the same scales, its highest point named in the title; `places` : of the steps."""
    across = FOUR if len(series) % FOUR == 0 else ACROSS
    width = (style.WIDTH - LEFT - style.MARGIN - BETWEEN * (across - 1)) / across
    titles = [_title(one, width) for one in series]
    head = 0.06 + max(style.text_height(title, NAME) for title, _ in titles) + style.text_height("", NAME)
    room, down = head + HEIGHT + FOOT, -(-len(series) // across)
    canvas = style.open_canvas(words, down * room + 0.2)
    limits = _limits(series, places, statistic)
    for at, (one, title) in enumerate(zip(series, titles, strict=True)):
        row, along = divmod(at, across)
        bottom = 0.2 + (down - 1 - row) * room + FOOT
        axes = canvas.axes(LEFT + along * (width + BETWEEN), bottom, width, HEIGHT)
        style.quiet_axes(axes, "y")
        axes.set(xlim=limits[0], ylim=limits[1])
        _lines(axes, one, series, places, statistic)
        dress(axes.yaxis, statistic, 4)
        if along:
            axes.set_yticklabels([])
        axes.set_xticks(places, _few(one.steps, width))
        _write_title(axes, title, one.names)
        if row == down - 1:
            axes.set_xlabel(own.x_label, size=style.SMALL, color=style.QUIET)
    return canvas.figure


def _limits(
    series: Sequence[Series], places: Sequence[float], statistic: Statistic
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ends of the axes: along the steps, and of the numbers from zero."""
    values = [in_units(cell.value, statistic) for one in series for cell in one.cells if cell.value is not None]
    low, high, reach = min([0.0, *values]), max([0.0, *values]) or 1.0, max(places) - min(places) or 1.0
    return (min(places) - 0.03 * reach, max(places) + 0.03 * reach), (low * 1.05, high * 1.05)


def _lines(axes: Axes, one: Series, series: Sequence[Series], places: Sequence[float], statistic: Statistic) -> None:
    for other in series:
        if other is not one:
            axes.plot(places, _numbers(other, statistic), color=OTHERS, linewidth=0.9)
    look: style.Look = {"marker": "o", "markersize": 3, "markeredgewidth": 0, "clip_on": False}
    (line,) = axes.plot(places, _numbers(one, statistic), color=style.NAVY, linewidth=2, **look)
    line_stands_for(line, list(one.ids))


def _numbers(series: Series, statistic: Statistic) -> list[float]:
    return [float("nan") if cell.value is None else in_units(cell.value, statistic) for cell in series.cells]


def _title(series: Series, width: float) -> tuple[str, str]:
    """A panel's wrapped title, and the line under it: the highest number and its step, and how many are not shown."""
    known = [(cell.value, cell.text, label) for cell, label in zip(series.cells, series.steps, strict=True)]
    known = [one for one in known if one[0] is not None]
    lost = [cell.text for cell in series.cells if cell.value is None]
    parts = ["highest {1} at {2}".format(*max(known))] if known else []
    parts += [f"{lost[0]} at {len(lost)}"] if lost else []
    return style.wrap(series.label, NAME, width, True), ", ".join(parts)


def _write_title(axes: Axes, title: tuple[str, str], names: tuple[str, str]) -> None:
    shift = 5.0
    for text, weight, colour in ((title[1], "normal", style.QUIET), (title[0], "bold", style.INK)):
        look: style.Look = {"va": "bottom", "size": NAME, "weight": weight, "color": colour, "linespacing": 1.2}
        name = axes.annotate(text, (0, 1), (0, shift), xycoords="axes fraction", textcoords="offset points", **look)
        stands_for(name, *names)
        shift += style.text_height(text, NAME) * 72


def _few(labels: Sequence[str], width: float) -> list[str]:
    """The first label, the last and as many between, evenly, as there is room for."""
    widest = 0.2 + max(style.text_width(label, style.SMALL) for label in labels)
    fit = max(2, int(width / widest))
    every = -(-(len(labels) - 1) // (fit - 1)) if len(labels) > 1 else 1
    return [label if (len(labels) - 1 - place) % every == 0 else "" for place, label in enumerate(labels)]
