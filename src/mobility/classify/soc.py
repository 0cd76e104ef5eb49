"""One classification of occupations from another, by the relationship tables of the statistical office."""

from functools import cache
from pathlib import Path

import pandas as pd

from mobility.storage import read_register

TABLE = "resources/classifications/soc2010_in_soc2000.csv"
# Samples that were coded in both, the later first: a pair is taken from the first one that has it.
SAMPLES = ("LFSJM07", "Census01", "LFS96_97")
SEXES = ("male", "female")


def soc2000_of(root: Path, soc2010: pd.Series, sex: pd.Series) -> pd.Series:
    """The unit group of SOC2000 that most persons of the same sex and unit group of SOC2010 have.

    Parameters
    ----------
    soc2010 : (n,) unit groups as whole numbers. sex : (n,) `male` or `female`, missing where unknown; a sex
        of which the table has no number for a unit group (too few) takes that of the other.

    Returns
    -------
    (n,) Int64, missing where the unit group or the sex is not in the table.

    Notes
    -----
    ONS (2010), Relationship between SOC2010 and SOC2000: of the persons in a unit group of SOC2010 who were coded in
    both, the per cent in each unit group of SOC2000 (cells below 5 are not printed). A person's own may be another one.
    """
    table = _likeliest(root)
    other = sex.map(dict(zip(SEXES, reversed(SEXES), strict=True)))
    return _looked_up(table, soc2010, sex).fillna(_looked_up(table, soc2010, other)).rename("soc2000")


def _looked_up(table: pd.Series, soc2010: pd.Series, sex: pd.Series) -> pd.Series:
    wanted = pd.MultiIndex.from_arrays([soc2010.astype("Int64"), sex.astype("object")])
    places = table.index.get_indexer(wanted)
    return pd.Series(table.to_numpy()[places], index=soc2010.index, dtype="Int64").mask(places < 0)


@cache
def _likeliest(root: Path) -> pd.Series:
    """SOC2000 by unit group of SOC2010 and sex; of equal shares the lowest code."""
    rows = read_register(root / TABLE)
    rows = rows[rows["percent"] != ""]
    codes = rows[["soc2010_code", "soc2000_code"]].astype("int64")
    order = rows["source"].map({name: place for place, name in enumerate(SAMPLES)})
    rows = rows.assign(**codes, percent=rows["percent"].astype(float), order=order)
    keys = ["soc2010_code", "sex"]
    ordered = rows.sort_values([*keys, "order", "percent", "soc2000_code"], ascending=[True, True, True, False, True])
    return ordered.drop_duplicates(keys).set_index(keys)["soc2000_code"]
