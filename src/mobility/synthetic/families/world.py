"""Everything that the files of the families show: persons, places, and who is there in which wave."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.panel.register import Wave
from mobility.storage import read_csv
from mobility.synthetic.background import rank_within
from mobility.synthetic.families.people import (
    BHPS,
    FAMILIES,
    JOINED,
    LAST_YEAR,
    RESPONSE,
    YEARS,
    draw_people,
    enumerated,
    interview_years,
)
from mobility.synthetic.families.places import Places, read_places
from mobility.synthetic.families.progression import add_careers, add_recalled, lasting_others
from mobility.synthetic.families.young import draw_parents, draw_young, in_households
from mobility.synthetic.layout import Layout, read_layout
from mobility.synthetic.response import divisor_of
from mobility.synthetic.streams import stream

SOURCES = ("bhps", "ukhls")
OLD_MEMBERS = 0.15  # of the interviews of a UKHLS wave that are with members of the BHPS
FROM_BHPS, FROM_UKHLS = 3, 1
FAMILY_SHARE = {FROM_BHPS: 0.29, FROM_UKHLS: 0.13}  # of the interviews of a wave, about, that are with families
DEFLATOR = "D7BT"
INTERVIEWED_FROM = 16
HOUSEHOLD_BASE, HOUSEHOLD_STEP = 68_000_000, 7


@dataclass(frozen=True)
class World:
    """layouts : of the two sources. people : as `draw_people` gives them, with careers and recalled classes.

    young : children of young families. counts : of the others, by sample and year.
    prices : consumer prices by year, 2015 = 100.
    """

    layouts: Mapping[str, Layout]
    people: pd.DataFrame
    young: pd.DataFrame
    places: Places
    counts: Mapping[int, Mapping[int, int]]
    prices: Mapping[int, float]
    seed: int

    def waves(self) -> list["Enumeration"]:
        """The waves of both sources in the order of their years."""
        return [
            Enumeration(self, layout, wave)
            for layout in self.layouts.values()
            for wave in layout.waves
            if wave.survey_year <= LAST_YEAR
        ]


def draw_world(root: Path, size: str, seed: int) -> World:
    """Draw who is there; nothing is written. Raises `MobilityError` on an unknown size."""
    divisor, layouts = divisor_of(size), {name: read_layout(root, name) for name in SOURCES}
    places = read_places(root, layouts["ukhls"], YEARS)
    usable = {
        wave.survey_year: round((wave.usable_activity or 0) / divisor)
        for layout in layouts.values()
        for wave in layout.waves
    }
    counts = {sample: _others(usable, sample) for sample in FAMILY_SHARE}
    people, young = _add_lives(draw_people(counts, round(FAMILIES / divisor), places, seed), counts, seed)
    table = read_csv(root / "resources" / "prices" / "price_indices_annual.csv")
    prices = table[table["series"] == DEFLATOR].set_index("year")["value"].to_dict()
    return World(layouts, people, young, places, counts, prices, seed)


def _add_lives(
    people: pd.DataFrame, counts: Mapping[int, Mapping[int, int]], seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The people with parents of young families, careers and recalled classes; and the children of young families."""
    lasting = lasting_others(people, counts)
    people, role = draw_parents(people, lasting, seed)
    people = add_careers(people, lasting & (role == 0), seed)
    return add_recalled(people, counts, seed), draw_young(people, role, seed)


def _others(usable: Mapping[int, int], sample: int) -> dict[int, int]:
    """How many without children take part in each wave, so that it has about as many interviews as in truth."""
    ours = {year: count for year, count in usable.items() if year <= LAST_YEAR}
    if sample == FROM_BHPS:
        before = {year: round((1 - FAMILY_SHARE[sample]) * count) for year, count in ours.items() if year < JOINED}
        return before | {year: round(OLD_MEMBERS * count) for year, count in ours.items() if year > JOINED}
    share = 1 - FAMILY_SHARE[sample]
    return {
        year: round((share - OLD_MEMBERS * (year > JOINED)) * count) for year, count in ours.items() if year >= JOINED
    }


@dataclass(frozen=True)
class Enumeration:
    """The people in the households of one wave, in the order of their identifiers."""

    world: World
    layout: Layout
    wave: Wave

    @property
    def year(self) -> int:
        """Nominal year."""
        return self.wave.survey_year

    @property
    def of_bhps(self) -> bool:
        """Whether it is a wave of the BHPS."""
        return self.year < JOINED

    @cached_property
    def people(self) -> pd.DataFrame:
        """Their rows of the persons, index: row of the person."""
        everyone = self.world.people
        return everyone[enumerated(everyone, self.year, self.world.counts)].sort_values("pidp")

    def __len__(self) -> int:
        return len(self.people)

    def rng(self, purpose: str) -> np.random.Generator:
        """Random numbers of this wave for one purpose."""
        return stream(self.world.seed, f"families {purpose} {self.year}")

    @cached_property
    def interview_year(self) -> np.ndarray:
        """Year of the interview, of the household."""
        return interview_years(self.people, self.year)

    @cached_property
    def age(self) -> np.ndarray:
        """Age in years at the interview."""
        return self.interview_year - self.people["born"].to_numpy()

    @cached_property
    def left(self) -> np.ndarray:
        """Children who live in a household of their own."""
        return (self.year >= self.people["leaves"]).to_numpy()

    @cached_property
    def key(self) -> np.ndarray:
        """Household: of the family, of a person who left it, or of two of the others."""
        people, count = self.people, len(self.world.people)
        row = people.index.to_numpy()
        pair = 3 * count + row - people["rank"].to_numpy() % 2
        with_family = (people["family"].to_numpy() >= 0) & ~self.left
        return np.where(with_family, people["family"], np.where(people["rank"] >= 0, pair, count + row))

    @cached_property
    def household(self) -> np.ndarray:
        """Household numbers that mean nothing outside the wave."""
        keys, place = np.unique(self.key, return_inverse=True)
        shuffled = self.rng("households").permutation(len(keys))
        return HOUSEHOLD_BASE * (self.year - int(YEARS[0]) + 1) + HOUSEHOLD_STEP * shuffled[place]

    @cached_property
    def number(self) -> np.ndarray:
        """Person number within the household: parents first, then the children by age."""
        order = np.lexsort((self.people["born"], self.people["role"]))
        ranks = np.empty(len(self), dtype=np.int64)
        ranks[order] = rank_within(self.key[order])
        return ranks

    @cached_property
    def place(self) -> np.ndarray:
        """Where they live."""
        return np.where(self.left, self.people["own"], self.people["home"])

    @cached_property
    def interviewed(self) -> np.ndarray:
        """Adults who answer; who holds the class of a family always does."""
        answers = self.rng("response").random(len(self)) < RESPONSE
        always = self.people["faithful"] | (self.people["rank"] >= 0)
        return (self.age >= INTERVIEWED_FROM) & (answers | always.to_numpy())

    @cached_property
    def young(self) -> pd.DataFrame:
        """Children of young families who are there, with age and place of a parent (`in_households`)."""
        return in_households(self.world.young, self.people, self.interview_year)

    def parent(self, role: str, values: np.ndarray, otherwise: int) -> np.ndarray:
        """`values` of each one's mother or father who lives in the same household, else `otherwise`."""
        where = self.people.index.get_indexer(self.people[role])
        there = (where >= 0) & ~self.left & (self.people[role] >= 0).to_numpy()
        return np.where(there, values[where], otherwise)

    @cached_property
    def first_of_ukhls(self) -> np.ndarray:
        """People in their first wave of UKHLS, in which the last job is asked."""
        joins = np.where(self.people["sample"].isin(BHPS), JOINED + 1, JOINED)
        return joins == self.year
