"""The planted effects: logit coefficients of the 13 pairs of origin and destination of Tables A1 to A4.

`effects.csv` holds the coefficients that are not zero and what each stands for; its constants make the mean
probability that of the published tables at full size. Coefficients were chosen so that average marginal effects lie
near the published linear ones where these are significant and can be reached by a logit with that mean probability.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.storage import read_rows
from mobility.synthetic.regressors import TERMS

NO_EFFECT = "no effect planted"
TO = "__to__"
# Destinations that the tables call by another name than the origins of other models.
SYNONYMS = {"technical_professional": "professional"}


@dataclass(frozen=True)
class Effects:
    """Models of one origin: `destinations` by name, and their (outcomes, 18) coefficients in the order of `TERMS`."""

    origin: str
    destinations: tuple[str, ...]
    coefficients: np.ndarray

    @property
    def models(self) -> tuple[str, ...]:
        """Ids of the models, as the columns of the published tables begin."""
        return tuple(name for name in _models() if name.split(TO)[0] == self.origin)

    def probabilities(self, design: np.ndarray) -> np.ndarray:
        """(n, outcomes) probability of each destination one year later."""
        return logistic(design @ self.coefficients.T)


def logistic(values: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-values))."""
    return 1.0 / (1.0 + np.exp(-values))


@lru_cache(maxsize=1)
def read_effects() -> dict[str, Effects]:
    """Effects by origin, in the order of `effects.csv`."""
    found: dict[str, Effects] = {}
    for origin in dict.fromkeys(model.split(TO)[0] for model in _models()):
        models = [model for model in _models() if model.split(TO)[0] == origin]
        names = [model.split(TO)[1] for model in models]
        found[origin] = Effects(
            origin=origin,
            destinations=tuple(SYNONYMS.get(name, name) for name in names),
            coefficients=np.array([[_planted().get((model, term), 0.0) for term in TERMS] for model in models]),
        )
    return found


def planted_effects() -> pd.DataFrame:
    """Planted logit coefficients, one row a model and term: model, term, value, note."""
    notes = {(row["model"], row["term"]): row["note"] for row in _rows()}
    rows = [
        (model, term, _planted().get((model, term), 0.0), notes.get((model, term), NO_EFFECT))
        for model in _models()
        for term in TERMS
    ]
    return pd.DataFrame(rows, columns=["model", "term", "value", "note"])


def _models() -> list[str]:
    return list(dict.fromkeys(row["model"] for row in _rows()))


@lru_cache(maxsize=1)
def _planted() -> dict[tuple[str, str], float]:
    return {(row["model"], row["term"]): float(row["value"]) for row in _rows()}


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    return list(read_rows(Path(__file__).with_name("effects.csv")))
