"""Tables that are rounded in place of being hidden, and what of them has to be hidden all the same.

Each number that is shown as a multiple `r` of the base is known to lie between `r - base + 1` and `r + base - 1`, those
that tables which cannot be rounded tell are known, and all relations hold. A number of few persons that is then open to
fewer numbers than the base has its cells hidden, and with them those of tables that cannot be rounded which tell it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import sparse

from mobility.disclosure.evidence import evidence_of
from mobility.disclosure.judgement import few
from mobility.disclosure.numbers import Table
from mobility.disclosure.record import record_of
from mobility.disclosure.relations import NOBODY, Form, System, relations_of
from mobility.disclosure.rounding import Rounder, rounded_cells, rounds, to_base
from mobility.disclosure.solver import Limits, Programme, joined
from mobility.disclosure.steps import Chain

REASON = "its rounded number leaves fewer than {base} numbers open"
RESTS = "it tells a number that is held back since, rounded, it leaves fewer than {base} open"
LOOKS = 12  # solutions that prove many sums open at once, before each is looked at by itself
CLOSE = 1e-6


def judge_rounded(
    tables: Sequence[Table],
    chains: Sequence[Chain],
    exact: np.ndarray,
    rounder: Rounder,
    threshold: int,
    told: Mapping[int, int] = MappingProxyType({}),
) -> tuple[list[Table], pd.DataFrame]:
    """Tables with the cells of those that can be rounded made from rounded numbers, and the record of all their cells.

    chains : what the losses tell, rounded down. exact : of each cell of all tables in their order whether it is shown
    as it is. told : by the rows of a frame or sample how many a fit of it is shown with. Of tables that cannot be
    rounded the record says the evidence, and which more of their cells are hidden.
    """
    system, base = relations_of(tables, threshold, chains).knowing_steps(), rounder.base
    soft = np.concatenate([np.full(len(table.cells), rounds(table)) for table in tables])
    made = [_with(table, rounded_cells(table, rounder)) if rounds(table) else table for table in tables]
    # A share of a base that is rounded to 0 has no value and tells both numbers.
    shown = np.concatenate([table.cells[["value", "n"]].notna().any(axis=1).to_numpy() for table in made])
    numbers, sharp = _Numbers(system, rounder, told), exact & ~soft
    forms = _forms(system, soft, threshold)
    hidden = np.zeros(len(soft), dtype=bool)
    found = np.array([[form.rows, form.rows] for form in forms], dtype=float).reshape(-1, 2)
    while True:
        rounded, known = (_told(system, cells & ~hidden) for cells in (soft & shown, sharp))
        numbers.widen(found, rounded, known, forms)  # what is open stays so where more is hidden
        wanted = numbers.to_hide(found, rounded, known, forms)
        if not wanted:
            break
        hidden |= (soft | sharp) & _telling(system, wanted)
    said = np.where(soft, REASON.format(base=base), RESTS.format(base=base))
    reasons = pd.Series(np.where(hidden, said, ""), dtype="object")
    record = record_of(evidence_of(tables, system), reasons, system)
    record["rounded_to"] = np.where(soft & shown & ~hidden, float(base), np.nan)
    for form, (low, high) in zip(forms, found, strict=True):
        if form.cell != NOBODY:
            record.loc[form.cell, ["interval_low", "interval_high"]] = low, high
    return made, record


def _with(table: Table, cells: pd.DataFrame) -> Table:
    return replace(table, cells=cells)


def _forms(system: System, soft: np.ndarray, threshold: int) -> list[Form]:
    """Sums of few persons that rounded cells tell: their numbers, those outside them, the smallest parts of a view."""
    found: dict[bytes, Form] = {}
    for cell in np.flatnonzero(soft & (system.own != NOBODY)):
        form = system.form(int(system.own[cell]))
        if few(form.persons, threshold):
            found.setdefault(form.atoms.tobytes(), Form(form.atoms, form.persons, form.rows, int(cell), form.number))
    outside = [form for _, form in system.outside if soft[form.cell] and few(form.persons, threshold)]
    for form in [*outside, *system.parts]:
        found.setdefault(form.atoms.tobytes(), form)
    return list(found.values())


def _told(system: System, cells: np.ndarray) -> np.ndarray:
    """Of each number whether some of the cells tell it."""
    return np.asarray(system.tells[cells].sum(axis=0)).ravel() > 0


def _telling(system: System, numbers: Collection[int]) -> np.ndarray:
    """Cells that tell any of some numbers."""
    return np.asarray(system.tells[:, sorted(numbers)].sum(axis=1)).ravel() > 0


def _holding(system: System, form: Form, told: np.ndarray) -> list[int]:
    """The smallest told number with rows of a sum, alone; where none is left all that are tied to it, smallest first.

    So of the women who move the women, and then the men who move, and all who do.
    """
    ties, inside = abs(system.equal), np.zeros(len(system.truth))
    inside[form.atoms] = 1
    for most, atoms in ((1, inside), (None, ties.T @ (ties @ inside > 0))):
        there = np.flatnonzero((system.numbers @ atoms > 0) & told)
        if len(there):
            return there[np.argsort(system.rows[there], kind="stable")][:most].tolist()
    return []


@dataclass(eq=False)
class _Numbers:
    """What is left open where some numbers are rounded, and others are known; told : see `judge_rounded`."""

    system: System
    rounder: Rounder
    told: Mapping[int, int]
    part: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        system = self.system
        every = abs(sparse.vstack([system.numbers, system.equal, system.below], format="csr"))
        together = sparse.bmat([[None, every], [every.T, None]], format="csr")
        self.part = sparse.csgraph.connected_components(together, directed=False)[1][every.shape[0] :]

    def widen(self, ends: np.ndarray, rounded: np.ndarray, known: np.ndarray, forms: Sequence[Form]) -> None:
        """Widen what each sum is known to be open to, where that is not enough, to all that it can be, or to enough.

        ends : forms x 2, the smallest and the largest whole number known of each, in place. rounded, known : of each
        number whether it is told so.
        """
        draws, of_form = np.random.default_rng(0), np.array([self.part[form.atoms[0]] for form in forms], dtype=int)
        for part in np.unique(of_form[self._close(ends)]):
            own = np.flatnonzero((of_form == part) & self._close(ends))
            inside = np.flatnonzero(self.part == part)
            programme, sums = (
                self._programme(inside, rounded, known),
                _sums([forms[at] for at in own.tolist()], len(self.part))[:, inside],
            )
            every = np.ones(len(own))
            for signs in (every, -every, *draws.choice((-1.0, 1.0), (LOOKS, len(own)))):
                _widen(ends, own, sums, programme.cheapest(-(sums.T @ signs)))
            for place, at in enumerate(own):
                for sign in (1.0, -1.0):
                    if self._close(ends[at]):
                        _widen(ends, own, sums, programme.cheapest(-sign * sums[place].toarray()[0]))

    def to_hide(self, ends: np.ndarray, rounded: np.ndarray, known: np.ndarray, forms: Sequence[Form]) -> set[int]:
        """Numbers to hide for sums that are known too closely; arguments as of `widen`."""
        wanted = set[int]()
        for form, own in zip(forms, ends, strict=True):
            there = _holding(self.system, form, rounded | known) if self._close(own) else []
            wanted |= {self._opening(form, own, rounded, known, there)} if len(there) > 1 else set(there)
        return wanted

    def _opening(
        self, form: Form, own: np.ndarray, rounded: np.ndarray, known: np.ndarray, among: Sequence[int]
    ) -> int:
        """Of some numbers the first without which a sum is open, or the one without which most is left of it."""
        left = dict[int, float]()
        for number in among:
            ends, others = own[None].copy(), np.arange(len(rounded)) != number
            self.widen(ends, rounded & others, known & others, [form])
            if not self._close(ends[0]):
                return number
            left[number] = float(ends[0, 1] - ends[0, 0])
        return max(left, key=left.__getitem__)

    def _close(self, ends: np.ndarray) -> np.ndarray:
        """Whether fewer numbers than the base lie between ends: of the last axis the lower and the upper one."""
        return np.asarray(ends[..., 1] - ends[..., 0] + 1 < self.rounder.base)

    def _programme(self, inside: np.ndarray, rounded: np.ndarray, known: np.ndarray) -> Programme:
        """The relations among some atoms that hang together with no others."""
        system, rows = self.system, self.system.rows
        low, high = self._bounds(rounded, known, rows)
        limits = []
        for block, least, most in (
            (system.numbers, low, high),
            (system.equal, np.zeros(system.equal.shape[0]), np.zeros(system.equal.shape[0])),
            (system.below, np.full(system.below.shape[0], -np.inf), np.zeros(system.below.shape[0])),
        ):
            own = block[:, inside]
            here = (np.diff(own.indptr) > 0) & (np.isfinite(least) | np.isfinite(most))
            limits.append(Limits(own[here], least[here], most[here]))
        return Programme(joined(limits), np.zeros(len(inside)), np.maximum(system.ceiling, system.truth)[inside])

    def _bounds(self, rounded: np.ndarray, known: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Between which numbers each told number is known to lie: of a multiple of the base it is one of both sides."""
        base, draws = self.rounder.base, map(self.rounder.draw, self.system.marks)
        shown = np.array([to_base(n, draw, base) for n, draw in zip(rows, draws, strict=True)])
        low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
        fixed = self.system.fixed
        low[fixed] = np.floor(rows[fixed] / base) * base  # as losses tell it
        high[fixed] = low[fixed] + base - 1
        fitted = np.array([self.told.get(int(n), -1) for n in rows])
        low[fixed] = np.maximum(low, fitted)[fixed]
        high[fixed & (fitted == rows)] = rows[fixed & (fitted == rows)]
        low[rounded] = np.maximum(low, shown - base + 1)[rounded]
        high[rounded] = np.minimum(high, shown + base - 1)[rounded]
        low[known] = high[known] = rows[known]
        return low, high


def _sums(forms: Sequence[Form], atoms: int) -> sparse.csr_matrix:
    """Sums of atoms as rows."""
    ends = np.cumsum([0, *(len(form.atoms) for form in forms)])
    inside = np.concatenate([form.atoms for form in forms])
    return sparse.csr_matrix((np.ones(ends[-1]), inside, ends), shape=(len(forms), atoms))


def _widen(ends: np.ndarray, own: np.ndarray, sums: sparse.csr_matrix, found: np.ndarray | None) -> None:
    """Widen the ends of the sums `own` by what they are under the numbers found."""
    if found is not None:
        totals = sums @ found
        ends[own, 0] = np.minimum(ends[own, 0], np.ceil(totals - CLOSE))
        ends[own, 1] = np.maximum(ends[own, 1], np.floor(totals + CLOSE))
