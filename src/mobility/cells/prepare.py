"""The way from a model spec to the data that its estimators fit, gone once: sample, terms, design, with every loss."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from mobility.errors import DataError, nearest
from mobility.estimators import BINARY, CONTINUOUS, COUNT, TABLE
from mobility.intake.losses import COLUMNS, LossTable
from mobility.models import Covariance, Design, Prepared, build_design
from mobility.models.design import level_labels
from mobility.panel.answers import in_waves, time_of, waves_text, waves_without
from mobility.panel.sample import name_absent, select_sample
from mobility.settings import ModelSpec, Study, Term
from mobility.settings.terms import FIRST, INTERACTION


def prepare(frame: pd.DataFrame, spec: ModelSpec, study: Study, losses: LossTable) -> Prepared:
    """A model's data on its complete cases; the losses get the chain of its sample and of its gaps.

    Raises
    ------
    DataError
        The frame lacks the outcome or a term.
    """
    weight, step = study.about.weight, spec.model
    sample = select_sample(frame, study.samples[spec.sample], weight, losses, step)
    _fail_if_absent(sample, spec)
    name_absent(frame, spec.outcome.column, spec.outcome.values, sample, losses, step)
    terms = _known_terms(sample, spec, losses)
    required = _required(spec, study, sample)
    columns = {term.id: term.of for term in terms if term.kind != INTERACTION}
    lost = waves_without(frame, {**{name: name for name in required}, **columns})
    sample = _drop_waves(sample, lost, losses, spec)
    if any(term.reference == FIRST for term in terms if term.kind == "factor"):
        complete = sample.dropna(subset=[*columns.values(), *required])
        terms = _based(terms, complete, _outcome(complete, spec) if spec.outcome.kind == BINARY else None)
    design = build_design(sample, terms, required)
    _record_gaps(sample, design, losses, spec)
    return Prepared(
        spec,
        terms,
        design,
        _outcome(sample, spec),
        Covariance(kind=spec.covariance.kind),
        cluster=sample[spec.covariance.cluster] if spec.covariance.cluster else None,
        unit=None if spec.outcome.kind in (COUNT, TABLE) else sample[study.unit_of(spec.frame)],
        weights=sample[weight] if weight else None,
        offset=np.log(sample[spec.exposure].astype("float64")) if spec.exposure else None,
        lost=lost,
        classes=tuple(sample[column] for column in spec.sides),
    )


def _outcome(sample: pd.DataFrame, spec: ModelSpec) -> pd.Series:
    """The outcome, one a row: 0 or 1, the count, or any number."""
    column = sample[spec.outcome.column]
    if spec.outcome.kind == BINARY:
        return column.isin(spec.outcome.values).astype("float64")
    if spec.outcome.kind == CONTINUOUS and not is_numeric_dtype(column):
        raise DataError(
            f"{spec.where}: the outcome `{spec.outcome.column}` is {column.dtype}, for example "
            f"{column[:1].to_list()}, and a continuous outcome is a number. Make it one where the frame is made, "
            "or name the `values` that count as 1."
        )
    return column


def _fail_if_absent(sample: pd.DataFrame, spec: ModelSpec) -> None:
    for column in [spec.outcome.column, *spec.columns.values(), *spec.sides]:
        if column not in sample:
            raise DataError(
                f"{spec.where}: the frame `{spec.frame}` has no column `{column}`; "
                f"{nearest(column, list(sample))}. Mend the model's outcome or association, or `of` in its terms/."
            )


def _known_terms(sample: pd.DataFrame, spec: ModelSpec, losses: LossTable) -> list[Term]:
    """Terms that somebody has a value of; the losses name the others. An interaction goes with any of its parts."""
    known: dict[str, Term] = {}
    if sample.empty:
        losses.note(spec.model, "nobody is left, and no term has a value", sample)
        return []
    for term in sorted(spec.terms, key=lambda term: term.kind == INTERACTION):
        unknown = [name for name in term.between if name not in known]
        if term.kind == INTERACTION and not unknown:
            known[term.id] = replace(term, parts=tuple(known[name] for name in term.between))
        elif term.kind != INTERACTION and sample[term.of].notna().any():
            known[term.id] = _known_levels(term, sample)
        else:
            why = f"nobody has a value of {', '.join(unknown)}" if unknown else "nobody has a value"
            losses.note(spec.model, f"term {term.id} left out: {why}", sample)
    return [known[term.id] for term in spec.terms if term.id in known]


def _known_levels(term: Term, sample: pd.DataFrame) -> Term:
    """A factor's levels that anybody in the sample has; the reference stays."""
    if term.kind != "factor":
        return term
    present = set(level_labels(sample[term.of].dropna().unique()))
    return replace(term, levels=tuple(level for level in term.levels if level in present or level == term.reference))


def _based(terms: Sequence[Term], complete: pd.DataFrame, outcome: pd.Series | None) -> list[Term]:
    """The terms, the reference `first` of a factor being the first of its levels that a complete case has.

    Of an outcome of 0 and 1 the first in which both occur: a level that predicts it perfectly goes with its rows, which
    the reference cannot.
    """
    based = {term.id: _with_base(term, complete, outcome) for term in terms}
    return [replace(term, parts=tuple(based[part.id] for part in term.parts)) for term in based.values()]


def _with_base(term: Term, complete: pd.DataFrame, outcome: pd.Series | None) -> Term:
    if term.kind != "factor" or term.reference != FIRST:
        return term
    column = complete[term.of]
    kinds = column if outcome is None else outcome
    seen = kinds.groupby(column, observed=True).nunique()
    fit = set(level_labels(seen.index[seen > (outcome is not None)])) or set(level_labels(seen.index))
    return replace(term, reference=next((level for level in term.levels if level in fit), term.levels[0]))


def _required(spec: ModelSpec, study: Study, sample: pd.DataFrame) -> list[str]:
    """Columns that must be known besides its own terms: exposure and, where it says so, terms of its table's models.

    Of these not what nobody has a value of: no model of the table has it.
    """
    own = [spec.exposure] if spec.exposure else []
    own += [spec.outcome.column] if spec.outcome.kind in (CONTINUOUS, TABLE) else []
    own += spec.sides
    if spec.complete != "table":
        return own
    others = dict.fromkeys(column for model in study.models_of(spec.table) for column in model.columns.values())
    return list(dict.fromkeys([*own, *(column for column in others if sample[column].notna().any())]))


def _drop_waves(
    sample: pd.DataFrame, lost: Mapping[str, list[int]], losses: LossTable, spec: ModelSpec
) -> pd.DataFrame:
    """The sample without the waves in which nobody of the frame has a value of a term or required column."""
    for term, waves in lost.items():
        whole = waves_text(waves, time_of(sample) or "wave")
        reason = f"no value for {spec.words_of(term)} in the whole of {whole}"
        sample = losses.keep(spec.model, reason, sample, ~in_waves(sample, {term: waves}))
    return sample


def _record_gaps(sample: pd.DataFrame, design: Design, losses: LossTable, spec: ModelSpec) -> None:
    """Losses of the complete cases, one line a term."""
    for loss in [loss for loss in design.losses if loss.dropped]:
        counts = (loss.remaining + loss.dropped, loss.dropped, loss.remaining, np.nan, losses.unit(spec.model))
        reason = f"no value for {spec.words_of(loss.term)}"
        losses.rows.append(dict(zip(COLUMNS, (spec.model, reason, *counts), strict=True)))
