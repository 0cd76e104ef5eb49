"""From occupations of the United Kingdom to those of O*NET, by the official chain of classifications.

SOC2010 -> ISCO-08 (ONS) -> US SOC 2010 (BLS) -> O*NET-SOC 2010, or -> US SOC 2018 (BLS) -> O*NET-SOC 2019. Each step is
one to many. LMI for All (Annex D) matched titles by CASCOT instead, whose table is not open.
"""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from mobility.storage import read_register

FOLDER = "resources/classifications"
KEYS = ["soc2010", "onet"]


def onet_2010_of(root: Path) -> pd.DataFrame:
    """Occupations of O*NET-SOC 2010 of each unit group.

    Returns
    -------
    Columns soc2010, onet, weight, sorted: a row a pair. Weights add to 1 within a unit group: by the per cent that the
    ONS gives where it divides a unit group among several of ISCO-08, in equal parts at the other steps.
    """
    return _paired(_step(_us_soc(root), _table(root, "us_soc2010_to_onetsoc2010"), "us_soc2010"), "onetsoc2010_code")


def onet_2019_of(root: Path, codes: Collection[str]) -> pd.DataFrame:
    """Occupations of O*NET-SOC 2019, among those that are in `codes`, of each unit group; as `onet_2010_of`.

    A unit group none of whose occupations is in `codes` has no row; of the others the weights add to 1.
    """
    later = _step(_us_soc(root), _table(root, "us_soc2010_to_us_soc2018"), "us_soc2010")
    known = pd.DataFrame({"onetsoc2019": sorted(codes)})
    return _paired(_step(later, known.assign(us_soc2018=known["onetsoc2019"].str[:7]), "us_soc2018"), "onetsoc2019")


def _us_soc(root: Path) -> pd.DataFrame:
    first = _table(root, "soc2010_to_isco08")
    first = first.assign(weight=first["percent"].astype("float64") / 100)
    return _step(first, _table(root, "isco08_to_us_soc2010"), "isco08")


def _step(chain: pd.DataFrame, table: pd.DataFrame, key: str) -> pd.DataFrame:
    """The chain one classification further, each weight divided equally; codes that go nowhere drop out."""
    parts = table.groupby(key)[key].transform("size")
    found = chain.merge(table.assign(parts=parts), on=key)
    return found.assign(weight=found["weight"] / found["parts"]).drop(columns="parts")


def _paired(chain: pd.DataFrame, code: str) -> pd.DataFrame:
    pairs = chain.rename(columns={code: "onet"}).groupby(KEYS, as_index=False)["weight"].sum()
    return pairs.assign(weight=pairs["weight"] / pairs.groupby("soc2010")["weight"].transform("sum"))


def _table(root: Path, name: str) -> pd.DataFrame:
    return read_register(root / FOLDER / f"{name}.csv")
