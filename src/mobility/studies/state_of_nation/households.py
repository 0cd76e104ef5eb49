"""Households with children under 16 by what their parents are qualified to (driver 1.3)."""

from collections.abc import Mapping, Sequence

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.panel.answers import Answers

FRAME = "families"
LAST_CHILD_AGE = 15
ROLES = ("mother_id", "father_id")
UNIT = "households"
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
    panel = losses.start(FRAME, panel, panel="persons")
    answers = Answers(panel)
    people = pd.DataFrame(
        {
            "wave": panel["wave"].to_numpy(),
            "household_id": panel["household_id"].to_numpy(),
            "person": panel["person"].to_numpy(),
            "year": panel["year"].astype("int64").to_numpy(),
            "weight": answers.number("weight_household").to_numpy(),
            "rank": answers.number("qualification_group")
            .map({float(row["code"]): float(row["rank"]) for row in levels})
            .to_numpy(),
        }
    )
    ages = answers.number("age_enumerated").fillna(panel["year"] - answers.number("birth_year_ever"))
    links = pd.DataFrame({role: answers.codes(role).to_numpy() for role in ROLES})
    parents = _resident_parents(people, links, (ages <= LAST_CHILD_AGE).to_numpy())
    found = parents.groupby(["wave", "household_id"]).agg(
        year=("year", "first"),
        weight=("weight", "first"),
        parents=("parent", "size"),
        known=("rank", "count"),
        best=("rank", "min"),
        worst=("rank", "max"),
    )
    households = _households(people, ages <= LAST_CHILD_AGE, found, losses)
    return _educated(households, levels)


def _resident_parents(people: pd.DataFrame, links: pd.DataFrame, young: "pd.Series") -> pd.DataFrame:
    """Distinct parents who live in the household of their children under 16, a row a household and parent."""
    keys = ["wave", "household_id"]
    children = people.loc[young, keys].join(links[young])
    named = children.melt(id_vars=keys, value_vars=list(ROLES), value_name="parent")
    named = named.loc[named["parent"] > 0, [*keys, "parent"]].drop_duplicates()
    adults = people.rename(columns={"person": "parent"})
    return named.merge(adults, on=[*keys, "parent"], how="inner", validate="one_to_one")


def _households(people: pd.DataFrame, young: pd.Series, found: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """The households step by step, with what each step loses."""
    children = people[young.to_numpy()]
    losses.record(FRAME, "no child under 16", len(people), children)
    every = children.drop_duplicates(["wave", "household_id"])
    every = every.assign(household=every["wave"].astype("int64") * 10**11 + every["household_id"])
    losses.recount(FRAME, "a row for each household with a child under 16", len(children), every, UNIT, "household")
    every = every[["wave", "household_id", "household"]].merge(found, on=["wave", "household_id"], how="left")
    steps = (
        ("no parent of a child under 16 lives there", every["parents"].notna()),
        ("more than two parents: several families in one household", every["parents"] <= max(TYPES)),
        ("the qualification of a parent is not known", every["known"] == every["parents"]),
    )
    keep = pd.Series(True, index=every.index)
    for reason, fits in steps:
        before, keep = int(keep.sum()), keep & fits
        losses.record(FRAME, reason, before, every[keep], "household")
    return every[keep].reset_index(drop=True)


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
