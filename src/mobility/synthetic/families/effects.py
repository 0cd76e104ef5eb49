"""Planted effects of moving on work, occupation and income, near those of Table 27, and what they are on average.

`effects.csv` holds the coefficients: probit for `employed` and `higher`, linear in pounds of 2015 for `income`. Those
of `mover` and its products were chosen by least squares so that the average effect in each group is that of Table 27,
as far as one set of effects can have nine of them.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr

from mobility.storage import read_rows
from mobility.synthetic.truth import COLUMNS

PRODUCT, DIGITS = "mover_by_", 6
OUTCOMES = {"employed": "employment", "higher": "higher_managerial", "income": "income"}  # by column of Table 27
LINEAR = ("income",)
GROUPS = {
    "female": ("male", 0), "male": ("male", 1),
    "white_non_british_non_white": ("white", 0), "white_british": ("white", 1),
    "no_degree": ("degree", 0), "degree": ("degree", 1),
    "parent_routine_manual_occ": ("parents_routine", 1), "parent_intermediate_occ": ("parents_middle", 1),
    "parent_higher_managerial_occ": ("parents_top", 1),
}  # fmt: skip
DIFFERENCES = {
    "male_versus_female": ("male", "female"),
    "white_versus_non_white": ("white_british", "white_non_british_non_white"),
    "degree_holder_versus_no_degree": ("degree", "no_degree"),
    "parent_intermediate_occ_vs_routine_manual_occ": ("parent_intermediate_occ", "parent_routine_manual_occ"),
    "parent_higher_managerial_occ_vs_routine_manual_occ": ("parent_higher_managerial_occ", "parent_routine_manual_occ"),
}
EFFECT = "marginal_effect"
NOTE = "mean of the planted effect over the persons, weighted by their chance to be in the sample"
SIZE_NOTE = "sum of the chances of the persons to be in the sample"
Terms = Mapping[str, np.ndarray]


def linear_predictor(outcome: str, terms: Terms) -> np.ndarray:
    """(n,) sum of the planted coefficients times the values; products with `mover` are made from it."""
    return sum((value * _values(term, terms) for term, value in planted()[outcome].items()), np.zeros(1))


def _values(term: str, terms: Terms) -> np.ndarray:
    if term.startswith(PRODUCT):
        return terms["mover"] * terms[term.removeprefix(PRODUCT)]
    return terms[term] if term != "constant" else np.ones(len(terms["mover"]))


def mover_effect(outcome: str, terms: Terms) -> np.ndarray:
    """(n,) outcome to be expected of each person as a mover less that as a stayer, all else as it is."""
    ends = (linear_predictor(outcome, {**terms, "mover": np.full(len(terms["mover"]), value)}) for value in (1, 0))
    mover, stayer = ends if outcome in LINEAR else map(ndtr, ends)
    return mover - stayer


@cache
def planted() -> Mapping[str, Mapping[str, float]]:
    """Coefficients by outcome and term."""
    found: dict[str, dict[str, float]] = {}
    for row in read_rows(Path(__file__).with_name("effects.csv")):
        found.setdefault(row["outcome"], {})[row["term"]] = float(row["value"])
    return found


def truth_table(terms: Terms, chance: np.ndarray) -> pd.DataFrame:
    """Expected size of the sample (Table 23), mover effect in each group (Table 27), differences of groups (Table 24).

    terms : of the persons at the age of 30. chance : of each to be in the sample.
    """
    rows = [("table_23", "age", "observations", "observations", float(chance.sum()), SIZE_NOTE)]
    for outcome, column in OUTCOMES.items():
        effects = mover_effect(outcome, terms)
        means = {
            group: float(np.average(effects, weights=chance * (terms[name] == value)))
            for group, (name, value) in GROUPS.items()
        }
        rows += [("table_27", group, column, EFFECT, mean, NOTE) for group, mean in means.items()]
        rows += [
            ("table_24", row, column, EFFECT, means[group] - means[other], NOTE)
            for row, (group, other) in DIFFERENCES.items()
        ]
    return pd.DataFrame(rows, columns=COLUMNS).round({"value": DIGITS})


def effects_table() -> pd.DataFrame:
    """Planted coefficients: model, term, value, note."""
    rows = [
        (outcome, term, value, "linear" if outcome in LINEAR else "probit")
        for outcome, terms in planted().items()
        for term, value in terms.items()
    ]
    return pd.DataFrame(rows, columns=["model", "term", "value", "note"])
