"""Intervals of shares of few persons: how often they hold the truth, beside two that were not chosen."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np

from mobility.transitions.ratios import ratio
from mobility.uncertainty import Z95, clustered_error, effective_size, share_interval

DRAWS = 1000
PERSONS = (5, 10, 20, 50, 200)
SHARES = (0.02, 0.1, 0.3, 0.5)
ALIKE = (0.0, 0.3, 0.8)  # correlation of two rows of a person
MOST_ROWS = 5


def measure(folder: Path) -> dict:
    """Everything of this module."""
    return {"coverage_of_shares": coverage()}


def coverage() -> dict:
    """Coverage of 95 % intervals by number of persons: mean and least over `SHARES` and `ALIKE`."""
    held = {(persons, p, rho): coverage_of(persons, p, rho) for persons, p, rho in product(PERSONS, SHARES, ALIKE)}
    return {
        name: {
            str(persons): {"mean": round(float(np.mean(found)), 3), "least": round(float(np.min(found)), 3)}
            for persons in PERSONS
            for found in [[shares[name] for (of, _, _), shares in held.items() if of == persons]]
        }
        for name in next(iter(held.values()))
    }


def coverage_of(persons: int, p: float, rho: float, draws: int = DRAWS) -> dict[str, float]:
    """Share of the draws whose interval holds p: ours, Wilson's at the same size, Wilson's as it was before."""
    held = [
        {name: low <= p <= high for name, (low, high) in _intervals(y, person).items()}
        for y, person in _samples(persons, p, rho, draws)
    ]
    return {name: float(np.mean([one[name] for one in held])) for name in held[0]}


def _samples(persons: int, p: float, rho: float, draws: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Outcomes of 1 to 5 rows a person, whose own share is beta around p, and whose they are."""
    rng = np.random.default_rng(1)
    for _ in range(draws):
        spread = (1 - rho) / rho if rho else 1.0
        own = rng.beta(p * spread, (1 - p) * spread, persons) if rho else np.full(persons, p)
        person = np.repeat(np.arange(persons), rng.integers(1, MOST_ROWS + 1, persons))
        yield rng.random(len(person)) < own[person], person


def _intervals(y: np.ndarray, person: np.ndarray) -> dict[str, tuple[float, float]]:
    found = ratio(y, np.ones(len(y), dtype=bool), person)
    p, error, persons = found.value, clustered_error(found.scores, found.seen), int(found.seen.sum())
    inside = 0 < p < 1
    size = effective_size(p, error, len(y), persons) if inside else persons
    before = p * (1 - p) / error**2 if inside and error > 0 else len(y)
    return {
        "korn_graubard": share_interval(p, error, len(y), persons),
        "wilson_same_size": _wilson(p, size),
        "wilson_no_df_no_cap": _wilson(p, before),
    }


def _wilson(p: float, size: float) -> tuple[float, float]:
    half = Z95 * np.sqrt(p * (1 - p) / size + Z95**2 / (4 * size**2))
    centre, scale = p + Z95**2 / (2 * size), 1 + Z95**2 / size
    return (centre - half) / scale - 1e-12, (centre + half) / scale + 1e-12
