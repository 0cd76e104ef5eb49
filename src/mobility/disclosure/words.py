"""Numbers of rows and persons that stand in words: in notes of cells and in reasons of losses."""

import re
from collections.abc import Callable

from mobility.disclosure.judgement import few

UNITS = "rows?|persons?|people|observations?|pairs|records?|adults|children|households"
NUMBER = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)(?![\d.,]*\d)"
COUNTED = re.compile(rf"(?:fewer than )?{NUMBER}(?= (?:{UNITS})\b)")
ENDING = re.compile(rf"(?<=: ){NUMBER}(?=$|;)")
PART = re.compile(rf"{NUMBER} of {NUMBER}")
HELD_BACK = "[c]"  # as on pages


def without_small(text: str, threshold: int) -> str:
    """A text in which no number of rows or persons is small: `3 rows` are `fewer than 10 rows`.

    Read as such are numbers before a word of `UNITS`, at the end after a colon, and `3 of 1,200`, of which the others
    (1,197) may be few too. With a threshold of 0 the text as it is.
    """

    def told(found: re.Match[str]) -> str:
        return f"fewer than {threshold}" if few(_value(found.group(1)), threshold) else found.group(0)

    def parted(found: re.Match[str]) -> str:
        part, whole = _value(found.group(1)), _value(found.group(2))
        if few(part, threshold):
            return f"fewer than {threshold} of {found.group(2)}"
        return f"all but fewer than {threshold} of {found.group(2)}" if few(whole - part, threshold) else found.group(0)

    steps: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
        (PART, parted),
        (COUNTED, told),
        (ENDING, told),
    )
    for pattern, say in steps:
        text = pattern.sub(say, text)
    return text


def without_numbers(text: str) -> str:
    """A text in which no number of rows or persons stands: `in all 139 rows` is `in all [c] rows`."""
    text = PART.sub(f"{HELD_BACK} of {HELD_BACK}", text)
    for pattern in (COUNTED, ENDING):
        text = pattern.sub(lambda found: found.group(0) if "fewer" in found.group(0) else HELD_BACK, text)
    return text


def _value(number: str) -> int:
    return int(number.replace(",", ""))
