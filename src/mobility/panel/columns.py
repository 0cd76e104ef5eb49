"""How a register names a column of a file: by one name, by several of which the first that is there holds, by parts.

`CASENOP|CASENO` is the first of the two that the file has. `PWT##` is any name with two digits in place of `##`, of
which the file must have one. `WEEK.2+W1YR.1` joins whole numbers, each written with that many digits.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mobility.intake.formats import bad_cells, to_codes

OTHERS, JOIN, WIDTH, DIGIT = "|", "+", ".", "#"


@dataclass(frozen=True)
class Found:
    """Columns of a file that a register's text means, none where it has none.

    widths : digits of each, where they are joined. first : whether they are those that the text names first.
    rivals : columns that fit the same name, of which nothing says which is meant.
    """

    columns: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    first: bool = True
    rivals: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The columns in words."""
        return " with ".join(self.columns)


def with_prefix(text: str, prefix: str) -> str:
    """The text with a prefix before each of its names."""
    return re.sub(r"(^|[|+])", lambda found: found[1] + prefix, text) if prefix else text


def first_name(text: str) -> str:
    """The name that stands first in a text, as a message or an invented file writes it."""
    return text.split(OTHERS)[0].split(JOIN)[0].split(WIDTH)[0]


def find_columns(text: str, header: Collection[str]) -> Found:
    """The columns of a lower-cased header that a register's text means."""
    for place, alternative in enumerate(text.lower().split(OTHERS)):
        names, _, widths = zip(*(part.partition(WIDTH) for part in alternative.split(JOIN)), strict=True)
        fitting = [_fitting(name, header) for name in names]
        if all(fitting):
            rivals = next((found for found in fitting if len(found) > 1), ())
            columns = () if rivals else tuple(found[0] for found in fitting)
            return Found(columns, tuple(int(width) for width in widths if width), place == 0, tuple(rivals))
    return Found()


def _fitting(name: str, header: Collection[str]) -> tuple[str, ...]:
    if DIGIT not in name:
        return (name,) if name in header else ()
    pattern = re.compile(re.escape(name).replace(re.escape(DIGIT), r"\d"))
    return tuple(column for column in header if pattern.fullmatch(column))


def joined(frame: pd.DataFrame, found: Found, blank: int) -> tuple[pd.Series, list[str]]:
    """(n,) int64 number written by the parts, `blank` where one of them is missing; what is wrong with their cells."""
    number, missing, problems = np.zeros(len(frame), dtype="int64"), np.zeros(len(frame), dtype=bool), []
    for column, width in zip(found.columns, found.widths, strict=True):
        codes, bad = to_codes(frame[column], blank)
        if len(bad):
            problems.append(bad_cells(bad, "whole numbers"))
            continue
        part = codes.to_numpy("int64")
        if (part >= 10**width).any():
            problems.append(f"{column} has numbers of more than {width} digits, so that persons could be mixed up")
        missing |= part < 0
        number = number * 10**width + part
    return pd.Series(np.where(missing, blank, number), index=frame.index), problems
