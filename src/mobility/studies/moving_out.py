"""Moving out to move on: flows between the authorities of England and Wales (Social Mobility Commission 2020).

The panel is the one long table of a delivery of flows (`flows.delivery`). Frames:

moves : every ordered pair i != j of authorities in each year, zeros with them; Tables 2 to 5 and 7 to 20.
rates_<typology> : people who leave each area for each type of area, over the people who live there; by year and sex.
rates_by_age : people who leave each area in each five-year band of age.
rates_census : people who left each area for each quintile in the year before the census of 2011, by group of people.
area_years, areas : what the areas are like in each year (Table 6), and their gross and net rates (maps).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.classify.areas import Areas, country_of, load_areas
from mobility.errors import DataError
from mobility.flows.covariates import populations_2017, supergroups
from mobility.flows.geography import pair_geography
from mobility.flows.read import whole_moves
from mobility.panel.losses import LossTable
from mobility.settings import Study

COUNTRIES = ("E", "W")
FIFTH = 0.2
POPULATION_VINTAGE = 2019  # boundaries of the population that the printed samples were made with
QUINTILES = ("high_deprivation", "2nd_quintile", "3rd_quintile", "4th_quintile", "low_deprivation")
CITY_AND_SCILLY = ("E09000001", "E06000053")  # in the index of deprivation, and in no quintile
BASE_PRICES = 100.0  # deflator of the year whose prices count: 2015
MILLION = 1_000_000
PER_RATE = 100_000  # choice `dependent_variable: rate`: moves per 100,000 people, a whole number
WORKING, OLD = range(18, 65), range(65, 91)
YOUNG = {"aged_15_29": range(15, 30), "aged_15_19": range(15, 20)}
CENSUS = 2011  # vintage of the codes in its tables
CENSUS_MOVES, CENSUS_PEOPLE = "census_moves_", "census_people_"
RATES = ("person", "area", "origin_type", "destination_type", "pair", "group", "moves", "population")
TYPES = ("spot", "supergroup", "quintile")
# What stands before a type in the names of the printed rows.
PREFIXES = {"origin": "sending_", "destination": "receiving_"}
UNPREFIXED = ("quintile",)
ALL = "all"
OLDEST, BAND = 90, 5  # 90 and over; width of a band of ages
SEXES = ("male", "female")
BANDS = [*(f"{low}-{low + 4}" for low in range(0, 90, 5)), "90+"]
DEMOGRAPHY = ("young_share", "dependency_ratio", "non_uk_born", "fertility")
PUSH_AND_PULL = ("unemployment", "gva_per_head", "house_price")
# Columns that are logarithms under each alternative of the choice `logs`.
LOGGED = {
    "text": ("distance", "young_share", "gva_per_head", "house_price"),
    "young_level": ("distance", "gva_per_head", "house_price"),
    "none": (),
}


def make_frames(
    panel: pd.DataFrame,
    study: Study,
    choices: Mapping[str, str],
    losses: LossTable,
    only: Collection[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Frames of the study under the chosen readings; `person`, by which errors cluster, is the area that people leave.

    Raises
    ------
    DataError
        The panel has no moves, or no statistic of areas that the models need.
    """
    delivery = Delivered(panel, study.folder.parent.parent, choices)
    makers = {
        "moves": lambda: moves_frame(delivery, losses),
        "rates_by_age": lambda: age_rates(delivery),
        "rates_census": lambda: census_rates(delivery),
        "area_years": lambda: area_years(delivery),
        "areas": lambda: area_rates(delivery),
    } | {f"rates_{name}": lambda name=name: type_rates(delivery, name) for name in TYPES}
    return {name: make() for name, make in makers.items() if only is None or name in only}


@dataclass(frozen=True, eq=False)
class Delivered:
    """A delivery's panel, with what every frame takes from it."""

    panel: pd.DataFrame
    root: Path
    choices: Mapping[str, str]

    @cached_property
    def codes(self) -> pd.Index:
        """Authorities of England and Wales that send or receive anyone there in any year, sorted."""
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
        ends = [_places(rows[end], self.codes) for end in ("origin", "destination")]
        return self._summed(rows, [_places(rows["sex"], SEXES), *ends], (len(SEXES), *[len(self.codes)] * 2))

    @cached_property
    def leaving(self) -> np.ndarray:
        """Moves to another authority of England and Wales: years x areas of origin x five-year bands of age."""
        rows = self.panel[self.panel["measure"] == "moves"]
        rows = rows[_places(rows["destination"], self.codes) >= 0]
        bands = rows["age"].to_numpy("int64") // BAND
        return self._summed(rows, [_places(rows["origin"], self.codes), bands], (len(self.codes), len(BANDS)))

    @cached_property
    def population(self) -> pd.DataFrame:
        """Rows of the panel that are people in an area, by year, sex and year of age."""
        rows = self.panel[self.panel["measure"] == "population"]
        if rows.empty:
            raise DataError("moving_out: the panel has no population of areas. Add population_by_age_sex, read anew.")
        return rows

    @cached_property
    def people(self) -> np.ndarray:
        """Population: years x sexes x areas x years of age from 0; missing where an area has none in a year."""
        rows = self.population
        places = [_places(rows["sex"], SEXES), _places(rows["origin"], self.codes), rows["age"].to_numpy("int64")]
        counted = self._summed(rows, places, (len(SEXES), len(self.codes), OLDEST + 1))
        return np.where(counted.sum(axis=(1, 3), keepdims=True) > 0, counted, np.nan)

    def _summed(self, rows: pd.DataFrame, places: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
        """Sums of the values by year of moves and place; rows without a place or of another year have no part."""
        places = [_places(rows["year"], self.years), *places]
        shape = (len(self.years), *shape)
        there = np.logical_and.reduce([place >= 0 for place in places])
        flat = np.ravel_multi_index([place[there] for place in places], shape)
        return np.bincount(flat, rows["value"].to_numpy()[there], np.prod(shape)).reshape(shape)

    def statistic(self, measure: str) -> pd.Series:
        """A statistic of areas by (year, area); empty where the delivery lacks it."""
        rows = self.panel[self.panel["measure"] == measure]
        keys = [rows["year"].astype("int64"), rows["origin"].astype("object")]
        return pd.Series(rows["value"].to_numpy(), pd.MultiIndex.from_arrays(keys, names=["year", "area"]))

    @cached_property
    def types(self) -> pd.DataFrame:
        """Type of each area in the three typologies: index code, columns `TYPES`; missing where it has none."""
        return pd.DataFrame({"spot": _spots(self), "supergroup": _supergroups(self.root), "quintile": _quintiles(self)})


def _places(values: pd.Series, known: Sequence) -> np.ndarray:
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
    quintiles = _indexed(delivery)
    if delivery.choices["imd_codes"] == "recoded":
        areas, vintage = load_areas(delivery.root), delivery.years[0]
        return {areas.outcome(code, vintage).targets[0]: quintile for code, quintile in quintiles.items()}
    return quintiles


def _indexed(delivery: Delivered) -> dict[str, str]:
    """Quintile of the index of deprivation of 2010 by its own codes, City of London and Scilly left out."""
    scores = delivery.statistic("imd_score").droplevel("year").drop(list(CITY_AND_SCILLY), errors="ignore")
    rank = scores.rank(ascending=False, method="first")
    place = np.ceil(rank * len(QUINTILES) / len(scores)).astype("int64") - 1
    return dict(zip(scores.index, np.asarray(QUINTILES)[place], strict=True))


def controls(delivery: Delivered) -> pd.DataFrame:
    """Statistics of areas by (year, area): population, demography, unemployment (%), production a head, prices (GBP).

    Production a head is in prices of 2015 (`deflator`). A statistic is missing where its file has no value.
    """
    rows = delivery.population
    keys = [rows["year"].astype("int64").rename("year"), rows["origin"].astype("object").rename("area")]
    age = rows["age"].to_numpy("int64")
    young = YOUNG[delivery.choices["young_share"]]
    groups = {"population": range(OLDEST + 1), "young": young, "working": WORKING, "old": OLD}
    counted = {
        name: rows["value"].where(np.isin(age, list(ages)), 0.0).groupby(keys).sum() for name, ages in groups.items()
    }
    table = pd.DataFrame(counted)
    table["young_share"] = table["young"] / table["population"]
    table["dependency_ratio"] = table["old"] / table["working"]
    for measure in ("non_uk_born", "fertility", "unemployment", "house_price", "gva"):
        table = table.join(delivery.statistic(measure).rename(measure), how="outer")
    prices = delivery.statistic("deflator").droplevel("area") / BASE_PRICES
    deflator = table.index.get_level_values("year").map(prices).to_numpy("float64")
    table["gva_per_head"] = table["gva"] * MILLION / _heads(delivery, table["population"]) / deflator
    return table.drop(columns=["young", "working", "old", "gva"])


def _heads(delivery: Delivered, population: pd.Series) -> pd.Series:
    """Population for production a head; of an area that the delivery's population lacks, its share in its successor.

    Receivers abolished in 2019 have production but, in a population on the boundaries of 2019, no people. The share is
    that of mid-2017, the one year at hand on both boundaries.
    """
    areas, own = load_areas(delivery.root), populations_2017(delivery.root).sum(axis=1)
    counted = {year: values.dropna().droplevel("year") for year, values in population.groupby(level="year")}

    def spare(year: int, area: str) -> float:
        known = counted[year]
        for target in areas.outcome(area, POPULATION_VINTAGE).targets:
            parts = [code for code in own.index if target in areas.outcome(code, POPULATION_VINTAGE).targets]
            if target in known and area in own:
                return known[target] * own[area] / own[parts].sum()
        return np.nan

    gaps = population.index[population.isna()]
    return population.fillna(pd.Series([spare(*key) for key in gaps], index=gaps, dtype="float64"))


def moves_frame(delivery: Delivered, losses: LossTable) -> pd.DataFrame:
    """Every ordered pair i != j of the authorities of a year: counts, exposure, geography, controls of the year before.

    year (text), spot_year, origin, destination, person, moves, exposure, share_border, distance, types of both ends
    (origin_spot ...), origin_wales, destination_wales, and the controls, logarithms as the choice `logs` has them.
    """
    table, geography = controls(delivery), _geography(delivery)
    parts = [_pairs_of_year(delivery, place, table, geography) for place in range(len(delivery.years))]
    frame = pd.concat(parts, ignore_index=True)
    _record(delivery, frame, losses)
    last = delivery.years[-(1 if delivery.choices["spot_years"] == "last" else 2) :]
    frame["spot_year"] = frame["year"].isin(last)
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
    return _dependent(frame, delivery.choices["dependent_variable"]).assign(person=frame["origin"].cat.codes)


def _record(delivery: Delivered, frame: pd.DataFrame, losses: LossTable) -> None:
    """From rows of moves by sex and age to ordered pairs: who is left out, what is summed, which pairs are added."""
    rows = delivery.panel[delivery.panel["measure"] == "moves"]
    inside = np.logical_and.reduce([_places(rows[end], delivery.codes) >= 0 for end in ("origin", "destination")])
    losses.start("pairs", rows, "origin")
    kept = losses.keep("pairs", "from or to Scotland and Northern Ireland", rows, pd.Series(inside), "origin")
    moved = frame[frame["moves"] > 0]
    losses.record("pairs", "summed over sexes and ages, rounded to whole moves", len(kept), moved, "origin")
    losses.record("pairs", "pairs without moves, added as zeros", len(moved), frame, "origin")


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


def type_rates(delivery: Delivered, typology: str) -> pd.DataFrame:
    """People who leave each area for each type of area, by breakdown (all, a year, a sex).

    person, area, origin_type, destination_type (`all`: anywhere in England and Wales), pair, breakdown, moves
    (fractions as published) and population: of the area in the years, or of the sex, of the breakdown.
    """
    kinds = delivery.types[typology].reindex(delivery.codes)
    own, names = pd.factorize(kinds, sort=True)
    columns = np.column_stack([own[:, None] == np.arange(len(names)), np.ones(len(own), dtype=bool)]).astype("float64")
    years = slice(-1, None) if typology == "spot" else slice(None)
    moves, living = delivery.moves[years], delivery.people[years].sum(axis=3)
    parts = []
    for name, place in _breakdowns(delivery.years[years]):
        people, out = living[place].sum(axis=(0, 1)), moves[place].sum(axis=(0, 1)) @ columns
        wide = pd.DataFrame(out, index=delivery.codes, columns=[*names, ALL]).rename_axis("area").reset_index()
        long = wide.melt("area", var_name="destination_type", value_name="moves")
        parts.append(long.assign(population=np.tile(people, len(names) + 1), breakdown=name))
    table = pd.concat(parts, ignore_index=True)
    table["origin_type"] = table["area"].map(kinds)
    table["pair"] = table["origin_type"] + " to " + table["destination_type"]
    return table.dropna(subset=["origin_type", "population"]).assign(person=lambda rows: pd.factorize(rows["area"])[0])


def _breakdowns(years: Sequence[int]) -> Iterator[tuple[str, tuple[slice, slice]]]:
    """Name of each breakdown, and its slice of years and of sexes."""
    whole = slice(None)
    yield ALL, (whole, whole)
    for place, year in enumerate(years):
        yield str(year), (slice(place, place + 1), whole)
    for place, sex in enumerate(SEXES):
        yield sex, (whole, slice(place, place + 1))


def census_rates(delivery: Delivered) -> pd.DataFrame:
    """People who left each area for each quintile of deprivation in the year before the census, by group of people.

    person, area, origin_type, destination_type (`all`: anywhere in England and Wales), pair, group (NS-SEC or ethnic),
    moves and population, people of the group who live in the area. Empty where the delivery lacks the tables.

    Areas are those of 2011, as in the index of deprivation, so that every area of it has its quintile whatever
    `imd_codes` says. Cornwall with Scilly and Westminster with the City are one area, as in the tables of moves; Scilly
    and the City have no quintile, so that the area has that of Cornwall, of Westminster.
    """
    areas = load_areas(delivery.root)
    kinds = {_census_area(code, areas): quintile for code, quintile in _indexed(delivery).items()}
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
    table = table.dropna(subset=["origin_type"]).reset_index(drop=True)
    return table.assign(person=pd.factorize(table["area"])[0])[list(RATES)]


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


def age_rates(delivery: Delivered) -> pd.DataFrame:
    """People who leave each area for another of England and Wales, by five-year band of age, over all years.

    person, area, age_band, spot, supergroup, quintile, moves, population.
    """
    people = np.add.reduceat(delivery.people.sum(axis=(0, 1)), np.arange(0, OLDEST + 1, BAND), axis=1)
    index = pd.MultiIndex.from_product([delivery.codes, BANDS], names=["area", "age_band"])
    counted = {"moves": delivery.leaving.sum(axis=0).ravel(), "population": people.ravel()}
    table = pd.DataFrame(counted, index).reset_index().dropna(subset=["population"])
    types = delivery.types.reindex(table["area"]).reset_index(drop=True)
    return pd.concat([table.reset_index(drop=True), types], axis=1).assign(person=pd.factorize(table["area"])[0])


def area_years(delivery: Delivered) -> pd.DataFrame:
    """The areas in each year before a year of moves: person, area, year, types, controls (Table 6)."""
    table = controls(delivery).reset_index()
    known = delivery.types.index[delivery.types["supergroup"].notna()]
    lagged = [year - 1 for year in delivery.years]
    table = table[table["year"].isin(lagged) & table["area"].isin(known)].reset_index(drop=True)
    types = delivery.types.reindex(table["area"]).reset_index(drop=True)
    return pd.concat([table, types], axis=1).assign(person=pd.factorize(table["area"])[0])


def area_rates(delivery: Delivered) -> pd.DataFrame:
    """Gross and net moves of each area over all years: person, area, out_moves, in_moves, net_moves, population."""
    moves = delivery.moves.sum(axis=(0, 1))
    table = pd.DataFrame(
        {
            "area": delivery.codes,
            "out_moves": moves.sum(axis=1),
            "in_moves": moves.sum(axis=0),
            "population": delivery.people.sum(axis=(0, 1, 3)),
        }
    ).dropna()
    return table.assign(net_moves=table["in_moves"] - table["out_moves"], person=pd.factorize(table["area"])[0])
