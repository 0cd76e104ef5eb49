"""One classification of occupations from another, by the relationship tables of the statistical office."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from mobility.errors import DataError
from mobility.storage import read_register

TABLE = "resources/classifications/soc2010_in_soc2000.csv"
# Samples that were coded in both, the later first: a pair is taken from the first one that has it.
SAMPLES = ("LFSJM07", "Census01", "LFS96_97")
SEXES = ("male", "female")
FOLDER = "resources/classifications"
# Other versions of the classification: the table that relates each to SOC2010, and its column of this version.
OTHERS = {"SOC2000": ("soc2010_in_soc2000", "soc2000_code"), "SOC2020": ("soc2010_to_soc2020", "soc2020_code")}
UNCODED = "}}}}"  # of the ONS index of job titles: needs more information


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


def fail_unless_soc2010(root: Path, codes: Iterable[str], where: str) -> None:
    """Raise `DataError` on codes of four digits that are no unit groups of SOC2010.

    It says of which version the first is and which unit groups of SOC2010 it goes to. A code that both versions have
    cannot be told: one that only another has says that the whole file is of that one.

    where : what names the codes, for the message.
    """
    asked = set(codes)
    strange = sorted(asked - _units(root, "SOC2010"))
    if strange:
        raise DataError(f"{where}: {strange_codes(root, strange, len(asked))}.")


def strange_codes(root: Path, strange: Sequence[str], asked: int = 0) -> str:
    """What is said of codes that are none of SOC2010: of which version the first is, and where it goes.

    asked : how many codes there are with those that are known.
    """
    count, first = f"{len(strange)} of {asked}" if asked else f"{len(strange)}", strange[0]
    return (
        f"{count} codes are no unit groups of SOC2010; the first, `{first}`, {_told(root, first)}. Bring the file on "
        f"SOC2010, or map its codes first ({FOLDER})"
    )


def _told(root: Path, code: str) -> str:
    """Which version has a code, and the unit groups of SOC2010 that it goes to."""
    if code == UNCODED:
        return "stands for a title that needs more information"
    found = []
    for version in [version for version in OTHERS if code in _units(root, version)]:
        name, column = OTHERS[version]
        table = read_register(root / FOLDER / f"{name}.csv")
        to = sorted(set(table.loc[table[column] == code, "soc2010_code"]))
        found.append(f"is of {version} and goes to {', '.join(to)}")
    return " or ".join(found) or f"is of none of SOC2010, {', '.join(OTHERS)}"


def _units(root: Path, version: str) -> set[str]:
    return set(read_register(root / FOLDER / f"{version.lower()}_unit_groups.csv")["code"])
