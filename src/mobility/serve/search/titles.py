"""The words of the classification: texts of the 369 unit groups of SOC2010, and the titles of the ONS index."""

import csv
import gzip
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mobility.errors import DataError

BETWEEN = " | "  # of the parts of a text in the register
NO_CODE = "}}}}"  # the index's "needs more information": such a title belongs to no unit group


@dataclass(frozen=True)
class Group:
    """A unit group with what the classification says of it.

    soc : four digits. title, description, tasks : its texts. related : other titles of jobs in it.
    """

    soc: str
    title: str
    description: str = ""
    tasks: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndexTitle:
    """A title of the index, as printed: the noun first ("Assistant, library"), qualifiers in brackets."""

    soc: str
    title: str
    qualifier: str = ""

    @property
    def as_said(self) -> str:
        """The title in the order of speech, `Library assistant`, without its qualifier."""
        head, *rest = [part.strip() for part in self.title.split(",")]
        if not rest:
            return head.removesuffix(" nos")
        said = [part for part in reversed(rest) if part != "nos"]
        own = head[:1].lower() + head[1:] if head[1:2].islower() and said else head
        text = " ".join([*said, own])
        return text[:1].upper() + text[1:]


def read_groups(path: str | Path) -> list[Group]:
    """Unit groups from `soc2010_unit_group_texts.csv.gz`; raises `DataError` where a column is missing."""
    return [
        Group(
            row["soc2010"],
            row["title"],
            row["description"],
            tuple(filter(None, row["tasks"].split(BETWEEN))),
            tuple(filter(None, row["related_job_titles"].split(BETWEEN))),
        )
        for row in _rows(Path(path), ("soc2010", "title", "description", "tasks", "related_job_titles"))
    ]


def read_titles(path: str | Path) -> list[IndexTitle]:
    """Titles with a code from `soc2010_index_titles.csv.gz`, qualifier and industry as one; raises as `read_groups`."""
    return [
        IndexTitle(row["soc2010"], row["title"], bracket(row))
        for row in _rows(Path(path), ("soc2010", "title", "qualifier", "industry"))
        if row["soc2010"] != NO_CODE
    ]


def bracket(row: Mapping[str, str]) -> str:
    """What the index says in brackets: the industry, the qualifier, or one pair of brackets around both."""
    return " ".join(filter(None, (row["industry"], row["qualifier"])))


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    if not path.is_file():
        raise DataError(f"{path}: no such file. It belongs to resources/classifications/; restore it with git.")
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    reader = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}; there are {', '.join(reader.fieldnames or ())}.")
    yield from reader
