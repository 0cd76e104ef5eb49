"""Households with children under 16 by what their parents are qualified to (driver 1.3)."""

from collections.abc import Mapping, Sequence

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.panel.answers import Answers

FRAME = "families"
LAST_CHILD_AGE = 15
ROLES = ("mother_id", "father_id")
UNIT = "households"
KEYS = ["wave", "household_id"]
IDS_OF_A_WAVE = 10**11  # above every household number
TYPES = {1: "single", 2: "dual"}
GRADUATE = "graduate"


def families(panel: pd.DataFrame, levels: Sequence[Mapping[str, str]], losses: LossTable) -> pd.DataFrame:
    """One row a household and wave with a resident child under 16 and one or two resident parents.

    panel : everyone enumerated. levels : rows of groups/qualification_levels.csv (code of qualification_group, level,
    rank, 1 the highest).

    Returns
    -------
    household (identifier of wave and household), year (of the wave), type (single, dual), education: the parent's
    level; of two parents both_graduates, one_graduate, else the higher of the two; weight (of the household).
    """
    people = _people(losses.start(FRAME, panel, panel="persons"), levels)
    parents = _resident_parents(people)
    found = parents.groupby(KEYS).agg(
        year=("year", "first"),
        weight=("weight", "first"),
        parents=("parent", "size"),
        known=("rank", "count"),
        best=("rank", "min"),
        worst=("rank", "max"),
    )
    return _educated(_households(people, found, losses), levels)


def _people(panel: pd.DataFrame, levels: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """Everyone with keys, links to parents, whether under 16, weight of the household and rank of the qualification."""
    answers = Answers(panel)
    ranks = {float(row["code"]): float(row["rank"]) for row in levels}
    ages = answers.number("age_enumerated").fillna(panel["year"] - answers.number("birth_year_ever"))
    return pd.DataFrame(
        {
            **{name: panel[name] for name in (*KEYS, "person")},
            **{role: answers.codes(role) for role in ROLES},
            "year": panel["year"].astype("int64"),
            "young": ages <= LAST_CHILD_AGE,
            "weight": answers.number("weight_household"),
            "rank": answers.number("qualification_group").map(ranks),
        }
    )


def _resident_parents(people: pd.DataFrame) -> pd.DataFrame:
    """Distinct parents who live in the household of their children under 16, a row a household and parent."""
    children = people[people["young"]]
    named = children.melt(id_vars=KEYS, value_vars=list(ROLES), value_name="parent")
    named = named.loc[named["parent"] > 0, [*KEYS, "parent"]].drop_duplicates()
    adults = people.drop(columns=list(ROLES)).rename(columns={"person": "parent"})
    return named.merge(adults, on=[*KEYS, "parent"], how="inner", validate="one_to_one")


def _households(people: pd.DataFrame, found: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """The households step by step, with what each step loses."""
    children = losses.keep(FRAME, "no child under 16", people, people["young"])
    every = children.drop_duplicates(KEYS)
    every = every.assign(household=every["wave"].astype("int64") * IDS_OF_A_WAVE + every["household_id"])
    losses.recount(FRAME, "a row for each household with a child under 16", len(children), every, UNIT, "household")
    every = every[[*KEYS, "household"]].merge(found, on=KEYS, how="left")
    for reason, fits in (
        ("no parent of a child under 16 lives there", lambda homes: homes["parents"].notna()),
        ("more than two parents: several families in one household", lambda homes: homes["parents"] <= max(TYPES)),
        ("the qualification of a parent is not known", lambda homes: homes["known"] == homes["parents"]),
    ):
        every = losses.keep(FRAME, reason, every, fits(every), "household")
    return every.reset_index(drop=True)


def _educated(households: pd.DataFrame, levels: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    names = {float(row["rank"]): row["level"] for row in levels}
    best, worst = (households[end].map(names) for end in ("best", "worst"))
    dual, graduate = households["parents"] == max(TYPES), best == GRADUATE
    education = best.mask(dual & graduate, "one_graduate").mask(dual & (worst == GRADUATE), "both_graduates")
    return households[["household", "weight"]].assign(
        year=households["year"].astype("int64"),
        type=households["parents"].map(TYPES),
        education=education,
    )
