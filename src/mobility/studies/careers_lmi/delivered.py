"""What the steps of the study begin with: persons, printed means and published jobs, on the codes of the dimensions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import DataError
from mobility.intake.losses import LossTable
from mobility.lmi.delivered import (
    ashe_employees,
    futures_employment,
    industry_means,
    lfs_pay,
    lfs_unemployed,
    lfs_workers,
    occupation_means,
)
from mobility.lmi.dimensions import ALL, Dimension, industry_of, joined_industries, load_dimensions
from mobility.lmi.earnings import LEAST
from mobility.lmi.targets import AXES, Means
from mobility.studies.inputs import Inputs

LFS, ASHE = "lfs", "ashe"
SURVEYS = (LFS, ASHE)
# Steps that count persons.
PERSONS, WORKERS, EMPLOYED = "persons", "workers", "employed"
ASHE_EMPLOYEES, UNEMPLOYED = "ashe_employees", "unemployed"
EMPLOYEES = ("1", "2")
ARMED_FORCES = ("1171", "3311")  # without pay in the report (C.7.2)
BASE_YEAR = 2014  # of the full detail of jobs (4.2.1)
OVERTIME = {"included": "1", "excluded": "2"}  # letters of the tables of weekly pay
PAID_HOURS = "9"


@dataclass(frozen=True, eq=False)
class Given:
    """What the steps of the study work on.

    inputs : panels and choices. dimensions : by the choice `industries`. workers : persons in work in the Labour Force
    Survey, nobody twice. lfs, ashe : employees with pay, those of the equations. unemployed : by last occupation.
    """

    inputs: Inputs
    dimensions: Mapping[str, Dimension]
    workers: pd.DataFrame
    lfs: pd.DataFrame
    ashe: pd.DataFrame
    unemployed: pd.DataFrame

    @property
    def least(self) -> int:
        """Persons on whom a number must rest to be handed on: ten, or as many as the class of the data asks."""
        return max(LEAST, self.inputs.threshold)

    def persons(self, survey: str) -> pd.DataFrame:
        """Employees with pay of a survey."""
        return self.lfs if survey == LFS else self.ashe

    def made(self, step: str, make: Callable[[Mapping[str, str]], Any], after: Sequence[str] = ()) -> Any:
        """A step on persons and printed numbers, shared with readings that answer its choices alike."""
        return self.inputs.made(step, make, [PERSONS, *after])


def given_by(inputs: Inputs) -> Given:
    """Persons of both surveys, read once. Choices: `industries`, `repeats`, `armed_forces`."""

    def make(choices: Mapping[str, str]) -> tuple[pd.DataFrame, ...]:
        industries, losses, panels = industry_of(inputs.root, choices["industries"]), inputs.losses, inputs.panels
        for step in (WORKERS, UNEMPLOYED):
            losses.start(step, panels["lfs"], panel="lfs")
        losses.start(ASHE_EMPLOYEES, panels["ashe_persons"], panel="ashe_persons")
        workers = lfs_workers(panels["lfs"], inputs.root, industries, losses, WORKERS, repeats=choices["repeats"])
        losses.branch(EMPLOYED, WORKERS)
        lfs = lfs_pay(workers, losses, EMPLOYED)
        ashe = ashe_employees(panels["ashe_persons"], inputs.root, industries, losses, ASHE_EMPLOYEES)
        unemployed = lfs_unemployed(panels["lfs"], inputs.root, losses, UNEMPLOYED)
        if choices["armed_forces"] == "left_out":
            lfs = _without_armed_forces(lfs, losses, EMPLOYED)
            ashe = _without_armed_forces(ashe, losses, ASHE_EMPLOYEES)
        return workers, lfs, ashe, unemployed

    persons = inputs.made(PERSONS, make)
    return Given(inputs, load_dimensions(inputs.root, inputs.choices["industries"]), *persons)


def _without_armed_forces(persons: pd.DataFrame, losses: LossTable, step: str) -> pd.DataFrame:
    armed = persons["occupation"].astype("str").isin(ARMED_FORCES)
    return losses.keep(step, "in the armed forces, which have no pay", persons, ~armed).reset_index(drop=True)


def pay_year(given: Given, choices: Mapping[str, str]) -> int:
    """Year of the targets of pay and hours: the latest delivered, or the one before (choice `target_year`)."""
    years = sorted(given.inputs.panels["ashe"]["year"].unique())
    return int(years[-1] if choices["target_year"] == "latest" else years[max(len(years) - 2, 0)])


def printed_means(given: Given, choices: Mapping[str, str], measure: str) -> tuple[Means, Means]:
    """Printed means of ASHE by occupation and by industry, of the year of the targets.

    Where an occupation has no number for the country it takes that of full-time employees (choice `gap_rate`), then of
    its sub-major group, then of all; an industry that of all.

    Raises `DataError` where print has no mean of all jobs of the year.
    """
    year, panel, dimensions = pay_year(given, choices), given.inputs.panels["ashe"], given.dimensions
    levels = {level: occupation_means(panel, year, measure, level=level) for level in ("unit", "sub_major", ALL)}
    overall = _array(levels[ALL].assign(part=ALL), (), dimensions)
    if np.isnan(overall[-1, -1, -1, -1]):
        raise DataError(
            f"ashe: no mean of all jobs in Table 14.{measure} of {year}, on which the targets of careers_lmi rest. "
            "Bring it with 15 and 5 of the same number, or choose another answer to `overtime` in config.yaml."
        )
    units = _array(levels["unit"].rename(columns={"occupation": "part"}), dimensions["occupation"].codes, dimensions)
    units[-1] = overall[-1]
    own = dimensions["occupation"]
    groups = levels["sub_major"]
    of_group = groups[(groups[list(AXES)] == ALL).all(axis=1)].set_index("occupation")["mean"].astype("float64")
    national = units[:-1, -1, -1, -1]
    if choices["gap_rate"] == "full_time":
        full_time = units[:-1, -1, -1, 0] * (units[-1, -1, -1, -1] / units[-1, -1, -1, 0])
        national = np.where(np.isnan(national), full_time, national)
    national = np.where(np.isnan(national), of_group.reindex(own.levels["sub_major"]).to_numpy(), national)
    units[:-1, -1, -1, -1] = np.where(np.isin(own.codes, ARMED_FORCES), np.nan, _or_whole(national, units))
    parts = industry_means(panel, year, measure, industry_of(given.inputs.root, given.inputs.choices["industries"]))
    industries = _array(parts.rename(columns={"industry": "part"}), dimensions["industry"].codes, dimensions)
    industries[-1] = overall[-1]
    industries[:-1, -1, -1, -1] = _or_whole(industries[:-1, -1, -1, -1], industries)
    return _means(units), _means(industries)


def _or_whole(national: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(national), values[-1, -1, -1, -1], national)


def _array(frame: pd.DataFrame, codes: tuple[str, ...], dimensions: Mapping[str, Dimension]) -> np.ndarray:
    """Means by part, region, gender and status of employees, the last of each being all together; NaN for no number."""
    axes = [codes, *(dimensions[name].codes for name in AXES)]
    axes[-1] = EMPLOYEES
    found = np.full([len(own) + 1 for own in axes], np.nan)
    places = [
        pd.Index([*own, ALL]).get_indexer(frame[name].astype("str"))
        for name, own in zip(("part", *AXES), axes, strict=True)
    ]
    there = np.logical_and.reduce([own >= 0 for own in places])
    found[tuple(own[there] for own in places)] = frame["mean"].to_numpy("float64")[there]
    return found


def _means(found: np.ndarray) -> Means:
    """`Means` of an array of `_array`; a region or type without a number has that of all."""
    whole = float(found[-1, -1, -1, -1])
    return Means(
        found[:-1, :-1, :-1, :-1],
        found[:-1, -1, -1, -1],
        np.nan_to_num(found[-1, :-1, -1, -1], nan=whole),
        np.nan_to_num(found[-1, -1, :-1, :-1], nan=whole),
        found[-1, :-1, :-1, :-1],
        whole,
    )


def qualification_means(persons: pd.DataFrame, dimensions: Mapping[str, Dimension], least: int = LEAST) -> Means:
    """Weighted means of pay by qualification of the Labour Force Survey; none of fewer than `least` persons."""
    codes = [dimensions["qualification"].codes, *(dimensions[name].codes for name in AXES[:2]), EMPLOYEES]
    names = ("qualification", *AXES)
    places = [pd.Index(own).get_indexer(persons[name].astype("str")) for own, name in zip(codes, names, strict=True)]
    shape = [len(own) for own in codes]
    weight = persons["income_weight"].to_numpy("float64")
    at = np.ravel_multi_index(places, shape)

    def sums(values: np.ndarray) -> np.ndarray:
        return with_totals(np.bincount(at, values, minlength=int(np.prod(shape))).reshape(shape))

    total, number = sums(weight), sums(np.ones(len(weight)))
    paid = sums(weight * persons["weekly_pay"].to_numpy("float64"))
    return _means(np.divide(paid, total, out=np.full(total.shape, np.nan), where=number >= least))


def with_totals(values: np.ndarray) -> np.ndarray:
    """The array with its sum over each axis added as a last place."""
    for axis in range(values.ndim):
        values = np.concatenate([values, values.sum(axis=axis, keepdims=True)], axis=axis)
    return values


def years_of_jobs(given: Given) -> tuple[int, ...]:
    """Years for which jobs are published."""
    panel = given.inputs.panels["working_futures"]
    return tuple(sorted(int(year) for year in panel.loc[panel["measure"] == "employment", "year"].unique()))


def published_jobs(given: Given, year: int) -> np.ndarray:
    """Published jobs: sub-major group 25 x industry x region x gender x status x qualification."""
    inputs, dimensions = given.inputs, given.dimensions
    joined = joined_industries(inputs.root, inputs.choices["industries"])
    sub_majors = tuple(dimensions["occupation"].groups["sub_major"])
    axes = {"sub_major": sub_majors, **{name: own.codes for name, own in dimensions.items() if name != "occupation"}}
    return futures_employment(inputs.panels["working_futures"], year, axes, joined)
