"""The estimators that spec files may name, and what each explains. Pure data; `models/family.py` says how to fit."""

from collections.abc import Mapping
from dataclasses import dataclass

BINARY, COUNT = "binary", "count"


@dataclass(frozen=True)
class Estimator:
    """One estimator as spec files and headings name it. explains : an outcome of 0 and 1 (binary), or a count."""

    name: str
    label: str
    explains: str = BINARY


_ESTIMATORS = (
    Estimator("ols", "OLS"),
    Estimator("logit", "Logit"),
    Estimator("probit", "Probit"),
    Estimator("nbreg", "Negative binomial", COUNT),
    Estimator("within", "Within persons"),
)
ESTIMATORS: Mapping[str, Estimator] = {estimator.name: estimator for estimator in _ESTIMATORS}
