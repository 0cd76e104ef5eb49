"""How each fit went: a row a fit, a column one of `DIAGNOSTICS`, for models of counts also of `COUNT_DIAGNOSTICS`."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.fitted import Cell, FittedModel, Item, evidence
from mobility.errors import SpecError, nearest
from mobility.models import CountFit

STATES = {"poisson": "Poisson: no overdispersion"}
FEW_MATTER = ("dropped_rows", "events")  # counts of persons' rows, judged by their own size
DIAGNOSTICS: dict[str, tuple[str, Callable[[FittedModel, Any], Any]]] = {
    "observations": ("count", lambda model, found: found.n),
    "dropped_rows": ("count", lambda model, found: found.n_dropped),
    "persons": ("count", lambda model, found: model.persons),
    "events": ("count", lambda model, found: found.events),
    "clusters": ("count", lambda model, found: found.clusters),
    "coefficients": ("count", lambda model, found: found.rank),
    "iterations": ("count", lambda model, found: found.iterations),
    "log_likelihood": ("number", lambda model, found: found.log_likelihood),
    "gradient_norm": ("scientific", lambda model, found: found.gradient_norm),
    "share_outside": ("share", lambda model, found: found.share_outside),
    "dropped_terms": ("text", lambda model, found: ", ".join(gone.name for gone in found.dropped)),
    "waves_lost": ("text", lambda model, found: _lost(model)),
    "state": ("text", lambda model, found: found.flag.replace("_", " ") or STATES.get(found.estimator, "converged")),
}
COUNT_DIAGNOSTICS: dict[str, tuple[str, Callable[[FittedModel, CountFit], Any]]] = {
    "moves": ("count", lambda model, found: model.persons),
    "alpha": ("number", lambda model, found: found.alpha),
    "ln_alpha_error": ("number", lambda model, found: found.std_error_ln_alpha),
    "log_likelihood_poisson": ("number", lambda model, found: found.log_likelihood_poisson),
    "lr_test": ("number", lambda model, found: found.lr_test.statistic),
    "lr_p_value": ("scientific", lambda model, found: found.lr_test.p_value),
}


def _lost(model: FittedModel) -> str:
    """Waves that a model loses whole: `2, 3 (training_promotion)`."""
    return "; ".join(f"{', '.join(map(str, waves))} ({term})" for term, waves in model.lost.items())


def diagnostics(
    fitted: Mapping[str, FittedModel], spec: Mapping[str, Any], row: Item, column: Item, chosen: Mapping[str, str]
) -> list[Cell]:
    """How a fit went: a row a fit, a column one of `DIAGNOSTICS`."""
    model, estimator, name = fitted[row["model"]], row["estimator"], column["id"]
    known = {**DIAGNOSTICS, **COUNT_DIAGNOSTICS}
    if name not in known:
        raise SpecError(f"tables/{spec['table']}.yaml: no diagnostic `{name}`; {nearest(name, list(known))}.")
    found = model.fits[estimator]
    counts = isinstance(found, CountFit)
    if name in COUNT_DIAGNOSTICS and not counts:
        return []
    statistic, take = known[name]
    value = take(model, found)
    place = {"row": row["id"], "column": name, **evidence(model, estimator), "statistic": statistic}
    if statistic == "count":
        place |= {"n": value, "persons": min(value, model.persons) if name in FEW_MATTER else model.persons}
    if statistic == "text":
        return [{**place, "note": value or "none"}]
    if np.isnan(value):
        return [{**place, "flag": NOT_ESTIMABLE, "note": found.note}] if counts else []
    return [{**place, "value": float(value)}]
