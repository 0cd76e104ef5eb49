"""Random numbers: one independent stream a purpose, so that a new column leaves all the others as they were."""

from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Generator that depends on the delivery's seed and on what it is for, and on nothing else."""
    return np.random.default_rng(np.random.SeedSequence([seed, crc32(purpose.encode())]))


def skip(rng: np.random.Generator, count: int) -> None:
    """Leave out `count` numbers: those of columns that once shared the stream, so that the ones after stay the same."""
    rng.bit_generator.advance(count)  # type: ignore[attr-defined]  # the default one has it


def draw_rows(cumulative: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One category for each row of cumulative probabilities, shape (n, categories)."""
    u = rng.random(len(cumulative))
    last = cumulative.shape[1] - 1
    return np.minimum((cumulative < u[:, None]).sum(axis=1), last)


def draw(values: ArrayLike, shares: ArrayLike, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` draws from `values` with probabilities proportional to `shares`."""
    edges = np.cumsum(np.asarray(shares, dtype=float))
    places = np.searchsorted(edges / edges[-1], rng.random(count), side="right")
    return np.asarray(values)[np.minimum(places, len(edges) - 1)]
