"""What the delivery must look like, read from `sources/ukhls`: waves, columns of each file, codes and labels."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mobility.errors import SpecError
from mobility.storage import read_rows, read_yaml

SOURCE = Path("sources") / "ukhls"


@dataclass(frozen=True)
class Column:
    """One column of one file in one wave: our name, the source's name without prefix, kind, code list and label."""

    name: str
    variable: str
    kind: str
    codes: str
    label: str


@dataclass(frozen=True)
class Wave:
    """One wave: letter, prefix of its columns, survey year and first and last year of its fieldwork."""

    letter: str
    prefix: str
    survey_year: int
    first_year: int
    last_year: int
    usable: int


@dataclass(frozen=True)
class Register:
    """The registers of the source, parsed; `root` is the project folder."""

    root: Path
    waves: tuple[Wave, ...]
    rows: tuple[dict[str, str], ...]
    missing: dict[int, str]
    codes: dict[str, dict]
    unprefixed: frozenset[str]

    def columns(self, file: str, letter: str) -> list[Column]:
        """Columns of `file` that wave `letter` carries, in the register's order, placeholders of a name among them."""
        return [_column(row) for row in self._spread if row["file"] == file and letter in row["letters"]]

    def source_name(self, column: Column, wave: Wave) -> str:
        """Name of the column in the file of that wave, with its prefix; all names of a delivery are in lower case."""
        return column.variable if column.variable in self.unprefixed else wave.prefix + column.variable.lower()

    def first_wave_of(self, name: str) -> int:
        """Position of the first wave that carries the harmonised name."""
        letters = "".join(row["letters"] for row in self._spread if row["name"] == name)
        if not letters:
            raise SpecError(f"{self.root / SOURCE / 'variables.csv'}: no row for {name}. Add it, then run again.")
        return min(place for place, wave in enumerate(self.waves) if wave.letter in letters)

    def labels(self, codes: str) -> dict[int, str]:
        """Label of every code of a list, the kinds of missing among them; empty where it is only a range."""
        entries = self._named_codes(codes)
        return {**{int(code): str(label) for code, label in entries.items()}, **self.missing} if entries else {}

    def allowed(self, codes: str) -> list[int]:
        """Valid codes of a list, without the kinds of missing."""
        entries = self.codes.get(codes, {})
        if "range" in entries:
            first, last = entries["range"]
            return list(range(first, last + 1))
        return [int(code) for code in self._named_codes(codes)]

    def _named_codes(self, codes: str) -> dict:
        entries = self.codes.get(codes, {})
        if "file" in entries:
            return {int(row["code"]): row["title"] for row in read_rows(self.root / entries["file"])}
        return {} if "range" in entries else entries

    @cached_property
    def _spread(self) -> list[dict[str, str]]:
        return [{**row, "letters": spread_waves(row["waves"])} for row in self.rows]


def read_register_of(root: Path, survey_years: range) -> Register:
    """Parse waves, variables and codes; only waves of `survey_years` are kept.

    Raises `SpecError` or `DataError` where a register is absent or malformed.
    """
    folder = Path(root) / SOURCE
    recodes = read_yaml(folder / "recodes.yaml")
    waves = [_wave(row) for row in read_rows(folder / "waves.csv")]
    return Register(
        root=Path(root),
        waves=tuple(wave for wave in waves if wave.survey_year in survey_years),
        rows=tuple(read_rows(folder / "variables.csv")),
        missing={int(code): label for code, label in recodes["missing"].items()},
        codes=recodes["codes"],
        unprefixed=frozenset(read_yaml(folder / "source.yaml")["unprefixed"]),
    )


def spread_waves(text: str) -> str:
    """Letters of a register's range: `a,c,f-h` becomes `acfgh`."""
    letters = ""
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        letters += "".join(map(chr, range(ord(first), ord(last or first) + 1)))
    return letters


def _wave(row: dict[str, str]) -> Wave:
    years = (int(row[key]) for key in ("survey_year", "first_year", "last_year", "usable_activity"))
    return Wave(row["letter"], row["prefix"], *years)


def _column(row: dict[str, str]) -> Column:
    return Column(*(row[key] for key in ("name", "variable", "kind", "codes", "label")))
