"""Count models in cells: incidence-rate ratios, and predicted rates by level of a factor."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mobility.cells.fitted import REFERENCE, Cell, FittedModel, Item, absent, evidence, gone, stars_of
from mobility.errors import SpecError
from mobility.models import CountFit, predicted_rate
from mobility.transitions.uncertainty import Z95


def rate_ratios(
    fitted: Mapping[str, FittedModel], spec: Mapping[str, Any], row: Item, column: Item, chosen: Mapping[str, str]
) -> list[Cell]:
    """exp(b) with its delta-method error, its interval that of b, exponentiated; the stars are those of b."""
    model, found = _counts_of(fitted, spec, column)
    place = {"row": row["id"], "column": column["id"], **evidence(model, column["estimator"])}
    if row["id"] == "observations":
        return [{**place, "statistic": "observations", "value": float(found.n)}]
    if row["id"] in {block.reference for block in model.design.blocks.values()}:
        return [{**place, **REFERENCE}]
    place["statistic"] = "rate_ratio"
    if row["id"] not in found.names:
        return absent(row["id"], "rate_ratio", model, place)
    at = found.names.index(row["id"])
    if np.isnan(found.params[at]):
        return [{**place, **gone(model, found, row["id"])}]
    ratios = found.rate_ratios()
    low, high = ratios.bounds[at]
    numbers = {"value": float(ratios.values[at]), "std_error": float(ratios.std_errors[at]), "ci_low": low}
    words = {"stars": stars_of(found.p_values[at]), "flag": found.flag, "note": found.note}
    return [{**place, **numbers, "ci_high": high, **words}]


def predicted_rates(
    fitted: Mapping[str, FittedModel], spec: Mapping[str, Any], row: Item, column: Item, chosen: Mapping[str, str]
) -> list[Cell]:
    """Predicted rate at a level of a factor, its interval that of ln(rate), exponentiated."""
    model, found = _counts_of(fitted, spec, column)
    if model.offset is None:
        raise SpecError(
            f"tables/{spec['table']}.yaml: a predicted rate needs an exposure, and model `{column['model']}` has none. "
            "Name its column (`exposure: origin_population`) in the model file."
        )
    place = {"row": row["id"], "column": column["id"], **evidence(model, column["estimator"])}
    place["statistic"] = "predicted_rate"
    if row["id"] not in {*found.names, *(block.reference for block in model.design.blocks.values())}:
        return absent(row["id"], "predicted_rate", model, place)
    value, error = predicted_rate(found, model.design, model.offset, row["id"])
    if np.isnan(value):
        return [{**place, **gone(model, found, row["id"])}]
    factor = np.exp(Z95 * error / value)
    interval = {"ci_low": value / factor, "ci_high": value * factor}
    return [{**place, "value": value, "std_error": error, **interval, "flag": found.flag, "note": found.note}]


def _counts_of(
    fitted: Mapping[str, FittedModel], spec: Mapping[str, Any], column: Item
) -> tuple[FittedModel, CountFit]:
    """A column's model and its fit; SpecError unless it is a model of counts."""
    model = fitted[column["model"]]
    found = model.fits[column["estimator"]]
    if not isinstance(found, CountFit):
        raise SpecError(
            f"tables/{spec['table']}.yaml: {spec['statistic']} is of models of counts (nbreg); column `{column['id']}` "
            f"is {column['estimator']}. Take the column out, or use statistic coefficient or effect."
        )
    return model, found
