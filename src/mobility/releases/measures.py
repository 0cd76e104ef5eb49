"""The measures of a release: what the careers study wrote, checked against closed rules, and made into cubes."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mobility.errors import DeliveryError
from mobility.releases.beside import write_beside, write_series
from mobility.releases.cubes import DIMENSIONS, MEAN, OTHERS, SUM, TOGETHER, Source, open_array, write_cubes
from mobility.storage import read_json, write_text

INDEX = "measures.json"
EMPLOYMENT, PAY, HOURS = "employment", "pay", "hours"
# Measures that stand beside pay where they are printed: its median and deciles.
MEDIAN, DECILES = "median", tuple(f"p{percent}" for percent in (10, 20, 30, 40, 60, 70, 80, 90))
KINDS = {EMPLOYMENT: SUM, PAY: MEAN, HOURS: MEAN}
JOBS, PRINT = "jobs", "print"  # what says whether a number may be told
BASIS = {
    EMPLOYMENT: "Jobs: employment history and projection brought to four digits (LMI for All, C.8.2).",
    PAY: "Mean gross weekly pay by an earnings function, raked to published totals (LMI for All, C.7, C.8).",
    HOURS: "Mean weekly hours, raked to published totals (LMI for All, C.8.2).",
}
DELIVERED_KEYS = ("format", "synthetic", "sources", "year", "years", "choices", "limits", "dimensions", "units")
LARGEST = {EMPLOYMENT: 5e6, PAY: 1e5, HOURS: 168.0}  # beyond which a cell of a country is no such number
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Measure:
    """A measure as a release has it.

    held : by dimension the codes it has; a dimension that it is not split by is absent. cubes : file, dimensions and
    years, those with the most years first. cells : by year the file of all dimensions, none where the cubes are all
    there is. judged_by : jobs or print.
    basis : a sentence, what the number is. latest : the last year that is no projection.
    """

    kind: str
    unit: str
    basis: str
    years: tuple[int, ...]
    latest: int
    judged_by: str
    held: Mapping[str, Sequence[str]]
    cubes: Sequence[tuple[str, Sequence[str], Sequence[int]]]
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Index:
    """`measures.json` of a release: dimensions (name, codes, labels, levels), measures, limits of reliability."""

    dimensions: Sequence[Mapping[str, Any]]
    measures: Mapping[str, Measure]
    limits: Mapping[str, Any]
    synthetic: bool
    sources: Sequence[str]
    choices: Mapping[str, Any] = field(default_factory=dict)


def write_index(index: Index, folder: Path) -> None:
    """Write `measures.json` of a release."""
    write_text(json.dumps(asdict(index), indent=1, ensure_ascii=False), folder / INDEX)


def read_index(folder: Path) -> Index:
    """`measures.json` of a release."""
    raw = read_json(folder / INDEX)
    measures = {name: Measure(**{**one, "years": tuple(one["years"])}) for name, one in raw["measures"].items()}
    return Index(**{**raw, "measures": measures})


def axis_codes(index: Index, measure: Measure, name: str) -> list[str]:
    """Codes of an axis of the measure's cubes, in order: where it has cells all of the dimension, else those held."""
    codes = next(one["codes"] for one in index.dimensions if one["name"] == name)
    return list(codes if measure.cells else measure.held[name])


@dataclass(frozen=True)
class MadeFrom:
    """What the numbers are made from: whether any of it is invented, and sentences to cite."""

    synthetic: bool
    sources: Sequence[str]


def stage_measures(delivered: Path, folder: Path, made: MadeFrom, progress: Progress) -> Index:
    """Check the arrays of the careers study, copy them, write the cubes and the tables beside; gives the index.

    Raises
    ------
    DeliveryError
        All that is not by the rules: keys, shapes, types, files, numbers that no such measure can have.
    """
    raw = read_json(delivered / INDEX)
    problems = _problems(delivered, raw)
    if problems:
        raise DeliveryError(problems, str(delivered), "mobility release stage")
    folder.mkdir(parents=True, exist_ok=True)
    groups = _sub_majors(raw["dimensions"][0])
    measures = {}
    for name in raw["years"]:
        years = tuple(sorted(raw["years"][name]))
        for year in years:
            shutil.copyfile(delivered / _file(name, year), folder / _file(name, year))
        for done, of in write_cubes(_source(delivered, name, years), groups, folder, name):
            progress(f"sums of {name}", done, of)
        by_year = write_series(delivered, folder, raw["dimensions"]) if name == EMPLOYMENT else []
        measures[name] = _measure(raw, name, years, by_year)
    write_beside(delivered, folder, raw["year"])
    synthetic = made.synthetic or raw["synthetic"]
    index = Index(raw["dimensions"], measures, raw["limits"], synthetic, made.sources, raw["choices"])
    write_index(index, folder)
    return index


def _measure(raw: Mapping[str, Any], name: str, years: tuple[int, ...], by_year: Sequence[Any]) -> Measure:
    held = {one["name"]: one["codes"] for one in raw["dimensions"] if one["name"] in OTHERS}
    if KINDS[name] == MEAN:  # the self-employed have no pay and no hours
        held = {**held, "status": [code for code in held["status"] if code != "3"]}
    whole = [(f"{name}.{number}.npy", list(dimensions), years) for number, dimensions in enumerate(TOGETHER)]
    every = tuple(sorted({*years, *(year for _, _, own in by_year for year in own)}))
    return Measure(
        kind=KINDS[name],
        unit=raw["units"][name],
        basis=BASIS[name],
        years=every,
        latest=max((year for year in every if year <= raw["year"]), default=every[0]),
        judged_by=JOBS,
        held=held,
        cubes=[*by_year, *whole],
        cells={str(year): _file(name, year) for year in years},
    )


def _source(folder: Path, name: str, years: tuple[int, ...]) -> Source:
    values = {year: open_array(folder / _file(name, year)) for year in years}
    jobs = {year: open_array(folder / _file(EMPLOYMENT, year)) for year in years if KINDS[name] == MEAN}
    return Source(KINDS[name], years, values, jobs)


def _file(name: str, year: int) -> str:
    return f"{name}_{year}.npy"


def _sub_majors(occupation: Mapping[str, Any]) -> list[str]:
    return next(level["of"] for level in occupation["levels"] if level["name"] == "sub_major")


def _problems(folder: Path, raw: Any) -> list[str]:
    """What is wrong with a delivery of arrays, all of it."""
    if not isinstance(raw, dict) or set(raw) != set(DELIVERED_KEYS) or raw["format"] != 1:
        keys = sorted(raw) if isinstance(raw, dict) else type(raw).__name__
        return [f"{INDEX}: found {keys}; wanted are just {', '.join(DELIVERED_KEYS)}, with format 1"]
    names = tuple(one["name"] for one in raw["dimensions"])
    if names != DIMENSIONS:
        return [f"{INDEX}, dimensions: {', '.join(names)}; wanted in this order: {', '.join(DIMENSIONS)}"]
    strange = set(raw["years"]) - set(KINDS)
    if strange or EMPLOYMENT not in raw["years"]:
        return [
            f"{INDEX}, years: measures {', '.join(raw['years'])}; allowed are {', '.join(KINDS)}, employment always"
        ]
    found = []
    shape = tuple(len(one["codes"]) for one in raw["dimensions"])
    for name, years in raw["years"].items():
        for year in years:
            found += _problems_of_array(folder, name, year, shape)
            if KINDS[name] == MEAN and year not in raw["years"][EMPLOYMENT]:
                found.append(f"{INDEX}, years: {name} of {year} has no employment of that year to weight it")
    return found


def _problems_of_array(folder: Path, name: str, year: int, shape: tuple[int, ...]) -> list[str]:
    path = folder / _file(name, year)
    try:
        array = open_array(path)
    except (OSError, ValueError, EOFError) as error:
        return [f"{path.name}: no whole array ({type(error).__name__}: cut short, or not there)"]
    if array.shape != shape or array.dtype != np.float32:
        return [f"{path.name}: {array.dtype} of shape {array.shape}; wanted is float32 of shape {shape}"]
    for part in array:
        numbers = part[~np.isnan(part)]
        if numbers.size and (numbers.min() < 0 or numbers.max() > LARGEST[name] or np.isinf(numbers).any()):
            return [f"{path.name}: a cell of {numbers.max():g} (smallest {numbers.min():g}); 0 to {LARGEST[name]:g}"]
    if KINDS[name] == SUM and np.isnan(array).any():
        return [f"{path.name}: cells without a number; a sum has 0 there"]
    return []
