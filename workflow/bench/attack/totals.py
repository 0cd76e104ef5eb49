"""Sums of events over cells: where those that are shown add up, so do those with a hidden cell among them.

A rate times its base is its events, in all digits. Items of a table that stand side by side and add up to an item of
the same lines, of this table or another, are its parts: seen where all of them are shown, and taken to hold everywhere.
So is an item the difference of two others, as net moves.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations, product

import numpy as np

from attack.relations import Collected, Group, Key

SEEN = 2  # lines with events that are shown whole and add up, from which the others are taken to
NEAR = 1e-9  # of a sum of events, within which it is another: rates have 15 digits
ITEMS = 100
Lines = tuple[Sequence[Key], np.ndarray]  # keys of lines, and lines x items their groups


def add_totals(found: Collected) -> None:
    """Add what rates of a study tell of each other's events, and the digits of those that add up."""
    lines, net = list(_lines(found)), {group.measure for group, events in found.made.items() if events < 0}
    told = {group: events for group, events in found.events.items() if group.measure not in net}
    exact = _add_differences(found, lines)
    for one, other in product(lines, repeat=2):
        for parts, whole in _totals(one, other, told):
            groups = [*parts, whole]
            exact |= {group: told[group] for group in groups if group in told}
            if len({*groups}) == len(groups) and not told.keys() >= {*groups}:
                found.sums.append(({**dict.fromkeys(parts, 1.0), whole: -1.0}, 0.0, 0.0, "events add up"))
    for group, events in exact.items():
        found.sums.append(({group: 1.0}, events * (1 - NEAR), events * (1 + NEAR), "rate times base"))


def _add_differences(found: Collected, lines: Sequence[Lines]) -> dict[Group, float]:
    """Add what items of a table that are the difference of two others tell of these; the digits of what they tell."""
    exact, made = dict[Group, float](), found.made
    whose = {next(iter(weights)): place for place, weights in found.cells.items() if len(weights) == 1}
    for _, grid in lines:
        events = np.array([[made.get(group, np.nan) for group in line] for line in grid])
        below = np.flatnonzero((events < 0).any(axis=0))
        for net, (more, less) in product(below, permutations(np.flatnonzero(~(events < 0).any(axis=0)), 2)):
            apart = np.abs(events[:, more] - events[:, less] - events[:, net])
            if (apart > NEAR * (events[:, more] + events[:, less])).any() or (apart >= 0).sum() < SEEN:
                continue
            for three in grid[:, [more, less, net]]:
                weights, size = {three[0]: 1.0, three[1]: -1.0}, NEAR * sum(made.get(one, 0.0) for one in three[:2])
                if three[2] in whose:
                    found.cells[whose[three[2]]] = weights
                elif three[2] in made:
                    found.sums.append((weights, made[three[2]] - size, made[three[2]] + size, "net events"))
                exact |= {group: made[group] for group in three[:2] if group in made}
    return exact


def _lines(found: Collected) -> Iterator[Lines]:
    """Rows and columns of each table of rates."""
    tables: dict[str, dict[tuple[Key, Key], Group]] = defaultdict(dict)
    for (table, _, _), (row, column, group) in found.rates.items():
        tables[table][row, column] = group
    for own in tables.values():
        rows, columns = (list(dict.fromkeys(place[axis] for place in own)) for axis in (0, 1))
        if len(own) == len(rows) * len(columns):
            grid = np.empty((len(rows), len(columns)), dtype=object)
            grid[:] = [[own[row, column] for column in columns] for row in rows]
            yield from (pair for pair in ((rows, grid), (columns, grid.T)) if pair[1].shape[1] <= ITEMS)


def _totals(one: Lines, other: Lines, told: Mapping[Group, float]) -> Iterator[tuple[list[Group], Group]]:
    """Groups that add up to another wherever all are shown, and that one, of each line that both have."""
    places = {key: line for line, key in enumerate(other[0])}
    shared = [(line, places[key]) for line, key in enumerate(one[0]) if key in places]
    if len(shared) < SEEN:
        return
    mine, theirs = one[1][[line for line, _ in shared]], other[1][[line for _, line in shared]]
    events, targets = (
        np.array([[told.get(group, np.nan) for group in line] for line in own]) for own in (mine, theirs)
    )
    for start in range(mine.shape[1]):
        runs = np.cumsum(events[:, start:], axis=1)[:, :, None]
        apart = np.abs(runs - targets[:, None])
        off = apart > NEAR * targets[:, None]  # not where one is hidden
        seen = ((apart >= 0) & (targets[:, None] > 0)).sum(axis=0)
        for more, target in np.argwhere(~off.any(axis=0) & (seen >= SEEN)):
            for parts, whole in zip(mine[:, start : start + more + 1], theirs[:, target], strict=True):
                yield parts.tolist(), whole
