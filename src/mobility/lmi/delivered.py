"""Frames of the careers database from what the sources deliver: persons with pay, printed means, jobs in every cell.

What is dropped goes to a loss table, to a chain that the caller has begun with the rows of the panel.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.classify.soc import fail_unless_soc2010
from mobility.errors import DataError, nearest
from mobility.intake.losses import LossTable
from mobility.storage import read_register

ALL = "all"
FOLDER = "resources/classifications"
LEVELS, REGIONS = f"{FOLDER}/lfs_qualification_levels.csv", f"{FOLDER}/lfs_regions.csv"
WITH_PAY = (1, 5)  # interviews that ask for pay
ADULT = 16
EMPLOYEE, SELF_EMPLOYED, UNEMPLOYED = 1, 2, 5  # activity_34
REPEATS = ("first", "last")
DETAIL = ((2014, "HIQUAL11"), (9999, "HIQUAL15"))  # the variable of qualification_detail, to which year
FURTHER = ("weekly_pay", "hourly_pay", "hours", "weight", "income_weight")
GROUPED = ("gender", "status", "region", "occupation", "industry", "qualification")
MEASURES = ("jobs", "median", "mean", "median_change", "mean_change")
PERCENTILES = tuple(f"p{name}" for name in (10, 20, 25, 30, 40, 60, 70, 75, 80, 90))
Industries = Mapping[int, str]  # from divisions of SIC2007 to codes of industries


def lfs_workers(
    panel: pd.DataFrame,
    root: Path,
    industries: Industries,
    losses: LossTable,
    step: str = "lfs_workers",
    repeats: str = "first",
) -> pd.DataFrame:
    """Everyone in work of 16 and over who was asked for pay, once: a row a person.

    Parameters
    ----------
    panel : of the Labour Force Survey, quarters as waves. losses, step : the chain that gets what is dropped.
    repeats : of those who stand in two quarters (interviews 1 and 5 of the same households, a year apart), the quarter
        that counts: `first` or `last`.

    Returns
    -------
    person, quarter, year, t (years since the first), interview, age; gender, region, occupation, industry,
    qualification and status as codes of the database; weekly_pay, hourly_pay (pounds), hours a week, weight,
    income_weight, missing where there is none. Employees are of status 1 and 2, the self-employed of 3.

    Raises
    ------
    DataError
        A weight or an income weight below 0, or no weight for someone in work; an occupation that is none of SOC2010.
    """
    rows = losses.keep(step, "no interview that asks for pay", panel, panel["interview"].isin(WITH_PAY))
    rows = losses.keep(step, "below 16", rows, rows["age"] >= ADULT)
    status = _status(rows)
    rows = losses.keep(step, "no employee and no self-employed", rows.assign(status=status), status.notna())
    _fail_on_weights(rows)
    made = _coded(rows, root, industries)
    fail_unless_soc2010(root, made["occupation"].dropna().unique(), "Labour Force Survey")
    for name, told in (
        ("occupation", "no unit group of SOC2010"),
        ("industry", "no industry of the 75"),
        ("region", "no region"),
        ("qualification", "qualification not known"),
    ):
        made = losses.keep(step, told, made, made[name].notna())
    made = made.sort_values(["person", "year", "quarter"])
    again = made.duplicated("person", keep="first" if repeats == "first" else "last")
    made = losses.keep(step, f"the same person in another quarter ({repeats} counts)", made, ~again)
    return made.astype(dict.fromkeys(GROUPED, "str")).reset_index(drop=True)


def lfs_pay(workers: pd.DataFrame, losses: LossTable, step: str = "lfs_pay") -> pd.DataFrame:
    """The sample of the earnings function: employees with pay and a weight of pay; raises as `lfs_workers`."""
    rows = losses.keep(step, "self-employed", workers, workers["status"] != "3")
    rows = losses.keep(step, "no pay", rows, rows["weekly_pay"] > 0)
    return losses.keep(step, "no weight of pay", rows, rows["income_weight"] > 0).reset_index(drop=True)


def lfs_unemployed(panel: pd.DataFrame, root: Path, losses: LossTable, step: str = "lfs_unemployed") -> pd.DataFrame:
    """The unemployed of 16 and over, once, by their last occupation: person, quarter, occupation, weight."""
    rows = losses.keep(step, "no interview that asks for pay", panel, panel["interview"].isin(WITH_PAY))
    rows = losses.keep(step, "not unemployed, or below 16", rows, rows["ilo_status"].eq(2) & (rows["age"] >= ADULT))
    rows = losses.keep(step, "last occupation not known", rows, rows["last_soc2010"] >= 0)
    rows = rows.sort_values(["person", "wave"])
    rows = losses.keep(step, "the same person in another quarter", rows, ~rows.duplicated("person"))
    occupation = rows["last_soc2010"].astype("str")
    fail_unless_soc2010(root, occupation.unique(), "Labour Force Survey, last occupation")
    found = {"person": rows["person"], "quarter": rows["wave"], "weight": rows["weight"], "occupation": occupation}
    return pd.DataFrame(found).reset_index(drop=True)


def _status(rows: pd.DataFrame) -> pd.Series:
    """Full-time and part-time employees, and the self-employed; missing for others."""
    hours = rows["full_part_time"].map({1: "1", 2: "2"})
    own = hours.where(rows["activity_34"].eq(EMPLOYEE))
    return own.mask(rows["activity_34"].eq(SELF_EMPLOYED), "3")


def _fail_on_weights(rows: pd.DataFrame) -> None:
    wrong = {
        "weight": ~(rows["weight"] > 0),
        "income_weight": ~(rows["income_weight"] >= 0) & (rows["weekly_pay"] >= 0),
    }
    for name, bad in wrong.items():
        _fail_on(rows, name, bad)


def _fail_on(rows: pd.DataFrame, name: str, bad: pd.Series) -> None:
    """Raise `DataError` where a weight is not what it must be."""
    if bad.any():
        first = rows[bad].iloc[0]
        who = f"the first is person {first['person']} in {first['wave']}, with {first[name]:g}"
        raise DataError(
            f"{name}: {int(bad.sum()):,} people in work have none or one below 0; {who}. Take another edition of the "
            "file, or mend the weights."
        )


def _coded(rows: pd.DataFrame, root: Path, industries: Industries) -> pd.DataFrame:
    year = rows["year"].astype("int16")
    amounts = {name: _amount(rows, name) for name in ("weekly_pay", "hourly_pay", "weight", "income_weight")}
    return pd.DataFrame(
        {
            "person": rows["person"],
            "quarter": rows["wave"].astype("str"),
            "year": year,
            "t": (year - year.min()).astype("int8"),
            "interview": rows["interview"].astype("int8"),
            "age": rows["age"].astype("int16"),
            "gender": rows["sex"].map({1: "1", 2: "2"}),
            "region": _region(rows, root),
            "occupation": rows["soc2010"].astype("str").where(rows["soc2010"] >= 0),
            "industry": rows["industry_division"].map(industries),
            "qualification": _qualification(rows, root),
            "status": rows["status"],
            "weekly_pay": amounts["weekly_pay"],
            "hourly_pay": amounts["hourly_pay"],
            "hours": _amount(rows, "hours_total"),
            "weight": amounts["weight"],
            "income_weight": amounts["income_weight"],
        }
    )


def _amount(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows[name].where(rows[name] >= 0).astype("float64")


def _region(rows: pd.DataFrame, root: Path) -> pd.Series:
    """Region from the numbers of either period."""
    table = read_register(root / REGIONS)
    found = pd.Series(pd.NA, index=rows.index, dtype="object")
    for variable, own in table.groupby("variable"):
        if variable in rows:
            code_of = dict(zip(own["code"].astype("int64"), own["region"], strict=True))
            found = found.fillna(rows[str(variable)].map(code_of))
    return found


def _qualification(rows: pd.DataFrame, root: Path) -> pd.Series:
    """Nine levels from the detailed variable, whose codes are those of the year, and the type of a higher degree."""
    table = read_register(root / LEVELS)
    found, before = pd.Series(pd.NA, index=rows.index, dtype="object"), 0
    for to, variable in DETAIL:
        of_years = rows["year"].gt(before) & rows["year"].le(to)
        for row in table[table["variable"] == variable].itertuples(index=False):
            own = of_years & rows["qualification_detail"].between(int(row.first), int(row.last))
            if row.higher_degree:
                own &= rows["higher_degree"].isin([int(kind) for kind in row.higher_degree.split()])
            found[own] = row.qualification
        before = to
    return found


def ashe_employees(
    panel: pd.DataFrame, root: Path, industries: Industries, losses: LossTable, step: str = "ashe_employees"
) -> pd.DataFrame:
    """Employees' jobs of ASHE of 16 and over with pay: columns of `lfs_workers` without qualification; a row a job.

    Raises
    ------
    DataError
        A weight that is missing or below 0; an occupation that is none of SOC2010.
    """
    rows = losses.keep(step, "below 16", panel, panel["age"] >= ADULT)
    rows = losses.keep(step, "no pay", rows, rows["weekly_pay"] > 0)
    fail_unless_soc2010(root, rows["soc2010"].dropna().astype("str").unique(), "ASHE, persons")
    if "weight" in rows:
        _fail_on(rows, "weight", ~(rows["weight"] >= 0))
    year = rows["wave"].astype("int16")
    made = pd.DataFrame(
        {
            "person": rows["person"],
            "year": year,
            "t": (year - year.min()).astype("int8"),
            "age": rows["age"].astype("Int16"),
            "gender": rows["sex"].map({"male": "1", "female": "2"}),
            "region": rows["region"],
            "occupation": rows["soc2010"].astype("str"),
            "industry": (rows["sic2007"] // 1000).map(industries),
            "status": rows["full_time"].map({"full_time": "1", "part_time": "2"}),
            "weekly_pay": rows["weekly_pay"],
            "hours": rows.get("hours", np.nan),
            "weight": rows.get("weight", 1.0),
        }
    )
    for name, told in (("industry", "no industry of the 75"), ("region", "no region"), ("status", "hours not known")):
        made = losses.keep(step, told, made, made[name].notna())
    words = [name for name in GROUPED if name in made]
    return made.astype({**dict.fromkeys(words, "str"), "age": "int16"}).reset_index(drop=True)


def occupation_means(panel: pd.DataFrame, year: int, measure: str, level: str = "unit") -> pd.DataFrame:
    """Printed lines of occupations of a level, and with it of all together, by region, gender and status.

    Tables 14 and 15 together: what both print is that of 15. Columns: occupation, region, gender, status, then jobs,
    median, mean, their changes and percentiles with the mark of each.
    """
    own = panel[(panel["year"] == year) & (panel["measure"] == measure) & panel["table"].isin(["14", "15"])]
    own = own[own["level"].isin([level, ALL])].sort_values("table", ascending=False, kind="stable")
    keys = ["occupation", "region", "gender", "status"]
    kept = own[~own.duplicated(keys)]
    columns = [column for name in (*MEASURES, *PERCENTILES) for column in (name, f"{name}_mark")]
    words = dict.fromkeys([*keys, *columns[1::2]], "str")
    return kept[[*keys, *columns]].astype(words).reset_index(drop=True)


def industry_means(panel: pd.DataFrame, year: int, measure: str, industries: Industries) -> pd.DataFrame:
    """Printed means of divisions as means of the 75 industries, weighted by jobs, only where every part is printed.

    Tables 5 and 16 together: what both print is that of 5. A mean of one division is taken as it is, with or without
    jobs. Columns: industry (`all` for the line of the area), region, gender, status, jobs, mean, why (what is missing).
    """
    own = panel[(panel["year"] == year) & (panel["measure"] == measure) & panel["table"].isin(["5", "16"])]
    own = own.sort_values("table", ascending=False, kind="stable")  # "5" before "16"
    keys = ["region", "gender", "status"]
    own = own.astype(dict.fromkeys([*keys, "sic", "level", "mean_mark", "jobs_mark"], "str"))
    own = own[~own.duplicated([*keys, "sic"])]
    whole = own[own["level"] == ALL].assign(industry=ALL, why=lambda rows: rows["mean_mark"])
    parts = own[own["level"] == "division"].copy()
    division = parts["sic"].astype("int64")
    parts["industry"] = division.map(industries)
    parts = parts[parts["industry"].notna()]
    made = _joined(parts, keys, industries)
    return pd.concat([whole[["industry", *keys, "jobs", "mean", "why"]], made], ignore_index=True)


def _joined(parts: pd.DataFrame, keys: list[str], industries: Industries) -> pd.DataFrame:
    """Divisions joined to industries; where one of several is not printed, or not there, the mean has a reason."""
    needed = pd.Series(list(industries.values())).value_counts()
    alone = parts["industry"].map(needed).eq(1)
    complete = parts["mean"].notna() & (parts["jobs"].notna() | alone)
    told = parts["sic"] + ": " + parts["mean_mark"].where(parts["mean"].isna(), parts["jobs_mark"])
    parts = parts.assign(
        weight=parts["jobs"].where(~alone, 1.0),
        bill=parts["mean"] * parts["jobs"].where(~alone, 1.0),
        there=complete,
        lacking=told.where(~complete, ""),
    )
    by = parts.groupby(["industry", *keys], sort=False)
    sums = by[["weight", "bill", "there"]].sum()
    jobs, why = by["jobs"].sum(min_count=1), by["lacking"].agg(lambda own: "; ".join(filter(None, own)))
    count = pd.Series(sums.index.get_level_values("industry").map(needed).to_numpy(), index=sums.index)
    absent = by.size() < count
    whole = sums["there"].eq(count)
    mean = (sums["bill"] / sums["weight"].where(sums["weight"] > 0)).where(whole)
    why = why.mask(absent, why + "; a part has no line").str.removeprefix("; ")
    made = pd.DataFrame({"jobs": jobs.where(whole), "mean": mean, "why": why.where(mean.isna(), "")})
    return made.reset_index()


def futures_employment(
    panel: pd.DataFrame, year: int, axes: Mapping[str, Sequence[str]], joined: Mapping[str, str]
) -> np.ndarray:
    """Jobs of a year in every cell, summed; 0 where the panel has no row.

    axes : codes by dimension, in the order of the array: sub_major, industry, region and so on. joined : from codes of
    the 79 industries to those that they are joined to; a code that is not named stays.

    Raises
    ------
    DataError
        No jobs of the year, or jobs under a code that no axis has.
    """
    own = panel[(panel["year"] == year) & (panel["measure"] == "employment")]
    if own.empty:
        years = ", ".join(map(str, sorted(panel.loc[panel["measure"] == "employment", "year"].unique())))
        raise DataError(f"working_futures: no jobs of {year}; there are those of {years}. Add the year to `waves`.")
    shape, at = tuple(map(len, axes.values())), np.zeros(len(own), dtype="int64")
    for name, codes in axes.items():
        held = own[name].astype("category").array
        written = [joined.get(code, code) if name == "industry" else code for code in map(str, held.categories)]
        places = np.append(pd.Index(codes).get_indexer(written), -1)[held.codes]
        if places.min() < 0:
            code = own[name].iloc[int(places.argmin())]
            raise DataError(f"working_futures, {name}: jobs of {year} under `{code}`; {nearest(str(code), codes)}.")
        at = at * len(codes) + places
    return np.bincount(at, own["value"].to_numpy("float64"), minlength=int(np.prod(shape))).reshape(shape)


def futures_replacement(panel: pd.DataFrame) -> pd.Series:
    """Rates of replacement (share of the employed who leave in a year) by sub-major group."""
    own = panel[panel["measure"] == "replacement"]
    return pd.Series(own["value"].to_numpy("float64"), index=own["sub_major"].astype("str"), name="rate")
