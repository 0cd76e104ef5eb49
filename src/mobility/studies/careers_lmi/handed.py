"""What the study hands on besides its tables: the measures in every cell, and what makes other numbers of them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.lmi.dimensions import Dimension
from mobility.lmi.earnings import LEAST, TERMS, rest_is_told
from mobility.lmi.reliability import LEAST as REFUSED
from mobility.lmi.reliability import PLAIN
from mobility.lmi.store import EMPLOYMENT, HOURS, PAY, write_measures
from mobility.storage import write_array, write_csv
from mobility.studies.careers_lmi.delivered import Given, given_by, pay_year, years_of_jobs
from mobility.studies.careers_lmi.distribution import (
    age_table,
    change_table,
    distribution_table,
    replacement_table,
    unemployment_table,
)
from mobility.studies.careers_lmi.jobs import jobs_of, series_of
from mobility.studies.careers_lmi.pay import Raking, ages_of, equations_of, hours_of, pay_of
from mobility.studies.inputs import Inputs

TENTHS = 1  # decimals


def hand_on(inputs: Inputs, folder: Path) -> None:
    """Write the measures of the pay year and of the last published year of jobs, and the tables beside them.

    Beside the arrays: age_ratios.csv, distribution.csv, replacement.csv, unemployment.csv, change.csv, series.csv (jobs
    by year and occupation), series_<dimension>.csv, and for `mobility explain` coefficients.csv, ages.csv and, by
    measure and set of targets, targets_, factors_ and printed_ arrays.
    """
    given = given_by(inputs)
    dimensions, year = given.dimensions, pay_year(given, inputs.choices)
    tables = {
        "age_ratios": age_table(given).drop(columns="persons"),
        "distribution": distribution_table(given),
        "replacement": replacement_table(given),
        "unemployment": unemployment_table(given),
        "change": change_table(given),
        **series_of(given),
        "coefficients": coefficients(given),
        "ages": told_ages(given),
    }
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    measures = {PAY: pay_of(given), HOURS: hours_of(given)}
    for name, raking in measures.items():
        _write_how(raking, name, folder)
    arrays = {(name, year): _every_status(own.mean, dimensions) for name, own in measures.items()}
    arrays |= {(EMPLOYMENT, each): jobs_of(given, each) for each in sorted({year, years_of_jobs(given)[-1]})}
    write_measures(folder, arrays, dimensions, _about(given, year))


def _about(given: Given, year: int) -> dict[str, object]:
    inputs = given.inputs
    return {
        "year": year,
        "sources": sorted({use.source for use in inputs.study.about.sources.values()}),
        "choices": {name: inputs.choices[name] for name in inputs.study.choices},
        "limits": {"least": REFUSED, "plain": PLAIN, "at_limit": inputs.choices["at_limit"]},
    }


def _every_status(mean: np.ndarray, dimensions: Mapping[str, Dimension]) -> np.ndarray:
    """A mean of employees in the shape of all measures: nothing of the self-employed, every qualification the same
    where the measure has none."""
    whole = np.full([len(own.codes) for own in dimensions.values()], np.nan, dtype="float32")
    whole[..., : mean.shape[4], :] = mean if mean.ndim == whole.ndim else mean[..., None]
    return whole


def _write_how(raking: Raking, name: str, folder: Path) -> None:
    """What a number is explained from: by set, printed means, targets and factors, parts x region x gender x status."""
    for own, bills in raking.targets.items():
        write_array(bills.values, folder / "how" / f"{name}_targets_{own}.npy")
        write_array(raking.means[own].parts, folder / "how" / f"{name}_printed_{own}.npy")
        (factor,) = (each for key, each in raking.raked.factors.items() if f" by {own}," in key)
        write_array(
            np.moveaxis(factor, -1, 0) if own == "qualification" else factor,
            folder / "how" / f"{name}_factors_{own}.npy",
        )


def told_ages(given: Given) -> pd.DataFrame:
    """Mean age by occupation and gender to a tenth of a year: whole years over their number in full digits tell it."""
    dimensions = given.dimensions
    ages = np.round(ages_of(given), TENTHS)
    found = pd.DataFrame(ages, dimensions["occupation"].codes, dimensions["gender"].codes)
    return found.rename_axis("occupation").reset_index()


def coefficients(given: Given) -> pd.DataFrame:
    """Coefficients that cells are predicted with, a row a survey, status, term and code.

    coefficient, std_error and persons of what ten persons or more are behind, persons not where the few of a term would
    follow from them; `used` is what cells are predicted with,
    not told where it is the coefficient of fewer (choice `thin`).
    """
    parts, least = [], LEAST if given.inputs.choices["thin"] == "group" else 1
    for (survey, status), own in equations_of(given).items():
        errors = dict(zip(own.fit.names, own.fit.std_errors, strict=True))
        values = np.array(list(own.numbers.values()))
        error = [errors.get(name, errors[own.fit.names[0]]) for name in own.numbers]
        found = [_rows(list(own.numbers), "", values, error, np.full(len(values), own.fit.n), values)]
        for term, effects in own.effects.items():
            dimension = given.dimensions[TERMS[term][0]]
            error = [errors.get(f"{term}_{code}", 0.0) for code in dimension.codes]
            used = own.settled(term, dimension, least)
            found.append(_rows(term, dimension.codes, effects, error, own.persons[term], used, least))
        parts.append(pd.concat(found, ignore_index=True).assign(survey=survey, status=status))
    return pd.concat(parts, ignore_index=True)


def _rows(
    term: str | list[str],
    code: str | tuple[str, ...],
    values: np.ndarray,
    error: list[float],
    persons: np.ndarray,
    used: np.ndarray,
    least: int = LEAST,
) -> pd.DataFrame:
    table = pd.DataFrame({"coefficient": values, "std_error": error, "persons": persons.astype("float64")})
    few = persons < LEAST
    untold = few & (least < LEAST)
    table.loc[few] = np.nan
    if rest_is_told(persons):
        table["persons"] = np.nan
    return table.assign(term=term, code=code, used=np.where(untold, np.nan, used))
