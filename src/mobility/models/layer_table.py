"""From the rows of a layer model to its table, and from the fitted table to a `Fit`: UNIDIFF and its companions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mobility.errors import DataError, SpecError, nearest
from mobility.models.association import pattern_columns
from mobility.models.design import Block, level_labels
from mobility.models.identify import Dropped
from mobility.models.prepared import Prepared
from mobility.models.result import Extra, Fit
from mobility.models.unidiff import CONSTANT, INDEPENDENT, UNIDIFF, LayerFit, fit_layers
from mobility.settings.models import Association
from mobility.uncertainty import Z95

ALONE = "all"  # name of the layer of a table that has one


@dataclass(frozen=True, eq=False)
class Ratios:
    """beta of each layer (K), its error, and bounds K x 2: of ln beta exponentiated, of a beta below 0 its own.

    values, std_errors : K, in units of beta, 1 in the base layer.
    """

    values: np.ndarray
    std_errors: np.ndarray
    bounds: np.ndarray


@dataclass(frozen=True, eq=False)
class TableFit(Fit):
    """A fitted layer model; `params` are ln beta of the layers, the base without one.

    layers : names of the layers in their order. origins, destinations : classes. table : the fit itself.
    """

    layers: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    table: LayerFit = field(kw_only=True)

    @property
    def extras(self) -> Mapping[str, Extra]:
        """Measures of fit that a row of a table of coefficients can name."""
        found = self.table
        numbers = {"deviance": found.deviance, "pearson": found.pearson, "bic": found.bic, "aic": found.aic}
        extras = {name: Extra("number", value) for name, value in numbers.items()}
        extras["residual_df"] = Extra("observations", float(found.df))
        extras["dissimilarity"] = Extra("share", found.dissimilarity)
        return {**super().extras, **extras}

    def ratios(self) -> Ratios:
        """Strength of the association in each layer against the base."""
        beta, errors = self.table.beta, np.sqrt(np.diag(self.table.covariance))
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.exp(Z95 * errors / beta)
        low, high = np.where(beta > 0, [beta / factor, beta * factor], [beta - Z95 * errors, beta + Z95 * errors])
        return Ratios(beta, errors, np.column_stack([low, high]))


def fit_table(effect: str) -> Callable[[Prepared], TableFit]:
    """The fit of one of `unidiff.EFFECTS` to the rows of a model.

    Raises
    ------
    SpecError
        The model has no `association`, a layer that is no factor of its terms, errors other than classical, or a
        pattern that its classes do not have.
    DataError
        A class or a count that cannot be.
    """

    def fit_it(data: Prepared) -> TableFit:
        where, spec = data.spec.where, data.spec.association
        if spec is None:
            raise SpecError(
                f"{where}: {effect} is of a table of counts. Name its sides: "
                "association: {origin: ..., destination: ..., classes: [...], layer: ...}."
            )
        if data.covariance.kind != "classical":
            raise SpecError(
                f"{where}: errors of a layer model are those of its counts. Write `kind: classical`; of weighted rows "
                "`association: {counts: effective}` takes their effective number."
            )
        names, base = _layers(data, spec, where)
        counts = _counts(data, spec, where, names)
        columns = pattern_columns(spec.pattern, spec.levels, len(spec.origins), len(spec.destinations), where)
        excluded = _excluded(spec, where)
        try:
            found = fit_layers(counts, effect, columns, base, excluded, (names, spec.origins, spec.destinations))
        except DataError as error:
            raise DataError(f"{where}: {error}") from None
        return _as_fit(data, found, names)

    return fit_it


def _layers(data: Prepared, spec: Association, where: str) -> tuple[tuple[str, ...], int]:
    """Names of the layers and the place of the base."""
    if not spec.layer:
        return (ALONE,), 0
    block = data.design.blocks.get(spec.layer)
    terms = {term.id: term for term in data.terms if term.kind == "factor"}
    if block is None or spec.layer not in terms:
        raise SpecError(
            f"{where}: layer `{spec.layer}` is no factor among the model's terms of which anybody has a value; "
            f"{nearest(spec.layer, list(terms))}. Its levels are the layers, its reference the base layer."
        )
    levels = terms[spec.layer].levels
    return levels, levels.index(block.reference)


def _counts(data: Prepared, spec: Association, where: str, names: Sequence[str]) -> np.ndarray:
    """The table, layers x origins x destinations, weighted as the model says."""
    design = data.design
    layer = np.zeros(design.n, dtype=int)
    if spec.layer:
        layer = _layer_of(design.X, design.blocks[spec.layer], design.names, names)
    sides = [
        _places(data.design.align(values, name), classes, f"{where}: {name}")
        for values, name, classes in zip(
            data.classes, (spec.origin, spec.destination), (spec.origins, spec.destinations), strict=True
        )
    ]
    count = np.asarray(design.align(data.outcome, "counts"), dtype="float64")
    shape = (len(names), len(spec.origins), len(spec.destinations))
    cells = np.ravel_multi_index((layer, *sides), shape)
    if data.weights is None:
        return np.bincount(cells, count, int(np.prod(shape))).reshape(shape)
    weight = np.asarray(design.align(data.weights, "weights"), dtype="float64")
    table = np.bincount(cells, count * weight, int(np.prod(shape))).reshape(shape)
    sums, squares = (np.bincount(layer, count * weight**power, len(names)) for power in (1, 2))
    if spec.counts == "effective":
        return np.asarray(table * np.where(squares > 0, sums / np.where(squares > 0, squares, 1), 0)[:, None, None])
    return np.asarray(table * (count.sum() / sums.sum()))


def _layer_of(X: np.ndarray, block: Block, names: Sequence[str], layers: Sequence[str]) -> np.ndarray:
    """Place of each row's layer, from the columns of its factor."""
    found = np.full(len(X), list(layers).index(block.reference))
    for column in block.columns:
        found[X[:, column] == 1] = list(layers).index(names[column])
    return found


def _places(values: np.ndarray, classes: Sequence[str], where: str) -> np.ndarray:
    """Places of a column's values among the classes; DataError on another one."""
    codes, found = pd.factorize(values)
    labels = level_labels(found)
    strange = [label for label in labels if label not in classes]
    if strange:
        raise DataError(
            f"{where} holds `{strange[0]}`, which is not one of the classes; {nearest(strange[0], classes)}. Name it "
            "in `association`, or drop its rows in the sample (samples.yaml), where the loss table counts them."
        )
    return np.array([classes.index(label) for label in labels], dtype=int)[codes]


def _excluded(spec: Association, where: str) -> np.ndarray:
    """True for the cells that the model says to leave out."""
    found = np.zeros((len(spec.origins), len(spec.destinations)), dtype=bool)
    for origin, destination in spec.excluded:
        for name, classes in ((origin, spec.origins), (destination, spec.destinations)):
            if name not in classes:
                raise SpecError(f"{where}: `excluded` names the class `{name}`; {nearest(name, classes)}.")
        found[spec.origins.index(origin), spec.destinations.index(destination)] = True
    return found


def _as_fit(data: Prepared, found: LayerFit, names: tuple[str, ...]) -> TableFit:
    """The fit with ln beta at the columns of the layers."""
    design, spec = data.design, data.spec.association
    assert spec is not None
    k = len(design.names)
    params, covariance, dropped = np.full(k, np.nan), np.full((k, k), np.nan), []
    columns = design.blocks[spec.layer].columns if spec.layer else ()
    places = [names.index(design.names[column]) for column in columns]
    if found.effect == UNIDIFF and places:
        params[list(columns)] = found.log_beta[places]
        covariance[np.ix_(columns, columns)] = found.log_covariance[np.ix_(places, places)]
        dropped = [
            Dropped(names[place], spec.layer, *_why(found, place))
            for place in places
            if np.isfinite(found.beta).any() and not np.isfinite(found.log_beta[place])
        ]
    people = np.asarray(design.align(data.outcome, "counts"), dtype="float64")
    return TableFit(
        estimator=found.effect,
        kind="classical",
        names=design.names,
        params=params,
        covariance=covariance,
        n=round(float(people.sum())),
        n_dropped=0,
        events=int(np.count_nonzero(people)),
        rows=np.arange(design.n),
        dropped=tuple(dropped),
        rank=0 if found.effect == UNIDIFF and np.isnan(found.beta).all() else found.parameters,
        log_likelihood=found.log_likelihood,
        converged=found.settled,
        iterations=found.steps,
        gradient_norm=found.gradient,
        note="; ".join(found.notes),
        layers=names,
        origins=spec.origins,
        destinations=spec.destinations,
        table=found,
    )


def _why(found: LayerFit, place: int) -> tuple[str, int, str]:
    """Reason, rows and message of a layer without ln beta."""
    beta = found.beta[place]
    if np.isnan(beta):
        return "uninformed", 0, "its counts say nothing of the association"
    return "negative", 0, f"beta is {beta:.3g}: below 0 it has no logarithm"


__all__ = ["ALONE", "CONSTANT", "INDEPENDENT", "UNIDIFF", "Ratios", "TableFit", "fit_table"]
