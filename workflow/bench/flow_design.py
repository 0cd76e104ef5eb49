"""A negative binomial sample in the form of the moves between areas, of any size, in files that every program reads."""

from pathlib import Path

import numpy as np
import pandas as pd

TYPES, YEARS, CONTROLS = 8, 5, 7
DUMMIES = (*(f"type_{k}" for k in range(1, TYPES)), "border", *(f"year_{k}" for k in range(1, YEARS)))
NUMBERS = ("log_miles", *(f"{end}_{k}" for end in ("origin", "destination") for k in range(CONTROLS)))
ALPHA, MEAN = 0.5, 5.0


def draw_flows(rows: int, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Regressors (`DUMMIES` and `NUMBERS`, 27 columns), counts and ln(exposure) of pairs of areas in five years.

    Distance and border from points in a square of 300 miles; seven statistics of each area and year, correlated within
    the area. The counts have alpha 0.5 and mean 5.
    """
    rng = np.random.default_rng(seed)
    areas = int(np.ceil((1 + np.sqrt(1 + 4 * rows / YEARS)) / 2))
    year, origin, destination = np.indices((YEARS, areas, areas)).reshape(3, -1)
    pairs = np.flatnonzero(origin != destination)[:rows]
    year, origin, destination = year[pairs], origin[pairs], destination[pairs]
    place = rng.uniform(0, 300, (areas, 2))
    miles = np.linalg.norm(place[origin] - place[destination], axis=1)
    kind = rng.integers(0, TYPES, areas)
    level = rng.multivariate_normal(np.zeros(CONTROLS), 0.3 + 0.7 * np.eye(CONTROLS), areas)
    drift = level[None] + 0.1 * rng.normal(size=(YEARS, areas, CONTROLS)) + 0.05 * np.arange(YEARS)[:, None, None]
    columns = {f"type_{k}": kind[destination] == k for k in range(1, TYPES)} | {"border": miles < 15}
    columns |= {f"year_{k}": year == k for k in range(1, YEARS)}
    columns |= {"log_miles": np.log(miles + 1)}
    for end, area in (("origin", origin), ("destination", destination)):
        columns |= {f"{end}_{k}": drift[year, area, k] for k in range(CONTROLS)}
    frame = pd.DataFrame(columns).astype("float64")
    offset = np.log(rng.lognormal(12, 0.5, areas))[origin]
    wide = np.r_[rng.normal(0, 0.3, TYPES - 1), 1.0, rng.normal(0, 0.05, YEARS - 1), -1.0, rng.normal(0, 0.15, 14)]
    eta = frame.to_numpy() @ wide + offset
    eta += np.log(MEAN / np.exp(eta).mean())
    return frame, rng.poisson(np.exp(eta) * rng.gamma(1 / ALPHA, ALPHA, rows)).astype(float), offset


def write_flows(folder: Path, rows: int) -> None:
    """Draw and write them as plain float64: columns.bin (column after column), counts.bin, offset.bin."""
    folder.mkdir(exist_ok=True)
    frame, counts, offset = draw_flows(rows)
    frame.to_numpy().T.tofile(folder / "columns.bin")
    counts.tofile(folder / "counts.bin")
    offset.tofile(folder / "offset.bin")


def read_flows(folder: Path) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """What `write_flows` wrote."""
    counts, offset = np.fromfile(folder / "counts.bin"), np.fromfile(folder / "offset.bin")
    columns = np.fromfile(folder / "columns.bin").reshape(-1, len(counts))
    return pd.DataFrame(columns.T, columns=[*DUMMIES, *NUMBERS], copy=False), counts, offset
