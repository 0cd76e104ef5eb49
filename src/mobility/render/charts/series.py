"""A line of a chart, as it is drawn among others or in a panel of its own."""

from dataclasses import dataclass

from mobility.render.table import Cell


@dataclass(frozen=True)
class Series:
    """A line: its name, its look and its cells along the axis, whose steps have these labels.

    ids : of row and column of each cell. names : of the row and the column that the line is, one of them empty.
    """

    label: str
    colour: str
    marker: str
    dash: object
    cells: tuple[Cell, ...]
    steps: tuple[str, ...]
    ids: tuple[tuple[str, str], ...]
    names: tuple[str, str]
