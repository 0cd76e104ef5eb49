"""Layer models in cells: the strength of each layer, the association, and log odds ratios of pairs of classes."""

from typing import cast

import numpy as np

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.coefficients import beside
from mobility.cells.fitted import Asked, Cell, FittedModel, evidence, gone
from mobility.errors import SpecError, nearest
from mobility.models import Fit, TableFit
from mobility.settings import Item
from mobility.uncertainty import normal_interval

NO_CELL = "one of its four cells has no count, or is no part of the model"


def association_ratios(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """beta of the layer that the row names, 1 in the base layer; its interval that of ln beta, exponentiated."""
    model, fit = asked.fit(column)
    found = cast(TableFit, fit)
    place = {"row": row.id, "column": column.id, **evidence(model, fit)}
    if (other := beside(asked, row, model, fit, place)) is not None:
        return other
    place["statistic"] = "association_ratio"
    at = _place(row.id, found.layers, "layer", asked)
    if at == found.table.base:
        return [{**place, "value": 1.0, "note": "base layer"}]
    ratios = found.ratios()
    if np.isnan(ratios.values[at]):
        return [{**place, **gone(model, fit, row.id)}]
    low, high = ratios.bounds[at]
    numbers = {"value": float(ratios.values[at]), "std_error": float(ratios.std_errors[at])}
    return [{**place, **numbers, "ci_low": low, "ci_high": high, "flag": fit.flag, "note": model.note(fit, row.id)}]


def associations(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """X of an origin (row) and a destination (column), as the model that the row names has it."""
    model, fit = asked.fit(row)
    found = cast(TableFit, fit)
    i = _place(row.id, found.origins, "origin", asked)
    j = _place(column.id, found.destinations, "destination", asked)
    place = {"row": row.id, "column": column.id, **evidence(model, fit), "statistic": "association"}
    value, error = found.table.association[i, j], found.table.association_errors[i, j]
    return [_number(place, float(value), float(error), model, fit, "no cell of the model, or no parameter of it")]


def pair_log_odds(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """Log odds ratio of the column's pairs of classes in the layer that the row names."""
    model, fit = asked.fit(column)
    found = cast(TableFit, fit)
    if not column.pair:
        raise SpecError(
            f"{asked.table.where}: column `{column.id}` has no `pair`: [[origin, origin], [destination, destination]]."
        )
    (a, b), (c, d) = (
        [_place(name, known, what, asked) for name in names]
        for names, known, what in zip(
            column.pair, (found.origins, found.destinations), ("origin", "destination"), strict=True
        )
    )
    place = {"row": row.id, "column": column.id, **evidence(model, fit), "statistic": "pair_log_odds"}
    value, error = found.table.log_odds(_place(row.id, found.layers, "layer", asked), (a, b), (c, d))
    return [_number(place, value, error, model, fit, NO_CELL)]


def _number(place: Cell, value: float, error: float, model: FittedModel, fit: Fit, why: str) -> Cell:
    """A cell with its normal interval, or why it has no number."""
    if np.isnan(value):
        return {**place, "flag": fit.flag or NOT_ESTIMABLE, "note": fit.note or why}
    low, high = normal_interval(value, error)
    numbers = {"value": value, "std_error": error, "ci_low": low, "ci_high": high}
    return {**place, **numbers, "flag": fit.flag, "note": fit.note}


def _place(name: str, known: tuple[str, ...], what: str, asked: Asked) -> int:
    """Place of a layer or class; SpecError where the model does not have it."""
    if name not in known:
        raise SpecError(f"{asked.table.where}: no {what} `{name}` in the model; {nearest(name, list(known))}.")
    return known.index(name)
