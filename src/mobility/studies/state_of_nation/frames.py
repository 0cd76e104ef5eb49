"""Frames of State of the Nation, annex B: persons of the Labour Force Survey with background and outcomes."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from mobility.panel.answers import Answers
from mobility.studies.inputs import Inputs, Makers
from mobility.studies.state_of_nation.background import Classes
from mobility.studies.state_of_nation.outcomes import HIGHEST_PAY, outcomes

PEOPLE, LABOUR = "people", "labour"
QUARTER = (7, 8, 9)  # months of July to September, the quarter with the questions on background
AGES = {"16_24": (16, 24), "25_29": (25, 29), "35_44": (35, 44)}
SEXES = {1: "male", 2: "female"}
PROXY, FIRST_INTERVIEW = 2, 1
DISABLED = {1: "disabled", 2: "not_disabled"}
WEIGHTS = {"person": "weight", "vintage_20": "weight_2020"}
Steps = Mapping[str, Callable[[pd.DataFrame], np.ndarray]]  # rows that stay, by the reason why the others go
PAY_WEIGHTS = {"income": "income_weight", "person": "weight"}


def makers(inputs: Inputs) -> Makers:
    """What makes the frames.

    people : a row a person of 16 to 24, 25 to 29 or 35 to 44 in a quarter of July to September: age_group, sex,
        background (empty outside), both together, own class, answers of 0 and 1, pay, weight, pay_weight, household.
    """
    return {PEOPLE: lambda: _people(inputs)}


def _people(inputs: Inputs) -> pd.DataFrame:
    losses = inputs.losses
    ages = {"not aged 16 to 29 or 35 to 44": lambda rows: _age_group(rows).ne("").to_numpy()}
    rows = interviewed(inputs, PEOPLE, ages)
    people = _described(rows.reset_index(drop=True), inputs)
    hourly = Answers(rows).number("hourly_pay")
    strange = int(((hourly == 0) | (hourly > HIGHEST_PAY)).sum())
    losses.note(PEOPLE, f"hourly pay of 0 or above {HIGHEST_PAY:.0f} pounds: {strange:,} rows", people)
    return people.sort_values(["person", "wave"], ignore_index=True)


def interviewed(inputs: Inputs, chain: str, ages: Steps) -> pd.DataFrame:
    """Rows of July to September that a frame is made from: its `ages`, and the interviews that the choices keep."""
    losses, choices = inputs.losses, inputs.choices
    steps: dict[str, Callable[[pd.DataFrame], np.ndarray]] = {
        "of another quarter than July to September": lambda rows: Answers(rows).has("reference_month", *QUARTER),
        **ages,
    }
    if choices["proxies"] == "drop":
        steps["answered by proxy"] = lambda rows: ~Answers(rows).has("interview_outcome", PROXY)
    if choices["waves"] == "first":
        steps["not in the first interview"] = lambda rows: Answers(rows).has("interview", FIRST_INTERVIEW)
    rows = losses.start(chain, inputs.panels[LABOUR], panel=LABOUR)
    for reason, kept in steps.items():
        rows = losses.keep(chain, reason, rows, kept(rows))
    return rows


def _age_group(rows: pd.DataFrame) -> pd.Series:
    age = Answers(rows).number("age")
    groups = pd.Series("", index=rows.index)
    for name, (low, high) in AGES.items():
        groups = groups.mask(age.between(low, high), name)
    return groups


def _described(rows: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    answers, classes, choices = Answers(rows), Classes(inputs), inputs.choices
    # As text also where nobody has any.
    sex, background = answers.codes("sex").map(SEXES).astype("str"), classes.background_of(answers).astype("str")
    own_class = classes.own_class(answers).astype("str")
    found = outcomes(answers, own_class, choices)
    return pd.DataFrame(
        {
            "person": rows["person"],
            "wave": rows["wave"],
            "household": households(answers),
            "year": rows["year"],
            "age_group": _age_group(rows),
            "age": answers.number("age"),
            "sex": sex,
            "background": background,
            "background_sex": background + "__" + sex,
            "own_class": own_class,
            "own_class_sex": own_class + "__" + sex,
            **found,
            "region": _region(answers, inputs),
            "ethnic_group": _mapped(answers, inputs, "ethnicity"),
            "disability": answers.codes("disability").map(DISABLED),
            "weight": person_weight(answers, choices),
            "pay_weight": _pay_weight(answers, choices),
        }
    )


def households(answers: Answers) -> pd.Series:
    """Number of the household; who has none is one of its own."""
    household = answers.codes("household_id")
    return household.where(household >= 0, -answers.frame["person"])


def person_weight(answers: Answers, choices: Mapping[str, str]) -> np.ndarray:
    """Weight of shares; that of vintage 20 where a file has it (choice `weights`)."""
    person = answers.number("weight").to_numpy("float64")
    if choices["weights"] == "none":
        return np.ones(len(person))
    if choices["weights"] == "vintage_20":
        vintage = answers.number(WEIGHTS["vintage_20"]).to_numpy("float64")
        return np.where(np.isnan(vintage), person, vintage)
    return person


def _pay_weight(answers: Answers, choices: Mapping[str, str]) -> np.ndarray:
    """Weight of pay, NaN where it is 0: nobody without pay is behind a median."""
    weight = answers.number(PAY_WEIGHTS[choices["pay_weight"]]).to_numpy("float64")
    return np.where(weight > 0, weight, np.nan)


def _mapped(answers: Answers, inputs: Inputs, name: str) -> pd.Series:
    """An answer by its groups file (columns code and id)."""
    return answers.codes(name).map({int(row["code"]): row["id"] for row in inputs.study.groups(name)})


def _region(answers: Answers, inputs: Inputs) -> pd.Series:
    """Region in twelve, or where the file has it in twenty the one that it is a part of."""
    twelve, twenty = (_mapped(answers, inputs, name) for name in ("region_12", "region_20"))
    return twelve.where(twelve.notna(), twenty)
