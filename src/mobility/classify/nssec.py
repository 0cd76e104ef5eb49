"""NS-SEC from occupation and employment status, by the derivation tables of resources/classifications."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from mobility.errors import SpecError, nearest
from mobility.storage import read_register

FOLDER = "resources/classifications"
SIMPLIFIED = "simplified"
STATUSES = (
    SIMPLIFIED,
    "employers_large",
    "employers_small",
    "self_employed_no_employees",
    "managers_large",
    "managers_small",
    "supervisors",
    "employees",
)
FIRST_CLASS = ("1.1", "1.2")  # of the analytic classes, the two parts of class 1


@dataclass(frozen=True)
class Edition:
    """A derivation table: its file, whether it was checked against the one of the statistical office, its columns."""

    file: str
    verified: bool
    statuses: tuple[str, ...]


EDITIONS: Mapping[str, Edition] = {
    "soc2000": Edition("nssec_derivation_soc2000_unverified.csv", False, STATUSES[1:]),
    "soc2010": Edition("nssec_derivation_soc2010.csv", True, STATUSES),
    "soc2020": Edition("nssec_derivation_soc2020_unverified.csv", False, STATUSES[1:]),
}


def derive_nssec(root: Path, soc: str, occupation: pd.Series, status: "pd.Series | str" = SIMPLIFIED) -> pd.Series:
    """Class 1 to 7 of each person by the eight-class version of NS-SEC.

    Parameters
    ----------
    root : the project's folder. soc : `soc2000`, `soc2010` or `soc2020`; only the second is verified (`EDITIONS`).
    occupation : (n,) unit groups as whole numbers; anything that is none (negative, missing) has no class.
    status : (n,) words of `STATUSES`, missing where unknown; or one word for all. `simplified` is the column that the
        tables give for those of whom only the occupation is known.

    Returns
    -------
    (n,) Int64, missing where the occupation or the status is none of the table.

    Raises
    ------
    SpecError
        An unknown classification, or a status that its table does not have.

    Notes
    -----
    Office for National Statistics, SOC2010 volume 3: class = table[unit group, employment status]; 1.1 and 1.2 are 1.
    """
    table, statuses = _table(root, soc), pd.Series(status, index=occupation.index)
    known = EDITIONS[soc].statuses
    odd = sorted(set(statuses.dropna()) - set(known))
    if odd:
        raise SpecError(
            f"{root / FOLDER / EDITIONS[soc].file}: no employment status `{odd[0]}`; {nearest(odd[0], known)}. "
            f"Take one of these, or {'another classification' if odd[0] == SIMPLIFIED else 'leave it missing'}."
        )
    wanted = pd.MultiIndex.from_arrays([occupation.astype("Int64"), statuses.astype("object")])
    places = table.index.get_indexer(wanted)
    found = pd.Series(table.to_numpy()[places], index=occupation.index, dtype="Int64", name="nssec")
    return found.mask(places < 0)


@cache
def _table(root: Path, soc: str) -> pd.Series:
    """Class by unit group and employment status."""
    if soc not in EDITIONS:
        raise SpecError(f"{root / FOLDER}: no derivation of NS-SEC from `{soc}`; {nearest(soc, list(EDITIONS))}.")
    rows = read_register(root / FOLDER / EDITIONS[soc].file)
    rows = rows[rows["analytic_class"] != ""]
    classes = rows["analytic_class"].replace(dict.fromkeys(FIRST_CLASS, "1"))
    index = pd.MultiIndex.from_arrays([rows[soc].astype("int64"), rows["employment_status"].astype("object")])
    return pd.Series(classes.astype("int64").to_numpy(), index=index)
