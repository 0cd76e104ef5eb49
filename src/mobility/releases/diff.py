"""What changed between two releases: every number that moved, appeared, vanished or changed its flag.

The numbers are those that a question can get: every place of every cube (occupations and their two-digit groups by one
or more dimensions, with all totals), and every released cell of every table. A change of one group's past year shows
here by measure and year before it can be promoted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mobility.errors import DataError
from mobility.lmi.reliability import verdicts
from mobility.releases.cubes import ALL, MEAN, open_array
from mobility.releases.layout import COLUMNS, MEASURES, TABLES, Manifest
from mobility.releases.measures import JOBS, Index, Measure, axis_codes, read_index
from mobility.storage import read_rows

MOVED, APPEARED, VANISHED, FLAG = "moved", "appeared", "vanished", "flag"
KINDS = (MOVED, APPEARED, VANISHED, FLAG)
SHARE = 0.01  # of the old number, beyond which a number has moved
SHOWN = 5
KEY = ("row", "column", "statistic", "choice")


@dataclass(frozen=True)
class Change:
    """One number that is not what it was. where : in words. size : share of the old number, of a move."""

    kind: str
    where: str
    before: str
    after: str
    size: float = 0.0


@dataclass
class Part:
    """Changes of one part: a measure in a year, or a table. examples : the largest of each kind."""

    name: str
    numbers: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: list[Change] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """Numbers that are not what they were."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Differences:
    """Two releases compared: parts with their changes, in the order of measures, years, then tables and texts."""

    before: str
    after: str
    share: float
    parts: Sequence[Part]

    @property
    def changed(self) -> int:
        """Numbers that are not what they were, in all parts."""
        return sum(part.changed for part in self.parts)

    def text(self) -> str:
        """A line a part that changed, with its largest changes."""
        head = (
            f"{self.before} -> {self.after}: {self.changed:,} of {sum(part.numbers for part in self.parts):,} numbers "
        )
        lines = [f"{head}moved by more than {self.share:.2%}, appeared, vanished or changed their flag."]
        for part in self.parts:
            if part.changed:
                counts = ", ".join(f"{part.counts[kind]:,} {kind}" for kind in KINDS if part.counts[kind])
                lines.append(f"  {part.name}: {counts} (of {part.numbers:,})")
                lines += [f"    {one.kind} {one.where}: {one.before} -> {one.after}" for one in part.examples]
        return "\n".join(lines)

    def record(self) -> dict[str, dict[str, int]]:
        """Counts by part and kind, of parts that changed."""
        return {part.name: dict(part.counts) for part in self.parts if part.changed}


def differences(before: Path, after: Path, old: Manifest, new: Manifest, share: float = SHARE) -> Differences:
    """Compare two releases. before, after : their folders."""
    parts = [*_measures(before, after, share), *_tables(before, after, old, new, share), *_files(before, after)]
    return Differences(old.id, new.id, share, parts)


def _measures(before: Path, after: Path, share: float) -> Iterator[Part]:
    old, new = (read_index(folder / MEASURES) for folder in (before, after))
    for name in dict.fromkeys([*old.measures, *new.measures]):
        if name in old.measures and name in new.measures:
            yield from _measure(before / MEASURES, after / MEASURES, (old, new), name, share)
        else:
            kind = VANISHED if name in old.measures else APPEARED
            years = (old if name in old.measures else new).measures[name].years
            yield Part(f"{name} (whole)", len(years), Counter({kind: len(years)}))


def _measure(before: Path, after: Path, both: tuple[Index, Index], name: str, share: float) -> Iterator[Part]:
    """A part a year that either has; cubes of the same dimensions are compared."""
    old, new = (index.measures[name] for index in both)
    parts = {year: Part(f"{name} {year}") for year in sorted({*old.years, *new.years})}
    if _axes(both[0], old) != _axes(both[1], new):
        yield Part(f"{name} (its dimensions or codes)", 1, Counter({MOVED: 1}))
        return
    for (file, dimensions, years), (newer, _, later) in zip(old.cubes, new.cubes, strict=True):
        pair = (open_array(before / file), open_array(after / newer))
        held = {year: part for year, part in parts.items() if year in {*years, *later}}
        names = _names(both[1], new, dimensions)
        for place in range(len(pair[0])):
            label = names[0][place]
            for year, part in held.items():
                values = [_year(array[place], own, year) for array, own in zip(pair, (years, later), strict=True)]
                _compare(part, label, values, names[1:], (new, both[1].limits), share)
    yield from parts.values()


def _axes(index: Index, measure: Measure) -> Any:
    codes = {one["name"]: one["codes"] for one in index.dimensions}
    return [
        codes["occupation"],
        [[name, axis_codes(index, measure, name)] for _, names, _ in measure.cubes for name in names],
    ]


def _names(index: Index, measure: Measure, dimensions: Sequence[str]) -> list[list[str]]:
    """Words of the places of each axis of a cube."""
    occupation = index.dimensions[0]
    groups = sorted(set(next(level["of"] for level in occupation["levels"] if level["name"] == "sub_major")))
    own = [[*(f"{name} {code}" for code in axis_codes(index, measure, name)), ""] for name in dimensions]
    return [[*occupation["codes"], *groups, ALL], *own]


def _year(array: np.ndarray, years: Sequence[int], year: int) -> np.ndarray | None:
    """Parts of one occupation and year; None where the cube has not the year."""
    if year not in years:
        return None
    return np.asarray(array[..., list(years).index(year), :], dtype="float64")


def _compare(
    part: Part, label: str, values: Sequence[Any], names: Sequence[Any], told: tuple[Measure, Any], share: float
) -> None:
    """Add to the part what differs between two arrays of one occupation and year."""
    shape = next(array.shape[:-1] for array in values if array is not None)
    old, new = (_told(array, told[0], told[1], shape) for array in values)
    part.numbers += old[0].size
    there = [~np.isnan(value) for value, _ in (old, new)]
    size = np.zeros(shape)
    both = there[0] & there[1]
    size[both] = np.abs(new[0][both] - old[0][both]) / np.maximum(np.abs(old[0][both]), 1e-9)
    found = {
        MOVED: both & (size > share),
        APPEARED: ~there[0] & there[1],
        VANISHED: there[0] & ~there[1],
        FLAG: both & (old[1] != new[1]) & ~(size > share),
    }
    for kind, where in found.items():
        count = int(where.sum())
        if count:
            part.counts[kind] += count
            largest = np.unravel_index(np.argmax(np.where(where, size, -1)), shape) if shape else ()
            words = " ".join(filter(None, [label, *(name[at] for name, at in zip(names, largest, strict=True))]))
            own = _shown(old, new, largest, kind)
            _keep(part, Change(kind, words, *own, float(size[largest]) if shape else float(size)))


def _shown(old: Any, new: Any, place: Any, kind: str) -> tuple[str, str]:
    if kind == FLAG:
        return str(old[1][place]), str(new[1][place])
    texts = ["no number" if np.isnan(value[place]) else f"{value[place]:,.6g}" for value, _ in (old, new)]
    return texts[0], texts[1]


def _keep(part: Part, change: Change) -> None:
    """Keep the largest changes, of each kind some."""
    part.examples.append(change)
    part.examples.sort(key=lambda one: (KINDS.index(one.kind), -one.size))
    same = [one for one in part.examples if one.kind == change.kind]
    if len(same) > SHOWN:
        part.examples.remove(same[-1])


def _told(array: Any, measure: Measure, limits: Mapping[str, Any], shape: tuple[int, ...]) -> tuple[Any, Any]:
    """What a question gets: value and verdict; no value where it is refused."""
    if array is None:
        return np.full(shape, np.nan), np.full(shape, "")
    value = array[..., 0]
    jobs = array[..., 1] if measure.kind == MEAN else value
    if measure.kind == MEAN:
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(jobs > 0, value / jobs, np.nan)
    verdict = verdicts(jobs, limits["at_limit"]) if measure.judged_by == JOBS else np.full(shape, "told")
    return np.where(verdict == "none", np.nan, value), verdict


def _tables(before: Path, after: Path, old: Manifest, new: Manifest, share: float) -> Iterator[Part]:
    names = {
        (study, table): None for one in (old, new) for study in one.studies for table in one.studies[study]["tables"]
    }
    for study, table in names:
        part = Part(f"{study} {table}")
        cells = [_cells(folder / TABLES / study / f"{table}.csv") for folder in (before, after)]
        for key in dict.fromkeys([*cells[0], *cells[1]]):
            part.numbers += 1
            change = _cell_change(" ".join(key[:2]), cells[0].get(key), cells[1].get(key), share)
            if change:
                part.counts[change.kind] += 1
                _keep(part, change)
        yield part


def _cells(path: Path) -> dict[tuple[str, ...], tuple[str, str]]:
    rows = read_rows(path) if path.is_file() else []
    return {tuple(row[name] for name in KEY): (row["value"], row["flag"]) for row in rows}


def _cell_change(where: str, old: Any, new: Any, share: float) -> Change | None:
    before, after = (cell[0] if cell else "" for cell in (old, new))
    flags = [cell[1] if cell else "" for cell in (old, new)]
    if bool(before) != bool(after):
        return Change(APPEARED if after else VANISHED, where, before or "no number", after or "no number")
    if before and after:
        size = abs(float(after) - float(before)) / max(abs(float(before)), 1e-9)
        if size > share:
            return Change(MOVED, where, before, after, size)
    return Change(FLAG, where, flags[0] or "none", flags[1] or "none") if flags[0] != flags[1] else None


def _files(before: Path, after: Path) -> Iterator[Part]:
    """Rows of texts, links and ratios that are not the same."""
    for name in COLUMNS:
        rows = [_rows(folder / name) for folder in (before, after)]
        part = Part(name, max(map(len, rows)))
        part.counts.update({VANISHED: len(rows[0] - rows[1]), APPEARED: len(rows[1] - rows[0])})
        part.counts += Counter()
        yield part


def _rows(path: Path) -> set[tuple[str, ...]]:
    if not path.is_file():
        return set()
    try:
        return {tuple(row.values()) for row in read_rows(path)}
    except DataError:
        return set()
