"""Tables that are rounded in place of being hidden, and what of them has to be hidden all the same.

Each number that is shown as a multiple `r` of the base is known to lie between `r - base + 1` and `r + base - 1`, those
that tables which cannot be rounded tell are known, and all relations hold. A number of few persons that is then open to
fewer numbers than the base has its cells hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import sparse

from mobility.disclosure.evidence import evidence_of
from mobility.disclosure.judgement import few
from mobility.disclosure.numbers import Table
from mobility.disclosure.record import record_of
from mobility.disclosure.relations import NOBODY, Form, System, relations_of
from mobility.disclosure.rounding import rounded_cells, rounds, to_base
from mobility.disclosure.solver import Limits, joined, solved
from mobility.disclosure.steps import Chain

REASON = "its rounded number leaves fewer than {base} numbers open"
LOOKS = 12  # solutions that prove many sums open at once, before each is looked at by itself
ROUNDS = 10
CLOSE = 1e-6


def judge_rounded(
    tables: Sequence[Table], chains: Sequence[Chain], exact: np.ndarray, base: int, threshold: int
) -> tuple[list[Table], pd.DataFrame]:
    """Tables with the cells of those that can be rounded made from rounded numbers, and the record of all their cells.

    chains : what the losses tell, rounded down. exact : of each cell of all tables in their order whether it is shown
    as it is. Of tables that cannot be rounded the record says nothing but the evidence.
    """
    system = relations_of(tables, threshold, chains).knowing_steps()
    soft = np.concatenate([np.full(len(table.cells), rounds(table)) for table in tables])
    made = [_with(table, rounded_cells(table, base)) if rounds(table) else table for table in tables]
    # A share of a base that is rounded to 0 has no value and tells both numbers.
    shown = np.concatenate([table.cells[["value", "n"]].notna().any(axis=1).to_numpy() for table in made])
    numbers = _Numbers(system, base, np.asarray(system.tells[exact & ~soft].sum(axis=0)).ravel() > 0)
    forms = _forms(system, soft, threshold)
    hidden = np.zeros(len(soft), dtype=bool)
    for _ in range(ROUNDS):
        known = np.asarray(system.tells[soft & shown & ~hidden].sum(axis=0)).ravel() > 0
        found = numbers.intervals(known, forms)
        close = [form for form, (low, high) in zip(forms, found, strict=True) if high - low + 1 < base]
        more = _cells_of(system, close, soft & ~hidden)
        if not more.any():
            break
        hidden |= more
    reasons = pd.Series(np.where(hidden, REASON.format(base=base), ""), dtype="object")
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


def _cells_of(system: System, forms: Sequence[Form], among: np.ndarray) -> np.ndarray:
    """Cells to hide for sums that are known too closely: those that tell the number, or the smallest that holds it."""
    wanted = set()
    for form in forms:
        inside = sparse.csr_matrix((np.ones(len(form.atoms)), (np.zeros(len(form.atoms), int), form.atoms)),
                                   shape=(1, len(system.truth)))  # fmt: skip
        holds = np.flatnonzero(np.asarray((system.numbers @ inside.T).todense()).ravel() > 0)
        telling = system.tells[among][:, holds].sum(axis=0)
        there = holds[np.asarray(telling).ravel() > 0]
        if len(there):
            wanted.add(int(there[np.argmin(system.rows[there])]))
    if not wanted:
        return np.zeros(len(among), dtype=bool)
    return among & (np.asarray(system.tells[:, sorted(wanted)].sum(axis=1)).ravel() > 0)


@dataclass(eq=False)
class _Numbers:
    """What is left open where some numbers are rounded, and others (`exact`) are known."""

    system: System
    base: int
    exact: np.ndarray
    part: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        system = self.system
        every = abs(sparse.vstack([system.numbers, system.equal, system.below], format="csr"))
        together = sparse.bmat([[None, every], [every.T, None]], format="csr")
        self.part = sparse.csgraph.connected_components(together, directed=False)[1][every.shape[0] :]

    def intervals(self, rounded: np.ndarray, forms: Sequence[Form]) -> list[tuple[float, float]]:
        """Smallest and largest whole number that each sum can be; where more than enough is open, some of it."""
        ends = np.array([[form.rows, form.rows] for form in forms]).reshape(-1, 2)
        draws = np.random.default_rng(0)
        for part in np.unique([self.part[form.atoms[0]] for form in forms]):
            own = [at for at, form in enumerate(forms) if self.part[form.atoms[0]] == part]
            problem = self._problem(np.flatnonzero(self.part == part), rounded)
            looks = [{at: float(draws.choice((-1, 1))) for at in own} for _ in range(LOOKS)]
            for wanted in [dict.fromkeys(own, 1.0), dict.fromkeys(own, -1.0), *looks]:
                problem.widen(ends, forms, own, wanted)
            for at in own:
                for sign in (1.0, -1.0):
                    if ends[at, 1] - ends[at, 0] + 1 < self.base:
                        problem.widen(ends, forms, [at], {at: sign})
        return [(float(low), float(high)) for low, high in ends]

    def _problem(self, inside: np.ndarray, rounded: np.ndarray) -> "_Problem":
        """The relations among some atoms that hang together with no others."""
        system, rows = self.system, self.system.rows
        low, high = self._bounds(rounded, rows)
        limits = []
        for block, least, most in (
            (system.numbers, low, high),
            (system.equal, np.zeros(system.equal.shape[0]), np.zeros(system.equal.shape[0])),
            (system.below, np.full(system.below.shape[0], -np.inf), np.zeros(system.below.shape[0])),
        ):
            own = block[:, inside]
            here = (np.diff(own.indptr) > 0) & (np.isfinite(least) | np.isfinite(most))
            limits.append(Limits(own[here], least[here], most[here]))
        return _Problem(inside, joined(limits), np.maximum(system.ceiling, system.truth)[inside])

    def _bounds(self, rounded: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Between which numbers each told number is known to lie: of a multiple of the base it is one of both sides."""
        shown = np.array([to_base(n, draw, self.base) for n, draw in zip(rows, self.system.draws, strict=True)])
        low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
        fixed, known = self.system.fixed, self.exact
        low[fixed] = np.floor(rows[fixed] / self.base) * self.base  # as losses tell it
        high[fixed] = low[fixed] + self.base - 1
        low[rounded] = np.maximum(low, shown - self.base + 1)[rounded]
        high[rounded] = np.minimum(high, shown + self.base - 1)[rounded]
        low[known] = high[known] = rows[known]
        return low, high


@dataclass(frozen=True, eq=False)
class _Problem:
    inside: np.ndarray
    limits: Limits
    high: np.ndarray

    def widen(self, ends: np.ndarray, forms: Sequence[Form], own: Sequence[int], wanted: dict[int, float]) -> None:
        """Widen `ends` of the sums `own` by numbers under which the `wanted` ones are as large, or small, as can be."""
        at = np.full(int(self.inside.max()) + 1, -1)
        at[self.inside] = np.arange(len(self.inside))
        cost = np.zeros(len(self.inside))
        for place, sign in wanted.items():
            cost[at[forms[place].atoms]] -= sign
        found = solved(cost, self.limits, np.zeros(len(self.high)), self.high)
        if found is None:
            return
        for place in own:
            total = float(found[at[forms[place].atoms]].sum())
            ends[place] = min(ends[place, 0], np.ceil(total - CLOSE)), max(ends[place, 1], np.floor(total + CLOSE))
