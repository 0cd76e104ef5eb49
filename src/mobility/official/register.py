"""Registers of files that publishers give (`files.csv` of a source), and finding these files in a folder."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mobility.access import ACCESS
from mobility.errors import NO_PATTERN, nearest
from mobility.intake.find import Folders, delivered, fail_if_one_is_empty
from mobility.intake.register import CONFIDENCES
from mobility.storage import read_rows


@dataclass(frozen=True)
class OfficialFile:
    """One row of `files.csv`: a file that the publisher gives, in one edition.

    file : the project's name of it. title : what to look for on the publisher's site. layout : how its table stands.
    pattern : of its name in lower case, with the groups year, part and vintage where the name has them.
    without_it : what is lost where it is absent. access : open, or the class of a file that needs registration.
    confidence : how sure the row is, one of `CONFIDENCES`.
    """

    file: str
    title: str
    layout: str
    pattern: re.Pattern[str]
    without_it: str
    access: str
    confidence: str


File = TypeVar("File", bound=OfficialFile)


@dataclass(frozen=True)
class FoundFile:
    """A file of a delivery whose name fits a row of the register. year: 0 where the name has none."""

    path: Path
    registered: OfficialFile
    year: int


@dataclass(frozen=True)
class RegisterRow:
    """A row of `files.csv` as text, and its pattern of names."""

    cells: Mapping[str, str]
    pattern: re.Pattern[str]

    @property
    def official(self) -> tuple[str, str, str, re.Pattern[str], str, str, str]:
        """The fields of `OfficialFile` in their order."""
        row = self.cells
        return (
            row["file"],
            row["title"],
            row["layout"],
            self.pattern,
            row["without_it"],
            row["access"],
            row["confidence"],
        )


def register_rows(
    path: Path, columns: Sequence[str], layouts: Sequence[str]
) -> tuple[tuple[RegisterRow, ...], list[str]]:
    """Rows of a `files.csv` that can be used, and every problem of the others with its line."""
    rows, problems = [], []
    for line, row in enumerate(read_rows(path), start=2):
        where = f"{path}, line {line}"
        absent = [column for column in columns if row.get(column) is None]
        if absent:
            problems.append(f"{where}: no column {', '.join(absent)}.")
            continue
        for column, allowed in (("layout", layouts), ("access", ACCESS), ("confidence", CONFIDENCES)):
            if row[column] not in allowed:
                problems.append(f"{where}: {column} `{row[column]}`; {nearest(row[column], allowed)}.")
        try:
            rows.append(RegisterRow(row, re.compile(row["file_pattern"])))
        except NO_PATTERN as error:
            problems.append(f"{where}: file_pattern is no regular expression ({error}).")
    return tuple(rows), problems


def find_registered(
    folders: Folders, source: str, files: Iterable[File]
) -> list[tuple[Path, File, Mapping[str, str | None]]]:
    """Every file below the folders whose name, in either case, is a registered file's, with the groups of its name.

    Raises `DeliveryError` where there is no such folder, or one of several holds no such file.
    """
    files = tuple(files)
    found: list[tuple[Path, File, Mapping[str, str | None]]] = []
    for path in delivered(folders, source):
        for registered in files:
            match = registered.pattern.match(path.name.lower())
            if match:
                found.append((path, registered, match.groupdict()))
                break
    fail_if_one_is_empty(folders, source, [path for path, *_ in found])
    return found
