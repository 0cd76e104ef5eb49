"""The open release: real jobs and pay of `uk_occupations`, as printed, in the form that the server answers from.

Jobs of 2018 by employment status, or by sex; full-time pay of 2011 and 2021 as the printed annual pay over 52. What
print does not give (pay by region, industry, qualification, age; hours; other years) is in no open release.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mobility.lmi.dimensions import Dimension, load_dimensions
from mobility.releases.cubes import ALL, MEAN, SUM
from mobility.releases.measures import EMPLOYMENT, PAY, PRINT, Index, Measure, write_index
from mobility.storage import read_rows

STUDY = "uk_occupations"
WEEKS = 52
YEARS_OF_JOBS = (2018,)
FULL_TIME = "1"
# Of each cube: its measure, dimension, codes in order with the columns of the study's tables for each, the total last.
JOBS_COLUMNS = {
    "status": ("full_time", "part_time", "self_employed", "people"),
    "gender": ("men", "women", "people"),
}
PAY_COLUMNS = {2011: "mean_2011", 2021: "mean_2021"}
MEDIANS = {2011: "median_2011", 2021: "median_2021"}
MEDIAN = "median"
GROUP_PAY = {2011: "full_time_2011", 2021: "full_time_2021"}
SOURCES = (
    "Office for National Statistics: EMP04, employment by occupation, April to June 2018 (Open Government Licence)",
    "Office for National Statistics: Annual Survey of Hours and Earnings, Table 14, 2011 revised and 2021 provisional "
    "(Open Government Licence)",
)
BASIS = {
    EMPLOYMENT: "People in employment by main job, April to June 2018, as printed (EMP04). Persons who are neither "
    "employees nor self-employed are in the total alone. A group has a number where each of its unit groups has one.",
    PAY: "Mean gross annual pay of full-time employees in one job for more than a year, as printed (ASHE Table 14), "
    "divided by 52; of two-digit groups the mean, weighted by jobs, of those of their unit groups that have one.",
    MEDIAN: "Median of the same, as printed, divided by 52.",
}


def stage_open(released: Path, root: Path, folder: Path) -> Index:
    """Write the cubes of the open release from the released tables of `uk_occupations`, and give its index."""
    dimensions = load_dimensions(root)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: _cells(released / STUDY / f"{name}.csv") for name in ("occupations", "sub_majors", "jobs")}
    tables |= {name: _cells(released / STUDY / f"{name}.csv") for name in ("pay_sub_majors", "pay")}
    units = list(dimensions["occupation"].codes)
    groups = sorted(set(dimensions["occupation"].levels["sub_major"]))
    places = [("occupations", unit) for unit in units] + [("sub_majors", group) for group in groups] + [("jobs", ALL)]
    cubes = []
    for number, (dimension, columns) in enumerate(JOBS_COLUMNS.items()):
        jobs = np.array([[tables[table].get((row, column), np.nan) for column in columns] for table, row in places])
        jobs[len(units) :][_incomplete(jobs[: len(units)], dimensions["occupation"].levels["sub_major"])] = np.nan
        _save(jobs[:, :, None, None], folder / f"{EMPLOYMENT}.{number}.npy")
        cubes.append((f"{EMPLOYMENT}.{number}.npy", [dimension], YEARS_OF_JOBS))
    _save(_pay(tables, units, groups), folder / f"{PAY}.0.npy")
    _save(_medians(tables, units, groups), folder / f"{MEDIAN}.0.npy")
    index = Index([_described(one) for one in dimensions.values()], _measures(cubes), _limits(), False, SOURCES)
    write_index(index, folder)
    return index


def _incomplete(units: np.ndarray, group_of: Sequence[str]) -> np.ndarray:
    """Groups in their order, then all, by columns: whether a unit group has no printed number, which a sum lacks."""
    missing, of = np.isnan(units), np.asarray(group_of)
    return np.array([*(missing[of == group].any(axis=0) for group in sorted(set(group_of))), missing.any(axis=0)])


def _pay(tables: Mapping[str, Any], units: Sequence[str], groups: Sequence[str]) -> np.ndarray:
    """Occupations, full-time and all, years, value and weight: the weight is 1 where there is a number."""
    found = [[tables["occupations"].get((unit, column), np.nan) for column in PAY_COLUMNS.values()] for unit in units]
    found += [
        [tables["pay_sub_majors"].get((group, column), np.nan) for column in GROUP_PAY.values()] for group in groups
    ]
    found += [[tables["pay"].get((ALL, column), np.nan) for column in GROUP_PAY.values()]]
    return _weekly(np.array(found))


def _medians(tables: Mapping[str, Any], units: Sequence[str], groups: Sequence[str]) -> np.ndarray:
    """As `_pay`, of printed medians; groups of occupations have none."""
    found = [[tables["occupations"].get((unit, column), np.nan) for column in MEDIANS.values()] for unit in units]
    return _weekly(np.array([*found, *([[np.nan] * len(MEDIANS)] * (len(groups) + 1))]))


def _weekly(annual: np.ndarray) -> np.ndarray:
    weekly = annual / WEEKS
    known = ~np.isnan(weekly)
    both = np.stack([np.where(known, weekly, 0.0), known.astype("float64")], axis=-1)
    nothing = np.zeros_like(both)  # of all statuses together there is no number
    return np.stack([both, nothing], axis=1)


def _save(array: np.ndarray, path: Path) -> None:
    np.save(path, array.astype("float32"))


def _measures(cubes: Sequence[tuple[str, Sequence[str], Sequence[int]]]) -> dict[str, Measure]:
    jobs = {"gender": ["1", "2"], "status": ["1", "2", "3"]}
    years = tuple(PAY_COLUMNS)
    return {
        EMPLOYMENT: Measure(SUM, "jobs", BASIS[EMPLOYMENT], YEARS_OF_JOBS, YEARS_OF_JOBS[-1], PRINT, jobs, cubes),
        PAY: Measure(
            MEAN, "pounds a week, mean", BASIS[PAY], years, years[-1], PRINT,
            {"status": [FULL_TIME]}, [(f"{PAY}.0.npy", ["status"], years)],
        ),
        MEDIAN: Measure(
            MEAN, "pounds a week, median", BASIS[MEDIAN], years, years[-1], PRINT,
            {"status": [FULL_TIME]}, [(f"{MEDIAN}.0.npy", ["status"], years)],
        ),
    }  # fmt: skip


def _limits() -> dict[str, Any]:
    return {"least": 1000, "plain": 10000, "at_limit": "better"}


def _described(dimension: Dimension) -> dict[str, Any]:
    """A dimension as `measures.json` has it."""
    return {
        "name": dimension.name,
        "codes": list(dimension.codes),
        "labels": [dimension.labels[code] for code in dimension.codes],
        "levels": [
            {
                "name": name,
                "of": list(of),
                "codes": list(dimension.groups[name]),
                "labels": list(dimension.groups[name].values()),
            }
            for name, of in dimension.levels.items()
        ],
    }


def _cells(path: Path) -> dict[tuple[str, str], float]:
    """Values of a released table by row and column; those held back or not printed are not there."""
    return {(row["row"], row["column"]): float(row["value"]) for row in read_rows(path) if row["value"]}
