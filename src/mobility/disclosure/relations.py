"""Everything that the tables of a study tell, as one system of linear relations between numbers of rows.

Each table counts the rows of a sample by some columns of a frame: a view. The categories of these columns that no table
of the frame tells apart are one class, and the classes of a view's columns cross to its atoms. Every number that a cell
tells is a sum of atoms. Views of the same rows are linked: wherever one's rows with some classes are the other's, or
are among them, so are the numbers. What is linked is found from the frames, so nothing is listed by hand.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import product

import numpy as np
from scipy import sparse

from mobility.disclosure.coded import narrow
from mobility.disclosure.links import Joint, Link, Rows, changed, joined_alike, linked, overlapping
from mobility.disclosure.numbers import Number, Table, Told, Where
from mobility.disclosure.steps import STEPS, Chain
from mobility.disclosure.totals import Lines, bounded, lines_of, totals
from mobility.disclosure.views import ROOM, View, classes_of

NOBODY = -1
INNER, LAST = 0.1, 0.3  # what hiding a step of a sample costs, and hiding how many are left in the end; a cell costs 1


@dataclass(frozen=True, eq=False)
class Form:
    """A sum of atoms that nobody may come to know closely.

    atoms : places of its atoms. persons, rows : whom it counts. cell, number : the cell that it is of, and the told
    number that it is, or NOBODY.
    """

    atoms: np.ndarray
    persons: int
    rows: float
    cell: int = NOBODY
    number: int = NOBODY


@dataclass(eq=False)
class System:
    """Numbers of A atoms, K told numbers, C cells.

    truth, ceiling : of each atom its rows, and the most that anybody could believe. numbers : K x A. equal, below :
    relations that hold anyway: `equal @ atoms == 0`, `below @ atoms <= 0`. least : of each number that is a cell's own
    what somebody knows who knows whether the cell is hidden for itself: 1, or the threshold. tells : C x K. own, base :
    the number that each cell is, and its base, or NOBODY. fixed : numbers that are known whatever is hidden. persons :
    of each number. outside : of each share that a cell tells the number that is in it, and those of its base who are
    not. parts : the smallest sums of atoms within one view that told numbers tell apart, where few persons are in them.
    crossings : the smallest sums of atoms that all tables of a frame together tell apart, where few rows are in them;
    of frames whose rows are known by person and wave.
    differences : few persons who are in a number and were not in it in an earlier release, or the other way round; each
    after the number of now and that of then.
    worth : of each cell what hiding it costs, of a cell of a table 1. steps : of each chain of the losses, the numbers
    that it tells; each different one is a cell, after those of the tables.
    marks : of each number, by which it is rounded up or down (`View.mark`). names : of the rows of each number, the
    same in every study of the same source, and last an empty one, for NOBODY.
    """

    truth: np.ndarray
    ceiling: np.ndarray
    numbers: sparse.csr_matrix
    equal: sparse.csr_matrix
    below: sparse.csr_matrix
    least: np.ndarray
    tells: sparse.csr_matrix
    own: np.ndarray
    base: np.ndarray
    fixed: np.ndarray
    persons: np.ndarray
    outside: list[tuple[int, Form]] = field(default_factory=list)
    parts: list[Form] = field(default_factory=list)
    crossings: list[Form] = field(default_factory=list)
    differences: list[tuple[int, int, Form]] = field(default_factory=list)
    worth: np.ndarray = field(default_factory=lambda: np.ones(1))
    steps: list[list[int]] = field(default_factory=list)
    marks: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    names: np.ndarray = field(default_factory=lambda: np.array([""], dtype=object))

    @property
    def rows(self) -> np.ndarray:
        """Rows, or the sum, of each number."""
        return np.asarray(self.numbers @ self.truth)

    @property
    def hidable(self) -> int:
        """How many of its cells are of steps of samples; they are the last."""
        return len({number for chain in self.steps for number in chain})

    def knowing_steps(self, first: int = 0) -> "System":
        """The system where what the chains of the losses from the `first` on tell is known whatever is hidden."""
        left = {number for chain in self.steps[:first] for number in chain}
        kept = np.arange(len(self.own)) < len(self.own) - self.hidable
        kept |= np.isin(self.own, list(left))
        fixed = self.fixed.copy()
        fixed[[number for chain in self.steps[first:] for number in chain]] = True
        cells = {name: getattr(self, name)[kept] for name in ("tells", "own", "base", "worth")}
        return replace(self, **cells, fixed=fixed, steps=self.steps[:first])

    def form(self, number: int) -> Form:
        """A told number as a sum of atoms."""
        atoms = self.numbers.indices[self.numbers.indptr[number] : self.numbers.indptr[number + 1]]
        return Form(atoms, int(self.persons[number]), float(self.truth[atoms].sum()), number=number)


class _Build:
    """The system of some tables, number by number."""

    def __init__(self, tables: Sequence[Table], threshold: int, chains: Sequence[Chain] = ()) -> None:
        self.tables, self.chains, self.threshold = tables, chains, threshold
        self.told = [table.told for table in tables]
        self.rows = self._frames()
        self.views: list[View] = []
        self.at: dict[tuple, int] = {}
        self._see()
        self.offsets = np.cumsum([0, *(view.size for view in self.views)])
        self.keys: dict[tuple, int] = {}
        self.seen: dict[tuple[int, bytes], int] = {}
        self.places: dict[tuple[int, Where], int] = {}
        self.masks: list[np.ndarray] = []
        self.persons: list[int] = []
        self.marks: list[int] = []
        self.names: list[str] = []
        self.same: list[tuple[np.ndarray, np.ndarray]] = []

    def _frames(self) -> dict[str, Rows]:
        """Rows of each frame that a table or a chain counts, with the classes of its columns."""
        found: dict[str, Rows] = {}
        counted = [(table.frame_name, table.frame, table.unit, table.spec.frame, told)
                   for table, told in zip(self.tables, self.told, strict=True) if table.counts]  # fmt: skip
        counted += [(chain.frame_name, chain.frame, chain.unit, chain.kind, chain.told()) for chain in self.chains]
        for name, frame, unit, kind, _ in counted:
            if name not in found and frame is not None:
                found[name] = Rows(name, frame, unit, kind)
        for chain in self.chains:
            found[chain.frame_name].coded.found[chain.token] = chain.codes
        for name, rows in found.items():
            rows.classes = classes_of(rows, [one for told in counted if told[0] == name for one in told[-1]])
        return found

    def _see(self) -> None:
        """Every view once, and its place by table, or chain, and columns."""
        known: dict[tuple, int] = {}
        same: dict[tuple[str, bytes], np.ndarray] = {}
        for place, rows, found, told in self._kept():
            kept = same.setdefault(where := (rows.name, blake2b(found.tobytes()).digest()), found)
            for tokens, measure in dict.fromkeys(
                (one.tokens, number.measure) for one in told for number in one.numbers
            ):
                key = (*where, tokens, measure)
                if key not in known:
                    known[key] = len(self.views)
                    self.views.append(View(rows, kept, tuple(sorted(tokens)), measure))
                self.at[place, tokens, measure] = known[key]

    def _kept(self) -> Iterator[tuple[int, Rows, np.ndarray, list[Told]]]:
        """Of each table that counts, and of each chain: its place, its frame, which rows of it, and what it tells."""
        for place, (table, told) in enumerate(zip(self.tables, self.told, strict=True)):
            if table.counts:
                rows = self.rows[table.frame_name]
                yield place, rows, rows.kept(table.sample, table.weight), told
        for place, chain in enumerate(self.chains, len(self.tables)):
            rows = self.rows[chain.frame_name]
            yield place, rows, narrow(np.arange(len(rows.frame))), chain.told()

    def number(self, view: int, number: Number) -> int:
        """Place of a told number, equal ones once; NOBODY where no atom is in it."""
        if (view, number.where) not in self.places:
            self.places[view, number.where] = self._place(view, number)
        return self.places[view, number.where]

    def _place(self, view: int, number: Number) -> int:
        seen = self.views[view]
        mask = seen.mask(number.where)
        atoms = self.offsets[view] + np.flatnonzero(mask)
        if not len(atoms):
            return NOBODY
        place = (view, mask.tobytes())
        if place in self.seen:
            return self.seen[place]
        key = seen.key(mask) if seen.counts[mask].sum() else place
        if key in self.keys:
            self.same.append((self.masks[self.keys[key]], atoms))
        else:
            self.keys[key] = len(self.masks)
            self.masks.append(atoms)
            self.persons.append(seen.persons(mask, self.threshold))
            self.marks.append(seen.mark(mask))
            self.names.append(seen.name(mask))
        self.seen[place] = self.keys[key]
        return self.seen[place]

    def system(self) -> System:
        """Every number that is counted or implied, with the relations that hold between them."""
        tells, own, base, outside = self._cells()
        steps, fixed = self._steps()
        for number in dict.fromkeys(number for chain in steps for number in chain):
            tells.append([number])
            own.append(number)
            base.append(NOBODY)
        together, sums, tied, crossings = self._joined()
        equal, below = self._relations(tied)
        added, within = self._totals(own)
        equal += [*sums, *added]
        below += within
        changed, differences = self._changes(equal, int(self.offsets[-1]) + len(together))
        size = int(self.offsets[-1]) + len(together) + len(changed)
        room = together.sum() + ROOM * self.threshold
        return System(
            truth=np.concatenate([*(view.counts.ravel() for view in self.views), together, changed]),
            ceiling=np.concatenate(
                [
                    *(view.ceiling(self.threshold) for view in self.views),
                    np.full(len(together), room),
                    np.where(changed > 0, changed + ROOM * self.threshold, 0),
                ]
            ),
            numbers=_rows_of(self.masks, size),
            equal=_signed(equal, size),
            below=_signed(below, size),
            least=self._least(own),
            tells=_rows_of(tells, len(self.masks)),
            own=np.array(own, dtype=np.int64),
            base=np.array(base, dtype=np.int64),
            fixed=np.isin(np.arange(len(self.masks)), fixed),
            persons=np.array(self.persons, dtype=np.int64),
            outside=outside,
            parts=self._parts(),
            crossings=crossings,
            marks=np.array(self.marks, dtype=np.uint64),
            names=np.array([*self.names, ""], dtype=object),
            differences=differences,
            worth=self._worth(steps),
            steps=steps,
        )

    def _cells(self) -> tuple[list[list[int]], list[int], list[int], list[tuple[int, Form]]]:
        """Of every cell the numbers that it tells, its own and that of its base; who of a base is outside, by cell."""
        tells, own, base, outside = [], [], [], []
        for place, told in enumerate(self.told):
            for one in told:
                numbers = [self._of(place, one, number) for number in one.numbers]
                mine = self._of(place, one, one.own) if one.own else NOBODY
                of = self._of(place, one, one.base) if one.base else NOBODY
                tells.append(sorted({number for number in numbers if number != NOBODY}))
                own.append(mine)
                base.append(of)
                views = [self.at[place, one.tokens, inside.measure] for inside, _ in one.within]
                outside += [self._outside(*found, len(own) - 1) for found in zip(views, one.within, strict=True)]
        return tells, own, base, outside

    def _of(self, place: int, told: Told, number: Number) -> int:
        """Place of a number that a cell of a table, or of a chain, tells."""
        return self.number(self.at[place, told.tokens, number.measure], number)

    def _outside(self, view: int, pair: tuple[Number, Number], cell: int) -> tuple[int, Form]:
        """The number that is in a share, and those of its base who are not."""
        inside, whole = pair
        seen = self.views[view]
        return self.number(view, inside), self._form(view, seen.mask(whole.where) & ~seen.mask(inside.where), cell)

    def _form(self, view: int, mask: np.ndarray, cell: int = NOBODY) -> Form:
        seen = self.views[view]
        persons = seen.persons(mask, self.threshold)
        return Form(self.offsets[view] + np.flatnonzero(mask), persons, float(seen.counts[mask].sum()), cell)

    def _steps(self) -> tuple[list[list[int]], list[int]]:
        """Of each chain the numbers that it tells, and the rows of its whole frame, which are known in any case."""
        steps, fixed = [], []
        for place, chain in enumerate(self.chains, len(self.tables)):
            whole, *left = (self._of(place, one, number) for one in chain.told() for number in one.numbers)
            fixed.append(whole)
            steps.append(left)
        return steps, fixed

    def _worth(self, steps: Sequence[Sequence[int]]) -> np.ndarray:
        """What hiding each cell costs: of a table's 1, of a number of the losses less."""
        cells = sum(map(len, self.told))
        last = {chain[-1] for chain in steps if chain}
        numbers = dict.fromkeys(number for chain in steps for number in chain)
        return np.append(np.ones(cells), [LAST if number in last else INNER for number in numbers])

    def _relations(self, tied: Collection[int]) -> tuple[list, list]:
        """Pairs of sums of atoms, in their order: those that are equal, and those of which the first is no larger.

        tied : views between any two of which everything is known by their joint atoms.
        """
        equal: list[tuple[np.ndarray, np.ndarray]] = list(self.same)
        below: list[tuple[np.ndarray, np.ndarray]] = []
        found = self._links(tied)
        for i, first in enumerate(self.views):
            within = [(i, link) for link in overlapping(first)]
            across = [(j, link) for j in range(len(self.views)) for link in found.get((i, j), ())]
            for j, (one, other, relation) in [*within, *across]:
                pair = (self.offsets[i] + one, self.offsets[j] + other)
                if relation == "equal":
                    equal.append(pair)
                else:
                    below.append(pair if relation == "below" else pair[::-1])
        return equal, below

    def _totals(self, own: Sequence[int]) -> tuple[list, list]:
        """Pairs of sums of events, as atoms: those that are equal, and those of which the first is no larger.

        own : of every cell the number that it is.
        """
        found, start = list[Lines](), 0
        for table, told in zip(self.tables, self.told, strict=True):
            cells = zip(table.cells["row"], table.cells["column"], told, own[start : start + len(told)], strict=True)
            start += len(told)
            at = {(row, column): (one.own.where, number) for row, column, one, number in cells
                  if one.own is not None and one.own.measure}  # fmt: skip
            rows, columns = (list(dict.fromkeys(place[axis] for place in at)) for axis in (0, 1))
            if at and len(at) == len(rows) * len(columns):
                grid = [[at[row, column] for column in columns] for row in rows]
                places = np.array([[number for _, number in line] for line in grid])
                axes = table.spec.rows.of, table.spec.columns.of
                found += lines_of(places, [[where for where, _ in line] for line in grid], axes)
        counts = np.concatenate([np.zeros(0), *(view.counts for view in self.views)])
        atoms = [np.asarray(mask, dtype=np.int64) for mask in self.masks]
        sums = np.array([counts[mask].sum() for mask in atoms])
        added, within = ([(np.concatenate([atoms[part] for part in parts]), atoms[whole]) for parts, whole in pairs]
                         for pairs in (totals(found, sums), bounded(found, sums)))  # fmt: skip
        return added, within

    def _links(self, tied: Collection[int]) -> dict[tuple[int, int], list[Link]]:
        """Links of every two views, of all views of the same rows together, so that their joint rows are found once."""
        found: dict[tuple[int, int], list[Link]] = {}
        alike: dict[tuple[str, int], list[int]] = {}
        for place, view in enumerate(self.views):
            alike.setdefault((view.rows.name, id(view.kept)), []).append(place)
        for own, others in product(alike.values(), repeat=2):
            joint = Joint()
            for i, j in product(own, others):
                first, second = self.views[i], self.views[j]
                if i != j and first.measure == second.measure and not (i in tied and j in tied):
                    found[i, j] = list(linked(first, second, i < j, joint))
        return found

    def _joined(self) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]], set[int], list[Form]]:
        """Rows of joint atoms, which come after those of the views, what they add up to, and views that these tie.

        These are the views of chains of the losses, of which every atom is a sum of them; a table has atoms without
        rows, which none of them holds. Last, joint atoms of few rows of a frame whose rows person and wave tell apart.
        """
        crossings: list[Form] = []
        found, equal, tied = [np.zeros(0)], list[tuple[np.ndarray, np.ndarray]](), set[int]()
        start = int(self.offsets[-1])
        for rows in self.rows.values():
            places = [place for place, view in enumerate(self.views) if not view.measure]
            for counts, sums in joined_alike(rows, [self.views[place] for place in places]):
                for at, atoms, own in sums:
                    offset = self.offsets[places[at]]
                    equal += [(np.array([offset + atom]), start + np.flatnonzero(own == atom)) for atom in atoms]
                    view = self.views[places[at]]
                    if view.rows is rows and view.tokens[:1] and view.tokens[0][1] == STEPS and len(atoms) == view.size:
                        tied.add(places[at])
                found.append(counts)
                if rows.by_wave:
                    few = np.flatnonzero((counts > 0) & (counts < self.threshold))
                    crossings += [Form(np.array([start + at]), int(counts[at]), float(counts[at])) for at in few]
                start += len(counts)
        return np.concatenate(found), equal, tied, crossings

    def _changes(
        self, equal: list[tuple[np.ndarray, np.ndarray]], start: int
    ) -> tuple[np.ndarray, list[tuple[int, int, Form]]]:
        """What came to numbers since earlier releases and what went from them, where either is few persons.

        Atoms from `start` on: `now + went == then + came` goes to `equal`. Rows of each atom, and those with few. That
        nothing came, or went, is taken to be known, as where a wave was added. Where no row could be in one of the two
        numbers, all of the other came or went: it is judged for itself.
        """
        sizes: list[float] = []
        forms: list[tuple[int, int, Form]] = []
        for (view, now), (older, then) in self._again():
            if not (now.any() and then.any()):
                continue
            changes = changed(self.views[view], self.views[older], now, then)
            if not any(0 < persons < self.threshold for _, persons in changes):
                continue
            numbers = (self.seen[view, now.tobytes()], self.seen[older, then.tobytes()])
            came, went = (start + len(sizes) + at for at in (0, 1))
            mine, theirs = self.offsets[view] + np.flatnonzero(now), self.offsets[older] + np.flatnonzero(then)
            equal.append((np.append(mine, went), np.append(theirs, came)))
            for at, (rows, persons) in zip((came, went), changes, strict=True):
                sizes.append(float(rows))
                if 0 < persons < self.threshold:
                    forms.append((*numbers, Form(np.array([at]), persons, float(rows), number=numbers[0])))
        return np.array(sizes), forms

    def _again(self) -> Iterator[tuple[tuple[int, np.ndarray], tuple[int, np.ndarray]]]:
        """Numbers of cells of this release and of the same cells of each earlier one: view and atoms of both, once."""
        done: set[tuple[int, bytes, int]] = set()
        for place, table in enumerate(self.tables):
            for other, former in enumerate(self.tables):
                if table.release or not former.release or former.spec.table != table.spec.table:
                    continue
                places = zip(former.cells["row"], former.cells["column"], strict=True)
                then = dict(zip(places, self.told[other], strict=True))
                for row, column, told in zip(table.cells["row"], table.cells["column"], self.told[place], strict=True):
                    for mine, theirs in zip(told.numbers, then.get((row, column), Told()).numbers, strict=False):
                        at = self.at[place, told.tokens, mine.measure]
                        older = self.at[other, then[row, column].tokens, theirs.measure]
                        mask = self.views[at].mask(mine.where)
                        if (at, mask.tobytes(), older) not in done:
                            done.add((at, mask.tobytes(), older))
                            yield (at, mask), (older, self.views[older].mask(theirs.where))

    def _least(self, own: Sequence[int]) -> np.ndarray:
        """The least that each number is known to be, of cells that are hidden for themselves and of others."""
        persons = np.array(self.persons, dtype=float)
        found = np.where(persons >= self.threshold, float(self.threshold), np.minimum(persons, 1.0))
        return np.where(np.isin(np.arange(len(persons)), own), found, 0.0)

    def _parts(self) -> list[Form]:
        """Of each view the smallest sums of atoms that told numbers of it tell apart, where few persons are in them."""
        found = []
        masks: list[list[np.ndarray]] = [[] for _ in self.views]
        for view, mask in self.seen:
            masks[view].append(np.frombuffer(mask, dtype=bool))
        for view, seen in enumerate(self.views):
            told = np.array(masks[view], dtype=bool).reshape(len(masks[view]), seen.size)
            groups: dict[bytes, list[int]] = {}
            for atom in np.flatnonzero(told.any(axis=0)):
                groups.setdefault(told[:, atom].tobytes(), []).append(int(atom))
            for atoms in groups.values():
                form = self._form(view, np.isin(np.arange(seen.size), atoms))
                if 0 < form.persons < self.threshold:
                    found.append(form)
        return found


def _rows_of(places: Sequence[Sequence[int] | np.ndarray], size: int) -> sparse.csr_matrix:
    """0/1 matrix with ones at the places of each row."""
    ends = np.cumsum([0, *map(len, places)])
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *(np.asarray(one, dtype=np.int64) for one in places)])
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(places), size))


def _signed(pairs: Sequence[tuple[np.ndarray, np.ndarray]], size: int) -> sparse.csr_matrix:
    """First sum less second, a row a pair."""
    return (_rows_of([one for one, _ in pairs], size) - _rows_of([other for _, other in pairs], size)).tocsr()


def relations_of(tables: Sequence[Table], threshold: int, chains: Sequence[Chain] = ()) -> System:
    """The system of all tables of a study together; cells in the order of the tables and of their rows.

    threshold : persons, below which it is worth knowing how many exactly are in a set. chains : what its losses tell;
    each different number of theirs is a cell after those of the tables.
    """
    return _Build(tables, threshold, chains).system()
