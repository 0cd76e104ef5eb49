"""The layer model (UNIDIFF): speed beside gnm in one run, a large table, coverage of planted strengths."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.models.association import pattern_columns
from mobility.models.unidiff import UNIDIFF, LayerFit, fit_layers
from mobility.uncertainty import Z95
from timing import best

SMALL, LARGE = (7, 10, 12_000), (11, 30, 200_000)  # classes, layers, people
SAMPLES = 1000
HERE = Path(__file__).parent


def measure(folder: Path) -> dict:
    """Everything of this module, in a process with one thread for linear algebra, as Snakemake gives a job."""
    command = [sys.executable, str(HERE / "layers.py"), str(folder)]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=alone)
    return json.loads(done.stdout)


def planted(classes: int, layers: int, people: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Expected counts, layers x classes x classes, and the strengths that they are made with (1 in the first layer)."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(classes, classes)) * 0.8
    X = X - X.mean(axis=0) - X.mean(axis=1, keepdims=True) + X.mean()
    beta = np.concatenate([[1.0], np.exp(rng.normal(size=layers - 1) * 0.3)])
    margins = rng.normal(size=(layers, classes, 1)) * 0.3 + rng.normal(size=(layers, 1, classes)) * 0.3
    F = np.exp(beta[:, None, None] * X + margins)
    return F * people / F.sum(), beta


def _fit(counts: np.ndarray) -> LayerFit:
    return fit_layers(counts, UNIDIFF, pattern_columns(["full"], (), *counts.shape[1:], "bench"))


def _against_gnm(folder: Path) -> dict:
    """Seconds of both, and how far apart their deviance, ln beta and errors are; None for R where gnm is not there."""
    counts = np.random.default_rng(2).poisson(planted(*SMALL)[0]).astype("float64")
    found, ours = _fit(counts), best(lambda: _fit(counts), 20, 5)
    result: dict = {"seconds": ours, "deviance": found.deviance, "df": found.df, "steps": found.steps, "gnm": None}
    path = folder / "unidiff.csv"
    places = np.indices(counts.shape).reshape(3, -1)
    pd.DataFrame(dict(zip(("layer", "origin", "destination"), places, strict=True))).assign(Freq=counts.ravel()).to_csv(
        path, index=False
    )
    done = subprocess.run(["Rscript", str(HERE / "unidiff.R"), str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        return result
    seconds, deviance, *numbers = (float(line) for line in done.stdout.split())
    theirs = np.array(numbers).reshape(2, -1)
    errors = np.sqrt(np.diag(found.log_covariance))
    return result | {
        "gnm": {
            "seconds_with_eliminate": seconds,
            "times_slower": round(seconds / ours, 1),
            "difference_of_deviance": abs(deviance - found.deviance),
            "largest_difference_of_ln_beta": float(np.abs(theirs[0] - found.log_beta).max()),
            "largest_difference_of_errors": float(np.abs(theirs[1] - errors).max()),
        }
    }


def _large() -> dict:
    counts = np.random.default_rng(3).poisson(planted(*LARGE)[0]).astype("float64")
    found = _fit(counts)
    return {"seconds": best(lambda: _fit(counts), 5, 5), "df": found.df, "settled": found.settled, "steps": found.steps}


def _coverage() -> dict:
    """How often the 95 % interval of ln beta holds the planted one, over tables drawn from the model (5 x 5 x 6)."""
    F, beta = planted(5, 6, 6_000)
    rng = np.random.default_rng(4)
    held, settled = [], 0
    for _ in range(SAMPLES):
        found = _fit(rng.poisson(F).astype("float64"))
        half = Z95 * np.sqrt(np.diag(found.log_covariance))[1:]
        held.append(np.abs(found.log_beta - np.log(beta))[1:] <= half)
        settled += found.settled
    share = np.mean(held, axis=0)
    return {"samples": SAMPLES, "settled": settled, "mean": round(float(share.mean()), 4), "least": float(share.min())}


if __name__ == "__main__":
    subjects = {
        "unidiff_7_7_10": _against_gnm(Path(sys.argv[1])),
        "unidiff_11_11_30": _large(),
        "coverage_of_strengths": _coverage(),
    }
    print(json.dumps(subjects))
