"""Sums of events that are other sums of events, as moves of all ages are those of all years: found in the numbers.

Tables of rates sum events over rows of different frames, or over different rows of one, so that no row says that the
moves of a pair of areas by age add up to those by sex. The numbers do: where, in all lines that two tables share, items
that stand side by side add up to one other item, they are taken to be its parts. So they are, but for a rest, where
they add up to a little less than the item next to them: moves to each type of area, and to all areas.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from mobility.disclosure.numbers import Where

EXACT = 1e-9  # of a sum, within which it is another
REST = 0.1  # of the events of an item, the most that may be in none of its parts
FEWEST = 2  # lines with events in which items must add up: in one they can by chance
MOST = 100  # items that stand side by side, of which sums are sought
NONE = -1


@dataclass(frozen=True, eq=False)
class Lines:
    """A table's numbers along its rows, or its columns: of each line its categories, and lines x items the numbers."""

    keys: Sequence[Where]
    numbers: np.ndarray


def lines_of(grid: np.ndarray, wheres: Sequence[Sequence[Where]], axes: tuple[str, str]) -> Iterator[Lines]:
    """Rows of a table as lines, then its columns; not where these have no categories, or too many items.

    grid : rows x columns, places of the numbers, `NONE` for none. wheres : of each, the categories of its rows of the
    frame. axes : columns of the frame, by whose categories the rows and the columns are.
    """
    for numbers, own, axis in ((grid, wheres, axes[0]), (grid.T, list(zip(*wheres, strict=True)), axes[1])):
        keys = [frozenset(part for part in line[0] if part[0][0] == axis) for line in own]
        if numbers.shape[1] <= MOST and all(keys) and len(set(keys)) == len(keys):
            yield Lines(keys, numbers)


def totals(tables: Sequence[Lines], sums: np.ndarray) -> Iterator[tuple[list[int], int]]:
    """Places of numbers that add up to another, and of that one, of every two of `tables` and of each by itself.

    sums : of all numbers, by their places.
    """
    told = np.append(sums, 0.0)  # NONE
    for one, other in product(tables, repeat=2):
        places = {key: line for line, key in enumerate(other.keys)}
        shared = [(line, places[key]) for line, key in enumerate(one.keys) if key in places]
        if len(shared) < FEWEST:
            continue
        mine, theirs = one.numbers[[line for line, _ in shared]], other.numbers[[line for _, line in shared]]
        targets = told[theirs]
        wanted = np.count_nonzero(targets, axis=0) >= FEWEST
        for start in range(mine.shape[1] - 1):
            runs = np.cumsum(told[mine[:, start:]], axis=1)[:, 1:, None]
            same = (np.abs(runs - targets[:, None]) <= EXACT * targets[:, None]).all(axis=0) & wanted
            for more, target in np.argwhere(same):
                parts = mine[:, start : start + more + 2]
                yield from _of_lines(parts, theirs[:, target])


def bounded(tables: Sequence[Lines], sums: np.ndarray) -> Iterator[tuple[list[int], int]]:
    """Places of numbers that are parts of the one next to them, but for few of its events, and of that one.

    sums : of all numbers, by their places.
    """
    told = np.append(sums, 0.0)  # NONE
    for numbers in (own for table in tables for own in (table.numbers, table.numbers[:, ::-1])):
        values = told[numbers]
        for place in range(2, numbers.shape[1]):
            whole, runs = values[:, place], np.cumsum(values[:, place - 1 :: -1], axis=1)
            fits = (runs <= (1 + EXACT) * whole[:, None]).all(axis=0) & (runs.sum(axis=0) >= (1 - REST) * whole.sum())
            more = int(np.flatnonzero(fits).max(initial=0))
            if more and np.count_nonzero(whole) >= FEWEST:
                yield from _of_lines(numbers[:, place - 1 - more : place], numbers[:, place])


def _of_lines(parts: np.ndarray, whole: np.ndarray) -> Iterator[tuple[list[int], int]]:
    for own, total in zip(parts, whole, strict=True):
        if total != NONE and total not in own:
            yield own[own != NONE].tolist(), int(total)
