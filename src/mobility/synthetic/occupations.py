"""The 84 states of a career: 81 occupations (SOC2000 minor groups) and three kinds of not working.

`occupations.csv` holds, for each occupation, its share of employment per thousand and the share of women (ONS
dual-coded Labour Force Survey, January to March 2007, Open Government Licence), and the row of the report's tables for
the thirteen technical ones.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mobility.storage import read_rows

NOT_WORKING = ("unemployment", "inactivity", "study")
LEVELS = {2: "tech_prof", 3: "tech_assoc_prof", 5: "tech_skilled_trade", 8: "tech_operative"}
OTHERS = {1: "nontech_manager", 2: "nontech_prof", 3: "nontech_assoc_prof", 5: "nontech_skilled_trade"}
NONTECHNICAL = (*OTHERS.values(), "nontech_others")


@dataclass(frozen=True)
class Occupations:
    """Arrays over the 81 occupations in the order of their codes.

    `code`: integers. `size`: share of employment. `women`: share. `row`: published row or empty text.
    `group`: technical level or non-technical class as the columns of Table 3.3 name them.
    """

    code: np.ndarray
    size: np.ndarray
    women: np.ndarray
    row: tuple[str, ...]
    group: np.ndarray

    @property
    def technical(self) -> np.ndarray:
        """Which occupations are technical."""
        return np.array([bool(row) for row in self.row])

    @property
    def major(self) -> np.ndarray:
        """SOC2000 major group of each occupation."""
        return self.code // 100

    def place(self, code: int) -> int:
        """Position of a code."""
        return int(np.searchsorted(self.code, code))


@lru_cache(maxsize=1)
def read_occupations() -> Occupations:
    """The occupations of `occupations.csv`, sizes scaled to one."""
    rows = read_rows(Path(__file__).with_name("occupations.csv"))
    size = np.array([float(row["per_thousand"]) for row in rows])
    return Occupations(
        code=np.array([int(row["code"]) for row in rows]),
        size=size / size.sum(),
        women=np.array([float(row["women"]) for row in rows]),
        row=tuple(row["published_row"] for row in rows),
        group=np.array([_group(int(row["code"]) // 100, bool(row["published_row"])) for row in rows]),
    )


def _group(major: int, technical: bool) -> str:
    return LEVELS[major] if technical else OTHERS.get(major, "nontech_others")
