"""Effects on a probability in cells, and probabilities predicted of profiles."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.fitted import Asked, Cell, FittedModel, evidence, gone
from mobility.models import predict_profiles
from mobility.models.design import CONSTANT
from mobility.settings import Item
from mobility.uncertainty import LEVELS, normal_interval, stars_of


def effects(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """Change of the probability, or for a row with `at` the predicted probability of a profile."""
    model, found = asked.fit(column)
    place = {"row": row.id, "column": column.id}
    if row.at is not None:
        place |= evidence(model, found, *behind_profile(model, row.at))
        prediction = _prediction(model, column.estimator, row.at)
        return [{**place, "statistic": "share", **prediction}]
    if row.id not in model.data.names:
        return []
    return [{**place, **effect_cell(model, column.estimator, row.id, asked.table.stars)}]


def behind_profile(model: FittedModel, profile: Mapping[str, Any]) -> list[str]:
    """Coefficients that a predicted probability is made of: the constant, and those of its indicators and levels."""
    design = model.data.design
    at = [pair for term, value in profile.items() for pair in zip(*design.columns_at(term, value), strict=True)]
    return [CONSTANT, *(design.names[column] for column, value in at if value and design.binary[column])]


def effect_cell(model: FittedModel, estimator: str, name: str, also: str = "") -> Cell:
    """One effect on the probability.

    also : estimator whose effect must reach 10 per cent too for the cell to have stars, their number from its own.
    """
    found = model.fits[estimator]
    place = {**evidence(model, found, name), "statistic": "effect"}
    value, error, p_value = model.effect(estimator, name)
    if np.isnan(value):
        return {**place, **gone(model, found, name)}
    if also:
        p_value = p_value if model.effect(also, name)[2] < LEVELS[0] else np.nan
    numbers = {**with_interval(value, error), "stars": stars_of(p_value)}
    return {**place, **numbers, "flag": found.flag, "note": model.note(found, name)}


def _prediction(model: FittedModel, estimator: str, profile: Mapping[str, Any]) -> Cell:
    predicted = predict_profiles(model.fits[estimator], model.data.design, [profile])
    value, error = float(predicted.values[0]), float(predicted.std_errors[0])
    if np.isnan(value):
        return {"flag": NOT_ESTIMABLE, "note": "the profile needs a coefficient that was not estimated"}
    return with_interval(value, error)


def with_interval(value: float, error: float) -> Cell:
    """A number, its error and its 95 % interval."""
    low, high = normal_interval(value, error)
    return {"value": value, "std_error": error, "ci_low": low, "ci_high": high}
