"""Count models in cells: incidence-rate ratios, and predicted rates by level of a factor."""

from typing import cast

import numpy as np

from mobility.cells.coefficients import of_parameter
from mobility.cells.fitted import Asked, Cell, FittedModel, absent, evidence, gone
from mobility.errors import SpecError
from mobility.models import CountFit, Fit, predicted_rate
from mobility.settings import Item
from mobility.uncertainty import Z95, stars_of


def rate_ratios(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """exp(b) with its delta-method error, its interval that of b, exponentiated; the stars are those of b."""
    return of_parameter(asked, row, column, "rate_ratio", _rate_ratio)


def _rate_ratio(model: FittedModel, found: Fit, at: int) -> list[Cell]:
    # A family that has rate ratios gives a `CountFit`.
    ratios = cast(CountFit, found).rate_ratios()
    low, high = ratios.bounds[at]
    numbers = {"value": float(ratios.values[at]), "std_error": float(ratios.std_errors[at]), "ci_low": low}
    words = {"stars": stars_of(found.p_values[at]), "flag": found.flag, "note": found.note}
    return [{**numbers, "ci_high": high, **words}]


def predicted_rates(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """Predicted rate at a level of a factor, its interval that of ln(rate), exponentiated.

    Raises `SpecError` where the model has no exposure.
    """
    model, found = asked.fit(column)
    if model.data.offset is None:
        raise SpecError(
            f"{asked.table.where}: a predicted rate needs an exposure, and model `{column.model}` has none. "
            "Name its column (`exposure: origin_population`) in the model file."
        )
    place = {"row": row.id, "column": column.id, **evidence(model, found, row.id), "statistic": "predicted_rate"}
    if row.id not in {*found.names, *model.data.design.references}:
        return absent(row.id, "predicted_rate", model, place)
    value, error = predicted_rate(found, model.data.design, model.data.offset, row.id)
    if np.isnan(value):
        return [{**place, **gone(model, found, row.id)}]
    factor = np.exp(Z95 * error / value)
    interval = {"ci_low": value / factor, "ci_high": value * factor}
    return [{**place, "value": value, "std_error": error, **interval, "flag": found.flag, "note": found.note}]
