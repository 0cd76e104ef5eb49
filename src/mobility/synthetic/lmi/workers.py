"""Drawing people in work from the planted labour market, and their pay and hours."""

from collections.abc import Sequence

import numpy as np

from mobility.synthetic.lmi.world import AGES, World
from mobility.synthetic.streams import draw

CHUNK = 20_000
HOURS_SD = 0.12
FULL_HOURS = (31.0, 70.0)
PART_HOURS = (2.0, 30.0)
Workers = dict[str, np.ndarray]


def draw_workers(world: World, counts: Sequence[int], rng: np.random.Generator, without: Sequence[str] = ()) -> Workers:
    """People in work: `counts` of each status.

    without : codes of regions in which nobody is drawn.

    Returns
    -------
    (n,) places of their codes in `occupation`, `industry`, `region`, `qualification`; `status` 0 to 2, `male` 0 or 1,
    `age` in years.
    """
    places = world.places.copy()
    places[:, :, [world.codes.region.index(code) for code in without]] = 0
    shape = world.jobs.shape
    cells = [
        draw(np.arange(shape[0] * shape[1]), world.jobs[..., status].ravel(), count, rng)
        for status, count in enumerate(counts)
    ]
    occupation, gender = np.divmod(np.concatenate(cells), shape[1])
    group = world.codes.group[occupation]
    workers = {
        "occupation": occupation,
        "male": 1 - gender,
        "status": np.repeat(np.arange(len(counts)), counts),
        "age": _ages(world, occupation, gender, rng),
    }
    industries = np.zeros(len(occupation), dtype=int)
    regions, qualified = industries.copy(), industries.copy()
    for at in range(len(places)):
        own = np.flatnonzero(group == at)
        cell = draw(np.arange(places[at].size), places[at].ravel(), len(own), rng)
        industries[own], regions[own] = np.divmod(cell, places.shape[2])
        qualified[own] = draw(np.arange(world.qualified.shape[1]), world.qualified[at], len(own), rng)
    return {**workers, "industry": industries, "region": regions, "qualification": qualified}


def _ages(world: World, occupation: np.ndarray, gender: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    edges = world.ages.cumsum(axis=-1)
    chance = rng.random(len(occupation))
    parts = [
        (edges[occupation[at : at + CHUNK], gender[at : at + CHUNK]] < chance[at : at + CHUNK, None]).sum(axis=1)
        for at in range(0, len(occupation), CHUNK)
    ]
    return np.asarray(AGES[np.minimum(np.concatenate(parts), len(AGES) - 1)])


def pay_of(world: World, workers: Workers, t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(n,) gross weekly pay in pounds and pence; missing for the self-employed. t : 0 or 1, of the year."""
    error, pay = rng.standard_normal(len(t)), np.full(len(t), np.nan)
    for status, equation in enumerate(world.equations):
        own = workers["status"] == status
        jobs = {name: values[own] for name, values in workers.items()}
        level = equation.level(jobs, t[own]) + equation.qualification[jobs["qualification"]]
        pay[own] = np.exp(level + equation.sigma * error[own])
    return np.asarray(np.round(pay, 2))


def hours_of(world: World, workers: Workers, rng: np.random.Generator) -> np.ndarray:
    """(n,) usual weekly hours with overtime, to the half hour."""
    place = (workers["occupation"], workers["industry"], workers["region"], 1 - workers["male"], workers["status"])
    hours = world.mean_hours()[place] * rng.lognormal(-(HOURS_SD**2) / 2, HOURS_SD, len(place[0]))
    part = workers["status"] == 1
    hours = np.where(part, np.clip(hours, *PART_HOURS), np.clip(hours, *FULL_HOURS))
    return np.asarray(np.round(2 * hours) / 2)


def some_of(workers: Workers, rows: np.ndarray) -> Workers:
    """Some of the people."""
    return {name: values[rows] for name, values in workers.items()}
