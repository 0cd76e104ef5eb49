"""The planted labour market: jobs in every cell, ages, hours and the earnings function, drawn once from a seed."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from mobility.storage import read_register
from mobility.synthetic.lmi.codes import GENDERS, STATUSES, Codes, load_codes
from mobility.synthetic.lmi.earnings import Equation, plant
from mobility.synthetic.streams import stream

AGES = np.arange(16, 85)
AGE_SD = 12.0
BASE_YEAR = 2015
# People in work by region, in the order of the codes (per cent; near the Labour Force Survey's)
REGIONS = (13.0, 14.0, 9.5, 8.5, 8.5, 7.2, 8.0, 11.0, 3.8, 4.5, 8.2, 3.8)
EMPTY = 0.35  # of the cells of a sub-major group and an industry, nobody works there
GROWTH = 0.003
OVERALL = {"industry": 0.010, "sub_major": 0.008}
# Qualifications by skill level (4 to 1): per cent by the codes 1 to 9
QUALIFIED = {
    4: (5, 15, 40, 12, 6, 11, 8, 2, 1),
    3: (1, 6, 24, 11, 7, 24, 19, 5, 3),
    2: (0.3, 3, 12, 7, 5, 26, 30, 11, 5.7),
    1: (0.2, 1, 6, 4, 3, 20, 31, 20, 14.8),
}
HOURS = (39.0, 18.0, 38.0)  # of a man in each status
FEMALE_HOURS = (0.97, 1.02, 0.8)


@dataclass(frozen=True)
class World:
    """One labour market.

    jobs : (369, 2, 3) in the base year, by occupation, gender and status. places : (25, 79, 12) shares of industries
    and regions within each sub-major group. qualified : (25, 9) shares. age_mean : (369, 2).
    growth : (25, 79) a year. hours_occupation (369,), hours_industry (79,), hours_region (12,): multiply `HOURS`.
    rates : (25,) of replacement. equations : full-time and part-time.
    """

    root: Path
    codes: Codes
    seed: int
    jobs: np.ndarray
    places: np.ndarray
    qualified: np.ndarray
    age_mean: np.ndarray
    growth: np.ndarray
    hours_occupation: np.ndarray
    hours_industry: np.ndarray
    hours_region: np.ndarray
    rates: np.ndarray
    equations: tuple[Equation, Equation]

    @cached_property
    def ages(self) -> np.ndarray:
        """(369, 2, 69) shares of the ages 16 to 84."""
        weight = np.exp(-0.5 * ((AGES - self.age_mean[..., None]) / AGE_SD) ** 2)
        return np.asarray(weight / weight.sum(axis=-1, keepdims=True))

    def in_year(self, year: int) -> np.ndarray:
        """(25, 79, 12) people of a year over those of the base year's sub-major group, by industry and region."""
        grown = np.exp((year - BASE_YEAR) * self.growth)
        return np.asarray(self.places * grown[..., None])

    def mean_hours(self) -> np.ndarray:
        """(369, 79, 12, 2, 3) mean weekly hours."""
        status = np.array([HOURS, np.multiply(HOURS, FEMALE_HOURS)])
        own = self.hours_occupation[:, None, None] * self.hours_industry[:, None] * self.hours_region
        return np.asarray(own[..., None, None] * status)


def draw_world(root: Path, seed: int) -> World:
    """The labour market of a seed: the same whatever delivery is drawn from it."""
    codes, rng = load_codes(root), stream(seed, "lmi world")
    skill = read_register(root / "resources/classifications/lmi_groups.csv")
    level = skill[skill["level"] == "sub_major"].set_index("code")["skill_level"].astype(int)
    groups, industries, regions = len(codes.sub_major), len(codes.industry), len(codes.region)
    return World(
        root=root,
        codes=codes,
        seed=seed,
        jobs=np.stack(
            [codes.units[[f"{gender}_{status}" for status in STATUSES]].to_numpy(float) for gender in GENDERS], axis=1
        ),
        places=_places(groups, industries, regions, rng),
        qualified=np.array([_shares(QUALIFIED[level[code]]) for code in codes.sub_major]),
        age_mean=41 + rng.normal(0, 3, (len(codes.occupation), 2)),
        growth=GROWTH
        + rng.normal(0, OVERALL["industry"], industries)
        + rng.normal(0, OVERALL["sub_major"], groups)[:, None],
        hours_occupation=np.exp(rng.normal(0, 0.05, len(codes.occupation))),
        hours_industry=np.exp(rng.normal(0, 0.03, industries)),
        hours_region=np.exp(rng.normal(0, 0.01, regions)),
        rates=0.033 + rng.uniform(-0.008, 0.008, groups),
        equations=plant(root, codes, seed),
    )


def _shares(numbers: tuple[float, ...]) -> np.ndarray:
    return np.asarray(np.divide(numbers, np.sum(numbers)))


def _places(groups: int, industries: int, regions: int, rng: np.random.Generator) -> np.ndarray:
    """Shares of industries and regions within each group; some industries have nobody of a group, in any region."""
    size = rng.lognormal(0, 1, industries)
    affinity = rng.lognormal(0, 1.2, (groups, industries))
    none = rng.random((groups, industries)) < EMPTY
    none[np.arange(groups), affinity.argmax(axis=1)] = False
    by_industry = np.where(none, 0, size * affinity)
    by_region = np.array(REGIONS) * rng.lognormal(0, 0.3, (industries, regions))
    cells = by_industry[..., None] * by_region
    return np.asarray(cells / cells.sum(axis=(1, 2), keepdims=True))
