"""People who moved or stayed, with which interactions and marginal effects are tested."""

import numpy as np
import pandas as pd

MOVER = {"id": "mover", "kind": "indicator"}
MALE = {"id": "male", "kind": "indicator"}
CLASS = {"id": "parents", "kind": "factor", "levels": ["top", "middle", "routine"], "reference": "routine"}
AGE = {"id": "age", "kind": "polynomial", "degree": 2, "rows": ["age", "age_squared"]}


def between(*terms):
    return {"id": "_by_".join(terms), "kind": "interaction", "between": list(terms)}


def people(n=400, seed=5):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"mover": rng.integers(0, 2, n), "male": rng.integers(0, 2, n)})
    return frame.assign(parents=rng.choice(CLASS["levels"], n), age=rng.integers(25, 42, n).astype(float))


TERMS = [MOVER, MALE, CLASS, AGE, *(between("mover", other) for other in ("male", "parents", "age"))]
