"""A model's fits, and what every cell made from them says: what stands behind it, its stars, why there is no number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mobility.cells import NOT_ESTIMABLE
from mobility.models import CountFit, Design, Fit, Margins

LEVELS = (0.10, 0.05, 0.01)
REFERENCE = {"statistic": "text", "note": "Ref."}
REASONS = {
    "predicts_failure": "predicts failure perfectly: dropped with its rows",
    "predicts_success": "predicts success perfectly: dropped with its rows",
    "collinear": "collinear with the terms before it",
    "absorbed": "does not change within persons",
    "empty": "nobody in the sample has it",
    "zero_counts": "has only zero counts: dropped with its rows",
}
UNKNOWN = "not known of anybody"
Item = Mapping[str, Any]
Cell = dict[str, Any]


@dataclass(frozen=True)
class FittedModel:
    """A model's fits and average marginal effects by estimator, with its design and the persons in it.

    persons : of a model of counts, the sum of the counts (moves). names : every coefficient and effect that the spec's
    terms can have, whether or not this sample has them. offset : ln(exposure) of the sample's rows, of counts only.
    lost : waves (of moves: years) that the model loses whole, by the term that nobody has a value of there.
    doubts : by name of a coefficient, what its cells say of the variables that it rests on.
    """

    spec: Mapping[str, Any]
    terms: Sequence[Mapping[str, Any]]
    design: Design
    fits: Mapping[str, Fit | CountFit]
    margins: Mapping[str, Margins]
    persons: int
    names: frozenset[str]
    offset: pd.Series | None = None
    lost: Mapping[str, list[int]] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)

    def note(self, found: Fit | CountFit, name: str) -> str:
        """What a cell says beside its number: the fit's warnings, and doubts about what the coefficient rests on."""
        return "; ".join(text for text in (found.note, self.doubts.get(name, "")) if text)

    def effect(self, estimator: str, name: str) -> tuple[float, float, float]:
        """Effect on the probability, its standard error and its two-sided p-value; NaN where it was not estimated."""
        from scipy.stats import t

        margins, found = self.margins[estimator], self.fits[estimator]
        if name not in margins.names:
            return np.nan, np.nan, np.nan
        place = margins.names.index(name)
        value, error = float(margins.effects[place]), float(margins.std_errors[place])
        df = found.df if np.isfinite(found.df) else np.inf
        return value, error, float(2 * t.sf(abs(value / error), df)) if error > 0 else np.nan


def stars_of(p_value: float) -> str:
    """How many stars a two-sided p-value earns, empty for none."""
    return "" if np.isnan(p_value) else str(sum(p_value < level for level in LEVELS) or "")


def evidence(model: FittedModel, estimator: str) -> Cell:
    """The counts behind every cell of a fit."""
    used = model.fits[estimator].n
    return {"n": used, "base": used, "persons": model.persons}


def gone(model: FittedModel, found: Fit | CountFit, name: str) -> Cell:
    """Flag and reason of a coefficient that the sample does not identify; no counts, which would be small cells."""
    why = [REASONS[dropped.reason] for dropped in found.dropped if dropped.name == name]
    reason = "; ".join(why) or found.note or model.doubts.get(name) or REASONS["empty"]
    return {"flag": found.flag or NOT_ESTIMABLE, "note": reason}


def absent(name: str, statistic: str, model: FittedModel, place: Cell) -> list[Cell]:
    """The cell of an estimate that the sample cannot have; none where it is no part of the model."""
    why = {"statistic": statistic, "flag": NOT_ESTIMABLE, "note": model.doubts.get(name) or REASONS["empty"]}
    return [{**place, **why}] if name in model.names else []


def doubts_of(
    terms: Sequence[Mapping[str, Any]], used: Sequence[Mapping[str, Any]], unconfirmed: Mapping[str, str]
) -> dict[str, str]:
    """What cells say of a term of which nobody has a value, or that rests on a variable of an unconfirmed name.

    Parameters
    ----------
    terms, used : the model's terms, and those of them that somebody has a value of.
    unconfirmed : harmonised names that the source's register doubts, with the name in its files.
    """
    known, doubts = {term["id"] for term in used}, {}
    for term in terms:
        doubt = "; ".join(
            f"rests on {name}, whose name in the source ({unconfirmed[name]}) is not confirmed"
            for name in term.get("rests_on", ())
            if name in unconfirmed
        )
        if term["id"] not in known:
            doubt = f"{UNKNOWN}: {doubt}; `mobility check` looks for it" if doubt else UNKNOWN
        if doubt:
            doubts |= dict.fromkeys(names_of(term), doubt)
    return doubts


def names_of(term: Mapping[str, Any]) -> list[str]:
    """Names of a term's coefficients and effects."""
    return [term["id"], *term.get("rows", []), *term.get("levels", [])]
