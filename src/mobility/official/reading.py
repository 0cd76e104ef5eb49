"""Reading a file of official statistics as an entry of `tables.yaml` describes it.

One reader for all: a file is `long` (a row a value), `one_year` (a row an area) or `wide` (a column a year).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mobility.errors import nearest
from mobility.intake.formats import READER_ERRORS, rows_named
from mobility.intake.losses import LossTable
from mobility.official.register import FoundFile
from mobility.official.tables import Statistic
from mobility.official.text import (
    Header,
    absent_columns,
    body,
    find_header,
    is_workbook,
    no_header,
    no_names,
    numbers_of,
    plain,
    some,
    text_of,
    unreadable,
)

KEYS = ("year", "origin", "destination", "group", "sex", "age")
COLUMNS = (*KEYS, "value")
FURTHER = ("std_error", "n")  # that a value may have beside it
RECORD_COUNT = "record_count"  # column in which NOMIS says how many rows the whole answer has
ROW_LIMITS = (25_000, 100_000)  # rows that NOMIS gives at once, without and with a registration
IN_PARTS = "The download was cut: take it in parts (fewer areas or years at once) and put them together"


def empty() -> pd.DataFrame:
    """Values of a file that cannot be read: none, with the types of those of any other."""
    kinds = {
        **dict.fromkeys([*KEYS, "name"], "str"),
        "year": "int64",
        "age": "Int16",
        "value": "float64",
        **dict.fromkeys(FURTHER, "float64"),
    }
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def twice(own: Sequence[FoundFile], statistic: Statistic) -> list[str]:
    """Years (0: a file without a year in its name) of which there are several files."""
    problems = []
    for year in dict.fromkeys(item.year for item in own):
        same = [str(item.path) for item in own if item.year == year]
        if len(same) > 1:
            of_year = f" of {year}" if year else ""
            problems.append(f"{statistic.file}{of_year}: {len(same)} files: {'; '.join(same)}. Keep one of them")
    return problems


@dataclass(frozen=True)
class Reading:
    """One file on its way from text to values; what is wrong goes to `problems`, what is dropped to `losses`."""

    item: FoundFile
    statistic: Statistic
    wanted: Collection[int]
    problems: list[str]
    losses: LossTable

    def values(self) -> pd.DataFrame:
        """Values of the wanted years; NaN where the publisher suppresses one. Empty where the file cannot be read."""
        try:
            cells = self.cells()
            if cells is not None:
                self.check_whole()
        except READER_ERRORS as error:
            self.problems.append(unreadable(self.item.path, error))
            return empty()
        if cells is None:
            return empty()
        rows = self.placed(self.of_one_group(self.of_years(self.of_items(self.without_notes(cells)))))
        rows = rows.assign(value=self.numbers(rows), name=self.item.path.name, **self.further(rows))
        self.check_unique(rows)
        rows = self.summed(rows)
        self.keep("suppressed by the publisher", rows, rows["value"].notna())
        return rows[[*COLUMNS, *FURTHER, "name"]]

    def is_place(self, word: str) -> bool:
        """Whether a cell of the column of areas names a place."""
        return word in self.statistic.areas

    def placed(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Rows of the places that the entry names, under the project's words for them."""
        if "area" not in self.statistic.columns:
            return cells
        own = cells["origin"].isin(list(self.statistic.areas))
        if len(cells) and not own.any():
            there = nearest(next(iter(self.statistic.areas)), sorted(cells["origin"].unique()))
            self.problem(f", {self.statistic.columns['area']}: none of {some(list(self.statistic.areas))}; {there}")
        cells = self.keep("other places", cells, own)
        return cells.assign(origin=cells["origin"].map(self.statistic.areas).astype("str"))

    def problem(self, text: str) -> None:
        """Add what is wrong with the file."""
        self.problems.append(f"{self.item.path}{text}")

    def keep(self, reason: str, rows: pd.DataFrame, mask: pd.Series) -> pd.DataFrame:
        """Rows where `mask`; the others, if any, are counted."""
        return rows if mask.all() else self.losses.keep(self.step, reason, rows, mask, "origin")

    @property
    def step(self) -> str:
        """Name of the reading in the loss table."""
        further = f" ({self.statistic.measure})" if self.statistic.of else ""
        return f"read {self.statistic.file}{f' {self.item.year}' if self.item.year else ''}{further}"

    @cached_property
    def text(self) -> str:
        """The file's text; raises `ValueError` where there is none."""
        text = text_of(self.item.path, self.statistic.sheet)
        if not text.strip():
            raise ValueError("it is empty")
        return text

    @cached_property
    def found(self) -> Header | None:
        """Where the columns have their names; None where no row has them."""
        if not self.statistic.has_header:
            return no_names(self.text)
        return find_header(self.text, self.statistic.first_column)

    @property
    def header(self) -> Header:
        """The same of a file that has one; raises `ValueError` on any other."""
        if self.found is None:
            raise ValueError(no_header(self.text, self.statistic.first_column))
        return self.found

    def cells(self) -> pd.DataFrame | None:
        """Cells of the file as text: columns of `Statistic.columns` and `only`; a row a value."""
        columns, header = self.statistic.columns, self.found
        if not self.statistic.has_header:
            return self.body({name: int(column) - 1 for name, column in columns.items()})
        names = {name: str(column) for name, column in columns.items()} | {name: name for name in self.statistic.only}
        first = self.statistic.first_column
        wrong = absent_columns(header, list(names.values())) if header else [no_header(self.text, first)]
        if header is None or wrong:
            self.problem(f": {'; '.join(wrong)}. Save the sheet that has it as CSV, or mend tables.yaml")
            return None
        places = {name: header.names.index(plain(column)) for name, column in names.items()}
        if self.statistic.shape != "wide":
            return self.body(places)
        years = {str(place): self.statistic.year_of(name) for place, name in enumerate(header.names)}
        chosen = {place: year for place, year in years.items() if year in self.wanted}
        body = self.body({**places, **{place: int(place) for place in chosen}})
        long = body.melt([*places, "at"], list(chosen), var_name="place").astype({"value": "str"})
        return long.assign(year=long["place"].map({place: str(year) for place, year in chosen.items()}))

    def check_whole(self) -> None:
        """A download cut at the limit of its server: fewer rows than it says of itself, or as many as the limit."""
        if not self.header.names:
            return
        lines, edge = self.text.splitlines()[self.header.lines :], f"{self.header.delimiter} "
        count = len(lines) - sum(1 for line in lines if line[:1] in edge and not line.strip(edge))
        said = self.header.names.index(RECORD_COUNT) if RECORD_COUNT in self.header.names else None
        total = 0 if said is None else numbers_of(body(self.text, self.header, [said])[said]).max()
        if total > count:
            self.problem(f": {count:,} rows, where its column {RECORD_COUNT} says {total:,.0f}. {IN_PARTS}")
        elif said is None and count in ROW_LIMITS:
            self.problem(f": exactly {count:,} rows, the limit of a download from NOMIS. {IN_PARTS}")

    def headings_of(self, years: Collection[int]) -> list[str]:
        """Headings of a wide file that have one of the years in them."""
        if self.statistic.shape != "wide" or self.problems:
            return []
        return [name for name in self.header.names if any(str(year) in name for year in years)]

    def body(self, places: Mapping[str, int]) -> pd.DataFrame:
        """Cells below the header under their names; raises `ValueError` where there are none."""
        cells = body(self.text, self.header, places.values(), is_workbook(self.item.path))
        if not cells.ne("").any(axis=None):
            raise ValueError("it has no rows")
        named = pd.DataFrame({name: cells[place] for name, place in places.items()})
        return named.assign(at=cells.index).reset_index(drop=True)

    def without_notes(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Rows of the file; a line under them with no code and no value is a note, and blank lines are none."""
        if "area" not in cells:
            return self.losses.start(self.step, cells.assign(origin=pd.Series(dtype="str")), "origin")
        cells = self.losses.start(self.step, cells.assign(origin=cells["area"]), "origin")
        noted = cells["value"].eq("") & ~cells["area"].isin(
            [word for word in cells["area"].unique() if self.is_place(word)]
        )
        return self.keep("notes and blank rows: no area code and no value", cells, ~noted)

    def of_items(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Rows with the words of `only`."""
        for column, words in self.statistic.only.items():
            chosen = cells[column].isin(words)
            if len(cells) and not chosen.any():
                there = nearest(words[0], sorted(cells[column].unique()))
                self.problem(f", {column}: no row of `{words[0]}`; {there}. Download that item")
            cells = self.keep("another item", cells, chosen)
        return cells

    def of_years(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Rows of the wanted years."""
        if self.statistic.shape == "one_year":
            return cells.assign(year=self.item.year or self.statistic.year)
        years = cells["year"].map({text: self.year(text) for text in cells["year"].unique()}).astype("int64")
        others = sorted({year for year in years if year and self.item.year not in (0, year)})
        if others:
            self.problem(
                f": rows of {some(list(map(str, others)))} in a file of {self.item.year}. Mend its name, or take the "
                "right file"
            )
        return self.keep("periods that are not wanted", cells.assign(year=years), years.isin(self.wanted))

    def year(self, text: str) -> int:
        """Year of a cell, 0 for a period that is none."""
        return int(text) if self.statistic.shape == "wide" else self.statistic.year_of(text)

    def of_one_group(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Rows of one group, sex and age, in the project's words; missing where the file has no such column."""
        cells = cells.assign(word=cells.get("group"), destination=cells.get("destination"))
        for name in ("group", "sex", "age"):
            if name not in self.statistic.columns:
                cells = cells.assign(**{name: None})
                continue
            skipped = cells[name].isin(self.statistic.skip.get(name, ()))
            cells = self.keep(f"sums over {name}", cells, ~skipped)
            found = {word: self.statistic.group_of(name, word) for word in cells[name].unique()}
            strange = sorted(word for word, group in found.items() if group is None)
            if strange:
                hint = nearest(strange[0], [*self.statistic.words_of(name), *self.statistic.skip.get(name, ())])
                shown = rows_of(cells[cells[name].isin(strange)])
                self.problem(
                    f", {self.statistic.columns[name]}: unknown word for {name}: {shown}; {hint}. Mend the cells"
                )
            cells = cells.assign(**{name: cells[name].map(found)})
        return cells.astype({"destination": "str", "group": "str", "sex": "str", "age": "Int16"})

    def numbers(self, cells: pd.DataFrame) -> pd.Series:
        """Values as numbers, divided by their whole where the statistic is a share; NaN where suppressed."""
        parts = [name for name in ("value", "whole") if name in cells]
        marks = [cells[name].str.lower().isin(self.statistic.suppressed) for name in parts]
        suppressed = pd.concat(marks, axis=1).any(axis=1)
        found = {name: numbers_of(cells[name], self.header.delimiter) for name in parts}
        for name, numbers in found.items():
            bad = ~suppressed & ~np.isfinite(numbers)
            if bad.any():
                self.problem(f", {self.statistic.columns.get(name, 'values')}: {self.no_numbers(cells[bad])}")
        if "whole" not in found:
            self.check_allowed(cells, found["value"].where(~suppressed))
            return found["value"].where(~suppressed) / self.statistic.per
        share = found["value"] / found["whole"]
        wrong = ~suppressed & np.isfinite(found["value"] + found["whole"]) & ~share.between(0, 1)
        if wrong.any():
            self.problem(f": shares outside 0 to 1: {rows_of(cells[wrong])}. Mend the cells")
        return share.where(~suppressed)

    def further(self, cells: pd.DataFrame) -> dict[str, pd.Series]:
        """Standard errors and numbers of those behind the values; NaN where the file has no such column or cell."""
        found = {name: pd.Series(np.nan, cells.index) for name in FURTHER}
        for name in [name for name in FURTHER if name in self.statistic.columns]:
            numbers = numbers_of(cells[name], self.header.delimiter)
            bad = cells[name].ne("") & ~cells[name].str.lower().isin(self.statistic.suppressed) & ~np.isfinite(numbers)
            if bad.any():
                self.problem(f", {self.statistic.columns[name]}: {self.no_numbers(cells[bad])}")
            found[name] = numbers / (self.statistic.per if name == "std_error" else 1)
        return found

    def check_allowed(self, cells: pd.DataFrame, values: pd.Series) -> None:
        """Values that the statistic cannot have."""
        wrong = ~self.statistic.allows(values) & values.notna()
        if wrong.any():
            self.problem(
                f": {int(wrong.sum())} values not {self.statistic.allowed}: {rows_of(cells[wrong])}. Mend the cells"
            )

    def no_numbers(self, bad: pd.DataFrame) -> str:
        """What is said of cells that are no number and no mark of a suppressed value."""
        marks = ", ".join(f"`{mark}`" for mark in self.statistic.suppressed)
        nor = f" and no mark of a suppressed value ({marks})" if marks else ""
        return f"{len(bad)} cells that are no number{nor}: {rows_of(bad)}. Mend the cells"

    def check_unique(self, cells: pd.DataFrame) -> None:
        """Areas, or pairs of them, with two rows in a year, published group, sex and age."""
        keys = ["word" if name == "group" else name for name in KEYS]
        again = cells[cells.duplicated(keys)]
        if len(again):
            self.problem(f": more than one row of an area: {rows_of(again)}. Keep one row an area and year")

    def summed(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Values of the published groups, summed to those of the project; missing where one of them is suppressed."""
        if not self.statistic.sums:
            return cells
        groups = cells.groupby([*KEYS, "name"], dropna=False, sort=False)["value"]
        sums = (
            groups.sum().where(groups.count() == groups.size()).reset_index().assign(**dict.fromkeys(FURTHER, np.nan))
        )
        return self.losses.recount(self.step, "summed into the groups", len(cells), sums, "groups of an area", "origin")


def rows_of(cells: pd.DataFrame) -> str:
    """The first rows of the file that cells stand in."""
    return rows_named(list(dict.fromkeys(cells["at"])))
