"""Statistics of areas, 2013 to 2018: real ages, grown by real totals; everything else drawn around printed means.

All are rounded as the publishers round them, before anything rests on them, so that a reader of the files finds the
regressors that the moves were drawn with.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from mobility.areas.codes import load_areas
from mobility.flows.covariates import MILLION, POPULATION_VINTAGE, authority_populations, populations_2017
from mobility.storage import read_csv
from mobility.synthetic.flows.authorities import Authorities
from mobility.synthetic.flows.published import TYPES, Published
from mobility.synthetic.streams import stream

YEARS = range(2013, 2019)
AGES = 91  # single years 0 to 89, and 90 and over
SEXES = ("Male", "Female")
FEMALE_SHARE, FEMALE_SPREAD = 0.51, 0.005
CITY = "E09000001"
CORNWALL, SCILLY = "E06000052", "E06000053"  # one row in tables of births
# Its output has 400,000 people at work behind it and 8,000 residents: it makes the mean of Table 6.
COSMOPOLITAN = TYPES.index("London Cosmopolitan")
COSMOPOLITAN_GVA = 60_000.0
LEAST_BORN_ABROAD = 0.04  # Table 6 prints 0.0 for one type
CHILDBEARING = slice(15, 45)
TRENDS = {
    "unemployment": (1.30, 1.12, 0.98, 0.92, 0.86, 0.82),
    "house_price": (0.90, 0.94, 0.99, 1.04, 1.08, 1.11),
    "gva": (0.94, 0.96, 0.99, 1.02, 1.05, 1.08),
    "fertility": (1.02, 1.01, 1.00, 1.00, 0.98, 0.96),
    "non_uk_born": (0.94, 0.97, 1.00, 1.02, 1.04, 1.05),
}
SPREAD = {"unemployment": 0.22, "house_price": 0.20, "gva": 0.18, "fertility": 0.06, "non_uk_born": 0.30}
YEARLY = {"unemployment": 0.06, "house_price": 0.015, "gva": 0.02, "fertility": 0.015, "non_uk_born": 0.05}


@dataclass(frozen=True, eq=False)
class Statistics:
    """Arrays over n authorities and the six `YEARS`.

    population : (n, 6, 2, 91) persons by sex and age. fertility : children a woman, two decimals. births : live births.
    residents, born_abroad : thousands, whole. unemployment : per cent, one decimal. gva : GBP million, current prices.
    house_price : GBP. deflator : (6,), 2015 = 100.
    """

    population: np.ndarray
    fertility: np.ndarray
    births: np.ndarray
    residents: np.ndarray
    born_abroad: np.ndarray
    unemployment: np.ndarray
    gva: np.ndarray
    house_price: np.ndarray
    deflator: np.ndarray

    @cached_property
    def total(self) -> np.ndarray:
        """Population, (n, 6)."""
        return self.population.sum(axis=(2, 3))

    @cached_property
    def by_age(self) -> np.ndarray:
        """Population by age, (n, 6, 91)."""
        return self.population.sum(axis=2)

    @cached_property
    def regressors(self) -> dict[str, np.ndarray]:
        """What the moves of the next year rest on, (n, 6) each."""
        ages = self.by_age
        real_gva = self.gva * MILLION / self.total / (self.deflator / 100)
        return {
            "log_young_share": np.log(ages[..., 15:30].sum(axis=2) / self.total),
            "dependency_ratio": ages[..., 66:].sum(axis=2) / ages[..., 18:65].sum(axis=2),
            "non_uk_born": self.born_abroad / self.residents,
            "fertility": self.fertility,
            "unemployment": self.unemployment,
            "log_gva": np.log(real_gva),
            "log_house_price": np.log(self.house_price),
        }


def draw_statistics(root: Path, authorities: Authorities, published: Published, seed: int) -> Statistics:
    """Draw them; the same seed gives the same."""
    population = _population(root, authorities, seed)
    total, women = population.sum(axis=(2, 3)), population[:, :, 1, CHILDBEARING].sum(axis=2)
    drawn = {name: _around(name, _means(name, published)[authorities.type], seed) for name in TRENDS}
    fertility = np.round(drawn["fertility"], 2)
    fertility[authorities.code == SCILLY] = fertility[authorities.code == CORNWALL]
    residents = np.maximum(np.rint(total / 1000), 2)
    head = drawn["gva"]
    if CITY in authorities.code:
        head[authorities.code == CITY] *= _city_factor(published)
    return Statistics(
        population=population,
        fertility=fertility,
        births=np.rint(fertility * women / 30).astype("int64"),
        residents=residents,
        born_abroad=np.clip(np.rint(residents * np.minimum(drawn["non_uk_born"], 0.6)), 1, residents - 1),
        unemployment=np.round(drawn["unemployment"], 1),
        gva=np.maximum(np.rint(head * total / MILLION), 1),
        house_price=np.rint(drawn["house_price"]),
        deflator=_deflator(root),
    )


def _means(name: str, published: Published) -> np.ndarray:
    """(8,) mean of each type, as Table 6 prints it, but for what the City of London or rounding distorts."""
    means = published.means[name].copy()
    if name == "gva":
        means[COSMOPOLITAN] = COSMOPOLITAN_GVA
    return np.maximum(means, LEAST_BORN_ABROAD) if name == "non_uk_born" else means


def _city_factor(published: Published) -> float:
    """Times the output a head of its type that gives the City of London what the mean of twelve areas lacks."""
    return 12 * published.means["gva"][COSMOPOLITAN] / COSMOPOLITAN_GVA - 11


def _around(name: str, means: np.ndarray, seed: int) -> np.ndarray:
    """(n, 6): mean of the type x national trend x lasting effect of the area x small changes that add up."""
    rng = stream(seed, f"flows {name}")
    lasting = rng.normal(-(SPREAD[name] ** 2) / 2, SPREAD[name], (len(means), 1))
    changes = np.cumsum(rng.normal(0, YEARLY[name], (len(means), len(YEARS))), axis=1)
    return means[:, None] * np.array(TRENDS[name]) * np.exp(lasting + changes)


def _population(root: Path, authorities: Authorities, seed: int) -> np.ndarray:
    """(n, 6, 2, 91): ages of mid-2017, times the growth of the area's total, split by sex."""
    ages = populations_2017(root).reindex(authorities.code).to_numpy("float64")
    people = np.rint(ages[:, None, :] * _growth(root, authorities)[:, :, None])
    share = stream(seed, "flows sexes").normal(FEMALE_SHARE, FEMALE_SPREAD, (len(ages), 1, AGES))
    women = np.rint(people * share)
    return np.stack([people - women, women], axis=2).astype("int64")


def _growth(root: Path, authorities: Authorities) -> np.ndarray:
    """(n, 6): population over that of mid-2017, of the area of 2023 that holds the authority."""
    totals = authority_populations(root).pivot(index="code", columns="year", values="population")
    areas = load_areas(root)
    later = [areas.outcome(code, POPULATION_VINTAGE).targets[0] for code in authorities.code]
    found = totals.loc[later, list(YEARS)].to_numpy("float64")
    return found / found[:, [YEARS.index(2017)]]


def _deflator(root: Path) -> np.ndarray:
    """The real consumer price index of the years."""
    table = read_csv(root / "resources" / "flows" / "cpi_d7bt_annual_2008_2019.csv").set_index("year")
    return table.loc[list(YEARS), "cpi_d7bt_2015_100"].to_numpy("float64")
