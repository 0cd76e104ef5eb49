"""A second opinion on effects by group and contrasts of contrasts, from the package marginaleffects.

    python -m venv /tmp/second && /tmp/second/bin/pip install marginaleffects==0.6.0 'polars<2' statsmodels pandas
    /tmp/second/bin/python make_second_opinion.py      in this folder, after make_margins.R; writes second_opinion.csv

It needs an environment of its own (polars below 2), which is why its numbers are stored. Models by statsmodels with
classical errors (observed information), regressors as in make_margins.R; effects by avg_comparisons, whose derivatives
by the coefficients are numerical.
"""

from pathlib import Path

import pandas as pd
import statsmodels.formula.api as smf
from marginaleffects import avg_comparisons, avg_slopes

FOLDER = Path(__file__).parent
RIGHT = "mover + male + C(parents, Treatment('routine')) + age + I(age**2) + mover:male"
RIGHT += " + mover:C(parents, Treatment('routine')) + mover:age + mover:I(age**2)"
MODELS = {
    "probit": lambda data: smf.probit(f"employed ~ {RIGHT}", data).fit(method="newton", tol=1e-10, disp=0),
    "logit": lambda data: smf.logit(f"employed ~ {RIGHT}", data).fit(method="newton", tol=1e-10, disp=0),
    "ols": lambda data: smf.ols(f"log_pay ~ {RIGHT}", data).fit(),
}


def opinions(model, data):
    """(name, table of one effect) of a fitted model."""
    mover, first = {"mover": [0, 1]}, "b1 - b0 = 0"
    both = pd.concat([data.assign(male=value) for value in (0, 1)])
    by_sex = avg_comparisons(model, variables=mover, by="male").sort("male")
    yield "mover", avg_comparisons(model, variables=mover)
    yield "women", by_sex[:1]
    yield "men", by_sex[1:]
    yield "men_women", avg_comparisons(model, variables=mover, by="male", hypothesis=first)
    yield "r_mover_r_male", avg_comparisons(model, variables=mover, newdata=both, by="male", hypothesis=first)
    yield "age", avg_slopes(model, variables="age")


def main():
    data = pd.read_csv(FOLDER / "margins_sample.csv").assign(parents=lambda d: pd.Categorical(d["parents"]))
    rows = [
        (model, name, table["estimate"][0], table["std_error"][0])
        for model, make in MODELS.items()
        for name, table in opinions(make(data), data)
    ]
    pd.DataFrame(rows, columns=["model", "name", "value", "std_error"]).to_csv(
        FOLDER / "second_opinion.csv", index=False, float_format="%.12g"
    )


if __name__ == "__main__":
    main()
