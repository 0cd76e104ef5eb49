"""Studies of tables of counts by class of origin, class of destination and layer, as the example `mobility_tables`."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from mobility.errors import DataError, SpecError
from mobility.intake.losses import LossTable
from mobility.settings import Study
from mobility.studies.inputs import Inputs, Makers

KEYS = ("table", "origin", "destination", "count")
ONE_LAYER = "all"
MOVES = ("downward", "same_level", "upward")  # by the sign of the rank of destination less that of origin


def makers(inputs: Inputs) -> Makers:
    """A frame for each value of the variable `table`: a row a person, as many as the cell's count.

    Columns: person (a number), people (1), origin, destination, layer (`all` where the file has none),
    `origin_in_layer` and `destination_in_layer` (`EW: IVc`), and, where groups/<table>.csv has a column `rank` (1
    lowest; empty for none), `move`: immobile, upward, downward, same_level between two classes of one rank; unranked
    where a class has no rank.

    Raises
    ------
    DataError
        The mapping lacks a variable, or a count is negative, missing or no whole number.
    """
    panel, losses = inputs.panel, inputs.losses
    inputs.fail_if_unmapped(KEYS, "which the tables are made from")
    _check_counts(panel, inputs.study)
    names = list(dict.fromkeys(panel["table"].dropna()))
    for name in names:
        losses.start(name, panel)
    return {name: partial(_people, panel, name, inputs.study, losses) for name in names}


def _check_counts(panel: pd.DataFrame, study: Study) -> None:
    """DataError on a count that is no number of people: people are rows, and half a person is none."""
    counts = panel["count"].astype("float64")
    odd = panel[~((counts >= 0) & (counts % 1 == 0))]
    if len(odd):
        first = odd.iloc[0]
        found = "missing" if pd.isna(first["count"]) else f"{first['count']}"
        raise DataError(
            f"{study.folder}, mapping.yaml: {len(odd)} of {len(panel)} cells have no count of people; the first is "
            f"{found} in table `{first['table']}`, origin `{first['origin']}`, destination `{first['destination']}`. "
            "A count is a whole number from 0 up; sums of weights are none. Mend the file."
        )


def _people(panel: pd.DataFrame, name: str, study: Study, losses: LossTable) -> pd.DataFrame:
    """The people of one table."""
    own = losses.keep(name, "a cell of another table", panel, panel["table"] == name)
    people = own.loc[np.repeat(own.index, own["count"].astype("int64"))].reset_index(drop=True)
    frame = people[["origin", "destination"]].assign(person=np.arange(1, len(people) + 1), people=1)
    frame["layer"] = people.get("layer", ONE_LAYER)
    for side in ("origin", "destination"):
        frame[f"{side}_in_layer"] = frame["layer"] + ": " + frame[side]
    if ranks := _ranks(study, name):
        frame["move"] = _moves(people, ranks)
    return losses.recount(name, "each person of a cell a row", len(own), frame, "people")


def _ranks(study: Study, name: str) -> Mapping[str, float]:
    """Rank of each class by groups/<table>.csv, NaN for none; empty where the file is not there or has no ranks."""
    try:
        rows = study.groups(name)
    except SpecError:
        return {}
    try:
        return {row["id"]: float(row["rank"] or "nan") for row in rows if "rank" in row}
    except ValueError:
        where = f"{study.folder}/groups/{name}.csv, rank"
        raise SpecError(f"{where}: a rank is a number, 1 the lowest, or empty for none. Mend the file.") from None


def _moves(people: pd.DataFrame, ranks: Mapping[str, float]) -> np.ndarray:
    """Whether and which way each person moved."""
    change = np.sign(people["destination"].map(ranks) - people["origin"].map(ranks)).to_numpy("float64")
    found = np.array(MOVES)[np.nan_to_num(change).astype(int) + 1]
    found = np.where(np.isnan(change), "unranked", found)
    return np.where(people["origin"] == people["destination"], "immobile", found)
