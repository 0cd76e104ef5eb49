"""Adult interviews of both surveys in one table: one a person and calendar year, from 16 to 64 years.

What is asked at a first interview only (the parents' classes at 14) is gathered over all waves of both surveys.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.intake.missing import NOT_ASKED
from mobility.panel.answers import Answers

SURVEYS = ("history", "persons")  # names that study.yaml gives the panels: BHPS, UKHLS
CHAIN = "interviews"
INTERVIEWED = (1, 2, 3)  # full, proxy, telephone
NO_JOB = -8  # nssec3 does not apply
AGES = (16, 64)
PARENTS = ("father_nssec8_14", "mother_nssec8_14")
# The first that a wave has: the boosts of 1999 and 2001 have weights of their own, 1991 to 1998 only the last.
WEIGHTS = ("weight_cross_section_uk", "weight_cross_section_boosts", "weight_cross_section")


def interview_years(answers: Answers) -> pd.Series:
    """Calendar year of each interview; that of the wave where the survey has no date (BHPS of 1991)."""
    asked = answers.number("interview_year")
    return asked.where(asked > 0).fillna(answers.frame["year"]).astype("int64")


def ages(answers: Answers) -> pd.Series:
    """Age at the interview, else year of the interview less year of birth; missing where neither is known."""
    born = answers.number("birth_year_ever").fillna(answers.number("birth_year_derived_ever"))
    return answers.number("age").fillna(interview_years(answers) - born)


def cross_section_weights(answers: Answers) -> pd.Series:
    """Weight of the interview in its wave, the population being all of the UK that the wave covers."""
    found = pd.Series(np.nan, index=answers.frame.index)
    for name in reversed(WEIGHTS):
        found = found.mask(answers.codes(name) != NOT_ASKED, answers.number(name))
    return found


def adult_interviews(
    panels: Mapping[str, pd.DataFrame],
    choices: Mapping[str, str],
    classes: Sequence[Mapping[str, str]],
    regions: Mapping[int, str],
    losses: LossTable,
) -> pd.DataFrame:
    """One row a person and calendar year: year, age, own_class (1 to 3), no_job, income, weight, background, region.

    classes : rows of groups/parent_classes.csv. regions : region of residence by its code in both surveys.
    losses : get the chain `CHAIN`. Of two interviews of a person in one calendar year the earlier wave's stays.
    """
    parts = [_described(panels[name], choices) for name in SURVEYS if name in panels]
    records = losses.start(
        CHAIN, pd.concat(parts, ignore_index=True), panel=[name for name in SURVEYS if name in panels]
    )
    background = _backgrounds(records, choices["origin_parent"], classes)
    records = records.assign(background=background, region=records["region"].map(regions))
    records = losses.keep(CHAIN, "not interviewed", records, records["interviewed"])
    records = losses.keep(CHAIN, "age not known, or not 16 to 64", records, records["age"].between(*AGES))
    records = records.sort_values(["person", "year", "wave_year"], ignore_index=True)
    twice = records.duplicated(["person", "year"])
    records = losses.keep(CHAIN, "a second interview in the calendar year", records, ~twice)
    return records.drop(columns=["interviewed", "wave_year", *PARENTS])


def _described(panel: pd.DataFrame, choices: Mapping[str, str]) -> pd.DataFrame:
    answers = Answers(panel)
    return pd.DataFrame(
        {
            "person": panel["person"],
            "wave_year": panel["year"].astype("int64"),
            "year": interview_years(answers),
            "interviewed": answers.has("interview_type", *INTERVIEWED),
            "age": ages(answers),
            "own_class": answers.number("nssec3"),
            "no_job": answers.has("nssec3", NO_JOB),
            "income": _income(answers, choices["income"]),
            "weight": cross_section_weights(answers),
            "region": answers.number("region"),
            **{name: answers.number(name) for name in PARENTS},
        }
    )


def _income(answers: Answers, reading: str) -> pd.Series:
    """Gross pounds a month, nominal; missing where not above 0, under `zeros` where below."""
    amounts = answers.number("pay_usual_month" if reading == "main_job" else "labour_income")
    return amounts if reading == "zeros" else amounts.where(amounts > 0)


def _backgrounds(records: pd.DataFrame, reading: str, classes: Sequence[Mapping[str, str]]) -> pd.Series:
    """Background of each row: of the parent in the higher class, or of the father where his is known.

    Each parent's class is the first that the person gave in any wave.
    """
    ranks = {float(row["code"]): float(row["rank"]) for row in classes}
    names = {float(row["rank"]): row["background"] for row in classes}
    first = records.sort_values(["person", "wave_year"]).groupby("person")[list(PARENTS)].first()
    given = first.apply(lambda column: column.map(ranks))
    father, mother = (given[name] for name in PARENTS)
    rank = father.fillna(mother) if reading == "father_first" else given.min(axis=1)
    return records["person"].map(rank).map(names)
