"""Jobs of 369 occupations from those of 25 sub-major groups: 25 sets of shares (C.8.2, employment)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mobility.models.raking import Axes, Target, rake

PRIOR = 10.0  # persons with the pattern of the country that are added to each set of shares, so that none is empty
CUBE = ("industry", "region", "gender", "status", "qualification")


@dataclass(frozen=True, eq=False)
class Patterns:
    """Persons in work of a survey by occupation, weighted, and what stands for one of them.

    whole : 369. region : 369 x 12. type : 369 x gender x status. sector : 369 x 6. person : mean weight.
    """

    whole: np.ndarray
    region: np.ndarray
    type: np.ndarray
    sector: np.ndarray
    person: float

    def in_bands(self, least: int) -> "Patterns":
        """Each number as the middle of so many mean persons: ratios of jobs would tell how many were asked.

        0 stays, and 4 persons and 9 are told as 5 where `least` is 10. Bands of parts and of their sum have the same
        edges, so that sums leave each number as open as its own band.
        """
        band = least * self.person

        def middle(numbers: np.ndarray) -> np.ndarray:
            return np.where(numbers > 0, (np.floor(numbers / band) + 0.5) * band, 0.0)

        whole, region, kind, sector = map(middle, (self.whole, self.region, self.type, self.sector))
        return Patterns(whole, region, kind, sector, self.person)


def shares_in_group(patterns: Patterns, members: np.ndarray, sectors: np.ndarray, varied: bool) -> np.ndarray:
    """Shares of the occupations of a sub-major group, adding to 1 in every cell.

        s = s_UK (s_region / s_UK) (s_type / s_UK) (s_sector / s_UK), scaled

    Parameters
    ----------
    members : places of the n occupations. sectors : 75, the place of each industry's sector among the six. varied :
        False takes the shares of the country everywhere.

    Returns
    -------
    n x industry x region x gender x status. An occupation that nobody in the survey has gets 0.
    """
    whole = patterns.whole[members]
    uk = whole / whole.sum()
    if not varied:
        shape = (len(members), len(sectors), patterns.region.shape[1], *patterns.type.shape[1:])
        return np.broadcast_to(uk[:, None, None, None, None], shape)
    prior = PRIOR * patterns.person

    def ratio(numbers: np.ndarray) -> np.ndarray:
        """Share in each place over that of the country, drawn to 1 where few were asked."""
        base = uk.reshape(-1, *(1,) * (numbers.ndim - 1))
        own = (numbers + prior * base) / (numbers.sum(axis=0) + prior)
        return np.asarray(np.divide(own, base, out=np.zeros(own.shape), where=base > 0))

    region, kind = ratio(patterns.region[members]), ratio(patterns.type[members])
    sector = ratio(patterns.sector[members])[:, sectors]
    found = np.einsum("o,oi,or,ogs->oirgs", uk, sector, region, kind, optimize=True)
    return np.asarray(found / found.sum(axis=0))


def jobs_of_group(
    cube: np.ndarray, shares: np.ndarray, pattern: np.ndarray, labels: Mapping[str, tuple[str, ...]]
) -> np.ndarray:
    """Jobs of the occupations of a sub-major group, raked so that every published total of the group stays.

    Parameters
    ----------
    cube : published jobs of the group by industry, region, gender, status and qualification. shares : of
        `shares_in_group`. pattern : share of each occupation in the group, of the country. labels : for messages.

    Returns
    -------
    occupation x `CUBE`. Sums over occupations are the cube; those over everything else the pattern times its total.
    """
    axes = Axes(("occupation", *CUBE), labels)
    targets = [
        Target("published jobs of the group", CUBE, cube),
        Target("pattern of occupations", ("occupation",), pattern * cube.sum()),
    ]
    start = shares[..., None] * cube
    if len(pattern) == 1:
        return np.asarray(start)
    return rake(start, axes, targets).values
