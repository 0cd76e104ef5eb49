"""What was planted in the moves, under the row and column ids of the printed tables."""

import numpy as np
import pandas as pd

from mobility.synthetic.flows.means import ALPHA
from mobility.synthetic.flows.published import CONTROLS, FIRST_RECEIVING, MODEL, TYPES, Published, row_of
from mobility.synthetic.truth import COLUMNS

PLANTED = "controls"
RECEIVING_NOTE = "planted in the mean of every pair; reference Affluent England"
CONTROL_NOTE = "the same in every table; with year effects and effects of Wales that are not listed"


def truth_table(published: Published) -> pd.DataFrame:
    """Coefficients of Model 4: receiving types of Tables 8 to 15, the controls and ln(alpha), a row each."""
    tables = [f"table_{FIRST_RECEIVING + place}" for place in range(len(TYPES))]
    receiving = [
        (table, f"receiving_{row_of(name)}", MODEL, "coefficient", value, RECEIVING_NOTE)
        for table, effects in zip(tables, published.receiving, strict=True)
        for name, value in zip(TYPES[1:], effects[1:], strict=True)
    ]
    planted = {**published.controls, "ln_alpha": float(np.log(ALPHA))}
    controls = [
        (PLANTED, CONTROLS.get(name, name), table, "coefficient", value, CONTROL_NOTE)
        for name, value in planted.items()
        for table in tables
    ]
    return pd.DataFrame([*receiving, *controls], columns=COLUMNS)
