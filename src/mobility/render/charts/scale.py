"""Axes in the units of the cells: percent, points or plain numbers."""

from typing import TYPE_CHECKING, Any

from matplotlib.ticker import FuncFormatter, MaxNLocator

from mobility.render.numbers import rounded, scaled
from mobility.statistics import Statistic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

CUT_LINE = "The vertical axis does not begin at 0."
SLASH = ((-1.0, -0.5), (1.0, 0.5))


class Units(FuncFormatter):
    """Labels of an axis that measures the numbers of a table."""


def in_units(value: float, statistic: Statistic) -> float:
    """A cell's value as it is drawn: proportions as per cent, rates per 1,000."""
    return scaled(value, statistic.power)


def dress(axis: "Axis", statistic: Statistic, ticks: int = 6) -> None:
    """Few round ticks, with % for shares, pp for differences and thousands separators for counts."""
    locator = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10])
    axis.set_major_locator(locator)
    axis.set_major_formatter(Units(lambda value, _: _tick(value) + statistic.ending))


def mark_cut(axes: "Axes") -> None:
    """Two slashes through the foot of the vertical axis, as it leaves out what lies between 0 and its end."""
    look: dict[str, Any] = {"transform": axes.transAxes, "color": "#555B63", "clip_on": False}
    axes.plot((0, 0), (0, 1), linewidth=0.8, **look)
    axes.plot((0, 0), (0.015, 0.035), marker=SLASH, markersize=9, markeredgewidth=1.2, linestyle="none", **look)


def _tick(value: float) -> str:
    decimals = next((places for places in range(4) if abs(round(value, places) - value) < 1e-9), 4)
    return rounded(value, decimals)
