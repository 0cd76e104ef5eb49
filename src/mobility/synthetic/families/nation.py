"""What the tables of the study of the state of the nation should show of the invented families."""

from itertools import pairwise

import numpy as np
import pandas as pd

from mobility.synthetic.families import participation, progression
from mobility.synthetic.families.people import CLASSES
from mobility.synthetic.families.young import LEVELS
from mobility.synthetic.truth import COLUMNS

NAMES = {1: "professional", 2: "intermediate", 3: "working_class"}
FIGURES = {3: "figure_3_17", 2: "figure_3_18", 1: "figure_3_19"}  # by the first class
CAREERS_ONLY = range(2004, 2008)  # windows without the children of the families
VOLUNTEERED, OCCASIONS = range(2010, 2019, 2), (1991, 2000, 2011, 2017)
YOUNG_ONLY = 2019  # wave in which every child under 16 is of a young family
GROUPS = ("graduate", "other_higher", "a_level", "gcse", "below_gcse")
SHARE = "share"


def nation_table() -> pd.DataFrame:
    """Planted shares: table, row, column, statistic, value, note."""
    return pd.DataFrame([*_progress(), *_participation(), *_education()], columns=COLUMNS)


def _progress() -> list[tuple]:
    note = "planted share of careers"
    rows = [
        (FIGURES[start], f"y{year}", NAMES[origin], SHARE, rises, note)
        for (origin, start), (_, rises) in progression.planted().items()
        for year in CAREERS_ONLY
    ]
    for origin in CLASSES[0]:
        of_origin = [pair for (one, _), pair in progression.planted().items() if one == origin]
        whole = sum(share * rises for share, rises in of_origin)
        rows += [("indicator_4_2", f"y{year}", NAMES[origin], SHARE, whole, note) for year in CAREERS_ONLY]
    return rows


def _participation() -> list[tuple]:
    shares = dict(participation.planted())
    volunteers = shares.pop(participation.VOLUNTEERING)
    columns = {**shares, "any": 1 - float(np.prod([1 - share for share in shares.values()]))}
    rows = [("volunteering", f"y{year}", "total", SHARE, volunteers, "planted share") for year in VOLUNTEERED]
    return rows + [
        ("membership", name, f"y{year}", SHARE, share, "planted share, memberships independent of each other")
        for year in OCCASIONS
        for name, share in columns.items()
    ]


def _education() -> list[tuple]:
    """One parent: the planted shares; two who are independent of each other: both, one, else the higher."""
    note, single = "planted shares of parents of young families", list(LEVELS.values())
    graduate, lower = single[0], np.append(np.cumsum(single[:0:-1])[::-1], 0.0)
    two = {"both_graduates": graduate**2, "one_graduate": 2 * graduate * (1 - graduate)}
    two |= {name: high**2 - low**2 for name, (high, low) in zip(GROUPS[1:], pairwise(lower), strict=True)}
    rows = [("driver_1_3_single", name, share) for name, share in zip(GROUPS, single, strict=True)]
    rows += [("driver_1_3_dual", name, share) for name, share in two.items()]
    return [(table, f"y{YOUNG_ONLY}", name, SHARE, float(share), note) for table, name, share in rows]
