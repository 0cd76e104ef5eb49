"""Statements of the text on effects, recomputed from the first estimator of their models."""

from collections.abc import Sequence

import numpy as np

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.effects import behind_profile, with_interval
from mobility.cells.fitted import Asked, Cell, FittedModel, evidence
from mobility.models import predict_profiles
from mobility.settings import Item
from mobility.settings.claims import Claimed

EFFECT, LAST = "effect", "to"


def claims(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """The claim of a row: in column `effect` its one effect or the smallest of several, in column `to` the largest."""
    claim = asked.study.claims[row.id]
    place = {"row": row.id, "column": column.id, "statistic": "difference"}
    every = [_claimed(asked.models[origin.model], origin) for origin in claim.effects]
    found = [effect for effect in every if not np.isnan(effect["value"])]
    if claim.magnitude:
        found = [_turned(effect) for effect in found]
    ordered = sorted(found, key=lambda effect: effect["value"])
    if not ordered:
        return [{**place, **_least(every), "flag": NOT_ESTIMABLE, "note": "no effect could be estimated"}]
    if column.id == EFFECT:
        return [{**place, **ordered[0]}]
    return [{**place, **(ordered[-1] if claim.value == "range" else _single(ordered[0]))}]


def _single(effect: Cell) -> Cell:
    counts = {name: effect[name] for name in ("n", "base", "persons", "fit")}
    return {"statistic": "text", "note": "one effect", **counts}


def _claimed(model: FittedModel, origin: Claimed) -> Cell:
    estimator = model.spec.estimators[0]
    found = model.fits[estimator]
    if origin.effect:
        value, error, _ = model.effect(estimator, origin.effect)
        return {**with_interval(value, error), **evidence(model, found, origin.effect)}
    profiles = [origin.at or {}, origin.than or {}]
    predicted = predict_profiles(found, model.data.design, profiles)
    value, error = predicted.change(0, 1)
    behind = [name for profile in profiles for name in behind_profile(model, profile)]
    return {**with_interval(value, error), **evidence(model, found, *behind)}


def _least(effects: Sequence[Cell]) -> Cell:
    """The evidence of the effect with the fewest persons: that none could be estimated tells of them."""

    def behind(effect: Cell) -> float:
        return float(np.fmin(effect["fewest"], np.fmin(effect["droppable"], effect["dropped"] or np.nan)))

    least = min(effects, key=lambda effect: np.fmin(behind(effect), effect["persons"]))
    return {**least, "fewest": behind(least)}


def _turned(effect: Cell) -> Cell:
    """A fall told as its size."""
    return {
        **effect,
        "value": -effect["value"],
        "ci_low": -effect["ci_high"],
        "ci_high": -effect["ci_low"],
    }
