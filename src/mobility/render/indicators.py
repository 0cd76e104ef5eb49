"""The indicators of a study one by one: picture, numbers, gap and whether it changed, from released cells alone.

A gap is the difference of two released cells, its error that of independent groups (and years): sqrt(sum of squared
errors). Where a cell behind it is held back there is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

from mobility.render.numbers import (
    MARKS,
    NOT_AVAILABLE,
    PER_CENT,
    count_text,
    number_text,
    rounded,
    rounded_number,
    scaled,
)
from mobility.render.table import Cell, Column, Row, Table, part_of
from mobility.render.words import interval_text
from mobility.settings.indicators import COLUMNS, Breakdown, Indicator, IndicatorIndex
from mobility.settings.tables import TableSpec
from mobility.statistics import Statistic, statistic_of
from mobility.uncertainty import contrast, normal_interval

LEVEL = 0.05  # of a test
POINTS = "points"
NO_NUMBER = "no number"


@dataclass(frozen=True)
class Difference:
    """A sum of signed cells: value, error and 95 % interval, the last three None where an error is not known.

    std_error, low, high : in the unit of the value. statistic, decimals : how it is shown.
    """

    value: float
    std_error: float | None
    low: float | None
    high: float | None
    statistic: Statistic
    decimals: int

    def text(self, unit: str) -> str:
        """`−11.8 points (95% interval −13.9 to −9.7)`."""
        whole = " ".join(filter(None, [self.number(self.value), unit]))
        if self.low is None or self.high is None:
            return whole
        return f"{whole} (95% interval {self.number(self.low)} to {self.number(self.high)})"

    def number(self, value: float) -> str:
        """A number of it with its sign, in the units that are shown."""
        shown = scaled(value, self.statistic.power)
        return ("+" if rounded_number(shown, self.decimals) > 0 else "") + rounded(shown, self.decimals)

    @property
    def clear(self) -> bool | None:
        """Whether its interval leaves out 0; None where it has none."""
        return None if self.low is None or self.high is None else self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Shown:
    """What a page of indicators holds: its words, entries under their headings, addresses of the small pictures."""

    index: IndicatorIndex
    groups: Sequence[tuple[str, Sequence["Entry"]]]
    small: Mapping[str, str]

    @property
    def here(self) -> list["Entry"]:
        """Entries of which a number can be shown."""
        return [entry for _, group in self.groups for entry in group if entry.here]


def difference(terms: Sequence[tuple[float, Cell]]) -> Difference | None:
    """Sum of cells, each with its sign; None where one of them has no number."""
    cells = [cell for _, cell in terms]
    values = [cell.value for cell in cells if cell.value is not None]
    if len(values) < len(cells):
        return None
    errors = [float("nan") if cell.std_error is None else cell.std_error for cell in cells]
    value, error = contrast(values, errors, [sign for sign, _ in terms])
    low, high = normal_interval(value, error)
    one = cells[0]
    if terms == [(1.0, one)]:
        return Difference(value, one.std_error, one.ci_low, one.ci_high, one.statistic, one.decimals)
    known = isfinite(low)
    return Difference(
        value, error if known else None, low if known else None, high if known else None, one.statistic, one.decimals
    )


@dataclass(frozen=True)
class Series:
    """One line of an indicator: its name and its cells by step."""

    id: str
    label: str
    cells: Mapping[str, Cell]
    sizes: Mapping[str, str]


@dataclass(frozen=True)
class Area:
    """An area or group of a breakdown: its numbers and their gap, as text."""

    label: str
    first: str
    second: str
    gap: str
    people: str


@dataclass(frozen=True)
class Parts:
    """A breakdown as it is shown: headings of its two columns, and its rows."""

    title: str
    first: str
    second: str
    rows: tuple[Area, ...]
    table: Table


@dataclass(frozen=True)
class Entry:
    """An indicator as it is shown; without `table` it is not here.

    steps : ids and labels along time. tested : p and Holm's p of the test of the change, None where there is none.
    """

    spec: Indicator
    table: Table | None = None
    steps: Mapping[str, str] | None = None
    series: tuple[Series, ...] = ()
    tested: tuple[float, float] | None = None
    parts: tuple[Parts, ...] = ()

    @cached_property
    def here(self) -> bool:
        """Whether any number of it can be shown."""
        return any(cell.value is not None for one in self.series for cell in one.cells.values())

    @cached_property
    def sized(self) -> bool:
        """Whether any number of people is known."""
        return any(size for one in self.series for size in one.sizes.values())

    @cached_property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """The marks among its numbers, each with what it means."""
        texts = [cell.text for one in self.series for cell in one.cells.values()]
        return tuple((mark, meaning) for mark, meaning in MARKS.items() if any(mark in text for text in texts))

    @cached_property
    def signed(self) -> list[tuple[float, Series]]:
        """The series whose sum is told: the gap, or the first series."""
        named = {one.id: one for one in self.series}
        if self.spec.gap:
            return [(sign, named[name]) for sign, name in self.spec.gap.signed]
        return [(1.0, self.series[0])]

    @cached_property
    def at(self) -> str:
        """The latest step that is told."""
        return self.spec.at or (self._told or list(self.steps or {}))[-1]

    @cached_property
    def since(self) -> str:
        """The step that it is compared with."""
        return self.spec.since or (self._told or list(self.steps or {}))[0]

    @property
    def _told(self) -> list[str]:
        """Steps at which every series of the gap has a number."""
        steps = list(self.steps or {})
        return [step for step in steps if all(one.cells[step].value is not None for _, one in self.signed)]

    def label(self, step: str) -> str:
        """A step as it is called."""
        return (self.steps or {})[step]

    def at_step(self, step: str) -> Difference | None:
        """The gap, or the first series, at a step."""
        return difference([(sign, one.cells[step]) for sign, one in self.signed])

    @cached_property
    def change(self) -> Difference | None:
        """Its change between the two steps; None where they are one, or a number lacks."""
        if self.at == self.since:
            return None
        then = [(-sign, one.cells[self.since]) for sign, one in self.signed]
        return difference([(sign, one.cells[self.at]) for sign, one in self.signed] + then)

    @property
    def unit(self) -> str:
        """What a difference is in, after its number."""
        shares = self.signed[0][1].cells[self.at].statistic.power == PER_CENT
        return self.spec.unit or POINTS * shares

    @property
    def short(self) -> str:
        """The gap, or the first series, at the latest step, for the list of all."""
        found = self.at_step(self.at)
        if found is None:
            return self._marks(self.at)
        if self.spec.gap:
            return found.text(self.unit)
        cell = self.signed[0][1].cells[self.at]
        interval = interval_text(cell, cell.decimals)
        return cell.text + (f" ({interval})" if interval else "")

    def _marks(self, *steps: str) -> str:
        cells = [one.cells[step] for step in steps for _, one in self.signed]
        return " ".join(dict.fromkeys(cell.text for cell in cells if cell.value is None)) or NO_NUMBER

    @cached_property
    def verdict(self) -> str:
        """Whether it changed: by the adjusted test where there is one, else by the interval of the change."""
        if self.change is None:
            return ""
        clear = self.tested[1] < LEVEL if self.tested else self.change.clear
        if clear is None:
            return "no error is known, so that a change cannot be told from chance"
        if not clear:
            return "no change shown at the 5% level"
        return self._direction

    @property
    def _direction(self) -> str:
        then, now = self.at_step(self.since), self.at_step(self.at)
        if then is None or now is None:
            return ""
        if not self.spec.gap:
            return "rose" if now.value > then.value else "fell"
        if then.value * now.value < 0:
            return "the gap turned round"
        return "the gap widened" if abs(now.value) > abs(then.value) else "the gap narrowed"

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What the numbers say, in sentences."""
        return tuple(filter(None, [self._level(), self._change(), self._test()]))

    def _level(self) -> str:
        found, when = self.at_step(self.at), self.label(self.at)
        gap = self.spec.gap
        what = f"the gap between {gap.between}" if gap else self.signed[0][1].label
        if found is None:
            return f"In {when} {what} cannot be shown: {self._marks(self.at)}."
        if gap is None:
            return f"{when}: {what} {self.short}."
        sides = [one.cells[self.at].text for _, one in self.signed]
        of = f": {sides[0]} less {sides[1]}" if len(sides) > 1 else ""
        return f"In {when} {what} was {found.text(self.unit)}{of}."

    def _change(self) -> str:
        if self.at == self.since:
            return ""
        what = "the gap" if self.spec.gap else "it"
        if self.change is None:
            marks = self._marks(self.at, self.since)
            return f"Whether {what} changed since {self.label(self.since)} cannot be shown: {marks}."
        before = self.at_step(self.since)
        was = f" (then {before.number(before.value)})" if before and self.spec.gap else ""
        changed = f"Since {self.label(self.since)}{was} {what} changed by {self.change.text(self.unit)}"
        return f"{changed}: {self.verdict}."

    def _test(self) -> str:
        if self.tested is None or self.change is None:
            return ""
        p, adjusted = map(p_text, self.tested)
        return (
            f"Tested as a change of the log odds ratio, by the design of the sample: p {p}, "
            f"adjusted for the comparisons of its table (Holm) {adjusted}."
        )


def p_text(value: float) -> str:
    """A p-value to three decimals, or that it is smaller; not a number as that."""
    own = statistic_of("p_value")
    return number_text(value, own, own.decimals) if isfinite(value) else NO_NUMBER


def entries(
    index: IndicatorIndex, specs: Mapping[str, TableSpec], tables: Mapping[str, Table]
) -> list[tuple[str, list[Entry]]]:
    """Headings of the page of indicators with their entries; tables : as laid out, by name."""
    return [
        (group.heading, [_entry(indicator, specs, tables) for indicator in group.indicators]) for group in index.groups
    ]


def _entry(spec: Indicator, specs: Mapping[str, TableSpec], tables: Mapping[str, Table]) -> Entry:
    if not spec.table:
        return Entry(spec)
    table = tables[spec.table]
    steps, series = _along(spec, table)
    sizes = tables.get(spec.sizes)
    return Entry(
        spec,
        table,
        {step.id: step.label for step in steps},
        tuple(_series(spec, table, one, steps, sizes) for one in series),
        _test_of(spec, specs, tables),
        tuple(_parts(part, tables[part.table], spec) for part in spec.by),
    )


def _along(spec: Indicator, table: Table) -> tuple[list[Row | Column], list[Row | Column]]:
    """Steps of time and series of an indicator, in order; a series without a file is left out where others are."""
    every: tuple[Sequence[Row | Column], Sequence[Row | Column]] = (table.columns, table.rows)
    steps, lines = every if spec.x == COLUMNS else every[::-1]
    by_id, shown = {line.id: line for line in lines}, [step for step in steps if step.id not in spec.leave_out]
    in_gap = {name for _, name in spec.gap.signed} if spec.gap else set()

    def there(name: str) -> bool:
        return name in in_gap or any(_given(spec, table, name, step.id) for step in shown)

    found = [name for name in spec.shown if there(name)] or list(spec.shown)
    told = [step for step in shown if any(_given(spec, table, name, step.id) for name in found)] or shown
    return told, [by_id[name] for name in found]


def _given(spec: Indicator, table: Table, name: str, step: str) -> bool:
    """Whether a series has a number, or one that is held back, at a step."""
    return table.cells[_place(spec, name, step)].text != NOT_AVAILABLE


def _place(spec: Indicator, one: str, step: str) -> tuple[str, str]:
    return (one, step) if spec.x == COLUMNS else (step, one)


def _series(
    spec: Indicator, table: Table, line: Row | Column, steps: Sequence[Row | Column], sizes: Table | None
) -> Series:
    places = {step.id: _place(spec, line.id, step.id) for step in steps}
    cells = {step: table.cells[place] for step, place in places.items()}
    under = line.spanner if isinstance(line, Column) else line.group
    label = f"{line.label} ({under[:1].lower()}{under[1:]})" if under else line.label
    return Series(line.id, label, cells, {step: _size(place, cells[step], sizes) for step, place in places.items()})


def _size(place: tuple[str, str], cell: Cell, sizes: Table | None) -> str:
    """People behind a number: the cell of the table of sizes, else its base or number of observations."""
    if sizes is not None:
        return sizes.cells[place].text if place in sizes.cells else ""
    counted = cell.n if cell.base is None else cell.base
    return "" if counted is None else count_text(counted)


def _test_of(
    spec: Indicator, specs: Mapping[str, TableSpec], tables: Mapping[str, Table]
) -> tuple[float, float] | None:
    """p and Holm's p of the test of the change, by the design of the sample."""
    if spec.test is None:
        return None
    columns = {item.tells: item.id for item in specs[spec.test.table].columns.items}
    cells = tables[spec.test.table].cells
    found = [cells[spec.test.row, columns[told]].value for told in ("design_p_value", "design_p_holm")]
    known = [value for value in found if value is not None]
    return (known[0], known[1]) if len(known) == len(found) else None


def _parts(part: Breakdown, table: Table, spec: Indicator) -> Parts:
    columns = {column.id: column for column in table.columns}
    pair = [columns[part.first], columns[part.second]]
    rows = []
    for row in table.rows:
        first, second = (table.cell(row, column) for column in pair)
        gap = difference([(1.0, first), (-1.0, second)])
        bases = [cell.base for cell in (first, second)]
        people = " and ".join("" if base is None else count_text(base) for base in bases) if all(bases) else ""
        unit = spec.unit or POINTS * (first.statistic.power == PER_CENT)
        marks = " ".join(dict.fromkeys(cell.text for cell in (first, second) if cell.value is None))
        rows.append(Area(row.label, first.text, second.text, gap.text(unit) if gap else marks, people))
    return Parts(part.title, pair[0].label, pair[1].label, tuple(rows), table)


def drawn_part(spec: Indicator, table: Table) -> Table:
    """The part of a table that an indicator's small picture draws: steps along the columns, a row a series."""
    steps, series = _along(spec, table)
    rows, columns = tuple(Row(one.id, one.label) for one in series), tuple(Column(one.id, one.label) for one in steps)
    cells = {(row.id, step.id): table.cells[_place(spec, row.id, step.id)] for row in rows for step in columns}
    return part_of(table, rows, columns, cells)


def records(groups: Sequence[tuple[str, Sequence[Entry]]], study: str) -> list[dict[str, Any]]:
    """A row an indicator, of the file beside the page: what it shows in full precision."""
    return [_record(entry, heading, study) for heading, group in groups for entry in group]


def _record(entry: Entry, heading: str, study: str) -> dict[str, Any]:
    spec = entry.spec
    found: dict[str, Any] = {
        "study": study, "group": heading, "indicator": spec.id, "number": spec.number, "title": spec.title,
        "geography": spec.geography, "table": spec.table, "data": _data(entry),
    }  # fmt: skip
    if entry.here:
        now, change = entry.at_step(entry.at), entry.change
        found |= {"measure": "gap" if spec.gap else entry.signed[0][1].label, "at": entry.label(entry.at)}
        found |= {"value": _or_none(now, "value"), "std_error": _or_none(now, "std_error")}
        found |= {"ci_low": _or_none(now, "low"), "ci_high": _or_none(now, "high")}
        found |= {"since": entry.label(entry.since), "change": _or_none(change, "value")}
        found |= {"change_std_error": _or_none(change, "std_error")}
        found |= {"p_value": entry.tested[0], "p_holm": entry.tested[1]} if entry.tested else {}
        found |= {"verdict": entry.verdict}
    source = entry.table.source if entry.table else ""
    return {**found, "source": source, "absent": spec.absent, "bring": spec.bring}


def _or_none(found: Difference | None, name: str) -> float | None:
    return None if found is None else getattr(found, name)


def _data(entry: Entry) -> str:
    if entry.table is None or not entry.here:
        return "not here"
    return "synthetic" if entry.table.synthetic else "published" if entry.table.printed else "real"
