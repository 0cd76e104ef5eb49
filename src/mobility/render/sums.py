"""Whether the shares of a table add to 100, said under it only where they do."""

from collections.abc import Mapping
from typing import Any

from mobility.render.formats import missing

CLOSE = 1e-9
ADD, FALL_SHORT = (
    "Each {axis} adds to 100{over}.",
    ("The {axis}s do not add to 100: some observations of the base are in no category that is shown."),
)


def notes_of(spec: Mapping[str, Any], numbers: Mapping[tuple[str, str], Mapping[str, Any]]) -> tuple[str, ...]:
    """Notes of a table, before them whether its rows (or columns) add to 100 where its specification says `complete`.

    numbers : records of cells by (row id, column id). With no line shown whole nothing is said.
    """
    notes = tuple(spec.get("notes", ()))
    if not spec.get("complete"):
        return notes
    axis = spec.get("within", "row")
    sums = [total for total in _sums(spec, numbers, axis) if total is not None]
    if not sums:
        return notes
    whole = all(abs(total - 1) < CLOSE for total in sums)
    over = f" {spec['complete']}" if isinstance(spec["complete"], str) else ""
    return ((ADD if whole else FALL_SHORT).format(axis=axis, over=over), *notes)


def _sums(
    spec: Mapping[str, Any], numbers: Mapping[tuple[str, str], Mapping[str, Any]], axis: str
) -> list[float | None]:
    """Sum of the widest categories of each row (or column); None where one has no number."""
    lines, across = ("rows", "columns") if axis == "row" else ("columns", "rows")
    sets = {
        str(item["id"]): frozenset(map(str, item.get("of", [item["id"]])))
        for item in spec[across]["show"]
        if not item.get("all")
    }
    widest = [name for name, own in sets.items() if not any(own < other for other in sets.values())]
    found = []
    for line in spec[lines]["show"]:
        places = [(str(line["id"]), name) if axis == "row" else (name, str(line["id"])) for name in widest]
        values = [numbers[place]["value"] for place in places if place in numbers]
        known = len(values) == len(places) and not any(missing(value) for value in values)
        found.append(sum(values) if known else None)
    return found
