"""Class of origin by own class, from the Labour Force Survey: the table of the layer model of annex B (UNIDIFF)."""

import numpy as np
import pandas as pd

from mobility.panel.answers import Answers
from mobility.studies.inputs import Inputs, Makers
from mobility.studies.state_of_nation.background import Classes
from mobility.studies.state_of_nation.frames import SEXES, households, interviewed, person_weight

CLASSES, FIRST_YEAR, DECADE = "classes", 2014, 10
AGES = (25, 64)
# Own class and background have other words for the first class in the annex; a table of mobility has one.
ONE_WORD = {"privileged": "professional"}
THREE = ("professional", "intermediate", "working_class")


def makers(inputs: Inputs) -> Makers:
    """What makes the frame.

    classes : a row a person of 25 to 64 from 2014 on: year, cohort (decade of birth, `1970s`), sex, origin and
        destination (three classes, empty for others: nobody earning, never worked), both in seven classes (1 to 7),
        people (1), weight, household.
    """
    return {CLASSES: lambda: _people(inputs)}


def _people(inputs: Inputs) -> pd.DataFrame:
    ages = {
        "not aged 25 to 64": lambda rows: Answers(rows).number("age").between(*AGES).to_numpy(),
        "before the questions on background of 2014": lambda rows: (rows["year"] >= FIRST_YEAR).to_numpy(),
    }
    rows = interviewed(inputs, CLASSES, ages).reset_index(drop=True)
    answers, classes = Answers(rows), Classes(inputs)
    origin = classes.background_of(answers).replace(ONE_WORD)
    origin = origin.where(origin.isin(THREE)).astype("str")
    destination = classes.own_class(answers)
    destination = destination.where(destination.isin(THREE)).astype("str")
    born = rows["year"] - answers.number("age")
    return pd.DataFrame(
        {
            "person": rows["person"],
            "wave": rows["wave"],
            "household": households(answers),
            "year": rows["year"],
            "cohort": (born // DECADE * DECADE).astype("int64").astype("str") + "s",
            "sex": answers.codes("sex").map(SEXES).astype("str"),
            "origin": origin,
            "destination": destination,
            "origin_seven": _where(classes.eight_of_origin(answers), origin),
            "destination_seven": _where(classes.eight_of_own(answers), destination),
            "people": np.ones(len(rows), dtype="int64"),
            "weight": person_weight(answers, inputs.choices),
        }
    ).sort_values(["person", "wave"], ignore_index=True)


def _where(eight: pd.Series, three: pd.Series) -> pd.Series:
    """The eight classes as text of those who are in one of the three; nobody of these is in the eighth."""
    return eight.astype("Int64").astype("str").where(three.notna())
