"""A release in memory: texts and names read, arrays mapped. Nothing in it changes; a promotion loads another one."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mobility.errors import DataError
from mobility.releases import layout
from mobility.releases.cubes import ALL, open_array
from mobility.releases.layout import MEASURES, Manifest, read_manifest
from mobility.releases.measures import Index, Measure, axis_codes, read_index


@dataclass(frozen=True)
class Axis:
    """Names of a dimension's codes in their order, and the place of each.

    labels : by code. places : position of each code in the arrays. levels : by coarser level, the codes of each group.
    level_labels : by coarser level, the label of each group.
    """

    name: str
    labels: Mapping[str, str]
    places: Mapping[str, int]
    levels: Mapping[str, Mapping[str, tuple[str, ...]]]
    level_labels: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Cube:
    """A mapped array, its dimensions, of each the place of every code (the total is the last), and its years."""

    array: np.ndarray
    dimensions: tuple[str, ...]
    places: Mapping[str, Mapping[str, int]]
    years: tuple[int, ...]


@dataclass(frozen=True)
class Loaded:
    """A release. folder : of it. axes : by dimension. cubes : by measure.

    manifest : what the release says of itself. index : its measures. occupations : texts by code. groups : labels of
    the two-digit groups. others : by code of another classification its name and unit groups. places : of the
    occupations.
    """

    folder: Path
    manifest: Manifest
    index: Index
    axes: Mapping[str, Axis]
    cubes: Mapping[str, Sequence[Cube]]
    occupations: Mapping[str, Mapping[str, str]]
    groups: Mapping[str, str]
    others: Mapping[str, Sequence[tuple[str, str]]]
    places: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def header(self) -> dict[str, Any]:
        """What every answer of v2 says of its release."""
        one = self.manifest
        return {
            "id": one.id,
            "date": one.made,
            "title": one.title,
            "synthetic": one.synthetic,
            "sources": list(one.sources),
        }

    @cached_property
    def cells(self) -> dict[tuple[str, int], np.ndarray]:
        """Arrays of all dimensions by measure and year, of measures that have them."""
        return {
            (name, int(year)): open_array(self.folder / MEASURES / file)
            for name, measure in self.index.measures.items()
            for year, file in measure.cells.items()
        }

    @cached_property
    def group_of(self) -> dict[str, str]:
        """Two-digit group of each occupation."""
        levels = self.axes["occupation"].levels["sub_major"]
        return {code: group for group, members in levels.items() for code in members}

    @cached_property
    def links(self) -> "Links":
        """Occupations of O*NET, their scores, and how unit groups go to them."""
        return Links(self.folder)

    @cached_property
    def age_ratios(self) -> dict[tuple[str, ...], list[float | None]]:
        """By occupation, gender, status and qualification the ratios of ages 20 to 65; empty where there are none."""
        found = {}
        for row in rows_of(self.folder / layout.AGES):
            values = list(row.values())
            found[tuple(values[:4])] = [float(value) if value else None for value in values[4:]]
        return found

    @cached_property
    def distribution(self) -> dict[tuple[str, str], tuple[float, float | None]]:
        """By occupation and status the ratio of median to mean, and sigma."""
        return {
            (row["occupation"], row["status"]): (float(row["median_to_mean"]), _number(row["sigma"]))
            for row in rows_of(self.folder / layout.DISTRIBUTION)
            if row["median_to_mean"]
        }

    @cached_property
    def changes(self) -> dict[str, dict[int, float]]:
        """By occupation the printed change of pay in per cent, by year."""
        found: dict[str, dict[int, float]] = defaultdict(dict)
        for row in rows_of(self.folder / layout.CHANGE):
            found[row["occupation"]][int(row["year"])] = float(row["change"])
        return dict(found)

    @cached_property
    def replacement(self) -> dict[str, Mapping[str, str]]:
        """By occupation its replacement demand."""
        return {row["occupation"]: row for row in rows_of(self.folder / layout.REPLACEMENT)}

    @cached_property
    def unemployment(self) -> dict[str, list[Mapping[str, str]]]:
        """By occupation its rates of unemployment, ascending by year."""
        found: dict[str, list[Mapping[str, str]]] = defaultdict(list)
        for row in sorted(rows_of(self.folder / layout.UNEMPLOYMENT), key=lambda row: row["year"]):
            found[row["occupation"]].append(row)
        return dict(found)

    def measure(self, name: str) -> Measure | None:
        """A measure; None where the release has none of that name."""
        return self.index.measures.get(name)


class Links:
    """O*NET in a release: links of unit groups to its occupations, elements by kind, scores by occupation and scale."""

    def __init__(self, folder: Path) -> None:
        self.titles: dict[str, str] = {}
        self.of: dict[str, list[tuple[str, float]]] = defaultdict(list)
        self.socs: dict[str, list[str]] = defaultdict(list)
        for row in rows_of(folder / layout.LINKS):
            self.titles[row["onet"]] = row["title"]
            self.of[row["soc"]].append((row["onet"], float(row["weight"])))
            self.socs[row["onet"]].append(row["soc"])
        self.elements: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows_of(folder / layout.ELEMENTS):
            self.elements[row["kind"]][row["id"]] = row["name"]
        self.scores: dict[tuple[str, str], dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
        for row in rows_of(folder / layout.SCORES):
            if row["value"]:
                self.scores[row["onet"], row["kind"]][row["scale"]][row["id"]] = float(row["value"])


def load(folder: Path) -> Loaded:
    """Open a release: its small files are read, its arrays mapped; raises `DataError` where it is not whole."""
    try:
        return _opened(folder)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(
            f"{folder}: cannot be opened as a release ({type(error).__name__}). Stage it again, or serve another: "
            "mobility release list."
        ) from None


def _opened(folder: Path) -> Loaded:
    manifest, index = read_manifest(folder), read_index(folder / MEASURES)
    axes = {one["name"]: _axis(one) for one in index.dimensions}
    groups = axes["occupation"].level_labels["sub_major"]
    codes = [*axes["occupation"].places, *sorted(groups), ALL]
    return Loaded(
        folder=folder,
        manifest=manifest,
        index=index,
        axes=axes,
        cubes={name: _cubes(folder, index, measure) for name, measure in index.measures.items()},
        occupations={row["soc"]: row for row in rows_of(folder / layout.OCCUPATIONS)},
        groups=groups,
        others=_others(folder),
        places={code: place for place, code in enumerate(codes)},
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV of a release; none where it is not there."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _others(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """By code of other versions the versions that have it, each with the unit groups of SOC2010 that it goes to."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows_of(folder / layout.OTHER_CODES):
        found[row["code"]].append((row["version"], row["soc2010"]))
    return dict(found)


def _axis(one: Mapping[str, Any]) -> Axis:
    levels: dict[str, dict[str, tuple[str, ...]]] = {}
    for level in one["levels"]:
        members = defaultdict(list)
        for code, group in zip(one["codes"], level["of"], strict=True):
            members[group].append(code)
        levels[level["name"]] = {group: tuple(codes) for group, codes in members.items()}
    return Axis(
        one["name"],
        dict(zip(one["codes"], one["labels"], strict=True)),
        {code: place for place, code in enumerate(one["codes"])},
        levels,
        {level["name"]: dict(zip(level["codes"], level["labels"], strict=True)) for level in one["levels"]},
    )


def _cubes(folder: Path, index: Index, measure: Measure) -> list[Cube]:
    made = []
    for file, dimensions, years in measure.cubes:
        places = {name: {c: at for at, c in enumerate(axis_codes(index, measure, name))} for name in dimensions}
        made.append(Cube(open_array(folder / MEASURES / file), tuple(dimensions), places, tuple(years)))
    return made


def _number(text: str) -> float | None:
    return float(text) if text else None
