"""What left of a study: cells, losses, and the public spec that says what each cell is."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import betaincinv

from mobility.intake.losses import ROUNDED_TO
from mobility.settings import Study, load_study

HIDDEN = ("suppressed", "secondary")
TEXT = dict.fromkeys(("study", "table", "row", "column", "statistic", "choice", "flag", "note"), "str")
NUMBERS = ("value", "std_error", "ci_low", "ci_high", "n", "base", "persons")
NEARLY = 1e-8
CLOSE = 1e-6
MOST = 1e8  # rows that a base can have
EXACT = 1e-9  # a share is written to 15 digits or more; no two fractions of bases below 30,000 are nearer

Place = tuple[str, str, str]  # table, row, column


@dataclass(frozen=True)
class Left:
    """Everything of a study that left.

    study : its public spec, under the readings of the run. cells : released cells of all tables, with `CELL_COLUMNS`,
    of which n is filled in where a share and its base tell it. losses : lines of losses.csv.
    """

    study: Study
    cells: pd.DataFrame
    losses: pd.DataFrame

    @property
    def rounded_to(self) -> int:
        """To a multiple of what counts and shares are rounded, losses too; 0 where they are not."""
        if ROUNDED_TO in self.losses:
            return int(self.losses[ROUNDED_TO].iloc[0])
        told = self.cells["note"].astype("str").str.extract(r"^rounded to a multiple of (\d+)")[0].dropna()
        return int(told.iloc[0]) if len(told) else 0

    @cached_property
    def numbers(self) -> dict[Place, float]:
        """How many rows each cell that is shown says it counts."""
        told = self.cells[~self.cells["flag"].isin(HIDDEN) & self.cells["n"].notna()]
        return dict(zip(told[["table", "row", "column"]].itertuples(index=False, name=None), told["n"], strict=True))

    @property
    def hidden(self) -> list[Place]:
        """Cells that are held back, in the order of the files."""
        gone = self.cells[self.cells["flag"].isin(HIDDEN)]
        return list(gone[["table", "row", "column"]].itertuples(index=False, name=None))


def read_left(root: Path, specs: Path, name: str, readings: Mapping[str, str] | None = None) -> Left:
    """A study's released files below `root` (`results/released/NAME`), with the spec of the project in `specs`."""
    study = load_study(specs, name, dict(readings or {}))
    folder = root / "results" / "released" / name
    frames = [read_cells(path) for path in sorted(folder.glob("*.csv")) if path.stem in study.tables]
    cells = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*TEXT, *NUMBERS])
    told = folder / "losses.csv"
    return Left(study, reconstructed(cells), pd.read_csv(told) if told.is_file() else pd.DataFrame())


def read_cells(path: Path) -> pd.DataFrame:
    """One released table; empty texts as empty."""
    cells = pd.read_csv(path, dtype=TEXT, keep_default_na=False, na_values={name: [""] for name in NUMBERS})
    return cells[[name for name in (*TEXT, *NUMBERS) if name in cells]]


def reconstructed(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells with n, where it is withheld, from a share and its base: a whole number, or the share is weighted.

    The base, where it is withheld too, from the error of an unclustered share.
    """
    found = from_errors(cells)
    bare = found["value"].notna() & found["n"].isna() & found["base"].notna() & (found["statistic"] == "share")
    n = found.loc[bare, "value"] * found.loc[bare, "base"]
    whole = n[(n - n.round()).abs() < EXACT * found.loc[bare, "base"]].round()
    found.loc[whole.index, "n"] = whole
    return found


def from_errors(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with their base where it is withheld: `error^2 = p (1 - p) / n`, or over n - 1, and n whole.

    Where the error is withheld too, the upper end of the 95 % interval tells it.
    """
    bare = cells["base"].isna() & (cells["statistic"] == "share") & (cells["std_error"] > 0)
    p, found = cells.loc[bare, "value"], cells.copy()
    for more in (0, 1):
        base = p * (1 - p) / cells.loc[bare, "std_error"] ** 2 + more
        whole = ((base - base.round()).abs() < NEARLY * base) & ((p * base - (p * base).round()).abs() < NEARLY * base)
        found.loc[base.index[whole], "base"] = base[whole].round()
    ends = found["base"].isna() & (cells["statistic"] == "share") & (cells["ci_high"] < 1) & cells["std_error"].isna()
    for at in cells.index[ends]:
        size = size_of(float(cells.at[at, "value"]), float(cells.at[at, "ci_high"]))
        if abs(size - round(size)) < CLOSE * size:
            found.loc[at, "base"] = round(size)
    return found


def size_of(share: float, end: float) -> float:
    """Rows of a simple random sample whose exact interval (Clopper and Pearson) of a share ends there; NaN for none."""

    def off(size: float) -> float:
        return float(betaincinv(share * size + 1, (1 - share) * size, 0.975)) - end

    return float(brentq(off, 2, MOST)) if share < end and off(2) > 0 > off(MOST) else float("nan")


def fraction_of(share: float, most: int = 30_000) -> tuple[int, int] | None:
    """Least n and base that a share written in full can come from (continued fractions); None where none is near.

    The base is a multiple of the second; `most` is the largest base that is looked at.
    """
    if not np.isfinite(share):
        return None
    near = Fraction(float(share)).limit_denominator(most)
    return (near.numerator, near.denominator) if abs(float(near) - share) < EXACT else None
