"""Outcomes and controls of a record: employed, higher occupation, income, and who the person is."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.errors import DataError
from mobility.panel.answers import Answers
from mobility.storage import read_csv
from mobility.studies.movers.records import Codes

INDICATORS = {"male": "sex_source", "white": "white", "degree": "degree", "owner": "owner"}
PLAIN = ("born_abroad", "married")
DEFLATORS = {"cpi": ("D7BT", 2015), "cpih": ("L522", 2015), "cpi_2019": ("D7BT", 2019)}
BASE = 100.0


def add_outcomes(records: pd.DataFrame, codes: Codes, choices: Mapping[str, str], root: Path) -> pd.DataFrame:
    """Records with employed, higher (1, 0 or missing) and income (pounds a month, deflated)."""
    employed = employment(records, codes, choices["employed_codes"])
    return records.assign(
        employed=employed,
        higher=(classes := _class_of(records, choices["higher_past"])).eq(1).astype("float64").where(classes.notna()),
        income=_income(records, employed, choices, root),
    )


def employment(records: pd.DataFrame, codes: Codes, reading: str) -> pd.Series:
    """1 in work, 0 not, missing without a usable activity; people on leave by whether they have a job."""
    if reading == "worked_last_week":
        return codes.column(records, "worked")
    employed = codes.column(records, "employed")
    with_job = codes.column(records, "with_job").fillna(0.0) if reading != "leave_always" else 1.0
    employed = employed.mask(codes.column(records, "on_leave") == 1, with_job)
    if reading == "schemes":
        return employed.mask(codes.column(records, "on_scheme") == 1, 1.0)
    return employed.mask(codes.column(records, "student") == 1) if reading == "no_students" else employed


def _class_of(records: pd.DataFrame, reading: str) -> pd.Series:
    """Class of the current job, of the last one too, or of the last one that any earlier record of the person has."""
    if reading == "carried":
        return records["own_class"].groupby(records["person"]).ffill()
    return records["own_current_class" if reading == "current" else "own_class"]


def _income(records: pd.DataFrame, employed: pd.Series, choices: Mapping[str, str], root: Path) -> pd.Series:
    """Labour income of the month in prices of the base year: amount x 100 / index of the year of interview."""
    amounts, reading = records["earnings"], choices["income_zero"]
    if reading != "kept":
        amounts = amounts.where(amounts != 0)
    if reading == "employed":
        amounts = amounts.where(employed == 1)
    real = amounts * BASE / records["interview_year"].map(price_index(root, choices["deflator"]))
    return np.log(real.where(real > 0)) if reading == "log" else real


def price_index(root: Path, reading: str) -> pd.Series:
    """Yearly price index by year, 100 in its base year; raises `DataError` where the file lacks the series."""
    series, base = DEFLATORS[reading]
    file = root / "resources" / "prices" / "price_indices_annual.csv"
    table = read_csv(file)
    index = table[table["series"] == series].set_index("year")["value"]
    if base not in index:
        raise DataError(f"{file}: no {series} of {base}. Take the file as it came with the project.")
    return index * BASE / index[base]


def add_controls(records: pd.DataFrame, codes: Codes, choices: Mapping[str, str]) -> pd.DataFrame:
    """Records with male, white, degree, owner, born_abroad, married, has_children (1 or 0), children and region."""
    answers = Answers(records)
    chosen = {name: codes.column(records, name, choices[choice]) for name, choice in INDICATORS.items()}
    if choices["white_missing"] == "not_white":
        chosen["white"] = chosen["white"].fillna(0.0)
    children = answers.number("children_count").fillna(answers.number("children_count_grid"))
    return records.assign(
        **chosen,
        **{name: codes.column(records, name) for name in PLAIN},
        children=children,
        has_children=(children > 0).astype("float64").where(children.notna()),
        region=answers.number("region"),
    )
