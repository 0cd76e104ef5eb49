"""The registers of a source: which variable is called what in which wave, and which codes it may hold.

A source is a folder of `sources/` with `source.yaml`, `waves.csv`, `variables.csv` and `recodes.yaml`; its README says
what each column means. Nothing in Python knows a source variable's name or a wave's letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, MobilityError, SpecError, nearest
from mobility.settings import parse_waves, validate
from mobility.storage import read_rows, read_yaml

VARIABLE_COLUMNS = (
    "name",
    "file",
    "variable",
    "waves",
    "kind",
    "codes",
    "universe",
    "fed_forward",
    "label",
    "confidence",
    "evidence",
)
KINDS = ("identifier", "category", "integer", "amount", "text")
VERIFIED = "verified"


@dataclass(frozen=True)
class Variable:
    """One row of `variables.csv`: a harmonised name and the source column that holds it in some waves."""

    name: str
    file: str
    variable: str
    waves: tuple[str, ...]
    kind: str
    codes: str
    label: str
    confidence: str


@dataclass(frozen=True)
class Wave:
    """One row of `waves.csv`. `number` counts the waves from 1; `survey_year` is the year that tables show."""

    letter: str
    number: int
    survey_year: int
    prefix: str


@dataclass(frozen=True)
class Source:
    """A source's registers, read and checked."""

    folder: Path
    spec: Mapping[str, Any]
    waves: Mapping[str, Wave]
    variables: tuple[Variable, ...]
    missing: Mapping[int, str]
    codes: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the source, as in `config.yaml`."""
        return self.spec["source"]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every harmonised name, in the register's order."""
        return tuple(dict.fromkeys(variable.name for variable in self.variables))

    @cached_property
    def _by_wave(self) -> dict[tuple[str, str], Variable]:
        return {(variable.name, wave): variable for variable in self.variables for wave in variable.waves}

    def variable(self, name: str, wave: str) -> Variable | None:
        """The register's row for a harmonised name in a wave, or None where the wave does not ask it."""
        if name not in self.names:
            register = self.folder / "variables.csv"
            raise SpecError(
                f"{register}: no variable `{name}`; {nearest(name, self.names)}. Mend the study's `variables`."
            )
        return self._by_wave.get((name, wave))

    def column(self, variable: Variable, wave: str) -> str:
        """Source column of a variable in a wave, with the wave's prefix where it carries one."""
        if variable.variable in self.spec["unprefixed"]:
            return variable.variable
        return self.waves[wave].prefix + variable.variable

    def kind(self, name: str) -> str:
        """Kind of a harmonised variable: identifier, category, integer, amount or text."""
        return next(variable.kind for variable in self.variables if variable.name == name)

    def allowed(self, variable: Variable) -> "frozenset[int] | range | None":
        """Valid codes of a category (sentinels left out); None where the register lists none."""
        if not variable.codes:
            return None
        entry = self.codes[variable.codes]
        if "range" in entry:
            low, high = entry["range"]
            return range(low, high + 1)
        if "file" in entry:
            return frozenset(int(row["code"]) for row in read_rows(self.folder.parent.parent / entry["file"]))
        return frozenset(int(code) for code in entry)

    def select_waves(self, letters: Sequence[str]) -> tuple[Wave, ...]:
        """Rows of the wave register for `letters`; raises `ConfigError` on a letter that it does not have."""
        unknown = [letter for letter in letters if letter not in self.waves]
        if unknown:
            have = f"{min(self.waves)}-{max(self.waves)}"
            raise ConfigError(
                f"config.yaml, waves.{self.name}: no wave {', '.join(unknown)} in {self.folder / 'waves.csv'}, "
                f"which has {have}. Ask for waves within {have}, or add the wave's row to the register."
            )
        return tuple(self.waves[letter] for letter in letters)


@cache
def load_source(root: Path, name: str) -> Source:
    """Read and check the registers of `sources/<name>`; every problem is listed in one `SpecError`."""
    folder = root / "sources" / name
    if not (folder / "source.yaml").is_file():
        allowed = [path.parent.name for path in (root / "sources").glob("*/source.yaml")]
        raise ConfigError(f"no sources/{name}/source.yaml; {nearest(name, allowed)}. Mend `source` in study.yaml.")
    spec = read_yaml(folder / "source.yaml")
    validate(spec, root, "source", str(folder / "source.yaml"), SpecError)
    recodes = read_yaml(folder / "recodes.yaml")
    waves = {row["letter"]: _wave(row) for row in read_rows(folder / "waves.csv")}
    problems, variables = _read_variables(folder / "variables.csv", recodes["codes"])
    if problems:
        raise SpecError("\n".join([*problems, f"The columns are described in {folder / 'README.md'}."]))
    missing = {int(code): label for code, label in recodes["missing"].items()}
    return Source(folder, spec, waves, tuple(variables), missing, recodes["codes"])


def _wave(row: Mapping[str, str]) -> Wave:
    return Wave(row["letter"], int(row["number"]), int(row["survey_year"]), row["prefix"])


def _read_variables(path: Path, codes: Mapping[str, Any]) -> tuple[list[str], list[Variable]]:
    """Rows of `variables.csv` and what is wrong with them, each problem with its line."""
    problems, variables, seen = [], [], {}
    rows = read_rows(path)
    absent = [column for column in VARIABLE_COLUMNS if rows and column not in rows[0]]
    if absent:
        return [f"{path}: missing column {', '.join(absent)}."], []
    for line, row in enumerate(rows, start=2):
        where = f"{path}, line {line}, `{row['name']}`"
        if row["kind"] not in KINDS:
            problems.append(f"{where}: kind `{row['kind']}`; {nearest(row['kind'], KINDS)}.")
        if row["codes"] and row["codes"] not in codes:
            problems.append(
                f"{where}: no code list `{row['codes']}` in recodes.yaml; {nearest(row['codes'], list(codes))}."
            )
        try:
            waves = parse_waves(row["waves"], where) if row["waves"] else ()
        except MobilityError as error:
            problems.append(str(error))
            continue
        for wave in waves:
            first = seen.setdefault((row["name"], wave), line)
            if first != line:
                problems.append(f"{where}: wave {wave} is already given by line {first}. Keep one of the two.")
        variables.append(
            Variable(
                row["name"],
                row["file"],
                row["variable"],
                waves,
                row["kind"],
                row["codes"],
                row["label"],
                row["confidence"],
            )
        )
    return problems, variables
