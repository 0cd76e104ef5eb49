"""The register of a source of moves: which files its publisher gives, and finding and reading them in a folder."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.classify.areas import Areas
from mobility.errors import DeliveryError, SpecError, nearest
from mobility.flows.losses import bring_to_vintage, drop_within
from mobility.flows.detailed import read_detailed
from mobility.flows.files import Flows, whole_moves
from mobility.flows.read import read_square
from mobility.panel.check import CheckReport
from mobility.panel.losses import LossTable
from mobility.panel.register import CONFIDENCES
from mobility.storage import file_hash, read_rows, read_yaml

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
    "confidence",
    "evidence",
)
LAYOUTS = ("detailed", "square", "table", "geojson")
KEYS = ("source", "kind", "title", "access", "licence", "citation", "main_file", "parts", "countries")
OF_YEAR = "year"  # boundary vintage of a file on the boundaries of the year that it is about
FEW = 5


@dataclass(frozen=True)
class FlowFile:
    """One row of `files.csv`: a file that the publisher gives, in one edition."""

    file: str
    title: str
    layout: str
    pattern: re.Pattern
    boundary_vintage: str
    without_it: str
    confidence: str


@dataclass(frozen=True)
class FoundFile:
    """A file of a delivery whose name fits a row of the register. year, vintage: 0 where the name has none."""

    path: Path
    registered: FlowFile
    year: int
    part: int
    vintage: int


@dataclass(frozen=True)
class FlowSource:
    """A source of moves: `source.yaml` and `files.csv`, read and checked."""

    folder: Path
    spec: Mapping[str, Any]
    files: tuple[FlowFile, ...]

    @property
    def name(self) -> str:
        """Name of the source, as in `config.yaml`."""
        return self.spec["source"]

    @cached_property
    def main(self) -> str:
        """The file that holds the moves."""
        return self.spec["main_file"]


@cache
def load_flow_source(root: Path, name: str = "ons_flows") -> FlowSource:
    """Read and check the register of `sources/<name>`; every problem is listed in one `SpecError`."""
    folder = root / "sources" / name
    spec = read_yaml(folder / "source.yaml")
    path = folder / "files.csv"
    problems = [f"{folder}/source.yaml: no `{key}`." for key in KEYS if key not in (spec or {})]
    files = []
    for line, row in enumerate(read_rows(path), start=2):
        where = f"{path}, line {line}"
        absent = [column for column in COLUMNS if row.get(column) is None]
        if absent:
            problems.append(f"{where}: no column {', '.join(absent)}.")
            continue
        for column, allowed in (("layout", LAYOUTS), ("confidence", CONFIDENCES)):
            if row[column] not in allowed:
                problems.append(f"{where}: {column} `{row[column]}`; {nearest(row[column], allowed)}.")
        try:
            pattern = re.compile(row["file_pattern"])
        except re.error as error:
            problems.append(f"{where}: file_pattern is no regular expression ({error}).")
            continue
        fields = (row["boundary_vintage"], row["without_it"], row["confidence"])
        files.append(FlowFile(row["file"], row["title"], row["layout"], pattern, *fields))
    if problems:
        raise SpecError("\n".join([*problems, f"The columns are described in {folder / 'README.md'}."]))
    return FlowSource(folder, spec, tuple(files))


def find_flow_files(folder: str | Path, source: FlowSource) -> list[FoundFile]:
    """Every file below `folder` whose name, in either case, is that of a registered file.

    Raises `DeliveryError` where there is no such folder.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        problem = f"config.yaml, sources.{source.name}: no such folder. Give the folder that you unpacked"
        raise DeliveryError([problem], str(root))
    paths = sorted(Path(place) / name for place, _, names in os.walk(root) for name in names)
    found = []
    for path in paths:
        for registered in source.files:
            match = registered.pattern.match(path.name.lower())
            if match:
                found.append(_found(path, registered, match.groupdict()))
                break
    return found


def _found(path: Path, registered: FlowFile, named: Mapping[str, str | None]) -> FoundFile:
    year, part = int(named.get("year") or 0), int(named.get("part") or 1)
    written = named.get("vintage") or registered.boundary_vintage
    vintage = year if written == OF_YEAR else int(written) if written.isdigit() else 0
    return FoundFile(path, registered, year, part, vintage)


def files_of_year(found: Sequence[FoundFile], source: FlowSource, year: int, edition: int = 0) -> list[FoundFile]:
    """The parts of one year of moves, on one set of boundaries.

    Parameters
    ----------
    edition : vintage of the boundaries to take where the year is there on several; 0 where it is there on one.

    Raises
    ------
    DeliveryError
        No file of the year, two editions of it, or a part too few or too many.
    """
    parts = [item for item in found if item.registered.file == source.main and item.year == year]
    editions = sorted({item.vintage for item in parts})
    chosen = [item for item in parts if item.vintage == (edition or item.vintage)]
    have = ", ".join(str(item.path.name) for item in parts)
    if not chosen:
        years = sorted({item.year for item in found if item.registered.file == source.main})
        what = (
            f"none on the boundaries of {edition}; there are: {have}"
            if parts
            else f"years found: {', '.join(map(str, years)) or 'none'}"
        )
        raise DeliveryError([f"{source.main} of {year}: no file; {what}. Unpack that year"], source.name)
    if not edition and len(editions) > 1:
        problem = f"{source.main} of {year}: on the boundaries of {' and of '.join(map(str, editions))} ({have})"
        raise DeliveryError([f"{problem}. Choose the edition, or leave one of the two out"], source.name)
    numbers = sorted(item.part for item in chosen)
    if numbers != list(range(1, source.spec["parts"] + 1)):
        problem = f"{source.main} of {year}: parts {numbers}, not 1 to {source.spec['parts']} once each ({have})"
        raise DeliveryError([f"{problem}. Unpack every part, each once"], source.name)
    return chosen


def read_years(
    folder: str | Path,
    source: FlowSource,
    years: Sequence[int],
    areas: Areas,
    vintage: int = 0,
    by: Sequence[str] = (),
    editions: Mapping[int, int] | None = None,
    rounding: str = "after_sum",
) -> Flows:
    """Moves between the authorities of the source's countries in several years.

    Parameters
    ----------
    vintage : codes to bring every year to; 0 leaves each year on the boundaries of its file.
    by : groups to keep (sex, age or age_band).
    editions : for a year that was published on several boundaries, the vintage to take.

    Returns
    -------
    year, origin, destination, groups, moves; without i = j, moves to and from other countries, and pairs of no moves
    (`flows.losses.complete_pairs` adds those). Moves are rounded after areas were merged.
    """
    found, losses, frames, paths = find_flow_files(folder, source), LossTable(), [], []
    for year in years:
        parts = files_of_year(found, source, year, (editions or {}).get(year, 0))
        flows = read_detailed([item.path for item in parts], year, by, "none")
        losses.rows += [{**row, "step": f"{row['step']} {year}"} for row in flows.losses.to_dict("records")]
        own = LossTable()
        to = vintage or parts[0].vintage
        frame = drop_within(bring_to_vintage(flows.frame, to, areas, own, source.spec["countries"]), own)
        losses.rows += [{**row, "step": f"{row['step']} {year}"} for row in own.rows]
        frames.append(frame)
        paths += [item.path for item in parts]
    together = pd.concat(frames, ignore_index=True)
    together = together.assign(moves=whole_moves(together["moves"], rounding))
    return Flows(together, losses.frame(), tuple(paths))


def check_flows(folder: str | Path, source: FlowSource, areas: Areas) -> CheckReport:
    """`mobility check` for a source of moves: which files are there, on which boundaries, and what is lost without.

    Files of moves are read; every problem of every file is in the report, and nothing is written.
    """
    found = find_flow_files(folder, source)
    lines, problems = [source.spec["title"], f"Folder: {folder}", "", "Files:"], []
    for name in dict.fromkeys(item.file for item in source.files):
        rows = [item for item in found if item.registered.file == name]
        if not rows:
            lost = next(item.without_it for item in source.files if item.file == name)
            lines.append(f"  {name}: not there. Lost without it: {lost}")
            if name == source.main:
                problems.append(f"{name}: no file of this name below {folder}. Unpack it there")
            continue
        years = sorted({item.year for item in rows if item.year})
        lines.append(f"  {name}: {len(rows)} files{', years ' + ', '.join(map(str, years)) if years else ''}")
        editions = sorted({(item.year, item.vintage) for item in rows})
        for year, vintage in editions if rows[0].registered.layout in ("detailed", "square") else ():
            text, wrong = _examine(rows, source, year, vintage, areas)
            lines += [f"    {text}"] if text else []
            problems += wrong
    if problems:
        lines += ["", f"{len(problems)} problem{'s' if len(problems) > 1 else ''} to mend:"]
        lines += [f"  - {problem}" for problem in problems]
    else:
        lines += ["", f"No problem found. Set sources.{source.name} to this folder in config.yaml, then `make report`."]
    return CheckReport("\n".join(lines), tuple(problems))


def _examine(
    rows: Sequence[FoundFile], source: FlowSource, year: int, vintage: int, areas: Areas
) -> tuple[str, list[str]]:
    """One line about a year of moves: pairs, moves, boundaries; and what is wrong with it."""
    try:
        if rows[0].registered.layout == "detailed":
            paths = [item.path for item in files_of_year(rows, source, year, vintage)]
            flows = read_detailed(paths, year)
        else:
            flows = read_square(next(item.path for item in rows if item.year == year), year, "none")
    except DeliveryError as error:
        return "", list(error.problems)
    codes = set(flows.frame["origin"]) | set(flows.frame["destination"])
    outcomes = {code: areas.outcome(code, vintage, source.spec["countries"]).treatment for code in codes}
    strange = sorted(code for code, treatment in outcomes.items() if treatment not in ("kept", "outside"))
    moves = f"{flows.frame['moves'].sum():,.0f}"
    text = f"{year}: {len(codes)} areas of {vintage}, {len(flows.frame):,} pairs, {moves} moves"
    if not strange:
        return text, []
    fitting = areas.vintages(code for code, treatment in outcomes.items() if treatment != "outside")
    fits = f"together they are those of {fitting[0]} to {fitting[-1]}" if fitting else "no one vintage has all codes"
    shown = ", ".join(strange[:FEW]) + (f" and {len(strange) - FEW} more" if len(strange) > FEW else "")
    problem = f"{source.main} of {year}: codes that are not of {vintage}: {shown}; {fits}"
    return text, [f"{problem}. Mend the boundary vintage in {source.folder / 'files.csv'}, or take the right file"]


def flows_provenance(
    flows: Flows, label: str, access: str, citation: str = "", synthetic: bool = False
) -> dict[str, Any]:
    """Record of files of moves, in the form of `panel.provenance`; its waves are the years."""
    return {
        "synthetic": synthetic,
        "source": "flows",
        "label": label,
        "access": access,
        "citation": citation,
        "wave_word": "year",
        "waves": sorted(int(year) for year in flows.frame["year"].unique()),
        "files": [{"file": path.name, "sha256": file_hash(path)} for path in flows.paths],
        "notes": [],
    }
