"""A model's fits, and what every cell made from them says: what stands behind it, its stars, why there is no number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mobility.cells import INTERVAL, NOT_ESTIMABLE
from mobility.cells.basis import Basis
from mobility.errors import SpecError, nearest
from mobility.models import FAMILIES, Fit, Margins, Prepared
from mobility.models.result import two_sided
from mobility.settings import Item, ModelSpec, Study, TableSpec, Term
from mobility.settings.models import specified

REFERENCE = {"statistic": "text", "note": "Ref."}
REASONS = {
    "predicts_failure": "predicts failure perfectly: dropped with its rows",
    "predicts_success": "predicts success perfectly: dropped with its rows",
    "collinear": "collinear with the terms before it",
    "absorbed": "does not change within persons",
    "empty": "nobody in the sample has it",
    "zero_counts": "has only zero counts: dropped with its rows",
    "negative": "beta is below 0 and has no logarithm: the association runs the other way",
    "uninformed": "its counts say nothing of the association",
}
UNKNOWN = "not known of anybody"
# Numbers beside the estimates of a fit to a table in which each of its counts is.
# What the last step leaves of the gradient is one of them in full digits, and so are how many steps there were.
FROM_COUNTS = (
    *("log_likelihood", "deviance", "pearson", "bic", "aic", "bic_of_cells", "dissimilarity"),
    *("iterations", "gradient_norm"),
)
QUANTITIES = {name for family in FAMILIES.values() for names in family.quantities.values() for name in names}
Cell = dict[str, Any]


@dataclass(frozen=True)
class FittedModel:
    """A model's data, its fits by estimator, and the average marginal effects of those that have them.

    bases : by estimator, whom the fit rests on.
    doubts : by name of a coefficient, what its cells say of the variables that it rests on.
    """

    data: Prepared
    fits: Mapping[str, Fit]
    margins: Mapping[str, Margins]
    bases: Mapping[str, Basis] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)

    def without_rows(self) -> "FittedModel":
        """The model without its regressors row by row, which fill most of the memory of a study with many models."""
        design = self.data.design
        return replace(self, data=replace(self.data, design=replace(design, X=design.X[:0].copy())))

    @property
    def spec(self) -> ModelSpec:
        """The model's spec."""
        return self.data.spec

    def note(self, found: Fit, name: str) -> str:
        """What a cell says beside its number: the fit's warnings, and doubts about what the coefficient rests on."""
        return "; ".join(text for text in (found.note, self.doubts.get(name, ""), self._less) if text)

    @property
    def _less(self) -> str:
        """The terms without which the model was fitted, since nobody has a value of them."""
        known = {term.id for term in self.data.terms}
        gone = [term.id for term in self.spec.terms if term.id not in known]
        return f"fitted without {', '.join(gone)}, not known of anybody" if gone else ""

    def effect(self, estimator: str, name: str) -> tuple[float, float, float]:
        """Effect on the probability, its standard error and its two-sided p-value; NaN where it was not estimated."""
        margins, found = self.margins[estimator], self.fits[estimator]
        if name not in margins.names:
            return np.nan, np.nan, np.nan
        place = margins.names.index(name)
        value, error = float(margins.effects[place]), float(margins.std_errors[place])
        return value, error, float(two_sided(np.asarray(value / error), found.df)) if error > 0 else np.nan


@dataclass(frozen=True)
class Asked:
    """A table of estimates that is asked for, and what its cells are made from."""

    table: TableSpec
    models: Mapping[str, FittedModel]
    study: Study

    def fit(self, item: Item, specification: str = "") -> tuple[FittedModel, Fit]:
        """The model and fit that a row or column names, of several specifications the one with this id.

        Raises
        ------
        SpecError
            The row or column names no model or estimator, or the table's statistic is none that the estimator's family
            has of such an outcome.
        """
        name = specified(item.model, specification)
        for key, given, known in (("model", name, self.models), ("estimator", item.estimator, FAMILIES)):
            if given not in known:
                raise SpecError(
                    f"{self.table.where}: `{item.id}` has the {key} `{given}`, which is none; "
                    f"{nearest(given, list(known))}. Name the {key}."
                )
        family, statistic, model = FAMILIES[item.estimator], self.table.statistic.name, self.models[name]
        quantities = family.quantities[model.spec.outcome.kind]
        if statistic in QUANTITIES and statistic not in quantities:
            raise SpecError(
                f"{self.table.where}: `{item.id}` is {family.label} of a {model.spec.outcome.kind} outcome, which has "
                f"no {statistic}; it has {', '.join(quantities)}. Take it out, or use another statistic."
            )
        return model, model.fits[item.estimator]


def basis_behind(model: FittedModel, found: Fit) -> Basis:
    """Whom one of a model's fits rests on."""
    return next(model.bases[key] for key, fit in model.fits.items() if fit is found)


def evidence_beside(model: FittedModel, found: Fit, name: str) -> Cell:
    """The evidence of a number beside the estimates, by its name: of the counts of a table only some are made."""
    own = {} if name in FROM_COUNTS else {"fewest": basis_behind(model, found).fewest("")}
    return {**evidence(model, found), **own}


def evidence(model: FittedModel, found: Fit, *names: str) -> Cell:
    """The counts behind a cell of a fit: rows and persons that the very fit used, and what the disclosure step asks.

    Any number of a saturated fit tells its rows, and one of a fit to a table the smallest of its counts.

    names : of the coefficients or effects that the cell is made of.
    """
    basis = basis_behind(model, found)
    counts: Cell = {"n": found.n, "base": found.n, "persons": basis.persons}
    sides = {
        "fewest": float(np.fmin.reduce([basis.least, *map(basis.fewest, names or ("",))])),
        "dropped": basis.left_out,
        "droppable": basis.droppable,
    }
    told = {"tells": basis.rows} if basis.saturated else {}
    return {**counts, **sides, "df": basis.df, "table_df": basis.table_df, "fit": basis.rows, **told}


def interval_tells(model: FittedModel, found: Fit) -> Cell:
    """That an interval by t tells its degrees of freedom, and with them rows or persons; nothing of one by z.

    Those of clustered errors tell the clusters, which may be no persons. A saturated fit tells its rows in any case.
    """
    basis = basis_behind(model, found)
    others = found.kind == "clustered" and found.clusters != basis.persons
    return {} if np.isinf(found.df) or others or basis.saturated else {"tells": INTERVAL}


def gone(model: FittedModel, found: Fit, name: str) -> Cell:
    """Flag and reason of a coefficient that the sample does not identify; no counts, which would be small cells."""
    why = [REASONS[dropped.reason] for dropped in found.dropped if dropped.name == name]
    reason = "; ".join(why) or found.note or model.doubts.get(name) or REASONS["empty"]
    return {"flag": found.flag or NOT_ESTIMABLE, "note": reason}


def absent(name: str, statistic: str, model: FittedModel, place: Cell) -> list[Cell]:
    """The cell of an estimate that the sample cannot have; none where it is no part of the model."""
    why = {"statistic": statistic, "flag": NOT_ESTIMABLE, "note": model.doubts.get(name) or REASONS["empty"]}
    return [{**place, **why}] if name in model.data.names else []


def doubts_of(terms: Sequence[Term], used: Sequence[Term], unconfirmed: Mapping[str, str]) -> dict[str, str]:
    """What cells say of a term of which nobody has a value, or that rests on a variable of an unconfirmed name.

    Parameters
    ----------
    terms, used : the model's terms, and those of them that somebody has a value of.
    unconfirmed : harmonised names that the source's register doubts, with the name in its files.
    """
    known, doubts = {term.id for term in used}, dict[str, str]()
    for term in terms:
        doubt = "; ".join(
            f"rests on {name}, whose name in the source ({unconfirmed[name]}) is not confirmed"
            for name in term.rests_on
            if name in unconfirmed
        )
        if term.id not in known:
            doubt = f"{UNKNOWN}: {doubt}; `mobility check` looks for it" if doubt else UNKNOWN
        if doubt:
            doubts |= dict.fromkeys(term.names, doubt)
    return doubts
