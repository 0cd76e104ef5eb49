"""What the printed numbers alone decide about the readings of a report: no data, only print set beside print.

`print_checks.yaml` of a study states relations between published cells (a sum is one, a count divides by another, a
share lies between others) and which reading of a choice implies them. A printed number stands for every number that
rounds to it, so each side of a relation is an interval: a sum adds the half-widths of its cells, and a row contradicts
a reading only where no numbers within the rounding satisfy the relation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.backtest.compare import COMPARED_FLAGS, PRINT_SLACK, read_published
from mobility.errors import SpecError, nearest
from mobility.settings import Study, validate
from mobility.storage import read_yaml

SPEC, SCHEMA = "print_checks.yaml", "print_checks"
PRINT_COLUMNS = ["study", "choice", "reading", "default", "check", "tested", "agree", "against", "says"]
VERDICT_COLUMNS = ["study", "choice", "default", "verdict", "also_agree", "against"]
IMPLIED, AGREES, CONTRADICTED, SILENT = "implied by print", "agrees with print", "contradicted by print", "not decided"
TEXT = "text"


@dataclass(frozen=True)
class Interval:
    """Every number that a printed one, or a sum of printed ones, may stand for."""

    low: float
    high: float

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def part(self, rest: "Interval") -> "Interval":
        """This over the sum of this and the rest: least where this is least and the rest is most."""
        return Interval(self.low / (self.low + rest.high), self.high / (self.high + rest.low))


def _multiple(left: Interval, right: Interval) -> bool:
    return left.low % right.low == 0


RELATIONS = {
    "equals": lambda left, right: left.low <= right.high + PRINT_SLACK and left.high >= right.low - PRINT_SLACK,
    "exceeds": lambda left, right: left.low > right.high + PRINT_SLACK,
    "at_least": lambda left, right: left.high >= right.low - PRINT_SLACK,
    "at_most": lambda left, right: left.low <= right.high + PRINT_SLACK,
    "within": lambda left, right: left.low >= right.low - PRINT_SLACK and left.high <= right.high + PRINT_SLACK,
    "multiple_of": _multiple,
}


class Printed:
    """Published cells of a study by table; illegible ones are there without a number."""

    def __init__(self, published: pd.DataFrame) -> None:
        cells = published[published["statistic"] != TEXT]
        self._tables = dict(iter(cells.groupby("table")))

    def names(self, table: str, axis: str, patterns: Iterable[str]) -> list[str]:
        """Rows or columns (`axis`) of a table that fit one of the patterns, in their printed order."""
        return [name for name in dict.fromkeys(self._table(table)[axis]) if _fits(name, patterns)]

    def add(self, table: str, rows: Iterable[str], columns: Iterable[str]) -> Interval | None:
        """Sum of the cells whose row and column fit the patterns; None where one of them is illegible.

        Raises `SpecError` where the patterns fit no printed cell.
        """
        cells = self._table(table)
        fits = [
            _fits(row, rows) and _fits(column, columns) for row, column in cells[["row", "column"]].itertuples(False)
        ]
        found = cells[fits]
        if found.empty:
            place = f"row {', '.join(rows)}, column {', '.join(columns)}"
            raise SpecError(f"{SPEC}: {table} has no printed cell in {place}. Its names are in published/.")
        if not found["flag"].isin(COMPARED_FLAGS).all() or found["value"].isna().any():
            return None
        total, width = float(found["value"].sum()), float(found["half_width"].sum())
        return Interval(total - width, total + width)

    def _table(self, table: str) -> pd.DataFrame:
        if table not in self._tables:
            raise SpecError(
                f"{SPEC}: no published table `{table}`; {nearest(table, list(self._tables))}. Mend the name."
            )
        return self._tables[table]


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def load_print_checks(root: Path, study: Study) -> dict[str, Any]:
    """The relations of a study, checked against their schema and its choices; empty where it states none.

    Raises `SpecError` on a choice or a reading that the study does not have.
    """
    path = study.folder / SPEC
    if not path.is_file():
        return {}
    checks = read_yaml(path)
    where = f"{study.name}/{SPEC}"
    validate(checks, root, SCHEMA, where, SpecError)
    for name, check in checks.items():
        if "choice" not in check:
            continue
        if check["choice"] not in study.choices:
            hint = nearest(check["choice"], list(study.choices))
            raise SpecError(f"{where}: {name} names the choice `{check['choice']}`; {hint}. Mend the name.")
        allowed = list(study.choices[check["choice"]].alternatives)
        for reading in check["readings"]:
            if reading not in allowed:
                raise SpecError(f"{where}: {name} names the reading `{reading}`; {nearest(reading, allowed)}.")
    return checks


def check_print(root: Path, study: Study) -> pd.DataFrame:
    """Every relation under every reading that implies it, columns `PRINT_COLUMNS`.

    `tested` rows were legible, `agree` of them satisfy the relation, `against` names the others. Relations that hold
    under any reading have no choice.
    """
    printed = Printed(read_published(study.folder / "published"))
    records = []
    for name, check in load_print_checks(root, study).items():
        outcome = _outcome(check, printed)
        choice = check.get("choice", "")
        for reading in check.get("readings", [""]):
            default = bool(choice) and study.choices[choice].default == reading
            whose = {"study": study.name, "choice": choice, "reading": reading, "default": default, "check": name}
            records.append({**whose, **outcome, "says": check["says"]})
    return pd.DataFrame(records, columns=PRINT_COLUMNS)


def _outcome(check: Mapping[str, Any], printed: Printed) -> dict[str, Any]:
    """How many rows of a check were tested and agree, and which do not."""
    tested, against = 0, []
    for place in _places(check["where"], printed):
        left, right = (_quantity(check[side], place, printed) for side in ("left", "right"))
        if left is None or right is None:
            continue
        tested += 1
        if not RELATIONS[check["relation"]](left, right):
            against.append(f"{place.table}.{place.name}")
    return {"tested": tested, "agree": tested - len(against), "against": "; ".join(against)}


@dataclass(frozen=True)
class Place:
    """A row or column (`axis`) of a published table in which a relation is tested."""

    table: str
    axis: str
    name: str

    def patterns(self, cell: Any) -> tuple[str, list[str], list[str]]:
        """Table, rows and columns of a cell of the spec; bare text is a column of this row, or a row of this column."""
        own = {self.axis: [self.name]}
        if isinstance(cell, str):
            own[{"rows": "columns", "columns": "rows"}[self.axis]] = [cell]
            return self.table, own["rows"], own["columns"]
        named = {**own, **cell}
        return named.get("table", self.table), named["rows"], named["columns"]


def _places(where: Iterable[Mapping[str, Any]], printed: Printed) -> list[Place]:
    """Rows of the tables named, or their columns where `columns` are."""
    found = []
    for entry in where:
        axis = "columns" if "columns" in entry else "rows"
        names = printed.names(entry["table"], axis.removesuffix("s"), entry.get(axis, ["*"]))
        found += [Place(entry["table"], axis, name) for name in names]
    return found


def _quantity(spec: Any, place: Place, printed: Printed) -> Interval | None:
    """A number, a sum of cells, or that sum over itself and the cells of `rest`; the widest over several places."""
    if isinstance(spec, int | float):
        return Interval(float(spec), float(spec))
    if isinstance(spec, list):
        known = [part for one in spec if (part := _quantity(one, place, printed)) is not None]
        if len(known) < len(spec):
            return None
        return Interval(min(part.low for part in known), max(part.high for part in known))
    total = _sum(spec["sum"], place, printed)
    rest = _sum(spec["rest"], place, printed) if "rest" in spec else None
    if total is None or ("rest" in spec and rest is None):
        return None
    return total if rest is None else total.part(rest)


def _sum(cells: list[Any], place: Place, printed: Printed) -> Interval | None:
    """Sum of cells; None where one of them is illegible."""
    total = Interval(0.0, 0.0)
    for cell in cells:
        part = printed.add(*place.patterns(cell))
        if part is None:
            return None
        total += part
    return total


def judge_defaults(checks: pd.DataFrame, study: Study) -> pd.DataFrame:
    """One row a choice: what print says of its default reading, columns `VERDICT_COLUMNS`.

    A default with a row against it is contradicted. Without one it is implied where every other reading is
    contradicted, agrees where another reading agrees too or states nothing, and is not decided without a check.
    """
    records = []
    for name, entry in study.choices.items():
        of_choice = checks[checks["choice"] == name]
        against = of_choice.groupby("reading")["against"].agg(lambda texts: "; ".join(filter(None, texts)))
        default = entry.default
        others = [other for other in entry.alternatives if other != default and not against.get(other)]
        if default not in against:
            verdict = SILENT
        elif against[default]:
            verdict = CONTRADICTED
        else:
            verdict = AGREES if others else IMPLIED
        also = "; ".join(others) if verdict != SILENT else ""
        found = {"study": study.name, "choice": name, "default": default, "verdict": verdict}
        records.append({**found, "also_agree": also, "against": against.get(default, "")})
    return pd.DataFrame(records, columns=VERDICT_COLUMNS)
