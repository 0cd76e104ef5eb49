"""Layer models in cells: the strength of each layer, the association, and log odds ratios of pairs of classes."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

import numpy as np

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.coefficients import beside
from mobility.cells.fitted import REASONS, Asked, Cell, FittedModel, absent, evidence, gone
from mobility.errors import SpecError, nearest
from mobility.models import Fit, TableFit
from mobility.settings import Item
from mobility.uncertainty import normal_interval

BASE = "base layer"
EXACTLY = 1e-6  # of a count, within which one that is fitted is the count itself
NO_CELL = "one of its four cells has no count, or is no part of the model"


class Strength(NamedTuple):
    """A measure of a layer's strength: value, standard error (NaN without), bounds."""

    value: float
    std_error: float = np.nan
    low: float = np.nan
    high: float = np.nan


def _ratio(found: TableFit, at: int) -> Strength:
    ratios = found.ratios()
    error = float("nan") if at == found.table.base else float(ratios.std_errors[at])
    return Strength(float(ratios.values[at]), error, *(ratios.bounds[at] if error > 0 else (np.nan, np.nan)))


def _log(found: TableFit, at: int) -> Strength:
    error = float("nan") if at == found.table.base else float(np.sqrt(found.table.log_covariance[at, at]))
    value = float(found.table.log_beta[at])
    return Strength(value, error, *normal_interval(value, error))


def _quasi(found: TableFit, at: int) -> Strength:
    value, error = float(found.table.log_beta[at]), float(np.sqrt(found.table.log_quasi_variances[at]))
    return Strength(value if error > 0 else np.nan, error, *normal_interval(value, error))


MEASURES: Mapping[str, Callable[[TableFit, int], Strength]] = {
    "ratio": _ratio,
    "log": _log,
    "quasi": _quasi,
    "quasi_error": lambda found, at: Strength(float(np.sqrt(found.table.log_quasi_variances[at]))),
    "intrinsic": lambda found, at: Strength(float(found.table.intrinsic[at])),
    "odds_ratio": lambda found, at: Strength(float(found.table.mean_odds_ratio[at])),
}


def layer_strengths(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """The column's measure of the layer that the row names. The base is 1 (of logarithms 0) and has no interval."""
    model, fit = asked.fit(column)
    found = cast(TableFit, fit)
    place = {"row": row.id, "column": column.id, **evidence(model, fit)}
    if (other := beside(asked, row, model, fit, place)) is not None:
        return other
    place["statistic"] = "layer_strength"
    if row.id not in found.layers and (gap := absent(row.id, "layer_strength", model, place)):
        return gap
    at = _place(row.id, found.layers, "layer", asked)
    strength = MEASURES[column.measure](found, at)
    if np.isnan(strength.value):
        return [{**place, **_unknown(model, fit, row.id, column.measure)}]
    numbers = {"value": strength.value, "std_error": strength.std_error, "ci_low": strength.low}
    note = BASE if at == found.table.base and column.measure in ("ratio", "log") else model.note(fit, row.id)
    return [{**place, **numbers, "ci_high": strength.high, "flag": fit.flag, "note": note}]


def _unknown(model: FittedModel, fit: Fit, layer: str, measure: str) -> Cell:
    """Why a layer has no number."""
    found = gone(model, fit, layer)
    few = measure.startswith("quasi") and not fit.note and found["note"] == REASONS["empty"]
    return {**found, "note": "quasi-variances need three layers or more"} if few else found


def associations(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """X of an origin (row) and a destination (column), as the model that the row names has it."""
    model, fit = asked.fit(row)
    found = cast(TableFit, fit)
    i = _place(row.id, found.origins, "origin", asked)
    j = _place(column.id, found.destinations, "destination", asked)
    place = {"row": row.id, "column": column.id, **evidence(model, fit), "statistic": "association"}
    place["fewest"] = _smallest(found, slice(None), place["fewest"])
    value, error = found.table.association[i, j], found.table.association_errors[i, j]
    return [_number(place, float(value), float(error), model, fit, "no cell of the model, or no parameter of it")]


def pair_log_odds(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """Log odds ratio of the column's pairs of classes in the layer that the row names.

    Raises `SpecError` where the column has no `pair`.
    """
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
    if row.id not in found.layers and (gap := absent(row.id, "pair_log_odds", model, place)):
        return gap
    layer = _place(row.id, found.layers, "layer", asked)
    place["fewest"] = _smallest(found, layer, place["fewest"], np.ix_((a, b), (c, d)))
    value, error = found.table.log_odds(layer, (a, b), (c, d))
    return [_number(place, value, error, model, fit, NO_CELL)]


def _smallest(found: TableFit, layer: Any, least: float, cells: Any = slice(None)) -> float:
    """The smallest count of a layer of which some cells, of all by default, are fitted exactly, else that of the table.

    A log odds ratio of such counts and its error give them back, as the four of a test do; and one that is not small
    can be what covers a small one of the same table. least : that of the table, NaN where its counts are weighted.
    """
    counts, fitted = found.table.counts[layer], found.table.fitted[layer]
    exact = np.allclose(counts[cells], fitted[cells], rtol=EXACTLY) and bool((counts > 0).any())
    return float(counts[counts > 0].min()) if exact else least


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
