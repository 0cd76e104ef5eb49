"""Whether the shares of a table add to 100, said under it only where they do, and whether its numbers are rounded."""

from collections.abc import Mapping
from typing import Any

from mobility.render.numbers import missing
from mobility.settings import TableSpec

CLOSE = 1e-9
SAID = (
    "To protect persons, numbers of observations are {words}, up or down; shares are made from these, and need not add "
    "to 100."
)
SAID_OF_MEDIANS = "To protect persons, each median is rounded to a multiple at which enough of them meet: here {steps}."
ADD, FALL_SHORT = (
    "Each {axis} adds to 100{over}.",
    ("The {axis}s do not add to 100: some observations of the base are in no category that is shown."),
)


def notes_of(spec: TableSpec, numbers: Mapping[tuple[str, str], Mapping[str, Any]]) -> tuple[str, ...]:
    """Notes of a table, before them whether its rows (or columns) add to 100 where its specification says `complete`.

    Of rounded numbers it is said how they are instead, of rounded medians to what.

    numbers : records of cells by (row id, column id). With no line shown whole nothing is said.
    """
    return (*_of_medians(numbers), *_of_shares(spec, numbers))


def _of_medians(numbers: Mapping[tuple[str, str], Mapping[str, Any]]) -> tuple[str, ...]:
    from mobility.cells import MEDIAN_ROUNDED

    said = (str(number.get("note")).partition(MEDIAN_ROUNDED)[2] for number in numbers.values())
    steps = sorted({step for step in said if step}, key=float)
    return (SAID_OF_MEDIANS.format(steps=" to ".join(dict.fromkeys((steps[0], steps[-1])))),) if steps else ()


def _of_shares(spec: TableSpec, numbers: Mapping[tuple[str, str], Mapping[str, Any]]) -> tuple[str, ...]:
    from mobility.cells import ROUNDED

    notes = (str(number.get("note")) for number in numbers.values())
    rounded = {note.partition(":")[0] for note in notes if note.startswith(ROUNDED)}
    if rounded:
        return (*(SAID.format(words=words) for words in sorted(rounded)), *spec.notes)
    sums = [total for total in _sums(spec, numbers) if total is not None] if spec.complete else []
    if not sums:
        return spec.notes
    whole = all(abs(total - 1) < CLOSE for total in sums)
    over = f" {spec.complete}" if isinstance(spec.complete, str) else ""
    return ((ADD if whole else FALL_SHORT).format(axis=spec.within, over=over), *spec.notes)


def _sums(spec: TableSpec, numbers: Mapping[tuple[str, str], Mapping[str, Any]]) -> list[float | None]:
    """Sum of the widest categories of each row (or column); None where one has no number."""
    along_rows = spec.within == "row"
    lines, across = (spec.rows, spec.columns) if along_rows else (spec.columns, spec.rows)
    sets = {item.id: frozenset(item.of) for item in across.items if not item.everyone}
    widest = [name for name, own in sets.items() if not any(own < other for other in sets.values())]
    found = []
    for line in lines.ids:
        places = [(line, name) if along_rows else (name, line) for name in widest]
        values = [numbers[place]["value"] for place in places if place in numbers]
        known = len(values) == len(places) and not any(missing(value) for value in values)
        found.append(sum(values) if known else None)
    return found
