"""How statistics stand in their files: the entries of a source's `tables.yaml`."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.errors import NO_PATTERN, SpecError, nearest
from mobility.settings import validate
from mobility.storage import read_yaml

ONCE = "once"
ANY = "any"
EVERY_YEAR = range(1900, 2101)  # that a file can have
OLDEST = 120  # years
# What publishers put behind a year: provisional or revised, the number of a note, what a spreadsheet makes of a number.
YEAR_MARK = re.compile(r"(\.0|\s*(p|r|provisional|revised|\d|[\[(][^\])]*[\])]))$", re.IGNORECASE)
LAGS = {"year_before": (1,), "year_and_before": (1, 0)}


@dataclass(frozen=True)
class Statistic:
    """One entry of `tables.yaml`: how the values of a registered file stand in it.

    file, sheet : where they are; the sheet empty where only text is read. measure : name in the panel.
    shape : `long`, a row a value; `one_year`, the year in the file's name or in `year`; `wide`, a column a year.
    needed : years that moves need of it, a word of `LAGS`, `ONCE` (an edition of `year`) or `ANY`.
    columns : by what they hold, their names, or numbers from 1 in a file without a header.
    years, ages : patterns, with the groups year and age, of a whole cell or of the name of a column.
    sexes, groups, areas : words of the file, and the project's for them; no areas where the cells are codes.
    skip : words of rows that are sums or parts of others. only : words that further columns must have.
    suppressed : cells that say that a value is not published.
    several_areas : `each`, where a row with several codes gives its value to each of them.
    also : first and last of further years to read, empty where none is.
    of : the entry of the same file that this one adds a measure to, empty where it is the only one.
    above, least, most : what a value can be. per : what a published value is divided by, 100 for per cent.
    """

    file: str
    measure: str
    shape: str
    needed: str
    columns: Mapping[str, str | int]
    year: int
    years: re.Pattern[str]
    ages: re.Pattern[str]
    sexes: Mapping[str, str]
    groups: Mapping[str, str]
    skip: Mapping[str, Sequence[str]]
    only: Mapping[str, Sequence[str]]
    suppressed: Sequence[str]
    several_areas: str
    also: Sequence[int]
    of: str
    above: float | None
    least: float | None
    most: float | None
    sheet: str
    areas: Mapping[str, str]
    per: float

    @property
    def sums(self) -> bool:
        """Whether several published groups make one of the project's."""
        return len(set(self.groups.values())) < len(self.groups)

    @property
    def allowed(self) -> str:
        """Values that it can have, in words; empty where it can have any."""
        words = {"above": self.above, "at least": self.least, "at most": self.most}
        return " and ".join(f"{word} {limit:g}" for word, limit in words.items() if limit is not None)

    def allows(self, values: pd.Series) -> pd.Series:
        """Whether each value is one that it can have; True for missing ones."""
        wrong = pd.Series(False, index=values.index)
        if self.above is not None:
            wrong |= values <= self.above
        if self.least is not None:
            wrong |= values < self.least
        if self.most is not None:
            wrong |= values > self.most
        return ~wrong

    @property
    def has_header(self) -> bool:
        """Whether the columns have names; else they are known by their places."""
        return not all(isinstance(column, int) for column in self.columns.values())

    @property
    def first_column(self) -> str:
        """The column by which a header is known."""
        known = [self.columns[name] for name in ("area", "year") if name in self.columns]
        return str([*known, *self.only, *self.columns.values()][0])

    def years_needed(self, years: Sequence[int]) -> set[int]:
        """Years of values that moves of `years` need; none where any will do."""
        if self.needed == ANY:
            return set()
        return {self.year} if self.needed == ONCE else {year - lag for year in years for lag in LAGS[self.needed]}

    def years_read(self, years: Sequence[int]) -> set[int]:
        """Years of values that are read where they are there: those needed, to the last year of moves, and `also`."""
        if self.needed == ANY:
            return set(EVERY_YEAR)
        if self.needed == ONCE:
            return {self.year}
        further = range(self.also[0], self.also[1] + 1) if self.also else ()
        return {*range(min(years) - 1, max(years) + 1), *further}

    def year_of(self, text: str) -> int:
        """Year of a cell or of a column's name; 0 where it is none. A mark behind it (`2017p`) is passed over."""
        found = self.years.fullmatch(text) or self.years.fullmatch(YEAR_MARK.sub("", text))
        return int(found["year"]) if found else 0

    def group_of(self, name: str, word: str) -> str | int | None:
        """The project's word for a sex or a group of people, or the years of an age; None where it is none."""
        if name in ("sex", "group"):
            return self.words_of(name).get(word)
        found = self.ages.fullmatch(word)
        return int(found["age"]) if found and int(found["age"]) <= OLDEST else None

    def words_of(self, name: str) -> Mapping[str, str]:
        """Published words for the sexes, or for the groups, and the project's for them."""
        return {"sex": self.sexes, "group": self.groups}.get(name, {})


def load_statistics(root: Path, folder: Path, files: Collection[str]) -> dict[str, Statistic]:
    """Entries of `tables.yaml` of a source; raises `SpecError` with every one that its schema or files.csv forbids."""
    path = folder / "tables.yaml"
    entries = read_yaml(path)
    validate(entries, root, "tables", str(path), SpecError)
    problems = [
        f"{path}: no file `{file}` in files.csv; {nearest(file, files)}."
        for file in (entry.get("of", name) for name, entry in entries.items())
        if file not in files
    ]
    for name, entry in entries.items():
        problems += [f"{path}, {name}: {text}." for text in _pattern_problems(entry)]
    if problems:
        raise SpecError("\n".join([*problems, f"The keys are described in {folder / 'README.md'}."]))
    return {name: _statistic(name, entry) for name, entry in entries.items()}


def _pattern_problems(entry: Mapping[str, Any]) -> list[str]:
    """Regular expressions of an entry that are none, or lack their group."""
    problems = []
    for key, group in (("years", "year"), ("ages", "age")):
        try:
            if key in entry and group not in re.compile(entry[key]).groupindex:
                problems.append(f"{key} has no group (?P<{group}>...)")
        except NO_PATTERN as error:
            problems.append(f"{key} is no regular expression ({error})")
    return problems


def _statistic(name: str, entry: Mapping[str, Any]) -> Statistic:
    patterns: dict[str, Any] = {key: re.compile(entry.get(key, "(?!)"), re.IGNORECASE) for key in ("years", "ages")}
    lists = {key: entry.get(key, {}) for key in ("sexes", "groups", "skip", "only", "areas")}
    plain = {key: entry[key] for key in ("measure", "shape", "needed", "columns")}
    suppressed = tuple(mark.lower() for mark in entry.get("suppressed", ()))
    limits = {key: entry.get("values", {}).get(key) for key in ("above", "least", "most")}
    more: dict[str, Any] = {"year": entry.get("year", 0), "several_areas": entry.get("several_areas", "")}
    more |= {"also": entry.get("also", ()), "of": entry.get("of", "")} | limits
    more |= {"sheet": entry.get("sheet", ""), "per": float(entry.get("per", 1))}
    return Statistic(file=entry.get("of", name), suppressed=suppressed, **(plain | lists | patterns | more))
