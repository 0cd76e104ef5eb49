"""The way from a model spec to the data that its estimators fit, gone once: sample, terms, design, with every loss."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from mobility.cells.stage import weight_of
from mobility.errors import DataError, nearest
from mobility.estimators import COUNT
from mobility.models import Covariance, Design, Prepared, build_design
from mobility.panel.answers import in_waves, time_of, waves_text, waves_without
from mobility.panel.losses import COLUMNS, LossTable
from mobility.panel.sample import name_absent, select_sample
from mobility.settings import ModelSpec, Study, Term
from mobility.settings.specs import FIRST


def prepare(
    frame: pd.DataFrame, spec: ModelSpec, study: Study, chosen: Mapping[str, str], losses: LossTable
) -> Prepared:
    """A model's data on its complete cases; the losses get the chain of its sample and of its gaps.

    Raises
    ------
    DataError
        The frame lacks the outcome or a term.
    """
    weight, step = weight_of(chosen), spec.model
    sample = select_sample(frame, study.samples[spec.sample], weight, losses, step)
    _fail_if_absent(sample, spec)
    name_absent(frame, spec.outcome.column, spec.outcome.values, sample, losses, step)
    terms = _known_terms(sample, spec, losses)
    required = _required(spec, study, chosen)
    lost = waves_without(frame, {**{name: name for name in required}, **{term.id: term.of for term in terms}})
    sample = _drop_waves(sample, lost, losses, step)
    design = build_design(sample, terms, required)
    _record_gaps(sample, design, losses, step)
    outcome, people = _outcome(sample, spec, design)
    return Prepared(
        spec,
        terms,
        design,
        outcome,
        Covariance(kind=chosen.get("errors", spec.covariance.kind)),
        cluster=sample[spec.covariance.cluster],
        people=people,
        weights=None if weight is None else sample[weight],
        offset=np.log(sample[spec.exposure].astype("float64")) if spec.exposure else None,
        lost=lost,
    )


def _outcome(sample: pd.DataFrame, spec: ModelSpec, design: Design) -> tuple[pd.Series, int]:
    """The outcome, and the people in the complete cases: persons, or of counts those who are counted."""
    column = sample[spec.outcome.column]
    if spec.outcome.kind == COUNT:
        return column, int(column.iloc[design.kept].sum())
    return column.isin(spec.outcome.values).astype("float64"), int(sample["person"].iloc[design.kept].nunique())


def _fail_if_absent(sample: pd.DataFrame, spec: ModelSpec) -> None:
    for column in [spec.outcome.column, *[term.of for term in spec.terms]]:
        if column not in sample:
            raise DataError(
                f"{spec.where}: the frame `{spec.frame}` has no column `{column}`; "
                f"{nearest(column, list(sample))}. Mend the model's outcome, or `of` in its terms/."
            )


def _known_terms(sample: pd.DataFrame, spec: ModelSpec, losses: LossTable) -> list[Term]:
    """Terms that somebody has a value of; the losses name the others."""
    terms = []
    for term in spec.terms:
        if sample[term.of].notna().any():
            terms.append(_known_levels(term, sample))
        else:
            losses.note(spec.model, f"term {term.id} left out: nobody has a value", sample)
    return terms


def _known_levels(term: Term, sample: pd.DataFrame) -> Term:
    """A factor's levels that anybody in the sample has; the reference stays, `first` is the first of them."""
    if term.kind != "factor":
        return term
    present = set(sample[term.of].dropna().unique())
    known = tuple(level for level in term.levels if level in present or level == term.reference)
    return replace(term, levels=known, reference=known[0] if term.reference == FIRST else term.reference)


def _required(spec: ModelSpec, study: Study, chosen: Mapping[str, str]) -> list[str]:
    """Columns that must be known besides the model's own: the exposure, and by choice those of its table's models."""
    own = [spec.exposure] if spec.exposure else []
    if chosen.get("complete_cases") != "per_table":
        return own
    others = [term.of for model in study.models_of(spec.table) for term in model.terms]
    return list(dict.fromkeys([*own, *others]))


def _drop_waves(sample: pd.DataFrame, lost: Mapping[str, list[int]], losses: LossTable, step: str) -> pd.DataFrame:
    """The sample without the waves in which nobody of the frame has a value of a term or required column."""
    for term, waves in lost.items():
        reason = f"no value for {term} in the whole of {waves_text(waves, time_of(sample) or 'wave')}"
        sample = losses.keep(step, reason, sample, ~in_waves(sample, {term: waves}))
    return sample


def _record_gaps(sample: pd.DataFrame, design: Design, losses: LossTable, step: str) -> None:
    """Losses of the complete cases, one line a term."""
    for loss in [loss for loss in design.losses if loss.dropped]:
        counts = (loss.remaining + loss.dropped, loss.dropped, loss.remaining, np.nan, losses.unit(step))
        losses.rows.append(dict(zip(COLUMNS, (step, f"no value for {loss.term}", *counts), strict=True)))
