"""Codes of the dimensions in the order of their registers, and the published numbers by unit group."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.storage import read_register

FOLDER = "resources/classifications"
UNITS = "resources/pay/unit_groups.csv"
GENDERS = ("male", "female")
STATUSES = ("full_time", "part_time", "self_employed")


@dataclass(frozen=True)
class Codes:
    """Codes of each dimension.

    joined : of each of the 79 industries, that which it is joined to. divisions : of each, its divisions of SIC2007.
    sub_major : the 25 groups. group : (369,) place of the sub-major group of each occupation. gss : codes of regions.
    units : jobs by sex and status, and mean pay, of each unit group, as published.
    """

    occupation: tuple[str, ...]
    industry: tuple[str, ...]
    region: tuple[str, ...]
    qualification: tuple[str, ...]
    joined: tuple[str, ...]
    divisions: tuple[tuple[int, ...], ...]
    sub_major: tuple[str, ...]
    group: np.ndarray
    gss: tuple[str, ...]
    units: pd.DataFrame


def load_codes(root: Path) -> Codes:
    """Read the registers of the project folder `root`."""
    names = ("occupations", "industries", "regions", "qualifications")
    occupations, industries, regions, qualifications = (
        read_register(root / FOLDER / f"lmi_{name}.csv") for name in names
    )
    groups = tuple(dict.fromkeys(occupations["sub_major"]))
    units = read_register(root / UNITS).set_index("soc2010").astype("int64")
    return Codes(
        tuple(occupations["code"]),
        tuple(industries["code"]),
        tuple(regions["code"]),
        tuple(qualifications["code"]),
        tuple(industries["joined_small"]),
        tuple(map(_divisions, industries["divisions"])),
        groups,
        occupations["sub_major"].map({code: place for place, code in enumerate(groups)}).to_numpy(),
        tuple(regions["gss_code"]),
        units.loc[list(occupations["code"])],
    )


def _divisions(text: str) -> tuple[int, ...]:
    """Divisions of a range such as 01-03."""
    first, _, last = text.partition("-")
    return tuple(range(int(first), int(last or first) + 1))
