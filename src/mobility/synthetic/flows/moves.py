"""Drawing the moves of one year: counts of pairs, then their ages and sexes, as fractions like the publisher's."""

from dataclasses import dataclass

import numpy as np

from mobility.synthetic.flows.means import ALPHA
from mobility.synthetic.flows.statistics import AGES, YEARS
from mobility.synthetic.flows.world import World
from mobility.synthetic.streams import stream

# Scotland and Northern Ireland: people who come from and go to them for each 100,000 residents of an authority.
ELSEWHERE = {"S92000003": (75.0, 70.0), "N92000002": (16.0, 18.0)}
CELLS = AGES * 2
LAST_OWN_YEAR = 2017  # moves of later years are on boundaries of April 2019
UNIT = 10_000  # moves have four decimals
NOISE, SHIFT = 1500, 4000  # ten-thousandths of a person; SHIFT below a half, so that a pair's sum rounds to its count


@dataclass(frozen=True, eq=False)
class Counts:
    """Whole moves of a year between `codes` (m, sorted, the two other countries with them), (m, m)."""

    year: int
    codes: np.ndarray
    moves: np.ndarray


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of the detailed estimates: places in `codes`, age, sex (0 male, 1 female), moves in ten-thousandths.

    origin, destination, age, sex, moves : arrays of one length, an element a row.
    """

    origin: np.ndarray
    destination: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    moves: np.ndarray


def draw_counts(means: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Negative binomial counts with these means and variance m + alpha m^2."""
    return rng.poisson(means * rng.gamma(1 / ALPHA, ALPHA, means.shape))


def draw_year(world: World, year: int) -> Counts:
    """Counts of a year, between authorities of the year's boundaries and to and from Scotland and Northern Ireland."""
    authorities, people = world.authorities, world.statistics.total[:, YEARS.index(year)].astype(float)
    means, codes = world.plan.means(year), authorities.code
    if year > LAST_OWN_YEAR:
        means = authorities.sum_2019(authorities.sum_2019(means).T).T
        np.fill_diagonal(means, 0)
        codes, people = authorities.codes_2019, authorities.sum_2019(people)
    whole = np.zeros((len(codes) + len(ELSEWHERE),) * 2)
    whole[: len(codes), : len(codes)] = means
    for place, (came, went) in enumerate(ELSEWHERE.values(), start=len(codes)):
        whole[place, : len(codes)], whole[: len(codes), place] = came * people / 1e5, went * people / 1e5
    every = np.array([*codes, *ELSEWHERE], dtype=object)
    order = np.argsort(every)
    drawn = draw_counts(whole[np.ix_(order, order)], stream(world.seed, f"flows moves {year}"))
    return Counts(year, every[order], drawn)


def age_schedule() -> np.ndarray:
    """(91,) how often people of an age move, up to a factor: children with parents, a peak in the early twenties."""
    age = np.arange(AGES)
    young = 0.25 * np.exp(-0.09 * (age - 20) - np.exp(-0.5 * (age - 20)))
    return 0.05 * np.exp(-0.1 * age) + young + 0.012


def cell_shares(world: World, counts: Counts) -> np.ndarray:
    """(m, 182) shares of age and sex among the movers of each origin; age first, women after men."""
    authorities = world.authorities
    people = world.statistics.population[:, YEARS.index(counts.year)]
    if counts.year > LAST_OWN_YEAR:
        people = authorities.sum_2019(people)
    weights = people.transpose(0, 2, 1) * age_schedule()[:, None]
    shares = np.empty((len(counts.codes), CELLS))
    own = ~np.isin(counts.codes, list(ELSEWHERE))
    shares[own] = weights.reshape(len(weights), CELLS)
    shares[~own] = shares[own].sum(axis=0)
    return shares / shares.sum(axis=1, keepdims=True)


def split(counts: Counts, shares: np.ndarray, origins: range, rng: np.random.Generator) -> Rows:
    """Rows of some origins: each mover has an age and a sex by the shares of the origin."""
    parts = [_split_one(counts.moves[origin], shares[origin], rng) for origin in origins]
    pair = np.concatenate([cell // CELLS + len(counts.codes) * k for k, (cell, _) in enumerate(parts)])
    cell = np.concatenate([cell % CELLS for cell, _ in parts])
    moves = _fractions(np.concatenate([movers for _, movers in parts]), pair, rng)
    return Rows(origins.start + pair // len(counts.codes), pair % len(counts.codes), cell // 2, cell % 2, moves)


def _split_one(moves: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Places of the cells with movers, destination first, and how many they are."""
    edges = np.cumsum(shares)
    drawn = np.searchsorted(edges[:-1] / edges[-1], rng.random(moves.sum()), side="right")
    table = np.bincount(np.repeat(np.arange(len(moves)) * CELLS, moves) + drawn, minlength=len(moves) * CELLS)
    cells = np.flatnonzero(table)
    return cells, table[cells]


def _fractions(movers: np.ndarray, pair: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Movers in ten-thousandths, off their whole number; the sum of a pair's rows rounds to its whole count.

    Noise with mean zero in each pair, and a shift of the pair's sum of at most 0.4; rounding adds at most 0.01.
    """
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    rows = np.diff(starts, append=len(pair))
    noise = rng.integers(-NOISE, NOISE + 1, len(pair))
    shift = rng.integers(-SHIFT, SHIFT + 1, len(starts))
    correction = np.rint((shift - np.add.reduceat(noise, starts)) / rows).astype("int64") if len(starts) else shift
    return movers * UNIT + noise + np.repeat(correction, rows)
