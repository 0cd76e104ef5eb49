"""Names on a map: each in its area where all of them find room, else numbers there and the names below."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path as Shape
from matplotlib.patheffects import withStroke

from mobility.render.charts import style

ROOM = 0.85  # inches to which a name is wrapped
GRID = 24  # places along each side of an area that are tried
HALO = 2.4


@dataclass(frozen=True)
class Name:
    """A text on a map and the middle of its place, in inches from the map's bottom left corner."""

    text: str
    x: float
    y: float

    def touches(self, other: "Name") -> bool:
        """Whether two names overlap."""
        across = (_width(self.text) + _width(other.text)) / 2
        down = (style.text_height(self.text, style.SMALL) + style.text_height(other.text, style.SMALL)) / 2
        return abs(self.x - other.x) < across and abs(self.y - other.y) < down


def name_areas(labels: Mapping[str, str], shapes: Mapping[str, Shape]) -> tuple[tuple[Name, ...], str]:
    """The texts that go on a map, and the line that says what its numbers stand for, empty where it has the names."""
    places = {row: _middle(shapes[row]) for row in labels if row in shapes}
    names = tuple(Name(style.wrap(labels[row], style.SMALL, ROOM), *place) for row, place in places.items())
    if not any(one.touches(other) for one, other in combinations(names, 2)):
        return names, ""
    numbers = tuple(Name(str(at), *place) for at, place in enumerate(places.values(), start=1))
    return numbers, "On the map: " + ", ".join(f"{at} {labels[row]}" for at, row in enumerate(places, start=1)) + "."


def write_names(axes: Axes, names: tuple[Name, ...], corner: tuple[float, float]) -> None:
    """Write names on the map whose bottom left corner is at `corner`."""
    look: style.Look = {"size": style.SMALL, "color": "black", "ha": "center", "va": "center", "linespacing": 1.05}
    for name in names:
        halo = [withStroke(linewidth=HALO, foreground="white")]
        axes.text(corner[0] + name.x, corner[1] + name.y, name.text, path_effects=halo, **look)


def _width(text: str) -> float:
    return max(style.text_width(line, style.SMALL) for line in text.split("\n")) + 0.03


def _middle(shape: Shape) -> tuple[float, float]:
    """The place of a grid inside an area that is farthest from its edge, upward and downward counting double."""
    box = shape.get_extents()
    steps = (np.arange(GRID) + 0.5) / GRID
    grid = np.array([(box.x0 + x * box.width, box.y0 + y * box.height) for x in steps for y in steps])
    inside = grid[shape.contains_points(grid)]
    if not len(inside):
        return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    corners = np.asarray(shape.vertices)[np.asarray(shape.codes) != Shape.CLOSEPOLY]
    away = np.hypot(*((inside[:, None] - corners) * (1.0, 2.0)).transpose(2, 0, 1)).min(axis=1)
    x, y = inside[int(away.argmax())]
    return float(x), float(y)
