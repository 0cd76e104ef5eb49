"""Views: the rows of a sample, crossed by the classes of some columns of its frame."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mobility.disclosure.coded import Token, narrow
from mobility.disclosure.numbers import Told, Where

if TYPE_CHECKING:
    from mobility.disclosure.links import Rows

Classes = Mapping[Token, tuple[np.ndarray, dict[str, int], int]]  # of each row, by name of a category, how many
ROOM = 10  # times the threshold that anybody may believe to be in an atom beyond all rows of the sample


def classes_of(rows: "Rows", told: Iterable[Told]) -> Classes:
    """Classes of every column that a number speaks of: categories are one class that all numbers treat alike."""
    wanted: dict[Token, dict[frozenset[str], None]] = {}
    for one in told:
        for token in one.tokens:
            wanted.setdefault(token, {})
        for number in one.numbers:
            for token, names in number.where:
                wanted.setdefault(token, {})[names] = None
    found = {}
    for token, sets in wanted.items():
        codes, every = rows.coded.of(token)
        kinds: dict[tuple[bool, ...], int] = {}
        of_name = {name: kinds.setdefault(tuple(name in one for one in sets), len(kinds)) for name in every}
        of_code = narrow([of_name[name] for name in every])
        found[token] = (of_code[codes] if len(codes) else codes, of_name, max(len(kinds), 1))
    return found


@dataclass(eq=False)
class View:
    """Rows of a frame (`kept`, positions) by the classes of `tokens`; counts of atoms, flat, or sums of `measure`.

    once : by name of another frame the column by whose class each of its rows is here once, where it was looked for.
    """

    rows: "Rows"
    kept: np.ndarray
    tokens: tuple[Token, ...]
    measure: str = ""
    once: dict[str, int] = field(default_factory=dict, repr=False)
    _units: tuple[np.ndarray, np.ndarray] | None = field(default=None, repr=False)
    _masks: dict[Where, np.ndarray] = field(default_factory=dict, repr=False)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """How many classes each token has."""
        return tuple(self.rows.classes[token][2] for token in self.tokens)

    @property
    def size(self) -> int:
        """How many atoms."""
        return int(np.prod(self.shape, dtype=np.int64)) if self.tokens else 1

    @cached_property
    def inside(self) -> np.ndarray:
        """Whether each row of the frame is kept."""
        found = np.zeros(len(self.rows.frame), dtype=bool)
        found[self.kept] = True
        return found

    @cached_property
    def atoms(self) -> np.ndarray:
        """Atom of each kept row, in the smallest type that holds it: cross it only after it was widened."""
        return narrow(self.atoms_of(self.kept))

    def atoms_of(self, rows: np.ndarray) -> np.ndarray:
        """Atom of some rows of the frame."""
        if not self.tokens:
            return np.zeros(len(rows), dtype=np.int64)
        codes = tuple(self.rows.classes[token][0][rows] for token in self.tokens)
        return np.ravel_multi_index(codes, self.shape)

    @cached_property
    def counts(self) -> np.ndarray:
        """Rows of each atom, or the sum of the measure over them."""
        weights = self.amounts(self.kept) if self.measure else None
        return np.bincount(self.atoms, weights=weights, minlength=self.size).astype(float)

    def amounts(self, rows: np.ndarray) -> np.ndarray:
        """What is measured, of some rows of the frame; 0 where it is missing."""
        return np.nan_to_num(self.rows.frame[self.measure].to_numpy("float64")[rows])

    @cached_property
    def rows_of(self) -> np.ndarray:
        """Rows of each atom, whatever is measured."""
        return np.bincount(self.atoms, minlength=self.size)

    @cached_property
    def places(self) -> tuple[np.ndarray, ...]:
        """Of each token the class of every atom; without tokens that of the one atom."""
        return tuple(own.ravel() for own in np.indices(self.shape or (1,)))

    def mask(self, where: Where) -> np.ndarray:
        """Atoms of the rows whose columns hold one of some categories."""
        if where not in self._masks:
            self._masks[where] = self._mask(where)
        return self._masks[where]

    def _mask(self, where: Iterable[tuple[Token, frozenset[str]]]) -> np.ndarray:
        inside = np.ones(self.shape or (1,), dtype=bool)
        for token, names in where:
            place = self.tokens.index(token)
            _, of_name, size = self.rows.classes[token]
            wanted = np.zeros(size, dtype=bool)
            wanted[[of_name[name] for name in names if name in of_name]] = True
            inside &= wanted.reshape([size if at == place else 1 for at in range(len(self.tokens))])
        return inside.ravel()

    def ceiling(self, threshold: int) -> np.ndarray:
        """The most that an atom can be believed to hold: nothing in a class of which the sample has no row."""
        found = np.full(self.shape or (1,), self.counts.sum() + ROOM * threshold)
        counts = self.counts.reshape(found.shape)
        for place in range(counts.ndim if self.tokens else 0):
            others = tuple(at for at in range(counts.ndim) if at != place)
            empty = counts.sum(axis=others) == 0
            found[tuple(empty if at == place else slice(None) for at in range(counts.ndim))] = 0
        return found.ravel()

    def key(self, mask: np.ndarray) -> tuple:
        """The same for the same rows, whatever view they are seen in."""
        return (self.mark(mask), float(self.counts[mask].sum()), self.measure)

    def name(self, mask: np.ndarray) -> str:
        """A name of the rows of some atoms that other studies of the same persons give them too; empty for no name."""
        counts = not self.measure and (self.rows.by_wave or self.rows.by_unit) and self.counts[mask].sum() > 0
        return f"k{self.mark(mask):x}" if counts else ""

    def mark(self, mask: np.ndarray) -> int:
        """A number below 2^64 that the rows of some atoms alone decide, the same wherever they are counted.

        It is no secret: who knows how rows are named can work it out.
        """
        return int(self._hashes[mask].sum(dtype=np.uint64))

    @cached_property
    def _hashes(self) -> np.ndarray:
        """Sum of the keys of each atom's rows, modulo 2^64."""
        found = np.zeros(self.size, dtype=np.uint64)
        np.add.at(found, self.atoms, self.rows.keys[self.kept])
        return found

    def persons(self, mask: np.ndarray, threshold: int) -> int:
        """Distinct persons in some atoms; their rows where these are so many that persons cannot be few."""
        counts = self.counts[mask].sum()
        if self.measure or counts > threshold * self.rows.most:
            return int(counts)
        return self.distinct(mask)

    def distinct(self, mask: np.ndarray) -> int:
        """Distinct persons in some atoms."""
        ordered, ends = self._sorted
        parts = [ordered[ends[atom] : ends[atom + 1]] for atom in np.flatnonzero(mask)]
        return len(np.unique(np.concatenate(parts))) if parts else 0

    @property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        """Persons of the rows in the order of their atoms, and where each atom begins."""
        if self._units is None:
            order = np.argsort(self.atoms, kind="stable")
            ends = np.cumsum([0, *np.bincount(self.atoms, minlength=self.size)])
            self._units = (self.rows.units[self.kept][order], ends)
        return self._units
