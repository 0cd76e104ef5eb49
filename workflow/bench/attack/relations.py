"""What must hold between the numbers of a study: every count is of rows with certain values in certain columns.

A table's spec says which rows of its frame a cell counts, so that cells of different tables are equal, parts of one
another, or add up. Nothing is listed by hand: columns are cut into the finest sets of categories that any cell tells
apart (atoms); a cell is the sum of its atoms, and a table of fewer columns the sum of one of more.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations, product

import numpy as np
import pandas as pd

from attack.bounds import WHOLE, Relation, System, tighten
from attack.fits import fit_sizes
from attack.released import HIDDEN, Left, Place, fraction_of
from mobility.settings import Item, Sample, TableSpec

KNOWN = "?"  # behind the name of a column: that it is known at all
ROWS = "rows"
Where = Mapping[str, frozenset[str] | None]  # categories by column; None: any that is known
Key = tuple[str, frozenset[str]]  # of a row or column of a table: a column of the frame, and its categories
Rewrite = Callable[[str, Where], tuple[str, Where]]


@dataclass(frozen=True)
class Group:
    """Rows of a frame, and what of them: their number, or the sum of a column. where : (column, categories)."""

    frame: str
    measure: str
    where: frozenset[tuple[str, frozenset[str]]]

    @property
    def columns(self) -> frozenset[str]:
        """Columns that it says something of."""
        return frozenset(name for name, _ in self.where)


@dataclass(frozen=True)
class Change:
    """A cell that is a difference of two shares of unweighted rows: their numbers and bases, the earlier first.

    value : of the cell, NaN where it is not shown or rounded.
    """

    place: Place
    parts: tuple[Group, Group]
    bases: tuple[Group, Group]
    value: float


@dataclass
class Collected:
    """Groups that the released cells are of: what is known of them, and which cell is the number of which.

    cells : of a hidden cell, the weights of groups that it is the sum of. complete : bases, each with the column
    whose categories the spec says it is the sum of. sums : (weights, low, high, why) of further relations.
    changes : differences of shares. told : numbers that one cell shows, or one difference and what stands beside it.
    rates : by cell its row and column and the group of its events. events : of those that a rate and its base tell.
    made : a rate times its base, of every one that is shown: net moves can be below 0.
    """

    rewrite: Rewrite
    groups: set[Group] = field(default_factory=set)
    known: dict[Group, float] = field(default_factory=dict)
    cells: dict[Place, dict[Group, float]] = field(default_factory=dict)
    sums: list[tuple[dict[Group, float], float, float, str]] = field(default_factory=list)
    complete: set[tuple[Group, str]] = field(default_factory=set)
    rounded: dict[Place, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    told: dict[Group, float] = field(default_factory=dict)
    rates: dict[Place, tuple[Key, Key, Group]] = field(default_factory=dict)
    events: dict[Group, float] = field(default_factory=dict)
    made: dict[Group, float] = field(default_factory=dict)
    disagreements: list[str] = field(default_factory=list)

    def group(self, frame: str, where: Where, measure: str = ROWS) -> Group:
        """The group of that name, in the finest columns that the public code tells of."""
        frame, where = self.rewrite(frame, where)
        own = {name + KNOWN: frozenset(["known"]) for name in where}
        own |= {name: values for name, values in where.items() if values is not None}
        found = Group(frame, measure, frozenset(own.items()))
        self.groups.add(found)
        return found

    def tell(self, group: Group, value: float, why: str) -> None:
        """Note that a group has that number."""
        if group in self.known and abs(self.known[group] - value) > WHOLE * max(1.0, abs(value)):
            self.disagreements.append(f"{why}: {value}, elsewhere {self.known[group]}")
        self.known.setdefault(group, value)


def collect(left: Left, rewrite: Rewrite) -> Collected:
    """Groups of all tables of a study whose cells count rows, with their numbers, and of its losses."""
    found = Collected(rewrite)
    for name, cells in left.cells.groupby("table", sort=False):
        spec = left.study.tables[str(name)]
        if spec.statistic.name in READERS and spec.frame:
            _Reader(left, spec, found).read(cells)
    samples = _chains(left)
    for chain, sample in samples.items():
        _read_losses(left, chain, sample, found)
    for (model, _), rows in fit_sizes(left).items() if left.rounded_to else ():
        if model in samples:  # whose number is rounded, and that of the fit is not
            whole = found.group(samples[model].frame, _kept(samples[model].keep))
            found.sums.append(({whole: 1.0}, rows, np.inf, f"rows of {model}"))
    _read_differences(found)
    return found


def _chains(left: Left) -> dict[str, Sample]:
    """By chain of the losses, the sample of the table or model that it ends in."""
    samples, study = left.study.samples, left.study
    own = {name: spec.sample for name, spec in study.tables.items() if spec.frame}
    own |= {name: model.sample for name, model in study.models.items()}
    return {name: samples[sample] for name, sample in own.items() if sample in samples}


def _read_losses(left: Left, chain: str, sample: Sample, found: Collected) -> None:
    """How many rows are left after each step of a sample."""
    losses, tell = left.losses, partial(_tell_left, found, left.rounded_to, f"losses of {chain}")
    lines = losses[losses["step"] == chain].to_dict("records") if len(losses) else []
    reasons = [str(line["reason"]) for line in lines]
    first = next((at for at, reason in enumerate(reasons) if sample.keep and sample.keep[0].otherwise in reason), None)
    if first is None:
        return
    if any("no value for" in reason for reason in reasons[:first]):  # joined with a later step, they end elsewhere
        return
    if reasons[first] == sample.keep[0].otherwise and pd.notna(lines[first]["rows_in"]):
        tell(found.group(sample.frame, {}), float(lines[first]["rows_in"]))
    words = [keep.otherwise for keep in sample.keep]
    for last in range(1, len(words) + 1):
        for at in range(first, len(lines)):
            if "; ".join(reasons[first : at + 1]) == "; ".join(words[:last]) and pd.notna(lines[at]["rows_out"]):
                kept = found.group(sample.frame, _kept(sample.keep[:last]))
                tell(kept, float(lines[at]["rows_out"]))


def _tell_left(found: Collected, rounded_to: int, why: str, group: Group, value: float) -> None:
    """Note a number of the losses; one that is rounded is one of as many numbers."""
    if rounded_to:
        found.sums.append(({group: 1.0}, value, value + rounded_to - 1, why))
    else:
        found.tell(group, value, why)


def _kept(steps: Sequence) -> dict[str, frozenset[str] | None]:
    kept: dict[str, frozenset[str] | None] = {}
    for step in steps:
        values = None if step.values is None else frozenset(map(str, step.values))
        kept = joined(kept, {step.column: values})
    return kept


def joined(first: Where, second: Where) -> dict[str, frozenset[str] | None]:
    """Rows that are in both."""
    both = dict(first)
    for name, values in second.items():
        own = both.get(name)
        both[name] = values if own is None else own if values is None else own & values
    return both


@dataclass
class _Reader:
    """Reads the cells of one table."""

    left: Left
    spec: TableSpec
    found: Collected

    @cached_property
    def sample(self) -> dict[str, frozenset[str] | None]:
        """Who is in the table; of weighted shares only rows with a weight are."""
        sample = self.left.study.samples.get(self.spec.sample)
        kept = _kept(sample.keep) if sample else {}
        weight = self.spec.weight or getattr(self.left.study.about, "weight", "")
        return {**kept, weight: None} if weight and self.spec.statistic.name != "count" else kept

    def read(self, cells: pd.DataFrame) -> None:
        """All cells, by the rule of the statistic."""
        items = [{item.id: item for item in axis.items} for axis in (self.spec.rows, self.spec.columns)]
        read = READERS[self.spec.statistic.name]
        for cell in cells.itertuples(index=False):
            if cell.row in items[0] and cell.column in items[1]:
                read(self, cell, items[0][cell.row], items[1][cell.column])

    def axis(self, of: str, item: Item) -> Where:
        return {of: frozenset(item.of)} if of and not item.everyone else {}

    def where(self, *parts: Where) -> Where:
        """Rows of the sample that are in every part."""
        kept: Where = self.sample
        for part in parts:
            kept = joined(kept, part)
        return kept

    def place(self, cell: tuple) -> Place:
        return self.spec.table, cell.row, cell.column

    def tell(self, cell: tuple, name: str, where: Where, measure: str = ROWS) -> Group:
        """Note the number of a cell's column, if it is shown, and of which group it is."""
        group = self.found.group(self.spec.frame, where, measure)
        value, base = getattr(cell, name), rounded_to(cell)
        if pd.notna(value) and base:
            ends = (max(float(value) - base + 1, 0.0), float(value) + base - 1)
            self.found.sums.append(({group: 1.0}, *ends, f"{self.place(cell)} {name} rounded"))
            if name == "n" and value <= base:
                self.found.rounded[self.place(cell)] = base
                self.found.cells[self.place(cell)] = {group: 1.0}
        elif pd.notna(value):
            self.found.tell(group, float(value), f"{self.place(cell)} {name}")
        return group

    def from_digits(self, cell: tuple, n: Group, base: Group) -> None:
        """A share shown in full without its n and base is a fraction, of which n and base are a multiple."""
        bare = pd.notna(cell.value) and pd.isna(cell.n) and pd.isna(cell.base) and not rounded_to(cell)
        if bare and not self.left.study.about.weight and (parts := fraction_of(cell.value)):
            weights = {n: float(parts[1]), base: -float(parts[0])}
            self.found.sums.append((weights, 0.0, 0.0, f"{self.place(cell)} digits"))

    def hide(self, cell: tuple, weights: Mapping[Group, float]) -> None:
        if cell.flag in HIDDEN:
            self.found.cells[self.place(cell)] = dict(weights)


def rounded_to(cell: tuple) -> int:
    """To a multiple of what the numbers of a cell are rounded, as its note says; 0 where they are not."""
    told = re.match(r"rounded to a multiple of (\d+)", str(cell.note))
    return int(told.group(1)) if told else 0


def _read_share(reader: _Reader, cell: tuple, row: Item, column: Item) -> None:
    across, down = reader.axis(reader.spec.rows.of, row), reader.axis(reader.spec.columns.of, column)
    base = reader.tell(cell, "base", reader.where(across if reader.spec.within == "row" else down))
    n = reader.tell(cell, "n", reader.where(across, down))
    reader.from_digits(cell, n, base)
    if reader.spec.complete:
        other = reader.spec.columns if reader.spec.within == "row" else reader.spec.rows
        reader.found.complete.add((base, other.of))
    reader.hide(cell, {n: 1.0})


def _read_proportion(reader: _Reader, cell: tuple, row: Item, column: Item) -> None:
    place = reader.where(reader.axis(reader.spec.rows.of, row), reader.axis(reader.spec.columns.of, column))
    reader.tell(cell, "base", joined(place, {column.mean: None}))
    reader.hide(cell, {reader.tell(cell, "n", joined(place, {column.mean: frozenset(["1"])})): 1.0})


def _read_count(reader: _Reader, cell: tuple, row: Item, column: Item) -> None:
    down = reader.axis(reader.spec.columns.of, column)
    n = reader.tell(cell, "n", reader.where(reader.axis(reader.spec.rows.of, row), down))
    reader.tell(cell, "base", reader.where(down))
    if pd.isna(cell.n) and pd.notna(cell.value) and not rounded_to(cell):
        half = reader.spec.rounded_to // 2
        low, high = (cell.value - half, cell.value + reader.spec.rounded_to - 1 - half) if half else (cell.value,) * 2
        reader.found.sums.append(({n: 1.0}, low, high, f"{reader.place(cell)} rounded"))
    reader.hide(cell, {n: 1.0})


def _read_comparison(reader: _Reader, cell: tuple, row: Item, column: Item) -> None:
    if not column.before:
        _read_share(reader, cell, row, column)
        return
    _read_change(reader, cell, row, column, both=True)


def _read_change(reader: _Reader, cell: tuple, row: Item, column: Item, both: bool = False) -> None:
    """A difference of two shares; its n and base are those of the later one, or of both together."""
    across, of = reader.axis(reader.spec.rows.of, row), reader.spec.columns.of
    ends = [{of: frozenset([name])} for name in (column.before, column.after)]
    told: Where = {of: frozenset([column.before, column.after])} if both else ends[1]
    reader.tell(cell, "base", reader.where(told))
    reader.tell(cell, "n", reader.where(across, told))
    bases = [reader.found.group(reader.spec.frame, reader.where(end)) for end in ends]
    parts = [reader.found.group(reader.spec.frame, reader.where(across, end)) for end in ends]
    plain = not reader.left.study.about.weight and not rounded_to(cell)
    value = float(cell.value) if plain else np.nan
    reader.found.changes.append(Change(reader.place(cell), (*parts,), (*bases,), value))
    if not both:
        reader.hide(cell, {parts[1]: 1.0})


def _read_differences(found: Collected) -> None:
    """What shown differences tell of their parts, now that it is known which bases are shown."""
    found.told = dict(found.known)
    for one in [one for one in found.changes if pd.notna(one.value)]:
        why, (before, after) = f"{one.place} difference", one.parts
        first, second = (found.known.get(base) for base in one.bases)
        then = found.known[after] / second - one.value if second and after in found.known else np.nan
        if first and second:
            value, weights = one.value * first * second, {after: first, before: -second}
            found.sums.append((weights, value - 0.01, value + 0.01, why))
            found.told |= {before: float(round(then * first))} if pd.notna(then) else {}
        elif ends := fraction_of(then):
            found.sums.append(({before: float(ends[1]), one.bases[0]: -float(ends[0])}, 0.0, 0.0, f"{why} digits"))


def kept_of(found: Collected, former: Iterable[Collected], threshold: int) -> dict[Place, dict[Group, float]]:
    """Of hidden changes whose later number another cell of the release tells, the earlier one, which each still keeps.

    So does the next change of a row, which begins with it. It is not taken for told where it is below the threshold, or
    by fewer than that another than an earlier release tells; and where both numbers are told the change is had back.
    """
    then = [{_bare(group): n for group, n in one.told.items()} for one in former]
    kept = {}
    for one in [one for one in found.changes if one.place in found.cells]:
        before, after = one.parts
        if after in found.told and before not in found.told:
            n = found.told[after]
            apart = [abs(n - told[_bare(after)]) for told in then if _bare(after) in told]
            if n >= threshold and not any(0 < by < threshold for by in apart):
                kept[one.place] = {before: 1.0}
    return kept


def _read_rate(reader: _Reader, cell: tuple, row: Item, column: Item) -> None:
    place = reader.where(reader.axis(reader.spec.rows.of, row), reader.axis(reader.spec.columns.of, column))
    reader.tell(cell, "base", place, f"sum of {reader.spec.exposure}")
    events = reader.tell(cell, "n", place, f"sum of sizes of {column.sum}")
    axes = ((reader.spec.rows.of, row), (reader.spec.columns.of or column.sum, column))
    keys = [(of, frozenset(item.of)) for of, item in axes]
    reader.found.rates[reader.place(cell)] = (keys[0], keys[1], events)
    made = float(cell.value) * float(cell.base) if pd.notna(cell.value) and pd.notna(cell.base) else np.nan
    if pd.notna(made):
        reader.found.made[events] = made
    if made >= 0 and (pd.isna(cell.n) or abs(made - cell.n) <= 1):  # net moves are a difference, and n all moves
        reader.found.events[events] = made
    reader.hide(cell, {events: 1.0})


def _read_mean(reader: _Reader, cell: tuple, row: Item, column: Item) -> None:
    place = reader.where(reader.axis(reader.spec.rows.of, row), reader.axis(reader.spec.columns.of, column))
    reader.hide(cell, {reader.tell(cell, "n", joined(place, {column.mean: None})): 1.0})


READERS = {
    "share": _read_share,
    "proportion": _read_proportion,
    "count": _read_count,
    "comparison": _read_comparison,
    "change": _read_change,
    "rate": _read_rate,
    "mean": _read_mean,
}


PERIODS = ("wave", "year")
SEEN = 3  # numbers that have to be shown in both releases before anything is made of it


def joined_releases(first: Collected, second: Collected) -> Collected:
    """What two releases of a study tell together.

    Where all numbers of a frame that are shown in both are alike, hidden ones are too, and so are those of one period
    where a wave was added. Where none of them fell, or none rose, rows were added or left out, of the hidden ones too.
    """
    both = Collected(first.rewrite, first.groups | second.groups, {**second.known, **first.known}, {}, [])
    both.sums += [*first.sums, *second.sums]
    both.complete |= first.complete | second.complete
    both.disagreements += [*first.disagreements, *second.disagreements]
    names = {_bare(group): group for group in second.groups}
    pairs = [(group, names[_bare(group)]) for group in first.groups if _bare(group) in names]
    for frame in {group.frame for group, _ in pairs}:
        own = [pair for pair in pairs if pair[0].frame == frame]
        periods = [pair for pair in own if any(name in PERIODS for name, _ in pair[0].where)]
        for some, ends in ((own, (0.0, 0.0)), (periods, (0.0, 0.0)), (own, (0.0, np.inf)), (own, (-np.inf, 0.0))):
            changes = [second.known[b] - first.known[a] for a, b in some if a in first.known and b in second.known]
            if len(changes) >= SEEN and all(ends[0] <= change <= ends[1] for change in changes):
                both.sums += [({b: 1.0, a: -1.0}, *ends, f"{frame} of two releases") for a, b in some]
    return both


def _bare(group: Group) -> tuple:
    return group.frame.split(":")[-1], group.measure, group.where


Atom = frozenset[str]
Cell = tuple[str, str, tuple[tuple[str, Atom], ...]]


@dataclass(frozen=True)
class Rest:
    """What a cell of fewer columns has beyond those of more that are its parts: the variable, and that of the cell.

    frame, measure : of both. place : of the cell. more : columns that its parts have besides. parts : their categories
    of these: two cells are divided alike only where these are alike.
    """

    at: int
    whole: int
    frame: str
    measure: str
    place: frozenset[tuple[str, Atom]]
    more: frozenset[str]
    parts: frozenset[tuple[tuple[str, Atom], ...]]


@dataclass
class Model:
    """The linear system of a study. parts : of each group, the weights of the variables that it is the sum of."""

    system: System
    parts: dict[Group, dict[int, float]]
    names: dict[Cell, int]
    rests: list[Rest] = field(default_factory=list)


def build(found: Collected) -> Model:
    """Variables for atoms, and the relations between them and what is known."""
    model = Model(System(), {}, {})
    families: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in sorted(found.groups, key=repr):
        families[group.frame, group.measure].append(group)
    for (frame, measure), groups in families.items():
        _Family(frame, measure, groups, model).build()
    for group, value in found.known.items():
        half = 0.0 if group.measure == ROWS else 0.5  # other sums are shown as whole numbers and need not be
        shown = f"shown: {_said(group)}"
        model.system.relations.append(Relation(model.parts[group], value - half, value + half, shown))
    for weights, low, high, why in found.sums:
        spread = _spread(model, weights)
        model.system.relations.append(Relation(spread, low, high, why))
    _close(model, found)
    return model


def _spread(model: Model, weights: Mapping[Group, float]) -> dict[int, float]:
    """Weights of groups as weights of variables."""
    spread: dict[int, float] = defaultdict(float)
    for group, weight in weights.items():
        for at, own in model.parts[group].items():
            spread[at] += weight * own
    return {at: weight for at, weight in spread.items() if weight}


def _said(group: Group) -> str:
    where = {name: sorted(values) for name, values in group.where if not name.endswith(KNOWN)}
    return f"{group.frame} {group.measure} {where}"


@dataclass
class _Family:
    """Groups of one frame and measure."""

    frame: str
    measure: str
    groups: Sequence[Group]
    model: Model

    def build(self) -> None:
        atoms = self._atoms()
        for group in self.groups:
            own = [[(name, atom) for atom in atoms[name] if atom <= values] for name, values in sorted(group.where)]
            cells = [self._variable(tuple(place)) for place in product(*own)]
            self.model.parts[group] = dict.fromkeys(cells, 1.0)
        tables = self._tables()
        for first, second in combinations(sorted(tables, key=sorted), 2):
            shared = first & second
            if shared not in tables:
                for cell in tables[first] + tables[second]:
                    self._variable(tuple(part for part in cell if part[0] in shared))
        tables = self._tables()
        for small, large in product(tables, tables):
            if small < large:
                self._link(small, tables[small], tables[large], large)

    def _atoms(self) -> dict[str, list[Atom]]:
        """For each column the finest sets of categories that the groups tell apart."""
        sets: dict[str, set[frozenset[str]]] = defaultdict(set)
        for group in self.groups:
            for name, values in group.where:
                sets[name].add(values)
        found = {}
        for name, own in sets.items():
            signature: dict[frozenset, set[str]] = defaultdict(set)
            ordered = sorted(own, key=sorted)
            for value in sorted(set().union(*own)):
                signature[frozenset(at for at, values in enumerate(ordered) if value in values)].add(value)
            found[name] = [frozenset(values) for values in signature.values()]
        return found

    def _variable(self, place: tuple[tuple[str, Atom], ...]) -> int:
        cell = (self.frame, self.measure, place)
        if cell not in self.model.names:
            self.model.names[cell] = self.model.system.variable(whole=self.measure == ROWS)
        return self.model.names[cell]

    def _tables(self) -> dict[frozenset[str], list[tuple[tuple[str, Atom], ...]]]:
        tables: dict[frozenset[str], list] = defaultdict(list)
        for frame, measure, place in self.model.names:
            if (frame, measure) == (self.frame, self.measure):
                tables[frozenset(name for name, _ in place)].append(place)
        return dict(tables)

    def _link(self, small: frozenset[str], parents: Sequence, children: Sequence, large: frozenset[str]) -> None:
        """A cell of fewer columns is the sum of those of more, and a rest that is 0 or more."""
        below: dict[tuple, list[tuple]] = defaultdict(list)
        for place in children:
            below[tuple(part for part in place if part[0] in small)].append(place)
        for parent in parents:
            if own := below.get(parent):
                rest, whole = self.model.system.variable(whole=self.measure == ROWS), self._variable(parent)
                why = f"{self.frame}: {sorted(large - small)} within {_short(parent)}"
                weights = {whole: 1.0, rest: -1.0, **dict.fromkeys(map(self._variable, own), -1.0)}
                self.model.system.equal(weights, 0.0, why)
                parts = frozenset(tuple(part for part in place if part[0] not in small) for place in own)
                found = Rest(rest, whole, self.frame, self.measure, frozenset(parent), large - small, parts)
                self.model.rests.append(found)


def _short(place: Iterable) -> str:
    return ", ".join(f"{name}={'/'.join(sorted(atom))}" for name, atom in place if not name.endswith(KNOWN))


def _close(model: Model, found: Collected) -> None:
    """Where the spec says that categories are all, or wherever it can be seen they are, there is no rest."""
    complete = {(at, name) for group, name in found.complete for at in model.parts[group]}
    alike: dict[tuple, list[tuple[int, int]]] = defaultdict(list)
    for rest in model.rests:
        alike[rest.frame, rest.measure, rest.more, rest.parts].append((rest.at, rest.whole))
        if any((rest.whole, name) in complete and rest.more <= {name, name + KNOWN} for name in rest.more):
            model.system.high[rest.at] = 0.0
    for _ in range(2):
        tighten(model.system)
        for own in alike.values():
            _close_if_seen(model.system, own)
        _close_within(model)
    tighten(model.system)


def _close_within(model: Model) -> None:
    """Where a group has no rest, no part of it that is divided alike has one."""
    high = model.system.high
    none: dict[tuple, list[frozenset]] = defaultdict(list)
    for rest in model.rests:
        if high[rest.at] < WHOLE:
            none[rest.frame, rest.measure, rest.more, rest.parts].append(rest.place)
    for rest in model.rests:
        if any(whole <= rest.place for whole in none[rest.frame, rest.measure, rest.more, rest.parts]):
            high[rest.at] = 0.0


def _close_if_seen(system: System, rests: Sequence[tuple[int, int]]) -> None:
    """No rest in any row where it is known, and in most it is: there is none in the others either."""
    low, high = system.low, system.high
    there = [(rest, parent) for rest, parent in rests if high[parent] > WHOLE]
    told = [rest for rest, parent in there if low[parent] > WHOLE and high[rest] - low[rest] < WHOLE]
    if len(told) >= 2 and 2 * len(told) >= len(there) and all(system.high[rest] < WHOLE for rest in told):
        for rest, _ in rests:
            system.high[rest] = 0.0


def weights_of(model: Model, cells: Mapping[Place, Mapping[Group, float]]) -> dict[Place, dict[int, float]]:
    """Hidden cells as weights of variables."""
    return {place: _spread(model, weights) for place, weights in cells.items()}
