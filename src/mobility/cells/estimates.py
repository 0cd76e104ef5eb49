"""Models in cells: every fit of a study's model specs, and the tables that show them (A1 to A4 and their kin)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, NOT_ESTIMABLE, as_cells
from mobility.cells.diagnostics import diagnostics
from mobility.cells.fitted import (
    LEVELS,
    REFERENCE,
    Cell,
    FittedModel,
    Item,
    absent,
    doubts_of,
    evidence,
    gone,
    names_of,
    stars_of,
)
from mobility.cells.rates import predicted_rates, rate_ratios
from mobility.cells.stage import weight_of
from mobility.errors import DataError, nearest
from mobility.models import (
    Covariance,
    Design,
    average_marginal_effects,
    build_design,
    fit,
    fit_fixed_effects,
    fit_negbin,
    predict_profiles,
)
from mobility.models.design import FIRST
from mobility.panel.answers import time_of, waves_text, waves_without
from mobility.panel.losses import COLUMNS, LossTable
from mobility.panel.sample import name_absent, select_sample
from mobility.settings import Study
from mobility.transitions.uncertainty import normal_interval

LIBRARY_NAMES = {"ols": "lpm", "logit": "logit", "probit": "probit"}
WITHIN = "within"
MODEL_CHOICES = ("errors", "complete_cases", "baseline_age")  # choices that change no frame
ESTIMATE_STATISTICS = (
    "coefficient", "effect", "probability", "rate_ratio", "predicted_rate", "diagnostic", "claim",
)  # fmt: skip


def fit_models(
    frames: Mapping[str, pd.DataFrame],
    study: Study,
    chosen: Mapping[str, str],
    estimators: Sequence[str] = (),
    before: LossTable | None = None,
    unconfirmed: Mapping[str, str] = MappingProxyType({}),
) -> tuple[dict[str, FittedModel], pd.DataFrame]:
    """Fit every model of a study.

    Parameters
    ----------
    frames : frames of the study by name. chosen : value of every choice.
    estimators : further estimators for all models (`within`: person effects).
    before : losses of the frames, with whose chains those of the models begin.
    unconfirmed : harmonised names that the source's register doubts, with the name in its files; cells that rest on one
        say so.

    Returns
    -------
    fitted models by name, and the loss table with a chain for each: its frame, its sample, its complete cases.
    """
    fitted, rows = {}, []
    for name, spec in study.models.items():
        losses = LossTable(before=() if before is None else before.chain(spec["frame"]))
        found = fit_model(frames[spec["frame"]], spec, study, chosen, losses, estimators)
        fitted[name] = replace(found, doubts=doubts_of(study.terms_of(spec), found.terms, unconfirmed))
        rows += losses.rows
    return fitted, LossTable(rows).frame()


def fit_model(
    frame: pd.DataFrame,
    spec: Mapping[str, Any],
    study: Study,
    chosen: Mapping[str, str],
    losses: LossTable,
    estimators: Sequence[str] = (),
) -> FittedModel:
    """Fit one model spec with each of its estimators on the same complete cases."""
    weight = weight_of(chosen)
    step = spec["model"]
    sample = select_sample(frame, study.samples[spec["sample"]], weight, losses, step)
    _fail_if_absent(sample, study.terms_of(spec), spec)
    name_absent(frame, spec["outcome"]["column"], spec["outcome"].get("values", ()), sample, losses, step)
    terms = []
    for term in study.terms_of(spec):
        if sample[term["of"]].notna().any():
            terms.append(_known_levels(term, sample))
        else:
            losses.note(step, f"term {term['id']} left out: nobody has a value", sample)
    required = _required(spec, study, chosen)
    lost = waves_without(frame, {**{name: name for name in required}, **{term["id"]: term["of"] for term in terms}})
    sample = _drop_waves(sample, lost, losses, step)
    design = build_design(sample, terms, required)
    _record_gaps(sample, design, losses, step)
    if "values" not in spec["outcome"]:
        counted = replace(_fit_counts(sample, spec, study, chosen, terms, design), lost=lost)
        _record_fits(counted.fits, design, losses, step)
        return counted
    outcome = sample[spec["outcome"]["column"]].isin(spec["outcome"]["values"]).astype("float64")
    covariance = Covariance(kind=chosen.get("errors", spec["covariance"]["kind"]))
    cluster = sample[spec["covariance"]["cluster"]]
    weights = None if weight is None else sample[weight]
    fits = {
        name: fit(outcome, design, LIBRARY_NAMES[name], covariance, cluster, weights) for name in spec["estimators"]
    }
    if WITHIN in estimators:
        fits[WITHIN] = fit_fixed_effects(outcome, design, cluster)
    _record_fits(fits, design, losses, step)
    margins = {name: average_marginal_effects(found, design) for name, found in fits.items()}
    persons = sample["person"].iloc[design.kept].nunique()
    names = frozenset(name for term in study.terms_of(spec) for name in names_of(term))
    return FittedModel(spec, terms, design, fits, margins, int(persons), names, lost=lost)


def _drop_waves(sample: pd.DataFrame, lost: Mapping[str, list[int]], losses: LossTable, step: str) -> pd.DataFrame:
    """The sample without the waves in which nobody of the frame has a value of a term or required column."""
    for term, waves in lost.items():
        column = time_of(sample)
        kept = ~sample[column].astype("int64").isin(waves)
        reason = f"no value for {term} in the whole of {waves_text(waves, column)}"
        sample = losses.keep(step, reason, sample, kept)
    return sample


def _record_gaps(sample: pd.DataFrame, design: Design, losses: LossTable, step: str) -> None:
    """Losses of the complete cases, one line a term."""
    for loss in [loss for loss in design.losses if loss.dropped]:
        counts = (loss.remaining + loss.dropped, loss.dropped, loss.remaining, np.nan, losses.unit(step))
        losses.rows.append(dict(zip(COLUMNS, (step, f"no value for {loss.term}", *counts), strict=True)))


def _record_fits(fits: Mapping[str, Any], design: Design, losses: LossTable, step: str) -> None:
    """A chain of its own for a fit that uses fewer rows than the complete cases."""
    for name, found in fits.items():
        if found.n < design.n:
            own, why = f"{step}__{name}", "in a category without variation: dropped with it"
            losses.branch(own, step)
            counts = (design.n, design.n - found.n, found.n, np.nan, losses.unit(step))
            losses.rows.append(dict(zip(COLUMNS, (own, why, *counts), strict=True)))


def _fit_counts(
    sample: pd.DataFrame,
    spec: Mapping[str, Any],
    study: Study,
    chosen: Mapping[str, str],
    terms: Sequence[Mapping[str, Any]],
    design: Design,
) -> FittedModel:
    """A negative binomial model of a count, with ln(exposure) as offset."""
    covariance = Covariance(kind=chosen.get("errors", spec["covariance"]["kind"]))
    offset = np.log(sample[spec["exposure"]].astype("float64")) if "exposure" in spec else None
    cluster = sample[spec["covariance"]["cluster"]]
    found = fit_negbin(sample[spec["outcome"]["column"]], design, covariance, offset, cluster)
    names = frozenset(name for term in study.terms_of(spec) for name in names_of(term))
    persons = int(sample[spec["outcome"]["column"]].iloc[design.kept].sum())
    return FittedModel(spec, terms, design, {"nbreg": found}, {}, persons, names, offset)


def _fail_if_absent(sample: pd.DataFrame, terms: Sequence[Mapping[str, Any]], spec: Mapping[str, Any]) -> None:
    for column in [spec["outcome"]["column"], *[term["of"] for term in terms]]:
        if column not in sample:
            raise DataError(
                f"models/{spec['model']}.yaml: the frame `{spec['frame']}` has no column `{column}`; "
                f"{nearest(column, list(sample))}. Mend the model's outcome, or `of` in its terms/."
            )


def _known_levels(term: Mapping[str, Any], sample: pd.DataFrame) -> Mapping[str, Any]:
    """A factor's levels that anybody in the sample has; the reference stays, `first` is the first of them."""
    if term["kind"] != "factor":
        return term
    present = set(sample[term["of"]].dropna().unique())
    known = [level for level in term["levels"] if level in present or level == term["reference"]]
    return {**term, "levels": known, "reference": known[0] if term["reference"] == FIRST else term["reference"]}


def _required(spec: Mapping[str, Any], study: Study, chosen: Mapping[str, str]) -> list[str]:
    """Columns that must be known besides the model's own: the exposure, and by choice those of its table's models."""
    own = [spec["exposure"]] if "exposure" in spec else []
    if chosen.get("complete_cases") != "per_table":
        return own
    others = [study.terms_of(model) for model in study.models_of(spec["table"])]
    return list(dict.fromkeys([*own, *(term["of"] for terms in others for term in terms)]))


def estimate_table(
    fitted: Mapping[str, FittedModel], study: Study, table: str, chosen: Mapping[str, str], choice: str = BASELINE
) -> pd.DataFrame:
    """Cells of a table whose statistic is one of `ESTIMATE_STATISTICS`."""
    spec = study.tables[table]
    rows, columns = study.items(spec["rows"]), study.items(spec["columns"])
    make = {
        "coefficient": _coefficients,
        "effect": _effects,
        "probability": _effects,
        "rate_ratio": rate_ratios,
        "predicted_rate": predicted_rates,
        "diagnostic": diagnostics,
    }.get(spec["statistic"])
    if make is None:
        cells = _claims(fitted, study)
    else:
        cells = [cell for row in rows for column in columns for cell in make(fitted, spec, row, column, chosen)]
    return as_cells(cells, study.name, table, choice)


def _coefficients(
    fitted: Mapping[str, FittedModel], spec: Mapping[str, Any], row: Item, column: Item, chosen: Mapping[str, str]
) -> list[Cell]:
    """One printed cell: the coefficient and, a statistic of its own as in print, its standard error."""
    model, estimator = fitted[column["model"]], column["estimator"]
    found = model.fits[estimator]
    place = {"row": row["id"], "column": column["id"], **evidence(model, estimator)}
    if "has" in row:
        return [{**place, "statistic": "text", "note": "YES" if row["has"] in model.spec["terms"] else "NO"}]
    if row["id"] == "observations":
        return [{**place, "statistic": "observations", "value": float(found.n)}]
    if row["id"] == "ln_alpha" and estimator == "nbreg":
        return [{**place, "statistic": "coefficient", "value": found.ln_alpha, "std_error": found.std_error_ln_alpha}]
    if row["id"] == "r_squared":
        return [{**place, "statistic": "r_squared", "value": found.r_squared}] if estimator == "ols" else []
    if row["id"] in {block.reference for block in model.design.blocks.values()}:
        return [{**place, **REFERENCE}]
    if row["id"] not in found.names:
        return absent(row["id"], "coefficient", model, place)
    at = found.names.index(row["id"])
    if np.isnan(found.params[at]):
        return [{**place, "statistic": "coefficient", **gone(model, found, row["id"])}]
    low, high = found.intervals()[at]
    error = float(found.std_errors[at])
    estimate = {
        "value": float(found.params[at]),
        "std_error": error,
        "ci_low": low,
        "ci_high": high,
        "stars": stars_of(found.p_values[at]),
        "flag": found.flag,
        "note": model.note(found, row["id"]),
    }
    spread = {"value": error, "flag": found.flag}
    return [{**place, "statistic": "coefficient", **estimate}, {**place, "statistic": "std_error", **spread}]


def _effects(
    fitted: Mapping[str, FittedModel], spec: Mapping[str, Any], row: Item, column: Item, chosen: Mapping[str, str]
) -> list[Cell]:
    """Change of the probability, or for a row with `at` the predicted probability of a profile."""
    model, estimator = fitted[column["model"]], column["estimator"]
    place = {"row": row["id"], "column": column["id"], **evidence(model, estimator)}
    if "at" in row:
        return [{**place, "statistic": "share", **_prediction(model, estimator, _profile(row, chosen))}]
    if row["id"] not in model.names:
        return []
    both = spec.get("stars") == "both"
    return [{**place, **effect_cell(model, {"estimator": estimator, "effect": row["id"]}, both)}]


def effect_cell(model: FittedModel, item: Item, stars_of_both: bool = False) -> Cell:
    """One effect on the probability; `item` names its `estimator` and `effect`.

    stars_of_both : stars only where the logit's effect reaches 10 per cent too, the level from the item's estimator.
    """
    estimator, name = item["estimator"], item["effect"]
    found, place = model.fits[estimator], {**evidence(model, estimator), "statistic": "effect"}
    value, error, p_value = model.effect(estimator, name)
    if np.isnan(value):
        return {**place, **gone(model, found, name)}
    if stars_of_both:
        p_value = p_value if model.effect("logit", name)[2] < LEVELS[0] else np.nan
    numbers = {**_with_interval(value, error), "stars": stars_of(p_value)}
    return {**place, **numbers, "flag": found.flag, "note": model.note(found, name)}


def _profile(row: Item, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The profile of a row; the baseline's age is a choice."""
    profile = dict(row["at"])
    if row["id"] == "baseline" and chosen.get("baseline_age") == "at_mean":
        profile.pop("age", None)
    return profile


def _prediction(model: FittedModel, estimator: str, profile: Mapping[str, Any]) -> Cell:
    predicted = predict_profiles(model.fits[estimator], model.design, [profile])
    value, error = float(predicted.values[0]), float(predicted.std_errors[0])
    if np.isnan(value):
        return {"flag": NOT_ESTIMABLE, "note": "the profile needs a coefficient that was not estimated"}
    return _with_interval(value, error)


def _with_interval(value: float, error: float) -> Cell:
    low, high = normal_interval(value, error)
    return {"value": value, "std_error": error, "ci_low": low, "ci_high": high}


def _claims(fitted: Mapping[str, FittedModel], study: Study) -> list[Cell]:
    """Statements of the text, recomputed from the linear models: one effect, or the smallest and largest of several."""
    cells = []
    for name, claim in study.claims.items():
        if "from" not in claim:
            continue
        found = [_claimed(fitted[origin["model"]], origin) for origin in claim["from"]]
        found = [effect for effect in found if not np.isnan(effect["value"])]
        if claim.get("magnitude"):
            found = [_turned(effect) for effect in found]
        ordered = sorted(found, key=lambda effect: effect["value"])
        if not ordered:
            gone = {"statistic": "difference", "flag": NOT_ESTIMABLE, "note": "no effect could be estimated"}
            cells += [{"row": name, "column": column, **gone} for column in ("effect", "to")]
            continue
        cells.append({"row": name, "column": "effect", "statistic": "difference", **ordered[0]})
        last = {"statistic": "difference", **ordered[-1]} if claim["value"] == "range" else _single(ordered[0])
        cells.append({"row": name, "column": "to", **last})
    return cells


def _single(effect: Cell) -> Cell:
    evidence = {name: effect[name] for name in ("n", "base", "persons")}
    return {"statistic": "text", "note": "one effect", **evidence}


def _claimed(model: FittedModel, origin: Mapping[str, Any]) -> Cell:
    if "effect" in origin:
        value, error, _ = model.effect("ols", origin["effect"])
    else:
        predicted = predict_profiles(model.fits["ols"], model.design, [origin["at"], origin["than"]])
        value, error = predicted.change(0, 1)
    return {**_with_interval(value, error), **evidence(model, "ols")}


def _turned(effect: Cell) -> Cell:
    """A fall told as its size."""
    return {
        **effect,
        "value": -effect["value"],
        "ci_low": -effect["ci_high"],
        "ci_high": -effect["ci_low"],
    }
