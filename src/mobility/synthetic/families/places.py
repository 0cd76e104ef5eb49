"""Local authorities of families: under the codes of each year, so that a boundary change is seen and is no move."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mobility.areas.codes import COUNTRIES, country_of, load_areas
from mobility.flows.covariates import region_of
from mobility.synthetic.layout import Layout

OLDEST, COMMON = 2008, 2020  # vintages: of the first codes, and of those that tell who moved
COUNTRY_OF_SAMPLE = {4: "S", 5: "W", 6: "N"}
SAME_REGION = 0.5


@dataclass(frozen=True)
class Places:
    """Authorities of 2008 in the order of their codes.

    codes : by vintage, the code of each then. region : code of each as the surveys code it. common : of each the
    authority of 2020, as a number.
    country : of each.
    """

    codes: dict[int, np.ndarray]
    country: np.ndarray
    region: np.ndarray
    common: np.ndarray

    def draw(self, samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Places of families; the boosts of a country live there, others anywhere but in Northern Ireland."""
        chance, found = rng.random(len(samples)), np.zeros(len(samples), dtype=int)
        for sample in np.unique(samples):
            country = COUNTRY_OF_SAMPLE.get(int(sample))
            inside = np.flatnonzero(self.country == country if country else self.country != "N")
            rows = samples == sample
            found[rows] = inside[(chance[rows] * len(inside)).astype(int)]
        return found

    def same(self, home: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A place of the same authority of 2020, perhaps of another one of the districts that became it."""
        order = np.argsort(self.common, kind="stable")
        sizes = np.bincount(self.common)
        starts = np.cumsum(sizes) - sizes
        return order[starts[self.common[home]] + (rng.random(len(home)) * sizes[self.common[home]]).astype(int)]

    def elsewhere(self, home: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A place of another authority of 2020, half of them of the same region."""
        near = rng.random(len(home)) < SAME_REGION
        found = home.copy()
        while (left := np.flatnonzero(self.common[found] == self.common[home])).size:
            drawn = rng.integers(0, len(self.common), len(left))
            fits = ~near[left] | (self.region[drawn] == self.region[home[left]])
            found[left[fits]] = drawn[fits]
        return found

    def codes_in(self, year: int) -> np.ndarray:
        """Code of every place as a wave of that year writes it; before 2008 as in 2008."""
        return self.codes[max(year, OLDEST)]


def read_places(root: Path, layout: Layout, years: np.ndarray) -> Places:
    """Places from the register of areas; regions as the survey's list of codes numbers them."""
    areas = load_areas(root)
    first = sorted(areas.codes(OLDEST))
    by_vintage = {
        vintage: np.array([areas.outcome(code, vintage).targets[0] for code in first], dtype=object)
        for vintage in {*(max(int(year), OLDEST) for year in years), COMMON}
    }
    names = region_of(root, COMMON)
    numbers = {str(name).casefold(): code for code, name in layout.source.codes["region"].items()}
    regions = [numbers[names.get(code, COUNTRIES["N"]).casefold()] for code in by_vintage[COMMON]]
    common = np.unique(by_vintage[COMMON].astype(str), return_inverse=True)[1]
    return Places(by_vintage, np.array([country_of(code) for code in first]), np.array(regions), common)
