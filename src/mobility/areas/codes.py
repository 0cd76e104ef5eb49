"""Local authorities and the changes of their codes: recoded (mapped), merged (summed), split (refused).

A vintage is a calendar year; its codes are those in force at the end of that June. The register is
`resources/areas/area_changes.csv`, a row an old code and a code that follows it; its SOURCES.md says where from.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

from mobility.errors import DeliveryError, SpecError, nearest
from mobility.storage import read_register

BASE = 2018  # vintage of the list from which the others follow by the changes
FIRST, LAST = 2008, 2025
COUNTRIES = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland"}
# A county (10, 11), a part of London (13), a region, a country or several, combined authorities (47), or abroad (J99).
WHOLE = re.compile(r"[EWSN](10|11|12|13|47|92|93)\d{6}|K(02|03|04)\d{6}|J99\d{6}")
OLD_NORTHERN_IRELAND = re.compile(r"95[A-Z]{2}")
REFUSED = ("unknown", "whole")
FEW = 5

REASONS = {
    "recoded": "recoded",
    "merged": "merged with its neighbours",
    "outside": "in a country that the study leaves out",
    "unknown": "unknown area code",
    "whole": "a whole county, region or country, no authority",
}


@dataclass(frozen=True)
class Change:
    """In `year`, the area `old` became (part of) `new`; year 0: a code of census outputs, of no vintage."""

    year: int
    old: str
    new: str


@dataclass(frozen=True)
class Outcome:
    """What becomes of a code in a vintage.

    treatment : kept | recoded | merged | split | outside | unknown | whole.
    targets : codes of the vintage; several only where the area is split.
    parts : how many areas are merged into the target.
    """

    treatment: str
    targets: tuple[str, ...] = ()
    parts: int = 1


@dataclass(frozen=True)
class Converted:
    """A frame with codes of one vintage, and what was done: `reason`, `codes`, `rows` and sums of the counts."""

    frame: pd.DataFrame
    losses: pd.DataFrame


@dataclass(frozen=True)
class Areas:
    """The register: names by code, codes of the base vintage, and the changes in the order of their years."""

    names: Mapping[str, str]
    base: frozenset[str]
    changes: tuple[Change, ...]

    @cached_property
    def _later(self) -> dict[str, list[Change]]:
        return _by(self.changes, "old")

    @cached_property
    def _earlier(self) -> dict[str, list[Change]]:
        return _by(self.changes, "new")

    @cached_property
    def known(self) -> frozenset[str]:
        """Every code of every vintage."""
        return self.base | {change.old for change in self.changes} | {change.new for change in self.changes}

    @cached_property
    def _vintages(self) -> dict[int, frozenset[str]]:
        return {year: self._codes(year) for year in range(FIRST, LAST + 1)}

    @cached_property
    def joined(self) -> dict[str, str]:
        """Code in outputs of the census of 2011 of each area that they join to another: City of London, Scilly."""
        return {change.new: change.old for change in self.changes if not change.year}

    def parts(self, code: str) -> list[str]:
        """Areas that a code of census outputs joins; the code itself where it is none."""
        return [part for part, whole in self.joined.items() if whole == code] or [code]

    def codes(self, vintage: int) -> frozenset[str]:
        """Codes in force in a vintage; raises `SpecError` on a year outside the register."""
        if vintage not in self._vintages:
            raise SpecError(f"vintage {vintage}: the register of areas covers {FIRST} to {LAST}. Ask for one of these.")
        return self._vintages[vintage]

    def _codes(self, vintage: int) -> frozenset[str]:
        codes = set(self.base)
        for change in reversed(self.changes):
            if vintage < change.year <= BASE:
                codes = (codes - {change.new}) | {change.old}
        for change in self.changes:
            if BASE < change.year <= vintage:
                codes = (codes - {change.old}) | {change.new}
        return frozenset(codes)

    def targets(self, code: str, vintage: int) -> frozenset[str]:
        """Codes of `vintage` that `code` became, or that became `code`; empty for an unknown code."""
        if code in self.codes(vintage):
            return frozenset({code})
        onward = {change.new for change in self._later.get(code, ()) if change.year <= vintage}
        back = {change.old for change in self._earlier.get(code, ()) if change.year > vintage}
        return frozenset().union(*(self.targets(step, vintage) for step in onward or back))

    def outcome(self, code: str, vintage: int, keep: str = "EWSN") -> Outcome:
        """What becomes of `code` in `vintage`, of the countries whose letters are in `keep`."""
        country = country_of(code)
        if country in COUNTRIES and country not in keep:
            return Outcome("outside")
        if code not in self.known:
            return Outcome("whole" if WHOLE.fullmatch(code) else "unknown")
        targets = tuple(sorted(self.targets(code, vintage)))
        if targets == (code,):
            return Outcome("kept", targets)
        if len(targets) > 1:
            return Outcome("split", targets)
        parts = max((len(self.targets(targets[0], year)) for year in self._left(code, vintage)), default=1)
        return Outcome("merged" if parts > 1 else "recoded", targets, parts)

    def _left(self, code: str, vintage: int) -> list[int]:
        """The last year of a code that ended before `vintage`; empty for one that began after it."""
        return [change.year - 1 for change in self._later.get(code, ()) if change.year <= vintage]

    def vintages(self, codes: Iterable[str]) -> list[int]:
        """Years in whose vintage every one of `codes` is in force."""
        wanted = set(codes)
        return [year for year, in_force in self._vintages.items() if wanted <= in_force]

    def near(self, code: str) -> str:
        """The nearest known codes, and the rule where the text is no code at all."""
        if not re.fullmatch(r"[A-Z]\d{8}", code):
            return "a code is a letter and eight digits, such as E09000001"
        kinds = sorted({known[:3] for known in self.known})
        if code[:3] not in kinds:
            return f"no known code begins with {code[:3]}; they begin with {', '.join(kinds)}"
        alike = sorted(known for known in self.known if known[:3] == code[:3])
        hint = nearest(code, alike)
        return hint if hint.startswith("nearest") else f"those that begin so run from {alike[0]} to {alike[-1]}"

    def name(self, code: str) -> str:
        """Name of an area, or its code where the register has none."""
        return self.names.get(code) or code


@cache
def load_areas(root: Path) -> Areas:
    """Read the register of areas from `resources/areas`."""
    folder = root / "resources" / "areas"
    base = read_register(folder / "lookup_lad_2011_2016_2017_2018.csv")[["lad18cd", "lad18nm"]]
    rows = read_register(folder / "area_changes.csv")
    years = pd.to_numeric(rows["year"].replace("", "0")).astype(int)
    changes = [Change(*row) for row in zip(years, rows["old_code"], rows["new_code"], strict=True)]
    names = dict(zip(rows["old_code"], rows["old_name"], strict=True))
    names |= dict(zip(rows["new_code"], rows["new_name"], strict=True))
    names |= dict(zip(base["lad18cd"], base["lad18nm"], strict=True))
    return Areas(names, frozenset(base["lad18cd"]), tuple(sorted(changes, key=lambda change: change.year)))


def country_of(code: str) -> str:
    """Letter of the country of a code: E, W, S, N; else its first letter."""
    return "N" if OLD_NORTHERN_IRELAND.fullmatch(code) else code[:1]


def to_vintage(
    frame: pd.DataFrame,
    column: str,
    vintage: int,
    how: Mapping[str, str],
    areas: Areas,
    keep: str = "EWSN",
    unknown: str = "refuse",
) -> Converted:
    """Bring the area codes of one column to one vintage.

    Parameters
    ----------
    frame : any frame with area codes; a flow frame is brought over by its origin, then by its destination.
    column : the column of codes.
    vintage : year whose codes are wanted.
    how : what happens to each measure where areas merge: `sum`, or the name of the column that weights its mean. All
        other columns identify a row. A measure with a missing part is missing.
    areas : the register.
    keep : letters of the countries that the study is about; rows of others are dropped and counted.
    unknown : `refuse`, or `drop` and count, for codes that the register does not have.

    Returns
    -------
    The frame (merged areas in one row) and a line for each reason with its codes, rows and sums.

    Raises
    ------
    DeliveryError
        Lists codes that would have to be split, unknown codes, and areas that stand in the frame under the codes of
        two vintages at once.
    """
    codes = frame[column].astype("str")
    outcomes = {code: areas.outcome(code, vintage, keep) for code in codes.unique()}
    refused = ("split",) if unknown == "drop" else ("split", *REFUSED)
    problems = [
        _problem(code, outcome, vintage, areas) for code, outcome in outcomes.items() if outcome.treatment in refused
    ]
    treatment = codes.map({code: outcome.treatment for code, outcome in outcomes.items()})
    kept = treatment.isin(["kept", "recoded", "merged"]).to_numpy()
    target = codes.map({code: outcome.targets[0] if outcome.targets else "" for code, outcome in outcomes.items()})
    after = frame.assign(**{column: target.astype(object)})[kept]
    keys = [name for name in frame.columns if name not in how]
    problems += _twice(after, codes[kept], treatment[kept], keys, column)
    if problems:
        raise DeliveryError(problems, f"the area codes of column {column}")
    parts = {outcome.targets[0]: outcome.parts for outcome in outcomes.values() if outcome.treatment == "merged"}
    merged, incomplete = _merge(after, keys, column, how, parts)
    losses = _losses(frame, codes, treatment, how, incomplete)
    return Converted(merged.astype({column: "str"}).reset_index(drop=True), losses)


def _by(changes: Sequence[Change], end: str) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(getattr(change, end), []).append(change)
    return found


def _problem(code: str, outcome: Outcome, vintage: int, areas: Areas) -> str:
    """Why a code cannot be brought to a vintage, and what to do."""
    if outcome.treatment == "split":
        parts = ", ".join(f"{part} ({areas.name(part)})" for part in outcome.targets)
        return (
            f"{code} ({areas.name(code)}) covers {len(outcome.targets)} areas of {vintage}: {parts}. One number "
            "cannot be split between them; ask for a later vintage, or take the file on these boundaries"
        )
    if outcome.treatment == "whole":
        return f"{code}: {REASONS['whole']}. Take the file by local authority, or set unknown to drop"
    return f"{code}: {REASONS['unknown']}; {areas.near(code)}. Mend the code, or add it to area_changes.csv"


def _twice(after: pd.DataFrame, codes: pd.Series, treatment: pd.Series, keys: list[str], column: str) -> list[str]:
    """Areas with a row under their new code beside rows under the codes that it replaces."""
    changed = set(after.loc[(treatment != "kept").to_numpy(), column])
    near = after[column].isin(changed).to_numpy()
    marked = after.loc[near, keys].assign(_kept=(treatment[near] == "kept").to_numpy(), _code=codes[near].to_numpy())
    if marked.empty:
        return []
    groups = marked.groupby(keys, observed=True, dropna=False, sort=False)
    both = groups["_kept"].transform("any") & ~groups["_kept"].transform("all")
    doubled = marked[both].groupby(column)["_code"].agg(set)
    return [
        f"{target} stands beside {', '.join(sorted(stood - {target}))} in the same table: codes of two vintages, which "
        "would count people twice. Keep one of the two"
        for target, stood in doubled.head(FEW).items()
    ]


def _merge(
    after: pd.DataFrame, keys: list[str], column: str, how: Mapping[str, str], parts: Mapping[str, int]
) -> tuple[pd.DataFrame, int]:
    """Rows of merged areas put together; and how many of them have fewer parts than the register."""
    merging = after[column].isin(set(parts)).to_numpy()
    if not merging.any():
        return after, 0
    rows = after[merging]
    weighted = {name: rows[name] * rows[weight] for name, weight in how.items() if weight != "sum"}
    groups = rows.assign(**weighted).groupby(keys, observed=True, dropna=False, sort=False)
    measures = list(how)
    sums = groups[measures].sum().where(groups[measures].count().eq(groups.size(), axis=0))
    for name, weight in how.items():
        if weight != "sum":
            sums[name] = sums[name] / groups[weight].sum()
    incomplete = int((groups.size() < sums.index.to_frame()[column].map(parts)).sum())
    whole = [name for name in measures if rows[name].dtype.kind in "iu" and sums[name].notna().all()]
    together = sums.astype(dict.fromkeys(whole, "int64")).reset_index()
    return pd.concat([after[~merging], together[after.columns]], ignore_index=True), incomplete


def _losses(
    frame: pd.DataFrame, codes: pd.Series, treatment: pd.Series, how: Mapping[str, str], incomplete: int
) -> pd.DataFrame:
    """Rows and sums of each treatment that changes or drops a row, and the merged rows that lack a part."""
    counted = [name for name, way in how.items() if way == "sum"]
    lines = []
    for name, reason in REASONS.items():
        rows = (treatment == name).to_numpy()
        if rows.any():
            sums = {measure: frame.loc[rows, measure].sum() for measure in counted}
            lines.append({"reason": reason, "codes": codes[rows].nunique(), "rows": int(rows.sum()), **sums})
    if incomplete:
        lines.append({"reason": "merged rows that lack a part", "rows": incomplete})
    return pd.DataFrame(lines, columns=["reason", "codes", "rows", *counted]).astype({"codes": "Int64"})
