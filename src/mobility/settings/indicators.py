"""The page of a study that goes through its indicators one by one (`indicators.yaml`): what each is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mobility.errors import nearest
from mobility.settings.tables import TableSpec

COLUMNS, ROWS = "columns", "rows"


@dataclass(frozen=True)
class Gap:
    """The gap of an indicator: the series `first` less the series `second`, or one series that is a gap itself.

    between : whose gap it is, in words.
    """

    first: str = ""
    second: str = ""
    line: str = ""
    between: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, str]) -> "Gap":
        """From `gap` of an indicator."""
        return cls(raw.get("from", ""), raw.get("to", ""), raw.get("line", ""), raw["between"])

    @property
    def signed(self) -> tuple[tuple[float, str], ...]:
        """The series that it is the sum of, each with its sign."""
        return ((1.0, self.line),) if self.line else ((1.0, self.first), (-1.0, self.second))


@dataclass(frozen=True)
class ChangeTest:
    """Where the test of a change stands: a table of tests and the row in it."""

    table: str
    row: str


@dataclass(frozen=True)
class Breakdown:
    """A table that shows an indicator by area or group, a row each: the columns whose gap is shown."""

    title: str
    table: str
    first: str
    second: str

    @classmethod
    def read(cls, raw: Mapping[str, str]) -> "Breakdown":
        """From an entry of `by` of an indicator."""
        return cls(raw["title"], raw["table"], raw["from"], raw["to"])


@dataclass(frozen=True)
class Indicator:
    """An indicator (an entry of indicators.yaml); what each key says is in docs/reference/specs.md.

    Without `table` it is `absent`. x : what of the table runs along time. series : rows or columns that are shown.
    at, since : the steps compared, by default the last and the first that have numbers.
    id, number, title, definition, geography, notes : as shown. leave_out : rows or columns that are not drawn.
    unit, y_label : of its numbers, and of the axis where it says more. gap, test : between which series, and the test
    of its change. sizes, sizes_of : table of its sizes, and what they count. figure : that shows it large.
    by : tables by area or group. absent, bring : why there is no number, and the file that would give one.
    """

    id: str
    number: str
    title: str
    definition: str
    geography: str = ""
    table: str = ""
    x: str = COLUMNS
    series: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    unit: str = ""
    y_label: str = ""
    gap: Gap | None = None
    at: str = ""
    since: str = ""
    test: ChangeTest | None = None
    sizes: str = ""
    sizes_of: str = ""
    figure: str = ""
    by: tuple[Breakdown, ...] = ()
    notes: tuple[str, ...] = ()
    absent: str = ""
    bring: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Indicator":
        """From an entry of indicators.yaml."""
        lists = {key: tuple(raw.get(key, ())) for key in ("series", "leave_out", "notes")}
        gap = Gap.read(raw["gap"]) if "gap" in raw else None
        test = ChangeTest(**raw["test"]) if "test" in raw else None
        by = tuple(Breakdown.read(entry) for entry in raw.get("by", ()))
        return cls(**{**raw, **lists, "gap": gap, "test": test, "by": by})

    @property
    def drawn(self) -> str:
        """Name of its small picture among those of the study."""
        return f"small_{self.id}"

    @property
    def shown(self) -> tuple[str, ...]:
        """Series that are shown, those of its gap among them."""
        of_gap = [name for _, name in self.gap.signed] if self.gap else []
        return tuple(dict.fromkeys([*self.series, *of_gap]))


@dataclass(frozen=True)
class IndicatorGroup:
    """Indicators under one heading."""

    heading: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class IndicatorIndex:
    """The whole page, in its order."""

    title: str
    intro: str
    groups: tuple[IndicatorGroup, ...]

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "IndicatorIndex":
        """From indicators.yaml, its families listed out."""
        groups = {group["heading"]: tuple(map(Indicator.read, group["show"])) for group in raw["groups"]}
        return cls(raw["title"], raw["intro"], tuple(IndicatorGroup(*group) for group in groups.items()))

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Every indicator in the order of the page."""
        return tuple(indicator for group in self.groups for indicator in group.indicators)

    @property
    def made(self) -> tuple[Indicator, ...]:
        """Those that have a table."""
        return tuple(indicator for indicator in self.indicators if indicator.table)


def index_problems(index: IndicatorIndex, tables: Mapping[str, TableSpec], figures: Sequence[str]) -> list[str]:
    """What indicators name that the study does not have, and ids that stand twice."""
    ids = [indicator.id for indicator in index.indicators]
    twice = dict.fromkeys(name for name in ids if ids.count(name) > 1)
    problems = [f"`{name}` stands more than once. Give each indicator an id of its own." for name in twice]
    for indicator in index.indicators:
        problems += [f"{indicator.id}: {found}" for found in _of_one(indicator, tables, figures)]
    return problems


def _of_one(indicator: Indicator, tables: Mapping[str, TableSpec], figures: Sequence[str]) -> list[str]:
    wanted = [indicator.table, indicator.sizes, *(part.table for part in indicator.by)]
    wanted += [indicator.test.table] if indicator.test else []
    problems = [_no("table", name, list(tables)) for name in wanted if name and name not in tables]
    if indicator.figure and indicator.figure not in figures:
        problems.append(_no("figure", indicator.figure, figures))
    if problems:
        return problems
    return [
        _no(f"{what} of {table}", name, known)
        for what, table, names, known in _names(indicator, tables)
        for name in names
        if name and name not in known
    ]


def _names(indicator: Indicator, tables: Mapping[str, TableSpec]) -> list[tuple[str, str, list[str], tuple[str, ...]]]:
    """What is named of a table, the table, the names and those that it has."""
    found = []
    if indicator.table:
        own = tables[indicator.table]
        lines, steps = (own.rows.ids, own.columns.ids) if indicator.x == COLUMNS else (own.columns.ids, own.rows.ids)
        found.append(("series", own.table, list(indicator.shown), lines))
        found.append(("step", own.table, [indicator.at, indicator.since, *indicator.leave_out], steps))
    if indicator.test:
        found.append(("row", indicator.test.table, [indicator.test.row], tables[indicator.test.table].rows.ids))
    for part in indicator.by:
        found.append(("column", part.table, [part.first, part.second], tables[part.table].columns.ids))
    return found


def _no(what: str, name: str, known: Sequence[str]) -> str:
    return f"no {what} `{name}`; {nearest(name, list(known))}."
