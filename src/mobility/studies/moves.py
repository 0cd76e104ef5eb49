"""Moves between areas: the real examples of London boroughs and of regions.

A row of a frame of moves is an ordered pair of areas i != j (in a year, in an age group) with its count `moves`; names
that begin with origin_ and destination_ are of the area left and of the area moved to.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.areas.codes import load_areas
from mobility.areas.distances import (
    borders,
    distances,
    joined_borders,
    joined_centroids,
    load_centroids,
    mark_borders,
)
from mobility.errors import DataError, SpecError, nearest
from mobility.flows.covariates import (
    age_shares,
    authority_populations,
    populations_2017,
    region_gva_per_head,
    region_of,
    region_populations,
    region_unemployment,
    supergroups,
)
from mobility.flows.losses import drop_within
from mobility.intake.losses import LossTable
from mobility.studies.inputs import Inputs, Makers

REST = "rest_of_uk"
JOINED = {"E09000001+E09000033": ("E09000001", "E09000033")}  # two boroughs that the census tables give as one
LONDON_POPULATION_YEAR = 2012  # the first mid-year after the census in the series at hand
LONDON_AGES = {
    "1-14": range(1, 15),
    "15-29": range(15, 30),
    "30-44": range(30, 45),
    "45-64": range(45, 65),
    "65+": range(65, 91),
}
REGIONS = {
    "E12000001": "North East",
    "E12000002": "North West",
    "E12000003": "Yorkshire and The Humber",
    "E12000004": "East Midlands",
    "E12000005": "West Midlands",
    "E12000006": "East of England",
    "E12000007": "London",
    "E12000008": "South East",
    "E12000009": "South West",
    "W92000004": "Wales",
    "S92000003": "Scotland",
}
LAGS = {"same_year": 0, "year_before": 1}
BOUNDARY_VINTAGE = 2018  # the codes of the boundaries of December 2014, unchanged to 2018
LIST_VINTAGE = 2021  # codes of the publisher's neighbour list, which has Scotland
FEW = 5


def makers(inputs: Inputs) -> Makers:
    """Frames of a study of moves, from the long table of its file (`flows.read.read_flows`).

    london_moves : `moves_by_age`, `moves` (all ages) and `areas`.
    region_moves : `moves` and `areas`; the choice `controls` is same_year or year_before.

    Raises `SpecError` on a study that the module does not serve.
    """
    name = inputs.study.name
    if name not in FRAMES:
        raise SpecError(f"{inputs.study.folder}/study.yaml, module moves: no study `{name}`; {nearest(name, FRAMES)}.")
    frames = FRAMES[name](inputs.panel, inputs.root, inputs.losses, inputs.choices)
    return {name: partial(frames.__getitem__, name) for name in frames}


def london_frames(
    flows: pd.DataFrame, root: Path, losses: LossTable, choices: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """Moves between the London boroughs in the year before the census of 2011.

    Population is that of mid-2012; of an age group, the borough's total of mid-2012 times the share of the group in
    mid-2017, since the census tables at hand hold movers only: their diagonal counts moves within a borough, not
    residents. The choice `neighbours` (lad2014 or lad2021) decides whether boroughs meet across the Thames.
    """
    boroughs = sorted(set(flows["origin"]) - {REST})
    _fail_if_strange(flows, {*_borough_codes(root), *JOINED, REST}, "a London borough of resources/areas")
    inside = flows["origin"].isin(boroughs) & flows["destination"].isin(boroughs)
    losses.start("areas", flows, "origin")
    losses.branch("moves_by_age", "areas")
    within_london = losses.keep("moves_by_age", "to or from the rest of the UK", flows, inside, "origin")
    pairs = drop_within(within_london, losses, "moves_by_age")
    losses.branch("moves", "moves_by_age")
    population = london_populations(root, boroughs)
    by_age = _with_ends(pairs, population, ["area", "age_group"])
    by_age = by_age.merge(
        _london_geography(root, choices.get("neighbours", "lad2014")),
        on=["origin", "destination"],
        validate="many_to_one",
    )
    keys = ["year", "origin", "destination"]
    areas, moves = _london_areas(flows, pairs, population), _over_ages(by_age, keys)
    losses.recount("moves", "summed over the age groups", len(by_age), moves, "pairs of areas", "origin")
    losses.recount("areas", "summed to each borough and age group", len(flows), areas, "boroughs by age", "area")
    return {
        "moves_by_age": by_age.sort_values([*keys, "age_group"], ignore_index=True),
        "moves": moves,
        "areas": areas,
    }


def _borough_codes(root: Path) -> list[str]:
    return [code for code in load_centroids(root)["code"] if code.startswith("E09")]


def _fail_if_strange(flows: pd.DataFrame, known: Collection[str], what: str) -> None:
    """Raise `DataError` with the codes of areas that are none of `known`."""
    strange = sorted({*flows["origin"], *flows["destination"]} - set(known))
    if strange:
        shown = ", ".join(strange[:FEW]) + (f" and {len(strange) - FEW} more" if len(strange) > FEW else "")
        raise DataError(
            f"moves: {shown} is not {what}; {nearest(strange[0], list(known))}. Mend the codes of the file."
        )


def _over_ages(by_age: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Moves and populations summed over the age groups."""
    summed = ["moves", "origin_population", "destination_population"]
    same = [name for name in by_age.columns if name not in (*summed, "age_group")]
    return (
        by_age.groupby(same, as_index=False, observed=True)[summed]
        .sum()[[*same[:3], *summed, *same[3:]]]
        .sort_values(keys, ignore_index=True)
    )


def london_populations(root: Path, boroughs: Sequence[str]) -> pd.DataFrame:
    """A row a borough and age group: area, age_group, name, supergroup, population (persons, not whole numbers)."""
    counted = authority_populations(root)
    total = counted[counted["year"] == LONDON_POPULATION_YEAR].set_index("code")["population"]
    people = age_shares(root, LONDON_AGES).mul(total, axis=0).dropna()
    groups, areas = supergroups(root), load_areas(root)
    rows = []
    for borough in boroughs:
        parts = list(JOINED.get(borough, (borough,)))
        name = " and ".join(areas.name(part) for part in parts)
        for age_group, population in people.loc[parts].sum().items():
            rows.append((borough, age_group, name, groups[parts[0]], population))
    return pd.DataFrame(rows, columns=["area", "age_group", "name", "supergroup", "population"])


def _with_ends(pairs: pd.DataFrame, table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Pairs with the columns of a table of areas, once for the origin and once for the destination."""
    values = [name for name in table.columns if name not in keys]
    for end in ("origin", "destination"):
        named = table.rename(columns={"area": end} | {name: f"{end}_{name}" for name in values})
        on = [end if key == "area" else key for key in keys]
        pairs = pairs.merge(named, how="left", on=on, validate="many_to_one")
    return pairs


def _london_geography(root: Path, neighbours: str) -> pd.DataFrame:
    """Distance and border of the boroughs; the joined one stands where the mean of its residents' boroughs does."""
    group = {code: code for code in _borough_codes(root)} | {
        part: name for name, parts in JOINED.items() for part in parts
    }
    weight = populations_2017(root).sum(axis=1).to_dict()
    pairs = distances(joined_centroids(load_centroids(root), group, weight))
    return mark_borders(pairs, joined_borders(borders(root, neighbours), group))


def _london_areas(flows: pd.DataFrame, pairs: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """A row a borough and age group: population, moves out, in and within, and to and from the rest of the UK.

    `net_moves` is moves in less moves out; `to_<type>` are the moves out to boroughs of each type.
    """
    keys = ["area", "age_group"]
    within = flows[flows["origin"] == flows["destination"]]
    parts = {
        "out_moves": (pairs, "origin"),
        "in_moves": (pairs, "destination"),
        "within_moves": (within, "origin"),
        "out_rest_of_uk": (flows[flows["destination"] == REST], "origin"),
        "in_rest_of_uk": (flows[flows["origin"] == REST], "destination"),
    }
    for name, (rows, end) in parts.items():
        sums = rows.groupby([end, "age_group"])["moves"].sum().rename(name).rename_axis(keys).reset_index()
        population = population.merge(sums, how="left", on=keys, validate="one_to_one")
    table = population.assign(net_moves=population["in_moves"] - population["out_moves"])
    return table.merge(_moves_to_types(pairs, population, keys), how="left", on=keys, validate="one_to_one")


def _moves_to_types(pairs: pd.DataFrame, population: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """A row a borough and age group, a column `to_<type>` for the moves to boroughs of each type."""
    types = population.drop_duplicates("area").set_index("area")["supergroup"].str.lower()
    names = "to_" + types.str.replace(",", "").str.replace(" ", "_")
    sums = pairs.groupby(["origin", "age_group", pairs["destination"].map(names)])["moves"].sum()
    return sums.unstack(fill_value=0).rename_axis(keys).rename_axis(None, axis=1).reset_index()


def region_frames(
    flows: pd.DataFrame, root: Path, losses: LossTable, choices: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """Moves between nine English regions, Wales and Scotland in the years ending mid-2012 to mid-2022.

    Unemployment (per cent) and production a head (GBP of 2015; 2012 to 2015 only) are of the year of the move or of the
    year before. What is not known is missing: the distance to Scotland, production after 2015, unemployment in 2011.
    """
    _fail_if_strange(flows, REGIONS, "a region of England, Wales or Scotland")
    losses.start("areas", flows, "origin")
    losses.branch("moves", "areas")
    pairs = drop_within(flows, losses, "moves")
    people = region_populations(root)
    controls = people.drop(columns="population").merge(region_unemployment(root), how="left", on=["region", "year"])
    controls = controls.merge(region_gva_per_head(root), how="left", on=["region", "year"])
    controls["year"] += LAGS[choices.get("controls", "same_year")]
    table = people.merge(controls, how="left", on=["region", "year"], validate="one_to_one")
    codes = {name: code for code, name in REGIONS.items()}
    table = table.assign(area=table["region"].map(codes)).rename(columns={"region": "name"})
    moves = _with_ends(pairs, table, ["area", "year"])
    moves = mark_borders(moves, _region_borders(root)).merge(
        _region_distances(root), how="left", on=["origin", "destination"], validate="many_to_one"
    )
    ends = {"out_moves": "origin", "in_moves": "destination"}
    for name, end in ends.items():
        sums = pairs.groupby([end, "year"])["moves"].sum().rename(name).rename_axis(["area", "year"]).reset_index()
        table = table.merge(sums, on=["area", "year"], validate="one_to_one")
    table["net_moves"] = table["in_moves"] - table["out_moves"]
    losses.recount("areas", "summed to each region and year", len(flows), table, "regions by year", "area")
    moves = moves.assign(
        log_distance=np.log(moves["distance_miles"]),
        log_destination_population=np.log(moves["destination_population"]),
        year_label=moves["year"].astype("str"),
    )
    keys = ["year", "origin", "destination"]
    return {
        "moves": moves.sort_values(keys, ignore_index=True),
        "areas": table.sort_values(["area", "year"], ignore_index=True),
    }


def _region_codes(root: Path, vintage: int) -> dict[str, str]:
    codes = {name: code for code, name in REGIONS.items()}
    return {authority: codes[region] for authority, region in region_of(root, vintage).items()}


def _region_distances(root: Path) -> pd.DataFrame:
    """Miles between the population-weighted mean centroids of the regions of England, and Wales (mid-2017 weights)."""
    weight = populations_2017(root).sum(axis=1).to_dict()
    return distances(joined_centroids(load_centroids(root), _region_codes(root, BOUNDARY_VINTAGE), weight))


def _region_borders(root: Path) -> pd.DataFrame:
    return joined_borders(borders(root, "lad2021"), _region_codes(root, LIST_VINTAGE))


FRAMES: dict[str, Callable] = {"london_moves": london_frames, "region_moves": region_frames}
