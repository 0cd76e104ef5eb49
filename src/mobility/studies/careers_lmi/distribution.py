"""What makes medians, deciles and pay by age of a mean (C.7.4, C.7.5), and what else is told of an occupation."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mobility.lmi.ages import grouped_ratios
from mobility.lmi.delivered import futures_replacement, occupation_means
from mobility.lmi.dimensions import ALL
from mobility.lmi.earnings import in_whole
from mobility.lmi.lognormal import sigma_of_mean
from mobility.studies.careers_lmi.delivered import EMPLOYEES, OVERTIME, Given, pay_year

SIDES = ("occupation", "gender", "status", "qualification")  # of the 360 groups: 9, 2, 2 and 3, each or all
EVERYONE = "0"
PRINTED, OF_GROUP, OF_ALL = "printed", "of its sub-major group", "of all occupations"


def age_table(given: Given) -> pd.DataFrame:
    """Ratios of pay at ages 20 to 65 to the mean of all ages, by the 360 groups of C.7.4; `0` is all together.

    Columns `SIDES`, `age_20` to `age_65`, `persons` (`in_whole`), `note`, as `grouped_ratios`. Choice: `age_weights`.
    """

    def make(choices: Mapping[str, str]) -> pd.DataFrame:
        dimensions, persons = given.dimensions, given.lfs
        three = dict(zip(dimensions["qualification"].codes, dimensions["qualification"].levels["three"], strict=True))
        own = persons[["age", "weekly_pay"]].assign(
            occupation=persons["occupation"].astype("str").str[:1],
            gender=persons["gender"].astype("str"),
            status=persons["status"].astype("str"),
            qualification=persons["qualification"].astype("str").map(three),
        )
        by_persons = choices["age_weights"] == "persons"
        table = grouped_ratios(own, SIDES, "weekly_pay", by_persons=by_persons, least=given.least)
        table["persons"] = in_whole(table["persons"], given.least)
        return table.replace({side: {"all": EVERYONE} for side in SIDES})

    return given.made("ratios of ages", make)


def distribution_table(given: Given) -> pd.DataFrame:
    """Median over mean and sigma of every occupation and status of employees (C.7.5).

    Columns occupation, status, median_to_mean, sigma, note: where mean and median are not both printed, those of the
    sub-major group, else of all; sigma 0 where the mean is below the median (choice `undefined`: none there).
    """

    def make(choices: Mapping[str, str]) -> pd.DataFrame:
        dimensions, year = given.dimensions, pay_year(given, choices)
        panel, measure = given.inputs.panels["ashe"], OVERTIME[choices["overtime"]]
        levels = {level: _country(occupation_means(panel, year, measure, level=level)) for level in _LEVELS}
        own, parts = dimensions["occupation"], []
        for status in EMPLOYEES:
            keys = {"unit": own.codes, "sub_major": own.levels["sub_major"], ALL: (ALL,) * len(own.codes)}
            found = {
                level: levels[level].xs(status, level="status").reindex(keys[level]).to_numpy("float64")
                for level in _LEVELS
            }
            ratio = {level: each[:, 1] / each[:, 0] for level, each in found.items()}
            source = np.select([np.isfinite(ratio[level]) for level in _LEVELS], range(3), 2)
            k = np.choose(source, [ratio[level] for level in _LEVELS])
            note = np.array([PRINTED, OF_GROUP, OF_ALL])[source]
            parts.append(pd.DataFrame({"occupation": own.codes, "status": status, "median_to_mean": k, "note": note}))
        table = pd.concat(parts, ignore_index=True)
        sigma = sigma_of_mean(1 / table["median_to_mean"], 1.0)
        if choices["undefined"] == "median":
            sigma = np.where(table["median_to_mean"] > 1, 0.0, sigma)
        return table.assign(sigma=sigma)[["occupation", "status", "median_to_mean", "sigma", "note"]]

    return given.made("distribution", make)


_LEVELS = ("unit", "sub_major", ALL)


def _country(means: pd.DataFrame) -> pd.DataFrame:
    """Mean and median of the country, both genders, by occupation and status."""
    own = means[(means["region"] == ALL) & (means["gender"] == ALL)]
    return own.astype({"occupation": "str", "status": "str"}).set_index(["occupation", "status"])[["mean", "median"]]


def replacement_table(given: Given) -> pd.DataFrame:
    """Outflow over a year of every occupation, that of its sub-major group: occupation, start_year, end_year, rate."""
    own, year = given.dimensions["occupation"], pay_year(given, given.inputs.choices)
    rates = futures_replacement(given.inputs.panels["working_futures"]).reindex(own.levels["sub_major"])
    table = pd.DataFrame({"occupation": own.codes, "start_year": year, "end_year": year + 1})
    return table.assign(rate=rates.to_numpy("float64"))


def unemployment_table(given: Given) -> pd.DataFrame:
    """Unemployment rates by last occupation (4.2.2): occupation, year (the survey's last), rate (per cent), persons.

    The unemployed over these and those in work in the occupation, where enough persons (`Given.least`) are unemployed,
    and as many in work, or nobody; persons as `in_whole`.
    """
    codes, out, workers = given.dimensions["occupation"].codes, given.unemployed, given.workers
    without = out.groupby(out["occupation"].astype("str"))["weight"].agg(["sum", "size"]).reindex(codes)
    at_work = workers.groupby(workers["occupation"].astype("str"))["weight"].agg(["sum", "size"]).reindex(codes)
    rate = 100 * without["sum"] / (without["sum"] + at_work["sum"].fillna(0))
    persons = without["size"] + at_work["size"].fillna(0)
    table = pd.DataFrame({"year": int(workers["year"].max()), "rate": rate, "persons": persons})
    few = ~(without["size"] >= given.least) | at_work["size"].between(1, given.least - 1)
    told = in_whole(persons, given.least).mask(few)
    return table.assign(rate=rate.mask(few), persons=told).rename_axis("occupation").reset_index()


def change_table(given: Given) -> pd.DataFrame:
    """Printed change of mean pay on the year before, full-time and part-time together: occupation, change."""
    year = pay_year(given, given.inputs.choices)
    means = occupation_means(
        given.inputs.panels["ashe"], year, OVERTIME[given.inputs.choices["overtime"]], level="unit"
    )
    own = means[(means[["region", "gender", "status"]] == ALL).all(axis=1)]
    change = own.set_index(own["occupation"].astype("str"))["mean_change"] / 100
    codes = given.dimensions["occupation"].codes
    return change.reindex(codes).rename("change").rename_axis("occupation").reset_index()
