"""What Table C.1 would show of the planted market, but for chance: its equation fitted to expected logs of pay.

Table C.1 has no interactions, no trend and six qualifications; the planted equation has them, and some of its effects
are not those of print. Least squares of the expected log of pay of the same persons on the columns of Table C.1 gives
what the study's numbers are drawn around.
"""

import numpy as np
import pandas as pd
from scipy import sparse

from mobility.synthetic.lmi.labour_force import SIX
from mobility.synthetic.lmi.workers import Workers
from mobility.synthetic.lmi.world import World

TABLE, COLUMN, STATISTIC = "table_c1", "coefficient", "coefficient"
FULL_TIME = 0
ARMED_FORCES = ("1171", "3311")  # without pay in the report
MIDDLE = 40.0  # of ages: squares of larger numbers would cost digits


def expected_c1(world: World, persons: Workers, t: np.ndarray) -> pd.DataFrame:
    """Cells of Table C.1: table, row, column, statistic, value.

    persons : places of codes, `male` and `age` of the full-time employees with pay, a row a person. t : 0 or 1, (n,).
    """
    codes, equation = world.codes, world.equations[FULL_TIME]
    armed = np.isin(np.array(codes.occupation)[persons["occupation"]], ARMED_FORCES)
    own = {name: values[~armed] for name, values in persons.items()}
    expected = equation.level(own, t[~armed]) + equation.qualification[own["qualification"]]
    age = own["age"] - MIDDLE
    numbers = np.column_stack([np.ones(len(age)), age, age**2, 1.0 - own["male"]])
    joined = np.array([codes.industry.index(code) for code in codes.joined])
    names, X = ["constant", "age_1", "age_squared", "female"], [sparse.csr_array(numbers)]
    for letter, places, levels in (
        ("r", own["region"], codes.region),
        ("q", np.array(SIX)[own["qualification"]], range(7)),
        ("i", joined[own["industry"]], codes.industry),
        ("o", own["occupation"], codes.occupation),
    ):
        held = np.unique(places)[1:]  # of each but the reference, which is the first
        names += [f"{letter}{levels[place]}" for place in held]
        X.append(_columns(places, held))
    design = sparse.hstack(X, format="csr")
    found = dict(zip(names, np.linalg.solve((design.T @ design).toarray(), design.T @ expected), strict=True))
    found["constant"] += found["age_squared"] * MIDDLE**2 - found["age_1"] * MIDDLE
    found["age_1"] -= 2 * MIDDLE * found["age_squared"]
    cells = pd.DataFrame({"table": TABLE, "row": list(found), "column": COLUMN, "statistic": STATISTIC})
    return cells.assign(value=list(found.values()))


def _columns(places: np.ndarray, held: np.ndarray) -> sparse.csr_array:
    """Of each of some levels a column, 1 where a person has it."""
    rows = np.flatnonzero(np.isin(places, held))
    shape = (len(places), len(held))
    return sparse.csr_array((np.ones(len(rows)), (rows, np.searchsorted(held, places[rows]))), shape=shape)
