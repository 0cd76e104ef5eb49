"""Careers drawn from the plan: states, jobs, learning, self-employment and which occupations have a code."""

import numpy as np

from mobility.synthetic.employment import begin_jobs, continue_jobs, draw_seniority, no_jobs
from mobility.synthetic.jobs import NEW_EMPLOYER, SAME
from mobility.synthetic.learning import draw_training, no_learning, upgrade
from mobility.synthetic.occupations import NOT_WORKING
from mobility.synthetic.persons import Persons, majors_of_states
from mobility.synthetic.plan import Plan
from mobility.synthetic.progress import OriginGroup, assess, draw_destinations, plan_origins
from mobility.synthetic.records import Careers
from mobility.synthetic.response import Response
from mobility.synthetic.streams import draw_rows, stream

SELF_EMPLOYED = 0.13
BREAK_BETWEEN_JOBS = 0.12
YOUNG_STOCK = {"study": 0.84, "unemployment": 0.05, "inactivity": 0.02}
ABSENT = -1


def draw_first_states(plan: Plan, young: np.ndarray, seed: int) -> np.ndarray:
    """State of everyone at the first interview; `young` people start from school."""
    tables = np.cumsum(np.stack([plan.stock, _young_stock(plan)]), axis=1)
    return draw_rows(tables[young.astype(int)], stream(seed, "first states")).astype(np.int8)


def draw_careers(plan: Plan, persons: Persons, response: Response, first: np.ndarray, seed: int) -> Careers:
    """Draw everyone's career from the wave of entry and the state `first` on; `response` says whose moves are seen."""
    entry, waves = response.entry, len(plan.regimes) + 1
    seen = response.usable[:, :-1] & response.usable[:, 1:]
    careers = _no_careers((len(entry), waves), len(plan.occupations.code))
    origins = plan_origins(plan)
    for wave in range(waves):
        rng = stream(seed, f"careers of wave {wave}")
        if wave:
            _move(plan, origins, careers, persons, seen, np.flatnonzero(entry < wave), wave, rng)
        _start(plan, careers, persons, np.flatnonzero(entry == wave), first, wave, rng)
    return careers


def _no_careers(shape: tuple[int, int], occupations: int) -> Careers:
    return Careers(
        state=np.full(shape, ABSENT, dtype=np.int8),
        job=np.full(shape, ABSENT, dtype=np.int8),
        coded=np.zeros(shape, dtype=bool),
        self_employed=np.zeros(shape, dtype=bool),
        interrupted=np.zeros(shape, dtype=bool),
        occupations=occupations,
        jobs=no_jobs(shape),
        learning=no_learning(shape),
        risks=[],
    )


def _start(
    plan: Plan,
    careers: Careers,
    persons: Persons,
    people: np.ndarray,
    first: np.ndarray,
    wave: int,
    rng: np.random.Generator,
) -> None:
    state = first[people]
    careers.state[people, wave] = state
    careers.coded[people, wave] = rng.random(len(people)) >= plan.uncoded[state]
    careers.self_employed[people, wave] = rng.random(len(people)) < SELF_EMPLOYED
    careers.learning.level[people, wave] = persons.level[people]
    seniority = draw_seniority(persons.age(people, wave), rng)
    at_work = plan.working[state]
    start = (persons.month[people, wave] - seniority)[at_work]
    begin_jobs(careers.jobs, people[at_work], wave, start, state[at_work], True, plan, rng)


def _young_stock(plan: Plan) -> np.ndarray:
    stock = np.where(plan.working, plan.stock, 0.0)
    stock *= (1.0 - sum(YOUNG_STOCK.values())) / stock.sum()
    stock[~plan.working] = [YOUNG_STOCK[name] for name in NOT_WORKING]
    return stock


def _move(
    plan: Plan,
    origins: tuple[OriginGroup, ...],
    careers: Careers,
    persons: Persons,
    seen: np.ndarray,
    people: np.ndarray,
    wave: int,
    rng: np.random.Generator,
) -> None:
    """One year: training, the next state, then the code, the job and its record, self-employment, qualifications."""
    regime = plan.regimes[wave - 1]
    origin = careers.state[people, wave - 1]
    study = careers.is_in("study")[people, wave - 1]
    draw_training(careers.learning, people, wave, majors_of_states(plan.occupations)[origin], study, rng)
    destination = _next_states(plan, origins, careers, persons, seen, people, wave, rng)
    careers.state[people, wave] = destination
    careers.coded[people, wave] = rng.random(len(people)) >= plan.uncoded[origin]
    job = _draw_jobs(plan, regime, origin, destination, rng)
    careers.job[people, wave] = job
    careers.interrupted[people, wave] = (job == NEW_EMPLOYER) & (rng.random(len(people)) < BREAK_BETWEEN_JOBS)
    redrawn = rng.random(len(people)) < SELF_EMPLOYED
    stays = (job >= 0) & (job != NEW_EMPLOYER)
    careers.self_employed[people, wave] = np.where(stays, careers.self_employed[people, wave - 1], redrawn)
    continue_jobs(careers.jobs, people[stays], wave, rng)
    _begin(plan, careers, persons, people[~stays & plan.working[destination]], wave, rng)
    upgrade(careers.learning, people, wave, study & ~careers.is_in("study")[people, wave], rng)


def _begin(
    plan: Plan, careers: Careers, persons: Persons, people: np.ndarray, wave: int, rng: np.random.Generator
) -> None:
    """Jobs that began between two interviews."""
    before, now = persons.month[people, wave - 1], persons.month[people, wave]
    start = before + 1 + np.floor((now - before) * rng.random(len(people))).astype(int)
    begin_jobs(careers.jobs, people, wave, np.minimum(start, now), careers.state[people, wave], False, plan, rng)


def _next_states(
    plan: Plan,
    origins: tuple[OriginGroup, ...],
    careers: Careers,
    persons: Persons,
    seen: np.ndarray,
    people: np.ndarray,
    wave: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """By the regressors in the six origin groups, elsewhere by the regime's matrix."""
    regime = plan.regimes[wave - 1]
    origin = careers.state[people, wave - 1]
    destination = np.zeros(len(people), dtype=np.int8)
    modelled = np.zeros(len(people), dtype=bool)
    risks = []
    for group in origins:
        rows = np.flatnonzero(np.isin(origin, group.members))
        x = careers.regressors(persons, people[rows], wave - 1)
        kept = seen[people[rows], wave - 1] & ~careers.self_employed[people[rows], wave - 1]
        risks.append(
            assess(group, people[rows], origin[rows], x, kept & careers.coded[people[rows], wave - 1], wave - 1)
        )
        destination[rows] = draw_destinations(risks[-1], regime, rng)
        modelled[rows] = True
    careers.risks.append(tuple(risks))
    rest = np.flatnonzero(~modelled)
    destination[rest] = draw_rows(np.cumsum(plan.latent[regime], axis=1)[origin[rest]], rng)
    return destination


def _draw_jobs(
    plan: Plan, regime: int, origin: np.ndarray, destination: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    tables = np.cumsum(plan.jobs.conditional()[regime], axis=2)
    both = plan.working[origin] & plan.working[destination]
    technical = np.append(plan.occupations.technical, [False] * len(NOT_WORKING))
    kind = np.where(origin == destination, SAME, np.where(technical[destination], 1, 2))
    drawn = draw_rows(tables[np.where(both, origin, 0), kind], rng)
    return np.where(both, drawn, ABSENT)
