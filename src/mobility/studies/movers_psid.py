"""Movers and stayers in the panel of Cornwell and Rupert (1988): the real example `movers_psid`.

A place is the South or the rest of the United States, within or outside a metropolitan area; 1976 is the year before
any move, so that the rows of the frames are those of the years that follow.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.studies.inputs import Inputs, Makers

FIRST = 1976
PLACE = ("south", "metropolitan")
WORK = ("manufacturing", "union", "married")
SCHOOL = {"to_12": 12, "from_13_to_15": 15, "from_16": np.inf}  # groups, each with the most years that it has
READ = (*PLACE, *WORK, "occupation", "wage", "gender", "ethnicity", "education", "experience")
# Whether someone has moved, for every reading of the choice `when`: from the rows that differ from 1976, by person.
WHEN: Mapping[str, Callable[[pd.Series, pd.Series], pd.Series]] = {
    "that_year": lambda differs, person: differs,
    "by_then": lambda differs, person: differs.groupby(person).cummax(),
    "ever": lambda differs, person: differs.groupby(person).transform("max"),
    "last": lambda differs, person: differs.groupby(person).transform("last"),
}
MOVES = {"either": PLACE, "south": ("south",), "metropolitan": ("metropolitan",)}


def makers(inputs: Inputs) -> Makers:
    """Frames `person_years`, a row a person and year from 1977 on, and `people`, a row a person and group.

    Whoever is a mover in one year at least is one in `people`. Choices: `move` (which places count), `when` (in which
    of a person's years) and `controls` (of which year they are).

    Raises
    ------
    DataError
        The mapping lacks a variable.
    """
    panel, losses = inputs.panel, inputs.losses
    inputs.fail_if_unmapped(READ, "which the frames are made from")
    losses.start("person_years", panel)
    first = panel[panel["wave"] == FIRST].set_index("person")
    known = losses.keep("person_years", f"not observed in {FIRST}", panel, panel["person"].isin(first.index))
    later = losses.keep("person_years", f"{FIRST}, the year before any move", known, known["wave"] > FIRST)
    losses.branch("people", "person_years")
    years = _person_years(later, first, inputs.choices)
    return {"person_years": lambda: years, "people": lambda: _people(years, losses)}


def _person_years(later: pd.DataFrame, first: pd.DataFrame, choices: Mapping[str, str]) -> pd.DataFrame:
    """Whether each row is a mover's and where it is, its outcomes and its regressors; 0 and 1 are int8."""
    person = later["person"]
    before = {name: person.map(first[name]) for name in (*PLACE, *WORK)}
    moves = {name: later[name] != before[name] for name in PLACE}
    differs = pd.concat([moves[name] for name in MOVES[choices["move"]]], axis=1).any(axis=1)
    mover = WHEN[choices["when"]](differs, person)
    control = later if choices["controls"] == "that_year" else pd.DataFrame(before)
    flags = {"mover": mover, "white_collar": later["occupation"] == "white_collar"}
    flags |= {f"{name}_{FIRST}": before[name] == "yes" for name in PLACE}
    flags |= {name: control[name] == "yes" for name in WORK}
    flags |= {"female": later["gender"] == "female", "african_american": later["ethnicity"] == "african_american"}
    flags[f"white_collar_{FIRST}"] = person.map(first["occupation"]) == "white_collar"
    return later[["person", "wave", "gender", "ethnicity", "education", "experience"]].assign(
        year=later["wave"].astype("str"),
        moved=np.where(mover, "mover", "stayer"),
        place=_places(moves, later),
        school=pd.cut(later["education"].astype("float64"), [0, *SCHOOL.values()], labels=list(SCHOOL)).astype("str"),
        log_wage=np.log(later["wage"]),
        **{f"log_wage_{FIRST}": np.log(person.map(first["wage"]))},
        **{name: flag.astype("int8") for name, flag in flags.items()},
    )


def _places(moves: Mapping[str, pd.Series], later: pd.DataFrame) -> np.ndarray:
    """How each row's place differs from that of 1976: same, both, or which one was entered or left."""
    one = {name: np.where(later[name] == "yes", f"to_{name}", f"from_{name}") for name in PLACE}
    both = moves["south"] & moves["metropolitan"]
    return np.select([both, *(moves[name] for name in PLACE)], ["both", *one.values()], "same")


def _people(years: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """A row a person and group of people: everyone, and those of a sex, ethnicity and education."""
    whole = years.groupby("person", as_index=False)[["mover", "gender", "ethnicity", "school"]].max()
    whole = whole.assign(moved=np.where(whole["mover"] == 1, "mover", "stayer"), everyone="all")
    groups = whole.melt(["person", "moved"], ["everyone", "gender", "ethnicity", "school"], value_name="group")
    groups = groups[["person", "moved", "group"]].sort_values(["person", "group"], ignore_index=True)
    return losses.recount("people", "each person once in each group", len(years), groups, "persons by group")
