"""Mean weekly pay of every cell: equation, joining, targets, raking (C.7.3, C.8.2, C.8.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mobility.lmi.dimensions import Dimension
from mobility.lmi.earnings import Earnings, fit_earnings, mean_ages, predicted_pay, qualification_profile
from mobility.lmi.hours import hours_of_cells
from mobility.lmi.joining import joined_pay
from mobility.lmi.levels import CONVERSIONS
from mobility.lmi.raked import per_job, rake_bills
from mobility.lmi.targets import Bills, Means, common_bills, scaled_bills
from mobility.models.raking import Raked
from mobility.studies.careers_lmi.delivered import (
    ARMED_FORCES,
    ASHE,
    EMPLOYEES,
    LFS,
    OVERTIME,
    PAID_HOURS,
    SURVEYS,
    Given,
    pay_year,
    printed_means,
    qualification_means,
)
from mobility.studies.careers_lmi.jobs import SHARES, jobs_of, shares_of

EQUATIONS, AGES = "equations", "mean ages"
Equations = Mapping[tuple[str, str], Earnings]
NORTHERN_IRELAND = "12"  # a total only is printed


@dataclass(frozen=True, eq=False)
class Raking:
    """What became of the bills of a measure.

    mean : float32, mean of every cell, NaN where there are no jobs. means : what was printed, by set. targets : the
    bills by set. common : bills by region, gender and status. raked : factors and gaps of the raking, whose array is
    dropped.
    """

    mean: np.ndarray
    means: Mapping[str, Means]
    targets: Mapping[str, Bills]
    common: np.ndarray
    raked: Raked


def equations_of(given: Given) -> Equations:
    """The four earnings functions by survey and status. Choice: `equation_weights`."""

    def make(choices: Mapping[str, str]) -> Equations:
        dimensions, found = given.dimensions, {}
        for survey in SURVEYS:
            persons = given.persons(survey)
            weighing = "income_weight" if survey == LFS else "weight"
            for status in EMPLOYEES:
                own = persons[persons["status"].astype("str") == status]
                weighted = choices["equation_weights"] == "survey" and weighing in own
                weights = own[weighing].to_numpy("float64") if weighted else None
                found[survey, status] = fit_earnings(own, dimensions, weights)
        return found

    return given.made(EQUATIONS, make)


def ages_of(given: Given) -> np.ndarray:
    """Mean age by occupation and gender of employees in the Labour Force Survey (C.8.2, 5h and 5i)."""
    return given.made(AGES, lambda choices: mean_ages(given.lfs, given.dimensions, given.least))


def employees_jobs(given: Given, year: int) -> np.ndarray:
    """Jobs of employees of a year, float64, none in the armed forces."""
    jobs = jobs_of(given, year)[..., : len(EMPLOYEES), :].astype("float64")
    jobs[np.isin(given.dimensions["occupation"].codes, ARMED_FORCES)] = 0
    return jobs


def pay_of(given: Given) -> Raking:
    """Pay of every cell. Choices: `joining`, `conversion`, `thin`, `overtime`, `target_year`, `gap_rate`, `regions`."""

    def make(choices: Mapping[str, str]) -> Raking:
        dimensions = given.dimensions
        jobs = employees_jobs(given, pay_year(given, choices))
        occupations, industries = printed_means(given, choices, OVERTIME[choices["overtime"]])
        qualifications = qualification_means(given.lfs, dimensions, given.least)
        means = {"industry": industries, "occupation": occupations, "qualification": qualifications}
        bills = _predicted(given, choices, jobs)
        bills *= jobs
        bills[np.isin(dimensions["occupation"].codes, ARMED_FORCES)] = 0
        return _raked(bills, jobs, means, dimensions, choices, "pay")

    for before in (equations_of, ages_of, shares_of):
        before(given)
    return given.made("pay", make, [EQUATIONS, AGES, SHARES])


def hours_of(given: Given) -> Raking:
    """Paid hours of every cell, the same for each qualification. Choices: `target_year`, `gap_rate`, `regions`."""

    def make(choices: Mapping[str, str]) -> Raking:
        dimensions = given.dimensions
        jobs = employees_jobs(given, pay_year(given, choices)).sum(axis=-1)
        occupations, industries = printed_means(given, choices, PAID_HOURS)
        bills = hours_of_cells(occupations, industries) * jobs
        means = {"industry": industries, "occupation": occupations}
        return _raked(bills, jobs, means, dimensions, choices, "hours")

    shares_of(given)
    return given.made("hours", make, [SHARES])


def _predicted(given: Given, choices: Mapping[str, str], jobs: np.ndarray) -> np.ndarray:
    """Predicted pay of every cell of employees before raking."""
    equations, ages, dimensions = equations_of(given), ages_of(given), given.dimensions
    least = given.least if choices["thin"] == "group" else 1
    found = np.empty(jobs.shape)
    for place, status in enumerate(EMPLOYEES):
        profile = qualification_profile(equations[LFS, status], dimensions, least)
        own = equations[choices["joining"], status]
        pay = predicted_pay(own, dimensions, ages, least=least) * CONVERSIONS[choices["conversion"]](own.residuals)
        if choices["joining"] == ASHE:
            found[..., place, :] = joined_pay(pay, profile, jobs[..., place, :])
        else:
            found[..., place, :] = pay[..., None] * profile
    return found


def _raked(
    bills: np.ndarray,
    jobs: np.ndarray,
    means: Mapping[str, Means],
    dimensions: Mapping[str, Dimension],
    choices: Mapping[str, str],
    what: str,
) -> Raking:
    """Bills raked to the targets of their sets, and per job."""
    common = common_bills(means["occupation"], jobs.sum(axis=(0, 1, *range(5, jobs.ndim))))
    targets = {}
    for name, own in means.items():
        number, predicted = by_set(jobs, name), by_set(bills, name)
        told = own if choices["regions"] == "twelve" else _without(own, dimensions, per_job(predicted, number))
        targets[name] = scaled_bills(told, number, common)
    raked = rake_bills(bills, {name: own.values for name, own in targets.items()}, dimensions, what)
    mean = per_job(raked.values, jobs, "float32")
    kept = Raked(np.empty(0), raked.axes, raked.gap, raked.gaps, raked.factors)
    return Raking(mean, means, targets, common, kept)


def by_set(values: np.ndarray, name: str) -> np.ndarray:
    """Sums of cells of employees by a set's parts, region, gender and status; the parts first."""
    axis = {"occupation": 0, "industry": 1, "qualification": 5}[name]
    sums = values.sum(axis=tuple(at for at in range(values.ndim) if at not in (axis, 2, 3, 4)))
    return np.moveaxis(sums, -1, 0) if name == "qualification" else sums


def _without(means: Means, dimensions: Mapping[str, Dimension], predicted: np.ndarray) -> Means:
    """Means with eleven regions, those of Northern Ireland's parts as they were predicted (items 6 to 8 of C.8.3)."""
    place = dimensions["region"].codes.index(NORTHERN_IRELAND)
    parts = means.parts.copy()
    parts[:, place] = predicted[:, place]
    return replace(means, parts=parts)
