"""Which rows of one view are rows of another: the same rows of a frame, or of a frame of the same persons and waves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, product
from math import ceil

import numpy as np
import pandas as pd
from scipy import sparse

from mobility.disclosure.coded import Coded, Frame, Token, narrow
from mobility.disclosure.numbers import Number
from mobility.disclosure.views import Classes, View
from mobility.settings import Sample

WAVE = "wave"
STEP = np.uint64(0x9E3779B97F4A7C15)
FAMILIES = 20  # ways to divide a set, so many of which are looked at
JOINT = 3000  # joint atoms at most
FEW_CODES = 10**7  # a truth value each of so many takes less time than to sort them
DIGITS = 6  # of sums of events, beyond which they are the same
ADDED = 3  # views of the same columns, from which one can be the others together
FEWEST = 3  # rows an atom, on average, from which a column that follows from others is taken for one by definition
Link = tuple[np.ndarray, np.ndarray, str]


@dataclass(eq=False)
class Rows:
    """Rows of a frame: whose they are, by what they are known in other frames, and the classes of their columns.

    name : of the frame in the release. kind : of the frame in all releases.
    unit : column of the persons or areas. shared : by another frame and a number of waves, its
    rows of the same persons, once they were looked for.
    """

    name: str
    frame: Frame
    unit: str
    kind: str = ""
    classes: Classes = field(default_factory=dict)
    shared: dict[tuple, dict] = field(default_factory=dict)

    @cached_property
    def coded(self) -> Coded:
        """Its columns as codes."""
        return Coded.holding(self.frame)

    @cached_property
    def units(self) -> np.ndarray:
        """Persons, or areas, 0..P-1."""
        return self.coded.units_of(self.unit)

    @cached_property
    def most(self) -> int:
        """The most rows that a person has."""
        return int(np.bincount(self.units).max()) if len(self.units) else 1

    @cached_property
    def by_wave(self) -> bool:
        """Whether person and wave tell its rows apart, as in frames of the same panel."""
        return WAVE in self.frame and not self.frame[[self.unit, WAVE]].duplicated().any()

    @cached_property
    def by_unit(self) -> bool:
        """Whether the person alone tells its rows apart, in every release of the frame."""
        return WAVE not in self.frame and not self.frame[self.unit].duplicated().any()

    def same_as(self, other: "Rows") -> bool:
        """Whether its rows are known in another frame: by person and wave, or in another release by person."""
        if self.unit != other.unit:
            return False
        again = self.kind == other.kind and self.by_unit and other.by_unit
        return (self.by_wave and other.by_wave) or (again and self is not other)

    def keyed(self, later: int = 0, repeated: bool = False) -> np.ndarray:
        """A key of each row, uint64: of its person and wave (or `later` ones), else of its place in its frame.

        repeated : whether rows of one person and wave may have one key.
        """
        if self.by_unit and not later:
            kind = np.uint64(pd.util.hash_array(np.array([self.kind], dtype=object))[0])
            return pd.util.hash_array(self.frame[self.unit].to_numpy()) * STEP + kind
        if not self.by_wave and not (repeated and WAVE in self.frame):
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
            inside &= self.coded.held(step)
        if weight:
            inside &= self.coded.weighs(weight)
        return narrow(np.flatnonzero(inside))

    def inside(self, number: Number, kept: np.ndarray) -> np.ndarray:
        """Which of some rows a number counts."""
        found = np.ones(len(kept), dtype=bool)
        for token, wanted in number.where:
            codes, names = self.coded.of(token)
            found &= np.array([name in wanted for name in names], dtype=bool)[codes[kept]]
        return found

    def partner(self, other: "Rows", later: int) -> np.ndarray:
        """Of each row the row of another frame of the same person, `later` waves on; -1 for none."""
        key = (other.name, later)
        if key not in self.shared:
            index = pd.Index(other.keys)
            self.shared[key] = {"rows": index.get_indexer(self.keyed(later, repeated=True)).astype(np.int32)}
        return self.shared[key]["rows"]


@dataclass(eq=False)
class Joint:
    """Rows that two views have in common, found once for all pairs of views of the same rows.

    found : by number of waves and measure, places of the joint rows among those that each view keeps.
    """

    found: dict[tuple[int, str], tuple[np.ndarray | slice, np.ndarray | slice]] = field(default_factory=dict)

    def atoms(self, first: View, second: View, later: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Atoms of either view in which each joint row is; rows of the second are `later` waves on."""
        key = (later, first.measure)
        if key not in self.found:
            self.found[key] = _joint(first, second, later)
        own, other = self.found[key]
        return first.atoms[own], second.atoms[other]


def _joint(first: View, second: View, later: int) -> tuple[np.ndarray | slice, np.ndarray | slice]:
    if first.rows is second.rows and first.kept is second.kept:
        return slice(None), slice(None)
    at = first.kept if first.rows is second.rows else first.rows.partner(second.rows, later)[first.kept]
    own = np.flatnonzero((at >= 0) & second.inside[at])
    if first.measure and first.rows is not second.rows:  # of a release in which a row has other events it is another
        own = own[first.amounts(first.kept[own]) == second.amounts(at[own])]
    return own, np.searchsorted(second.kept, at[own])


def linked(first: View, second: View, both: bool, joint: Joint) -> Iterator[Link]:
    """Sums of atoms of two views that are equal, or of which the first is no larger: (of first, of second, relation).

    both : whether links that hold in either direction are wanted, which `first` and `second` changed would give again.
    joint : their rows, of this direction.
    """
    if first.rows is second.rows:
        if both:
            yield from _links(first, second, *joint.atoms(first, second))
    elif first.rows.same_as(second.rows):
        steps = (0, 1) if both else (1,)
        for later in steps if first.rows.by_wave else steps[:-1]:
            yield from _links(first, second, *joint.atoms(first, second, later))
    elif second.rows.by_wave and WAVE in first.rows.frame and first.rows.unit == second.rows.unit:
        place = _once_by(first, second.rows)
        if place >= 0:
            kinds, (mine, theirs) = first.places[place], joint.atoms(first, second)
            for kind in np.unique(kinds[first.atoms]):
                inside = kinds == kind
                yield from _links(first, second, mine[inside[mine]], theirs[inside[mine]], inside)


def _once_by(view: View, rows: Rows) -> int:
    """Place of the first column by whose class each row of another frame is in a view once; -1 for none.

    As in a frame of pathways that share occupations.
    """
    if rows.name not in view.once:
        at = view.rows.partner(rows, 0)[view.kept]
        there = at >= 0
        columns = (place for place, own in enumerate(view.places[: len(view.tokens)])
                   if _all_differ(at[there], own[view.atoms][there]))  # fmt: skip
        view.once[rows.name] = next(columns, -1)
    return view.once[rows.name]


def overlapping(view: View) -> Iterator[Link]:
    """Links within a view whose frame has a person in several rows: who is in one class of a column is in another too.

    So in a frame of groups everyone is in `all`, and either in `men` or in `women`: classes that share nobody and
    together hold the persons of another add up to it, by every crossing of the other columns. Of sums of a measure
    nothing follows from whose they are: each area has moves of every age.
    """
    units = view.rows.units[view.kept]
    persons = len(_there(units, len(view.rows.frame)))
    if view.measure or view.rows.by_wave or persons == len(units):
        return
    for place in range(len(view.tokens)):
        kinds, rest = _crossed(view, place)
        own, others = kinds[view.atoms], rest[view.atoms]
        if _kinds(units, others) != persons or not _all_differ(units, own):
            continue
        held = {int(kind): frozenset(units[own == kind].tolist()) for kind in np.unique(own)}
        for whole, parts, relation in _nested(held):
            for crossing in range(int(rest.max()) + 1):
                inside = (rest == crossing) & np.isin(kinds, parts)
                yield np.flatnonzero(inside), np.flatnonzero((rest == crossing) & (kinds == whole)), relation


def joined(rows: Rows, views: Sequence[View]) -> tuple[np.ndarray, list[tuple[int, np.ndarray, np.ndarray]]]:
    """Rows of a frame by what all views of it see at once: rows of each joint atom, and sums of them in each view.

    Of views of the frame itself, and of those that have its rows in several rows, class by class. Of each view its
    place among `views`, its atoms with rows, and the atom of each joint atom, -1 for none. Nothing where the
    joint atoms are too many, so that they would be rows and not definitions.
    """
    code, many, seen = np.zeros(len(rows.frame), dtype=np.int64), 1, []
    for place, view in enumerate(views):
        for atoms in _atoms_in(rows, view):
            seen.append((place, atoms))
            code, many = _ranked(code * (view.size + 1) + atoms + 1, many * (view.size + 1))
            if many > JOINT:
                return np.zeros(0), []
    counts = np.bincount(code)
    if len(seen) < 2 or len(code) < FEWEST * len(counts):
        return np.zeros(0), []
    first = np.zeros(len(counts), dtype=np.int64)
    first[code] = np.arange(len(code))
    return counts.astype(float), [
        (place, np.unique(own[own >= 0]), own) for place, atoms in seen for own in [atoms[first]]
    ]


def joined_alike(
    rows: Rows, views: Sequence[View]
) -> Iterator[tuple[np.ndarray, list[tuple[int, np.ndarray, np.ndarray]]]]:
    """`joined` of all views of a frame; where their joint atoms are too many, of those that see the same columns.

    So cells of tables of men, of women and of all add up, though all tables of the frame cross too finely.
    """
    whole = joined(rows, views)
    yield whole
    alike: dict[tuple[Token, ...], list[int]] = {}
    for place, view in enumerate(views):
        if view.rows is rows:
            alike.setdefault(view.tokens, []).append(place)
    for places in alike.values():
        if not whole[1] and len(places) >= ADDED:
            counts, sums = joined(rows, [views[place] for place in places])
            yield counts, [(places[at], atoms, own) for at, atoms, own in sums]


def changed(
    now: View, then: View, inside: np.ndarray, before: np.ndarray
) -> tuple[tuple[float, int], tuple[float, int]]:
    """Rows and persons that came to a number since an earlier release, and that went from it; of a sum its events.

    inside, before : its atoms in the view of now, and in that of then. Where the rows of the two frames cannot be told
    to be the same, the difference of the two numbers counts as so many persons.
    """
    mine, theirs = now.kept[inside[now.atoms]], then.kept[before[then.atoms]]
    if now.measure:
        known = now.rows.same_as(then.rows)
        events = _events(now, mine, known).sub(_events(then, theirs, known), fill_value=0.0)
        came, went = events.clip(lower=0).sum(), -events.clip(upper=0).sum()
        return (came, ceil(round(came, DIGITS))), (went, ceil(round(went, DIGITS)))
    if not now.rows.same_as(then.rows):
        more = len(mine) - len(theirs)
        return (max(more, 0), max(more, 0)), (max(-more, 0), max(-more, 0))
    found = []
    for rows, own, others in ((now.rows, mine, then.rows.keys[theirs]), (then.rows, theirs, now.rows.keys[mine])):
        new = own[~np.isin(rows.keys[own], others)]
        found.append((len(new), len(np.unique(rows.units[new]))))
    return found[0], found[1]


def _events(view: View, rows: np.ndarray, known: bool) -> pd.Series:
    """Sum of a view's measure over some rows of its frame: of each key of these where it is `known`, else of all."""
    keys = view.rows.keys[rows] if known else np.zeros(len(rows), dtype=np.uint64)
    return pd.Series(view.amounts(rows)).groupby(keys, sort=False).sum()


def _atoms_in(rows: Rows, view: View) -> Iterator[np.ndarray]:
    """Of each row of a frame the atom of a view that it is in, -1 for none; several times where a view repeats rows."""
    if view.rows is rows:
        found = np.full(len(rows.frame), -1)
        found[view.kept] = view.atoms
        yield found
    elif rows.by_wave and not view.rows.by_wave and WAVE in view.rows.frame and rows.unit == view.rows.unit:
        at = view.rows.partner(rows, 0)[view.kept]
        for place in range(len(view.tokens)):
            own = _crossed(view, place)[0][view.atoms]
            if (at >= 0).all() and _all_differ(at, own):
                for kind in np.unique(own):
                    found = np.full(len(rows.frame), -1)
                    found[at[own == kind]] = view.atoms[own == kind]
                    yield found
                return


def _there(codes: np.ndarray, size: int) -> np.ndarray:
    """The different ones of codes 0..size-1, in their order."""
    if size > FEW_CODES:
        return np.unique(codes)
    found = np.zeros(size, dtype=bool)
    found[codes] = True
    return np.flatnonzero(found)


def _ranked(codes: np.ndarray, size: int) -> tuple[np.ndarray, int]:
    """Codes 0..size-1 as their places among those that are there, in the same order, and how many these are."""
    there = _there(codes, size)
    if size > FEW_CODES:
        return np.searchsorted(there, codes), len(there)
    place = np.zeros(size, dtype=np.int64)
    place[there] = np.arange(len(there))
    return place[codes], len(there)


def _kinds(first: np.ndarray, second: np.ndarray) -> int:
    """How many different pairs there are of two arrays of codes."""
    return len(pd.unique(first.astype(np.int64) * (int(second.max(initial=0)) + 1) + second))


def _all_differ(first: np.ndarray, second: np.ndarray) -> bool:
    return _kinds(first, second) == len(first)


def _crossed(view: View, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each atom its class of one column, and the crossing of its classes of the others."""
    others = [at for at in range(len(view.tokens)) if at != place]
    rest = np.zeros(view.size, dtype=np.int64)
    for at in others:
        rest = rest * view.shape[at] + view.places[at]
    return view.places[place], rest


def _nested(held: Mapping[int, frozenset[int]]) -> Iterator[tuple[int, list[int], str]]:
    """Of each set the others that are within it, and families of them that are its parts."""
    for whole, members in held.items():
        inside = {kind: own for kind, own in held.items() if kind != whole and own <= members}
        for kind in inside:
            yield whole, [kind], "below"
        for family in islice(_covers(members, inside), FAMILIES):
            yield whole, family, "equal"


def _covers(members: frozenset[int], inside: Mapping[int, frozenset[int]]) -> Iterator[list[int]]:
    """Families of disjoint sets that together are the members."""
    if not members:
        yield []
        return
    first = min(members)
    for kind, own in inside.items():
        if first in own and own <= members:
            yield from ([kind, *others] for others in _covers(members - own, inside))


def _links(
    first: View, second: View, mine: np.ndarray, theirs: np.ndarray, only: np.ndarray | None = None
) -> Iterator[Link]:
    """Links of two views whose joint rows are in the atoms `mine` of the first and `theirs`; `only` some of the first.

    Only these atoms of the first view are looked at.
    """
    if not len(mine):
        return
    some = np.ones(first.size, dtype=bool) if only is None else only
    code = mine.astype(np.int64) * second.size + theirs
    crossed = _there(code, first.size * second.size)
    pairs = np.column_stack([crossed // second.size, crossed % second.size])
    near = (_reached(first, pairs[:, 0]) & some, _reached(second, pairs[:, 1]))
    counts = [float(view.rows_of[some].sum()) for view, some in zip((first, second), near, strict=True)]
    both = float(len(mine))
    if first.rows is not second.rows and counts != [both, both]:
        yield from _same_classes(first, second, pairs, np.unique(code, return_counts=True)[1], some)
    if both not in counts:
        return
    relation = "equal" if counts[0] == counts[1] else "below" if counts[0] == both else "above"
    dense = len(mine) >= FEWEST * len(pairs)
    labels = _together(pairs, (first.size, second.size)) if dense else _by_column(first, second, mine, theirs)
    own, others = _with_empty(first, labels[0], near[0]), _with_empty(second, labels[1], near[1])
    for label in np.intersect1d(own[own >= 0], others[others >= 0]):
        yield np.flatnonzero(own == label), np.flatnonzero(others == label), relation


def _same_classes(first: View, second: View, pairs: np.ndarray, joint: np.ndarray, some: np.ndarray) -> Iterator[Link]:
    """Classes of a column of each view that have the very same rows, though other rows of the views differ.

    So the technicians of a frame of those at risk of a step are those of the frame of all pairs. pairs, joint : atoms
    of either view that have joint rows, and how many. some : atoms of the first that are looked at.
    """
    own, others = pairs.T
    for at, by in product(range(len(first.tokens)), range(len(second.tokens))):
        sizes = (first.shape[at], second.shape[by])
        code = first.places[at][own] * sizes[1] + second.places[by][others]
        met_at = _there(code, sizes[0] * sizes[1])
        kinds = _together(np.column_stack([met_at // sizes[1], met_at % sizes[1]]), sizes)
        left, right = kinds[0][first.places[at]], kinds[1][second.places[by]]
        for kind in np.unique(kinds[0][kinds[0] >= 0]):
            inside, outside = some & (left == kind), right == kind
            rows = float(joint[left[own] == kind].sum())
            met = int((kinds[0][met_at // sizes[1]] == kind).sum())
            if rows >= FEWEST * met and first.rows_of[inside].sum() == rows == second.rows_of[outside].sum():
                yield np.flatnonzero(inside), np.flatnonzero(outside), "equal"


def _reached(view: View, atoms: np.ndarray) -> np.ndarray:
    """Atoms of a view that can hold joint rows: without those of a class that has rows and no joint one."""
    inside = np.ones(view.size, dtype=bool)
    held = (np.flatnonzero(view.rows_of), _there(atoms, view.size))
    for own, classes in zip(view.places, view.shape or (1,), strict=True):
        there, joint = (np.bincount(own[some], minlength=classes) > 0 for some in held)
        inside &= ~(there & ~joint)[own]
    return inside


def _together(pairs: np.ndarray, sizes: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the atoms of two views, the same where joint rows lead from one to the other; -1 without joint rows.

    These are the finest sums that both views have, whatever columns they are said in. pairs : in order of the first.
    """
    ends = np.cumsum(np.bincount(pairs[:, 0] + 1, minlength=sum(sizes) + 1))
    edges = sparse.csr_matrix((np.ones(len(pairs)), sizes[0] + pairs[:, 1], ends), shape=(sum(sizes),) * 2)
    labels = sparse.csgraph.connected_components(edges, directed=False)[1]
    seen = np.zeros(sum(sizes), dtype=bool)
    seen[pairs[:, 0]] = seen[sizes[0] + pairs[:, 1]] = True
    labels = np.where(seen, labels, -1)
    return labels[: sizes[0]], labels[sizes[0] :]


def _by_column(first: View, second: View, mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same column by column, where joint rows are so few that what leads from atom to atom is chance."""
    labels = [np.zeros(first.size, dtype=np.int64), np.zeros(second.size, dtype=np.int64)]
    for at, by in product(range(len(first.tokens)), range(len(second.tokens))):
        own, others = first.places[at], second.places[by]
        sizes = (first.shape[at], second.shape[by])
        crossed = _there(own[mine] * sizes[1] + others[theirs], sizes[0] * sizes[1])
        same = first.rows is second.rows and first.tokens[at] == second.tokens[by]
        if not same and len(mine) < FEWEST * len(crossed):
            continue
        kinds = _together(np.column_stack([crossed // sizes[1], crossed % sizes[1]]), sizes)
        many = int(max(kind.max() for kind in kinds)) + 1
        for side, kind in enumerate((kinds[0][own], kinds[1][others])):
            unknown = (labels[side] < 0) | (kind < 0)
            labels[side] = np.where(unknown, -1, labels[side] * many + kind)
    return labels[0], labels[1]


def _with_empty(view: View, labels: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Labels of the atoms near, those without rows too: the one that the classes of such an atom have in common."""
    found = np.where(near, labels, -1)
    empty, known = np.flatnonzero(near & (labels < 0)), np.flatnonzero(labels >= 0)
    if not len(empty) or not len(known):
        return found
    many = int(labels.max()) + 1
    for atoms in np.array_split(empty, 1 + len(empty) * many // FEW_CODES):
        left = np.ones((len(atoms), many), dtype=bool)
        for own, classes in zip(view.places, view.shape or (1,), strict=True):
            of_class = np.zeros((classes, many), dtype=bool)
            of_class[own[known], labels[known]] = True
            left &= of_class[own[atoms]]
        one = left.sum(axis=1) == 1
        found[atoms[one]] = left[one].argmax(axis=1)
    return found
