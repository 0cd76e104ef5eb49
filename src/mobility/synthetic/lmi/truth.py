"""What was planted: coefficients of the equation that each source can show, mean ages, jobs and mean pay of cells."""

from dataclasses import replace

import numpy as np
import pandas as pd

from mobility.synthetic.lmi.earnings import REFERENCE_OCCUPATION, Equation, coefficients
from mobility.synthetic.lmi.printed import pay_moments
from mobility.synthetic.lmi.world import AGES, BASE_YEAR, World

TRUTH = "careers_lmi"
CELLS = "cells"  # in the form of cells of the study's tables
# Rows of the study's table of coefficients: terms alone, and the letter before a level.
ALONE = {"constant": "constant", "age": "age", "age2": "age_squared_1000", "male": "male"}
LETTERS = {"region": "r", "qualification": "q"}
REFERENCE = "1"  # of regions and of qualifications, shown without a number


def of_persons(world: World) -> dict[str, pd.DataFrame]:
    """What the Labour Force Survey shows: coefficients of its equations of pay, and mean ages."""
    return _of_equations(world, coefficients(world.equations, world.codes), "lfs")


def of_employees(world: World) -> dict[str, pd.DataFrame]:
    """What a file of employees' jobs shows: the same of equations without qualification, which it does not hold."""
    full, part = (_without_qualification(world, own) for own in world.equations)
    table = coefficients((full, part), world.codes)
    return _of_equations(world, table[table["term"] != "qualification"], "ashe")


def of_workbooks(world: World) -> dict[str, pd.DataFrame]:
    """What printed tables of pay show: jobs, and mean pay, of the base year."""
    return {**of_forecast(world), "pay": _pay(world)}


def of_forecast(world: World) -> dict[str, pd.DataFrame]:
    """What a forecast of employment shows: jobs of the base year."""
    return {"employment": _jobs(world)}


def _of_equations(world: World, table: pd.DataFrame, survey: str) -> dict[str, pd.DataFrame]:
    return {CELLS: _cells(table, survey), "coefficients": table, "age": mean_ages(world)}


def _cells(table: pd.DataFrame, survey: str) -> pd.DataFrame:
    """The coefficients that the study's table `coefficients` shows: table, row, column, statistic, value."""
    own = table[table["term"].isin([*ALONE, *LETTERS]) & (table["level"] != REFERENCE)]
    level = own["term"].map(LETTERS) + own["level"].astype("str")
    return pd.DataFrame(
        {
            "table": "coefficients",
            "row": own["term"].map(ALONE).fillna(level),
            "column": f"{survey}_" + own["status"].astype("str"),
            "statistic": "level",
            "value": own["coefficient"] * own["term"].map({"age2": 1000}).fillna(1),
        }
    )


def _without_qualification(world: World, own: Equation) -> Equation:
    """The equation of jobs whose qualification is not known, in the two years before: its mean goes to the occupation.

    Qualification hangs on the sub-major group alone, so that the equation without it holds exactly; the error's
    variance grows by that of qualification, here by the mean over unit groups.
    """
    qualified = world.qualified[world.codes.group]
    means = qualified @ own.qualification
    variances = qualified @ own.qualification**2 - means**2
    at = world.codes.occupation.index(REFERENCE_OCCUPATION)
    return replace(
        own,
        constant=own.constant + means[at],
        industry=own.industry - own.industry_t,
        occupation=own.occupation - own.occupation_t + means - means[at],
        sigma=float(np.sqrt(own.sigma**2 + variances.mean())),
    )


def mean_ages(world: World) -> pd.DataFrame:
    """Mean age of people in work by occupation and gender."""
    ages = world.ages @ AGES
    rows = [
        (occupation, str(gender + 1), ages[place, gender])
        for place, occupation in enumerate(world.codes.occupation)
        for gender in range(2)
    ]
    return pd.DataFrame(rows, columns=["occupation", "gender", "age"])


def _jobs(world: World) -> pd.DataFrame:
    """People in work of the base year by occupation, gender and status: shares within a sub-major group are fixed."""
    rows = [
        (occupation, str(gender + 1), str(status + 1), world.jobs[place, gender, status])
        for place, occupation in enumerate(world.codes.occupation)
        for gender in range(2)
        for status in range(3)
    ]
    return pd.DataFrame(rows, columns=["occupation", "gender", "status", "jobs"])


def _pay(world: World) -> pd.DataFrame:
    """Jobs and mean weekly pay of the base year by occupation, region, gender and status."""
    moments = pay_moments(world, BASE_YEAR)
    jobs, bill = moments.jobs.sum(axis=1), moments.amount.sum(axis=1)
    index = pd.MultiIndex.from_product(
        [world.codes.occupation, world.codes.region, ("1", "2"), ("1", "2")],
        names=["occupation", "region", "gender", "status"],
    )
    return pd.DataFrame({"jobs": jobs.ravel(), "mean_pay": (bill / jobs).ravel()}, index=index).reset_index()
