"""Each table and figure as an output checker sees it: evidence, what was hidden, status, what to look at."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from mobility.cells import SUPPRESSED
from mobility.checker.kinds import SERIES, Kind, kind_of
from mobility.checker.points import EVIDENCE, POINTS, Point
from mobility.checker.rules import HIDDEN, ROUNDED, RULES, SHOWN, few
from mobility.render.counts import counts_of
from mobility.settings import Axis, Study, TableSpec
from mobility.statistics import COUNT_LIKE

WORDS = ["reason", "protects", "unit", "base_unit", "tells", "interval_of"]  # of the record
KEYS = ["table", "row", "column", "statistic", "choice"]
MAY_LEAVE, LOOK, HELD_BACK = "may_leave", "look_at_by_hand", "held_back"  # verdicts
USUAL = 10  # least number of persons that acro, the tool of the guide, ships
OF_NOBODY = "nobody is in the group that it would be of"
REPEATS = "repeats a hidden number"  # of a cell that quotes one, on which no evidence of its own is on record


@dataclass(frozen=True)
class Output:
    """A table or figure that is to leave.

    name, number, title : as everywhere. form : table, or figure of which table. kind : in the terms of the guide.
    sample : whom it counts. shown, hidden, without : numbers that leave, that are held back, and lines that have none
    to tell, as `mobility.render.counts` counts them; of the shown ones empty : that count nobody, under_usual : that
    rest, or whose base rests, on fewer persons than is usual elsewhere, apart : that are not of persons, such as
    repeated or published numbers. reasons : of the hidden ones, each with its number.
    units, base_units : what these persons and those of their bases are, in the plural, as moves or areas.
    persons, base : fewest distinct persons behind a shown number and behind its base; df : fewest degrees of freedom;
    top_two : largest share of two contributors; each missing where it is not known.
    rounded_to : the multiple to which its numbers are rounded; missing where none is.
    broken : rules that a shown or hidden cell breaks, with the number of cells.
    by_hand : points that a person has to look at, each with its number of cells. defined : how many cells would stand
    under one of them and say nothing of anybody, being as they are by definition or of a group without members.
    judged : whether the rules are applied to it: it is of persons, or says of how many rows.
    """

    name: str
    number: str
    title: str
    form: str
    kind: Kind
    sample: str
    shown: int
    empty: int
    under_usual: int
    apart: int
    hidden: int
    without: int
    reasons: Mapping[str, int]
    units: str
    base_units: str
    persons: float
    base: float
    df: float
    top_two: float
    rounded_to: float
    broken: Mapping[str, int]
    by_hand: Mapping[str, int]
    defined: int
    judged: bool

    @property
    def verdict(self) -> str:
        """What the checker is told: may_leave, look_at_by_hand, or held_back, of which `why_held` says why."""
        return HELD_BACK if self.why_held else LOOK if self.by_hand else MAY_LEAVE

    @property
    def why_held(self) -> str:
        """Why nothing of it leaves or may: every number is hidden already, or a rule is broken; empty where it may."""
        if self.broken:
            return f"must not leave, {told(self.broken)}"
        return f"every number is hidden ({self.hidden:,})" if self.hidden and not self.shown else ""

    @property
    def to_look_at(self) -> int:
        """How many cells stand under its points; a cell may stand under several."""
        return sum(self.by_hand.values())

    @property
    def line(self) -> dict[str, object]:
        """The output as a row of CSV, with a column a point."""
        own = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in ("kind", "by_hand")}
        points = {point.name: self.by_hand.get(point.name, 0) for point in POINTS}
        words = {"reasons": told(self.reasons), "broken": told(self.broken)}
        words |= {"verdict": self.verdict, "why_held": self.why_held}
        return {**own, **points, "kind": self.kind.title, "mitigation": self.mitigation, **words}

    @property
    def mitigation(self) -> str:
        """What was done so that it may leave, in the guide's terms."""
        rounding = [] if pd.isna(self.rounded_to) else [f"rounding to {self.rounded_to:g}"]
        return " and ".join([*rounding, *(["suppression"] if self.hidden else [])]) or "none needed"


def told(counts: Mapping[str, int]) -> str:
    """Names with their counts in words; empty for none."""
    return "; ".join(f"{name} ({count})" for name, count in counts.items())


def outputs_of(
    study: Study, cells: Mapping[str, pd.DataFrame], threshold: int, closed: Collection[str] = ()
) -> list[Output]:
    """Every table of a study, then every figure with what its table says.

    Parameters
    ----------
    cells : of each table the cells that are to leave, with their evidence (`evidence_of`).
    threshold : least number of persons; at 0 the data are open and no rule is applied.
    closed : tables made from data that are not open. Levels in them have no persons on record, and are looked at.
    """
    tables = {name: _output(spec, study, cells[name], threshold, name in closed) for name, spec in study.tables.items()}
    figures = [
        Output(
            **{
                **{item.name: getattr(tables[figure.table], item.name) for item in fields(Output)},
                "name": name,
                "number": figure.number,
                "title": figure.title,
                "form": f"figure of {tables[figure.table].number}",
            }
        )
        for name, figure in study.figures.items()
    ]
    return [*tables.values(), *figures]


def evidence_of(record: pd.DataFrame, released: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Released cells by table, each with the evidence that is on record for it, and `leaves` for those with a number.

    A cell that is not on record keeps its own counts as the only evidence.
    """
    all_released = pd.concat(released.values(), ignore_index=True)
    said = all_released[[*KEYS, "value", "flag", "note"]].assign(
        beside=all_released["base"], ends=all_released["ci_high"]
    )
    own = record[[*KEYS, *WORDS, *EVIDENCE]]
    cells = said.merge(own, on=KEYS, how="left", validate="one_to_one", indicator=True)
    cells[WORDS] = cells[WORDS].fillna("")
    repeats = (cells["flag"] == SUPPRESSED) & (cells["reason"] == "")
    cells["reason"] = cells["reason"].mask(repeats, REPEATS)
    cells = cells.assign(
        leaves=(cells["value"].notna() & (cells["flag"] != SUPPRESSED)).to_numpy(),
        on_record=(cells["_merge"] == "both").to_numpy(),
    ).drop(columns="_merge")
    by_table = dict(iter(cells.groupby("table")))
    return {name: by_table.get(name, cells.iloc[:0]) for name in released}


def _output(spec: TableSpec, study: Study, cells: pd.DataFrame, threshold: int, closed: bool) -> Output:
    kind = kind_of(spec.statistic)
    shown, hidden, counts = cells[cells["leaves"]], cells[cells["reason"] != ""], counts_of(cells)
    judged = threshold > 0 and (kind.of_persons or bool(cells["persons"].notna().any()))
    looked = threshold > 0 and (kind.of_persons or (closed and kind == SERIES))
    plain = shown[shown["rounded_to"].isna()]
    found = {point.name: _found(point, spec, cells, threshold)["defined"] != "" for point in POINTS if looked}
    return Output(
        name=spec.table,
        number=spec.number,
        title=spec.title,
        form="table",
        kind=kind,
        sample=study.samples[spec.sample].describe if spec.sample in study.samples else "",
        shown=counts.numbers,
        empty=int((shown["persons"] == 0).sum()) if judged else 0,
        under_usual=int(few(shown, USUAL).sum()) if judged else 0,
        apart=int(shown["persons"].isna().sum()) if judged else len(shown),
        hidden=counts.held_back,
        without=counts.without,
        reasons={str(reason): int(count) for reason, count in hidden["reason"].value_counts().items()},
        units=_named(cells["unit"]),
        base_units=_named(cells["base_unit"]),
        persons=_least(plain["persons"]),
        base=_least(plain["base_persons"].fillna(plain["base"])),
        rounded_to=shown["rounded_to"].max(),
        df=_least(shown["df"]),
        top_two=shown["dominance_2"].max(),
        broken=_broken(cells, threshold) if judged else {},
        by_hand={point: int((~defined).sum()) for point, defined in found.items() if not defined.all()},
        defined=sum(int(defined.sum()) for defined in found.values()) if judged else 0,
        judged=judged,
    )


def _named(units: pd.Series) -> str:
    return " or ".join(units[units != ""].unique())


def _least(values: pd.Series) -> float:
    """The smallest of the values of anybody: a cell of nobody says nothing of how few stand behind a number."""
    return float(values[values > 0].min())


def looked_at(point: Point, spec: TableSpec, cells: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The cells of a table that stand under a point, not by definition and of a group that has members."""
    found = _found(point, spec, cells, threshold)
    return found[found["defined"] == ""]


def defined_cells(point: Point, spec: TableSpec, cells: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Those that stand under a point by definition, as the table's spec says, or of nobody; `defined` is why."""
    found = _found(point, spec, cells, threshold)
    return found[found["defined"] != ""]


def _found(point: Point, spec: TableSpec, cells: pd.DataFrame, threshold: int) -> pd.DataFrame:
    own = cells[point.found(cells, kind_of(spec.statistic), threshold).fillna(False).astype(bool)]
    if own.empty or not point.of_class:
        return own.assign(defined="")
    why = [spec.defined.get(place, "") for place in zip(own["row"], own["column"], strict=True)]
    found = own.assign(defined=pd.Series(why, own.index, dtype="object"))
    return found.assign(defined=found["defined"].mask((found["defined"] == "") & _of_nobody(spec, found), OF_NOBODY))


def _of_nobody(spec: TableSpec, cells: pd.DataFrame) -> pd.Series:
    """Which cells are of a group that has no members, so that they say nothing of any of them.

    Of a share its row or column, whichever it is within; of a rate those at risk; of a number of rows the cell itself,
    which would be 0. Not so
    where it is not known who belongs there, and of a mean, whose group may have members without a value.
    """
    open_rows = cells["row"].isin([row.id for row in spec.rows.items if row.unknown])
    if spec.statistic.judged_as == COUNT_LIKE:
        return (cells["persons"] == 0) & ~open_rows
    return (cells["base"] == 0) & ("within" in spec.statistic.keys or bool(spec.exposure))


def _broken(cells: pd.DataFrame, threshold: int) -> dict[str, int]:
    """Rules that cells break, with how many; and cells that the record says are hidden and that leave all the same."""
    parts = parts_of(cells)
    counts = {rule.name: int(rule.breaks(parts[rule.of], threshold).sum()) for rule in RULES}
    counts["hidden by the record, and shown"] = int((cells["leaves"] & (cells["reason"] != "")).sum())
    return {name: count for name, count in counts.items() if count}


def parts_of(cells: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Cells by what rules are `of`: those that are shown as they are, that are rounded, and that are hidden."""
    rounded = cells["rounded_to"] > 0
    held = ~cells["leaves"] & (cells["reason"] != "")
    return {SHOWN: cells[cells["leaves"] & ~rounded], ROUNDED: cells[cells["leaves"] & rounded], HIDDEN: cells[held]}


def in_words(spec: TableSpec, cells: pd.DataFrame) -> Iterable[tuple[str, str, Any]]:
    """Each cell with its row and column by the words of the table."""
    rows, columns = _words(spec.rows), _words(spec.columns)
    for cell in cells.itertuples():
        yield rows.get(cell.row, cell.row), columns.get(cell.column, cell.column), cell


def _words(axis: Axis) -> dict[str, str]:
    return {item.id: ", ".join(filter(None, (item.under, item.label or item.id))) for item in axis.items}


def place(spec: TableSpec, row: str, column: str) -> str:
    """A cell by the words of its row and column."""
    return f"{_words(spec.rows).get(row, row)} / {_words(spec.columns).get(column, column)}"
