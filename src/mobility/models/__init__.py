"""Regression models of progression as pure functions over arrays: design, fit, covariance, margins, fixed effects.

They serve Tables A1 to A4 and Figures 3.2 to 3.6 of Holmes (2022), where a linear probability model and a logit stand
side by side on identical regressors.
"""

from mobility.models.count_result import CountFit, LikelihoodRatio, RateRatios, predicted_counts
from mobility.models.covariance import Covariance
from mobility.models.design import Design, build_design
from mobility.models.fit import fit
from mobility.models.fixed_effects import fit_fixed_effects
from mobility.models.margins import Margins, average_marginal_effects
from mobility.models.negbin import fit_negbin
from mobility.models.predictions import Predictions, predict_profiles
from mobility.models.rates import predicted_rate
from mobility.models.result import Fit

__all__ = [
    "CountFit",
    "Covariance",
    "Design",
    "Fit",
    "LikelihoodRatio",
    "Margins",
    "Predictions",
    "RateRatios",
    "average_marginal_effects",
    "build_design",
    "fit",
    "fit_fixed_effects",
    "fit_negbin",
    "predict_profiles",
    "predicted_counts",
    "predicted_rate",
]
