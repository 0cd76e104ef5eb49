"""The open release: real jobs and pay of `uk_occupations`, as printed, in the form that the server answers from.

Jobs of 2018 by employment status, or by sex; full-time pay of 2011 and 2021, mean, median and deciles, as the printed
annual pay over 52: of occupations, of their two-digit groups and of all. What print does not give (pay by region,
industry, qualification, age; hours; other years) is in no open release.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mobility.errors import DataError
from mobility.lmi.dimensions import Dimension, load_dimensions
from mobility.releases.cubes import ALL, MEAN, SUM
from mobility.releases.measures import DECILES, EMPLOYMENT, MEDIAN, PAY, PRINT, Index, Measure, write_index
from mobility.storage import read_rows

STUDY = "uk_occupations"
WEEKS = 52
YEARS_OF_JOBS = (2018,)
FULL_TIME = "1"
# Of each cube of jobs its dimension, and the columns of the study's tables for its codes in order, the total last.
JOBS_COLUMNS = {
    "status": ("full_time", "part_time", "self_employed", "people"),
    "gender": ("men", "women", "people"),
}
JOBS_OF_UNITS, JOBS_OF_GROUPS = "occupations", "printed_jobs"
PAY_TABLES = {2011: "printed_2011", 2021: "printed_2021"}
STATISTICS = {PAY: "mean", MEDIAN: MEDIAN, **{name: name for name in DECILES}}  # columns of these tables
SOURCES = (
    "Office for National Statistics: EMP04, employment by occupation, April to June 2018 (Open Government Licence)",
    "Office for National Statistics: Annual Survey of Hours and Earnings, Table 14, 2011 revised and 2021 provisional "
    "(Open Government Licence)",
)
OF_PAY = (
    "gross annual pay of full-time employees in one job for more than a year, as printed (ASHE Table 14), divided by "
    "52; of two-digit groups and of all occupations as printed for these."
)
BASIS = {
    EMPLOYMENT: "People in employment by main job, April to June 2018, as printed (EMP04). Persons who are neither "
    "employees nor self-employed are in the total alone. All occupations as printed; a two-digit group, which the "
    "table has not, is the sum of its printed three-digit groups, and has a number where each of these has one.",
    PAY: f"Mean {OF_PAY}",
    MEDIAN: f"Median {OF_PAY}",
    **{name: f"{name[1:]}th percentile of {OF_PAY}" for name in DECILES},
}


def stage_open(released: Path, root: Path, folder: Path) -> Index:
    """Write the cubes of the open release from the released tables of `uk_occupations`, and give its index.

    Raises
    ------
    DataError
        A table that is not there: the results are of an earlier version of the study.
    """
    dimensions = load_dimensions(root)
    folder.mkdir(parents=True, exist_ok=True)
    names = (JOBS_OF_UNITS, JOBS_OF_GROUPS, *PAY_TABLES.values())
    tables = {name: _cells(released / STUDY / f"{name}.csv") for name in names}
    units = list(dimensions["occupation"].codes)
    groups = [*sorted(set(dimensions["occupation"].levels["sub_major"])), ALL]
    jobs = {
        dimension: np.concatenate(
            [_rows(tables[JOBS_OF_UNITS], units, columns), _rows(tables[JOBS_OF_GROUPS], groups, columns)]
        )
        for dimension, columns in JOBS_COLUMNS.items()
    }
    cubes = []
    for number, (dimension, own) in enumerate(jobs.items()):
        _save(own[:, :, None, None], folder / f"{EMPLOYMENT}.{number}.npy")
        cubes.append((f"{EMPLOYMENT}.{number}.npy", [dimension], YEARS_OF_JOBS))
    for name, column in STATISTICS.items():
        by_year = [_rows(tables[table], [*units, *groups], [column]) for table in PAY_TABLES.values()]
        _save(_weekly(np.concatenate(by_year, axis=1)), folder / f"{name}.0.npy")
    index = Index([_described(one) for one in dimensions.values()], _measures(cubes), _limits(), False, SOURCES)
    write_index(index, folder)
    return index


def _rows(table: Mapping[tuple[str, str], float], rows: Sequence[str], columns: Sequence[str]) -> np.ndarray:
    """Numbers of a table by row and column, NaN where print has none."""
    return np.array([[table.get((row, column), np.nan) for column in columns] for row in rows])


def _weekly(annual: np.ndarray) -> np.ndarray:
    """Occupations, full-time and all, years, value and weight: the weight is 1 where there is a number."""
    weekly = annual / WEEKS
    known = ~np.isnan(weekly)
    both = np.stack([np.where(known, weekly, 0.0), known.astype("float64")], axis=-1)
    nothing = np.zeros_like(both)  # of all statuses together there is no number
    return np.stack([both, nothing], axis=1)


def _save(array: np.ndarray, path: Path) -> None:
    np.save(path, array.astype("float32"))


def _measures(cubes: Sequence[tuple[str, Sequence[str], Sequence[int]]]) -> dict[str, Measure]:
    jobs = {"gender": ["1", "2"], "status": ["1", "2", "3"]}
    years = tuple(PAY_TABLES)
    found = {EMPLOYMENT: Measure(SUM, "jobs", BASIS[EMPLOYMENT], YEARS_OF_JOBS, YEARS_OF_JOBS[-1], PRINT, jobs, cubes)}
    for name, column in STATISTICS.items():
        found[name] = Measure(
            MEAN, f"pounds a week, {column}", BASIS[name], years, years[-1], PRINT,
            {"status": [FULL_TIME]}, [(f"{name}.0.npy", ["status"], years)],
        )  # fmt: skip
    return found


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
    if not path.is_file():
        raise DataError(f"{path}: not there. Type `make report`, then stage again.")
    return {(row["row"], row["column"]): float(row["value"]) for row in read_rows(path) if row["value"]}
