"""Persons and families: who they are, when the survey sees them, and when children leave home."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mobility.synthetic.families.places import Places
from mobility.synthetic.streams import draw, stream

FIRST_YEAR, LAST_YEAR, JOINED = 1991, 2019, 2009  # JOINED: UKHLS wave a, in which members of the BHPS are not
LAST_OF_MOVERS = 2018  # last wave of the study of movers
YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)
BACKGROUND, MOTHER, FATHER, CHILD = range(4)
TEENAGE, ADULT, FROM_YEAR = (15, 19), (25, 41), 2000
FAMILIES = 2_842  # of size `full`; with what follows, about as many persons are expected in the sample
# Sample (memorig): share of families, first year, births of the eldest child. Who enters late brings older children.
SAMPLES = {
    3: (0.52, 1991, (1973, 1994)),
    4: (0.08, 1999, (1981, 1994)),
    5: (0.08, 1999, (1981, 1994)),
    6: (0.06, 2001, (1983, 1994)),
    1: (0.26, 2009, (1990, 1994)),
}
BHPS = (3, 4, 5, 6)
BOTH, MOTHER_ONLY = 0.72, 0.24
CHILDREN, SPACING = ((1, 2, 3), (0.3, 0.5, 0.2)), 2
CLASSES = ((1, 2, 3), (0.45, 0.23, 0.32))
DETAIL = {1: (1, 3), 2: (4, 5), 3: (6, 8)}  # eight classes within each of the three
CLASS_UNKNOWN, OTHER_WORKED, LODGERS = 0.10, 0.6, 0.03
LEAVING, LEAVING_MOVERS = (20, 32), (20, 25)
ATTRITION, RESPONSE = 0.08, 0.88
WHITE, OTHER_GROUPS = 0.88, (4, 9, 10, 11, 12, 14, 15)
ABROAD = 0.04
FIRST_ID, LARGEST_STEP = 68_000_007, 9_000
NEVER = 9_999


def draw_people(counts: Mapping[int, Mapping[int, int]], families: int, places: Places, seed: int) -> pd.DataFrame:
    """One row a person, of families first.

    counts : by sample (3 for the BHPS, 1 for UKHLS) and year, how many of the others, who have no children, take part.

    Returns
    -------
    pidp, sample, role, family (-1 for the others), rank (of the others, by which fewer of them take part in a smaller
    wave), born (year), woman, ethnic, abroad, level (code of hiqual_dv), job (class of the own job, 0 never had one;
    of children it is drawn with their answers), parents_class (of children; 0 unknown), first and last (years in the
    survey), leaves (year from which a child lives elsewhere), mover, home, own (places, before and after leaving),
    mother, father (rows, -1 none), faithful (answers in every wave), and traits (uniform) of lasting answers.
    """
    parents, children = _draw_families(families, places, seed)
    others = [_draw_others(max(counts[sample].values()), sample, places, seed) for sample in counts]
    people = pd.concat([parents, children, *others], ignore_index=True)
    rng, count = stream(seed, "families persons"), len(people)
    steps = rng.integers(1, LARGEST_STEP, count)
    people["pidp"] = rng.permutation(FIRST_ID + np.cumsum(steps)).astype(np.int64)
    for trait in ("work", "class_", "pay", "detail", "married", "children"):
        people[trait] = rng.random(count)
    return people


def _draw_families(count: int, places: Places, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Parents and children; `mother` and `father` of the children are rows of the parents."""
    rng = stream(seed, "families")
    samples = draw(list(SAMPLES), [share for share, _, _ in SAMPLES.values()], count, rng)
    first = np.array([SAMPLES[sample][1] for sample in samples])
    births = np.array([SAMPLES[sample][2] for sample in samples])
    eldest = births[:, 0] + (rng.random(count) * (births[:, 1] - births[:, 0] + 1)).astype(int)
    size, kind = draw(*CHILDREN, count, rng), rng.random(count)
    family = pd.DataFrame(
        {
            "family": np.arange(count), "sample": samples, "first": first, "eldest": eldest, "size": size,
            "white": rng.random(count) < WHITE, "group": rng.choice(OTHER_GROUPS, count),
            "class": np.where(rng.random(count) < CLASS_UNKNOWN, 0, draw(*CLASSES, count, rng)),
            "home": places.draw(samples, rng), "has_mother": kind < BOTH + MOTHER_ONLY,
            "has_father": (kind < BOTH) | (kind >= BOTH + MOTHER_ONLY), "mother_holds": rng.random(count) < 0.5,
        }
    )  # fmt: skip
    parents = pd.concat([_parents(family, role, rng) for role in (MOTHER, FATHER)], ignore_index=True)
    return parents, _children(family, parents, places, rng)


def _parents(family: pd.DataFrame, role: int, rng: np.random.Generator) -> pd.DataFrame:
    """Mothers or fathers: the parent who holds the class answers in every wave, the other's is no higher."""
    found = family[family["has_mother" if role == MOTHER else "has_father"]]
    count, alone = len(found), ~(found["has_mother"] & found["has_father"])
    holds = (alone | (found["mother_holds"] == (role == MOTHER))).to_numpy()
    lower = np.maximum(found["class"], draw(*CLASSES, count, rng)) * (rng.random(count) < OTHER_WORKED)
    youngest = found["eldest"] + SPACING * (found["size"] - 1)
    return _lasting(found, rng).assign(
        role=role,
        born=found["eldest"] - rng.integers(20, 34, count),
        woman=role == MOTHER,
        level=draw([1, 2, 3, 4, 9], [0.18, 0.12, 0.2, 0.3, 0.2], count, rng),
        job=np.where(holds, found["class"], lower * (found["class"] > 0)),
        last=youngest + TEENAGE[1] + rng.geometric(ATTRITION, count),
        faithful=holds,
    )


def _children(family: pd.DataFrame, parents: pd.DataFrame, places: Places, rng: np.random.Generator) -> pd.DataFrame:
    """Children, some lodgers without a parent among them; more of those with a degree live elsewhere as adults."""
    found = family.loc[family.index.repeat(family["size"])]
    count, order = len(found), found.groupby("family").cumcount().to_numpy()
    born, classes = found["eldest"].to_numpy() + SPACING * order, found["class"].to_numpy()
    degree = rng.random(count) < np.array([0.35, 0.55, 0.38, 0.27])[classes]
    mover = rng.random(count) < 0.24 + 0.2 * degree + 0.1 * (classes == 1)
    ages = np.where(mover, rng.integers(*LEAVING_MOVERS, count), rng.integers(*LEAVING, count))
    lodger, rows = rng.random(count) < LODGERS, {}
    for role in (MOTHER, FATHER):
        row = parents[parents["role"] == role].reset_index().set_index("family")["index"]
        rows[role] = np.where(lodger, -1, found["family"].map(row).fillna(-1).astype(int))
    home = found["home"].to_numpy()
    low = draw([3, 4, 5, 9], [0.4, 0.4, 0.1, 0.1], count, rng)
    return _lasting(found, rng).assign(
        role=CHILD,
        born=born,
        woman=rng.random(count) < 0.52,
        level=np.where(degree, draw([1, 2], [0.75, 0.25], count, rng), low),
        parents_class=classes,
        last=born + TEENAGE[1] + rng.geometric(ATTRITION, count),
        leaves=born + ages,
        mover=mover,
        own=np.where(mover, places.elsewhere(home, rng), places.same(home, rng)),
        mother=rows[MOTHER],
        father=rows[FATHER],
    )


def _lasting(found: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What the members of a family have alike, and what a person has by default."""
    count = len(found)
    return (
        _defaults(count)
        .assign(
            sample=found["sample"].to_numpy(),
            family=found["family"].to_numpy(),
            first=found["first"].to_numpy(),
            home=found["home"].to_numpy(),
            own=found["home"].to_numpy(),
            ethnic=np.where(found["white"], 1, found["group"]),
            abroad=rng.random(count) < ABROAD,
        )
        .set_axis(found.index)
    )


def _defaults(count: int) -> pd.DataFrame:
    blank = {"family": -1, "rank": -1, "job": 0, "parents_class": 0, "last": NEVER, "leaves": NEVER}
    blank |= {"mover": False, "mother": -1, "father": -1, "faithful": False}
    return pd.DataFrame(blank, index=range(count))


def _draw_others(count: int, sample: int, places: Places, seed: int) -> pd.DataFrame:
    """People of middle age and older without children, who fill the waves up to their number of interviews."""
    rng = stream(seed, f"families others {sample}")
    samples = np.full(count, sample)
    home = places.draw(samples, rng)
    home[1::2] = home[: count - 1 : 2] if count > 1 else home[1::2]
    return _defaults(count).assign(
        sample=sample,
        role=BACKGROUND,
        rank=np.arange(count),
        first=SAMPLES[sample][1],
        born=SAMPLES[sample][1] - rng.integers(26, 75, count),
        woman=rng.random(count) < 0.53,
        ethnic=np.where(rng.random(count) < WHITE, 1, rng.choice(OTHER_GROUPS, count)),
        abroad=rng.random(count) < ABROAD,
        level=draw([1, 2, 3, 4, 9], [0.2, 0.12, 0.2, 0.26, 0.22], count, rng),
        job=draw([1, 2, 3, 0], [0.36, 0.24, 0.34, 0.06], count, rng),
        home=home,
        own=home,
    )


def interview_years(people: pd.DataFrame, year: int) -> np.ndarray:
    """Year of the interview in the wave of `year`: of UKHLS half of the households are a year later."""
    return year + ((year >= JOINED) & (people["home"].to_numpy() % 2 == 1)).astype(int)


def enumerated(people: pd.DataFrame, year: int, counts: Mapping[int, Mapping[int, int]]) -> np.ndarray:
    """(n,) whether a person stands in the household grid of the wave of `year`."""
    there = (people["first"] <= year) & (year <= people["last"]) & (people["born"] <= year)
    there &= (year != JOINED) | ~people["sample"].isin(BHPS)
    most = people["sample"].map({sample: by_year.get(year, 0) for sample, by_year in counts.items()}).fillna(0)
    return (there & ((people["rank"] < 0) | (people["rank"] < most))).to_numpy()


def chance_of_sample(people: pd.DataFrame) -> np.ndarray:
    """(n,) probability that a child is in the sample of the study: seen at home at 15 to 19, interviewed as an adult.

    Given births, entry and parents; over who drops out and who answers. From the last wave backwards, the chance of no
    further adult interview is (1 - answers now) x (drops out + stays x that of the next wave).
    """
    missed, seen = np.ones(len(people)), np.zeros(len(people), dtype=bool)
    born = people["born"].to_numpy()
    for year in YEARS[YEARS <= LAST_OF_MOVERS][::-1]:
        interview = interview_years(people, year)
        age = interview - born
        there = (people["first"] <= year) & ((year != JOINED) | ~people["sample"].isin(BHPS))
        adult = there & (ADULT[0] <= age) & (age <= ADULT[1]) & (interview >= FROM_YEAR)
        # the year `last` is TEENAGE[1] + a geometric number of years, at least one, after birth
        stays = np.where(year > born + TEENAGE[1] + 1, 1 - ATTRITION, 1.0)
        missed = 1 - stays * (1 - (1 - RESPONSE * adult) * missed)
        seen |= (there & (TEENAGE[0] <= age) & (age <= TEENAGE[1])).to_numpy()
    with_parent = (people["mother"] >= 0) | (people["father"] >= 0)
    return np.where((people["role"] == CHILD) & with_parent & seen, 1 - missed, 0.0)
