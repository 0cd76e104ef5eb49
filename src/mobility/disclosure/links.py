"""Which rows of one view are rows of another: the same rows of a frame, or of a frame of the same persons and waves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from mobility.disclosure.numbers import Coded, Number, Token
from mobility.disclosure.views import Classes, View
from mobility.settings import Sample

WAVE = "wave"
STEP = np.uint64(0x9E3779B97F4A7C15)
FEWEST = 3  # rows an atom, on average, from which a column that follows from others is taken for one by definition
Link = tuple[np.ndarray, np.ndarray, str]


@dataclass(eq=False)
class Rows:
    """Rows of a frame: whose they are, by what they are known in other frames, and the classes of their columns."""

    name: str
    frame: pd.DataFrame
    unit: str
    classes: Classes = field(default_factory=dict)
    shared: dict[tuple, dict] = field(default_factory=dict)

    @cached_property
    def coded(self) -> Coded:
        """Its columns as codes."""
        return Coded(self.frame)

    @cached_property
    def units(self) -> np.ndarray:
        """Persons, or areas, 0..P-1."""
        return pd.factorize(self.frame[self.unit])[0]

    @cached_property
    def most(self) -> int:
        """The most rows that a person has."""
        return int(np.bincount(self.units).max()) if len(self.units) else 1

    @cached_property
    def by_wave(self) -> bool:
        """Whether person and wave tell its rows apart, as in frames of the same panel."""
        return WAVE in self.frame and not self.frame.duplicated([self.unit, WAVE]).any()

    def keyed(self, later: int = 0) -> np.ndarray:
        """A key of each row, uint64: of its person and wave (or `later` ones), else of its place in its frame."""
        if not self.by_wave:
            places = pd.util.hash_array(np.arange(len(self.frame)))
            return places + np.uint64(pd.util.hash_array(np.array([self.name], dtype=object))[0])
        waves = self.frame[WAVE].to_numpy("int64") + later
        return pd.util.hash_array(self.frame[self.unit].to_numpy()) * STEP + pd.util.hash_array(waves)

    @cached_property
    def keys(self) -> np.ndarray:
        """Keys of its rows."""
        return self.keyed()

    def kept(self, sample: Sample | None, weight: str = "") -> np.ndarray:
        """Positions of the rows of a sample with a positive weight."""
        inside = np.ones(len(self.frame), dtype=bool)
        for step in sample.keep if sample else ():
            held = self.frame[step.column]
            inside &= (held.notna() if step.values is None else held.isin(step.values)).to_numpy(bool)
        if weight:
            inside &= np.nan_to_num(self.frame[weight].to_numpy("float64", na_value=np.nan)) > 0
        return np.flatnonzero(inside)

    def inside(self, number: Number, kept: np.ndarray) -> np.ndarray:
        """Which of some rows a number counts."""
        found = np.ones(len(kept), dtype=bool)
        for token, wanted in number.where:
            codes, names = self.coded.of(token)
            found &= np.isin(codes[kept], [code for code, name in enumerate(names) if name in wanted])
        return found

    def partner(self, other: "Rows", later: int) -> np.ndarray:
        """Of each row the row of another frame of the same person, `later` waves on; -1 for none."""
        key = (other.name, later)
        if key not in self.shared:
            index = pd.Index(other.keys)
            self.shared[key] = {"rows": index.get_indexer(self.keyed(later))}
        return self.shared[key]["rows"]


def linked(first: View, second: View, both: bool) -> Iterator[Link]:
    """Sums of atoms of two views that are equal, or of which the first is no larger: (of first, of second, relation).

    both : whether links that hold in either direction are wanted, which `first` and `second` changed would give again.
    """
    if first.rows is second.rows:
        if both:
            yield from _links(first, second, np.arange(len(first.rows.frame)), None)
    elif first.rows.by_wave and second.rows.by_wave and first.rows.unit == second.rows.unit:
        for later in (0, 1) if both else (1,):
            partner = first.rows.partner(second.rows, later)
            if (partner >= 0).any():
                yield from _links(first, second, partner, later)


def _links(first: View, second: View, partner: np.ndarray, later: int | None) -> Iterator[Link]:
    at = partner[first.kept]
    joint = (at >= 0) & second.inside[at]
    if not joint.any():
        return
    pairs = [(token, token) for token in first.tokens if token in second.tokens] if later is None else []
    shared = _shared(first, second, joint, at, pairs, later is None)
    near = (_reached(first, first.atoms[joint]), _reached(second, second.atoms_of(at[joint])))
    yield from _compare(first, second, joint, at, [one for one in shared if one[3]], near)
    if any(not one[3] for one in shared):
        yield from _compare(first, second, joint, at, shared, near)


def _reached(view: View, atoms: np.ndarray) -> np.ndarray:
    """Atoms of a view that can hold joint rows: without those of a class that has rows and no joint one."""
    inside = np.ones(view.size, dtype=bool)
    for own in np.indices(view.shape or (1,)):
        own = own.ravel()
        classes = int(own.max()) + 1
        there, joint = (np.bincount(own[some], minlength=classes) > 0 for some in (view.atoms, atoms))
        inside &= ~(there & ~joint)[own]
    return inside


def _shared(
    first: View, second: View, joint: np.ndarray, at: np.ndarray, pairs: list[tuple[Token, Token]], same: bool
) -> list[tuple[np.ndarray, np.ndarray, int, bool]]:
    """Columns that both views see: of each the class of every atom of the first (-1: none) and of the second.

    A column of the second that follows from the atoms of the first is one; whether every atom has a class comes last.
    """
    found = []
    mine, theirs = np.indices(first.shape or (1,)), np.indices(second.shape or (1,))
    for one, other in pairs:
        a, b = first.tokens.index(one), second.tokens.index(other)
        found.append((mine[a].ravel(), theirs[b].ravel(), second.shape[b], True))
    rows, atoms = at[joint], first.atoms[joint]
    for place, token in enumerate(second.tokens):
        if (token, token) in pairs:
            continue
        codes = second.rows.classes[token][0][rows]
        follows = _follows(first, atoms, codes, second.shape[place])
        if follows is not None:
            found.append((follows, theirs[place].ravel(), second.shape[place], not same and bool((follows >= 0).all())))
    return found


def _follows(first: View, atoms: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray | None:
    """The class of each atom's rows where they have but one; None where a column does not follow from the atoms.

    First the columns one by one, so that an atom without rows has the class that its column's value goes with.
    """
    for place in range(len(first.tokens)):
        own = np.indices(first.shape)[place].ravel()
        table = np.zeros((first.shape[place], size), dtype=bool)
        table[own[atoms], codes] = True
        if (table.sum(axis=1) <= 1).all():
            return np.where(table.any(axis=1), table.argmax(axis=1), -1)[own]
    if first.size * size > 2_000_000 or len(atoms) < FEWEST * len(np.unique(atoms)):
        return None
    table = np.zeros((first.size, size), dtype=bool)
    table[atoms, codes] = True
    if (table.sum(axis=1) > 1).any():
        return None
    return np.where(table.any(axis=1), table.argmax(axis=1), -1)


def _compare(
    first: View, second: View, joint: np.ndarray, at: np.ndarray, shared: list, near: tuple[np.ndarray, np.ndarray]
) -> Iterator[Link]:
    """By every crossing of the shared columns how the sums of two views are related, if all their rows are related so.

    Classes that happen to have the same rows, while others have not, are no relation that anybody could know of.
    """
    mine, theirs = np.zeros(first.size, dtype=np.int64), np.zeros(second.size, dtype=np.int64)
    known, total = near[0].copy(), 1
    for one, other, size, _ in shared:
        known &= one >= 0
        mine, theirs, total = mine * size + np.maximum(one, 0), theirs * size + other, total * size
    own = np.bincount(mine[first.atoms[known[first.atoms]]], minlength=total)
    others = np.bincount(theirs[second.atoms[near[1][second.atoms]]], minlength=total)
    both, them = first.atoms[joint], second.atoms_of(at[joint])
    same = known[both] & near[1][them] & (theirs[them] == mine[both])
    together = np.bincount(mine[both[same]], minlength=total)
    counts = (own.sum(), others.sum(), together.sum())
    if counts[2] not in counts[:2]:
        return
    relation = "equal" if counts[0] == counts[1] else "below" if counts[0] == counts[2] else "above"
    for value in range(total):
        left, right = np.flatnonzero(known & (mine == value)), np.flatnonzero(near[1] & (theirs == value))
        if len(left) and len(right):
            yield left, right, relation
