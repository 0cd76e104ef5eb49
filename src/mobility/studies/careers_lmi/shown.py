"""Jobs, pay, hours and what is made of them, by one dimension and its groups, as the rule of reliability allows."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from mobility.lmi.ages import curve_lines, ratio_lines
from mobility.lmi.dimensions import ALL
from mobility.lmi.lines import lines
from mobility.lmi.lognormal import TENTHS, by_sigma, percentile
from mobility.lmi.questions import banded, stepped
from mobility.lmi.raked import per_job
from mobility.lmi.reliability import NONE, NOTED, VERDICTS, classes, verdicts
from mobility.studies.careers_lmi.delivered import EMPLOYEES, Given, pay_year
from mobility.studies.careers_lmi.distribution import (
    EVERYONE,
    SIDES,
    age_table,
    change_table,
    distribution_table,
    replacement_table,
    unemployment_table,
)
from mobility.studies.careers_lmi.jobs import jobs_of, series_of
from mobility.studies.careers_lmi.pay import hours_of, pay_of

REFUSED = "no reliable data: fewer than 1,000 jobs"
SMALL = "1,000 to 10,000 jobs: a relatively small sample"
# Places of gender and status of each type, none for all of them.
TYPES = {
    "people": (None, None),
    "men": (0, None),
    "women": (1, None),
    "full_time": (None, 0),
    "part_time": (None, 1),
    "full_time_men": (0, 0),
    "full_time_women": (1, 0),
}
SHOWN_AGES = (20, 25, 30, 35, 40, 45, 50, 55, 60, 65)
# Dimensions that make a cell, from the finest to all together, for counting how many cells may be told.
CELLS = {
    "finest": (0, 1, 2, 3, 4, 5),
    "without_qualification": (0, 1, 2, 3, 4),
    "occupation_industry_region": (0, 1, 2),
    "occupation_region_type": (0, 2, 3, 4),
    "occupation_region": (0, 2),
    "occupation_type": (0, 3, 4),
    "occupation": (0,),
}


def measure_lines(given: Given) -> pd.DataFrame:
    """Jobs, pay and hours of the pay year: place `occupation.4135`, `sub_major.41`, `region.6`, `all.all`; line
    `pay.women`, `jobs.people`, `hours.full_time`. Judged by the jobs of the very cell; jobs, pay and hours as answers
    tell them, in bands and steps."""
    jobs, parts = jobs_of(given, pay_year(given, given.inputs.choices)), []
    means = {"pay": pay_of(given).mean, "hours": hours_of(given).mean}
    sums = _by_type(jobs)
    bills = {name: _bills(jobs, mean) for name, mean in means.items()}
    for name, own_jobs in sums.items():
        own = given.dimensions[name]
        told = {measure: (weight[name], bill[name]) for measure, (weight, bill) in bills.items()}
        for level, of in {name: own.codes, **own.levels, ALL: (ALL,) * len(own.codes)}.items():
            if level == ALL and name != "occupation":
                continue
            parts.append(_grouped(level, of, own_jobs, told, given.inputs.choices["at_limit"]))
    return pd.concat(parts, ignore_index=True)


def _by_type(values: np.ndarray) -> dict[str, np.ndarray]:
    """Sums of all cells by each dimension but gender and status, k x `TYPES`."""
    # Over qualification first: the other three are then sums of a ninth of the cells.
    cells = values.sum(axis=5, dtype="float64")
    found = {
        "occupation": cells.sum(axis=(1, 2)),
        "industry": cells.sum(axis=(0, 2)),
        "region": cells.sum(axis=(0, 1)),
        "qualification": np.moveaxis(values.sum(axis=(0, 1, 2), dtype="float64"), -1, 0),
    }
    return {name: _types(sums) for name, sums in found.items()}


def _types(sums: np.ndarray) -> np.ndarray:
    """k x gender x status as k x `TYPES`."""
    columns = []
    for gender, status in TYPES.values():
        part = sums if gender is None else sums[:, [gender]]
        columns.append((part if status is None else part[:, :, [status]]).sum(axis=(1, 2)))
    return np.column_stack(columns)


def _bills(jobs: np.ndarray, mean: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Jobs of employees with a mean and their bills, as `_by_type`."""
    own = jobs[..., : len(EMPLOYEES), :]
    mean = mean if mean.ndim == own.ndim else mean[..., None]
    there = np.where(np.isnan(mean), 0, own)
    return _by_type(there), _by_type(np.nan_to_num(mean) * there)


def _grouped(
    level: str,
    of: tuple[str, ...],
    jobs: np.ndarray,
    bills: Mapping[str, tuple[np.ndarray, np.ndarray]],
    at_limit: str,
) -> pd.DataFrame:
    """Lines of the groups of a level."""
    codes, places = np.unique(np.asarray(of, dtype=object), return_inverse=True)
    member = np.zeros((len(codes), len(of)))
    member[places, np.arange(len(of))] = 1
    index = [f"{level}.{code}" for code in codes]
    values, notes = {}, {}
    total = member @ jobs
    for column, name in enumerate(TYPES):
        values[f"jobs.{name}"], judged = (tell(total[:, column], at_limit) for tell in (banded, verdicts))
        notes[f"jobs.{name}"] = judged
        for measure, sums in bills.items():
            weight, bill = (member @ each[:, column] for each in sums)
            values[f"{measure}.{name}"] = stepped(measure, per_job(bill, weight))
            notes[f"{measure}.{name}"] = verdicts(weight, at_limit)
    return _told(pd.DataFrame(values, index=index), pd.DataFrame(notes, index=index))


def _told(values: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Numbers by their verdicts: none, with a note, or plain."""
    notes = judged.map({NONE: REFUSED, NOTED: SMALL}.get).fillna("")
    return lines(values.mask(judged == NONE), notes.astype("str"))


def jobs_lines(given: Given) -> pd.DataFrame:
    """Jobs of occupations and their groups by year (`2015`), replacement demand of the pay year (`replacement`), its
    rate (`rate`), unemployment rate by last occupation (`unemployment`) and printed change of pay (`change`)."""
    own, series = given.dimensions["occupation"], series_of(given)["series"]
    wide = series.pivot(index="occupation", columns="year", values="jobs").reindex(own.codes)
    year = pay_year(given, given.inputs.choices)
    rate = replacement_table(given)["rate"].to_numpy("float64")
    wide = wide.assign(replacement=wide[year] * rate)
    at_limit, parts = given.inputs.choices["at_limit"], []
    for level, of in {"occupation": own.codes, **own.levels, ALL: (ALL,) * len(own.codes)}.items():
        sums = wide.groupby(np.asarray(of, dtype=object)).sum()
        by = {name: sums[year if name == "replacement" else name] for name in sums}
        judged = pd.DataFrame({name: verdicts(number, at_limit) for name, number in by.items()})
        told = pd.DataFrame({name: banded(number, at_limit) for name, number in by.items()}, index=sums.index)
        told["replacement"] *= sums["replacement"] / sums[year]
        told = told.set_axis([f"{level}.{code}" for code in sums.index])
        parts.append(_told(told.rename(columns=str), judged.set_axis(told.index).rename(columns=str)))
    more = pd.DataFrame({"rate": rate}, index=own.codes)
    more["unemployment"] = unemployment_table(given).set_index("occupation")["rate"] / 100
    more["change"] = change_table(given).set_index("occupation")["change"]
    parts.append(lines(more.set_axis([f"occupation.{code}" for code in more.index])))
    return pd.concat(parts, ignore_index=True)


def reliability_lines(given: Given) -> pd.DataFrame:
    """Of cells of each fineness, how many have no jobs, and how many of the others are refused, noted and told."""
    jobs, choices, found = jobs_of(given, pay_year(given, given.inputs.choices)), given.inputs.choices, {}
    for name, cells in _cells(jobs, given.dimensions["occupation"].levels[choices["coarser"]]):
        judged = classes(cells, choices["at_limit"])
        number = {name: float(np.count_nonzero(judged == place)) for place, name in enumerate(VERDICTS[:3])}
        empty = float((cells == 0).sum())
        number[NONE] -= empty
        told = cells.sum(where=judged > VERDICTS.index(NONE), dtype="float64")
        share = float(told / cells.sum(dtype="float64"))
        found[name] = {"cells": float(cells.size), "empty": empty, **number, "jobs_told": share}
    return lines(pd.DataFrame(found).T)


def _cells(jobs: np.ndarray, groups: tuple[str, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """Jobs of the cells of `CELLS`, then of groups of occupations by region, which a refusal offers."""
    for name, kept in CELLS.items():
        dropped = tuple(at for at in range(jobs.ndim) if at not in kept)
        yield name, jobs.sum(axis=dropped, dtype="float64") if dropped else jobs
    by_region = pd.DataFrame(jobs.sum(axis=(1, 3, 4, 5), dtype="float64"))
    yield "coarser_region", by_region.groupby(np.asarray(groups, dtype=object)).sum().to_numpy()


def age_lines(given: Given) -> pd.DataFrame:
    """Ratios of pay at some ages by group (`0.0.0.0` everyone, `2.1.1.1` professionals, men, full-time, high), and of
    how many of the groups there are any, by how many sides cut them (`cuts_2`)."""
    table = age_table(given)
    return pd.concat([ratio_lines(table, SIDES, SHOWN_AGES), curve_lines(table, SIDES, EVERYONE)], ignore_index=True)


def shape_lines(given: Given) -> pd.DataFrame:
    """Median and deciles of full-time and part-time pay of occupations by the log-normal rule: place the code, line
    `1.median`, `2.p10`, of the mean as it is told; and k and sigma (`1.k`, `1.sigma`)."""
    table, codes = distribution_table(given), given.dimensions["occupation"].codes
    jobs = jobs_of(given, pay_year(given, given.inputs.choices))
    weights, bills = (own["occupation"] for own in _bills(jobs, pay_of(given).mean))
    values: dict[str, np.ndarray] = {}
    judged: dict[str, np.ndarray] = {}
    for name, status in zip(("full_time", "part_time"), EMPLOYEES, strict=True):
        weight, bill = (each[:, list(TYPES).index(name)] for each in (weights, bills))
        shape = table[table["status"] == status].set_index("occupation").reindex(codes)
        k, sigma = (shape[column].to_numpy("float64") for column in ("median_to_mean", "sigma"))
        mean = stepped("pay", per_job(bill, weight))
        made = by_sigma(mean * k, sigma, TENTHS)
        parts = {"mean": mean, "median": mean * k, "k": k, "sigma": sigma}
        parts |= {percentile(tenth): made[:, at] for at, tenth in enumerate(TENTHS)}
        values |= {f"{status}.{key}": each for key, each in parts.items()}
        judged |= {f"{status}.{key}": verdicts(weight, given.inputs.choices["at_limit"]) for key in parts}
    return _told(pd.DataFrame(values, index=codes), pd.DataFrame(judged, index=codes))
