"""The register of kinds of figure: what each draws and the keys that only it reads. Pure data.

To add one: an entry here (with a class of its keys, if it has any), and a module of `render/charts` with its name,
whose `draw(table, words, own)` draws it (and takes the project's folder too, where it is drawn on boundaries).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mobility.keys import key


@dataclass(frozen=True)
class Plain:
    """Keys of a kind that has none of its own."""


@dataclass(frozen=True)
class Lines:
    """Keys of `lines`."""

    x: str = key("What runs along the horizontal axis.", default="columns", enum=["rows", "columns"])
    x_label: str = key("Title of the horizontal axis.", default="", type="string")
    intervals: bool = key("Thin upright lines through the points that have a 95% interval.", default=False, const=True)
    panels: str = key(
        "All lines in one panel, or a panel each over the others in grey.", default="one", enum=["one", "each"]
    )


@dataclass(frozen=True)
class Effects:
    """Keys of `effects`."""

    panels: str = key(
        "The columns as series of one panel, or a panel each.", default="series", enum=["series", "columns"]
    )


@dataclass(frozen=True)
class Intervals:
    """Keys of `intervals`."""

    x_label: str = key("Title of the horizontal axis.", default="", type="string")
    reference: float = key(
        "Height of the line that says no difference, on which a reference row stands.", default=0, type="number"
    )


@dataclass(frozen=True)
class Map:
    """Keys of `map`."""

    inset: str = key("Draws London once more, larger, in the sea.", default="", enum=["london"])
    share_scale: bool = key("The same classes in all panels; without it each has its own.", default=False, const=True)


@dataclass(frozen=True)
class Kind:
    """A kind of figure.

    name : as `kind` of a figure and of the module that draws it. says : what it draws, for the documentation.
    own : class of the keys that belong to it, beyond those of every figure.
    unit_of_table : whether the line under its title says the table's unit, where it has no axis that says it.
    on_ground : whether it is drawn on the boundaries of areas.
    skips_inapplicable : whether it has no place for a number that does not apply, so that its mark is not explained.
    """

    name: str
    says: str
    own: type = Plain
    unit_of_table: bool = False
    on_ground: bool = False
    skips_inapplicable: bool = False


_KINDS = (
    Kind("bars", "a bar a number, or where the columns part each of several rows, a row's shares end to end"),
    Kind("heatmap", "a matrix, the darker the larger", unit_of_table=True),
    Kind("lines", "at most eight lines over what runs along the horizontal axis", Lines),
    Kind("flows", "for each row a diagram of where it goes"),
    Kind("effects", "effects or coefficients of models with their intervals", Effects, skips_inapplicable=True),
    Kind("intervals", "points with their intervals upright over the rows, a series for each column", Intervals),
    Kind(
        "map",
        "a map of England and Wales, or a part of it, for each column; its rows are area codes (an authority, several "
        "joined by +, a region)",
        Map,
        unit_of_table=True,
        on_ground=True,
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
