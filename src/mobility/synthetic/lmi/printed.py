"""What the invented workbooks print: numbers of every line, from the moments of pay and hours in the cells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from mobility.synthetic.lmi.world import AGES, World

SAMPLED = 0.01  # of all jobs are in the survey
UNRELIABLE = 0.20
DISCLOSIVE, NEGLIGIBLE = 300, 50  # jobs below which a whole line has a mark
PERCENTILES = (10, 20, 25, 30, 40, 60, 70, 75, 80, 90)
# Of the coefficient of variation of a percentile over that of the mean, by how far it is from the middle; invented.
SPREAD = {10: 1.8, 20: 1.4, 25: 1.35, 30: 1.3, 40: 1.25, 50: 1.25}
HOURS_VARIANCE = (0.01, 0.15)
FIRST_YEAR = 2014
PAY, WITHOUT_OVERTIME, HOURS = "1", "2", "9"
# Of gross weekly pay the part that is overtime, by the major group of the occupation, in the first year; invented, as
# is that part-time employees have half of it, and that it grows by a tenth of itself a year.
OVERTIME = {"1": 0.005, "2": 0.01, "3": 0.03, "4": 0.015, "5": 0.07, "6": 0.03, "7": 0.02, "8": 0.10, "9": 0.07}
PART_TIME_OVERTIME, OVERTIME_GROWTH = 0.5, 0.1


@dataclass(frozen=True)
class Moments:
    """Sums over the jobs of cells, each (369, 79, 12, 2, 2): jobs, amounts, logs and squares of logs of amounts.

    jobs : number. amount, log, square : sums over these jobs, in pounds or hours.
    """

    jobs: np.ndarray
    amount: np.ndarray
    log: np.ndarray
    square: np.ndarray

    def summed(self, lines: np.ndarray, axis: int) -> np.ndarray:
        """Sums (4, k, 12, 2, 2) over k groups of occupations (axis 0) or industries (axis 1); lines : (k, codes)."""
        other = 1 - axis
        return np.stack([np.tensordot(lines, each.sum(axis=other), axes=(1, 0)) for each in self._all])

    @property
    def _all(self) -> tuple[np.ndarray, ...]:
        return (self.jobs, self.amount, self.log, self.square)


def jobs_of(world: World, year: int) -> np.ndarray:
    """(369, 79, 12, 2, 2) employees of a year."""
    places = world.in_year(year)[world.codes.group]
    return np.asarray(places[..., None, None] * world.jobs[:, None, None, :, :2])


def pay_moments(world: World, year: int) -> Moments:
    """Moments of gross weekly pay in a year: exact under the planted function, over ages and qualifications."""
    jobs, parts = jobs_of(world, year), [_pay_of_status(world, status, year) for status in range(2)]
    mean, log, variance = (np.stack(each, axis=-1) for each in zip(*parts, strict=True))
    return Moments(jobs, jobs * mean, jobs * log, jobs * (log**2 + variance))


def basic_moments(world: World, year: int) -> Moments:
    """Moments of weekly pay without overtime: gross pay less a part that hangs on occupation, status and year alone."""
    gross = pay_moments(world, year)
    parts = np.array([OVERTIME[code[0]] for code in world.codes.occupation]) * (
        1 + OVERTIME_GROWTH * (year - FIRST_YEAR)
    )
    kept = 1 - parts[:, None, None, None, None] * np.array([1.0, PART_TIME_OVERTIME])
    lower = np.log(kept)
    square = gross.square + 2 * lower * gross.log + lower**2 * gross.jobs
    return Moments(gross.jobs, gross.amount * kept, gross.log + lower * gross.jobs, square)


def _pay_of_status(world: World, status: int, year: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean pay, mean log and variance of logs by occupation, industry, region and gender."""
    own, t = world.equations[status], year - FIRST_YEAR
    qualified, effects = world.qualified[world.codes.group], own.qualification
    curve = own.age * AGES + own.age2 * AGES**2
    by_age = [world.ages @ values for values in (curve, curve**2, np.exp(curve))]
    by_level = [(qualified @ values)[:, None] for values in (effects, effects**2, np.exp(effects))]
    gender = np.array([own.male, 0.0]) + own.male_occupation[:, None] * np.array([1.0, 0.0])
    alone = own.constant + (own.occupation + t * own.occupation_t)[:, None] + gender
    rest = (own.industry + t * own.industry_t)[:, None] + own.region
    log = (alone + by_age[0] + by_level[0])[:, None, None, :] + rest[..., None]
    ages_variance, levels_variance = by_age[1] - by_age[0] ** 2, by_level[1] - by_level[0] ** 2
    variance = ages_variance + levels_variance + own.sigma**2
    factor = np.exp(alone) * by_age[2] * by_level[2] * np.exp(own.sigma**2 / 2)
    mean = factor[:, None, None, :] * np.exp(rest)[..., None]
    return mean, log, np.broadcast_to(variance[:, None, None, :], log.shape)


def hours_moments(world: World, year: int) -> Moments:
    """Moments of paid hours; the same in every year."""
    jobs, mean = jobs_of(world, year), world.mean_hours()[..., :2]
    variance = np.array(HOURS_VARIANCE)
    log = np.log(mean) - variance / 2
    return Moments(jobs, jobs * mean, jobs * log, jobs * (log**2 + variance))


MOMENTS: Mapping[str, Callable[[World, int], Moments]] = {
    PAY: pay_moments,
    WITHOUT_OVERTIME: basic_moments,
    HOURS: hours_moments,
}


@dataclass(frozen=True)
class Numbers:
    """What a sheet prints of k lines, before marks.

    jobs, mean, median (k,); percentiles (k, 10); cv (k,) of the mean. Log-normal with the moments of the line.
    """

    jobs: np.ndarray
    mean: np.ndarray
    median: np.ndarray
    percentiles: np.ndarray
    cv: np.ndarray

    @classmethod
    def of(cls, sums: np.ndarray) -> "Numbers":
        """From sums (4, k) of `Moments`."""
        jobs, amount, log, square = sums
        there = np.where(jobs > 0, jobs, 1)
        mean, level = amount / there, log / there
        spread = np.sqrt(np.maximum(square / there - level**2, 0))
        points = np.exp(level[:, None] + spread[:, None] * ndtri(np.array(PERCENTILES) / 100))
        cv = np.sqrt(np.expm1(spread**2) / np.maximum(SAMPLED * there, 1e-9))
        return cls(jobs, mean, np.exp(level), points, cv)


def cells_of(now: Numbers, before: Numbers) -> list[list[str | float]]:
    """Cells of each line from the number of jobs on, as the publisher writes them: numbers, or marks in their place."""
    jobs_cv = np.sqrt(1 / np.maximum(SAMPLED * now.jobs, 1e-9))
    percent = {
        name: 100 * (getattr(now, name) / np.where(now.jobs > 0, getattr(before, name), 1) - 1)
        for name in ("median", "mean")
    }
    known = {
        "jobs": jobs_cv <= UNRELIABLE,
        "median": now.cv * SPREAD[50] <= UNRELIABLE,
        "mean": now.cv <= UNRELIABLE,
        **{str(p): now.cv * SPREAD[min(p, 100 - p)] <= UNRELIABLE for p in PERCENTILES},
    }
    columns: list[np.ndarray] = [
        _shown(now.jobs / 1000, known["jobs"], 0),
        _shown(now.median, known["median"], 1),
        _shown(percent["median"], known["median"], 1, ""),
        _shown(now.mean, known["mean"], 1),
        _shown(percent["mean"], known["mean"], 1, ""),
        *(_shown(now.percentiles[:, place], known[str(p)], 1) for place, p in enumerate(PERCENTILES)),
    ]
    return _with_marks(columns, now.jobs)


def quality_of(now: Numbers) -> list[list[str | float]]:
    """Coefficients of variation in per cent, in the columns of the numbers that they are of."""
    jobs_cv = np.sqrt(1 / np.maximum(SAMPLED * now.jobs, 1e-9))
    always = np.ones(len(now.jobs), dtype=bool)
    blank = np.full(len(now.jobs), "", dtype=object)
    columns = [
        _shown(100 * jobs_cv, always, 1),
        _shown(100 * now.cv * SPREAD[50], always, 1),
        blank,
        _shown(100 * now.cv, always, 1),
        blank,
        *(_shown(100 * now.cv * SPREAD[min(p, 100 - p)], always, 1) for p in PERCENTILES),
    ]
    return _with_marks(columns, now.jobs)


def _shown(values: np.ndarray, known: np.ndarray, decimals: int, mark: str = "x") -> np.ndarray:
    shown = np.round(values, decimals).astype(object)
    shown[~known] = mark
    return shown


def _with_marks(columns: Sequence[np.ndarray], jobs: np.ndarray) -> list[list[str | float]]:
    """Lines; one with few jobs has its mark beside the number of jobs alone."""
    table = np.column_stack(columns)
    for least, mark in ((DISCLOSIVE, ".."), (NEGLIGIBLE, "-"), (1e-6, ":")):
        table[jobs < least] = [mark, *[""] * (table.shape[1] - 1)]
    return table.tolist()
