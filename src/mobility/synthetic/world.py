"""Everything drawn before the first file is written, and one wave's view of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mobility.panel.register import Wave
from mobility.synthetic.layout import Layout
from mobility.synthetic.persons import Persons
from mobility.synthetic.plan import Plan
from mobility.synthetic.records import Activity, Careers
from mobility.synthetic.response import Response
from mobility.synthetic.streams import stream


@dataclass(frozen=True)
class World:
    """The plan and everything drawn from it, over persons and waves.

    layout, response, careers, activity : waves and files, who answers, occupations, activity as delivered. proxy :
    (persons, waves) truth values. break_wave : place of the first wave coded to SOC2010.
    boost_wave : place of that of the boost sample. seed : of every stream of random numbers.
    """

    plan: Plan
    layout: Layout
    response: Response
    persons: Persons
    careers: Careers
    activity: Activity
    proxy: np.ndarray
    break_wave: int
    boost_wave: int
    seed: int


@dataclass(frozen=True)
class Interviews:
    """The interviews of one wave, one element a row of its file, in the order of the file.

    number : place of the wave. people : (rows,) positions of the persons interviewed.
    """

    world: World
    number: int
    people: np.ndarray

    @property
    def wave(self) -> Wave:
        """The wave's entry in the register."""
        return self.world.layout.waves[self.number]

    def __len__(self) -> int:
        return len(self.people)

    def rng(self, purpose: str) -> np.random.Generator:
        """Stream of random numbers for one column or group of columns of this wave."""
        return stream(self.world.seed, f"wave {self.number}: {purpose}")

    def now(self, values: np.ndarray) -> np.ndarray:
        """Values of this wave from an array over persons and waves."""
        return values[self.people, self.number]

    def before(self, values: np.ndarray, otherwise: int) -> np.ndarray:
        """Values of the wave before, `otherwise` where the person was not interviewed then."""
        if not self.number:
            return np.full(len(self), otherwise)
        return np.where(self.returning, values[self.people, self.number - 1], otherwise)

    @cached_property
    def returning(self) -> np.ndarray:
        """Interviewed in the wave before."""
        if not self.number:
            return np.zeros(len(self), dtype=bool)
        return self.world.response.interviewed[self.people, self.number - 1]

    @cached_property
    def last_month(self) -> np.ndarray:
        """Month of the last interview before this one, 0 where there was none."""
        response, months = self.world.response, self.world.persons.month
        earlier = np.where(response.interviewed[self.people, : self.number], months[self.people, : self.number], 0)
        return earlier.max(axis=1, initial=0)

    @cached_property
    def first(self) -> np.ndarray:
        """First interview ever."""
        return self.world.response.entry[self.people] == self.number

    @cached_property
    def proxy(self) -> np.ndarray:
        """Proxy interviews."""
        return self.now(self.world.proxy)

    @cached_property
    def working(self) -> np.ndarray:
        """At work now."""
        return self.now(self.world.careers.working)

    @cached_property
    def employee(self) -> np.ndarray:
        """At work now as an employee."""
        return self.working & ~self.now(self.world.careers.self_employed)

    @cached_property
    def age(self) -> np.ndarray:
        """Age in years at the interview."""
        return self.world.persons.age(self.people, self.number)

    @cached_property
    def woman(self) -> np.ndarray:
        """Women."""
        return self.world.persons.woman[self.people]


def interviews(world: World, number: int) -> Interviews:
    """The interviews of wave `number` in an order that says nothing of the order in which people were drawn."""
    people = np.flatnonzero(world.response.interviewed[:, number])
    return Interviews(world, number, people[np.argsort(world.persons.pidp[people])])
