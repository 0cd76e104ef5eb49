"""Axes in the units of the cells: percent, points or plain numbers."""

from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter, MaxNLocator

from mobility.render.numbers import rounded, scaled
from mobility.statistics import Statistic

if TYPE_CHECKING:
    from matplotlib.axis import Axis


def in_units(value: float, statistic: Statistic) -> float:
    """A cell's value as it is drawn: proportions as per cent, rates per 1,000."""
    return scaled(value, statistic.power)


def dress(axis: "Axis", statistic: Statistic, ticks: int = 6) -> None:
    """Few round ticks, with % for shares, pp for differences and thousands separators for counts."""
    locator = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10])
    axis.set_major_locator(locator)
    axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value) + statistic.ending))


def _tick(value: float) -> str:
    decimals = next((places for places in range(4) if abs(round(value, places) - value) < 1e-9), 4)
    return rounded(value, decimals)
