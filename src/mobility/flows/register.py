"""The register of a source of moves: which files its publisher gives, how they look, and finding them in a folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from mobility.errors import DeliveryError, SpecError
from mobility.intake.find import Folders
from mobility.intake.register import RegisteredSource
from mobility.official.register import FoundFile, OfficialFile, find_registered, register_rows
from mobility.official.tables import Statistic, load_statistics
from mobility.settings import load_waves, source_spec

COLUMNS = (
    "file",
    "title",
    "publisher",
    "edition",
    "layout",
    "file_pattern",
    "boundary_vintage",
    "years",
    "columns",
    "used_for",
    "without_it",
    "access",
    "confidence",
    "evidence",
)
LAYOUTS = ("detailed", "square", "table", "geojson")
KEYS = ("source", "kind", "title", "access", "licence", "citation", "main_file", "parts", "countries")
OF_YEAR = "year"  # boundary vintage of a file on the boundaries of the year that it is about


@dataclass(frozen=True)
class FlowFile(OfficialFile):
    """One row of `files.csv`, with the year whose codes of areas the file has."""

    boundary_vintage: str


@dataclass(frozen=True)
class FoundFlows(FoundFile):
    """A file of a delivery: which part of a year, and the year whose codes it has; 0 where its name has none."""

    part: int
    vintage: int


@dataclass(frozen=True)
class FlowSource(RegisteredSource):
    """A source of moves: `source.yaml`, `files.csv` and `tables.yaml`, read and checked."""

    files: tuple[FlowFile, ...]
    statistics: Mapping[str, Statistic]

    @cached_property
    def main(self) -> str:
        """The file that holds the moves."""
        return self.spec["main_file"]

    @cached_property
    def read(self) -> list[str]:
        """Files whose statistics are read, each once."""
        return list(dict.fromkeys(statistic.file for statistic in self.statistics.values()))

    def years_read(self, file: str, years: Sequence[int]) -> set[int]:
        """Years of a file that are read for moves of `years`; 0 is a file without a year in its name."""
        own = (statistic.years_read(years) for statistic in self.statistics.values() if statistic.file == file)
        return {0, *years}.union(*own)

    def without(self, file: str) -> str:
        """What is lost where a file is not there."""
        return next(item.without_it for item in self.files if item.file == file)

    def fail_if_unread(self, names: Sequence[str]) -> None:
        """Raise `SpecError` on names of files, as in a study's `variables`, that no reader takes."""
        self.fail_if_unknown("file to read", names, "tables.yaml", [self.main, *self.read])


@cache
def load_flow_source(root: Path, name: str = "ons_flows") -> FlowSource:
    """Read and check the register of `sources/<name>`; every problem is listed in one `SpecError`."""
    folder = root / "sources" / name
    spec = source_spec(root, name)
    path = folder / "files.csv"
    problems = [f"{folder}/source.yaml: no `{key}`." for key in KEYS if key not in spec]
    odd = [wave for wave in load_waves(root, name).names if not wave.isdecimal()]
    problems += [f"{folder}/waves.csv: wave `{wave}` is no year, as waves of moves are. Mend it." for wave in odd]
    rows, strange = register_rows(path, COLUMNS, LAYOUTS)
    problems += strange
    files = [FlowFile(*row.official, row.cells["boundary_vintage"]) for row in rows]
    if problems:
        raise SpecError("\n".join([*problems, f"The columns are described in {folder / 'README.md'}."]))
    return FlowSource(folder, spec, tuple(files), load_statistics(root, folder, {item.file for item in files}))


def years_of(waves: Sequence[str]) -> tuple[int, ...]:
    """Years of the waves of a source of moves."""
    return tuple(int(wave) for wave in waves)


def find_flow_files(folders: Folders, source: FlowSource) -> list[FoundFlows]:
    """Every file below the folders whose name, in either case, is that of a registered file.

    Raises `DeliveryError` where there is no such folder, or one of several holds no such file.
    """
    return [_found(*found) for found in find_registered(folders, source.name, source.files)]


def _found(path: Path, registered: FlowFile, named: Mapping[str, str | None]) -> FoundFlows:
    year, part = int(named.get("year") or 0), int(named.get("part") or 1)
    written = named.get("vintage") or registered.boundary_vintage
    vintage = year if written == OF_YEAR else int(written) if written.isdecimal() else 0
    return FoundFlows(path, registered, year, part, vintage)


def files_of_year(found: Sequence[FoundFlows], source: FlowSource, year: int) -> list[FoundFlows]:
    """The parts of one year of moves.

    Raises `DeliveryError` on no file of the year, files on two sets of boundaries, and a part too few or too many.
    """
    moves = [item for item in found if item.registered.file == source.main]
    parts = [item for item in moves if item.year == year]
    have = ", ".join(str(item.path.name) for item in parts)
    if not parts:
        years = ", ".join(map(str, sorted({item.year for item in moves}))) or "none"
        raise DeliveryError([f"{source.main} of {year}: no file; years found: {years}. Unpack that year"], source.name)
    editions = sorted({item.vintage for item in parts})
    if len(editions) > 1:
        problem = f"{source.main} of {year}: on the boundaries of {' and of '.join(map(str, editions))} ({have})"
        raise DeliveryError([f"{problem}. Leave one of the two out of the folder"], source.name)
    numbers = sorted(item.part for item in parts)
    if numbers != list(range(1, source.spec["parts"] + 1)):
        problem = f"{source.main} of {year}: parts {numbers}, not 1 to {source.spec['parts']} once each ({have})"
        raise DeliveryError([f"{problem}. Unpack every part, each once"], source.name)
    return sorted(parts, key=lambda item: item.part)
