"""Local authorities of one set for all waves, and how far apart they are."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.areas.codes import COUNTRIES, Areas, country_of, load_areas
from mobility.areas.distances import METRES_PER_MILE
from mobility.flows.covariates import populations_2017, region_of
from mobility.storage import read_csv

CENTROIDS = ("lad2014_centroids.csv", "lad2020_centroids_scotland_ni.csv")
COMMON = 2020  # authorities of April 2020, to which all are carried
MACRO = ["unemployment", "professionals"]
SETS = {"lad2020": 2020, "lad2011": 2011}
EARTH_MILES = 3958.756  # mean radius
UNUSABLE = {
    "unknown": "an unknown area code",
    "whole": "a whole county, region or country, no authority",
    "split": "an authority that was split",
}
BEST_FIT = "a Northern Irish district of before 2015, carried by best fit"
CARRIED = ("kept", "recoded", "merged")


def carry(codes: pd.Series, areas: Areas, reading: str) -> tuple[pd.Series, dict[str, int]]:
    """Codes of the set that the choice `la_set` names, missing where a code cannot be carried to it.

    Each code is carried by itself, whatever its year: the codes of a wave can be of different vintages. Blank cells
    and the survey's missing codes are no code.

    Returns
    -------
    The carried codes (length n), and the number of rows by why a code was not carried, or how it was.
    """
    texts = codes.astype("str").str.strip().where(codes.notna(), "")
    given = texts.where(~texts.str.startswith("-"), "")
    found = {code: _carried(code, areas, reading) for code in given.unique()}
    counts = given.map({code: why for code, (_, why) in found.items()}).value_counts()
    return given.map({code: target for code, (target, _) in found.items()}), counts.drop("", errors="ignore").to_dict()


def _carried(code: str, areas: Areas, reading: str) -> tuple[str | None, str]:
    """The code of the set and, where that is worth knowing, what became of the code."""
    if not code:
        return None, ""
    outcome = areas.outcome(code, SETS.get(reading, COMMON))
    if outcome.treatment not in CARRIED:
        return None, UNUSABLE[outcome.treatment]
    why = BEST_FIT if country_of(code) == "N" and outcome.treatment != "kept" else ""
    return (code if reading == "as_delivered" else outcome.targets[0]), why


def distance_miles(origin: pd.Series, area: pd.Series, root: Path, reading: str) -> pd.Series:
    """Miles between the centroids of two authorities: 0 where they are one, missing where one has no centroid.

    A straight line on the British National Grid; `great_circle` on the sphere; `log` the logarithm of 1 + miles.
    """
    places = _places(root, frozenset(pd.concat([origin, area]).dropna()))
    ends = [places.reindex(end) for end in (origin, area)]
    if reading == "great_circle":
        miles = _great_circle(*(np.radians(end[["lon", "lat"]].to_numpy()) for end in ends))
    else:
        east, north = (ends[0][axis].to_numpy() - ends[1][axis].to_numpy() for axis in ("easting", "northing"))
        miles = np.hypot(east, north) / METRES_PER_MILE
    miles = pd.Series(miles, index=origin.index).mask(origin == area, 0.0)
    return np.log1p(miles) if reading == "log" else miles


def _great_circle(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Miles between points in radians (longitude, latitude), by the haversine formula."""
    half = np.sin((other - one) / 2) ** 2
    chord = half[:, 1] + np.cos(one[:, 1]) * np.cos(other[:, 1]) * half[:, 0]
    return 2 * EARTH_MILES * np.arcsin(np.sqrt(chord))


@cache
def _places(root: Path, codes: frozenset[str]) -> pd.DataFrame:
    """Centroid of each code: its own, else the mean of the authorities that it is merged with, by their population."""
    points, areas = _centroids(root), load_areas(root)
    weight, end = populations_2017(root).sum(axis=1), points.index.map(lambda code: _target(code, areas))
    rows = {}
    for code in codes:
        parts = points[points.index == code] if code in points.index else points[end == _target(code, areas)]
        if len(parts):
            # Only authorities of England and Wales are merged; one alone needs no weight.
            rows[code] = np.average(parts, axis=0, weights=weight.reindex(parts.index, fill_value=1))
    return pd.DataFrame.from_dict(rows, orient="index", columns=points.columns)


def _centroids(root: Path) -> pd.DataFrame:
    """Of England and Wales as of 2014, of Scotland and Northern Ireland as of 2020."""
    files = [root / "resources" / "areas" / name for name in CENTROIDS]
    table = pd.concat([read_csv(file) for file in files]).set_index("lad_code")
    return table.filter(like="centroid_").rename(columns=lambda name: name.removeprefix("centroid_"))


def _target(code: str, areas: Areas) -> str:
    targets = areas.outcome(code, COMMON).targets
    return targets[0] if targets else ""


def region_codes(areas: pd.Series, names: Mapping[str, int], root: Path) -> pd.Series:
    """Region of authorities as the surveys code it (`names`: code of each region's name), missing where not known."""
    regions = region_of(root, COMMON) | dict.fromkeys(
        [code for code in areas.dropna().unique() if country_of(code) == "N"], COUNTRIES["N"]
    )
    return areas.map(regions).map(names).astype("float64")


def add_statistics(found: pd.DataFrame, statistics: pd.DataFrame | None, ends: str, gaps: str) -> pd.DataFrame:
    """Persons with the rates of their authority in the year of the interview (`MACRO`), missing without the file.

    statistics : a row an authority and year: area, year, and the rates in per cent. ends : the column of the authority.
    gaps : `nearest` takes, for an authority without a figure of the year, the nearest year that has one, the earlier
    of two.
    """
    if statistics is None:
        return found.assign(**dict.fromkeys(MACRO, float("nan")))
    keys = ["area", "year"]
    table = statistics[[*keys, *MACRO]].astype({"year": "int64"}).dropna(subset=MACRO).sort_values("year")
    wanted = found[[ends, "interview_year"]].set_axis(keys, axis=1).assign(place=range(len(found)))
    if gaps == "nearest":
        rates = pd.merge_asof(wanted.sort_values("year"), table, on="year", by="area", direction="nearest")
    else:
        rates = wanted.merge(table, how="left", on=keys, validate="many_to_one")
    rates = rates.sort_values("place").set_index(found.index)
    return found.assign(**{name: rates[name] for name in MACRO})
