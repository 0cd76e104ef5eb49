"""Writes unit_groups.csv beside it from two published tables that are shipped with examples/uk_occupations.

.venv/bin/python resources/pay/make_unit_groups.py

Gaps of the print are filled, since something has to be planted there: jobs by 500, below which none are printed; pay
by the mean of the unit groups of the same minor group, else of the sub-major one.
"""

from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
PRINT = HERE.parents[1] / "examples" / "uk_occupations" / "data"
SEXES = {"men": "male", "women": "female"}
STATUSES = {
    "employees_full_time": "full_time",
    "employees_part_time": "part_time",
    "self_employed_total": "self_employed",
}
LEAST = 500


def jobs() -> pd.DataFrame:
    """EMP04 of April to June 2018: unit groups by sex and status."""
    table = pd.read_csv(PRINT / "emp04_2018q2.csv.gz", dtype=str)
    own = table[table["soc2010"].str.len().eq(4) & table["sex"].isin(SEXES)]
    long = own.melt(["soc2010", "sex"], list(STATUSES), "status", "jobs")
    long["jobs"] = pd.to_numeric(long["jobs"], errors="coerce").fillna(LEAST).clip(lower=LEAST).astype(int)
    long["column"] = long["sex"].map(SEXES) + "_" + long["status"].map(STATUSES)
    return long.pivot(index="soc2010", columns="column", values="jobs")


def pay() -> pd.Series:
    """ASHE Table 14 of 2011, revised: mean annual pay of full-time jobs, gaps filled."""
    table = pd.read_csv(PRINT / "ashe_table14.csv.gz", dtype=str)
    own = table[(table["release"] == "2011r") & (table["jobs"] == "full-time") & table["code"].str.fullmatch(r"\d{4}")]
    mean = pd.to_numeric(own.set_index("code")["mean"], errors="coerce")
    for size in (3, 2, 1):
        mean = mean.fillna(mean.groupby(mean.index.str[:size]).transform("mean"))
    return mean.round().astype(int)


if __name__ == "__main__":
    table = jobs().join(pay().rename("mean_pay"), how="outer")
    table["mean_pay"] = table["mean_pay"].fillna(table["mean_pay"].median())
    table.fillna(LEAST).astype(int).rename_axis("soc2010").to_csv(HERE / "unit_groups.csv", lineterminator="\n")
