"""Jobs of 369 occupations from the published ones of 25 sub-major groups (C.8.2, first element)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mobility.lmi.dimensions import Dimension
from mobility.lmi.four_digits import CUBE, Patterns, jobs_of_group, shares_in_group
from mobility.studies.careers_lmi.delivered import BASE_YEAR, Given, published_jobs, years_of_jobs

SHARES = "shares of occupations"


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of occupations in their sub-major group, the same in all years.

    values : float32, the six dimensions. year : of the jobs that they were raked to. empty : occupations that nobody
    in the survey has.
    """

    values: np.ndarray
    year: int
    empty: tuple[str, ...]


def patterns_of(workers: pd.DataFrame, dimensions: Mapping[str, Dimension]) -> Patterns:
    """Weighted persons in work by occupation, and by occupation and region, gender and status, sector."""
    sector = dict(zip(dimensions["industry"].codes, dimensions["industry"].levels["sector"], strict=True))
    own = workers[workers["weight"].notna()]
    weight = own["weight"].to_numpy("float64")
    place = pd.Index(dimensions["occupation"].codes).get_indexer(own["occupation"].astype("str"))
    sectors = tuple(dimensions["industry"].groups["sector"])

    def by(*sides: tuple[pd.Series, tuple[str, ...]]) -> np.ndarray:
        places = [place, *(pd.Index(codes).get_indexer(values) for values, codes in sides)]
        shape = [len(dimensions["occupation"].codes), *(len(codes) for _, codes in sides)]
        there = np.logical_and.reduce([each >= 0 for each in places])
        at = np.ravel_multi_index([each[there] for each in places], shape)
        return np.bincount(at, weight[there], minlength=int(np.prod(shape))).reshape(shape)

    coded = {name: own[name].astype("str") for name in ("region", "gender", "status", "industry")}
    codes = {name: dimensions[name].codes for name in ("region", "gender", "status")}
    return Patterns(
        by(),
        by((coded["region"], codes["region"])),
        by((coded["gender"], codes["gender"]), (coded["status"], codes["status"])),
        by((coded["industry"].map(sector), sectors)),
        float(weight.mean()),
    )


def shares_of(given: Given) -> Shares:
    """Shares raked to the published jobs of the base year. Choice: `shares`."""

    def make(choices: Mapping[str, str]) -> Shares:
        dimensions, years = given.dimensions, years_of_jobs(given)
        year = BASE_YEAR if BASE_YEAR in years else years[0]
        cube, patterns = published_jobs(given, year), patterns_of(given.workers, dimensions).in_bands(given.least)
        own, industry = dimensions["occupation"], dimensions["industry"]
        sectors = np.array([list(industry.groups["sector"]).index(sector) for sector in industry.levels["sector"]])
        values = np.zeros([len(each.codes) for each in dimensions.values()], dtype="float32")
        labels = {name: dimensions[name].codes for name in CUBE}
        for place, group in enumerate(own.groups["sub_major"]):
            members = np.array(own.members("sub_major", group))
            start = shares_in_group(patterns, members, sectors, choices["shares"] == "varied")
            pattern = patterns.whole[members] / patterns.whole[members].sum()
            codes = tuple(own.codes[member] for member in members)
            jobs = jobs_of_group(cube[place], start, pattern, {"occupation": codes, **labels})
            there = cube[place] > 0
            values[members] = np.where(there, jobs / np.where(there, cube[place], 1), start[..., None])
        empty = tuple(code for code, number in zip(own.codes, patterns.whole, strict=True) if number == 0)
        return Shares(values, year, empty)

    return given.made(SHARES, make)


def jobs_of(given: Given, year: int) -> np.ndarray:
    """Jobs of a year in every cell, float32: the shares times the published jobs."""
    dimensions, shares = given.dimensions, shares_of(given)
    cube = published_jobs(given, year).astype("float32")
    own = dimensions["occupation"]
    jobs = shares.values.copy()
    for place, group in enumerate(own.groups["sub_major"]):
        jobs[list(own.members("sub_major", group))] *= cube[place]
    return jobs


def series_of(given: Given) -> dict[str, pd.DataFrame]:
    """Jobs by year and occupation, the same shares times each year's published jobs.

    `series` over all else, `series_industry` and so on by a further dimension, a column a code.
    """
    shares_of(given)
    return given.made("jobs by year", lambda choices: _series(given), [SHARES])


def _series(given: Given) -> dict[str, pd.DataFrame]:
    dimensions = given.dimensions
    names = tuple(dimensions)
    found: dict[str, list[pd.DataFrame]] = {}
    for year in years_of_jobs(given):
        jobs = jobs_of(given, year)
        cells = jobs.sum(axis=-1, dtype="float64")  # by all but qualification
        for other in names[1:]:
            dropped = tuple(at for at, name in enumerate(names[:-1]) if name not in (names[0], other))
            sums = jobs.sum(axis=dropped, dtype="float64") if other == names[-1] else cells.sum(axis=dropped)
            table = pd.DataFrame(sums, index=dimensions["occupation"].codes, columns=dimensions[other].codes)
            found.setdefault(f"series_{other}", []).append(_of_year(table, year))
        whole = pd.DataFrame({"jobs": sums.sum(axis=1)}, index=dimensions["occupation"].codes)
        found.setdefault("series", []).append(_of_year(whole, year))
    return {name: pd.concat(parts, ignore_index=True) for name, parts in found.items()}


def _of_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    return table.rename_axis("occupation").reset_index().assign(year=year)
