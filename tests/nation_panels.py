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
