"""The smallest groups behind any number that leaves, over all tables: what a checker asks first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import pandas as pd

from mobility.checker.outputs import in_words
from mobility.settings import Study, TableSpec

LISTED = 20
BASE = "in its base"
# Column of the evidence: what the group is to the number, and the column that says what it is of.
GROUPS = {
    "persons": ("in the cell", "unit"),
    "base_persons": (BASE, "base_unit"),
    "complement": ("in its base, outside the cell", "unit"),
}


@dataclass(frozen=True)
class Group:
    """A group behind numbers of a table.

    size, unit : how many, and of what, in the plural. what : what it is to the numbers, as `GROUPS` says it.
    table, title : of the table, as shown.
    name : of the table in the files. row, columns : of the cells in words; several cells of one row, or of one column,
    share a base.
    """

    size: int
    unit: str
    what: str
    table: str
    title: str
    name: str
    row: str
    columns: str


def smallest(study: Study, cells: Mapping[str, pd.DataFrame], listed: int = LISTED) -> tuple[tuple[Group, ...], int]:
    """The smallest groups of anybody behind numbers that leave as they are, the smallest first; rounded ones are not.

    And how many more are just as small as the last of them.

    Parameters
    ----------
    cells : of each table the cells that are to leave, with their evidence. listed : how many groups.
    """
    plain = {name: own[own["leaves"] & ~(own["rounded_to"] > 0)] for name, own in cells.items()}
    # Of each size in each table there is a group at least, so that none above the last of as many sizes is listed.
    sizes = sorted(size for own in plain.values() for evidence in GROUPS for size in _sizes(own[evidence], listed))
    most = sizes[:listed][-1] if sizes else 0.0
    groups = (group for name, own in plain.items() for group in _of_table(study.tables[name], own, most))
    ordered = sorted(groups, key=lambda group: group.size)
    found, rest = tuple(ordered[:listed]), ordered[listed:]
    return found, sum(group.size == found[-1].size for group in rest)


def _sizes(counts: pd.Series, listed: int) -> list[float]:
    """The smallest of the sizes of groups that have anybody, each once."""
    return counts[counts > 0].drop_duplicates().nsmallest(listed).tolist()


def _of_table(spec: TableSpec, cells: pd.DataFrame, most: float) -> Iterator[Group]:
    """Groups of a table that are not larger than `most`."""
    for evidence, (what, unit) in GROUPS.items():
        sizes = _sizes(cells.loc[cells[evidence] <= most, evidence], len(cells))
        for size, (counted, own) in product(sizes, cells.groupby(unit, sort=False)):
            for row, columns in _together(spec, own[own[evidence] == size], shared=what == BASE):
                yield Group(int(size), str(counted), what, spec.number, spec.title, spec.table, row, columns)


def _together(spec: TableSpec, cells: pd.DataFrame, shared: bool) -> Iterable[tuple[str, str]]:
    """Cells in words; those of one row (of one column, where shares are within it) that share a base together."""
    lines: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for row, column, cell in in_words(spec, cells):
        key = (cell.column if spec.within == "column" else cell.row,) if shared else (cell.row, cell.column)
        lines.setdefault(key, []).append((row, column))
    for own in lines.values():
        rows, columns = (tuple(dict.fromkeys(words)) for words in zip(*own, strict=True))
        yield "; ".join(rows), "; ".join(columns)
