"""Moving out to move on: flows between the authorities of England and Wales (Social Mobility Commission 2020).

The panel is the one long table of a delivery of flows (`flows.delivery`). Frames:

moves : every ordered pair i != j of authorities in each year, zeros with them; Tables 2 to 5 and 7 to 20.
rates_<typology> : people who leave each area for each type of area, over the people who live there; by year and sex.
ages_<typology> : the same by five-year band of age.
rates_census : people who left each area for each quintile in the year before the census of 2011, by group of people.
area_years, areas : what the areas are like in the years of Table 6, and their gross and net rates (maps).
"""

from collections.abc import Callable, Mapping
from functools import cache, partial

import numpy as np
import pandas as pd

from mobility.areas.codes import country_of, load_areas
from mobility.areas.distances import pair_geography
from mobility.flows.covariates import populations_2017
from mobility.intake.losses import LossTable
from mobility.studies.inputs import Inputs, Makers
from mobility.studies.moving_out.ages import age_rates
from mobility.studies.moving_out.delivered import COUNTRIES, OLDEST, TYPES, Delivered, on_boundaries, places_of
from mobility.studies.moving_out.rates import area_rates, census_rates, type_rates

POPULATION_VINTAGE = 2019  # boundaries of the population that the printed samples were made with
BASE_PRICES = 100.0  # deflator of the year whose prices count: 2015
MILLION = 1_000_000
PANEL = "panel"  # chain of the loss table with which every frame's begins
PER_RATE = 100_000  # choice `dependent_variable: rate`: moves per 100,000 people, a whole number
WORKING = range(18, 65)
OLD = {"from_66": range(66, OLDEST + 1), "from_65": range(65, OLDEST + 1)}
TABLE_6 = range(2011, 2019)  # years of its source line
THOUSAND = 1_000
YOUNG = {"aged_15_29": range(15, 30), "aged_15_19": range(15, 20)}
# What stands before a type in the names of the printed rows.
PREFIXES = {"origin": "sending_", "destination": "receiving_"}
UNPREFIXED = ("quintile",)
DEMOGRAPHY = ("young_share", "dependency_ratio", "non_uk_born", "fertility")
PUSH_AND_PULL = ("unemployment", "gva_per_head", "house_price")
# Columns that are logarithms under each alternative of the choice `logs`.
LOGGED = {
    "text": ("distance", "young_share", "gva_per_head", "house_price"),
    "young_level": ("distance", "gva_per_head", "house_price"),
    "none": (),
}


def makers(inputs: Inputs) -> Makers:
    """What makes each frame of the study.

    Raises
    ------
    DataError
        The panel has no moves, or no statistic of areas that the models need.
    """
    root, choices, losses = inputs.root, inputs.choices, inputs.losses
    delivery = Delivered(on_boundaries(inputs.panel, root, choices["boundaries"], losses, PANEL), root, choices)
    known = cache(lambda: controls(delivery))
    found: dict[str, Callable[[], pd.DataFrame]] = {
        "moves": lambda: moves_frame(delivery, known(), losses),
        "rates_census": lambda: census_rates(delivery, losses),
        "area_years": lambda: area_years(delivery, known(), losses),
        "areas": lambda: area_rates(delivery, losses),
    }
    found |= {f"rates_{name}": partial(type_rates, delivery, name, losses) for name in TYPES}
    found |= {f"ages_{name}": partial(age_rates, delivery, name, losses) for name in TYPES}
    for name in filter(inputs.wants, found):
        losses.branch(name, PANEL)
    return found


def controls(delivery: Delivered) -> pd.DataFrame:
    """Statistics of areas by (year, area): population, demography, unemployment (%), production a head, prices (GBP).

    Production a head is in prices of 2015 (`deflator`). A statistic is missing where its file has no value.
    """
    rows = delivery.population
    keys = [rows["year"].astype("int64").rename("year"), rows["origin"].astype("object").rename("area")]
    age = rows["age"].to_numpy("int64")
    young, old = YOUNG[delivery.choices["young_share"]], OLD[delivery.choices["old_age"]]
    groups = {"population": range(OLDEST + 1), "young": young, "working": WORKING, "old": old}
    counted = {
        name: rows["value"].where(np.isin(age, list(ages)), 0.0).groupby(keys).sum() for name, ages in groups.items()
    }
    table = pd.DataFrame(counted)
    table["young_share"] = table["young"] / table["population"]
    table["dependency_ratio"] = table["old"] / table["working"]
    for measure in ("non_uk_born", "residents", "fertility", "unemployment", "house_price", "gva"):
        table = table.join(delivery.statistic(measure).rename(measure), how="outer")
    if delivery.choices["born_abroad"] == "population":
        table["non_uk_born"] *= table["residents"] * THOUSAND / table["population"]
    prices = delivery.statistic("deflator").droplevel("area") / BASE_PRICES
    deflator = table.index.get_level_values("year").map(prices).to_numpy("float64")
    table["gva_per_head"] = _per_head(delivery, table) * MILLION / deflator
    return table.drop(columns=["young", "working", "old", "residents", "gva"])


def _per_head(delivery: Delivered, table: pd.DataFrame) -> pd.Series:
    """Production a head (GBP million) by (year, area), from the columns gva and population.

    Receivers abolished in 2019 have production but, in a population on the boundaries of 2019, no people. As the choice
    `gva_abolished` says, they get their share of the people of the area that followed them, that of mid-2017 (the one
    year at hand on both boundaries), or the production a head of that area.
    """
    population, gaps = table["population"], table.index[table["population"].isna() & table["gva"].notna()]
    areas, own = load_areas(delivery.root), populations_2017(delivery.root).sum(axis=1)
    followed = {code: areas.outcome(code, POPULATION_VINTAGE).targets for code in own.index}
    parts: dict[str, list[str]] = {}
    for code, targets in followed.items():
        for target in targets:
            parts.setdefault(target, []).append(code)
    whole = delivery.choices["gva_abolished"] == "successor"

    def spare(year: int, area: str) -> float:
        for target in followed.get(area, ()):
            if (year, target) in population.index:
                counted = parts[target] if whole else [area]
                made = table["gva"].reindex([(year, code) for code in counted]).sum()
                return made / (population[year, target] * own[counted].sum() / own[parts[target]].sum())
        return np.nan

    spared = pd.Series([spare(*key) for key in gaps], index=gaps, dtype="float64")
    return (table["gva"] / population).fillna(spared)


def moves_frame(delivery: Delivered, table: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """Every ordered pair i != j of the authorities of a year: counts, exposure, geography, controls of the year before.

    table : `controls`.

    year (text), spot_year, origin, destination, moves, exposure, share_border, distance, types of both ends
    (origin_spot ...), origin_wales, destination_wales, and the controls, logarithms as the choice `logs` has them.
    """
    geography = _geography(delivery)
    parts = [_pairs_of_year(delivery, place, table, geography) for place in range(len(delivery.years))]
    frame = pd.concat(parts, ignore_index=True)
    _record(delivery, frame, losses)
    frame["spot_year"] = frame["year"].isin(delivery.spot_years)
    frame["year"] = pd.Categorical(frame["year"].astype("str"))
    kinds = delivery.types.reindex(delivery.codes)
    wales = np.array([country_of(code) == "W" for code in delivery.codes])
    for end in ("origin", "destination"):
        places = frame[end].cat.codes.to_numpy()
        for name in TYPES:
            own, names = pd.factorize(kinds[name], sort=True)
            prefix = "" if name in UNPREFIXED else PREFIXES[end]
            frame[f"{end}_{name}"] = pd.Categorical.from_codes(own[places], prefix + names)
        frame[f"{end}_wales"] = wales[places].astype("int8")
    return _dependent(frame, delivery.choices["dependent_variable"])


def _record(delivery: Delivered, frame: pd.DataFrame, losses: LossTable) -> None:
    """From rows of moves by sex and age to ordered pairs: who is left out, what is summed, which pairs are added."""
    are_moves = delivery.panel["measure"] == "moves"
    rows = losses.keep("moves", "statistics of areas, joined to the pairs", delivery.panel, are_moves, "origin")
    inside = np.logical_and.reduce([places_of(rows[end], delivery.codes) >= 0 for end in ("origin", "destination")])
    kept = losses.keep("moves", "from or to Scotland and Northern Ireland", rows, pd.Series(inside), "origin")
    moved, summed = frame[frame["moves"] > 0], "summed over sexes and ages, rounded to whole moves"
    losses.recount("moves", summed, len(kept), moved, "pairs of areas with moves", "origin")
    losses.recount("moves", "pairs without moves, added as zeros", len(moved), frame, "pairs of areas", "origin")


def _geography(delivery: Delivered) -> dict[str, np.ndarray]:
    """Distance (miles) and border, areas x areas; missing for areas without a boundary."""
    pairs = pair_geography(delivery.root, delivery.choices["neighbours"])
    return {
        name: pairs.pivot(index="origin", columns="destination", values=name)
        .reindex(index=delivery.codes, columns=delivery.codes)
        .to_numpy("float64")
        for name in ("distance_miles", "share_border")
    }


def _pairs_of_year(
    delivery: Delivered, place: int, table: pd.DataFrame, geography: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Ordered pairs of the areas that send or receive anyone in a year."""
    year, moving = delivery.years[place], delivery.moves[place].sum(axis=0)
    own = np.flatnonzero(moving.sum(axis=0) + moving.sum(axis=1))
    codes, matrix = delivery.codes[own], delivery.counts[place][np.ix_(own, own)]
    i, j = np.nonzero(~np.eye(len(codes), dtype=bool))
    now, before = (table.xs(at, level="year").reindex(codes) for at in (year, year - 1))
    logged = LOGGED[delivery.choices["logs"]]

    def taken(name: str, values: np.ndarray) -> np.ndarray:
        return np.log(values) if name in logged else values

    columns = {
        "year": np.full(len(i), year),
        "origin": pd.Categorical.from_codes(own[i], delivery.codes),
        "destination": pd.Categorical.from_codes(own[j], delivery.codes),
        "moves": matrix[i, j],
        "exposure": now["population"].to_numpy()[i],
        "share_border": geography["share_border"][own[i], own[j]],
        "distance": taken("distance", geography["distance_miles"][own[i], own[j]]),
    }
    columns |= {name: taken(name, before[name].to_numpy("float64"))[i] for name in DEMOGRAPHY}
    for name in PUSH_AND_PULL:
        values = taken(name, before[name].to_numpy("float64"))
        columns |= {f"origin_{name}": values[i], f"destination_{name}": values[j]}
    return pd.DataFrame(columns)


def _dependent(frame: pd.DataFrame, reading: str) -> pd.DataFrame:
    """Counts with the population as exposure, counts alone, or rates per 100,000 people as whole numbers."""
    if reading == "exposure":
        return frame
    if reading == "rate":
        rates = np.floor(frame["moves"] / frame["exposure"] * PER_RATE + 0.5)
        frame = frame.assign(moves=rates)
    return frame.assign(exposure=np.where(frame["exposure"].notna(), 1.0, np.nan))


def area_years(delivery: Delivered, table: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """The areas in each year of Table 6: area, year, types, `controls` (`table_6_years`, `table_6_areas`)."""
    name, table = "area_years", table.reset_index()
    losses.recount(name, "statistics of each area and year", len(delivery.panel), table, "areas by year", "area")
    years = TABLE_6 if delivery.choices["table_6_years"] == "printed" else [year - 1 for year in delivery.years]
    table = losses.keep(name, "in a year that the table does not show", table, table["year"].isin(years), "area")
    typed = table["area"].isin(delivery.types.index[delivery.types["supergroup"].notna()])
    table = losses.keep(name, "of no type of area", table, typed, "area")
    countries = ("E",) if delivery.choices["table_6_areas"] == "england" else COUNTRIES
    inside = table["area"].map(country_of).isin(countries)
    table = losses.keep(name, "in a country that the table does not show", table, inside, "area").reset_index(drop=True)
    types = delivery.types.reindex(table["area"]).reset_index(drop=True)
    return pd.concat([table, types], axis=1)
