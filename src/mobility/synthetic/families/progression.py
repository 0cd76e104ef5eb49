"""Careers of the study of the state of the nation: a class at 25 to 29, another one from 35 on, by background.

Those who have one are some of the people without children of `draw_people`; what they are planted with
(`progress.csv`): by background, the share who begin in each class, and of these the share who become professional.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.storage import read_rows
from mobility.synthetic.answers import INAPPLICABLE, MISSING
from mobility.synthetic.families.people import BACKGROUND, CLASSES, DETAIL, YEARS, enumerated, interview_years
from mobility.synthetic.streams import draw, draw_rows, stream

CAREERS = 0.15  # of the people without children who take part to the end
AGES = (20, 30)  # when the survey begins: none is a teenager in it
SWITCH = (30, 35)  # age from which the later class holds
OWN_CLASS_OF_FATHER, OTHER_KNOWN = 0.6, 0.5
ADULT = 16
PROFESSIONAL = 1


@cache
def planted() -> Mapping[tuple[int, int], tuple[float, float]]:
    """By background and first class (1 to 3): the share of the background, and of it who become professional."""
    rows = read_rows(Path(__file__).with_name("progress.csv"))
    return {
        (int(row["background"]), int(row["start"])): (float(row["share"]), float(row["professional"])) for row in rows
    }


def add_careers(people: pd.DataFrame, lasting: np.ndarray, seed: int) -> pd.DataFrame:
    """People with begins and ends (class, 0 for those without a career) and switch (age); births of careers anew.

    lasting : True for those without children who take part to the end, from whom careers are chosen.
    """
    rng, count = stream(seed, "families careers"), len(people)
    chosen = lasting & (rng.random(count) < CAREERS)
    origin = draw(*CLASSES, count, rng)
    begins = _drawn({start: [planted()[start, cls][0] for cls in (1, 2, 3)] for start in (1, 2, 3)}, origin, rng)
    rises = rng.random(count) < np.array([planted()[pair][1] for pair in zip(origin, begins, strict=True)])
    ends = np.where(rises, PROFESSIONAL, np.where(rng.random(count) < 0.5, 2, 3))
    born = people["first"].to_numpy() - rng.integers(*AGES, count)
    careers = {"begins": begins, "ends": ends, "switch": rng.integers(*SWITCH, count)}
    return people.assign(
        born=np.where(chosen, born, people["born"]),
        job=np.where(chosen, begins, people["job"]),
        parents_class=np.where(chosen, origin, people["parents_class"]),
        **{name: np.where(chosen, values, 0) for name, values in careers.items()},
    )


def _drawn(shares: Mapping[int, list[float]], group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(n,) a class 1 to 3 of each, by the shares of its group 1 to 3."""
    cumulative = np.cumsum([shares[one] for one in sorted(shares)], axis=1)
    return 1 + draw_rows(cumulative[group - 1], rng)


def add_recalled(people: pd.DataFrame, counts: Mapping[int, Mapping[int, int]], seed: int) -> pd.DataFrame:
    """People with father_14 and mother_14 (eight classes, or missing) and asked_14, the year of their first interview.

    The higher of the two is the class `parents_class`; where that is not known neither is.
    """
    rng, count = stream(seed, "families recalled"), len(people)
    own = people["parents_class"].to_numpy()
    other = np.where(rng.random(count) < OTHER_KNOWN, np.maximum(own, draw(*CLASSES, count, rng)), 0)
    father = rng.random(count) < OWN_CLASS_OF_FATHER
    ends = np.array([(0, 0), *DETAIL.values()])
    said = []
    for classes in (np.where(father, own, other), np.where(father, other, own)):
        low, high = ends[np.where(own > 0, classes, 0)].T
        detail = low + (rng.random(count) * (high - low + 1)).astype(int)
        said.append(np.where(low > 0, detail, MISSING))
    return people.assign(father_14=said[0], mother_14=said[1], asked_14=_first_adult(people, counts))


def _first_adult(people: pd.DataFrame, counts: Mapping[int, Mapping[int, int]]) -> np.ndarray:
    """(n,) the first year in which each is in the survey and 16 or older."""
    first = np.zeros(len(people), dtype=int)
    for year in map(int, YEARS):
        adult = enumerated(people, year, counts) & (interview_years(people, year) - people["born"] >= ADULT)
        first = np.where((first == 0) & adult, year, first)
    return first


def job_of(people: pd.DataFrame, age: np.ndarray) -> np.ndarray:
    """(n,) class of the job at an age: of careers the first up to `switch`, then the later one."""
    later = (people["ends"] > 0) & (age >= people["switch"])
    return np.where(later, people["ends"], people["job"])


def recalled_answers(people: pd.DataFrame, year: int) -> dict[str, np.ndarray]:
    """Parents' classes when the person was 14, asked at the first interview only."""
    asked = (people["asked_14"] == year).to_numpy()
    return {
        f"{parent}_nssec8_14": np.where(asked, people[f"{parent}_14"], INAPPLICABLE) for parent in ("father", "mother")
    }


def lasting_others(people: pd.DataFrame, counts: Mapping[int, Mapping[int, int]]) -> np.ndarray:
    """(n,) those without children who are in every wave from their first to the last."""
    fewest = people["sample"].map({sample: min(by_year.values()) for sample, by_year in counts.items()}).fillna(0)
    return ((people["role"] == BACKGROUND) & (people["rank"] < fewest)).to_numpy()
