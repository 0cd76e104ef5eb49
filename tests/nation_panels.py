"""A few persons of the BHPS and UKHLS, as the panels that the indicators of the state of the nation are made from."""

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.studies.state_of_nation.participation import ORGANISATIONS
from paths import ROOT

STUDY = load_study(ROOT, "state_of_nation")
FIRST_UKHLS, FIRST_BHPS, NOT_ASKED = 2009, 1991, -100
DEFAULTS = {
    "household_id": -8,
    "interview_type": 1,
    "age": -9,
    "age_enumerated": -9,
    "birth_year_ever": -9,
    "sex_ever": 2,
    "region": 7,
    "mother_id": -8,
    "father_id": -8,
    "nssec3": -8,
    "labour_income": -9.0,
    "pay_usual_month": -8.0,
    "father_nssec8_14": -8,
    "mother_nssec8_14": -8,
    "qualification_group": -9,
    "weight_household": 1.0,
    "volunteering": NOT_ASKED,
    **dict.fromkeys(ORGANISATIONS, NOT_ASKED),
}
WEIGHTS = {
    "history": ("weight_cross_section", "weight_cross_section_boosts", "weight_cross_section_uk"),
    "persons": ("weight_cross_section",),
}


def row(person: int, year: int, age: int, **answers) -> dict:
    """A row of a panel; `year` is that of the wave and of the interview, `age` that of everyone enumerated too."""
    weights = dict.fromkeys(WEIGHTS["history"], 1.0)
    known = {**DEFAULTS, **weights, "interview_year": year}
    assert set(answers) <= set(known), set(answers) - set(known)
    ages = {"age": age, "age_enumerated": age}
    return {"person": person, "year": year, **known, **ages, **answers}


def panels_of(rows: list[dict]) -> dict[str, pd.DataFrame]:
    """The rows as the two panels, waves by their years: before 2009 those of the BHPS."""
    every = pd.DataFrame(rows).sort_values(["person", "year"], ignore_index=True)
    found = {}
    for name, rows_of in (("persons", every["year"] >= FIRST_UKHLS), ("history", every["year"] < FIRST_UKHLS)):
        first = FIRST_UKHLS if name == "persons" else FIRST_BHPS
        lacking = [weight for weight in WEIGHTS["history"] if weight not in WEIGHTS[name]]
        panel = every[rows_of].drop(columns=lacking).reset_index(drop=True)
        found[name] = panel.assign(wave=panel["year"] - first + 1)
    return found


def frames_of(rows: list[dict], *wanted: str, **readings: str) -> dict[str, pd.DataFrame]:
    """Frames of the study from rows, under the readings; every step of the losses must add up."""
    return made_of(rows, *wanted, **readings)[0]


def made_of(rows: list[dict], *wanted: str, **readings: str) -> tuple[dict[str, pd.DataFrame], LossTable]:
    """Frames of the study from rows and their losses."""
    panels, losses = panels_of(rows), LossTable()
    choices = {**STUDY.chosen(), **readings}
    return make_frames(Inputs(panels, STUDY, choices, losses, wanted or None)), losses


# Anna: father routine (8), mother intermediate (4); intermediate at 28 in 1999, professional at 38 in 2009.
ANNA = [
    row(1, 1995, 24, father_nssec8_14=8, mother_nssec8_14=4, nssec3=3),
    row(1, 1999, 28, nssec3=2, labour_income=1000.0),
    row(1, 2000, 29, nssec3=2, labour_income=1100.0),
    row(1, 2009, 38, nssec3=1, labour_income=3000.0, weight_cross_section=2.0),
]
# Ben: father professional (2), mother never told; working class at 25 in 2000, no job at 35, working class again at 36.
BEN = [
    row(2, 2000, 25, father_nssec8_14=2, mother_nssec8_14=-9, nssec3=3, labour_income=900.0),
    row(2, 2010, 35, labour_income=0.0, weight_cross_section=0.5),
    row(2, 2011, 36, nssec3=3, labour_income=1500.0),
]
# Cara: parents not known; professional at 29 and 39.
CARA = [row(3, 2001, 29, nssec3=1), row(3, 2011, 39, nssec3=1)]
PEOPLE = [*ANNA, *BEN, *CARA]


def earners():
    """Ten persons at 27 in 2000 with 100 to 1,000 pounds, and at 37 in 2010 in the opposite order; all weights 1."""
    rows = []
    for place in range(1, 11):
        rows.append(row(place, 2000, 27, labour_income=100.0 * place, pay_usual_month=50.0, father_nssec8_14=1))
        rows.append(row(place, 2010, 37, labour_income=2000.0 - 100.0 * place, pay_usual_month=60.0 + place))
    return rows


# Household 1: two graduates with two children. 2: a graduate mother and a father with A levels. 3: a mother with GCSEs
# and other higher of the father. 4: a single mother without qualifications. 5: a father whose mother's answer is lost.
# 6: two mothers, of one child each (two families). 7: a child with its grandmother. 8: a daughter of 16.
HOMES = {
    1: ({"mother": 1, "father": 1}, [4, 9]),
    2: ({"mother": 1, "father": 3}, [15]),
    3: ({"mother": 4, "father": 2}, [0]),
    4: ({"mother": 9}, [12]),
    5: ({"mother": -9, "father": 4}, [3]),
    8: ({"mother": 2}, [16]),
}


def home(
    number: int, parents: dict[str, int], children: list[int], year: int = 2009, weight: float = 1.0
) -> list[dict]:
    """Rows of a household; persons are numbered 10 times the household's number and on."""
    shared = {"household_id": number, "weight_household": weight}
    ids = {role: 10 * number + place for place, role in enumerate(parents)}
    rows = [row(ids[role], year, 40, qualification_group=level, **shared) for role, level in parents.items()]
    links = {f"{role}_id": person for role, person in ids.items()}
    return rows + [row(10 * number + 5 + place, year, age, **links, **shared) for place, age in enumerate(children)]


def rows_of_homes() -> list[dict]:
    rows = [entry for number, (parents, ages) in HOMES.items() for entry in home(number, parents, ages)]
    two = [row(60, 2009, 30, household_id=6, qualification_group=1), row(61, 2009, 31, household_id=6)]
    two += [row(62, 2009, 33, household_id=6), row(65, 2009, 3, household_id=6, mother_id=60, father_id=62)]
    two += [row(66, 2009, 4, household_id=6, mother_id=61)]
    return [*rows, *two, row(70, 2009, 70, household_id=7), row(71, 2009, 7, household_id=7)]


def member(person: int, year: int, age: int = 40, **items: int) -> dict:
    return row(person, year, age, **{f"membership_{item}": 0 for item in range(1, 17)} | items)
