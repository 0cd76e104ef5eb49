"""Regression models as pure functions over arrays: design, fit, covariance, margins; and the register of families."""

from mobility.models.count_result import CountFit, LikelihoodRatio, RateRatios, predicted_counts
from mobility.models.covariance import Covariance
from mobility.models.design import Design, build_design
from mobility.models.family import FAMILIES, Family, family_of
from mobility.models.fit import fit
from mobility.models.fixed_effects import fit_fixed_effects
from mobility.models.layer_table import TableFit
from mobility.models.margins import Contrast, Margin, Margins, average_marginal_effects, effect, estimate
from mobility.models.negbin import fit_negbin
from mobility.models.predictions import predict_profiles
from mobility.models.prepared import Prepared
from mobility.models.rates import predicted_rate
from mobility.models.result import Estimates, Extra, Fit, IndexFit

__all__ = [
    "FAMILIES",
    "Contrast",
    "CountFit",
    "Covariance",
    "Design",
    "Estimates",
    "Extra",
    "Family",
    "Fit",
    "IndexFit",
    "LikelihoodRatio",
    "Margin",
    "Margins",
    "Prepared",
    "RateRatios",
    "TableFit",
    "average_marginal_effects",
    "build_design",
    "effect",
    "estimate",
    "family_of",
    "fit",
    "fit_fixed_effects",
    "fit_negbin",
    "predict_profiles",
    "predicted_counts",
    "predicted_rate",
]
