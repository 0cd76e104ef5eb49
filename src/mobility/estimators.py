"""The estimators that spec files may name. Pure data; `models/family.py` says what each explains and how to fit it."""

from collections.abc import Mapping
from dataclasses import dataclass

# Outcomes: 0 and 1, numbers of events, any number.
BINARY, COUNT, CONTINUOUS = "binary", "count", "continuous"


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
)
ESTIMATORS: Mapping[str, Estimator] = {estimator.name: estimator for estimator in _ESTIMATORS}
