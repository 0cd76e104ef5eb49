"""The analysis file of a sample and the commands to type on it, for checking a model in Stata or R.

The file is row-level data: restricted.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.cells.estimates import fit_model
from mobility.cells.fitted import FittedModel
from mobility.errors import ConfigError, SpecError, nearest
from mobility.estimators import BINARY, CONTINUOUS
from mobility.intake.losses import LossTable
from mobility.models import FAMILIES
from mobility.models.commands import Written, outcome_name, r_command, stata_command, used_name
from mobility.models.design import level_places
from mobility.models.layer_commands import r_layer_command, stata_layer_command
from mobility.panel.answers import in_waves
from mobility.panel.sample import select_sample
from mobility.settings import ModelSpec, Study, Term
from mobility.settings.terms import INTERACTION
from mobility.storage import atomic, write_csv

FORMATS = ("dta", "csv")
WEIGHT = "weight"  # column of the weight that is chosen, which the commands name
KEY_LABELS = {
    "person": "Person",
    "wave": "Number of the first wave",
    "year": "Year of the first wave, or of the moves",
    "origin": "Area left",
    "destination": "Area moved to",
    WEIGHT: "Weight of the chosen kind",
}


def export_sample(
    frames: Mapping[str, pd.DataFrame],
    study: Study,
    sample: str,
    folder: Path,
    file_format: str,
) -> Path:
    """Write the rows and variables of the models that use a sample: those rows that any of their fits used.

    Columns: the keys of the frame (`KEY_LABELS`), for each fit whether it used the row (`used_name`), each model's
    outcome (0/1, or the count and its exposure), and the regressors. In `.dta` factors are numbers from 1 in the order
    of their levels, with variable and value labels; in `.csv` they are the names of levels.

    Raises
    ------
    ConfigError
        No model of the study uses the sample, or an unknown format.
    SpecError
        Two models of the sample have names that are one in the file: `technician__to__manager` and `manager`.
    """
    models = _models_of(study, sample)
    if file_format not in FORMATS:
        raise ConfigError(f"--format: `{file_format}`; {nearest(file_format, FORMATS)}.")
    losses, weight = LossTable(counted=study.unit_of(models[0].frame)), study.about.weight
    rows = select_sample(frames[models[0].frame], study.samples[sample], weight, losses)
    rows = rows.assign(**{WEIGHT: rows[weight]}) if weight else rows
    used = _used_rows(frames, study, models, rows)
    any_fit = used.any(axis=1)
    rows, used = rows[any_fit.to_numpy()].reset_index(drop=True), used[any_fit].reset_index(drop=True)
    terms = {term.of: term for model in models for term in _columns(model)}
    keys = _keys(rows, models, terms)
    table, labels = rows[keys].copy(), {name: KEY_LABELS.get(name, "Cluster") for name in keys}
    table, labels = pd.concat([table, used], axis=1), labels | dict.fromkeys(used, "1: row of this fit")
    for model in models:
        values, what = _outcome(rows, model)
        table = table.assign(**values)
        labels |= dict.fromkeys(values, f"{what}: {model.describe}"[:80])
    table = pd.concat([table, rows[list(terms)]], axis=1)
    labels |= {name: term.label[:80] for name, term in terms.items()}
    path = folder / f"{sample}.{file_format}"
    _write(table, terms, labels, path)
    return path


def _columns(model: ModelSpec) -> list[Term]:
    """What a model reads beside its outcome: its terms, and of a layer model the classes as factors."""
    terms = [term for term in model.terms if term.kind != INTERACTION]
    if (own := model.association) is None:
        return terms
    sides = (("Class of origin", own.origin, own.origins), ("Class of destination", own.destination, own.destinations))
    return [*terms, *(Term(of, label, "factor", of, levels=levels) for label, of, levels in sides)]


def _models_of(study: Study, sample: str) -> list[ModelSpec]:
    models = [model for model in study.models.values() if model.sample == sample]
    if not models:
        used = sorted({model.sample for model in study.models.values()})
        raise ConfigError(f"{study.name}: no model uses the sample `{sample}`; {nearest(sample, used)}.")
    return models


def _used_rows(
    frames: Mapping[str, pd.DataFrame],
    study: Study,
    models: Sequence[ModelSpec],
    sample: pd.DataFrame,
) -> pd.DataFrame:
    """One 0/1 column a fit: the rows of the sample that it used, complete cases less those it dropped.

    A model that loses whole waves was given the rows of the others only: its places count among these.
    """
    found: dict[str, np.ndarray] = {}
    for model in models:
        fitted = fit_model(frames[model.frame], model, study, LossTable(counted=study.unit_of(model.frame)))
        offered = np.flatnonzero(~in_waves(sample, fitted.data.lost))
        for estimator, fit in fitted.fits.items():
            used = np.zeros(len(sample), dtype="int8")
            used[offered[fitted.data.design.kept[fit.rows]]] = 1
            found[_new_name(used_name(model.model, estimator), found, model)] = used
    return pd.DataFrame(found)


def _new_name(name: str, known: Collection[str], model: ModelSpec) -> str:
    if name in known:
        raise SpecError(
            f"{model.where}: its rows would be the column `{name}` of the exported file, as another model's "
            "of its sample: what stands before `__to__` is left out there. Rename one of the two models."
        )
    return name


def _keys(rows: pd.DataFrame, models: Sequence[ModelSpec], terms: Mapping[str, Term]) -> list[str]:
    """Keys of the frame and clusters of the models that are no regressors too."""
    names = dict.fromkeys([*KEY_LABELS, *(model.covariance.cluster for model in models)])
    return [name for name in names if name in rows and name not in terms]


def _outcome(rows: pd.DataFrame, model: ModelSpec) -> tuple[dict[str, pd.Series], str]:
    """Columns of a model's outcome, and what they are: 0/1, a number, or a count with its exposure."""
    column = model.outcome.column
    if model.outcome.kind == CONTINUOUS:
        return {column: rows[column]}, "Outcome"
    if model.outcome.kind == BINARY:
        return {outcome_name(model.model): rows[column].isin(model.outcome.values).astype("int8")}, "Outcome"
    exposure = [model.exposure] if model.exposure else []
    return {name: rows[name] for name in [column, *exposure]}, "Count and exposure" if exposure else "Count"


def _write(table: pd.DataFrame, terms: Mapping[str, Term], labels: Mapping[str, str], path: Path) -> None:
    """Write the file, factors as numbers with value labels (.dta) or as the names of their levels (.csv)."""
    value_labels, stata = {}, path.suffix == ".dta"
    for name, term in terms.items():
        if term.kind != "factor":
            table[name] = table[name].astype("float64")
            continue
        places = level_places(table[name], term)
        table[name] = places + 1 if stata else pd.Series(places, table.index).map(dict(enumerate(term.levels)))
        value_labels[name] = dict(enumerate(term.levels, start=1))
    if not stata:
        write_csv(table, path)
        return
    with atomic(path) as temporary:
        table.to_stata(
            temporary, write_index=False, version=118, variable_labels=dict(labels), value_labels=value_labels
        )


def commands_table(fitted: Mapping[str, FittedModel], study: Study) -> pd.DataFrame:
    """Every fit in Stata and in R: table, model, label, estimator, stata, r.

    They say what the model says, whatever became of the fit: which terms and levels the rows have would tell, beside
    another fit, in which of them all are alike. Of a fit that could not be made here R and Stata say why themselves.
    """
    rows = []
    for model in study.models_of("all"):
        for estimator in model.estimators:
            found = fitted[model.model].fits[estimator]
            family = FAMILIES[estimator].of(found)
            weighted = bool(study.about.weight)
            known = fitted[model.model].data.terms
            if model.association is not None:
                both = _of_layers(model, known, estimator, weighted)
            elif family.stata and family.r and known:
                written = _written(model, known, estimator, weighted)
                both = stata_command(written, family.stata), r_command(written, family.r)
            else:
                continue
            rows.append((model.table, model.model, model.describe, estimator, *both))
    return pd.DataFrame(rows, columns=["table", "model", "describe", "estimator", "stata", "r"])


def _of_layers(spec: ModelSpec, known: Sequence[Term], estimator: str, weighted: bool) -> tuple[str, str]:
    """A layer model in Stata and in R."""
    assert spec.association is not None
    names = [name for term in known if term.id == spec.association.layer for name in _base_first(term)]
    column = spec.columns[spec.association.layer] if spec.association.layer else ""
    rows = spec.sample, used_name(spec.model, estimator)
    outcome = spec.outcome.column
    return (
        stata_layer_command(spec.association, estimator, outcome, rows, column, weighted),
        r_layer_command(spec.association, estimator, outcome, rows, (column, names), weighted),
    )


def _base_first(term: Term) -> list[str]:
    return [term.reference, *term.coefficients]


def _written(spec: ModelSpec, known: Sequence[Term], estimator: str, weighted: bool) -> Written:
    """What a model says of its fit with an estimator, without terms that nobody has a value of."""
    there = {term.id for term in known}
    return Written(
        sample=spec.sample,
        used=used_name(spec.model, estimator),
        outcome=outcome_name(spec.model) if spec.outcome.kind == BINARY else spec.outcome.column,
        terms=[term for term in spec.terms if term.id in there],
        errors=spec.covariance.kind,
        cluster=spec.covariance.cluster,
        exposure=spec.exposure,
        weighted=weighted,
        binary=spec.outcome.kind == BINARY,
    )
