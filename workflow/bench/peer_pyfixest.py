"""`PYTHON peer_pyfixest.py FOLDER ROWS`: least wall and processor seconds of pyfixest, once it is warm, as JSON.

Runs in an environment of its own, as pyfixest is no dependency of the project: columns.bin (column after column, the
constant first) and outcome.bin in the folder; robust errors.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyfixest as pf

REPEATS = 4  # the first compiles and is left out


def main(folder: Path, rows: int) -> dict:
    """Seconds by estimator, and its coefficients."""
    columns = np.fromfile(folder / "columns.bin").reshape(-1, rows)[1:]
    frame = pd.DataFrame(columns.T, columns=[f"x{k}" for k in range(len(columns))])
    formula = f"y ~ {' + '.join(frame.columns)}"
    frame["y"] = np.fromfile(folder / "outcome.bin")
    fits = {
        "ols": lambda: pf.feols(formula, frame, vcov="hetero"),
        "logit": lambda: pf.feglm(formula, frame, family="logit", vcov="hetero"),
    }
    return {name: _timed(fit) for name, fit in fits.items()}


def _timed(fit: Callable[[], Any]) -> dict:
    wall, processor = [], []
    for _ in range(REPEATS):
        started, used = time.perf_counter(), time.process_time()
        found = fit()
        found.se()
        wall.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    seconds = {"seconds": round(min(wall[1:]), 3), "processor_seconds": round(min(processor[1:]), 3)}
    return seconds | {"coefficients": found.coef().tolist()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
