"""How a linear predictor becomes the mean, and the derivatives that scores, information and margins need."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Link:
    """Functions of the linear predictor eta (any shape): F(eta), the mean or probability, F'(eta) and F''(eta).

    mean : F. density : F', by which a probability changes with eta. slope : F''.
    """

    mean: Callable[[np.ndarray], np.ndarray]
    density: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Likelihood(Link):
    """The link of an estimator of `fit`, with its likelihood.

    rest : 1 - F(eta), the probability of a 0, with all its digits where it is small.
    score : d log f / d eta for outcomes y. curvature : -d2 log f / d eta2 (observed information), at least 0.
    start : size of the first Newton step from zero, as a multiple of the least-squares coefficients of y - 1/2.
    """

    rest: Callable[[np.ndarray], np.ndarray]
    score: Callable[[np.ndarray, np.ndarray], np.ndarray]
    curvature: Callable[[np.ndarray, np.ndarray], np.ndarray]
    start: float = 1.0


def _logistic(eta: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return np.asarray(expit(eta))


def _logistic_density(eta: np.ndarray) -> np.ndarray:
    """F (1 - F), from the tail where it stands: far from 0 one of the two would have lost its digits."""
    tail = np.exp(-np.abs(eta))
    return tail / (1 + tail) ** 2


def _logistic_slope(eta: np.ndarray) -> np.ndarray:
    return -_logistic_density(eta) * np.tanh(0.5 * eta)


def _normal(eta: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr(eta)


def _normal_density(eta: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * eta**2) / np.sqrt(2 * np.pi)


def _probit_score(y: np.ndarray, eta: np.ndarray) -> np.ndarray:
    """phi(q eta) / Phi(q eta) times q, with q = 2 y - 1; through logarithms, so that far tails do not divide 0 by 0."""
    from scipy.special import log_ndtr

    sign = 2 * y - 1
    return sign * np.exp(-0.5 * eta**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(sign * eta))


def _probit_curvature(y: np.ndarray, eta: np.ndarray) -> np.ndarray:
    score = _probit_score(y, eta)
    return np.maximum(score * (score + eta), 0)


LINKS = {
    "ols": Likelihood(
        mean=lambda eta: eta,
        density=np.ones_like,
        slope=np.zeros_like,
        rest=lambda eta: 1 - eta,
        score=lambda y, eta: y - eta,
        curvature=lambda y, eta: np.ones_like(eta),
    ),
    "logit": Likelihood(
        mean=_logistic,
        density=_logistic_density,
        slope=_logistic_slope,
        rest=lambda eta: _logistic(-eta),
        score=lambda y, eta: y - _logistic(eta),
        curvature=lambda y, eta: _logistic_density(eta),
        start=4.0,
    ),
    "probit": Likelihood(
        mean=_normal,
        density=_normal_density,
        slope=lambda eta: -eta * _normal_density(eta),
        rest=lambda eta: _normal(-eta),
        score=_probit_score,
        curvature=_probit_curvature,
        start=float(np.sqrt(2 * np.pi)),
    ),
}


EXPONENTIAL = Link(np.exp, np.exp, np.exp)
MEANS: dict[str, Link] = {**LINKS, "negbin": EXPONENTIAL, "poisson": EXPONENTIAL}


def link_of(estimator: str) -> Link:
    """The link of an estimator of `fit`, its version within persons, or of a model of counts (per unit of exposure)."""
    return MEANS[estimator.removesuffix("_fixed_effects")]
