"""What acro (SACRO) says of tables and regressions of the open panel of Vella and Verbeek (1998), cell by cell.

acro needs another pandas than the project, so it lives in an environment of its own:

python3 -m venv acro_venv && acro_venv/bin/pip install acro==1.0.2
.venv/bin/python -c "from linearmodels.datasets import wage_panel as w; w.load().to_csv('wage_panel.csv', index=False)"
acro_venv/bin/python tests/golden/make_acro.py wage_panel.csv tests/golden/acro_expected.csv

With the rules that acro ships: threshold 10, p-ratio 0.1, the largest two below 90 per cent, 10 residual degrees of
freedom. A row a cell or regression; 1 where acro's check fails.
"""

import logging
import sys

import numpy as np
import pandas as pd
from acro import ACRO

CHECKS = {"threshold": "MinimumThresholdCheck", "p_ratio": "PPercentCheck", "nk": "NKCheck", "zero": "PresenceOfZero"}
POWERS = {"mean_wage": 1, "mean_skewed": 6, "mean_very_skewed": 12}
REGRESSORS = ["educ", "exper", "hours", "union"]
SIZES = range(12, 19)


def main(source: str, target: str) -> None:
    """Judge the tables and regressions and write what acro says."""
    panel = pd.read_csv(source)
    acro = ACRO(suppress=False)
    logging.disable(logging.CRITICAL)
    black = panel[panel["black"] == 1]
    rows = []
    for name, frame in {"everyone": panel, "black": black}.items():
        acro.crosstab(frame["occupation"], frame["year"])
        rows += cells(acro, f"count_{name}")
        for measure, power in POWERS.items():
            amount = np.exp(power * frame["lwage"]).rename("amount")
            acro.crosstab(frame["occupation"], frame["year"], values=amount, aggfunc="mean")
            rows += cells(acro, f"{measure}_{name}")
    for size in SIZES:
        few = panel[panel["year"] == 1980].head(size)
        acro.ols(few["lwage"], few[REGRESSORS].assign(const=1.0))
        said = acro.results.get_index(-1)
        dof = int(said.summary.split("dof=")[1].split()[0])
        rows.append({"table": "ols", "row": size, "dof": dof, "fails": int(said.status == "fail")})
    pd.DataFrame(rows).astype("Int64", errors="ignore").to_csv(target, index=False)


def cells(acro: ACRO, table: str) -> list[dict]:
    """What acro says of each cell of its last table."""
    outcome = acro.results.get_index(-1).outcome
    return [
        {"table": table, "row": row, "column": column}
        | {name: int(check in outcome.loc[row, column]) for name, check in CHECKS.items()}
        | {"fails": int(outcome.loc[row, column] != "ok")}
        for row in outcome.index
        for column in outcome.columns
    ]


main(*sys.argv[1:])
