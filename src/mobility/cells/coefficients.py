"""Coefficients in cells: one printed cell is a coefficient and, a statistic of its own, its standard error."""

from collections.abc import Callable

import numpy as np

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.fitted import (
    REFERENCE,
    Asked,
    Cell,
    FittedModel,
    absent,
    evidence,
    evidence_beside,
    gone,
    interval_tells,
)
from mobility.models import Extra, Fit
from mobility.models.result import OBSERVATIONS
from mobility.settings import Item
from mobility.uncertainty import stars_of

Tell = Callable[[FittedModel, Fit, int], list[Cell]]  # cells of the parameter at a place, without row and column


def coefficients(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """A coefficient and its standard error; or what the fit says beside them, or whether it has a file of terms/."""
    return of_parameter(asked, row, column, "coefficient", _coefficient)


def of_parameter(asked: Asked, row: Item, column: Item, statistic: str, tell: Tell) -> list[Cell]:
    """Cells of the parameter that a row names, as `tell` makes them; or that it is the reference, or why it is none."""
    model, found = asked.fit(column)
    place = {"row": row.id, "column": column.id, **evidence(model, found, row.id)}
    if (other := beside(asked, row, model, found, place)) is not None:
        return other
    if row.id in model.data.design.references:
        return [{**place, **REFERENCE}]
    if row.id not in found.names:
        return absent(row.id, statistic, model, place)
    at = found.names.index(row.id)
    place["statistic"] = statistic
    if np.isnan(found.params[at]):
        return [{**place, **gone(model, found, row.id)}]
    return [{**place, **cell} for cell in tell(model, found, at)]


def _coefficient(model: FittedModel, found: Fit, at: int) -> list[Cell]:
    low, high = found.intervals()[at]
    error = float(found.std_errors[at])
    estimate = {
        "value": float(found.params[at]),
        "std_error": error,
        "ci_low": low,
        "ci_high": high,
        "stars": stars_of(found.p_values[at]),
        "flag": found.flag,
        "note": model.note(found, found.names[at]),
        **interval_tells(model, found),
    }
    spread = {"value": error, "flag": found.flag}
    return [estimate, {"statistic": "std_error", **spread}]


def beside(asked: Asked, row: Item, model: FittedModel, found: Fit, place: Cell) -> list[Cell] | None:
    """What the fit says beside its estimates, or whether the model has a file of terms/; None for other rows.

    It has one of whose regressors somebody has a value; where nobody is in the sample, what its spec names.
    """
    place = {**place, **evidence_beside(model, found, row.id)}
    if row.has:
        own = {term.id for term in asked.study.terms.get(row.has, ())} if row.has in model.spec.blocks else set()
        used = own & {term.id for term in model.data.terms} if model.data.design.n else own
        return [{**place, "statistic": "text", "note": "YES" if used else "NO", "tells": ""}]
    if row.id not in found.extras:
        return None
    told = {"tells": place["fit"]} if row.id == OBSERVATIONS else {}
    return [{**place, **shown(found.extras[row.id]), **told}]


def shown(extra: Extra) -> Cell:
    """The cell of a number beside the coefficients."""
    return extra._asdict() | ({"flag": NOT_ESTIMABLE} if extra.note else {})
