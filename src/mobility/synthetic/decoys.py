"""A few BHPS files, so that a reader who takes `ba_` for wave a or b, or its code 7 for students, is found out.

Their column names are fixed here: they stand in no register that the studies of UKHLS read.
"""

import numpy as np
import pandas as pd

from mobility.synthetic.persons import BHPS
from mobility.synthetic.streams import draw, stream
from mobility.synthetic.world import World

ROWS = 400
HOUSEHOLD_BASE = 10_000_000
CODES, SHARES = (1, 2, 3, 4, 6, 7, 8), (8, 50, 6, 17, 12, 3, 4)
STUDENT, SICK = 7, 8
SOC90 = (10, 17, 20, 22, 30, 38, 41, 43, 50, 53, 59, 62, 72, 80, 88, 95)


def bhps_files(world: World) -> dict[str, pd.DataFrame]:
    """First and last BHPS waves of some of those who join UKHLS in its second wave."""
    members = np.flatnonzero(np.isin(world.persons.origin, BHPS))
    rng = stream(world.seed, "bhps")
    chosen = np.sort(rng.choice(members, min(ROWS, len(members)), replace=False))
    return {"ba_indresp": _first_wave(world, chosen, rng), "br_indresp": _last_wave(world, chosen, rng)}


def _common(
    world: World, chosen: np.ndarray, prefix: str, year: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    count = len(chosen)
    return {
        "pidp": world.persons.pidp[chosen],
        "pid": 10_000_000 + 59 * chosen,
        f"{prefix}_hidp": HOUSEHOLD_BASE + 11 * rng.permutation(count),
        f"{prefix}_pno": np.ones(count, dtype=int),
        f"{prefix}_ivfio": draw([1, 2], [0.97, 0.03], count, rng),
        f"{prefix}_sex": np.where(world.persons.woman[chosen], 2, 1),
        f"{prefix}_age_dv": np.maximum(year - world.persons.birth[chosen] // 12, 16),
    }


def _first_wave(world: World, chosen: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """1991: the harmonised activity has 7 for the long-term sick, which only the un-harmonised one shows."""
    status = draw(CODES, SHARES, len(chosen), rng)
    columns = _common(world, chosen, "ba", 1991, rng)
    columns["ba_jbstat"] = np.where(status == SICK, STUDENT, status)
    columns["ba_jbstat_bh"] = np.where(status == SICK, STUDENT, np.where(status == STUDENT, 6, status))
    columns["ba_jbsoc90_cc"] = np.where(status <= 2, rng.choice(SOC90, len(chosen)), -8)
    return pd.DataFrame(columns)


def _last_wave(world: World, chosen: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    status = draw(CODES, SHARES, len(chosen), rng)
    occupations = world.plan.occupations
    columns = _common(world, chosen, "br", 2008, rng)
    columns["br_jbstat"] = status
    code = rng.choice(occupations.code, len(chosen), p=occupations.size)
    columns["br_jbsoc00_cc"] = np.where(status <= 2, code, -8)
    return pd.DataFrame(columns)
