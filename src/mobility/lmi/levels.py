"""From predicted logarithms to a level of pay: the printed way, and two that do not lose the spread (C.8.2)."""

from collections.abc import Callable, Mapping

import numpy as np

# From residuals of logarithms to what exp(predicted logarithm) is multiplied by; the first is the published way.
CONVERSIONS: Mapping[str, Callable[[np.ndarray], float]] = {
    "exp": lambda residuals: 1.0,
    "half_variance": lambda residuals: float(np.exp(np.var(residuals) / 2)),
    "smearing": lambda residuals: float(np.mean(np.exp(residuals))),
}


def level_errors(log_pay: np.ndarray, fitted: np.ndarray) -> dict[str, float]:
    """By each conversion, the mean of predicted pay over the mean of pay, less 1.

    exp : exp(fitted), below the mean by Jensen's inequality. half_variance : times exp(s^2 / 2), right where residuals
    are normal. smearing : times the mean of exp(residual) (Duan 1983).

    Parameters
    ----------
    log_pay, fitted : of n persons.
    """
    residuals, pay = log_pay - fitted, np.exp(log_pay)
    mean = float(np.exp(fitted).mean() / pay.mean())
    return {name: mean * factor(residuals) - 1 for name, factor in CONVERSIONS.items()}
