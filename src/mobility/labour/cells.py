"""Arrays of cells in CSV: jobs by year and six dimensions, rates by sub-major group; codes held to registers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.errors import SpecError, nearest
from mobility.intake.find import Folders
from mobility.intake.formats import READER_ERRORS
from mobility.intake.losses import LossTable
from mobility.labour.source import Source
from mobility.official.register import FoundFile, OfficialFile, find_registered, register_rows
from mobility.official.text import plain, some, unreadable
from mobility.settings import source_spec
from mobility.storage import read_register

COLUMNS = (
    *("file", "title", "publisher", "layout", "file_pattern", "columns", "used_for", "without_it", "access"),
    *("licence", "confidence", "evidence"),
)
LAYOUTS = ("tidy",)
EMPLOYMENT, REPLACEMENT = "employment", "replacement"
# Columns of the file of jobs (C.9.2), the panel's word for each, and the register of its codes with their column.
DIMENSIONS = {
    "gender": ("gender", "lmi_genders", "code"),
    "status": ("status", "lmi_statuses", "code"),
    "industry": ("industry", "lmi_industries", "code"),
    "occupation": ("sub_major", "lmi_occupations", "sub_major"),
    "geography": ("region", "lmi_regions", "code"),
    "qualification": ("qualification", "lmi_qualifications", "code"),
}
FILES = {EMPLOYMENT: ("year", *DIMENSIONS, "weight"), REPLACEMENT: ("occupation", "rate")}
PANEL = ("measure", "year", *(name for name, *_ in DIMENSIONS.values()), "value")
READ = "read"


@dataclass(frozen=True)
class CellSource(Source):
    """A source of arrays of cells: `source.yaml`, and `files.csv` by file."""

    files: Mapping[str, OfficialFile]


@dataclass
class Cells:
    """What is known of the files while they are read.

    report : of each file and year its name, what it is, the year, its rows and the sum of its values. rows : that stand
    in the files.
    """

    source: CellSource
    years: Sequence[int]
    parts: list[pd.DataFrame] = field(default_factory=list)
    report: list[tuple[str, str, int, int, float]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    rows: int = 0

    @property
    def panel(self) -> pd.DataFrame:
        """A row a cell: measure, year, the dimensions, value."""
        if not self.parts:
            return pd.DataFrame({name: pd.Series(dtype="object") for name in PANEL})
        panel = pd.concat(self.parts, ignore_index=True)
        return panel.astype({"measure": "category"})[list(PANEL)]

    def losses(self, panel: pd.DataFrame) -> pd.DataFrame:
        """The chain from the rows of the files to those of the panel."""
        losses = LossTable(counted="year")
        losses.start(READ, pd.DataFrame({"year": np.zeros(self.rows)}))
        losses.record(READ, "years that are not wanted", self.rows, panel)
        return losses.frame()


@cache
def load_cells(root: Path, name: str) -> CellSource:
    """Read and check the registers of `sources/<name>`; every problem is listed in one `SpecError`."""
    folder, spec = root / "sources" / name, source_spec(root, name)
    rows, problems = register_rows(folder / "files.csv", COLUMNS, LAYOUTS)
    problems += [
        f"{folder}/files.csv: file `{row.cells['file']}`; {nearest(row.cells['file'], list(FILES))}."
        for row in rows
        if row.cells["file"] not in FILES
    ]
    if problems:
        raise SpecError("\n".join([*problems, f"The columns are described in {folder / 'README.md'}."]))
    return CellSource(folder, spec, {row.cells["file"]: OfficialFile(*row.official) for row in rows})


def find_cells(folders: Folders, source: CellSource) -> list[FoundFile]:
    """Registered files below the folders.

    Raises `DeliveryError` where there is no such folder, or one of several holds no such file.
    """
    files = find_registered(folders, source.name, source.files.values())
    return [FoundFile(path, registered, int(named.get("year") or 0)) for path, registered, named in files]


def examine_cells(
    listed: Sequence[FoundFile],
    source: CellSource,
    years: Sequence[int],
    required: Sequence[str],
    optional: Sequence[str] = (),
) -> Cells:
    """Read the wanted files of some years (none: of all), without raising on what is wrong in one.

    Raises `SpecError` on a name that is no file of the register.
    """
    _fail_if_unknown(source, [*required, *optional])
    read = Cells(source, years)
    for name in dict.fromkeys([*required, *optional]):
        own = [item for item in listed if item.registered.file == name and item.year in (0, *(years or [item.year]))]
        for item in own:
            read.paths.append(item.path)
            try:
                _read_file(item, source.root, read)
            except READER_ERRORS as error:
                read.problems.append(unreadable(item.path, error))
        if not own:
            told = f"{source.files[name].title}: no file. Bring it, as {source.folder / 'README.md'} says"
            (read.problems if name in required else read.notes).append(told)
    delivered = {item.registered.file for item in listed}
    if EMPLOYMENT in delivered.intersection([*required, *optional]) and not read.problems:
        _check_years(read)
    return read


def _fail_if_unknown(source: CellSource, names: Sequence[str]) -> None:
    for name in names:
        if name not in source.files:
            raise SpecError(f"{source.folder}/files.csv: no file `{name}`; {nearest(name, list(source.files))}.")


def _read_file(item: FoundFile, root: Path, read: Cells) -> None:
    """One file: its columns by their names, every code held to its register, every number to be 0 or more."""
    from pyarrow import csv

    wanted = FILES[item.registered.file]
    table = csv.read_csv(item.path, csv.ReadOptions(use_threads=False))
    names = [plain(name) for name in table.column_names]
    odd = [f"{names.count(name) or 'no'} column {name}" for name in wanted if names.count(name) != 1]
    if odd or not len(table):
        has = ", ".join(table.column_names)
        told = f"{'; '.join(odd)}; it has {has}. Mend the header" if odd else "it has no rows. Put a whole file there"
        read.problems.append(f"{item.path}: {told}")
        return
    columns = {name: table.column(names.index(name)).to_pandas() for name in wanted}
    problems = [text for name in wanted[:-1] for text in _codes_problems(name, columns[name], root)]
    problems += _value_problems(wanted[-1], columns[wanted[-1]])
    problems += [] if problems else _key_problems({name: columns[name] for name in wanted[:-1]}, item)
    read.problems += [f"{item.path}, {text}" for text in problems]
    read.rows += len(table)
    if not problems:
        _take(item, columns, root, read)


def _codes_problems(name: str, values: pd.Series, root: Path) -> list[str]:
    """Codes of a column that are none of its dimension, each with the first row."""
    if values.isna().any():
        return [f"row {int(values.isna().to_numpy().argmax()) + 2}, {name}: no code. Mend the cell"]
    found = pd.unique(values)
    allowed = _codes(name, root)
    strange = [value for value in found if str(value) not in allowed] if allowed else []
    if not strange:
        return []
    row = int(values.isin(strange[:1]).to_numpy().argmax()) + 2
    known = nearest(str(strange[0]), sorted(allowed))
    return [f"row {row}, {name}: {some([f'`{value}`' for value in strange])} is no code; {known}. Mend the cells"]


def _codes(name: str, root: Path) -> list[str]:
    """Codes of a dimension in the order of its register; none for the year."""
    if name not in DIMENSIONS:
        return []
    _, register, column = DIMENSIONS[name]
    rows = read_register(root / "resources/classifications" / f"{register}.csv")
    return list(dict.fromkeys(rows[column]))


def _value_problems(name: str, values: pd.Series) -> list[str]:
    """Numbers that are missing, no numbers, infinite or below 0."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy("float64")
    wrong = ~np.isfinite(numbers) | (numbers < 0)
    if not wrong.any():
        return []
    row, count = int(wrong.argmax()), int(wrong.sum())
    cell = values.iloc[row]
    told = "missing" if pd.isna(cell) else f"`{cell:g}`" if np.isfinite(numbers[row]) else f"`{cell}`"
    return [f"row {row + 2}, {name}: {told}, and must be a number of 0 or more ({count} rows). Mend the rows"]


def _key_problems(keys: Mapping[str, pd.Series], item: FoundFile) -> list[str]:
    """Two rows of one cell, and rows of another year than the file's."""
    codes = [pd.factorize(values)[0] for values in keys.values()]
    at = np.ravel_multi_index(codes, [int(own.max()) + 1 for own in codes])
    order = np.sort(at)
    twice = order[1:][order[1:] == order[:-1]]
    problems = []
    if len(twice):
        rows = np.flatnonzero(at == twice[0])[:2] + 2
        problems.append(f"rows {rows[0]} and {rows[1]}: one cell twice ({len(twice)} such rows). Keep one of them")
    if item.year and "year" in keys and not keys["year"].eq(item.year).all():
        other = keys["year"][keys["year"].ne(item.year)].iloc[0]
        problems.append(f"year: {other} in a file of {item.year}. Mend its name, or take the right file")
    return problems


def _take(item: FoundFile, columns: Mapping[str, pd.Series], root: Path, read: Cells) -> None:
    """The rows of the years that are wanted, under the panel's names."""
    name = item.registered.file
    value = columns[FILES[name][-1]].to_numpy("float64")
    year = columns["year"].to_numpy() if "year" in columns else np.zeros(len(value))
    own = np.isin(year, read.years) | (name != EMPLOYMENT) if read.years else np.ones(len(value), dtype=bool)
    frame = {"measure": pd.Categorical.from_codes([0] * int(own.sum()), [name]), "year": year[own].astype("int16")}
    for column, (word, *_) in DIMENSIONS.items():
        codes = _codes(column, root)
        if column in columns:
            place = {code: at for at, code in enumerate(codes)}
            values = columns[column].to_numpy()[own]
            known, inverse = np.unique(values, return_inverse=True)
            places = np.array([place[str(code)] for code in known], dtype="int16")[inverse]
        else:
            places = np.full(int(own.sum()), -1, dtype="int16")
        frame[word] = pd.Categorical.from_codes(places, codes)
    read.parts.append(pd.DataFrame({**frame, "value": value[own]}))
    for one in np.unique(year[own]):
        rows = year[own] == one
        read.report.append((item.path.name, name, int(one), int(rows.sum()), float(value[own][rows].sum())))


def _check_years(read: Cells) -> None:
    """Years that are read and in no file, and years that two files have."""
    years = [year for _, name, year, *_ in read.report if name == EMPLOYMENT]
    absent = sorted(set(read.years) - set(years))
    if absent:
        read.problems.append(f"employment: no rows of {', '.join(map(str, absent))}. Bring the file, or mend `waves`")
    twice = sorted({year for year in years if years.count(year) > 1})
    if twice:
        read.problems.append(f"employment: {', '.join(map(str, twice))} in several files. Keep one of them")
