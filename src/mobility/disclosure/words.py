"""Numbers of rows and persons that stand in words: in notes of cells and in reasons of losses."""

import re
from collections.abc import Callable

from mobility.disclosure.judgement import few

UNITS = "rows?|persons?|people|observations?|pairs?|records?|adults?|child(?:ren)?|households?"
NUMBER = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)(?![\d.,]*\d)"
COUNTED = re.compile(rf"(?:fewer than )?{NUMBER} ({UNITS})(?: (is|was|has))?\b")
ENDING = re.compile(rf"(?<=: ){NUMBER}(?=$|;)")
PART = re.compile(rf"{NUMBER} of {NUMBER}")
# What Stata says of rows with a fitted probability of 0 or 1: they are in a category or crossing where all are alike.
DETERMINED = "completely determined"
HELD_BACK = "[c]"  # as on pages
VERBS = {"is": "are", "was": "were", "has": "have"}


def without_small(text: str, threshold: int) -> str:
    """A text in which no number of rows or persons is small: `3 rows` are `fewer than 10 rows`, and so is `1 row`.

    Read as such are numbers before a word of `UNITS`, at the end after a colon, and `3 of 1,200`, of which the others
    (1,197) may be few too. With a threshold of 0 the text as it is.
    """

    def told(found: re.Match[str]) -> str:
        small = few(_value(found.group(1)), threshold)
        return f"fewer than {threshold}{_of_many(found)}" if small else found.group(0)

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


def without_alike(note: str) -> str:
    """A note without the part that says of some rows, which may be of few persons, that all of them are alike."""
    return "; ".join(part for part in note.split("; ") if not part.endswith(DETERMINED))


def without_numbers(text: str) -> str:
    """A text in which no number of rows or persons stands: `in all 139 rows` is `in all [c] rows`."""
    text = PART.sub(f"{HELD_BACK} of {HELD_BACK}", text)
    for pattern in (COUNTED, ENDING):
        text = pattern.sub(_held_back, text)
    return text


def _held_back(found: re.Match[str]) -> str:
    return found.group(0) if "fewer" in found.group(0) else f"{HELD_BACK}{_of_many(found)}"


def _of_many(found: re.Match[str]) -> str:
    """The unit after a number, and its verb, in the plural: one row in the singular says that it is one."""
    if found.re is not COUNTED:
        return ""
    unit, verb = found.group(2), found.group(3)
    many = "children" if unit == "child" else unit if unit.endswith(("s", "people", "children")) else f"{unit}s"
    return f" {many} {VERBS[verb]}" if verb else f" {many}"


def _value(number: str) -> int:
    return int(number.replace(",", ""))
