"""Frames of the tables of careers_lmi: persons for the models, and numbers counted from the arrays."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from mobility.studies.careers_lmi.delivered import EMPLOYED, Given, given_by
from mobility.studies.careers_lmi.numbers import (
    changes,
    coefficient_lines,
    equation_lines,
    gap_lines,
    register_lines,
    scaling_lines,
)
from mobility.studies.careers_lmi.shown import (
    age_lines,
    jobs_lines,
    measure_lines,
    reliability_lines,
    shape_lines,
)
from mobility.studies.inputs import Inputs, Makers

# What each frame of numbers is made from: the panel in which its losses begin.
PANELS = {
    "equations": "ashe_persons",
    "coefficients": "ashe_persons",
    "gaps": "ashe",
    "scaling": "ashe",
    "changes": "ashe",
    "measures": "ashe",
    "jobs": "working_futures",
    "reliability": "working_futures",
    "ages": "lfs",
    "shapes": "ashe",
    "registers": "working_futures",
}
DOCTORATE, FIRST_DEGREE = "1", "3"  # of the nine qualifications


def makers(inputs: Inputs) -> Makers:
    """Frame `employees`, a row an employee of the Labour Force Survey, and frames of numbers (`lmi.lines`).

    `equations`, `coefficients` : of the four earnings functions. `gaps`, `scaling`, `changes` : of the targets and of
    their raking. `measures` : jobs, pay and hours by occupation, industry, region, qualification and their groups.
    `jobs` : by year. `ages`, `shapes` : ratios of ages, medians and deciles. `reliability` : cells by verdict.
    `registers` : groups of the dimensions. Every choice changes some of them.

    Raises
    ------
    DataError
        Targets contradict each other or the zeros of the cells, with the two totals and the cell.
    """
    made: Mapping[str, Callable[[Given], pd.DataFrame]] = {
        "equations": equation_lines,
        "coefficients": coefficient_lines,
        "gaps": gap_lines,
        "scaling": scaling_lines,
        "changes": changes,
        "measures": measure_lines,
        "jobs": jobs_lines,
        "reliability": reliability_lines,
        "ages": age_lines,
        "shapes": shape_lines,
        "registers": register_lines,
    }
    given = given_by(inputs)

    def counted(name: str) -> pd.DataFrame:
        panel = inputs.panels[PANELS[name]]
        inputs.losses.start(name, panel, panel=PANELS[name])
        found = made[name](given)
        return inputs.losses.recount(name, "made into the numbers shown", len(panel), found, "numbers", "place")

    def maker(name: str) -> Callable[[], pd.DataFrame]:
        return lambda: counted(name)

    return {"employees": lambda: _employees(given), **{name: maker(name) for name in made}}


def _employees(given: Given) -> pd.DataFrame:
    """Employees with pay, with the categories of Table C.1: qualification in six, occupation and industry as levels.

    The six are those of the Labour Force Survey's HIQUL11D, whose first is a degree or equivalent (printed as the
    default); the six of Table C.9.4 have first degrees in the second.
    """
    own, dimensions = given.lfs, given.dimensions
    six = dict(zip(dimensions["qualification"].codes, dimensions["qualification"].levels["six"], strict=True))
    six[FIRST_DEGREE] = six[DOCTORATE]
    text = {name: own[name].astype("str") for name in ("region", "industry", "occupation", "status", "gender")}
    found = pd.DataFrame(
        {
            "person": own["person"],
            "log_pay": np.log(own["weekly_pay"].astype("float64")),
            "age": own["age"],
            "female": (text["gender"] == "2").astype("int8"),
            "region": "r" + text["region"],
            "qualification": "q" + own["qualification"].astype("str").map(six),
            "industry": "i" + text["industry"],
            "occupation": "o" + text["occupation"],
            "status": text["status"],
        }
    )
    given.inputs.losses.branch("employees", EMPLOYED)
    return found
