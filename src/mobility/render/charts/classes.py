"""Classes of a map's numbers: where they begin, how they are coloured and what the legend says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.colors import Colormap, to_hex

from mobility.render.charts.style import NAVY_SCALE, RUST_SCALE
from mobility.render.numbers import rounded, rounded_number

COUNT, PER_SIDE = 5, 3  # classes of numbers of one sign; on either side of zero
STEPS = tuple(factor * 10.0**power for power in range(6, -7, -1) for factor in (5, 2, 1))
SHIFT = 0.2  # a limit is rounded by at most this share of the narrowest class


@dataclass(frozen=True)
class Class:
    """Numbers from `low` (included) to `high` (not), their colour, and their range as the legend has it."""

    low: float
    high: float
    colour: str
    label: str

    def holds(self, value: float) -> bool:
        """Whether a number, rounded as it is shown, is of the class."""
        return self.low <= value < self.high


def classify(values: Sequence[float], decimals: int) -> list[Class]:
    """At most `COUNT` classes of about as many numbers each, lowest first; if any is below zero, `PER_SIDE` a side.

    Parameters
    ----------
    values : numbers in the units that are shown. decimals : decimals shown, to which numbers are rounded before they
        are classed, so that a label says exactly what is in its class.
    """
    shown = [as_shown(value, decimals) for value in values]
    if not shown:
        return []
    limits, colours = _diverging(shown, decimals) if min(shown) < 0 else _sequential(shown, decimals)
    ends = [-np.inf, *limits, np.inf]
    filled = [any(low <= value < high for value in shown) for low, high in pairwise(ends)]
    first, last = filled.index(True), len(filled) - filled[::-1].index(True)
    return [
        Class(ends[place], ends[place + 1], colours[place], _label(ends[place], ends[place + 1], shown, decimals))
        for place in range(first, last)
    ]


def as_shown(value: float, decimals: int) -> float:
    """A number rounded as it is shown."""
    return float(rounded_number(value, decimals))


def _sequential(shown: Sequence[float], decimals: int) -> tuple[list[float], list[str]]:
    limits = _round_limits(np.quantile(shown, np.arange(1, COUNT) / COUNT).tolist(), decimals)
    limits = [limit for limit in limits if limit > min(shown)]
    return limits, _shades(NAVY_SCALE, len(limits) + 1, 0.1)


def _diverging(shown: Sequence[float], decimals: int) -> tuple[list[float], list[str]]:
    """Limits that lie as far below zero as above it, so that equal shades are equal distances from zero."""
    sizes = np.abs([value for value in shown if value != 0])
    limits = _round_limits(np.quantile(sizes, np.arange(1, PER_SIDE) / PER_SIDE).tolist(), decimals)
    limits = [limit for limit in limits if limit > 0]
    side = len(limits) + 1
    colours = [*reversed(_shades(RUST_SCALE, side, 0.25)), *_shades(NAVY_SCALE, side, 0.25)]
    return [*(-limit for limit in reversed(limits)), 0.0, *limits], colours


def _shades(scale: Colormap, count: int, start: float) -> list[str]:
    return [to_hex(scale(place)) for place in np.linspace(start, 1.0, count)]


def _round_limits(limits: Sequence[float], decimals: int) -> list[float]:
    """Limits on the roundest step that hardly moves them, none finer than the decimals shown."""
    narrowest = min((high - low for low, high in pairwise(limits)), default=abs(limits[0]))
    finest = 10.0**-decimals
    for step in STEPS:
        near = [round(limit / step) * step for limit in limits]
        moved = max(abs(after - before) for after, before in zip(near, limits, strict=True))
        if step < finest * 0.99 or moved <= SHIFT * narrowest:
            break
    return sorted({as_shown(limit, decimals) for limit in near})


def _label(low: float, high: float, shown: Sequence[float], decimals: int) -> str:
    """`12.0 to 17.9`: the lowest and the highest number that can be shown in the class; its ends that of the map."""
    first = max(low, min(shown))
    last = max(shown) if high > max(shown) else high - 10.0**-decimals
    texts = [rounded(end, decimals) for end in (first, last)]
    return texts[0] if texts[0] == texts[1] else " to ".join(texts)
