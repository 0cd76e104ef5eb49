"""Rates of moving in `moving_out`: by type of area, year, sex and group of people, and of each area."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from mobility.areas.codes import Areas, load_areas
from mobility.intake.losses import LossTable
from mobility.studies.moving_out.delivered import (
    NO_POPULATION,
    QUINTILES,
    SEXES,
    Delivered,
    indexed_quintiles,
)

CENSUS = 2011  # vintage of the codes in its tables
CENSUS_MOVES, CENSUS_PEOPLE = "census_moves_", "census_people_"
RATES = ("area", "origin_type", "destination_type", "pair", "group", "moves", "population")
ALL = "all"


def type_rates(delivery: Delivered, typology: str, losses: LossTable) -> pd.DataFrame:
    """People who leave each area for each type of area, by breakdown (all, a year, a sex).

    area, origin_type, destination_type (`all`: anywhere in England and Wales), pair, breakdown, moves
    (fractions as published) and population: of the area in the years, or of the sex, of the breakdown.
    """
    kinds = delivery.types[typology].reindex(delivery.codes)
    own, names = pd.factorize(kinds, sort=True)
    columns = np.column_stack([own[:, None] == np.arange(len(names)), np.ones(len(own), dtype=bool)]).astype("float64")
    years = delivery.rate_years(typology)
    places = [delivery.years.index(year) for year in years]
    moves, living = delivery.moves[places], delivery.people[places].sum(axis=3)
    parts = []
    for name, place in _breakdowns(years):
        people, out = living[place].sum(axis=(0, 1)), moves[place].sum(axis=(0, 1)) @ columns
        wide = pd.DataFrame(out, index=delivery.codes, columns=[*names, ALL]).rename_axis("area").reset_index()
        long = wide.melt("area", var_name="destination_type", value_name="moves")
        parts.append(long.assign(population=np.tile(people, len(names) + 1), breakdown=name))
    table = pd.concat(parts, ignore_index=True)
    table["origin_type"] = table["area"].map(kinds)
    table["pair"] = table["origin_type"] + " to " + table["destination_type"]
    chain, unit = f"rates_{typology}", "areas by type moved to, year and sex"
    losses.recount(chain, "moves and people of each area summed", len(delivery.panel), table, unit, "area")
    table = losses.keep(chain, "from an area in no such class", table, table["origin_type"].notna(), "area")
    # Nobody lives in an area that a year's files do not have, nor in no year at all.
    return losses.keep(chain, NO_POPULATION, table, table["population"] > 0, "area")


def _breakdowns(years: Sequence[int]) -> Iterator[tuple[str, tuple[slice, slice]]]:
    """Name of each breakdown, and its slice of years and of sexes."""
    whole = slice(None)
    yield ALL, (whole, whole)
    for place, year in enumerate(years):
        yield str(year), (slice(place, place + 1), whole)
    for place, sex in enumerate(SEXES):
        yield sex, (whole, slice(place, place + 1))


def census_rates(delivery: Delivered, losses: LossTable) -> pd.DataFrame:
    """People who left each area for each quintile of deprivation in the year before the census, by group of people.

    area, origin_type, destination_type (`all`: anywhere in England and Wales), pair, group (NS-SEC or ethnic),
    moves and population, people of the group who live in the area. Empty where the delivery lacks the tables.

    Areas are those of 2011, as in the index of deprivation, so that every area of it has its quintile whatever
    `imd_codes` says. Cornwall with Scilly and Westminster with the City are one area, as in the tables of moves; Scilly
    and the City have no quintile, so that the area has that of Cornwall, of Westminster.
    """
    areas = load_areas(delivery.root)
    kinds = {_census_area(code, areas): quintile for code, quintile in indexed_quintiles(delivery).items()}
    moves, people = (_census_rows(delivery, name, areas) for name in (CENSUS_MOVES, CENSUS_PEOPLE))
    moves = moves[moves["origin"] != moves["destination"]]
    people = people[people["group"].isin(moves["group"])]
    living = people.groupby(["origin", "group"])["value"].sum().rename_axis(["area", "group"])
    to = moves["destination"].map(kinds)
    sent = {name: moves[to == name] for name in QUINTILES} | {ALL: moves}
    wide = living.to_frame("population")
    for name, rows in sent.items():
        wide[name] = rows.groupby(["origin", "group"])["value"].sum().reindex(wide.index, fill_value=0.0)
    wide = wide.reset_index()
    table = wide.melt(["area", "group", "population"], var_name="destination_type", value_name="moves")
    table["origin_type"] = table["area"].map(kinds)
    table["pair"] = table["origin_type"] + " to " + table["destination_type"]
    chain, unit = "rates_census", "areas by type moved to and group of people"
    losses.recount(chain, "moves and people of each area of 2011 summed", len(delivery.panel), table, unit, "area")
    table = losses.keep(chain, "from an area in no such class", table, table["origin_type"].notna(), "area")
    table = table.reset_index(drop=True)
    return table[list(RATES)]


def _census_rows(delivery: Delivered, measure: str, areas: Areas) -> pd.DataFrame:
    """Rows of tables of the census: origin and destination as areas of 2011, group and value."""
    rows = delivery.panel[delivery.panel["measure"].str.startswith(measure)]
    rows = rows[["origin", "destination", "group", "value"]].astype({"group": "object"})
    known = {
        code: _census_area(code, areas) for end in ("origin", "destination") for code in rows[end].dropna().unique()
    }
    return rows.assign(**{end: rows[end].astype("object").map(known) for end in ("origin", "destination")})


def _census_area(code: str, areas: Areas) -> str:
    """Area of 2011, or the code of the two areas that tables of the census join."""
    targets = areas.outcome(code, CENSUS).targets
    own = targets[0] if len(targets) == 1 else code
    return areas.joined.get(own, own)


def area_rates(delivery: Delivered, losses: LossTable) -> pd.DataFrame:
    """Gross and net moves of each area over all years: area, out_moves, in_moves, net_moves, population."""
    moves = delivery.moves.sum(axis=(0, 1))
    table = pd.DataFrame(
        {
            "area": delivery.codes,
            "out_moves": moves.sum(axis=1),
            "in_moves": moves.sum(axis=0),
            "population": delivery.people.sum(axis=(0, 1, 3)),
        }
    )
    losses.recount("areas", "moves and people of each area summed", len(delivery.panel), table, "areas", "area")
    table = losses.keep("areas", NO_POPULATION, table, table["population"].notna(), "area")
    return table.assign(net_moves=table["in_moves"] - table["out_moves"])
