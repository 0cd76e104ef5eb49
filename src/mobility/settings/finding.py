"""The finding of a figure, as its file says it: a sentence with places, and how each is computed from the cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FRACTION, NUMBER, PERCENT = "fraction", "number", "percent"
HIGHEST, LOWEST, CHANGE = "highest", "lowest", "change"


@dataclass(frozen=True)
class Place:
    """What stands at a place of the sentence.

    form : `fraction` (a share as nine in ten), `number` (a cell as it is shown), `percent` (a difference of logarithms
        as the size of the change in per cent), `highest` or `lowest` (the label of the row of a column, or of the
        column of a row, that has it) or `change` (a wording, by a sign).
    cell : row and column; of `highest` and `lowest` one of them, the other empty. than : the cell that a change is
        from; empty for a change from zero. up, down, unsure : wordings of a change, the last where it may be none.
    """

    form: str
    cell: tuple[str, str]
    than: tuple[str, str] = ("", "")
    up: str = ""
    down: str = ""
    unsure: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Place":
        """From `{form: what of it}`."""
        ((form, value),) = raw.items()
        if form in (HIGHEST, LOWEST):
            return cls(form, (str(value.get("row", "")), str(value.get("column", ""))))
        if form == CHANGE:
            wordings = {name: value.get(name, "") for name in ("up", "down", "unsure")}
            return cls(form, _pair(value["of"]), _pair(value.get("than", ("", ""))), **wordings)
        return cls(form, _pair(value))


@dataclass(frozen=True)
class Finding:
    """A sentence whose `{places}` are computed; it is not said where one of them is uncertain or not shown."""

    says: str
    computed: Mapping[str, Place]

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Finding":
        """From `finding` of a figure file."""
        return cls(raw["says"], {name: Place.read(place) for name, place in raw["computed"].items()})


def _pair(value: Any) -> tuple[str, str]:
    row, column = value
    return str(row), str(column)
