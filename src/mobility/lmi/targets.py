"""Targets of raking: bills of pay or hours by part, region, gender and status (C.8.3).

    bill = printed mean x jobs;  where none is printed  w_k (w_r / w) (w_gs / w) x jobs

A part k is an industry, an occupation or a qualification. Then 4a: one factor to the bill of the country; 4b: one a
region to its bill; and one a region, gender and status to its bill, without which the three sets contradict each other.
"""

from dataclasses import dataclass

import numpy as np

AXES = ("region", "gender", "status")  # of employees: 12 x 2 x 2


@dataclass(frozen=True, eq=False)
class Means:
    """Printed means of a set of parts, NaN where none is printed.

    parts : k x region x gender x status. by_part : k, of the country. by_region : 12. by_type : gender x status.
    cells : region x gender x status, over all parts. whole : the one number over all.
    """

    parts: np.ndarray
    by_part: np.ndarray
    by_region: np.ndarray
    by_type: np.ndarray
    cells: np.ndarray
    whole: float

    @property
    def gaps(self) -> np.ndarray:
        """Where no mean of a part is printed."""
        return np.isnan(self.parts)

    def filled(self) -> np.ndarray:
        """The printed means, and in their gaps w_k (w_r / w) (w_gs / w); 0 for a part without any number."""
        rate = self.by_part[:, None, None, None] * (self.by_region / self.whole)[None, :, None, None]
        rate = rate * (self.by_type / self.whole)[None, None]
        return np.nan_to_num(np.where(self.gaps, rate, self.parts))

    def filled_cells(self) -> np.ndarray:
        """Means over all parts by region, gender and status, gaps as w_r w_gs / w."""
        rate = self.by_region[:, None, None] * (self.by_type / self.whole)
        return np.where(np.isnan(self.cells), rate, self.cells)


@dataclass(frozen=True, eq=False)
class Bills:
    """Bills of a set of parts that agree with the country and its regions.

    values : k x region x gender x status. first : the factor 4a. regions : the factors 4b, 12. types : those of region
    by gender and status, after 4b. ratios : 4a over 4b, which the report keeps for checking.
    """

    values: np.ndarray
    first: float
    regions: np.ndarray
    types: np.ndarray

    @property
    def ratios(self) -> np.ndarray:
        """4a : 4b, 1 where scaling to the regions changes nothing that scaling to the country had left."""
        return np.asarray(1 / self.regions)


def common_bills(means: Means, jobs: np.ndarray) -> np.ndarray:
    """Bills by region, gender and status to which every set is scaled, 12 x 2 x 2.

    Their sum is the printed mean of the country times its jobs, those of regions are as the regions' own bills, and
    within a region as the bills of gender and status.

    jobs : region x gender x status.
    """
    own = means.filled_cells() * jobs
    of_region = means.by_region * jobs.sum(axis=(1, 2))
    whole = means.whole * jobs.sum()
    own = own * _over(of_region, own.sum(axis=(1, 2)))[:, None, None]
    return np.asarray(own * (whole / own.sum()))


def scaled_bills(means: Means, jobs: np.ndarray, common: np.ndarray) -> Bills:
    """Bills of a set, gaps filled, scaled to the country (4a), to each region (4b), and to gender and status in it.

    Parameters
    ----------
    jobs : k x region x gender x status; where there are none the bill is 0. common : of `common_bills`.
    """
    bills = means.filled() * jobs
    first = float(common.sum() / bills.sum())
    bills = bills * first
    regions = _over(common.sum(axis=(1, 2)), bills.sum(axis=(0, 2, 3)))
    bills = bills * regions[None, :, None, None]
    types = _over(common, bills.sum(axis=0))
    return Bills(bills * types, first, regions, types)


def _over(wanted: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Factors from sums to those wanted, 1 where there is nothing."""
    return np.divide(wanted, found, out=np.ones(np.shape(found)), where=found > 0)
