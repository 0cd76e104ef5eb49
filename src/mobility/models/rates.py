"""Predicted rates of a count model by level of a factor: what its rate ratios mean in moves per 1,000 residents."""

from typing import Any

import numpy as np

from mobility.errors import SpecError, nearest
from mobility.models.count_result import offset_of
from mobility.models.design import Block, Design
from mobility.models.margins import Contrast, Margin, estimate
from mobility.models.result import Fit


def predicted_rate(fit: Fit, design: Design, offset: Any, level: str) -> tuple[float, float]:
    """Rate per unit of exposure were every row at one level of a factor, and its standard error by the delta method.

    With m_i = exp(x_i b + offset_i), x_i the used rows as they are but for the factor, which is at `level`, and V the
    covariance of the coefficients (regressors and exposures are taken as given),

        R = sum m_i / sum exp(offset_i)        se^2 = J V J',   J = sum m_i x_i / sum exp(offset_i)

    Stata: `margins`, of the predicted count over the mean exposure. NaN where the level was not estimated; other
    dropped coefficients count as 0.

    Raises
    ------
    SpecError
        No factor of the design has the level.
    """
    term = factor_with(level, design).term
    found = estimate(fit, design, [Contrast(((1.0, Margin(at=((term, level),))),))], offset)
    exposure = np.exp(offset_of(offset, design)[fit.rows]).mean() if fit.rank else np.nan
    return float(found.values[0] / exposure), float(found.std_errors[0] / exposure)


def factor_with(level: str, design: Design) -> Block:
    """The factor that has the level, its reference included; SpecError where none has."""
    factors = [block for block in design.blocks.values() if block.kind == "factor"]
    levels = {design.names[column]: block for block in factors for column in block.columns}
    levels |= {block.reference: block for block in factors}
    if level not in levels:
        raise SpecError(
            f"models: a predicted rate is of a level of a factor; `{level}` is none; {nearest(level, list(levels))}."
        )
    return levels[level]
