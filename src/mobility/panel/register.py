"""The registers of a source: which variable is called what in which wave, and which codes it may hold.

A source is a folder of `sources/` with `source.yaml`, `waves.csv`, `variables.csv` and `recodes.yaml`; its README says
what each column means. Nothing in Python knows a source variable's name or a wave's letter.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.errors import NO_PATTERN, MobilityError, SpecError, nearest
from mobility.intake.missing import NOT_ASKED
from mobility.intake.register import CONFIDENCES, DOUBTFUL, RegisteredSource, absent_columns
from mobility.panel.columns import with_prefix
from mobility.settings import Waves, source_spec, validate, wave_problems, waves_of
from mobility.storage import read_mapping, read_rows

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
WAVE_COLUMNS = ("wave", "number", "survey_year", "prefix")
KINDS = ("identifier", "category", "whole_part", "integer", "amount", "text")
LISTED = ("category", "whole_part")  # kinds whose codes are held to their list
PLACEHOLDER = "TO_CONFIRM"  # begins what stands for a name that nobody has seen
CODE_LIST = "a mapping of whole numbers to labels, {range: [first, last]} or {file: PATH}"


GROUPS = ("wave", "file", "protect", "format")  # of `file_pattern`


@dataclass(frozen=True)
class Variable:
    """One row of `variables.csv`: a harmonised name and the source column that holds it in some waves.

    file : where it is read. also : other files that hold it, read where their rows are those of the panel.
    variable : name in the source, without the wave's prefix. kind : one of `KINDS`. codes : entry of `recodes.yaml`
    with the codes it may hold, empty where it has none. label : in words. confidence : one of `CONFIDENCES`.
    """

    name: str
    file: str
    variable: str
    waves: tuple[str, ...]
    kind: str
    codes: str
    label: str
    confidence: str
    also: tuple[str, ...] = ()

    @property
    def placeholder(self) -> bool:
        """Whether its name only stands for one that is not known."""
        return self.variable.startswith(PLACEHOLDER)


@dataclass(frozen=True)
class Wave:
    """One row of `waves.csv`. `number` counts the waves from 1; `survey_year` is the year that tables show.

    usable_activity : rows with a valid activity in the edition seen, where known. in_files : how the names of files
        write the wave, in lower case. stem : name of its main file, without its ending, where no prefix makes it.
    """

    name: str
    number: int
    survey_year: int
    prefix: str
    usable_activity: int | None = None
    in_files: str = ""
    stem: str = ""

    def file_name(self, file: str) -> str:
        """How messages call one of its files."""
        return self.stem or f"{self.prefix}{file}"


@dataclass(frozen=True)
class Source(RegisteredSource):
    """A source's registers, read and checked.

    waves : rows of `waves.csv` by name. variables : rows of `variables.csv`. missing : of a negative code, what it
    means. codes : entries of `recodes.yaml`. order : the waves in their order.
    """

    waves: Mapping[str, Wave]
    variables: tuple[Variable, ...]
    missing: Mapping[int, str]
    codes: Mapping[str, Any]
    order: Waves

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every harmonised name, in the register's order."""
        return tuple(dict.fromkeys(variable.name for variable in self.variables))

    @cached_property
    def _by_wave(self) -> dict[tuple[str, str], Variable]:
        return {(variable.name, wave): variable for variable in self.variables for wave in variable.waves}

    def variable(self, name: str, wave: str) -> Variable | None:
        """The register's row for a harmonised name in a wave, or None where the wave does not ask it.

        Raises `SpecError` on a name that no wave has.
        """
        if name not in self.names:
            register = self.folder / "variables.csv"
            raise SpecError(
                f"{register}: no variable `{name}`; {nearest(name, self.names)}. Mend the study's `variables`."
            )
        return self._by_wave.get((name, wave))

    def column(self, variable: Variable, wave: str) -> str:
        """Source column of a variable in a wave (a text of `panel.columns`), with the wave's prefix if it has one."""
        every = self.files.get(variable.file, {}).get("every_wave", False)
        if every or variable.variable in self.spec["unprefixed"]:
            return variable.variable
        return with_prefix(variable.variable, self.waves[wave].prefix)

    @property
    def files(self) -> Mapping[str, Mapping[str, Any]]:
        """Files with a row a person or household: `key`, by which they meet other files, `every_wave`: one for all."""
        return self.spec.get("files", {})

    def by_file(self, names: Sequence[str], wave: str, rows: str) -> dict[str, list[str]]:
        """Names by the file that they are read from in a wave; raises `SpecError` on a file without a key.

        Identifiers that every file carries, and what the wave does not ask, are of the file `rows`.
        """
        found: dict[str, list[str]] = {rows: []}
        everywhere = {
            self.spec["person"],
            *(file["key"] for file in self.files.values()),
            *self.spec.get("carried", ()),
        }
        for name in dict.fromkeys(names):
            variable = self.variable(name, wave)
            of_rows = name in everywhere or (variable is not None and rows in variable.also)
            own = rows if variable is None or of_rows else variable.file
            if own != rows and own not in self.files:
                register = self.folder / "source.yaml"
                raise SpecError(
                    f"{register}, files: nothing about {own}, which holds `{name}`. Name the key of its rows there, or "
                    "take the variable out of the study."
                )
            found.setdefault(own, []).append(name)
        return found

    def not_asked(self, name: str, index: pd.Index) -> pd.Series:
        """A column of a wave that does not ask it, in the type that it has in other waves."""
        kind = self.kind(name)
        if kind == "text":
            return pd.Series(pd.NA, index=index, dtype="str")
        return pd.Series(NOT_ASKED, index=index, dtype={"amount": "float64", "identifier": "int64"}.get(kind, "int32"))

    def kind(self, name: str) -> str:
        """Kind of a harmonised variable, one of `KINDS`."""
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
            return _codes_of_file(self.root / entry["file"])
        return frozenset(int(code) for code in entry)

    def select_waves(self, waves: Sequence[str]) -> tuple[Wave, ...]:
        """Rows of the wave register for `waves`; raises `ConfigError` on one that it does not have."""
        self.order.fail_if_unknown(waves, f"config.yaml, waves.{self.name}")
        return tuple(self.waves[wave] for wave in waves)


@cache
def load_source(root: Path, name: str) -> Source:
    """Read and check the registers of `sources/<name>`; every problem is listed in one `SpecError`."""
    spec, folder = source_spec(root, name), root / "sources" / name
    validate(spec, root, "source", str(folder / "source.yaml"), SpecError)
    _check_pattern(spec["file_pattern"], folder / "source.yaml")
    missing, codes = _read_recodes(folder / "recodes.yaml", root)
    problems, waves = _read_waves(folder / "waves.csv")
    order = waves_of(folder / "waves.csv", tuple(waves), spec)
    more, variables = _read_variables(folder / "variables.csv", codes, order)
    if problems or more:
        raise SpecError("\n".join([*problems, *more, f"The columns are described in {folder / 'README.md'}."]))
    return Source(folder, spec, waves, tuple(variables), missing, codes, order)


def _check_pattern(pattern: str, where: Path) -> None:
    """SpecError where the pattern of file names is no regular expression, or lacks a group that the finding reads."""
    try:
        lacking = [name for name in GROUPS if name not in re.compile(pattern).groupindex]
    except NO_PATTERN as error:
        raise SpecError(f"{where}, file_pattern: no regular expression ({error}). Mend it.") from None
    if lacking:
        named = ", ".join(f"(?P<{name}>...)" for name in lacking)
        raise SpecError(f"{where}, file_pattern: no group {named}. Write it, empty where names do not say it.")


def unconfirmed_names(root: Path, name: str) -> dict[str, str]:
    """Harmonised names of a source of which no row is better than doubtful, with the name in its files.

    Empty for a source without a register of variables.
    """
    if not (root / "sources" / name / "variables.csv").is_file():
        return {}
    source = load_source(root, name)
    sure = {variable.name for variable in source.variables if variable.confidence not in DOUBTFUL}
    return {variable.name: variable.variable for variable in source.variables if variable.name not in sure}


def _read_recodes(path: Path, root: Path) -> tuple[dict[int, str], dict[str, Any]]:
    """Labels of the sentinels, and the code lists; raises `SpecError` with every list that is not of a known form."""
    recodes = read_mapping(path)
    problems = [f"{path}: no `{key}`." for key in ("missing", "codes") if not isinstance(recodes.get(key), dict)]
    if problems:
        raise SpecError("\n".join(problems))
    problems = [
        f"{path}, {place}: {_show(entry)} is not {CODE_LIST}. Mend the list."
        for place, entry in {"missing": recodes["missing"], **recodes["codes"]}.items()
        if not _is_code_list(entry)
    ]
    files = {
        name: entry["file"] for name, entry in recodes["codes"].items() if _is_code_list(entry) and "file" in entry
    }
    problems += [f"{path}, {name}: no file {file}." for name, file in files.items() if not (root / file).is_file()]
    if problems:
        raise SpecError("\n".join(problems))
    return recodes["missing"], recodes["codes"]


def _is_code_list(entry: Any) -> bool:
    if not isinstance(entry, dict) or not entry:
        return False
    if set(entry) == {"range"}:
        ends = entry["range"]
        return isinstance(ends, list) and len(ends) == 2 and all(isinstance(end, int) for end in ends)
    if set(entry) == {"file"}:
        return isinstance(entry["file"], str)
    return all(isinstance(code, int) for code in entry)


def _show(entry: Any) -> str:
    text = str(entry)
    return f"`{text[:60]}{'...' if len(text) > 60 else ''}`"


@cache
def _codes_of_file(path: Path) -> frozenset[int]:
    """Codes of a classification kept as a CSV with the columns `code` and `title`."""
    try:
        return frozenset(int(row["code"]) for row in read_rows(path))
    except (KeyError, ValueError) as error:
        raise SpecError(f"{path}: not a list of whole numbers in a column `code` ({error}). Mend the file.") from None


def _read_waves(path: Path) -> tuple[list[str], dict[str, Wave]]:
    """Rows of `waves.csv` by name and what is wrong with them, each problem with its line."""
    rows = read_rows(path)
    absent = absent_columns(path, rows, WAVE_COLUMNS)
    if absent:
        return absent, {}
    problems, waves = wave_problems(path, rows), dict[str, Wave]()
    for line, row in enumerate(rows, start=2):
        name = row["wave"]
        try:
            usable = int(row["usable_activity"]) if row.get("usable_activity") else None
            counts = int(row["number"]), int(row["survey_year"])
        except ValueError:
            wanted = "number, survey_year and usable_activity are whole numbers"
            problems.append(f"{path}, line {line}: {wanted}. Mend the line.")
            continue
        in_files = (row.get("in_files") or name).lower()
        waves[name] = Wave(name, *counts, row["prefix"], usable, in_files, row.get("stem", ""))
    return problems, waves


def _read_variables(path: Path, codes: Mapping[str, Any], order: Waves) -> tuple[list[str], list[Variable]]:
    """Rows of `variables.csv` and what is wrong with them, each problem with its line."""
    rows = read_rows(path)
    problems = absent_columns(path, rows, VARIABLE_COLUMNS)
    variables: list[Variable] = []
    taken: dict[tuple[str, str], int] = {}
    for line, row in enumerate(rows if not problems else [], start=2):
        where = f"{path}, line {line}, `{row['name']}`"
        problems += _word_problems(row, codes, where)
        try:
            waves = order.parse(row["waves"], f"{where}, waves") if row["waves"] and order.names else ()
        except MobilityError as error:
            problems.append(str(error))
            continue
        twice = [(wave, taken[row["name"], wave]) for wave in waves if (row["name"], wave) in taken]
        problems += [f"{where}: wave {wave} is already given by line {first}. Keep one." for wave, first in twice]
        taken |= {(row["name"], wave): line for wave in waves}
        fields = (row["kind"], row["codes"], row["label"], row["confidence"])
        file, *also = row["file"].split("/")
        variables.append(Variable(row["name"], file, row["variable"], waves, *fields, tuple(also)))
    return problems, variables


def _word_problems(row: Mapping[str, str], codes: Mapping[str, Any], where: str) -> list[str]:
    """Words of a row of `variables.csv` that are none of those allowed."""
    problems = []
    for column, allowed in (("kind", KINDS), ("confidence", CONFIDENCES)):
        if row[column] not in allowed:
            problems.append(f"{where}: {column} `{row[column]}`; {nearest(str(row[column]), allowed)}.")
    if row["codes"] and row["codes"] not in codes:
        problems.append(
            f"{where}: no code list `{row['codes']}` in recodes.yaml; {nearest(row['codes'], list(codes))}."
        )
    return problems
