"""Rates of moving in `moving_out` by five-year band of age, between types of area."""

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.studies.moving_out.delivered import BAND, BANDS, NO_POPULATION, OLDEST, Delivered

ALL = "all"


def age_rates(delivery: Delivered, typology: str, losses: LossTable) -> pd.DataFrame:
    """People of each five-year band of age who leave each area for each type of area, over the years of its rates.

        Moves_km,a / Population_k,a    for the ages a, as the report has it for women (Descriptive analysis)

    area, origin_type, destination_type (`all`: anywhere in England and Wales), pair, age_band, moves (fractions
    as published) and population of the area in the band, each year counted.
    """
    kinds = delivery.types[typology].reindex(delivery.codes)
    own, names = pd.factorize(kinds, sort=True)
    places = [delivery.years.index(year) for year in delivery.rate_years(typology)]
    # The last kind is of areas that are of no type: people who move there count under `all` alone.
    moves = delivery.leaving(np.where(own < 0, len(names), own), len(names) + 1)[places].sum(axis=0)
    moves = np.concatenate([moves[:, :-1], moves.sum(axis=1, keepdims=True)], axis=1)
    people = np.add.reduceat(delivery.people[places].sum(axis=(0, 1)), np.arange(0, OLDEST + 1, BAND), axis=1)
    people[~(people.sum(axis=1) > 0)] = np.nan  # areas that the files of these years do not have
    index = pd.MultiIndex.from_product(
        [delivery.codes, [*names, ALL], BANDS], names=["area", "destination_type", "age_band"]
    )
    population = np.repeat(people[:, None, :], len(names) + 1, axis=1)
    table = pd.DataFrame({"moves": moves.ravel(), "population": population.ravel()}, index).reset_index()
    table["origin_type"] = table["area"].map(kinds)
    table["pair"] = table["origin_type"] + " to " + table["destination_type"]
    chain, unit = f"ages_{typology}", "areas by type moved to and age"
    losses.recount(chain, "moves and people of each area summed", len(delivery.panel), table, unit, "area")
    table = losses.keep(chain, "from an area in no such class", table, table["origin_type"].notna(), "area")
    return losses.keep(chain, NO_POPULATION, table, table["population"].notna(), "area")
