"""Answers of 0 and 1 behind the indicators of annex B from the Labour Force Survey; NaN where not known."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from mobility.panel.answers import Answers

Readings = Mapping[str, str]
YES, NO, NO_ANSWER = 1, 2, -8
EMPLOYED, UNEMPLOYED, INACTIVE = 1, 2, 3
ON_A_SCHEME = range(1, 51)
STILL_ATTENDING = (1, 2)
FIRST_DEGREE = 2
DEGREE, GCSE, OTHER, NONE, DONT_KNOW = 1, 4, 5, 6, 7
HIGHEST_PAY = 100.0


def flag(there: np.ndarray, known: np.ndarray) -> np.ndarray:
    """1.0 or 0.0, NaN where not known."""
    return np.where(known, there.astype("float64"), np.nan)


def outcomes(answers: Answers, own_class: pd.Series, choices: Readings) -> dict[str, np.ndarray]:
    """Every answer by its name: those of `OUTCOMES`, and whether the own class is professional."""
    found = {name: make(answers, choices) for name, make in OUTCOMES.items()}
    return {**found, "professional": flag((own_class == "professional").to_numpy(), own_class.notna().to_numpy())}


def _status(answers: Answers, *codes: int) -> np.ndarray:
    return flag(answers.has("ilo_status", *codes), answers.has("ilo_status", EMPLOYED, UNEMPLOYED, INACTIVE))


def _training(answers: Answers) -> np.ndarray:
    on_a_scheme = answers.has("scheme", *ON_A_SCHEME)
    return answers.has("apprentice", YES) | on_a_scheme | answers.has("training_4wk", YES)


def _in_education(answers: Answers) -> np.ndarray:
    """In education or training of any kind; NaN where none of the answers says so and one is refused.

    Derived from apprenticeship, scheme, qualification studied for, training in the last four weeks, and enrolment on a
    course that is still attended, as the derivation of NEET by the ONS and the DfE has it.
    """
    enrolled = answers.has("enrolled", YES)
    there = _training(answers) | answers.has("studying", YES) | (enrolled & answers.has("attending", *STILL_ATTENDING))
    unknown = answers.any_code(["enrolled", "studying", "training_4wk", "apprentice"], NO_ANSWER)
    unknown |= enrolled & answers.has("attending", NO_ANSWER)
    return flag(there, there | ~unknown)


def learning(answers: Answers, choices: Readings) -> np.ndarray:
    """Of figure 3.8: full-time education or training (choice `study_2_1`), of those whose education is known."""
    any_kind = _in_education(answers)
    full_time = answers.has("full_time_student", YES)
    there = {
        "full_time_or_training": full_time | _training(answers),
        "any": any_kind == 1,
        "full_time": full_time,
    }[choices["study_2_1"]]
    return flag(there, ~np.isnan(any_kind))


def neet(answers: Answers, _: Readings) -> np.ndarray:
    """Not in education, employment or training."""
    learns, idle = _in_education(answers), _status(answers, UNEMPLOYED, INACTIVE)
    return flag((learns == 0) & (idle == 1), ~np.isnan(learns) & ~np.isnan(idle))


def employed(answers: Answers, choices: Readings) -> np.ndarray:
    """In employment, students with a job among them (choice `employment_2_1`)."""
    there = _status(answers, EMPLOYED)
    if choices["employment_2_1"] == "without_students":
        learns = _in_education(answers)
        return flag((there == 1) & (learns == 0), ~np.isnan(there) & ~np.isnan(learns))
    return there


def first_degree(answers: Answers, _: Readings) -> np.ndarray:
    """Full-time student on a first degree; not known where it is not said for which degree."""
    student = answers.has("full_time_student", YES)
    there = student & answers.has("studying_degree", FIRST_DEGREE)
    refused = student & answers.has("studying_degree", NO_ANSWER)
    return flag(there, answers.has("full_time_student", YES, NO) & ~refused)


def qualified(answers: Answers, choices: Readings, *codes: int) -> np.ndarray:
    """Highest qualification is one of the codes, of 1 to 6, or of everyone where the choice `gcse` says so."""
    answered = answers.has("qualification", *range(DEGREE, DONT_KNOW))
    known = np.ones(len(answered), dtype=bool) if choices["gcse"] == "with_unknown" else answered
    return flag(answers.has("qualification", *codes), known)


def gcse_or_below(answers: Answers, choices: Readings) -> np.ndarray:
    """GCSE or none; with other qualifications where the choice `gcse` says so."""
    codes = (GCSE, OTHER, NONE) if choices["gcse"] == "with_other" else (GCSE, NONE)
    return qualified(answers, choices, *codes)


def unemployed(answers: Answers, choices: Readings) -> np.ndarray:
    """Unemployed, of the economically active or of all (choice `base_3_2`)."""
    known = (EMPLOYED, UNEMPLOYED) if choices["base_3_2"] == "active" else (EMPLOYED, UNEMPLOYED, INACTIVE)
    return flag(answers.has("ilo_status", UNEMPLOYED), answers.has("ilo_status", *known))


def pay(answers: Answers, choices: Readings) -> np.ndarray:
    """Gross hourly pay in pounds of the day, above 0 and at most 100 (choice `pay_outliers`)."""
    hourly = answers.number("hourly_pay").to_numpy("float64")
    highest = np.inf if choices["pay_outliers"] == "any_positive" else HIGHEST_PAY
    return np.where((hourly > 0) & (hourly <= highest), hourly, np.nan)


OUTCOMES: Mapping[str, Callable[[Answers, Readings], np.ndarray]] = {
    "neet": neet,
    "employed": employed,
    "learning": learning,
    "first_degree": first_degree,
    "degree": lambda answers, choices: qualified(answers, choices, DEGREE),
    "gcse_or_below": gcse_or_below,
    "active": lambda answers, _: _status(answers, EMPLOYED, UNEMPLOYED),
    "unemployed": unemployed,
    "pay": pay,
}
