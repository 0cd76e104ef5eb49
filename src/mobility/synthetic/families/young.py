"""Young families of UKHLS: children born from 2005, whose parents are two people of one household, or one of them.

Nobody of them is a teenager before 2020, so that the study of movers has none of them; they stand in the household
grid, in egoalt and in xwavedat.
"""

import numpy as np
import pandas as pd

from mobility.synthetic.answers import INAPPLICABLE
from mobility.synthetic.background import rank_within
from mobility.synthetic.families.people import LARGEST_STEP
from mobility.synthetic.streams import draw, stream

SAMPLE = 1
PARENTS, SINGLE = 0.25, 0.25  # of the households of two; of these with one parent
BORN, BIRTHS, AGE_AT_BIRTH = (1975, 1990), (2005, 2019), 18  # of parents, of children
CHILDREN = ((1, 2, 3), (0.45, 0.4, 0.15))
LEVELS = {1: 0.34, 2: 0.14, 3: 0.20, 4: 0.24, 9: 0.08}  # of hiqual_dv


def draw_parents(people: pd.DataFrame, lasting: np.ndarray, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """People with the births, sexes and qualifications of parents, and (n,) each one's role: 1 mother, 2 father, 0.

    lasting : True for those from whom parents are chosen. The two of a household are neighbours by `rank`.
    """
    rng, count = stream(seed, "families young"), len(people)
    first = lasting & (people["sample"] == SAMPLE).to_numpy() & (people["rank"] % 2 == 0).to_numpy()
    rows = np.flatnonzero(first & np.append(lasting[1:], False) & (rng.random(count) < PARENTS))
    alone, mothers = rng.random(len(rows)) < SINGLE, rng.random(len(rows)) < 0.9
    role = np.zeros(count, dtype=int)
    role[rows] = np.where(mothers, 1, 2)
    role[rows[~alone] + 1] = np.where(mothers[~alone], 2, 1)
    level = draw(list(LEVELS), list(LEVELS.values()), count, rng)
    return people.assign(
        born=np.where(role > 0, rng.integers(*BORN, count), people["born"]),
        woman=np.where(role > 0, role == 1, people["woman"]),
        level=np.where(role > 0, level, people["level"]),
    ), role


def draw_young(people: pd.DataFrame, role: np.ndarray, seed: int) -> pd.DataFrame:
    """One row a child: pidp (above everybody's), born, woman, ethnic, mother and father (rows, -1 none)."""
    rng = stream(seed, "families children")
    heads = np.flatnonzero((role > 0) & (people["rank"] % 2 == 0).to_numpy())
    heads = np.repeat(heads, draw(*CHILDREN, len(heads), rng))
    other = np.where(role[heads + 1] > 0, heads + 1, -1)
    born = people["born"].to_numpy()
    youngest = np.maximum(born[heads], np.where(other >= 0, born[other], 0)) + AGE_AT_BIRTH
    return pd.DataFrame(
        {
            "pidp": people["pidp"].max() + np.cumsum(rng.integers(1, LARGEST_STEP, len(heads))),
            "born": rng.integers(np.maximum(youngest, BIRTHS[0]), BIRTHS[1]),
            "woman": rng.random(len(heads)) < 0.49,
            "ethnic": people["ethnic"].to_numpy()[heads],
            "mother": np.where(role[heads] == 1, heads, other),
            "father": np.where(role[heads] == 2, heads, other),
        }
    )


def in_households(young: pd.DataFrame, people: pd.DataFrame, interview_year: np.ndarray) -> pd.DataFrame:
    """The children who are there in a wave, with their age and `head`, the place of a parent among its `people`."""
    either = np.where(young["mother"] >= 0, young["mother"], young["father"])
    head = people.index.get_indexer(either)
    found = young.assign(head=head)[head >= 0]
    age = interview_year[found["head"]] - found["born"]
    return found.assign(age=age)[age >= 0]


def young_answers(there: pd.DataFrame, adults: dict[str, np.ndarray], people: pd.DataFrame) -> dict[str, np.ndarray]:
    """What stands of the children in the household grid; what is not said here is as of a parent.

    there : as `in_households` gives them. adults : answers of the people of the wave.
    """
    head = there["head"].to_numpy()
    household, sex = adults["household_id"][head], np.where(there["woman"], 2, 1)
    links = {}
    for role in ("mother", "father"):
        at = people.index.get_indexer(there[role])
        links[f"{role}_id"] = np.where(at >= 0, adults["person_id"][at], INAPPLICABLE)
        links[f"{role}_person_number"] = np.where(at >= 0, adults["person_number"][at], 0)
    own = {
        "person_id": there["pidp"].to_numpy(),
        "person_number": 2 + rank_within(household),
        "sex": sex,
        "sex_grid": sex,
        "age": there["age"].to_numpy(),
        "age_enumerated": there["age"].to_numpy(),
        "birth_year": there["born"].to_numpy(),
        "marital_status": np.zeros(len(there), dtype=int),
        "marital_status_de_facto": np.zeros(len(there), dtype=int),
        "children_count": np.zeros(len(there), dtype=int),
        "children_count_grid": np.zeros(len(there), dtype=int),
        **links,
    }
    return {name: own.get(name, values[head]) for name, values in adults.items()}
