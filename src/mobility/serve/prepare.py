"""The index of the search, made once when a release is staged."""

from pathlib import Path

from mobility.releases.layout import OCCUPATIONS, SEARCH, TITLES
from mobility.serve.loaded import rows_of
from mobility.serve.search import Group, IndexTitle, bracket
from mobility.serve.search import prepare as write_index


def prepare(folder: Path) -> None:
    """Write the index of a release from its texts and titles."""
    groups = [
        Group(row["soc"], row["title"], row["description"], _parts(row["tasks"]), _parts(row["related"]))
        for row in rows_of(folder / OCCUPATIONS)
    ]
    titles = [IndexTitle(row["soc2010"], row["title"], bracket(row)) for row in rows_of(folder / TITLES)]
    write_index(groups, titles, folder / SEARCH)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())
