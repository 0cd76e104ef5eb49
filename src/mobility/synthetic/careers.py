"""Careers drawn from the plan: states, jobs, self-employment and which occupations have a code."""

from dataclasses import dataclass

import numpy as np

from mobility.synthetic.jobs import NEW_EMPLOYER, SAME
from mobility.synthetic.occupations import NOT_WORKING
from mobility.synthetic.plan import UNCODED, Plan
from mobility.synthetic.streams import draw_rows, stream

SELF_EMPLOYED = 0.13
BREAK_BETWEEN_JOBS = 0.12
YOUNG_STOCK = {"study": 0.84, "unemployment": 0.05, "inactivity": 0.02}
ABSENT = -1


@dataclass(frozen=True)
class Careers:
    """Arrays over persons (rows) and waves (columns); before a person's first interview everything is `ABSENT`.

    `state`: latent state 0..83. `job`: what is said of the job since the wave before (0 same job, 1 new job, 2 new
    employer), `ABSENT` unless at work in both. `coded`: whether the occupation gets a code, if at work.
    `self_employed`: whether the job, if any, is self-employment. `interrupted`: a new employer after a break.
    """

    state: np.ndarray
    job: np.ndarray
    coded: np.ndarray
    self_employed: np.ndarray
    interrupted: np.ndarray
    occupations: int

    @property
    def working(self) -> np.ndarray:
        """Whether the person is at work."""
        return (self.state >= 0) & (self.state < self.occupations)

    def is_in(self, name: str) -> np.ndarray:
        """Whether the person is in one of the three kinds of not working."""
        return self.state == self.occupations + NOT_WORKING.index(name)


def draw_careers(plan: Plan, entry: np.ndarray, young: np.ndarray, seed: int) -> Careers:
    """Draw everyone's career from the wave of entry on; `young` starts from school."""
    waves = len(plan.regimes) + 1
    shape = (len(entry), waves)
    careers = Careers(
        state=np.full(shape, ABSENT, dtype=np.int8),
        job=np.full(shape, ABSENT, dtype=np.int8),
        coded=np.zeros(shape, dtype=bool),
        self_employed=np.zeros(shape, dtype=bool),
        interrupted=np.zeros(shape, dtype=bool),
        occupations=len(plan.occupations.code),
    )
    for wave in range(waves):
        rng = stream(seed, f"careers of wave {wave}")
        if wave:
            _move(plan, careers, np.flatnonzero(entry < wave), wave, rng)
        _start(plan, careers, np.flatnonzero(entry == wave), young, wave, rng)
    return careers


def _start(plan, careers: Careers, people, young, wave: int, rng) -> None:
    tables = np.cumsum(np.stack([plan.stock, _young_stock(plan)]), axis=1)
    careers.state[people, wave] = draw_rows(tables[young[people].astype(int)], rng)
    careers.coded[people, wave] = rng.random(len(people)) >= UNCODED
    careers.self_employed[people, wave] = rng.random(len(people)) < SELF_EMPLOYED


def _young_stock(plan: Plan) -> np.ndarray:
    stock = np.where(plan.working, plan.stock, 0.0)
    stock *= (1.0 - sum(YOUNG_STOCK.values())) / stock.sum()
    stock[~plan.working] = [YOUNG_STOCK[name] for name in NOT_WORKING]
    return stock


def _move(plan, careers: Careers, people, wave: int, rng) -> None:
    """One year: the next state by the regime's matrix, then the code, then the job, then self-employment."""
    regime = plan.regimes[wave - 1]
    origin = careers.state[people, wave - 1]
    destination = draw_rows(np.cumsum(plan.latent[regime], axis=1)[origin], rng)
    careers.state[people, wave] = destination
    careers.coded[people, wave] = rng.random(len(people)) >= plan.uncoded[origin]
    job = _draw_jobs(plan, regime, origin, destination, rng)
    careers.job[people, wave] = job
    careers.interrupted[people, wave] = (job == NEW_EMPLOYER) & (rng.random(len(people)) < BREAK_BETWEEN_JOBS)
    redrawn = rng.random(len(people)) < SELF_EMPLOYED
    stays = (job >= 0) & (job != NEW_EMPLOYER)
    careers.self_employed[people, wave] = np.where(stays, careers.self_employed[people, wave - 1], redrawn)


def _draw_jobs(plan, regime: int, origin, destination, rng) -> np.ndarray:
    tables = np.cumsum(plan.jobs.conditional()[regime], axis=2)
    both = plan.working[origin] & plan.working[destination]
    technical = np.append(plan.occupations.technical, [False] * len(NOT_WORKING))
    kind = np.where(origin == destination, SAME, np.where(technical[destination], 1, 2))
    drawn = draw_rows(tables[np.where(both, origin, 0), kind], rng)
    return np.where(both, drawn, ABSENT)
