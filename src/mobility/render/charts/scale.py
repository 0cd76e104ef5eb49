"""Axes in the units of the cells: percent, points or plain numbers."""

from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter, MaxNLocator

from mobility.render.formats import PER_THOUSAND, PERCENT, canonical, rounded, scaled

if TYPE_CHECKING:
    from matplotlib.axis import Axis


def in_units(value: float, statistic: str) -> float:
    """A cell's value as it is drawn: proportions as per cent, rates per 1,000."""
    if canonical(statistic) in PER_THOUSAND:
        return scaled(value, 3)
    return scaled(value, 2) if canonical(statistic) in PERCENT else value


def dress(axis: "Axis", statistic: str, ticks: int = 6) -> None:
    """Few round ticks, with % for shares, pp for differences and thousands separators for counts."""
    ending = {"share": "%", "difference": " pp"}.get(canonical(statistic), "")
    locator = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10])
    axis.set_major_locator(locator)
    axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value) + ending))


def _tick(value: float) -> str:
    decimals = next((places for places in range(4) if abs(round(value, places) - value) < 1e-9), 4)
    return rounded(value, decimals)
