"""What a reader can point at in a figure: parts of the drawing that stand for a cell, or name a row or a column."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from matplotlib import figure as drawn
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.text import Annotation, Text

if TYPE_CHECKING:
    from matplotlib.artist import Artist

LETTERS = {Path.MOVETO: "m", Path.LINETO: "l", Path.CURVE3: "q", Path.CURVE4: "c"}
PER_STEP = {Path.CURVE3: 2, Path.CURVE4: 3}  # points that a step of a path takes
REACH = 3.0  # pixels around a word that belong to it


@dataclass(frozen=True)
class Target:
    """Part of a drawing, and the ids of the row and the column that it is about: of both it stands for their cell.

    at : which point of a line, or which outline of a collection, it is; None where it is all of the artist.
    """

    artist: Any
    row: str = ""
    column: str = ""
    at: int | None = None


class Figure(drawn.Figure):
    """A figure that knows what can be pointed at in it; `drawing` : bottom and top of its part between the words."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.targets: list[Target] = []
        self.drawing = (0.0, 1.0)


@dataclass(frozen=True)
class Outline:
    """Where a target lies: pixels from the top left corner, from there on its outline, empty where it is a point."""

    x: int
    y: int
    path: str


def stands_for(artist: "Artist", row: str = "", column: str = "", at: int | None = None) -> None:
    """Say of a part of a drawing which cell it stands for, or which row or column it names."""
    cast(Figure, artist.get_figure(root=True)).targets.append(Target(artist, row, column, at))


def line_stands_for(line: Line2D, cells: "list[tuple[str, str]]") -> None:
    """Say of a line through several numbers which cell each of its points stands for; gaps stand for none."""
    known = np.isfinite(np.asarray(line.get_xydata(), dtype=float)).all(axis=1)
    for at, (cell, there) in enumerate(zip(cells, known, strict=True)):
        if there:
            stands_for(line, *cell, at=at)


def outline(target: Target, height: float) -> Outline:
    """Where a target of a figure of `height` pixels lies, as its canvas draws it."""
    path = _path(target)
    points = (np.asarray(path.vertices) * (1, -1) + (0, height)).round().astype(int)
    x, y = points[0].tolist()
    return Outline(x, y, "".join(_steps(points, path.codes)) if path.codes is not None else "")


def _path(target: Target) -> Path:
    """The outline of a target in pixels; a point has no codes."""
    artist: Any = target.artist
    at = target.at or 0
    if isinstance(target.artist, Text):
        if isinstance(target.artist, Annotation):
            artist.update_positions(artist.get_figure(root=True).canvas.get_renderer())
        box = Text.get_window_extent(artist).padded(REACH)  # without the arrow of an annotation
        return Path(box.corners()[[0, 1, 3, 2, 0]], [1, 2, 2, 2, 79])
    if isinstance(target.artist, Line2D):
        points = artist.get_transform().transform(artist.get_xydata())
        whole = [Path.MOVETO, *[Path.LINETO] * (len(points) - 1)]
        return Path(points, whole) if target.at is None else Path(points[[at]])
    if isinstance(target.artist, PathCollection):
        moved = artist.get_offset_transform().transform(artist.get_offsets()[at])
        path = artist.get_transform().transform_path(artist.get_paths()[at % len(artist.get_paths())])
        return Path(path.vertices + moved, path.codes)
    return artist.get_transform().transform_path(artist.get_path())


def _steps(points: np.ndarray, codes: Any) -> Iterator[str]:
    """Steps of an outline relative to the point before, in the letters of SVG; those of no length are left out."""
    here, at = points[0], 0
    while at < len(points):
        code = codes[at]
        taken = points[at : at + PER_STEP.get(code, 1)]
        at += len(taken)
        if code == Path.CLOSEPOLY:
            yield "z"
        elif code == Path.MOVETO or (taken != here).any():
            yield LETTERS[code] + _pairs(taken - here)
            here = taken[-1]


def _pairs(moves: np.ndarray) -> str:
    return " ".join(f"{x},{y}" for x, y in moves.tolist())
