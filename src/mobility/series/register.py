"""The register of a source of published series: `files.csv`, `tables.yaml` and `series.csv`, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mobility.errors import SpecError, nearest
from mobility.intake.find import Folders
from mobility.intake.register import RegisteredSource, absent_columns
from mobility.official.register import FoundFile, OfficialFile, find_registered, register_rows
from mobility.official.tables import Statistic, load_statistics
from mobility.series.compute import COMPUTATIONS, Computation
from mobility.settings import source_spec
from mobility.storage import read_rows

FILE_COLUMNS = (
    *("file", "title", "publisher", "edition", "layout", "file_pattern", "years", "columns", "used_for"),
    *("without_it", "access", "licence", "confidence", "evidence"),
)
LAYOUTS = ("table", "sheet", "tidy")
COLUMNS = (
    *("series", "indicator", "print", "title", "unit", "areas", "groups", "first", "last"),
    *("computation", "inputs", "parameter", "agrees_with", "method"),
)
PRINTS = ("annex_2022", "edition_2023")
KEYS = ("source", "kind", "title", "access", "licence", "citation", "shipped")
NUMBER = ("first", "last")


@dataclass(frozen=True)
class Series:
    """One row of `series.csv` (README.md of the source says what each column is).

    name, title, unit : in frames, and in words. indicator : number in the annex. print : edition that it is as in.
    areas, groups : that it has, the first area that of a file without a column of areas. first, last : years.
    computation, inputs, parameter : how it is computed, and from which measures. agrees_with, within : a printed
    measure that its values are held against, and the difference allowed. method : what differs from the annex.
    """

    name: str
    indicator: str
    print: str
    title: str
    unit: str
    areas: tuple[str, ...]
    groups: tuple[str, ...]
    first: int
    last: int
    computation: Computation
    inputs: tuple[str, ...]
    parameter: tuple[str, ...]
    agrees_with: str
    within: float
    method: str


@dataclass(frozen=True)
class SeriesFile(OfficialFile):
    """One row of `files.csv`, with what to look for on the publisher's site and what the file must look like."""

    publisher: str
    columns: str

    @property
    def wanted(self) -> str:
        """What to bring, in a line."""
        named = f" as series_{self.file}.csv" if self.layout == "tidy" else ""
        return f"{self.publisher}, {self.title}{named}"


@dataclass(frozen=True)
class SeriesSource(RegisteredSource):
    """A source of published series."""

    files: Mapping[str, SeriesFile]
    statistics: Mapping[str, Statistic]
    series: Mapping[str, Series]

    def files_of(self, series: Series) -> list[SeriesFile]:
        """Files that the inputs of a series can be read from, the first of each input first."""
        names = [one.file for measure in series.inputs for one in self.statistics.values() if one.measure == measure]
        return [self.files[name] for name in dict.fromkeys(names)]


@cache
def load_series_source(root: Path, name: str) -> SeriesSource:
    """Read and check the registers of `sources/<name>`; every problem is listed in one `SpecError`."""
    folder, spec = root / "sources" / name, source_spec(root, name)
    problems = [f"{folder}/source.yaml: no `{key}`." for key in KEYS if key not in spec]
    rows, strange = register_rows(folder / "files.csv", FILE_COLUMNS, LAYOUTS)
    files = {row.cells["file"]: SeriesFile(*row.official, row.cells["publisher"], row.cells["columns"]) for row in rows}
    statistics = load_statistics(root, folder, files) if files else {}
    series, odd = _load_series(folder / "series.csv", {one.measure for one in statistics.values()})
    problems += strange + odd
    if problems:
        raise SpecError("\n".join([*problems, f"The columns are described in {folder / 'README.md'}."]))
    return SeriesSource(folder, spec, files, statistics, series)


def _load_series(path: Path, measures: set[str]) -> tuple[dict[str, Series], list[str]]:
    rows = read_rows(path)
    problems = absent_columns(path, rows, COLUMNS)
    found: dict[str, Series] = {}
    for line, row in enumerate([] if problems else rows, start=2):
        wrong = _wrong(row, measures) or ([f"series `{row['series']}` stands twice"] * (row["series"] in found))
        problems += [f"{path}, line {line}: {text}." for text in wrong]
        if not wrong:
            found[row["series"]] = _series(row)
    return found, problems


def _wrong(row: Mapping[str, str], measures: set[str]) -> list[str]:
    """What is wrong with a row of `series.csv`."""
    wrong = [f"{name} `{row[name]}` is no year" for name in NUMBER if not row[name].isdecimal()]
    for name, allowed in (("print", PRINTS), ("computation", COMPUTATIONS)):
        if row[name] not in allowed:
            wrong.append(f"{name} `{row[name]}`; {nearest(row[name], list(allowed))}")
    if row["computation"] not in COMPUTATIONS:
        return wrong
    known, held = COMPUTATIONS[row["computation"]], row["agrees_with"].split()
    inputs, parameter = row["inputs"].split(), row["parameter"].split()
    unknown = [name for name in [*inputs, *held[:1]] if name not in measures]
    wrong += [f"no measure `{name}` in tables.yaml; {nearest(name, sorted(measures))}" for name in unknown]
    if len(inputs) != known.inputs:
        wrong.append(f"{row['computation']} has {known.inputs} inputs, not {len(inputs)}")
    if not known.takes(parameter):
        needs = ", ".join(known.parameters) or "none"
        wrong.append(f"{row['computation']} has the parameters {needs}, not `{row['parameter']}`")
    if len(held) not in (0, 2):
        wrong.append(f"agrees_with `{row['agrees_with']}` is no measure with the difference allowed")
    return wrong


def _series(row: Mapping[str, str]) -> Series:
    measure, within = row["agrees_with"].split() or ("", "0")
    words = {name: tuple(row[name].split()) for name in ("areas", "groups", "inputs", "parameter")}
    years = {name: int(row[name]) for name in NUMBER}
    texts = {name: row[name] for name in ("indicator", "print", "title", "unit", "method")}
    more: dict[str, Any] = {**words, **years, **texts, "computation": COMPUTATIONS[row["computation"]]}
    return Series(row["series"], agrees_with=measure, within=float(within), **more)


def find_series_files(root: Path, folders: Folders, source: SeriesSource) -> list[FoundFile]:
    """Registered files of the user's folders, and the shipped ones of kinds of which these have none.

    Raises `DeliveryError` where there is no such folder, or one of several holds no such file.
    """
    shipped = root / source.spec["shipped"]
    own = [item for item in own_files(folders, source) if not item.path.resolve().is_relative_to(shipped.resolve())]
    there = {item.registered.file for item in own}
    return [*own, *(item for item in own_files(shipped, source) if item.registered.file not in there)]


def own_files(folders: Folders, source: SeriesSource) -> list[FoundFile]:
    """Registered files of some folders, without the shipped ones; raises as `find_series_files`."""
    files = find_registered(folders, source.name, source.files.values())
    return [FoundFile(path, registered, int(named.get("year") or 0)) for path, registered, named in files]
