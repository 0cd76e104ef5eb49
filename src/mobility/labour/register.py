"""The register of a source of workbooks: its tables, measures, sheets and areas, and finding its files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mobility.errors import SpecError, nearest
from mobility.intake.find import Folders, delivered, fail_if_one_is_empty
from mobility.intake.register import CONFIDENCES, absent_columns
from mobility.labour.source import Source
from mobility.settings import source_spec
from mobility.storage import read_rows

KEYS = ("source", "kind", "title", "access", "licence", "citation", "file_pattern")
GROUPS = ("table", "measure", "kind", "year")  # of `file_pattern`
AXES = ("occupation", "industry")
COLUMNS = {
    "tables": ("table", "axis", "regions", "title", "confidence", "evidence"),
    "measures": ("measure", "title", "unit", "confidence"),
    "sheets": ("sheet", "gender", "status", "confidence"),
    "areas": ("code", "name", "region"),
}
QUALITY = "b"  # kind of the workbooks with coefficients of variation


@dataclass(frozen=True)
class Area:
    """A place that lines are about. region : the project's code, `all` for the whole, empty for none of them."""

    names: tuple[str, ...]
    region: str


@dataclass(frozen=True)
class WorkbookSource(Source):
    """A source of workbooks.

    tables : rows of `tables.csv` by number. measures, sheets : rows of their registers by number and by name.
    areas : by the nine characters of their codes.
    """

    pattern: re.Pattern[str]
    tables: Mapping[str, Mapping[str, str]]
    measures: Mapping[str, Mapping[str, str]]
    sheets: Mapping[str, Mapping[str, str]]
    areas: Mapping[str, Area]

    @property
    def names(self) -> list[str]:
        """What a study can want: `table_15_1`, and `table_15_1_cv` of its coefficients of variation."""
        both = ((table, measure) for table in self.tables for measure in self.measures)
        return [f"table_{table}_{measure}{kind}" for table, measure in both for kind in ("", "_cv")]

    def fail_if_unknown(self, names: Sequence[str]) -> None:
        """Raise `SpecError` on names, as in a study's `variables`, that are no table."""
        wrong = [
            f"{self.folder}/tables.csv: no table `{name}`; {nearest(name, self.names)}. Mend `variables` in study.yaml."
            for name in names
            if name not in self.names
        ]
        if wrong:
            raise SpecError("\n".join(wrong))


@dataclass(frozen=True)
class FoundWorkbook:
    """A workbook of a delivery. kind : `a` for the values, `b` for their coefficients of variation."""

    path: Path
    table: str
    measure: str
    kind: str
    year: int

    @property
    def name(self) -> str:
        """What a study calls it."""
        return f"table_{self.table}_{self.measure}{'_cv' * (self.kind == QUALITY)}"


@cache
def load_workbooks(root: Path, name: str) -> WorkbookSource:
    """Read and check the registers of `sources/<name>`; every problem is listed in one `SpecError`."""
    folder, spec = root / "sources" / name, source_spec(root, name)
    problems = [f"{folder}/source.yaml: no `{key}`." for key in KEYS if key not in spec]
    registers = {register: read_rows(folder / f"{register}.csv") for register in COLUMNS}
    for register, rows in registers.items():
        problems += absent_columns(folder / f"{register}.csv", rows, COLUMNS[register])
    problems += [] if problems else [*_pattern_problems(spec, folder), *_wrong_words(registers, folder)]
    if problems:
        raise SpecError("\n".join([*problems, f"The columns are described in {folder / 'README.md'}."]))
    tables, measures, sheets = (_keyed(registers[name], name) for name in ("tables", "measures", "sheets"))
    pattern = re.compile(spec["file_pattern"])
    return WorkbookSource(folder, spec, pattern, tables, measures, sheets, _areas(registers["areas"]))


def _keyed(rows: Sequence[Mapping[str, str]], register: str) -> dict[str, Mapping[str, str]]:
    return {row[COLUMNS[register][0]]: row for row in rows}


def _pattern_problems(spec: Mapping[str, Any], folder: Path) -> list[str]:
    try:
        absent = set(GROUPS) - set(re.compile(spec["file_pattern"]).groupindex)
    except re.error as error:
        return [f"{folder}/source.yaml: file_pattern is no regular expression ({error})."]
    return [f"{folder}/source.yaml: file_pattern has no group {', '.join(sorted(absent))}."] if absent else []


def _wrong_words(registers: Mapping[str, Sequence[Mapping[str, str]]], folder: Path) -> list[str]:
    allowed: dict[tuple[str, str], tuple[str, ...]] = {("tables", "axis"): AXES, ("tables", "regions"): ("yes", "no")}
    allowed |= {(name, "confidence"): CONFIDENCES for name in ("tables", "measures", "sheets")}
    return [
        f"{folder}/{name}.csv, line {line}: {column} `{row[column]}`; {nearest(row[column], words)}."
        for (name, column), words in allowed.items()
        for line, row in enumerate(registers[name], start=2)
        if row[column] not in words
    ]


def _areas(rows: Sequence[Mapping[str, str]]) -> dict[str, Area]:
    codes = dict.fromkeys(row["code"] for row in rows)
    own = {code: [row for row in rows if row["code"] == code] for code in codes}
    return {code: Area(tuple(row["name"] for row in found), found[0]["region"]) for code, found in own.items()}


def find_workbooks(folders: Folders, source: WorkbookSource) -> list[FoundWorkbook]:
    """Workbooks below the folders whose names, in either case, are those of a registered table and measure.

    Raises `DeliveryError` where there is no such folder, or one of several holds no such file.
    """
    found = []
    for path in delivered(folders, source.name):
        match = source.pattern.match(path.name.lower())
        if match and match["table"] in source.tables and match["measure"] in source.measures:
            found.append(FoundWorkbook(path, match["table"], match["measure"], match["kind"], int(match["year"])))
    fail_if_one_is_empty(folders, source.name, [item.path for item in found])
    return found
