"""Earnings of persons in the General Social Survey by the methods of LMI for All: the real example `gss_earnings`."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.lmi.ages import curve_lines, grouped_ratios, ratio_lines
from mobility.lmi.fill import errors_of
from mobility.lmi.levels import level_errors
from mobility.lmi.lines import lines
from mobility.lmi.lognormal import PERCENTS, TENTHS, deciles, percentile
from mobility.models.sparse import Part, SparseDesign, fit_sparse
from mobility.quantiles import weighted_quantile
from mobility.studies.inputs import Inputs, Makers

READ = ("income", "age", "occupation", "occupation_group", "status", "gender", "education")
WORKING = ("full_time", "part_time")
# The groups whose ages have a curve of their own: every combination of these, each or all together.
SIDES = ("occupation_group", "gender", "status", "schooling")
SCHOOLING = {"less_than_high_school": "low", "high_school": "medium", "junior_college": "medium"}  # others: high
SHOWN = (20, 25, 30, 35, 40, 45, 50, 55, 60, 65)
FEWEST = 50  # persons of an occupation whose deciles are looked at
SHAPES = ("mean", "quartiles")


def makers(inputs: Inputs) -> Makers:
    """Frame `persons`, a row a person with earnings, and frames of numbers (`lmi.lines`) made from it.

    `ages` : ratios of pay at an age to that of all ages, by group. `curves` : of how many groups there are any.
    `rule` : errors of deciles by the log-normal rule. `levels` : what the conversion from logarithms costs.
    Choice: `age_weights`.

    Raises
    ------
    DataError
        The mapping lacks a variable.
    """
    inputs.fail_if_unmapped(READ, "which the frames are made from")
    losses, persons = inputs.losses, _persons(inputs.panel, inputs.losses)
    made: Mapping[str, Callable[[], pd.DataFrame]] = {
        "ages": lambda: ratio_lines(_curves(inputs, persons), SIDES, SHOWN),
        "curves": lambda: curve_lines(_curves(inputs, persons), SIDES),
        "rule": lambda: _rule(persons),
        "levels": lambda: _levels(persons),
    }
    for name in made:
        losses.branch(name, "persons")

    def maker(name: str) -> Callable[[], pd.DataFrame]:
        return lambda: losses.recount(
            name, "made into the numbers shown", len(persons), made[name](), "numbers", "place"
        )

    return {"persons": lambda: persons, **{name: maker(name) for name in made}}


def _persons(panel: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """Persons at work with all that the earnings function needs."""
    own = losses.start("persons", panel)
    own = losses.keep("persons", "no earnings of one's own reported", own, own["income"].notna())
    own = losses.keep("persons", "not at work full-time or part-time", own, own["status"].isin(WORKING))
    for name in ("age", "occupation", "education"):
        own = losses.keep("persons", f"no {name} reported", own, own[name].notna())
    return own.assign(
        log_pay=np.log(own["income"]),
        pay=own["income"],
        year="y" + own["wave"].astype("str"),
        occupation="o" + own["occupation"].astype("str"),
        male=(own["gender"] == "men").astype("int8"),
        full_time=(own["status"] == "full_time").astype("int8"),
        schooling=own["education"].map(SCHOOLING).fillna("high"),
    ).reset_index(drop=True)


def _curves(inputs: Inputs, persons: pd.DataFrame) -> pd.DataFrame:
    """Ratios of every group at the ages shown; groups of too few persons or ages have none."""
    return grouped_ratios(persons, SIDES, "pay", SHOWN, inputs.choices["age_weights"] == "persons")


def _rule(persons: pd.DataFrame) -> pd.DataFrame:
    """Errors of deciles of occupations with at least 50 full-time persons, by shape, against the observed ones."""
    own = persons[persons["status"] == "full_time"]
    own = own[own.groupby("occupation")["pay"].transform("size") >= FEWEST]
    pay = pd.DataFrame({name: _observed(part["pay"]) for name, part in own.groupby("occupation")}).T
    columns: dict[str, dict[str, float]] = {}
    for shape in SHAPES:
        made = deciles(pay, shape, "median", TENTHS)
        found = {name: errors_of(made[name], pay[name]) for name in made}
        columns |= {f"{shape}.{what}": {at: one[what] for at, one in found.items()} for what in ("mean", "bias", "n")}
    table = pd.DataFrame(columns)
    return lines(table, sizes=pd.DataFrame({name: table[f"{name.split('.')[0]}.n"] for name in table}))


def _observed(pay: pd.Series) -> dict[str, float]:
    values, ones = pay.to_numpy("float64"), np.ones(len(pay))
    shares = {percentile(percent): percent / 100 for percent in PERCENTS}
    found = {name: weighted_quantile(values, ones, share) for name, share in {**shares, "median": 0.5}.items()}
    return {**found, "mean": float(values.mean())}


def _levels(persons: pd.DataFrame) -> pd.DataFrame:
    """By kind of job and conversion, predicted over observed mean pay less 1, by the models' earnings function."""
    columns = {}
    for status in WORKING:
        own = persons[persons["status"] == status]
        y, age = own["log_pay"].to_numpy(), own["age"].to_numpy("float64")
        numbers = [Part.number("age", age), Part.number("age_squared", age**2), Part.number("male", own["male"])]
        design = SparseDesign((*numbers, *(_factor(own, name) for name in ("education", "year", "occupation"))))
        params = np.nan_to_num(fit_sparse(y, design).params)
        columns[status] = level_errors(y, design.matrix @ params + design.centres @ params)
    return lines(pd.DataFrame(columns))


def _factor(persons: pd.DataFrame, name: str) -> Part:
    """Levels of a column, the first the reference."""
    places, levels = pd.factorize(persons[name], sort=True)
    return Part(name, tuple(levels[1:]), places - 1)
