"""Kinds of missing answers, put on the answers that people would have given."""

import numpy as np

DONT_KNOW, REFUSED, PROXY, INAPPLICABLE, MISSING, NO_BOOST = -1, -2, -7, -8, -9, -10
KINDS = (DONT_KNOW, REFUSED, MISSING)
CHANCES = (0.002, 0.001, 0.001)
ANSWERED = 1.0 - sum(CHANCES)


def routed(asked: np.ndarray, answer: np.ndarray | int) -> np.ndarray:
    """`answer` where the question is asked, -8 elsewhere."""
    return np.where(asked, answer, INAPPLICABLE)


def soften(answers: np.ndarray, proxy: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    """Turn a few given answers into -1, -2 and -9, and, where `proxy` is given, those of proxies into -7."""
    answers = np.asarray(answers)
    given = answers >= 0
    chance = rng.random(len(answers))
    edges = np.cumsum(CHANCES)
    if proxy is not None:
        answers = np.where(given & proxy, PROXY, answers)
        given = given & ~proxy
    for kind, low, high in zip(KINDS, (0.0, *edges[:-1]), edges, strict=True):
        answers = np.where(given & (chance >= low) & (chance < high), kind, answers)
    return answers
