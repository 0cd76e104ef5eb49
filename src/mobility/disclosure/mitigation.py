"""Secondary suppression: what else is hidden so that hidden numbers cannot be had back, least information first.

Which numbers are hidden with a sensitive one is a linear programme: two other sets of whole numbers of rows are sought
that agree with everything shown, under which the sensitive sum differs by the threshold, and the shown numbers that
have to differ between them are as few and small as can be. Where few cells could be hidden it is solved as an integer
programme, a cell being hidden or not; else by linear programmes that are reweighted towards few numbers. Then every
hidden cell is tried whether it can be shown after all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from mobility.disclosure.bounds import Attack, Seen
from mobility.disclosure.changes import NODES, NOTHING, cheapest_change
from mobility.disclosure.relations import NOBODY, Form, System

ROUNDS = 4  # of reweighting
FEW_CELLS = 200  # that could be hidden, up to which the integer programme is solved
REACHES = (0, 1, 2)  # what may change with a sum: its view; also views that equal sums join; all that relations join
SCATTERED = 8  # points that are tried for many sums at once, before each is looked at by itself
SOFT = 0.05  # part of the threshold below which a difference counts no less
SIZE_COUNTS = 0.1  # what ten times as many rows add to the cost of a cell


@dataclass(eq=False)
class Hidden:
    """Cells that are hidden, and why.

    cells : truth value of each. chosen : numbers hidden to protect, each with the form that it protects.
    seen : what is left open.
    """

    cells: np.ndarray
    chosen: dict[int, Form]
    seen: Seen


@dataclass(eq=False)
class Protection:
    """The search for cells to hide.

    sensitive : sums that nobody may come to know: they must be left open by the threshold, and upwards to it.
    primary : numbers that are hidden in any case.
    """

    system: System
    threshold: int
    primary: Sequence[int]
    sensitive: Sequence[Form]
    cost: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rows = np.append(self.system.rows, 0.0)[self.system.own]
        self.cost = 1 + SIZE_COUNTS * np.log10(1 + rows)
        self.tells = self.system.tells.tocsc()

    def hidden_with(self, numbers: Iterable[int]) -> np.ndarray:
        """Cells that are hidden with some numbers: all that tell them, and the numbers of these cells wherever told."""
        cells = np.zeros(self.tells.shape[0], dtype=bool)
        done: set[int] = set()
        left = set(numbers)
        while left:
            number = left.pop()
            done.add(number)
            telling = self.tells.indices[self.tells.indptr[number] : self.tells.indptr[number + 1]]
            new = telling[~cells[telling]]
            cells[new] = True
            left |= {int(own) for own in self.system.own[new] if own != NOBODY} - done
        return cells

    def known(self, cells: np.ndarray) -> np.ndarray:
        """Numbers that are told by some shown cell, or known anyway."""
        told = np.asarray(self.system.tells[~cells].sum(axis=0)).ravel() > 0
        return told | self.system.fixed

    def needs(self, cells: np.ndarray) -> list[tuple[Form, bool]]:
        """Sums that have to be left open, and whether upwards to the threshold: sensitive ones, and hidden cells."""
        own = dict.fromkeys(int(number) for number in self.system.own[cells] if number != NOBODY)
        return [(form, True) for form in self.sensitive] + [(self.system.form(number), False) for number in own]

    def enough(self, interval: tuple[float, float], upwards: bool) -> bool:
        """Whether an interval is as wide as the rule asks, and reaches the threshold."""
        low, high = interval
        return high - low >= self.threshold and (high >= self.threshold or not upwards)

    def safe(self, form: Form, upwards: bool, attack: Attack, seen: Seen) -> bool:
        """Whether a sum is left open; what proves it is added to `seen`."""
        if self.enough(seen.interval(form.atoms), upwards):
            return True
        far_enough = attack.moved(form.atoms, self.threshold)
        if far_enough is not None:
            seen.points.append(far_enough)
            return True
        for sign in (1, -1):
            values = attack.farthest(form.atoms, sign)
            if values is None:
                return False
            seen.points.append(values)
            if self.enough(seen.interval(form.atoms), upwards):
                return True
        return False

    def solve(self) -> Hidden:
        """Cells to hide: the primary numbers, and what protects them."""
        cells = self.hidden_with(self.primary)
        hidden = Hidden(cells, {}, Seen(self.system))
        if cells.any() or self.sensitive:
            self._extend(hidden)
            self._show_again(hidden)
        return hidden

    def _extend(self, hidden: Hidden) -> None:
        """Hide more until every sum that needs it is left open."""
        done: set[bytes] = set()
        while left := [one for one in self.needs(hidden.cells) if one[0].atoms.tobytes() not in done]:
            attack = Attack(self.system, self.known(hidden.cells))
            self._scatter([form for form, upwards in left], attack, hidden.seen)
            for form, upwards in left:
                tries = 0
                while not self.safe(form, upwards, attack, hidden.seen):
                    numbers = cheapest(self, form, upwards, hidden.cells, whole=tries > 0)
                    if not numbers:
                        break
                    hidden.chosen.update(dict.fromkeys(numbers, form))
                    hidden.cells = self.hidden_with([*self.primary, *hidden.chosen])
                    attack, tries = Attack(self.system, self.known(hidden.cells)), tries + 1
                done.add(form.atoms.tobytes())

    def _scatter(self, forms: Sequence[Form], attack: Attack, seen: Seen) -> None:
        """Points that prove many sums open at once: some as large and others as small as they can be together."""
        draws = np.random.default_rng(0)
        for _ in range(SCATTERED):
            cost = np.zeros(len(self.system.truth))
            for form, sign in zip(forms, draws.choice((-1.0, 1.0), len(forms)), strict=True):
                cost[form.atoms] += sign / len(form.atoms)
            values = attack.extreme(cost)
            if values is not None:
                seen.points.append(values)

    def _show_again(self, hidden: Hidden) -> None:
        """Show what need not be hidden after all, the dearest first."""
        order = sorted(hidden.chosen, key=lambda number: -self._cost_of(number))
        for number in order:
            fewer = {other: form for other, form in hidden.chosen.items() if other != number}
            cells = self.hidden_with([*self.primary, *fewer])
            if cells.sum() < hidden.cells.sum():
                seen = self._proof(cells, hidden.chosen[number], hidden.seen)
                if seen is None:
                    continue
                hidden.cells, hidden.seen = cells, seen
            hidden.chosen = fewer

    def _proof(self, cells: np.ndarray, first: Form, seen: Seen) -> Seen | None:
        """What is left open where these cells are hidden, None where a sum needs more. `first` is tried first."""
        known = self.known(cells)
        attack, seen = Attack(self.system, known), seen.under(known)
        needs = sorted(self.needs(cells), key=lambda one: one[0] is not first)
        return seen if all(self.safe(form, upwards, attack, seen) for form, upwards in needs) else None

    def near(self, form: Form, reach: int) -> np.ndarray:
        """Atoms that hang together with those of a sum: by told numbers, by equal sums too, by every relation."""
        system = self.system
        joined = abs(sparse.vstack([system.numbers, system.equal, system.below][: reach + 1], format="csr"))
        inside = np.zeros(len(system.truth), dtype=bool)
        inside[form.atoms] = True
        while True:
            more = (joined.T @ (joined @ inside.astype(float))) > 0
            if not (more & ~inside).any():
                return np.flatnonzero(inside & (system.ceiling > 0))
            inside |= more

    def _cost_of(self, number: int) -> float:
        return float(self.cost[self.hidden_with([number])].sum())


def cheapest(search: Protection, form: Form, upwards: bool, cells: np.ndarray, whole: bool) -> list[int]:
    """Shown numbers to hide so that a sum of atoms is left open; none where nothing would do.

    whole : whether the other sets of numbers must be whole, which is slower and needed where half of a person would do.
    """
    for reach in REACHES:
        problem = _Problem(search, form, upwards, cells, reach)
        if not problem.size:  # all its atoms are known to be nothing
            continue
        found = problem.by_cells(whole) if whole or len(problem.could_go) <= FEW_CELLS else None
        found = found or problem.by_weights()
        if found:
            return found
    return []


class _Problem:
    """Changes `up` and `down` of the atoms that leave a sum open, as a linear programme.

    Variables: up, down (one an atom each), then what the method adds. Only atoms near the sum's change.
    """

    def __init__(self, search: Protection, form: Form, upwards: bool, cells: np.ndarray, reach: int) -> None:
        system, self.search = search.system, search
        self.atoms = search.near(form, reach)
        self.size = len(self.atoms)
        known = search.known(cells)
        numbers = system.numbers[:, self.atoms]
        touched = known & (np.diff(numbers.indptr) > 0)
        self.fixed = numbers[touched & system.fixed]
        self.open = np.flatnonzero(touched & ~system.fixed)
        self.numbers = numbers[self.open]
        self.cells_hidden = cells
        telling = np.asarray(system.tells[:, self.open].sum(axis=1)).ravel() > 0
        self.could_go = np.flatnonzero(telling & ~cells)
        self.truth = system.truth[self.atoms]
        room = np.maximum(system.ceiling[self.atoms] - self.truth, 0)
        self.bounds = Bounds(np.tile(-self.truth, 2), np.tile(room, 2))
        self.limits = self._limits(system, form, upwards)

    def _limits(self, system: System, form: Form, upwards: bool) -> list[LinearConstraint]:
        """What any two changes satisfy, and by how much the sum differs between them."""
        equal = sparse.vstack([self.fixed, system.equal[:, self.atoms]], format="csr")
        equal = equal[np.diff(equal.indptr) > 0]
        below = system.below[:, self.atoms]
        here = np.diff(below.indptr) > 0
        slack = -(system.below @ system.truth)[here]
        below = below[here]
        told = system.numbers[:, self.atoms]
        some = (np.diff(told.indptr) > 0) & (system.least > 0)
        room = (system.least - system.rows)[some]
        told = told[some]
        one = np.isin(self.atoms, form.atoms).astype(float)
        threshold = self.search.threshold
        rule = sparse.csr_matrix(np.vstack([np.concatenate([one, -one]), np.concatenate([one, 0 * one])]))
        least = np.array([threshold, threshold - form.rows if upwards else 0.0])
        return [
            LinearConstraint(sparse.block_diag([equal, equal], format="csr"), 0, 0),
            LinearConstraint(sparse.block_diag([below, below], format="csr"), -np.inf, np.tile(slack, 2)),
            LinearConstraint(sparse.block_diag([told, told], format="csr"), np.tile(room, 2), np.inf),
            LinearConstraint(rule, least, np.inf),
        ]

    def _numbers_twice(self) -> sparse.csr_matrix:
        return sparse.block_diag([self.numbers, self.numbers], format="csr")

    def by_weights(self) -> list[int]:
        """Reweighted linear programmes: the smaller a change of a shown number, the dearer the rest of it becomes."""
        search, count = self.search, len(self.open)
        price = np.array([search.cost[self._new_cells([int(number)])].sum() for number in self.open]) + NOTHING
        twice, moved = self._numbers_twice(), sparse.vstack([sparse.eye(count)] * 2, format="csr")
        rows = sparse.vstack([sparse.hstack([twice, -moved]), sparse.hstack([-twice, -moved])], format="csr")
        limits = [_wider(limit, count) for limit in self.limits] + [LinearConstraint(rows, -np.inf, 0)]
        low = np.concatenate([self.bounds.lb, np.zeros(count)])
        high = np.concatenate([self.bounds.ub, np.full(count, np.inf)])
        best, least, weights = list[int](), np.inf, price
        for _ in range(ROUNDS):
            cost = np.concatenate([np.zeros(2 * self.size), weights])
            found = cheapest_change(limits, low, high, cost)
            if found is None:
                return best
            change = found[2 * self.size :]
            numbers = [int(number) for number in self.open[change > NOTHING]]
            total = search.cost[self._new_cells(numbers)].sum()
            if numbers == best or len(numbers) < 2:
                return numbers
            if total < least:
                best, least = numbers, total
            weights = price / (change + SOFT * search.threshold)
        return best

    def _new_cells(self, numbers: Sequence[int]) -> np.ndarray:
        return self.search.hidden_with(numbers) & ~self.cells_hidden

    def by_cells(self, whole: bool) -> list[int] | None:
        """The cheapest cells to hide, by an integer programme; None where the search ends without an answer.

        A number may change only where every cell that tells it is hidden; a hidden cell's number is hidden everywhere.
        """
        system = self.search.system
        near = self.could_go
        at = {int(cell): place for place, cell in enumerate(near)}
        count, options = len(self.open), len(near)
        reach = float(2 * self.search.threshold)
        start, size = 2 * self.size, 2 * self.size + count + options
        place_of = {int(number): place for place, number in enumerate(self.open)}
        gates = [(start + place, start + count + at[int(cell)])
                 for place, number in enumerate(self.open)
                 for cell in self.search.tells.indices[
                     self.search.tells.indptr[number] : self.search.tells.indptr[number + 1]]
                 if int(cell) in at]  # fmt: skip
        gates += [(start + count + place, start + place_of[own])
                  for place, cell in enumerate(near)
                  if (own := int(system.own[cell])) in place_of]  # fmt: skip
        twice = self._numbers_twice()
        free = sparse.vstack([sparse.eye(count) * reach] * 2, format="csr")
        empty = sparse.csr_matrix((2 * count, options))
        limits = [_wider(limit, count + options) for limit in self.limits]
        limits += [
            LinearConstraint(sparse.hstack([twice, -free, empty], format="csr"), -np.inf, 0),
            LinearConstraint(sparse.hstack([-twice, -free, empty], format="csr"), -np.inf, 0),
        ]
        if gates:
            limits.append(LinearConstraint(_gates(gates, size), -np.inf, 0))
        cost = np.concatenate([np.zeros(start + count), self.search.cost[near]])
        found = milp(
            cost,
            constraints=limits,
            bounds=Bounds(np.append(self.bounds.lb, np.zeros(count + options)),
                          np.append(self.bounds.ub, np.ones(count + options))),
            integrality=np.concatenate([np.full(start, int(whole)), np.ones(count + options)]),
            options={"node_limit": NODES},
        )  # fmt: skip
        if found.x is None:
            return None
        return [int(number) for number in self.open[found.x[start : start + count] > 0.5]]


def _wider(limit: LinearConstraint, columns: int) -> LinearConstraint:
    """A constraint of more variables, which do not matter to it."""
    more = sparse.csr_matrix((limit.A.shape[0], columns))
    return LinearConstraint(sparse.hstack([limit.A, more], format="csr"), limit.lb, limit.ub)


def _gates(pairs: Sequence[tuple[int, int]], size: int) -> sparse.csr_matrix:
    """A row a pair: the first variable less the second."""
    rows = np.repeat(np.arange(len(pairs)), 2)
    columns = np.array(pairs).ravel()
    return sparse.csr_matrix((np.tile([1.0, -1.0], len(pairs)), (rows, columns)), shape=(len(pairs), size))
