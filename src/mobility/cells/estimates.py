"""Models in cells: every fit of a study's model specs, and the tables that show them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, as_cells
from mobility.cells.basis import basis_of
from mobility.cells.claims import claims
from mobility.cells.coefficients import coefficients
from mobility.cells.diagnostics import diagnostics
from mobility.cells.effects import effects
from mobility.cells.fitted import Asked, Cell, FittedModel, doubts_of
from mobility.cells.layers import associations, layer_strengths, pair_log_odds
from mobility.cells.marginal import marginal_effects
from mobility.cells.prepare import prepare
from mobility.cells.rates import predicted_rates, rate_ratios
from mobility.errors import SpecError
from mobility.estimators import BINARY, CONTINUOUS, COUNT, TABLE
from mobility.intake.losses import COLUMNS, OF_FIT, LossTable
from mobility.models import Family, Fit, average_marginal_effects, family_of
from mobility.settings import Item, ModelSpec, Study

SAYS = {
    BINARY: "names `values` that count as 1",
    COUNT: "names no `values`: a count",
    CONTINUOUS: "is `kind: continuous`",
    TABLE: "is a table of counts, by its `association`",
}
# Cells of one row and column, by the statistic of the table.
MAKERS: Mapping[str, Callable[[Asked, Item, Item], list[Cell]]] = {
    "coefficient": coefficients,
    "effect": effects,
    "probability": effects,
    "marginal_effect": marginal_effects,
    "rate_ratio": rate_ratios,
    "predicted_rate": predicted_rates,
    "layer_strength": layer_strengths,
    "association": associations,
    "pair_log_odds": pair_log_odds,
    "diagnostic": diagnostics,
    "claim": claims,
}


def fit_models(
    frames: Mapping[str, pd.DataFrame],
    study: Study,
    tables: Collection[str] | None = None,
    before: LossTable | None = None,
    unconfirmed: Mapping[str, str] = MappingProxyType({}),
) -> tuple[dict[str, FittedModel], pd.DataFrame]:
    """Fit every model of a study, with its own estimators and those that tables name for it.

    Parameters
    ----------
    frames : frames of the study by name.
    tables : those that will be made from the fits; by default every one of the study.
    before : losses of the frames, with whose chains those of the models begin.
    unconfirmed : harmonised names that the source's register doubts, with the name in its files; cells that rest on one
        say so.

    Returns
    -------
    fitted models by name, those that no table reads by row without their rows, and the loss table with a chain for
    each: its frame, its sample, its complete cases.
    """
    asking = study.tables if tables is None else tables
    read, fitted, rows = _read_by_row(study, asking), {}, []
    for name, spec in study.models.items():
        losses = LossTable(before=() if before is None else before.chain(spec.frame), counted=study.unit_of(spec.frame))
        asked = asked_of(spec, study, asking)
        found = fit_model(frames[spec.frame], spec, study, losses, asked)
        found = replace(found, doubts=doubts_of(spec.terms, found.data.terms, unconfirmed))
        fitted[name] = found if name in read else found.without_rows()
        rows += losses.rows
    return fitted, LossTable(rows).frame()


def _read_by_row(study: Study, tables: Collection[str]) -> set[str]:
    """Models whose rows a table is made from, and not from their fits alone."""
    by_row = [study.tables[table] for table in tables if study.tables[table].statistic.by_row]
    named = {model for spec in by_row for model, _ in spec.fits}
    return named | {effect.model for claim in study.claims.values() for effect in claim.effects}


def asked_of(spec: ModelSpec, study: Study, tables: Collection[str]) -> list[str]:
    """Estimators of a model: its own, and those that a row or column of the tables names for it."""
    fits = [fit for table in tables for fit in study.tables[table].fits]
    named = [estimator for model, estimator in fits if model == spec.model and estimator]
    return list(dict.fromkeys([*spec.estimators, *named]))


def fit_model(
    frame: pd.DataFrame,
    spec: ModelSpec,
    study: Study,
    losses: LossTable,
    estimators: Sequence[str] = (),
) -> FittedModel:
    """Fit one model spec with each of `estimators` (by default its own) on the same complete cases."""
    families = [_family(name, spec) for name in estimators or spec.estimators]
    data = prepare(frame, spec, study, losses)
    fits = {family.name: family.fit(data) for family in families}
    _record_fits(fits, data.design.n, losses, spec.model)
    margins = {
        family.name: average_marginal_effects(fits[family.name], data.design)
        for family in families
        if spec.outcome.kind not in (COUNT, TABLE)
    }
    bases = {name: basis_of(data, found) for name, found in fits.items()}
    return FittedModel(data, fits, margins, bases)


def _family(name: str, spec: ModelSpec) -> Family:
    """The family of an estimator; SpecError where it does not explain the model's kind of outcome."""
    family = family_of(name, spec.where)
    if spec.outcome.kind not in family.quantities:
        raise SpecError(
            f"{spec.where}: {family.label} explains a {' or '.join(family.quantities)} outcome, and the model's "
            f"outcome {SAYS[spec.outcome.kind]}. "
            "Mend `outcome`, or take another estimator."
        )
    return family


def _record_fits(fits: Mapping[str, Fit], complete: int, losses: LossTable, step: str) -> None:
    """A chain of its own for a fit that uses fewer rows than the complete cases."""
    for name, found in fits.items():
        if found.n < complete:
            own = f"{step}__{name}"
            losses.branch(own, step)
            counts = (complete, complete - found.n, found.n, np.nan, losses.unit(step))
            losses.rows.append(dict(zip(COLUMNS, (own, OF_FIT, *counts), strict=True)))


def estimate_table(fitted: Mapping[str, FittedModel], study: Study, table: str, choice: str = BASELINE) -> pd.DataFrame:
    """Cells of a table whose statistic is estimated (`MAKERS`)."""
    asked = Asked(study.tables[table], fitted, study)
    make = MAKERS[asked.table.statistic.name]
    rows, columns = asked.table.rows.items, asked.table.columns.items
    cells = [cell for row in rows for column in columns for cell in make(asked, row, column)]
    return as_cells(cells, study.name, table, choice)
