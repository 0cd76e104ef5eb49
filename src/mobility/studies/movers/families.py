"""Parents in the household, and their class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mobility.panel.answers import Answers
from mobility.studies.movers.records import Codes

ROLES = ("mother", "father")
ROUTINE = 3.0
Key = Callable[[str, Answers], tuple[list[str], pd.Series]]  # columns that a link is met by, and the links
PARENT_COLUMNS = ["record", "child", "parent", "year", "role"]


@dataclass(frozen=True)
class Links:
    """Parents in the household of some records.

    parents : a row a record and parent: record (label of the child's row), child, parent (persons), year, role.
    nobody : links to someone who is not in the file of the wave. several : person numbers that two of a household have.
    """

    parents: pd.DataFrame
    nobody: int
    several: int


def parent_links(children: pd.DataFrame, records: pd.DataFrame) -> Links:
    """Parents that the links of `children` lead to among the `records` of the same year.

    UKHLS links by the identifier of the person, BHPS by the person number within the household. A link to oneself, to
    nobody, or to a number that two persons of the household have, is no link.
    """
    found = [_by(role, children, records, how) for role in ROLES for how in (_by_person, _by_number)]
    parents = pd.concat([part for part, _, _ in found], ignore_index=True)
    parents = parents.drop_duplicates(["record", "parent"]).sort_values(["record", "role"], ignore_index=True)
    return Links(parents, sum(lost for _, lost, _ in found), sum(double for _, _, double in found))


def _by_person(role: str, answers: Answers) -> tuple[list[str], pd.Series]:
    return ["year", "person"], answers.number(f"{role}_id")


def _by_number(role: str, answers: Answers) -> tuple[list[str], pd.Series]:
    """Only where there is no link by person."""
    numbers = answers.number(f"{role}_person_number")
    return ["year", "household_id", "person_number"], numbers.mask(answers.number(f"{role}_id") > 0)


def _by(role: str, children: pd.DataFrame, records: pd.DataFrame, how: Key) -> tuple[pd.DataFrame, int, int]:
    """Parents of one role by one kind of link; how many links lead to nobody, and how many to several."""
    keys, link = how(role, Answers(children))
    linked = children[link > 0]
    wanted = linked[["year", "household_id"]].assign(
        record=linked.index, child=linked["person"], **{keys[-1]: link[link > 0].astype("int64")}
    )
    there = records[[*keys, "person"]] if "person" not in keys else records[keys]
    there = there.assign(parent=records["person"], several=there.duplicated(keys, keep=False)).drop_duplicates(keys)
    met = wanted.merge(there[[*keys, "parent", "several"]], how="left", on=keys, validate="many_to_one")
    double = met["several"].eq(True)
    nobody = met["parent"].isna() | (met["parent"] == met["child"])
    kept = met[~double & ~nobody].assign(role=role).astype({"parent": "int64"})
    return kept[PARENT_COLUMNS], int(nobody.sum()), int(double.sum())


def parental_class(links: pd.DataFrame, records: pd.DataFrame, codes: Codes, choices: Mapping[str, str]) -> pd.Series:
    """Class of the parents of each record with a parent: the highest, 1 to 3; missing where none is known.

    links : `Links.parents`. Choices `parent_class` (whose and which job) and `never_worked`.
    """
    reading = choices["parent_class"]
    if reading == "recalled":
        return _recalled(links, records, codes)
    if reading in ROLES:
        links = links[links["role"] == reading]
    own = _latest(links, records, "own_current_class" if reading == "current" else "own_class")
    classes = own["value"].where((own["year"] == own["seen"]) | (reading != "same_wave"))
    if choices["never_worked"] == "routine":
        asked = _latest(links, records.assign(asked=records["interviewed"].where(records["interviewed"])), "asked")
        classes = classes.mask(classes.isna() & asked["value"].notna(), ROUTINE)
    return classes.groupby(own["record"]).min()


def _latest(links: pd.DataFrame, records: pd.DataFrame, column: str) -> pd.DataFrame:
    """Each link with the parent's last known `value` of a column up to the year of the link, and its year `seen`."""
    known = records.loc[records[column].notna() & records["person"].isin(links["parent"]), ["person", "year", column]]
    known = known.rename(columns={"person": "parent", column: "value"}).assign(seen=known["year"])
    left, right = (part.astype({"year": "int64"}).sort_values("year") for part in (links, known))
    return pd.merge_asof(left, right, on="year", by="parent").sort_values(["record", "role"], ignore_index=True)


def _recalled(links: pd.DataFrame, records: pd.DataFrame, codes: Codes) -> pd.Series:
    """Class of the parents' jobs when the person was about 14, from the first interview in which the person told it."""
    told = records[records["person"].isin(links["child"])]
    both = np.fmin(codes.column(told, "mother_at_14"), codes.column(told, "father_at_14"))
    first = both.groupby(told["person"]).first()
    children = links.drop_duplicates("record").set_index("record")["child"]
    return children.map(first)
