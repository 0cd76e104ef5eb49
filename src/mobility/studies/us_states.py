"""Jobs and pay by occupation, state and industry in the United States: the real example `us_states`.

Printed estimates of the Occupational Employment and Wage Statistics, a row an occupation in a state or industry.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mobility.lmi.fill import errors_of
from mobility.lmi.gaps import JOBS, PAY, Book, raked
from mobility.lmi.lines import lines
from mobility.lmi.lognormal import deciles
from mobility.lmi.reliability import verdicts, verdicts_by_error
from mobility.models.raking import Axes, Raked, Target, rake
from mobility.studies.inputs import Inputs, Makers

EVERYTHING = "000000"  # all occupations, all industries
GROUP_ENDS = "0000"  # of the code of a major group
OUTSIDE = ("6600000", "7200000", "7800000")  # Guam, Puerto Rico, Virgin Islands: in no national number
MEASURES = {"jobs": "employment", "pay": "mean"}
PERCENTS = (10, 25, 75, 90)
HIDDEN, SEED = 0.2, 2016
CLASSES = ("none", "noted", "told")
PRECISE = {"within_2": 2.0, "within_5": 5.0, "within_10": 10.0}  # relative errors in per cent
NUMBERS = ("employment", "mean", "median", "p10", "p25", "p75", "p90")


def makers(inputs: Inputs) -> Makers:
    """Frames of numbers, a row a place and line with value, n and note (`lmi.lines`).

    `occupations` (the country), `states`, `pay_by_state`, `gaps`, `filling`, `raking`, `industries` (state by
    industry), `reliability`, `rule`. Choices: `jobs`, `pay`, `limits`, `reliability`, `undefined`.
    """
    made: dict[str, tuple[Sequence[str], Callable[[], pd.DataFrame]]] = {
        "occupations": (["industries"], lambda: _occupations(inputs)),
        "states": (["states"], lambda: _states(inputs)),
        "pay_by_state": (["states", "industries"], lambda: _pay_by_state(inputs)),
        "gaps": (["states", "industries"], lambda: _gaps(inputs)),
        "filling": (["states", "industries"], lambda: _filling(inputs)),
        "raking": (["states", "industries"], lambda: _raking(inputs)),
        "industries": (["states", "industries"], lambda: _industries(inputs)),
        "reliability": (["states"], lambda: _reliability(inputs)),
        "rule": (["states"], lambda: _rule(inputs)),
    }

    def maker(name: str) -> Callable[[], pd.DataFrame]:
        panels, make = made[name]

        def counted() -> pd.DataFrame:
            read = pd.concat([inputs.panels[panel] for panel in panels], ignore_index=True)
            inputs.losses.start(name, read, panel=panels)
            return inputs.losses.recount(name, "made into the numbers shown", len(read), make(), "numbers", "place")

        return counted

    return {name: maker(name) for name in made}


def _book(inputs: Inputs, panel: str, measure: str) -> Book:
    """What is printed of a measure by state (of the 50 and the District of Columbia), or by industry."""
    place = {"states": "area", "industries": "industry"}[panel]
    own, country = inputs.panels[panel], inputs.panels["industries"]
    whole = country[country["industry"] == EVERYTHING].set_index("occupation")[MEASURES[measure]]
    rows = own[~own[place].isin([EVERYTHING, *OUTSIDE])]
    printed = rows.pivot(index=place, columns="occupation", values=MEASURES[measure])
    groups = [code for code in sorted(whole.index) if code.endswith(GROUP_ENDS) and code != EVERYTHING]
    names = [code for code in sorted(whole.index) if not code.endswith(GROUP_ENDS)]
    by_group = printed.reindex(columns=groups).to_numpy("float64")
    if measure == "jobs":
        by_group = _completed(by_group, whole[groups].to_numpy("float64"))
    return Book(
        tuple(printed.index),
        tuple(names),
        tuple(groups),
        np.array([groups.index(code[:2] + GROUP_ENDS) for code in names]),
        printed.reindex(columns=names).to_numpy("float64"),
        by_group,
        whole[names].to_numpy("float64"),
        whole[groups].to_numpy("float64"),
        printed[EVERYTHING].to_numpy("float64"),
        float(whole[EVERYTHING]),
    )


def _completed(by_group: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Jobs of groups by place, what is left of a group's total shared equally by the places without a number."""
    gaps = np.isnan(by_group)
    left = np.maximum(whole - np.nansum(by_group, axis=0), 0) / np.maximum(gaps.sum(axis=0), 1)
    return np.where(gaps, left, by_group)


def _jobs(inputs: Inputs, panel: str) -> Raked:
    """Jobs by place and occupation, gaps filled and raked to the printed totals."""

    def make(choices: Mapping[str, str]) -> Raked:
        book = _book(inputs, panel, "jobs")
        return raked(book.filled(JOBS[choices["jobs"]](book)), book)

    return inputs.made(f"jobs of {panel}", make)


def _bills(inputs: Inputs) -> Raked:
    """Pay bills by state and occupation: mean pay, gaps filled, times raked jobs, raked to the printed bills."""
    number = _jobs(inputs, "states").values.sum(axis=1)

    def make(choices: Mapping[str, str]) -> Raked:
        pay = _book(inputs, "states", "pay")
        bills = pay.times(_book(inputs, "states", "jobs"))
        return raked(np.nan_to_num(pay.filled(PAY[choices["pay"]](pay)) * number), bills.without_gaps())

    return inputs.made("bills of states", make, after=["jobs of states"])


def _occupations(inputs: Inputs) -> pd.DataFrame:
    """Printed numbers of the country by occupation."""
    country = inputs.panels["industries"]
    own = country[country["industry"] == EVERYTHING].set_index("occupation")
    return lines(own[list(NUMBERS)])


def _states(inputs: Inputs) -> pd.DataFrame:
    """Printed numbers of all occupations by state."""
    own = inputs.panels["states"]
    return lines(own[own["occupation"] == EVERYTHING].set_index("area")[list(NUMBERS)])


def _pay_by_state(inputs: Inputs) -> pd.DataFrame:
    """Mean pay by state and occupation: printed, or filled, raked and said to be."""
    book = _book(inputs, "states", "pay")
    jobs, bills = (each.values.sum(axis=1) for each in (_jobs(inputs, "states"), _bills(inputs)))
    made = np.divide(bills, jobs, out=np.full(jobs.shape, np.nan), where=(jobs > 0) & (bills > 0))
    table = pd.DataFrame(book.filled(made), book.places, book.names)
    gap = pd.DataFrame(np.isnan(book.parts), book.places, book.names)
    return lines(table, gap.replace({True: "filled and raked: not printed", False: ""}).astype("str"))


def _gaps(inputs: Inputs) -> pd.DataFrame:
    """Of each state how many of the occupations are printed, and the jobs that the others were given."""
    jobs, pay = _book(inputs, "states", "jobs"), _book(inputs, "states", "pay")
    made, gap = _jobs(inputs, "states").values.sum(axis=1), np.isnan(jobs.parts)
    filled = np.where(gap, made, 0).sum(axis=1)
    table = {
        "jobs_printed": (~gap).sum(axis=1),
        "pay_printed": np.isfinite(pay.parts).sum(axis=1),
        "filled": filled,
        "share_filled": filled / made.sum(axis=1),
    }
    return lines(pd.DataFrame(table, index=list(jobs.places), dtype="float64"))


def _filling(inputs: Inputs) -> pd.DataFrame:
    """Errors of the rules on printed cells that were hidden from them, before and after raking."""
    rows: dict[str, dict[str, float]] = {}
    jobs, gone = _book(inputs, "states", "jobs").hide(HIDDEN, SEED)
    truth = _book(inputs, "states", "jobs")
    for name, rule in JOBS.items():
        made = rule(jobs)
        rows[f"jobs.{name}"] = errors_of(made[gone], truth.parts[gone])
        after = raked(jobs.filled(made), jobs).values.sum(axis=1)
        rows[f"jobs.{name}.raked"] = errors_of(after[gone], truth.parts[gone])
    pay, gone = _book(inputs, "states", "pay").hide(HIDDEN, SEED)
    printed = _book(inputs, "states", "pay")
    number, bills = _jobs(inputs, "states").values.sum(axis=1), pay.times(truth).without_gaps()
    for name, rule in PAY.items():
        made = rule(pay)
        rows[f"pay.{name}"] = errors_of(made[gone], printed.parts[gone])
        after = raked(np.nan_to_num(pay.filled(made) * number), bills).values.sum(axis=1)
        mean = np.divide(after, number, out=np.full(number.shape, np.nan), where=number > 0)
        rows[f"pay.{name}.raked"] = errors_of(mean[gone], printed.parts[gone])
    table = pd.DataFrame.from_dict(rows, orient="index")
    return lines(table, sizes=pd.DataFrame(dict.fromkeys(table, table["n"])))


def _raking(inputs: Inputs) -> pd.DataFrame:
    """What raking did: sweeps, the largest gap to a target that is left, and by how much each target changed cells."""
    rows: dict[str, dict[str, float]] = {}
    found = {"states": _jobs(inputs, "states"), "bills": _bills(inputs), "industries": _jobs(inputs, "industries")}
    for name, one in {**found, "cube": _cube(inputs)}.items():
        factors = np.concatenate([factor[factor > 0].ravel() for factor in one.factors.values()])
        away = np.exp(np.abs(np.log(factors)))
        rows[name] = {
            "cells": float((one.values > 0).sum()),
            "sweeps": float(one.sweeps),
            "gap": one.gap * 1e9,
            "median": float(np.median(away)),
            "p99": float(np.quantile(away, 0.99)),
        }
    return lines(pd.DataFrame.from_dict(rows, orient="index"))


def _cube(inputs: Inputs) -> Raked:
    """Jobs by state, industry and occupation: the array nearest to independence that has both raked tables as sums."""
    states, industries = (_jobs(inputs, panel) for panel in ("states", "industries"))

    def make(_: Mapping[str, str]) -> Raked:
        by_state, by_industry = (each.values.sum(axis=1) for each in (states, industries))
        whole = by_state.sum(axis=0)
        start = by_state[:, None, :] * np.divide(by_industry, whole, out=np.zeros(by_industry.shape), where=whole > 0)
        names = ("state", "industry", "occupation")
        labels = dict(zip(names, (states.axes.labels["place"], industries.axes.labels["place"]), strict=False))
        targets = [
            Target("states", ("state", "occupation"), by_state),
            Target("industries", ("industry", "occupation"), by_industry),
        ]
        return rake(start, Axes(names, labels), targets, tolerance=1e-8)

    return inputs.made("cube", make, after=["jobs of states", "jobs of industries"])


def _industries(inputs: Inputs) -> pd.DataFrame:
    """Estimated jobs by state and industry, in thousands."""
    cube = _cube(inputs)
    sums = cube.values.sum(axis=2) / 1_000
    labels = [list(cube.axes.labels[name]) for name in ("state", "industry")]
    return lines(pd.DataFrame(sums, labels[0], labels[1]))


def _cells(inputs: Inputs) -> pd.DataFrame:
    """Printed occupations by state, without groups of them."""
    own = inputs.panels["states"]
    return own[~own["occupation"].str.endswith(GROUP_ENDS)]


def _reliability(inputs: Inputs) -> pd.DataFrame:
    """Printed relative errors of jobs and pay within the classes of a rule, and the cells by both rules.

    Choices: `reliability`, by jobs or by the relative error of pay, and `limits`.
    """
    own = _cells(inputs)
    own = own[own["employment"].notna()]
    by_jobs, by_error = (
        verdicts(own["employment"].to_numpy(), inputs.choices["limits"]),
        verdicts_by_error(own["wage_rse"].to_numpy()),
    )
    both = pd.crosstab(by_jobs, by_error, margins=True, margins_name="all").astype("float64")
    both = both.rename(index="jobs.{}".format, columns="error.{}".format)
    given, rows, sizes = by_jobs if inputs.choices["reliability"] == "employment" else by_error, {}, {}
    for name in CLASSES:
        cells = own[given == name]
        errors = cells["wage_rse"].dropna()
        rows[name] = {
            "cells": float(len(cells)),
            "jobs": cells["employment_rse"].median() / 100,
            "pay": errors.median() / 100,
            **{within: float((errors <= limit).mean()) for within, limit in PRECISE.items()},
            **{f"cells_{within}": float((errors <= limit).sum()) for within, limit in PRECISE.items()},
        }
        of_jobs = {"cells": len(cells), "jobs": int(cells["employment_rse"].notna().sum())}
        sizes[name] = {line: float(of_jobs.get(line, len(errors))) for line in rows[name]}
    table, rests_on = (pd.DataFrame.from_dict(of, orient="index") for of in (rows, sizes))
    return pd.concat([lines(table, sizes=rests_on), lines(both, sizes=both)], ignore_index=True)


def _rule(inputs: Inputs) -> pd.DataFrame:
    """Errors of percentiles by the log-normal rule, and with sigma from quartiles, against print."""
    own = _cells(inputs)
    columns: dict[str, dict[str, float]] = {}
    for shape in ("mean", "quartiles"):
        made = deciles(own, shape, inputs.choices["undefined"], PERCENTS)
        found = {name: errors_of(made[name], own[name]) for name in made}
        columns |= {f"{shape}.{what}": {at: one[what] for at, one in found.items()} for what in ("mean", "bias", "n")}
    table = pd.DataFrame(columns)
    return lines(table, sizes=pd.DataFrame({name: table[f"{name.split('.')[0]}.n"] for name in table}))
