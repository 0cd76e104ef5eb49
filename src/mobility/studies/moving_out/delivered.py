"""The panel of a delivery of flows as the frames of `moving_out` take it: moves, people, statistics, types of area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.areas.codes import country_of, load_areas
from mobility.errors import DataError
from mobility.flows.covariates import supergroups
from mobility.flows.files import whole_moves
from mobility.flows.losses import bring_to_vintage, drop_within
from mobility.intake.losses import LossTable

COUNTRIES = ("E", "W")
VINTAGES = {"lad2019": 2019}
FIFTH = 0.2
QUINTILES = ("high_deprivation", "2nd_quintile", "3rd_quintile", "4th_quintile", "low_deprivation")
CITY_AND_SCILLY = ("E09000001", "E06000053")  # in the index of deprivation, and in no quintile
SPOT = "spot"
TYPES = (SPOT, "supergroup", "quintile")
SEXES = ("male", "female")
NO_POPULATION = "without a population in all of the years"
OLDEST, BAND = 90, 5  # 90 and over; width of a band of ages
BANDS = [*(f"{low}-{low + BAND - 1}" for low in range(0, OLDEST, BAND)), f"{OLDEST}+"]


def on_boundaries(panel: pd.DataFrame, root: Path, reading: str, losses: LossTable, chain: str) -> pd.DataFrame:
    """The panel with its moves on the boundaries of the choice `boundaries`: of their files, or of 2019 in all years.

    Only rows of areas whose code changed are touched: merged areas are summed, moves between them dropped and counted.
    `chain` of the losses begins with the rows of the panel.
    """
    losses.start(chain, panel, "origin")
    if reading == "as_published":
        return panel
    areas, vintage = load_areas(root), VINTAGES[reading]
    known = panel["origin"].cat.categories.union(panel["destination"].cat.categories)
    changed = [code for code in known if country_of(code) in COUNTRIES and code not in areas.codes(vintage)]
    moves = panel["measure"] == "moves"
    rows = moves & (panel["origin"].isin(changed) | panel["destination"].isin(changed))
    old = panel.loc[rows, ["year", "origin", "destination", "sex", "age", "value"]].rename(columns={"value": "moves"})
    old = old.astype({"origin": "str", "destination": "str", "sex": "str"})
    own = LossTable()
    new = drop_within(bring_to_vintage(old, vintage, areas, own, "".join(COUNTRIES)), own)
    losses.embed(chain, own, len(panel) - len(old))
    new = new.rename(columns={"moves": "value"}).assign(measure="moves")
    codes = pd.CategoricalDtype(sorted({*known, *new["origin"], *new["destination"]}))
    types = panel.dtypes.to_dict() | {"origin": codes, "destination": codes}
    return pd.concat([part.astype(types) for part in (panel[~rows], new.reindex(columns=panel.columns))])


@dataclass(frozen=True, eq=False)
class Delivered:
    """A delivery's panel, with what every frame takes from it."""

    panel: pd.DataFrame
    root: Path
    choices: Mapping[str, str]

    @cached_property
    def codes(self) -> pd.Index:
        """Authorities of England and Wales that send or receive anyone there in any year, sorted.

        Raises `DataError` where there are no such moves.
        """
        moves = self.panel[self.panel["measure"] == "moves"]
        ours = [code for code in self.panel["origin"].cat.categories if country_of(code) in COUNTRIES]
        within = moves[moves["origin"].isin(ours) & moves["destination"].isin(ours)]
        if within.empty:
            raise DataError("moving_out: no moves between authorities of England and Wales in the panel. Read it anew.")
        return pd.Index(sorted({*within["origin"].unique(), *within["destination"].unique()}), dtype="object")

    @cached_property
    def years(self) -> list[int]:
        """Years of moves in their order."""
        return sorted(int(year) for year in self.panel.loc[self.panel["measure"] == "moves", "year"].unique())

    @property
    def spot_years(self) -> list[int]:
        """Years of the models of hot and cold spots (Tables 2 to 5), as the choice `spot_years` says."""
        return self._years_read_as(self.choices["spot_years"])

    def rate_years(self, typology: str) -> list[int]:
        """Years of the rates of a typology: all of the run; of hot and cold spots as `spot_rate_years` says."""
        return self._years_read_as(self.choices["spot_rate_years"]) if typology == SPOT else self.years

    def _years_read_as(self, reading: str) -> list[int]:
        """Years of moves under a reading; `index` is that of the index of social mobility, `two` that and the next."""
        index = set(self.statistic("mobility_rank").index.get_level_values("year"))
        following = {year + 1 for year in index}
        named = {"index": index, "two": index | following, "last": self.years[-1:], "all": self.years}
        return [year for year in self.years if year in named[reading]]

    @cached_property
    def moves(self) -> np.ndarray:
        """Moves as published, fractions: years x sexes x areas of origin x areas of destination."""
        return self._between(self.panel[self.panel["measure"] == "moves"])

    @cached_property
    def counts(self) -> np.ndarray:
        """Whole moves of both sexes, years x areas of origin x areas of destination, rounded as the choice says."""
        if self.choices["rounding"] == "after_sum":
            return whole_moves(self.moves.sum(axis=1), "after_sum")
        rows = self.panel[self.panel["measure"] == "moves"]
        whole = rows.assign(value=whole_moves(rows["value"], "after_sum"))
        return self._between(whole).sum(axis=1).astype("int64")

    def _between(self, rows: pd.DataFrame) -> np.ndarray:
        ends = [places_of(rows[end], self.codes) for end in ("origin", "destination")]
        return self._summed(rows, [places_of(rows["sex"], SEXES), *ends], (len(SEXES), *[len(self.codes)] * 2))

    def leaving(self, kinds: np.ndarray, count: int) -> np.ndarray:
        """Moves to each of `count` kinds of area: years x areas of origin x kinds x five-year bands of age.

        kinds : the place of each authority's kind, from 0. Moves out of England and Wales have no part.
        """
        rows = self.panel[self.panel["measure"] == "moves"]
        origin, destination = (places_of(rows[end], self.codes) for end in ("origin", "destination"))
        to = np.where(destination >= 0, kinds[destination], -1)
        bands = rows["age"].to_numpy("int64") // BAND
        return self._summed(rows, [origin, to, bands], (len(self.codes), count, len(BANDS)))

    @cached_property
    def population(self) -> pd.DataFrame:
        """Rows of the panel that are people in an area, by year, sex and year of age.

        Raises `DataError` where the panel has none.
        """
        rows = self.panel[self.panel["measure"] == "population"]
        if rows.empty:
            raise DataError("moving_out: the panel has no population of areas. Add population_by_age_sex, read anew.")
        return rows

    @cached_property
    def people(self) -> np.ndarray:
        """Population: years x sexes x areas x years of age from 0; missing where an area has none in a year."""
        rows = self.population
        places = [places_of(rows["sex"], SEXES), places_of(rows["origin"], self.codes), rows["age"].to_numpy("int64")]
        counted = self._summed(rows, places, (len(SEXES), len(self.codes), OLDEST + 1))
        return np.where(counted.sum(axis=(1, 3), keepdims=True) > 0, counted, np.nan)

    def _summed(self, rows: pd.DataFrame, places: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
        """Sums of the values by year of moves and place; rows without a place or of another year have no part."""
        places = [places_of(rows["year"], self.years), *places]
        shape = (len(self.years), *shape)
        there = np.logical_and.reduce([place >= 0 for place in places])
        flat = np.ravel_multi_index([place[there] for place in places], shape)
        return np.bincount(flat, rows["value"].to_numpy()[there], np.prod(shape)).reshape(shape)

    def statistic(self, measure: str) -> pd.Series:
        """Known values of a statistic of areas by (year, area); empty where the delivery lacks it."""
        rows = self.panel[self.panel["measure"] == measure]
        keys = [rows["year"].astype("int64"), rows["origin"].astype("object")]
        index = pd.MultiIndex.from_arrays(keys, names=["year", "area"])
        return pd.Series(rows["value"].to_numpy(), index).dropna()

    @cached_property
    def types(self) -> pd.DataFrame:
        """Type of each area in the three typologies: index code, columns `TYPES`; missing where it has none."""
        return pd.DataFrame({SPOT: _spots(self), "supergroup": _supergroups(self.root), "quintile": _quintiles(self)})


def places_of(values: pd.Series, known: Sequence) -> np.ndarray:
    """Place of each value among the known ones, -1 where it is none of them."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        own = pd.Index(known).get_indexer(values.cat.categories)
        return np.append(own, -1)[values.cat.codes]
    return pd.Index(known).get_indexer(values)


def _spots(delivery: Delivered) -> dict[str, str]:
    """Hot, medium and cold spots: the first fifth, the middle and the last fifth of the ranks of the index of 2017."""
    ranks = delivery.statistic("mobility_rank").droplevel("year")
    fifth = round(len(ranks) * FIFTH)
    named = np.select([ranks <= fifth, ranks > len(ranks) - fifth], ["hot_spot", "cold_spot"], "medium_spot")
    return dict(zip(ranks.index, named, strict=True))


def _supergroups(root: Path) -> dict[str, str]:
    """Supergroup of the ONS classification of 2011 by area, as an id: `business_education_and_heritage_centres`."""
    return {code: name.lower().replace(",", "").replace(" ", "_") for code, name in supergroups(root).items()}


def _quintiles(delivery: Delivered) -> dict[str, str]:
    """Quintile of each area.

    The index carries the codes of 2011, so that the six authorities recoded in 2012 and 2013 have no quintile, as in
    the printed samples; the choice `imd_codes: recoded` gives them theirs.
    """
    quintiles = indexed_quintiles(delivery)
    if delivery.choices["imd_codes"] == "recoded":
        areas, vintage = load_areas(delivery.root), delivery.years[0]
        return {areas.outcome(code, vintage).targets[0]: quintile for code, quintile in quintiles.items()}
    return quintiles


def indexed_quintiles(delivery: Delivered) -> dict[str, str]:
    """Quintile of the index of deprivation of 2010 by its own codes, City of London and Scilly left out."""
    scores = delivery.statistic("imd_score").droplevel("year").drop(list(CITY_AND_SCILLY), errors="ignore")
    rank = scores.rank(ascending=False, method="first")
    place = np.ceil(rank * len(QUINTILES) / len(scores)).astype("int64") - 1
    return dict(zip(scores.index, np.asarray(QUINTILES)[place], strict=True))
