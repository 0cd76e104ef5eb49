"""Each table and figure as an output checker sees it: evidence, what was hidden, status, what to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd

from mobility.cells import SUPPRESSED
from mobility.checker.kinds import ESTIMATES, Kind, kind_of
from mobility.checker.rules import HIDDEN, ROUNDED, RULES, SHOWN, Rule
from mobility.disclosure.judgement import NUMBERS_OF_ROWS
from mobility.settings import Study, TableSpec

KEYS = ["table", "row", "column", "statistic", "choice"]
EVIDENCE = [
    *("persons", "base", "base_persons", "complement", "dominance_1", "dominance_2", "df", "fewest"),
    "dropped",
    *("interval_low", "interval_high", "rounded_to"),
]
MEETS, LOOK, REFUSED = "meets the rules", "look at by hand", "must not leave"
REPEATS = "repeats a hidden number"  # of a cell that quotes one, on which no evidence of its own is on record
FEW = 5
LISTED = ("nobody", "everybody")  # points whose cells a person wants to see
MARKS = ("nobody", "everybody", "unknown", "unfitted")


@dataclass(frozen=True)
class Output:
    """A table or figure that is to leave.

    name, number, title : as everywhere. form : table, or figure of which table. kind : in the terms of the guide.
    sample : whom it counts. shown, hidden : numbers of cells; of the shown ones empty : that count nobody, apart : that
    are not of persons, such as repeated or published numbers. reasons : of the hidden ones, each with its number.
    persons, base : fewest distinct persons behind a shown number and behind its base; df : fewest degrees of freedom;
    top_two : largest share of two contributors; each missing where it is not known.
    nobody, everybody : shown cells with nobody, or everybody, of their group. unknown : shown numbers of persons with
    no evidence on record. unfitted : shown estimates without degrees of freedom on record.
    rounded_to : the multiple to which its numbers are rounded; missing where none is.
    broken : rules that a shown or hidden cell breaks, with the number of cells.
    places : of each of `LISTED` the first cells.
    """

    name: str
    number: str
    title: str
    form: str
    kind: Kind
    sample: str
    shown: int
    empty: int
    apart: int
    hidden: int
    reasons: Mapping[str, int]
    persons: float
    base: float
    df: float
    top_two: float
    nobody: int
    everybody: int
    unknown: int
    unfitted: int
    rounded_to: float
    broken: Mapping[str, int]
    places: Mapping[str, tuple[str, ...]]

    @property
    def status(self) -> str:
        """What the checker is told: meets the rules, look at by hand, must not leave."""
        if self.broken:
            return REFUSED
        return LOOK if self.kind.by_hand or any(getattr(self, mark) for mark in MARKS) else MEETS

    @property
    def line(self) -> dict[str, object]:
        """The output as a row of CSV."""
        own = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in ("kind", "places")}
        words = {"reasons": told(self.reasons), "broken": told(self.broken), "status": self.status}
        return {**own, "kind": self.kind.title, "mitigation": self.mitigation, **words}

    @property
    def mitigation(self) -> str:
        """What was done so that it may leave, in the guide's terms."""
        rounding = [] if pd.isna(self.rounded_to) else [f"rounding to {self.rounded_to:g}"]
        return " and ".join([*rounding, *(["suppression"] if self.hidden else [])]) or "none"


def told(counts: Mapping[str, int]) -> str:
    """Names with their counts in words; empty for none."""
    return "; ".join(f"{name} ({count})" for name, count in counts.items())


def outputs_of(study: Study, cells: Mapping[str, pd.DataFrame], threshold: int) -> list[Output]:
    """Every table of a study, then every figure with what its table says.

    Parameters
    ----------
    cells : of each table the cells that are to leave, with their evidence (`evidence_of`).
    threshold : least number of persons; at 0 the data are open and no rule is applied.
    """
    tables = {name: _output(spec, study, cells[name], threshold) for name, spec in study.tables.items()}
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


def evidence_of(record: pd.DataFrame, released: pd.DataFrame, table: str) -> pd.DataFrame:
    """Released cells of a table, each with the evidence that is on record for it, and `leaves` for those with a number.

    A cell that is not on record keeps its own counts as the only evidence.
    """
    own = record.loc[record["table"] == table, [*KEYS, "reason", "protects", *EVIDENCE]]
    cells = released[[*KEYS, "value", "flag"]].merge(own, on=KEYS, how="left", validate="one_to_one", indicator=True)
    cells[["reason", "protects"]] = cells[["reason", "protects"]].fillna("")
    repeats = (cells["flag"] == SUPPRESSED) & (cells["reason"] == "")
    cells["reason"] = cells["reason"].mask(repeats, REPEATS)
    return cells.assign(
        leaves=(cells["value"].notna() & (cells["flag"] != SUPPRESSED)).to_numpy(),
        on_record=(cells["_merge"] == "both").to_numpy(),
    ).drop(columns="_merge")


def _output(spec: TableSpec, study: Study, cells: pd.DataFrame, threshold: int) -> Output:
    kind = kind_of(spec.statistic)
    shown, hidden = cells[cells["leaves"]], cells[cells["reason"] != ""]
    judged = kind.of_persons and threshold > 0
    marks = _marks(shown, kind) if judged else {}
    plain = shown[shown["rounded_to"].isna()]
    return Output(
        name=spec.table,
        number=spec.number,
        title=spec.title,
        form="table",
        kind=kind,
        sample=study.samples[spec.sample].describe if spec.sample in study.samples else "",
        shown=len(shown),
        empty=int((shown["persons"] == 0).sum()) if judged else 0,
        apart=int(shown["persons"].isna().sum()) if judged else len(shown),
        hidden=len(hidden),
        reasons={str(reason): int(count) for reason, count in hidden["reason"].value_counts().items()},
        persons=_least(plain["persons"]),
        base=_least(plain["base_persons"].fillna(plain["base"])),
        rounded_to=shown["rounded_to"].max(),
        df=_least(shown["df"]),
        top_two=shown["dominance_2"].max(),
        **{name: int(marks[name].sum()) if judged else 0 for name in MARKS},
        broken=_broken(cells, threshold) if judged else {},
        places={name: _places(spec, shown[marks[name]]) for name in LISTED if judged},
    )


def _least(values: pd.Series) -> float:
    """The smallest of the values of anybody: a cell of nobody says nothing of how few stand behind a number."""
    return float(values[values > 0].min())


def _marks(shown: pd.DataFrame, kind: Kind) -> dict[str, pd.Series]:
    """Which shown cells a person has to look at: nobody or everybody of a group in a category, or no evidence."""
    nothing = ~shown["on_record"] | shown[EVIDENCE].isna().all(axis=1)
    share = shown["complement"].notna()
    return {
        "nobody": (share & (shown["persons"] == 0) & (shown["base"] > 0)).fillna(False),
        "everybody": (share & (shown["complement"] == 0) & (shown["persons"] > 0)).fillna(False),
        "unknown": nothing,
        "unfitted": ~nothing & shown["df"].isna() & ~shown["statistic"].isin(NUMBERS_OF_ROWS) & (kind == ESTIMATES),
    }


def _broken(cells: pd.DataFrame, threshold: int) -> dict[str, int]:
    """Rules that cells break, with how many; and cells that the record says are hidden and that leave all the same."""
    counts = {rule.name: int(rule.breaks(cells_of(rule, cells), threshold).sum()) for rule in RULES}
    counts["hidden by the record, and shown"] = int((cells["leaves"] & (cells["reason"] != "")).sum())
    return {name: count for name, count in counts.items() if count}


def cells_of(rule: Rule, cells: pd.DataFrame) -> pd.DataFrame:
    """The cells that a rule is about."""
    rounded = cells["rounded_to"] > 0
    held = ~cells["leaves"] & (cells["reason"] != "")
    return cells[{SHOWN: cells["leaves"] & ~rounded, ROUNDED: cells["leaves"] & rounded, HIDDEN: held}[rule.of]]


def _places(spec: TableSpec, cells: pd.DataFrame) -> tuple[str, ...]:
    """The first cells by their words."""
    return tuple(place(spec, cell.row, cell.column) for cell in cells.head(FEW).itertuples())


def place(spec: TableSpec, row: str, column: str) -> str:
    """A cell by the words of its row and column."""
    names = [
        ", ".join(filter(None, (item.under, item.label or item.id))) if item else name
        for axis, name in ((spec.rows, row), (spec.columns, column))
        for item in [next((item for item in axis.items if item.id == name), None)]
    ]
    return " / ".join(names)
