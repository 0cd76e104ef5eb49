"""Codes of the classifications by which lines of tables are printed, with their levels: SOC2010 and SIC2007."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from mobility.classify.soc import strange_codes
from mobility.errors import nearest
from mobility.storage import read_register

FOLDER = "resources/classifications"
OCCUPATION = {1: "major", 2: "sub_major", 3: "minor", 4: "unit"}
INDUSTRY = {2: "division", 3: "group", 4: "class", 5: "subclass"}
SECTION = "section"


@dataclass(frozen=True)
class Codes:
    """The codes of one classification.

    level : of each known code. root : the project's folder.
    """

    axis: str
    level: Mapping[str, str]
    root: Path

    def written(self, codes: pd.Series) -> pd.Series:
        """Codes as the classification writes them: a division that lost its zero gets it back."""
        if self.axis == "occupation":
            return codes
        codes = codes.str.replace(".", "", regex=False).str.replace("/", "", regex=False)
        return codes.where(~codes.str.fullmatch(r"\d"), "0" + codes)

    def levels(self, codes: pd.Series) -> pd.Series:
        """Level of each code; missing where it is none of the classification."""
        found = codes.map(self.level)
        if self.axis == "occupation":
            return found
        # finer groups of industries are known by their division
        fine = codes.where(codes.str.fullmatch(r"\d{3,5}")).str[:2].map(self.level).notna()
        return found.where(found.notna() | ~fine, codes.str.len().map(INDUSTRY))

    def told(self, strange: Sequence[str]) -> str:
        """What is said of codes that are none."""
        if self.axis == "occupation":
            return strange_codes(self.root, strange)
        known = nearest(strange[0], [code for code, level in self.level.items() if level in ("division", SECTION)])
        count = f"{len(strange)} codes are none of SIC2007"
        return f"{count}; the first is `{strange[0]}`; {known}. Bring a table on SIC2007"


@cache
def load_codes(root: Path, axis: str) -> Codes:
    """Codes of `occupation` (SOC2010) or `industry` (SIC2007)."""
    if axis == "occupation":
        units = read_register(root / FOLDER / "soc2010_unit_groups.csv")["code"]
        return Codes(axis, {code[:size]: name for code in units for size, name in OCCUPATION.items()}, root)
    table = read_register(root / FOLDER / "sic2007_divisions.csv")
    return Codes(axis, dict.fromkeys(table["section"], SECTION) | dict.fromkeys(table["code"], "division"), root)
