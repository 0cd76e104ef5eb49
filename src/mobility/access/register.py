"""`study_numbers.csv`: what is known of the data sets of the archives, whose class no file of a project can lower."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mobility.storage import read_rows

PATH = Path(__file__).with_name("study_numbers.csv")


@dataclass(frozen=True)
class Listed:
    """One row of the register.

    numbers : study numbers of the archive. sources : folders of sources/ that read the survey, of which a file that no
    row knows counts as the strictest. names : of its files, lower case, without the ending; None where none is known.
    every_number : whether a name is enough, since each edition has a number of its own. columns : patterns that the
    columns of a file, lower case, all have to meet to show that it was made from these data.
    """

    numbers: tuple[str, ...]
    title: str
    sources: tuple[str, ...]
    access: str
    names: re.Pattern[str] | None
    every_number: bool
    columns: tuple[re.Pattern[str], ...]
    confidence: str

    def has(self, name: str) -> bool:
        """Whether a file of this name, in any form and case, is one of its own."""
        return self.names is not None and bool(self.names.fullmatch(name.lower().split(".")[0]))

    @property
    def shown(self) -> str:
        """The data set in words."""
        number = f"SN {self.numbers[0]}" if len(self.numbers) == 1 else ""
        return ", ".join(filter(None, (number, self.title)))


@cache
def listed() -> tuple[Listed, ...]:
    """Every row of the register."""
    return tuple(
        Listed(
            numbers=tuple(row["numbers"].split()),
            title=row["title"],
            sources=tuple(row["sources"].split()),
            access=row["access"],
            names=re.compile(row["file_name"]) if row["file_name"] else None,
            every_number=row["every_number"] == "yes",
            columns=tuple(map(re.compile, row["columns"].split())),
            confidence=row["confidence"],
        )
        for row in read_rows(PATH)
    )
