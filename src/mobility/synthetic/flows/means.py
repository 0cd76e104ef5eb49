"""Mean number of moves of every pair and year, under the planted negative binomial model.

    ln m_ijt = ln P_it + c + y_t + a_k + b_km + border_ij, ln miles_ij, controls of i and j at t - 1 + Wales_i + Wales_j

k and m are the types of i and j; a, b and the coefficients of the controls are those in print (`published`). Moves of
2018 are between areas of April 2019: a mean of an area formed then is the sum of those of its parts.
"""

from dataclasses import dataclass

import numpy as np

from mobility.synthetic.flows.authorities import Authorities
from mobility.synthetic.flows.published import Published
from mobility.synthetic.flows.statistics import YEARS, Statistics

MOVE_YEARS = range(YEARS[1], YEARS[-1] + 1)  # the statistics of each year before it act
YEAR_EFFECTS = (0.0, 0.01, 0.03, 0.02, 0.0)
ORIGIN_WALES, DESTINATION_WALES = 0.05, -0.05
ALPHA = 0.5
YEARLY_MOVES = {"full": 2_900_000, "small": 145_000}
ORIGIN = {
    "log_young_share": "log_young_share",
    "dependency_ratio": "dependency_ratio",
    "non_uk_born": "non_uk_born",
    "fertility": "fertility",
    "origin_unemployment": "unemployment",
    "log_origin_gva": "log_gva",
    "log_origin_house_price": "log_house_price",
}
DESTINATION = {
    "destination_unemployment": "unemployment",
    "log_destination_gva": "log_gva",
    "log_destination_house_price": "log_house_price",
}


@dataclass(frozen=True, eq=False)
class Plan:
    """Parts of ln m. origin, destination : (n, 5) over `MOVE_YEARS`. pair : (n, n), -inf on the diagonal."""

    origin: np.ndarray
    destination: np.ndarray
    pair: np.ndarray

    def means(self, year: int) -> np.ndarray:
        """(n, n) mean moves of a year between the authorities of 2018."""
        place = MOVE_YEARS.index(year)
        return np.exp(self.origin[:, [place]] + self.pair + self.destination[None, :, place])


def make_plan(authorities: Authorities, statistics: Statistics, published: Published, size: str) -> Plan:
    """The means, with the constant that gives the wanted number of moves over the five years."""
    sending = published.sending[authorities.type][:, None] + ORIGIN_WALES * authorities.wales[:, None]
    origin = sending + _part(ORIGIN, statistics, published) + np.array(YEAR_EFFECTS)
    destination = _part(DESTINATION, statistics, published) + DESTINATION_WALES * authorities.wales[:, None]
    people, covered = np.log(statistics.total[:, 1:]), authorities.covered
    relative = np.where(covered[:, None], 0.0, people - np.median(people, axis=0))
    origin = _tamed(origin, covered) + people
    destination = _tamed(destination, covered) + relative
    bare = Plan(origin, destination, _pairs(authorities, published))
    total = sum(bare.means(year).sum() for year in MOVE_YEARS)
    constant = np.log(YEARLY_MOVES[size] * len(MOVE_YEARS) / total)
    return Plan(origin + constant, destination, bare.pair)


def _part(names: dict[str, str], statistics: Statistics, published: Published) -> np.ndarray:
    """(n, 5): the lagged statistics times their coefficients, summed."""
    terms = [published.controls[name] * statistics.regressors[column][:, :-1] for name, column in names.items()]
    return np.sum(terms, axis=0)


def _tamed(part: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """Areas without statistics of work (City of London, Scilly) get the median of the others, not their wild values."""
    return np.where(covered[:, None], part, np.median(part[covered], axis=0))


def _pairs(authorities: Authorities, published: Published) -> np.ndarray:
    """(n, n): receiving type given the sending one, border and distance."""
    receiving = published.receiving[authorities.type[:, None], authorities.type]
    near = published.controls["share_border"] * authorities.border
    far = published.controls["log_distance"] * np.log(authorities.miles)
    return np.where(np.isnan(authorities.miles), -np.inf, receiving + near + far)
