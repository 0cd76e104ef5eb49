"""The class of files, found from what they carry: folders and documents with a study number, names, columns."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mobility.access.classes import MINIMUM, STRICTEST, strictest
from mobility.access.register import Listed, listed

# A folder of an archive (UKDA-6614-stata, SN 6614), and the documents that lie in it beside the data.
FOLDER = re.compile(r"(?:ukda|(?<![a-z])sn)[-_ ]*(\d{4,7})(?!\d)")
DOCUMENT = re.compile(r"(?:read(\d{4,7})\.\w+|(\d{4,7})_file_information\.\w+|ukda_study_(\d{4,7})_information\.\w+)")
# From a file up to the folder of its delivery: ukhls, stata14_se, stata, UKDA-6614-stata, the folder itself.
LEVELS = 5


@dataclass(frozen=True)
class Marked:
    """A file whose class is asked for, and its columns where they are known."""

    path: Path
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Access:
    """The class under which data come, and why: sentences that name files by their names alone.

    files : the class of each file by itself; one that is not here has that of the whole.
    """

    name: str
    reasons: tuple[str, ...]
    files: Mapping[Path, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """The class and why, as `mobility check` says it."""
        least = MINIMUM[self.name]
        means = f"numbers rest on at least {least} persons" if least else "no number is held back"
        head = f"Class of access: {self.name} ({means}, or what config.yaml says if that is more):"
        return ["", head, *(f"  {reason}" for reason in self.reasons)]


def class_of(files: Iterable[Marked], source: str, stated: str = "") -> Access:
    """The class of data that were read from some files: the strictest of what is stated and of what each file shows.

    Parameters
    ----------
    files : those that were read.
    source : folder of sources/ that read them. A file of a survey that the register knows by this source or by its
        columns, and whose edition it does not know, counts as the strictest of that survey.
    stated : class that the source or study states, which the register can only make stricter. A file of which neither
        says anything counts as the strictest of all.
    """
    shown = {file.path: list(_shown(file, source)) for file in files}
    classes = {path: _strictest_of([access for access, *_ in found], stated) for path, found in shown.items()}
    reasons: dict[tuple[str, str], list[str]] = {}
    for path, found in shown.items():
        for access, why in found:
            reasons.setdefault((access, why), []).append(path.name)
    told = [f"{_counted(names)}: {access}, {why}." for (access, why), names in reasons.items()]
    unknown = [path.name for path, found in shown.items() if not found]
    told += [f"{_counted(unknown)}: {STRICTEST}, nothing says otherwise."] if unknown and not stated else []
    told += (
        [f"No file is known to the register of study numbers; its own description states: {stated}."]
        if stated and not reasons
        else []
    )
    return Access(strictest(classes.values() or [_strictest_of([], stated)]), tuple(told), classes)


def _strictest_of(shown: Sequence[str], stated: str) -> str:
    """The class of a file: the strictest of what it shows and of what is stated, of all where neither says anything."""
    return strictest([*shown, *([stated] if stated else [])] or [STRICTEST])


def _counted(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _shown(file: Marked, source: str) -> Iterator[tuple[str, str]]:
    """What one file shows: class and why."""
    name, numbers = file.path.name, _numbers(file.path)
    by_name = [row for row in listed() if row.has(name)]
    by_number = [row for row in listed() if not numbers.isdisjoint(row.numbers)]
    by_column = [row for row in listed() if row.columns and _has_all(file.columns, row)]
    marks = {"its name": by_name, "the number of its folder": by_number, "columns": by_column}
    for row in dict.fromkeys(row for rows in marks.values() for row in rows):
        shown = " and ".join(mark for mark, rows in marks.items() if row in rows)
        yield row.access, f"{row.shown}, by {shown}"
    strange = sorted(numbers - {number for row in listed() for number in row.numbers})
    if strange and not any(row.every_number for row in by_name):
        yield STRICTEST, f"SN {strange[0]} is not in the register of study numbers, so the strictest class"
    if not by_name and not by_number:
        surveys = {known for row in by_column for known in row.sources} | {source}
        kin = [row for row in listed() if not surveys.isdisjoint(row.sources)]
        if kin:
            yield strictest(row.access for row in kin), "a file of its survey that the register does not know"


def _has_all(columns: Sequence[str], row: Listed) -> bool:
    lowered = [column.strip().lower() for column in columns]
    return all(any(pattern.fullmatch(column) for column in lowered) for pattern in row.columns)


def _numbers(path: Path) -> set[str]:
    """Study numbers that the folders of a file carry in their names, or in those of the archive's documents in them."""
    places = {place for known in (path.absolute(), path.resolve()) for place in known.parents[:LEVELS]}
    folders = {match[1] for place in places for match in FOLDER.finditer(place.name.lower())}
    documents = (DOCUMENT.fullmatch(other.name.lower()) for place in places for other in _listing(place))
    return folders | {number for match in documents if match for number in match.groups() if number}


def _listing(place: Path) -> list[Path]:
    try:
        return list(place.iterdir())
    except OSError:  # a folder that may be entered but not listed
        return []
