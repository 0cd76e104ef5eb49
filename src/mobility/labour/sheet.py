"""One sheet of a workbook: where its columns are, which lines are of which area, and its numbers and marks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mobility.errors import nearest
from mobility.intake.losses import LossTable
from mobility.labour.codes import Codes
from mobility.labour.register import Area
from mobility.official.text import plain, some

PERCENTILES = ("10", "20", "25", "30", "40", "60", "70", "75", "80", "90")
MEASURED = ("jobs", "median", "median_change", "mean", "mean_change", *(f"p{name}" for name in PERCENTILES))
KEYS = ("region", "level", "code")
WORDS = ("description", "code")
# Marks of the Office for National Statistics: not reliable (coefficient of variation above 20 per cent), disclosive,
# not applicable, nil or negligible. They are kept apart, and `blank` from them.
MARKS = ("x", "..", ":", "-")
BLANK = "blank"
AREA = re.compile(r"[A-Z]\d{8}")
HEADER = ("description", "code", "median", "mean")
DEEPEST = 60  # rows of a sheet in which its header is looked for
THOUSAND = 1000.0
NOT_CLASSIFIED = "not classified"
# What a sheet says of itself: `Table 15.7a   Annual pay - Gross (£) - For part-time employee jobsa: ..., 2020`
TITLE = re.compile(
    r"table\s*(?P<table>\d+)\.(?P<measure>\d+)[ab]?\b.*?for (?P<jobs>(?:all|male|female|full-time|part-time| )+?)"
    r"\s*employee jobs.*?(?P<year>(?:19|20)\d\d)\D*$"
)


@dataclass(frozen=True)
class Sheet:
    """A sheet on its way from cells to numbers; what is wrong goes to `problems`, what is dropped to `losses`.

    where : the file and the sheet, for messages. areas, codes : those that lines may have.
    """

    where: str
    rows: Sequence[Sequence[str]]
    areas: Mapping[str, Area]
    codes: Codes
    problems: list[str] = field(default_factory=list)
    losses: LossTable = field(default_factory=lambda: LossTable(counted="code"))

    def lines(self) -> pd.DataFrame:
        """A row a printed line: `KEYS`, `MEASURED` and the mark of each; none where the sheet cannot be read."""
        header = self._header()
        places = {} if header is None else self._places(header)
        if header is None or not places:
            return _nothing()
        texts = [[row[place].strip() for place in places.values()] for row in self.rows[header + 1 :]]
        cells = pd.DataFrame(texts, columns=list(places), dtype="object").astype(dict.fromkeys(WORDS, "str"))
        cells.index = cells.index + header + 2  # the numbers of the rows in the sheet
        cells = self._coded(cells)
        cells = self._of_areas(cells)
        return self._measured(self._levels(cells))

    def _header(self) -> int | None:
        for place, row in enumerate(self.rows[:DEEPEST]):
            if set(HEADER) <= {plain(cell) for cell in row}:
                return place
        words = [plain(cell) for row in self.rows[:DEEPEST] for cell in row if cell]
        lacking = [word for word in HEADER if word not in words]
        near = f"no {', '.join(lacking)}; {nearest(lacking[0], words[:200])}" if lacking else ""
        told = near or "they stand in several rows"
        self.problems.append(
            f"{self.where}: no row has the names {', '.join(HEADER)} of the columns ({told}). Take the publisher's file"
        )
        return None

    def _places(self, header: int) -> dict[str, int]:
        """Columns by what the header and the words above it say, wherever they stand; none with a problem."""
        names = [plain(cell) for cell in self.rows[header]]
        found: dict[str, list[int]] = {}
        last = ""
        for place, name in enumerate(names):
            wanted = _meant(name, last)
            last = name if name in ("median", "mean") else last
            if wanted:
                found.setdefault(wanted, []).append(place)
        lacking = [name for name in ("description", "code", *MEASURED) if name not in found and "change" not in name]
        twice = [name for name, places in found.items() if len(places) > 1]
        if lacking or twice:
            what = f"no column {', '.join(lacking)}" if lacking else f"several columns are {', '.join(twice)}"
            there = ", ".join(name for name in names if name)
            self.problems.append(f"{self.where}, row {header + 1}: {what}; its names are {there}. Mend the header")
            return {}
        return {name: places[0] for name, places in found.items()}

    def _coded(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Lines with a code; notes, blank lines and what could not be classified go by name."""
        step = self.where
        self.losses.start(step, cells)
        unknown = cells["description"].map(plain).eq(NOT_CLASSIFIED)
        cells = self._keep(step, "not classified", cells, ~unknown)
        bare = cells["code"].eq("")
        named = cells[bare & cells["description"].ne("")]
        numbered = named.drop(columns=["description", "code"]).apply(lambda own: own.str.fullmatch(r"-?[\d.,]+"))
        lost = named[numbered.any(axis=1)]
        if len(lost):
            first = lost.iloc[0]["description"]
            self.problems.append(f"{self.where}, row {lost.index[0]}: `{first}` has numbers and no code. Mend the line")
        return self._keep(step, "notes and blank lines", cells, ~bare)

    def _keep(self, step: str, reason: str, cells: pd.DataFrame, mask: pd.Series) -> pd.DataFrame:
        return cells if mask.all() else self.losses.keep(step, reason, cells, mask)

    def _of_areas(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Lines of the regions and of the whole; that of an area itself is its total.

        Lines stand under that of their area, as of occupations, or below those of all areas, as of industries: then the
        area is named before each, but for those of the first.
        """
        own = cells["code"].str.fullmatch(AREA)
        strange = sorted(set(cells.loc[own, "code"]) - set(self.areas))
        if strange or cells.empty or not own.iloc[0]:
            what = f"areas {some(strange)} are not in areas.csv" if strange else "its first line is of no area"
            known = nearest((strange or [""])[0], list(self.areas))
            self.problems.append(f"{self.where}: {what}; {known}. Mend the sheet, or areas.csv")
            return cells[:0].assign(region="", area="")
        named = self._named(cells, own)
        if len(own) > 1 and own.iloc[1]:
            area = named.fillna(cells["code"].iloc[0]).where(~own, cells["code"])
        else:
            area = cells["code"].where(own).ffill()
        cells = cells.assign(region=area.map({code: place.region for code, place in self.areas.items()}), area=area)
        wrong = cells[(named != area).where(own, named.notna() & (named != area))]
        if len(wrong):
            first, code = wrong.iloc[0], wrong["area"].iloc[0]
            self.problems.append(
                f"{self.where}, row {wrong.index[0]}: `{first['description'].strip()}` under the code {code} of "
                f"{self.areas[code].names[0]} ({len(wrong)} lines). Mend the code or the name"
            )
        return self._keep(self.where, "places that are no region", cells, cells["region"].ne(""))

    def _named(self, cells: pd.DataFrame, own: pd.Series) -> pd.Series:
        """Code of the area that a line names, before a comma where it is not that of an area; missing for none."""
        place_of = {plain(name): code for code, place in self.areas.items() for name in place.names}
        said = cells["description"].map(plain)
        before = said.str.split(",", n=1).str[0].where(said.str.contains(",", regex=False))
        return said.where(own, before).map(place_of)

    def _levels(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Level of each line, `all` for that of its area; a code that the classification lacks is a problem."""
        total = cells["code"].str.fullmatch(AREA).to_numpy(bool)
        plain_codes = self.codes.written(cells["code"])
        codes = plain_codes.where(~total, "all")
        level = self.codes.levels(codes).where(~total, "all")
        strange = codes[level.isna()]
        if len(strange):
            self.problems.append(f"{self.where}, row {strange.index[0]}: {self.codes.told(sorted(set(strange)))}")
        cells = cells.assign(code=codes, level=level)[level.notna()]
        again = cells[cells.duplicated(list(KEYS))]
        if len(again):
            first = again.iloc[0]
            self.problems.append(
                f"{self.where}, row {again.index[0]}: a second line of {first['code']} in the region {first['region']} "
                f"({len(again)} such lines). Keep one"
            )
        return cells

    def _measured(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Numbers and marks; a cell that is neither is a problem."""
        text = cells.reindex(columns=list(MEASURED)).fillna("").to_numpy(dtype=object)
        flat = pd.Series(text.ravel(), dtype="object")
        numbers = pd.to_numeric(flat, errors="coerce")
        odd = flat[numbers.isna()]
        grouped = odd[odd.str.contains(",", regex=False)]
        numbers[grouped.index] = pd.to_numeric(grouped.str.replace(",", ""), errors="coerce")
        values = numbers.to_numpy("float64", copy=True).reshape(text.shape)
        marks = np.where(np.isnan(values), text, "")
        if self._check_marks(marks, values, cells.index):
            return _nothing()
        # a line without any number has its mark beside the number of jobs alone
        blank = np.isnan(values) & (marks == "")
        alone = np.where(np.isnan(values).all(axis=1), marks[:, 0], "")[:, None]
        marks = np.where(blank, np.where(alone == "", BLANK, alone), marks)
        values[:, 0] *= THOUSAND
        found = {name: values[:, place] for place, name in enumerate(MEASURED)}
        kinds = ["", *MARKS, BLANK]
        codes = sum(place * (marks == kind) for place, kind in enumerate(kinds))
        found |= {
            f"{name}_mark": pd.Categorical.from_codes(codes[:, place], kinds) for place, name in enumerate(MEASURED)
        }
        return pd.concat([cells[list(KEYS)], pd.DataFrame(found, index=cells.index)], axis=1)

    def _check_marks(self, marks: np.ndarray, values: np.ndarray, rows: pd.Index) -> bool:
        """Whether cells are no number and no mark, or infinite, or below 0 where they cannot be: each a problem."""
        known = ["", *MARKS]
        strange = np.isinf(values)
        if not set(pd.unique(marks.ravel())) <= set(known):
            strange |= ~np.isin(marks, known)
        changes = [name.endswith("change") for name in MEASURED]
        below = (values < 0) & ~np.array(changes)
        for wrong, what in (
            (strange, f"is no number and none of the marks {', '.join(MARKS)}"),
            (below, "is below 0"),
        ):
            if wrong.any():
                row, column = np.argwhere(wrong)[0]
                shown = marks[row, column] or f"{values[row, column]:g}"
                self.problems.append(
                    f"{self.where}, row {rows[row]}, {MEASURED[column]}: `{shown}` {what} ({int(wrong.sum())} cells). "
                    "Mend the cells"
                )
        return bool(strange.any() or below.any())


def title_of(rows: Sequence[Sequence[str]]) -> re.Match[str] | None:
    """What a sheet says of itself in its first rows; None where it says nothing that is understood."""
    lines = (plain(cell) for row in rows[:5] for cell in row if cell)
    return next((match for line in lines if (match := TITLE.search(line))), None)


def _meant(name: str, last: str) -> str:
    """What a column of the header is, by its name and by that of the last average before it; empty for none."""
    if name in ("description", "code", "median", "mean"):
        return name
    if name == "(thousand)":
        return "jobs"
    if name.endswith("change"):
        return f"{last}_change" if last else ""
    return f"p{name}" if name in PERCENTILES else ""


def _nothing() -> pd.DataFrame:
    kinds = {**dict.fromkeys(KEYS, "object"), **dict.fromkeys(MEASURED, "float64")}
    kinds |= {f"{name}_mark": "object" for name in MEASURED}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
