"""Moving out to move on (Social Mobility Commission 2020), Tables 29 to 32: who left deprived regions.

A row of the panel is a member of the ONS Longitudinal Study in a census of adulthood, aged 30 to 36; what is known of
the census twenty years before stands in the same row. A mover lives in another region than the one of childhood.
"""

from collections.abc import Collection, Mapping
from functools import cache

import numpy as np
import pandas as pd

from mobility.studies.inputs import Inputs, Makers

CHILD_AGES, ADULT_AGES, BETWEEN = (10, 16), (30, 36), 20  # years; the censuses are twenty years apart
PART = 5  # the lowest fifth
EMPLOYED = ("employee", "self_employed")
OWNERS = ("owns_outright", "mortgage", "shared_ownership")
FLAGS: Mapping[str, tuple[str, Collection[str]]] = {
    "male": ("sex", ["male"]),
    "white": ("ethnicity", ["white"]),
    "disabled": ("limiting_illness", ["yes"]),
    "married": ("marital_status", ["married_or_civil_partner"]),
    "degree": ("degree", ["degree"]),
    "owner": ("tenure", OWNERS),
    "born_abroad": ("born", ["abroad"]),
    "employed": ("activity", EMPLOYED),
}


def makers(inputs: Inputs) -> Makers:
    """Frames of the study.

    children : everyone who is in both censuses; `deprived` is 1 where the region of childhood is in the lowest
        quintile. people : those of them. traits : for each of these a row for each characteristic of Table 30.
    """
    children = cache(lambda: _children(inputs))
    people = cache(lambda: _people(children(), inputs))
    return {"children": children, "people": people, "traits": lambda: _traits(people(), inputs)}


def _children(inputs: Inputs) -> pd.DataFrame:
    losses, panel = inputs.losses, inputs.panel
    losses.start("children", panel)
    steps = {
        "not aged 10 to 16 in the census of childhood": lambda rows: rows["child_age"].between(*CHILD_AGES),
        "not aged 30 to 36 in the census of adulthood": lambda rows: rows["age"].between(*ADULT_AGES),
        "in an earlier census of adulthood too": lambda rows: ~rows.duplicated("person"),
        "no region of childhood": lambda rows: rows["child_region"].notna(),
        "no region as an adult": lambda rows: rows["adult_region"].notna(),
    }
    rows = panel.sort_values(["person", "wave"], ignore_index=True)
    for reason, kept in steps.items():
        rows = losses.keep("children", reason, rows, kept(rows).fillna(False).astype(bool))
    rows = rows.reset_index(drop=True)
    mover = (rows["child_region"].astype(str) != rows["adult_region"].astype(str)).to_numpy()
    parents = _parents(rows, inputs)
    children = rows.assign(
        child_census=rows["wave"] - BETWEEN,
        mover=mover.astype(int),
        who=np.where(mover, "movers", "stayers"),
        parents=parents,
        parents_professional=flag(parents, ["parent_professional"]),
        occupation=_groups(rows["occupation_class"], inputs),
    )
    return children.assign(deprived=deprived(children, inputs.choices).astype(int))


def _groups(classes: pd.Series, inputs: Inputs, before: str = "") -> pd.Series:
    """Three groups of the six social classes (Table 0.3)."""
    three = {row["id"]: before + row["group"] for row in inputs.study.groups("social_classes")}
    return classes.astype(object).map(three)


def _parents(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Group of the parent with the higher social class, or of the father where he has one (choice `ls_parent`)."""
    order = [row["id"] for row in inputs.study.groups("social_classes")]  # from the highest
    father, mother = (rows[name].astype(object) for name in ("father_class", "mother_class"))
    if inputs.choices["ls_parent"] == "father":
        return _groups(father.where(father.notna(), mother), inputs, "parent_")
    ranks = pd.concat(
        [column.map({name: rank for rank, name in enumerate(order)}) for column in (father, mother)], axis=1
    )
    return _groups(ranks.min(axis=1).map(dict(enumerate(order))), inputs, "parent_")


def flag(column: pd.Series, values: Collection[str]) -> pd.Series:
    """1.0 where a column holds one of the values, else 0.0; NaN where it has none."""
    return column.isin(values).astype("float64").where(column.notna())


def deprived(children: pd.DataFrame, choices: Mapping[str, str]) -> pd.Series:
    """Whether the region of childhood is in the lowest quintile of regions by their share of high-skilled jobs.

    Regions are sorted by the share, each weighs as many children as it has, in each census of childhood (or in all
    together: choice `ls_wave`).
    """
    skilled = {
        "parents": lambda: children["parents_professional"],
        "own": lambda: flag(children["occupation"], ["professional"]),
        "region": lambda: _of_region_of_childhood(children),
    }[choices["ls_share"]]()
    rows = children[["child_region", "child_census"]].assign(skilled=skilled)
    if choices["ls_wave"] == "pooled":
        rows = rows.assign(child_census=0)
    keys = ["child_census", "child_region"]
    regions = rows.groupby(keys, observed=True)["skilled"].agg(share="mean", children="size").reset_index()
    parts = [part[_lowest(part, choices["ls_quintile"])] for _, part in regions.groupby("child_census")]
    lowest = pd.MultiIndex.from_frame(pd.concat(parts)[keys])
    return pd.Series(pd.MultiIndex.from_frame(rows[keys]).isin(lowest), index=children.index)


def _of_region_of_childhood(children: pd.DataFrame) -> pd.Series:
    """Share of professionals in the region of childhood at the census of adulthood, from those who live there then."""
    of_region = children.groupby(["wave", "adult_region"], observed=True)["region_professionals"].first()
    return pd.Series(
        of_region.reindex(pd.MultiIndex.from_frame(children[["wave", "child_region"]])).to_numpy("float64"),
        index=children.index,
    )


def _lowest(regions: pd.DataFrame, rule: str) -> pd.Series:
    """Regions of the lowest fifth of the children; whole regions, hence one that is cut is in or out by the rule.

    reaching : up to the region with which a fifth is reached, that one too. below : without it. nearest : the number
    of regions, one or more, whose children come nearest to a fifth.
    """
    ordered = regions.sort_values(["share", "child_region"])
    reached = PART * ordered["children"].cumsum()  # compared with the total, so that no rounding decides
    total = ordered["children"].sum()
    if rule == "nearest":
        cut = ordered["share"].iloc[int((reached - total).abs().to_numpy().argmin())]
        return regions["share"] <= cut
    cut = ordered["share"].iloc[int((reached >= total).to_numpy().argmax())]
    return regions["share"] < cut if rule == "below" else regions["share"] <= cut


def _people(children: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    inputs.losses.branch("people", "children")
    reason = "grew up in a region outside the lowest quintile"
    people = inputs.losses.keep("people", reason, children, children["deprived"] == 1).reset_index(drop=True)
    people = people.assign(**{name: flag(people[column], values) for name, (column, values) in FLAGS.items()})
    if inputs.choices["ls_occupation"] == "current":
        people["occupation"] = people["occupation"].where(people["employed"] == 1)
    return people.rename(columns={"adult_region": "region"}).assign(year=people["wave"].astype(str))


def _traits(people: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Rows of Table 30: person, wave, who, trait, has (1 or 0); persons of whom it is not known have no row."""
    inputs.losses.branch("traits", "people")
    parts = []
    for row in inputs.study.groups("traits"):
        column = people[row["column"]]
        has = flag(column, [row["value"]]) if row["value"] else column.astype("float64")
        parts.append(people[["person", "wave", "who"]].assign(trait=row["id"], has=has)[has.notna()])
    traits = pd.concat(parts, ignore_index=True)
    reason = "a row for each characteristic that is known"
    return inputs.losses.recount("traits", reason, len(people), traits, "characteristics of persons")
