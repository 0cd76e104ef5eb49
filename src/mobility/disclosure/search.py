"""The search for cells to hide in one part of a system.

Which numbers are hidden with a sensitive one is a linear programme (`programmes.py`). Where many sums have to be left
open, one programme moves as many of them together as it can; each that is left is then looked at by itself. At the end
every choice is tried whether it can be shown after all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from mobility.disclosure.bounds import SCATTERED, Attack
from mobility.disclosure.changes import NOTHING
from mobility.disclosure.programmes import REACHES, Programme, Together
from mobility.disclosure.relations import NOBODY, Form, System

FEW_CELLS = 200  # that could be hidden, up to which the integer programme is solved
MANY = 200  # sums that are not open yet, from which they are moved together
LARGE = 1500  # atoms, beyond which whole numbers are not sought among all of them to show a cell again
GAINED = 0.9  # of the sums that were left after one programme for many, at most, or another one is of no use


@dataclass(eq=False)
class Proofs:
    """Numbers for all atoms that agree with what is shown (`points`), and how far some sums differ among them.

    sums : forms by atoms. truth : number of each atom. points : other numbers of them, one array an alternative.
    """

    sums: sparse.csr_matrix
    truth: np.ndarray
    points: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        columns = np.column_stack([self.truth, *self.points])
        values = self.sums @ columns
        self.low, self.high = values.min(axis=1), values.max(axis=1)

    def add(self, values: np.ndarray) -> None:
        """One more."""
        self.points.append(values)
        sums = self.sums @ values
        self.low, self.high = np.minimum(self.low, sums), np.maximum(self.high, sums)

    def under(self, numbers: sparse.csr_matrix) -> "Proofs":
        """Those that agree with the truth in some more numbers."""
        off = np.abs(numbers @ (np.column_stack([self.truth, *self.points]) - self.truth[:, None]))
        kept = (off < NOTHING).all(axis=0)[1:]
        return Proofs(self.sums, self.truth, [point for point, keep in zip(self.points, kept, strict=True) if keep])


@dataclass(eq=False)
class Found:
    """Cells that are hidden in the part, the numbers chosen to protect sums, and numbers that prove what is open.

    cells : truth value of each cell. chosen : by number the form that it protects. points : one array of numbers an
    alternative, in the order of the atoms.
    """

    cells: np.ndarray
    chosen: dict[int, Form]
    points: list[np.ndarray]


@dataclass(eq=False)
class Search:
    """The search in one part.

    primary, sensitive : as of a `Protection`. cost : of hiding each cell. with_number : cells hidden with each number.
    """

    system: System
    threshold: int
    primary: Sequence[int]
    sensitive: Sequence[Form]
    cost: np.ndarray
    with_number: sparse.csr_matrix

    def __post_init__(self) -> None:
        system = self.system
        self.forms = [*self.sensitive, *(system.form(number) for number in range(system.numbers.shape[0]))]
        ends = np.cumsum([0, *(len(form.atoms) for form in self.forms)])
        atoms = np.concatenate([form.atoms for form in self.forms])
        self.sums = sparse.csr_matrix((np.ones(len(atoms)), atoms, ends), shape=(len(self.forms), len(system.truth)))
        self.upwards = np.arange(len(self.forms)) < len(self.sensitive)
        self.told = system.tells.T.tocsr()
        self.cells = self.hidden_with(self.primary)
        self.chosen: dict[int, Form] = {}
        self.proofs = Proofs(self.sums, system.truth)
        self.failed = np.zeros(len(self.forms), dtype=np.int64)  # how often each sum needed more than was tried

    def hidden_with(self, numbers: Iterable[int]) -> np.ndarray:
        """Cells that are hidden with some numbers."""
        cells = np.zeros(len(self.cost), dtype=bool)
        cells[self.with_number[list(numbers)].indices] = True
        return cells

    def new_cells(self, numbers: Sequence[int]) -> np.ndarray:
        """Those that are not hidden yet."""
        return self.hidden_with(numbers) & ~self.cells

    def prices(self, numbers: np.ndarray) -> np.ndarray:
        """What hiding each of some numbers costs."""
        return np.asarray(self.with_number[numbers] @ (self.cost * ~self.cells))

    def known(self, cells: np.ndarray) -> np.ndarray:
        """Numbers that are told by some shown cell, or known anyway."""
        return (self.told @ (~cells).astype(float) > 0) | self.system.fixed

    def needs(self, cells: np.ndarray) -> np.ndarray:
        """Places of the sums that have to be left open: sensitive ones, and those of hidden cells."""
        own = self.system.own[cells]
        hidden = np.unique(own[own != NOBODY])
        return np.concatenate([np.arange(len(self.sensitive)), len(self.sensitive) + hidden])

    def left(self, places: np.ndarray, proofs: Proofs) -> np.ndarray:
        """Those that are not proved to be as open as the rule asks: the threshold wide, sensitive ones up to it."""
        low, high, enough = proofs.low[places], proofs.high[places], self.threshold - NOTHING  # 53.8629 less 23.8629
        open_enough = (high - low >= enough) & ((high >= enough) | ~self.upwards[places])
        return places[~open_enough]

    def safe(self, place: int, attack: Attack, proofs: Proofs, thorough: bool = True) -> bool:
        """Whether a sum is left open; what proves it is added to `proofs`.

        Most can be larger by the threshold. Else it is looked how small one can be, and whether large enough for that;
        where it is not to be `thorough`, no further than linear programmes lead.
        """
        one, atoms = np.array([place]), self.forms[place].atoms
        if not len(self.left(one, proofs)):
            return True
        values = attack.moved(atoms, self.threshold, thorough=False)
        for surely in (False, True) if thorough else (False,):
            if values is not None:
                break
            least = attack.farthest(atoms, -1, surely)
            if least is None:
                return False
            proofs.add(least)
            if not len(self.left(one, proofs)):
                return True
            fallen = float((self.system.truth - least)[atoms].sum())
            values = attack.moved(atoms, self.threshold - fallen, thorough)
        if values is not None:
            proofs.add(values)
        return values is not None and not len(self.left(one, proofs))

    def solve(self) -> Found:
        """Hide until every sum that needs it is left open, then show what need not be hidden after all."""
        self._hide_together()
        self._hide_one_by_one()
        self._show_again()
        return Found(self.cells, self.chosen, self.proofs.points)

    def _hide(self, numbers: Iterable[int], form: Form) -> Attack:
        self.chosen.update(dict.fromkeys(numbers, form))
        self.cells = self.hidden_with([*self.primary, *self.chosen])
        return Attack(self.system, self.known(self.cells))

    def _hide_together(self) -> None:
        """Where many sums are not open, hide what moves as many of them at once as can be, as long as it helps."""
        attack, before = Attack(self.system, self.known(self.cells)), np.inf
        while True:
            self._prove_together(attack)
            left = self.left(self.needs(self.cells), self.proofs)
            if len(left) < MANY or len(left) > GAINED * before:
                return
            before = len(left)
            numbers = Together(self, [self.forms[place] for place in left], self.known(self.cells)).cheapest()
            attack = self._hide(numbers, self.forms[left[0]])

    def _prove_together(self, attack: Attack) -> None:
        """Points that prove many sums open at once."""
        self._scatter(self.left(self.needs(self.cells), self.proofs), attack)
        while len(left := self.left(self.needs(self.cells), self.proofs)) >= MANY:
            values = attack.moved_together([self.forms[place].atoms for place in left], self.threshold)
            if values is None:
                return
            self.proofs.add(values)
            if len(self.left(left, self.proofs)) > GAINED * len(left):
                return

    def _hide_one_by_one(self) -> None:
        """Hide more until every sum that needs it is left open, or nothing more would do."""
        done = np.zeros(len(self.forms), dtype=bool)
        while len(left := self.needs(self.cells)[~done[self.needs(self.cells)]]):
            attack = Attack(self.system, self.known(self.cells))
            self._scatter(left, attack)
            for place in left:
                tries = 0
                while not self.safe(place, attack, self.proofs) and self._could_be_safe(place):
                    form, upwards = self.forms[place], bool(self.upwards[place])
                    numbers = [] if tries else self._cheapest(form, upwards, whole=False)
                    numbers = numbers or self._cheapest(form, upwards, whole=True)
                    if not numbers:
                        break
                    attack, tries = self._hide(numbers, self.forms[place]), tries + 1
                attack = self._open_a_little(place, attack)
                done[place] = True

    def _open_a_little(self, place: int, attack: Attack) -> Attack:
        """Hide so that a sum that nothing leaves open by the threshold is at least not had back exactly."""
        form, nothing = self.forms[place], self._nothing_shown[0]
        if not len(self.left(np.array([place]), self.proofs)) or self._widest(form, attack):
            return attack
        wide = self._widest(form, nothing)
        moves = np.zeros(self.system.numbers.shape[0], dtype=bool)
        for values in wide:
            moves |= np.abs(self.system.numbers @ (values - self.system.truth)) > NOTHING
        hide = np.flatnonzero(moves & self.known(self.cells) & ~self.system.fixed)
        if not len(hide):
            return attack
        attack = self._hide(hide.tolist(), form)
        for values in wide:
            self.proofs.add(values)
        return attack

    def _widest(self, form: Form, attack: Attack) -> list[np.ndarray]:
        """Where a sum is least and most; none where it is the same in both."""
        found = [values for sign in (-1, 1) if (values := attack.farthest(form.atoms, sign)) is not None]
        sums = [float(values[form.atoms].sum()) for values in (*found, self.system.truth)]
        return found if max(sums) - min(sums) > NOTHING else []

    def _could_be_safe(self, place: int) -> bool:
        """Whether a sum would be left open if nothing were shown."""
        return self.safe(place, *self._nothing_shown)

    @cached_property
    def _nothing_shown(self) -> tuple[Attack, Proofs]:
        return Attack(self.system, self.system.fixed), Proofs(self.sums, self.system.truth)

    def _cheapest(self, form: Form, upwards: bool, whole: bool) -> list[int]:
        """Shown numbers to hide so that a sum of atoms is left open; none where nothing would do.

        whole : whether the other sets of numbers must be whole, slower and needed where half of a person would do.
        """
        known = self.known(self.cells)
        for reach in REACHES:
            problem = Programme(self, form, upwards, known, reach)
            if not problem.size:  # all its atoms are known to be nothing
                continue
            found = problem.by_cells(whole) if whole or len(problem.could_go) <= FEW_CELLS else None
            found = found or problem.by_weights()
            if found:
                return found
        return []

    def _scatter(self, places: np.ndarray, attack: Attack) -> None:
        """Points that prove many sums open at once: some as large and others as small as they can be together."""
        draws = np.random.default_rng(0)
        for _ in range(SCATTERED):
            signs = draws.choice((-1.0, 1.0), len(places))
            sizes = np.array([len(self.forms[place].atoms) for place in places])
            values = attack.extreme(self.sums[places].T @ (signs / np.maximum(sizes, 1)))
            if values is not None:
                self.proofs.add(values)

    def _show_again(self) -> None:
        """Show what need not be hidden after all, the dearest first.

        Sums that nothing leaves open may not become narrower. Of many choices only those are shown that the numbers
        found so far prove to be needless.
        """
        costs, thorough = self.with_number @ self.cost, len(self.chosen) <= MANY
        lost = self.left(self.needs(self.cells), self.proofs)
        for number in sorted(self.chosen, key=lambda number: -costs[number]):
            fewer = {other: form for other, form in self.chosen.items() if other != number}
            cells = self.hidden_with([*self.primary, *fewer])
            if cells.sum() < self.cells.sum():
                proofs = self._proof(cells, self.chosen[number], lost, thorough)
                if proofs is None:
                    continue
                self.cells, self.proofs = cells, proofs
            self.chosen = fewer

    def _proof(self, cells: np.ndarray, first: Form, lost: np.ndarray, thorough: bool) -> Proofs | None:
        """What is left open where these cells are hidden, None where a sum needs more.

        `first` is tried first, then what most often needed more.
        lost : sums that are not open anyway. thorough : whether more numbers may be looked for.
        """
        known = self.known(cells)
        proofs = self.proofs.under(self.system.numbers[known & ~self.known(self.cells)])
        if (proofs.high - proofs.low < self.proofs.high - self.proofs.low)[lost].any():
            return None
        left = np.setdiff1d(self.left(self.needs(cells), proofs), lost)
        if not thorough:
            return None if len(left) else proofs
        attack = Attack(self.system, known)
        order = sorted(left.tolist(), key=lambda place: (self.forms[place] is not first, -self.failed[place]))
        for place in order:
            if not self.safe(place, attack, proofs, thorough=len(self.system.truth) <= LARGE):
                self.failed[place] += 1
                return None
        return proofs
