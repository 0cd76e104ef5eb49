"""One process with one program: `python fit_flows.py FOLDER ours | proofs | statsmodels` prints what it measured."""

import json
import sys
import time
from pathlib import Path

import numpy as np

from flow_design import DUMMIES, NUMBERS, read_flows
from mobility.settings import Term
from timing import peak_mb

ROBUST_FITS = 5
TERMS = [Term(name, name, "indicator", name) for name in DUMMIES] + [
    Term(name, name, "continuous", name) for name in NUMBERS
]


def ours(folder: Path) -> dict:
    """Wall seconds of `fit_negbin` with robust errors, and the peak memory of the whole process."""
    from mobility.models import Covariance, build_design, fit_negbin

    frame, counts, offset = read_flows(folder)
    design = build_design(frame, TERMS)
    del frame
    seconds = []
    for _ in range(ROBUST_FITS):
        started = time.perf_counter()
        found = fit_negbin(counts, design, Covariance("robust"), offset)
        seconds.append(time.perf_counter() - started)
    return {
        "rows": found.n,
        "coefficients": found.rank,
        "least_seconds": round(min(seconds), 4),
        "median_seconds": round(float(np.median(seconds)), 4),
        "first_seconds": round(seconds[0], 4),
        "peak_mb": peak_mb(),
        "iterations": found.iterations,
        "flag": found.flag,
        "coefficients_in_order": [*found.params, found.ln_alpha],
    }


def proofs(folder: Path) -> dict:
    """Distance of the fit to the maximum, by formulas of its own, and what another order of the rows changes."""
    from mobility.models import Covariance, build_design, fit_negbin

    frame, counts, offset = read_flows(folder)
    design = build_design(frame, TERMS)
    found = fit_negbin(counts, design, Covariance("robust"), offset)
    gradient, information = derivatives(design.X, counts, offset, found.params, found.alpha)
    step = np.linalg.solve(information, gradient)
    order = np.random.default_rng(1).permutation(len(counts))
    again = fit_negbin(counts[order], build_design(frame.iloc[order], TERMS), Covariance("robust"), offset[order])
    errors = np.append(found.std_errors, found.std_error_ln_alpha)
    return {
        "largest_distance_to_the_maximum": float(np.abs(step).max()),
        "in_standard_errors": float(np.abs(step / errors).max()),
        "gradient_norm_at_the_last_point": found.gradient_norm,
        "gradient_norm_of_the_result": float(np.abs(gradient * errors).max() / len(counts)),
        "other_order_of_rows": {
            "coefficients": float(np.abs(found.params - again.params).max()),
            "std_errors_relative": float(np.abs(found.std_errors / again.std_errors - 1).max()),
            "log_likelihood_relative": abs(found.log_likelihood / again.log_likelihood - 1),
        },
    }


def derivatives(X: np.ndarray, y: np.ndarray, offset: np.ndarray, params: np.ndarray, alpha: float) -> tuple:
    """Gradient and information of (b, ln alpha) from the textbook formulas, k + 1 and its square."""
    from scipy.special import digamma, polygamma

    theta, m = 1 / alpha, np.exp(X @ params + offset)
    q = alpha * m
    score = (y - m) / (1 + q)
    own = score + theta * (np.log1p(q) - digamma(y + theta) + digamma(theta))
    edge = X.T @ (score * q / (1 + q))
    curve = own - score / (1 + q) - theta * (q / (1 + q) - theta * (polygamma(1, theta) - polygamma(1, y + theta)))
    inner = (X * (m * (1 + alpha * y) / (1 + q) ** 2)[:, None]).T @ X
    information = np.block([[inner, edge[:, None]], [edge[None, :], np.array([[curve.sum()]])]])
    return np.append(X.T @ score, own.sum()), information


def statsmodels(folder: Path) -> dict:
    """Wall seconds of one fit by BFGS with robust errors."""
    import statsmodels.api as sm

    frame, counts, offset = read_flows(folder)
    X = sm.add_constant(frame.to_numpy())
    started = time.perf_counter()
    model = sm.NegativeBinomial(counts, X, offset=offset)
    found = model.fit(method="bfgs", maxiter=500, disp=0, cov_type="HC0")
    seconds = time.perf_counter() - started
    params = found.params
    return {
        "seconds": round(seconds, 2),
        "converged": bool(found.mle_retvals["converged"]),
        "peak_mb": peak_mb(),
        "coefficients_in_order": [*params[:-1], float(np.log(params[-1]))],
    }


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "proofs": proofs, "statsmodels": statsmodels}[sys.argv[2]](Path(sys.argv[1]))))
