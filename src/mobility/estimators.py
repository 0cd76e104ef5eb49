"""The estimators that spec files may name. Pure data; `models/family.py` says what each explains and how to fit it."""

from collections.abc import Mapping
from dataclasses import dataclass

# Outcomes: 0 and 1, numbers of events, any number, the counts of a table of origin by destination.
BINARY, COUNT, CONTINUOUS, TABLE = "binary", "count", "continuous", "table"


@dataclass(frozen=True)
class Estimator:
    """One estimator as spec files and headings name it."""

    name: str
    label: str


_ESTIMATORS = (
    Estimator("ols", "OLS"),
    Estimator("logit", "Logit"),
    Estimator("probit", "Probit"),
    Estimator("nbreg", "Negative binomial"),
    Estimator("within", "Within persons"),
    Estimator("independence", "Conditional independence"),
    Estimator("common", "Constant association"),
    Estimator("unidiff", "UNIDIFF"),
    Estimator("separate", "Separate associations"),
)
ESTIMATORS: Mapping[str, Estimator] = {estimator.name: estimator for estimator in _ESTIMATORS}
