"""Outlines of the authorities of England and Wales on the British National Grid, in metres, made lighter for drawing.

A ring is a tuple of corners, the last one joined to the first: outer rings run clockwise, holes the other way round.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path

from mobility.areas.codes import load_areas
from mobility.storage import read_json, read_register

BOUNDARY_VINTAGE = 2018  # the codes of the boundaries of December 2014, unchanged to 2018
JOIN = "+"
Point = tuple[float, float]
Ring = tuple[Point, ...]


def load_outlines(root: Path) -> dict[str, tuple[Ring, ...]]:
    """Rings of the 348 authorities of December 2014 by code, from `resources/areas` (EPSG:27700)."""
    content = read_json(root / "resources" / "areas" / "lad2014_boundaries_ew_bng.geojson.gz")
    return {feature["properties"]["lad_code"]: _rings(feature["geometry"]) for feature in content["features"]}


def _rings(geometry: Mapping) -> tuple[Ring, ...]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return tuple(tuple(map(tuple, ring[:-1])) for polygon in polygons for ring in polygon)


def members(code: str, root: Path) -> tuple[str, ...]:
    """Authorities of the boundaries that a code stands for, sorted; empty for one that they do not have.

    A code is that of an authority of any vintage, of an English region or of Wales, or several joined by `+`.
    """
    areas, regions = load_areas(root), _regions(root)
    found: list[str] = []
    for part in code.split(JOIN):
        of_part = regions.get(part) or areas.targets(part, BOUNDARY_VINTAGE)
        if not all(name[:1] in "EW" for name in of_part) or not of_part:
            return ()
        found += of_part
    return tuple(sorted(found))


@cache
def _regions(root: Path) -> dict[str, tuple[str, ...]]:
    rows = read_register(root / "resources" / "areas" / "la_regions.csv")
    return {region: tuple(part["lad_code"]) for region, part in rows.groupby("region_code")}


def simplified(outlines: Mapping[str, tuple[Ring, ...]], least: float) -> dict[str, tuple[Ring, ...]]:
    """Outlines without what is smaller than `least` square metres: islands, and corners by their triangle.

    A corner where two edges meet goes while the triangle that it makes with its neighbours is the smallest of all and
    below `least` (Visvalingam and Whyatt 1993). Neighbouring areas lose the same corners of a shared border and so fit
    together; corners where three areas meet, the largest ring of each area and a triangle of every ring stay.
    """
    large = {code: _large(rings, least) for code, rings in outlines.items()}
    kept = _kept_corners(_graph(ring for rings in large.values() for ring in rings), least)
    return {
        code: tuple(tuple(corner for corner in ring if corner in kept) for ring in rings)
        for code, rings in large.items()
    }


def _large(rings: tuple[Ring, ...], least: float) -> list[Ring]:
    """Holes, islands of `least` square metres and more, and the largest ring."""
    largest = max(rings, key=lambda ring: -signed_area(ring))
    return [ring for ring in rings if ring is largest or not -least < signed_area(ring) < 0]


def signed_area(ring: Ring) -> float:
    """Area inside a ring, square metres: negative where it runs clockwise (an outer ring)."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in _edges(ring)) / 2


def _edges(ring: Ring) -> Iterable[tuple[Point, Point]]:
    return pairwise((*ring, ring[0]))


def _graph(rings: Iterable[Ring]) -> dict[Point, set[Point]]:
    graph: dict[Point, set[Point]] = {}
    for ring in rings:
        for one, other in _edges(ring):
            graph.setdefault(one, set()).add(other)
            graph.setdefault(other, set()).add(one)
    return graph


def _kept_corners(graph: dict[Point, set[Point]], least: float) -> dict[Point, set[Point]]:
    """The graph without corners of small triangles, smallest first; changes and returns `graph`."""
    sizes = {corner: _triangle(corner, *ends) for corner, ends in graph.items() if len(ends) == 2}
    heap = [(size, corner) for corner, size in sizes.items()]
    heapify(heap)
    while heap and heap[0][0] < least:
        size, corner = heappop(heap)
        if sizes.get(corner) != size:
            continue
        one, other = graph[corner]
        if other in graph[one]:
            continue
        del graph[corner], sizes[corner]
        for end, across in ((one, other), (other, one)):
            graph[end] = (graph[end] - {corner}) | {across}
            if end in sizes:
                sizes[end] = max(size, _triangle(end, *graph[end]))
                heappush(heap, (sizes[end], end))
    return graph


def _triangle(corner: Point, one: Point, other: Point) -> float:
    across = (one[0] - corner[0]) * (other[1] - corner[1]) - (other[0] - corner[0]) * (one[1] - corner[1])
    return abs(across) / 2


def united(rings: Iterable[Ring]) -> tuple[Ring, ...]:
    """Rings of areas put together: edges that run both ways lie between two of them and go."""
    edges = dict.fromkeys(edge for ring in rings for edge in _edges(ring))
    onward: dict[Point, list[Point]] = {}
    for start, end in edges:
        if (end, start) not in edges:
            onward.setdefault(start, []).append(end)
    loops = []
    while onward:
        loops.append(_take_loop(onward))
    return tuple(loops)


def _take_loop(onward: dict[Point, list[Point]]) -> Ring:
    """Walk from a corner along edges until it is met again, taking them out of `onward`."""
    start = at = next(iter(onward))
    loop: list[Point] = []
    while not loop or at != start:
        loop.append(at)
        ends = onward[at]
        following = ends.pop()
        if not ends:
            del onward[at]
        at = following
    return tuple(loop)
