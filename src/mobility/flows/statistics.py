"""Statistics of areas (population, births, prices, ...) beside moves, read from their files by codes of areas."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.areas.codes import BASE, Areas
from mobility.flows.register import FoundFlows
from mobility.intake.losses import LossTable
from mobility.official.reading import COLUMNS, KEYS, Reading, empty, rows_of, twice
from mobility.official.tables import Statistic
from mobility.official.text import some

SEXES = ("female", "male")
CODE = re.compile(r"[A-Z]\d{8}")
SEVERAL = re.compile(r"[A-Z]\d{8}(\s*,\s*[A-Z]\d{8})+")
LEFT_OUT = ("outside", "whole")
REPORT_COLUMNS = ["file", "measure", "name", "year", "vintage", "rows", "areas", "suppressed"]


@dataclass(frozen=True)
class Statistics:
    """Values of one registered file.

    frame : year, origin (missing where a value holds everywhere), destination (missing but for moves), group, sex and
        age (missing where not split), value.
    report : a row a year with `REPORT_COLUMNS`. losses : what became of the file's rows.
    missing : years that the moves need and that are not there. unread : headings that speak of one and are not read.
    paths : files read. problems : none where they can be run on. notes : what is worth knowing.
    """

    frame: pd.DataFrame
    report: pd.DataFrame
    losses: tuple[dict[str, Any], ...]
    paths: tuple[Path, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    missing: tuple[int, ...]
    unread: tuple[str, ...] = ()


def read_statistic(
    found: Sequence[FoundFlows], statistic: Statistic, years: Sequence[int], areas: Areas, countries: str
) -> Statistics:
    """Read the values of a registered file for moves of `years`, without raising on what is wrong in it.

    Parameters
    ----------
    found : files of a delivery, of any row of the register.
    countries : letters of the countries whose authorities are wanted; rows of others, and of whole counties, regions
        and countries, are left out and counted.
    """
    wanted = statistic.years_read(years)
    own = [item for item in found if item.registered.file == statistic.file and item.year in {0, *wanted}]
    readings = [AreaReading(item, statistic, wanted, [], LossTable(), areas, countries) for item in own]
    values = pd.concat([empty(), *(reading.values() for reading in readings)], ignore_index=True)
    report, notes = _report(values, own, statistic, areas)
    kept = values[values["value"].notna()].sort_values(list(KEYS), ignore_index=True)
    missing = _missing(statistic.years_needed(years), values, readings)
    return Statistics(
        kept[list(COLUMNS)],
        report,
        losses=tuple(row for reading in readings for row in reading.losses.rows),
        paths=tuple(item.path for item in own),
        problems=(*twice(own, statistic), *(text for reading in readings for text in reading.problems)),
        notes=tuple(notes),
        missing=missing,
        unread=tuple(name for reading in readings for name in reading.headings_of(missing)),
    )


def _missing(needed: set[int], values: pd.DataFrame, readings: Sequence["AreaReading"]) -> tuple[int, ...]:
    """Needed years without a value, but for those of files whose problems are listed."""
    broken = {reading.item.year for reading in readings if reading.problems}
    return () if 0 in broken else tuple(sorted(needed - set(values["year"]) - broken))


@dataclass(frozen=True)
class AreaReading(Reading):
    """A file of statistics of areas: its places are codes of authorities, and of the countries those wanted."""

    areas: Areas
    countries: str

    def is_place(self, word: str) -> bool:
        """Whether a cell of the column of areas is a code."""
        return CODE.fullmatch(word) is not None

    def placed(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Rows of the authorities of the countries, and between different ones."""
        self.check_complete(cells)
        return self.between(self.authorities(self.of_each_area(cells)))

    def of_each_area(self, cells: pd.DataFrame) -> pd.DataFrame:
        """A row for each code of a cell with several, where the value holds for each; a problem where it does not."""
        several = cells["origin"].isin([code for code in cells["origin"].dropna().unique() if SEVERAL.fullmatch(code)])
        if not several.any():
            return cells
        if not self.statistic.several_areas:
            shown = some([f"`{code}`" for code in cells.loc[several, "origin"].unique()])
            self.problem(
                f": one row for several areas: {shown}. A count cannot be split between them: take a table with a row "
                "for each. If each has the value, as of a rate, say `several_areas: each` in tables.yaml"
            )
            return cells[~several]
        each = cells.assign(origin=cells["origin"].str.split(r"\s*,\s*", regex=True)).explode(
            "origin", ignore_index=True
        )
        given = "of several areas, given to each"
        return self.losses.recount(self.step, given, len(cells), each, "values of one area", "origin")

    def authorities(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Rows of the authorities of the countries."""
        for end, column in (("origin", "area"), ("destination", "destination")):
            cells = self.of_authorities(cells, end) if column in self.statistic.columns else cells
        return cells

    def between(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Rows between different areas."""
        return self.keep("within one area (i = j)", cells, cells["origin"] != cells["destination"])

    def of_authorities(self, cells: pd.DataFrame, end: str) -> pd.DataFrame:
        """Rows with an authority of the countries at one end; codes that no vintage has are a problem."""
        codes = sorted(cells[end].unique())
        treatments = {code: self.areas.outcome(code, BASE, self.countries).treatment for code in codes}
        unknown = [code for code in codes if treatments[code] == "unknown"]
        if unknown:
            shown = rows_of(cells[cells[end].isin(unknown)])
            near = self.areas.near(unknown[0])
            self.problem(f": {len(unknown)} codes of no vintage: {shown}; of the first, {near}. Mend the codes")
        kept = ~cells[end].map(treatments).isin(LEFT_OUT)
        return self.keep("whole counties, regions and countries, and other countries", cells, kept)

    def check_allowed(self, cells: pd.DataFrame, values: pd.Series) -> None:
        """Values that the statistic cannot have, and areas of nobody."""
        super().check_allowed(cells, values)
        if cells["age"].notna().any():
            sums = values.groupby([cells["origin"], cells["year"]]).sum()
            empty = [f"{code} {year}" for code, year in sums.index[sums == 0]]
            if empty:
                self.problem(f": nobody lives in {some(empty)}. Mend the cells, or leave the area out")

    def check_complete(self, cells: pd.DataFrame) -> None:
        """Areas without a row for every sex and single year of age, as where a download was cut off at its limit."""
        if cells["age"].notna().sum() == 0:
            return
        whole = len(SEXES) * (int(cells["age"].max()) + 1)
        sizes = cells.groupby(["origin", "year"]).size()
        short = [f"{code} ({size} of {whole})" for (code, _), size in sizes[sizes < whole].items()]
        if short:
            self.problem(f": ages or sexes are missing in {some(short)}. Download every age and sex")


def _report(
    values: pd.DataFrame, own: Sequence[FoundFlows], statistic: Statistic, areas: Areas
) -> tuple[pd.DataFrame, list[str]]:
    """A row a year, and a note where the codes of a year are not those of the registered vintage."""
    registered = {item.path.name: item.vintage for item in own}
    rows, notes = [], []
    for (name, year), part in values.groupby(["name", "year"]):
        codes = {own for code in part["origin"].dropna().unique() for own in areas.parts(code)}
        fitting = areas.vintages(codes) if codes else []
        vintage = registered[name] or "-".join(dict.fromkeys(str(year) for year in (*fitting[:1], *fitting[-1:])))
        if registered[name] and codes and registered[name] not in fitting:
            fits = f"those of {fitting[0]} to {fitting[-1]}" if fitting else "of several vintages"
            notes.append(f"{name}, {year}: its codes are {fits}, not those of {registered[name]}")
        given = part[part["value"].notna()]
        counts = (len(given), given["origin"].nunique(), int(part["value"].isna().sum()))
        rows.append((statistic.file, statistic.measure, name, int(year), str(vintage), *counts))
    return pd.DataFrame(rows, columns=REPORT_COLUMNS), notes
