"""The measures of a release as arrays on disk, of which a question reads only its own cells.

One .npy file a measure and year, mapped into memory: a question of one occupation reads 200 kB of 72 MB, and a server
holds nothing. zarr and xarray would give chunks and labels in exchange for a dependency; the cells of an occupation lie
together as they are, and `measures.json` has the labels.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mobility.errors import DataError, nearest
from mobility.lmi.dimensions import Dimension
from mobility.storage import map_array, read_json, write_array, write_text

FORMAT = 1
ABOUT = "measures.json"
EMPLOYMENT, PAY, HOURS = "employment", "pay", "hours"
UNITS = {EMPLOYMENT: "jobs", PAY: "pounds a week, mean", HOURS: "hours a week, mean"}


@dataclass(frozen=True, eq=False)
class Measures:
    """What a folder of measures holds.

    folder : where. about : its `measures.json`.
    """

    folder: Path
    about: Mapping[str, Any]

    @cached_property
    def dimensions(self) -> Mapping[str, Dimension]:
        """The axes of every array, in their order."""
        return {own["name"]: _dimension(own) for own in self.about["dimensions"]}

    def years(self, measure: str) -> tuple[int, ...]:
        """Years of a measure; `DataError` where it is not one."""
        years = self.about["years"]
        if measure not in years:
            raise DataError(f"{self.folder}: no measure `{measure}`; {nearest(measure, list(years))}.")
        return tuple(years[measure])

    def array(self, measure: str, year: int) -> np.ndarray:
        """A measure in every cell, float32, mapped; `DataError` where there is none of the year."""
        years = self.years(measure)
        if year not in years:
            raise DataError(f"{self.folder}: no {measure} of {year}; there is: {', '.join(map(str, years))}.")
        found = map_array(self.folder / f"{measure}_{year}.npy")
        shape = tuple(len(own.codes) for own in self.dimensions.values())
        if found.shape != shape:
            raise DataError(
                f"{self.folder}/{measure}_{year}.npy: {found.shape} cells, and {ABOUT} says {shape}. "
                "Make the measures again."
            )
        return found


def open_measures(folder: Path) -> Measures:
    """The measures in a folder; `DataError` where none were written whole."""
    if not (folder / ABOUT).is_file():
        raise DataError(f"{folder}: no {ABOUT}, so that no measures were written whole. Make them: `make report`.")
    about = read_json(folder / ABOUT)
    if about.get("format") != FORMAT:
        raise DataError(f"{folder}/{ABOUT}: format {about.get('format')}; this version reads {FORMAT}.")
    return Measures(folder, about)


def write_measures(
    folder: Path, arrays: Mapping[tuple[str, int], np.ndarray], dimensions: Mapping[str, Dimension], about: Mapping
) -> None:
    """Write arrays by measure and year, and `measures.json` last: without it the folder holds no measures.

    about : what else `measures.json` says.
    """
    (folder / ABOUT).unlink(missing_ok=True)
    for (measure, year), values in arrays.items():
        write_array(values, folder / f"{measure}_{year}.npy")
    years = {
        name: sorted(year for own, year in arrays if own == name) for name in dict.fromkeys(own for own, _ in arrays)
    }
    own = {
        "format": FORMAT,
        "years": years,
        "units": {name: UNITS[name] for name in years},
        "dimensions": [_described(each) for each in dimensions.values()],
    }
    write_text(json.dumps({**own, **about}, ensure_ascii=False, indent=1) + "\n", folder / ABOUT)


def say_origin(folder: Path, synthetic: bool) -> None:
    """Write into `measures.json` whether the measures were made from invented data."""
    about = read_json(folder / ABOUT)
    write_text(json.dumps({**about, "synthetic": synthetic}, ensure_ascii=False, indent=1) + "\n", folder / ABOUT)


def _described(own: Dimension) -> dict[str, Any]:
    levels = [
        {"name": name, "of": list(of), "codes": list(own.groups[name]), "labels": list(own.groups[name].values())}
        for name, of in own.levels.items()
    ]
    labels = [own.labels[code] for code in own.codes]
    return {"name": own.name, "codes": list(own.codes), "labels": labels, "levels": levels}


def _dimension(own: Mapping[str, Any]) -> Dimension:
    return Dimension(
        own["name"],
        tuple(own["codes"]),
        dict(zip(own["codes"], own["labels"], strict=True)),
        {level["name"]: tuple(level["of"]) for level in own["levels"]},
        {level["name"]: dict(zip(level["codes"], level["labels"], strict=True)) for level in own["levels"]},
    )
