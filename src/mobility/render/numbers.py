"""How a number is written: rounding, minus sign, percent, thousands and the marks that stand for a number."""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mobility.errors import RenderError, nearest
from mobility.statistics import Statistic, statistic_of

MINUS = "\u2212"
SUPPRESSED = "[c]"
NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"
LOW_BASE = "[low]"
PER_CENT = 2  # power of ten
SCIENTIFIC = "scientific"
CONFIDENTIAL = "suppressed"
UNUSABLE = ("not_estimable", "not_converged")
UNRELIABLE = "low_base"
FLAGS = ("", CONFIDENTIAL, UNRELIABLE, *UNUSABLE)

MARKS = {
    SUPPRESSED: "confidential: the number is held back because too few people stand behind it, "
    "or because another held-back number could be worked out from it.",
    NOT_AVAILABLE: "not available: the data or the model did not give a number that can be shown.",
    NOT_APPLICABLE: "not applicable: there can be no such number, as where a model does not have the term.",
    LOW_BASE: "low base: few observations stand behind the number, so it is unreliable.",
}


def missing(value: Any) -> bool:
    """Whether a cell's entry is empty: None, an empty text or not a number."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def rounded_number(value: float, decimals: int) -> Decimal:
    """`value` at `decimals`, halves away from zero as its shortest decimal form has them; never minus zero."""
    quantum = Decimal(1).scaleb(-decimals)
    return Decimal(str(float(value))).quantize(quantum, rounding=ROUND_HALF_UP) + 0


def rounded(value: float, decimals: int) -> str:
    """`value` at `decimals` with thousands separators and a true minus."""
    number = rounded_number(value, decimals)
    text = f"{abs(number):,.{decimals}f}"
    return MINUS + text if number < 0 else text


def scaled(value: float, power: int) -> float:
    """`value` times ten to the `power`, in decimal arithmetic, so that 0.8815 becomes 88.15 and rounds to 88.2."""
    return float(Decimal(str(float(value))).scaleb(power))


def signed(value: float, statistic: Statistic, decimals: int) -> str:
    """An estimate with its sign, none before a zero: an effect of 0.029 is +2.9 pp, a coefficient of 0.5 is +0.50."""
    number = scaled(value, statistic.power)
    plus = "+" if rounded_number(number, decimals) > 0 else ""
    return plus + rounded(number, decimals) + (" pp" if statistic_of(statistic.name).power == PER_CENT else "")


def scientific(value: float) -> str:
    """A number near 0 with one digit and its power of ten: 7e−16."""
    return f"{value:.0e}".replace("-", MINUS) if value else "0"


def printed_decimals(half_width: float, statistic: Statistic) -> int:
    """Decimals of a published number as it was printed, from half a unit of its last digit: 0.005 of a share is 1%."""
    digits = -round(math.log10(2 * half_width))
    return max(0, digits - statistic.power)


def number_text(value: float, statistic: Statistic, decimals: int) -> str:
    """`value` of a statistic as it is shown: a share of 0.8815 is 88.2%, a rate of 0.0432 is 43.2 (per 1,000).

    A number below the least that is told apart, such as a p-value of 0.0001, is said to be below it.
    """
    if statistic.name == SCIENTIFIC:
        return scientific(value)
    if 0 <= value < statistic.least:
        return f"below {statistic.least:g}"
    return rounded(scaled(value, statistic.power), 0 if statistic.whole else decimals) + statistic.ending


def count_text(value: float) -> str:
    """A count with thousands separators."""
    return rounded(value, 0)


def checked_flag(flag: Any, where: str) -> str:
    """The flag of a cell; raises `RenderError` where it is not one of `FLAGS`."""
    text = "" if missing(flag) else str(flag)
    if text not in FLAGS:
        raise RenderError(f"{where}: flag {text!r} has no mark. {nearest(text, FLAGS[1:])}. Mend the released cells.")
    return text


def shown(value: float | None, statistic: Statistic, decimals: int, flag: str, stars: int = 0) -> str:
    """What stands in the table for a cell: a number with its stars, or the mark of why there is none."""
    if flag == CONFIDENTIAL:
        return SUPPRESSED
    if flag in UNUSABLE or value is None or missing(value):
        return NOT_AVAILABLE
    text = number_text(value, statistic, decimals) + "*" * stars
    return f"{text} {LOW_BASE}" if flag == UNRELIABLE else text
