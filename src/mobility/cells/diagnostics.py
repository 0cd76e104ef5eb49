"""How each fit went: a row a fit, a column one of `DIAGNOSTICS`."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from mobility.cells import NOT_ESTIMABLE, OF_PERSONS
from mobility.cells.basis import Basis
from mobility.cells.fitted import Asked, Cell, FittedModel, basis_behind, evidence_beside
from mobility.errors import SpecError, nearest
from mobility.estimators import BINARY, CONTINUOUS, COUNT, TABLE
from mobility.settings import Item

STATES = {"poisson": "Poisson: no overdispersion"}


class Diagnostic(NamedTuple):
    """A number or text about a fit.

    of : kinds of outcome whose models have it. tells : of which rows or persons it tells the number, empty for none.
    """

    statistic: str
    take: Callable[[FittedModel, Any], Any]
    of: tuple[str, ...] = (BINARY, COUNT, CONTINUOUS, TABLE)
    tells: Callable[[Basis, Any], str] = lambda basis, found: ""


def _rows(basis: Basis, found: Any) -> str:
    return basis.rows


def _persons(basis: Basis, found: Any) -> str:
    return basis.rows and basis.rows + OF_PERSONS


def _moves(basis: Basis, found: Any) -> str:
    return basis.complete and basis.complete + OF_PERSONS


def _clusters(basis: Basis, found: Any) -> str:
    """Clusters that are as many as the persons are these."""
    return _persons(basis, found) if found.clusters == basis.persons else ""


DIAGNOSTICS: Mapping[str, Diagnostic] = {
    "observations": Diagnostic("count", lambda model, found: found.n, tells=_rows),
    "dropped_rows": Diagnostic(
        "count",
        lambda model, found: found.n_dropped,
        tells=lambda basis, found: basis.complete if found.n_dropped else "",
    ),
    "persons": Diagnostic("count", lambda model, found: basis_behind(model, found).persons, tells=_persons),
    "events": Diagnostic(
        "count", lambda model, found: found.events, (BINARY, COUNT), lambda basis, found: basis.events
    ),
    "clusters": Diagnostic("count", lambda model, found: found.clusters, tells=_clusters),
    "coefficients": Diagnostic("count", lambda model, found: found.rank),
    "iterations": Diagnostic("count", lambda model, found: found.iterations),
    "log_likelihood": Diagnostic(
        "number",
        lambda model, found: found.log_likelihood,
        tells=lambda basis, found: basis.rows if basis.saturated else "",
    ),
    "gradient_norm": Diagnostic("scientific", lambda model, found: found.gradient_norm),
    "share_outside": Diagnostic(
        "share",
        lambda model, found: found.share_outside,
        (BINARY,),
        lambda basis, found: basis.rows if found.share_outside > 0 else "",  # a fraction of them
    ),
    "dropped_terms": Diagnostic("text", lambda model, found: _dropped(model, found)),
    "waves_lost": Diagnostic("text", lambda model, found: _lost(model)),
    "state": Diagnostic(
        "text", lambda model, found: found.flag.replace("_", " ") or STATES.get(found.estimator, "converged")
    ),
    "moves": Diagnostic("count", lambda model, found: model.data.people, (COUNT,), _moves),
    "alpha": Diagnostic("number", lambda model, found: found.alpha, (COUNT,)),
    "ln_alpha_error": Diagnostic("number", lambda model, found: found.std_error_ln_alpha, (COUNT,)),
    "log_likelihood_poisson": Diagnostic("number", lambda model, found: found.log_likelihood_poisson, (COUNT,)),
    "lr_test": Diagnostic("number", lambda model, found: found.lr_test.statistic, (COUNT,)),
    "deviance": Diagnostic("number", lambda model, found: found.table.deviance, (TABLE,)),
    "residual_df": Diagnostic("observations", lambda model, found: found.table.df, (TABLE,)),
    "pearson": Diagnostic("number", lambda model, found: found.table.pearson, (TABLE,)),
    "bic": Diagnostic("number", lambda model, found: found.table.bic, (TABLE,), _rows),
    "aic": Diagnostic("number", lambda model, found: found.table.aic, (TABLE,)),
    "bic_of_cells": Diagnostic("number", lambda model, found: found.table.bic_of_cells, (TABLE,)),
    "dissimilarity": Diagnostic("share", lambda model, found: found.table.dissimilarity, (TABLE,)),
    "lr_p_value": Diagnostic("scientific", lambda model, found: found.lr_test.p_value, (COUNT,)),
}


def _dropped(model: FittedModel, found: Any) -> str:
    """Coefficients that were not estimated, in words: `Less than GCSE; Industry: trade`."""
    return "; ".join(model.spec.words_of(gone.name, gone.term) for gone in found.dropped)


def _lost(model: FittedModel) -> str:
    """Waves that a model loses whole: `2, 3 (Training related to promotion)`."""
    words = model.spec.words_of
    return "; ".join(f"{', '.join(map(str, waves))} ({words(term)})" for term, waves in model.data.lost.items())


def diagnostics(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """One diagnostic of a row's fit; none where its kind of model does not have it.

    Raises `SpecError` on a column that names no diagnostic.
    """
    if column.id not in DIAGNOSTICS:
        raise SpecError(f"{asked.table.where}: no diagnostic `{column.id}`; {nearest(column.id, list(DIAGNOSTICS))}.")
    model, found = asked.fit(row)
    statistic, take, of, tells = DIAGNOSTICS[column.id]
    outcome = model.spec.outcome.kind
    if outcome not in of:
        return []
    value, basis = take(model, found), basis_behind(model, found)
    place = {"row": row.id, "column": column.id, **evidence_beside(model, found, column.id), "statistic": statistic}
    place["tells"] = tells(basis, found)
    if statistic == "count":
        # Counts of some of the rows are judged by the persons in these.
        some = {"dropped_rows": basis.left_out, "events": min(value, basis.persons)}
        place |= {"n": value, "persons": some.get(column.id, basis.persons)}
    if column.id == "share_outside":
        place["fewest"] = float(np.fmin(place["fewest"], basis.outside))
    if column.id == "dropped_terms":
        # That a term had to go says of everybody whom it is about what they have alike, and that none had to, that of
        # no such few.
        place["fewest"] = float(np.fmin.reduce([place["fewest"], *basis.sides.values()]))
    if statistic == "text":
        return [{**place, "note": value or "none"}]
    if np.isnan(value):
        return [{**place, "flag": NOT_ESTIMABLE, "note": found.note}] if outcome == COUNT else []
    return [{**place, "value": float(value)}]
