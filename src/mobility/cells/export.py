"""The analysis file of a sample and the commands to type on it, for checking a model in Stata or R.

The file is row-level data: restricted.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mobility.cells.estimates import fit_model
from mobility.cells.fitted import FittedModel
from mobility.cells.stage import weight_of
from mobility.errors import ConfigError, SpecError, nearest
from mobility.models import CountFit, Fit
from mobility.models.commands import Written, outcome_name, r_command, stata_command, used_name
from mobility.models.design import level_places
from mobility.panel.losses import LossTable
from mobility.panel.sample import select_sample
from mobility.settings import Study
from mobility.storage import atomic, write_csv

FORMATS = ("dta", "csv")
KEY_LABELS = {
    "person": "Person",
    "wave": "Number of the first wave",
    "year": "Year of the first wave, or of the moves",
    "origin": "Area left",
    "destination": "Area moved to",
    "weight": "Weight of the chosen kind; 1 where none is chosen",
}


def export_sample(
    frames: Mapping[str, pd.DataFrame],
    study: Study,
    sample: str,
    chosen: Mapping[str, str],
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
        Two models of the sample have names that differ after 32 characters only.
    """
    models = _models_of(study, sample)
    if file_format not in FORMATS:
        raise ConfigError(f"--format: `{file_format}`; {nearest(file_format, FORMATS)}.")
    rows = select_sample(frames[models[0]["frame"]], study.samples[sample], weight_of(chosen), LossTable())
    used = _used_rows(frames, study, models, chosen, len(rows))
    any_fit = used.any(axis=1)
    rows, used = rows[any_fit.to_numpy()].reset_index(drop=True), used[any_fit].reset_index(drop=True)
    terms = {term["of"]: term for model in models for term in study.terms_of(model)}
    keys = _keys(rows, models, terms)
    table, labels = rows[keys].copy(), {name: KEY_LABELS.get(name, "Cluster") for name in keys}
    if any("values" not in model["outcome"] for model in models):
        labels["person"] = "Number of the area left"
    table, labels = pd.concat([table, used], axis=1), labels | dict.fromkeys(used, "1: row of this fit")
    for model in models:
        values, what = _outcome(rows, model)
        table = table.assign(**values)
        labels |= dict.fromkeys(values, f"{what}: {model['describe']}"[:80])
    table = pd.concat([table, rows[list(terms)]], axis=1)
    labels |= {name: term["label"][:80] for name, term in terms.items()}
    path = folder / f"{sample}.{file_format}"
    _write(table, terms, labels, path)
    return path


def _models_of(study: Study, sample: str) -> list[Mapping[str, Any]]:
    models = [model for model in study.models.values() if model["sample"] == sample]
    if not models:
        used = sorted({model["sample"] for model in study.models.values()})
        raise ConfigError(f"{study.name}: no model uses the sample `{sample}`; {nearest(sample, used)}.")
    return models


def _used_rows(
    frames: Mapping[str, pd.DataFrame],
    study: Study,
    models: Sequence[Mapping[str, Any]],
    chosen: Mapping[str, str],
    size: int,
) -> pd.DataFrame:
    """One 0/1 column a fit: the rows of the sample that it used, complete cases less those it dropped."""
    found = {}
    for model in models:
        fitted = fit_model(frames[model["frame"]], model, study, chosen, LossTable())
        for estimator, fit in fitted.fits.items():
            used = np.zeros(size, dtype="int8")
            used[fitted.design.kept[fit.rows]] = 1
            found[_new_name(used_name(model["model"], estimator), found, model["model"])] = used
    return pd.DataFrame(found)


def _new_name(name: str, known: Collection[str], model: str) -> str:
    if name in known:
        raise SpecError(
            f"models/{model}.yaml: its rows would be the column `{name}` of the exported file, as another model's "
            "of its sample: names there end after 32 characters. Rename one of the two models, their difference first."
        )
    return name


def _keys(rows: pd.DataFrame, models: Sequence[Mapping[str, Any]], terms: Mapping[str, Any]) -> list[str]:
    """Keys of the frame and clusters of the models that are no regressors too."""
    names = dict.fromkeys([*KEY_LABELS, *(model["covariance"]["cluster"] for model in models)])
    return [name for name in names if name in rows and name not in terms]


def _outcome(rows: pd.DataFrame, model: Mapping[str, Any]) -> tuple[dict[str, pd.Series], str]:
    """Columns of a model's outcome, and what they are: 0/1, or a count with its exposure."""
    column = model["outcome"]["column"]
    if "values" in model["outcome"]:
        return {outcome_name(model["model"]): rows[column].isin(model["outcome"]["values"]).astype("int8")}, "Outcome"
    exposure = [model["exposure"]] if "exposure" in model else []
    return {name: rows[name] for name in [column, *exposure]}, "Count and exposure"


def _write(table: pd.DataFrame, terms: Mapping[str, Any], labels: Mapping[str, str], path: Path) -> None:
    """Write the file, factors as numbers with value labels (.dta) or as the names of their levels (.csv)."""
    value_labels, stata = {}, path.suffix == ".dta"
    for name, term in terms.items():
        if term["kind"] != "factor":
            table[name] = table[name].astype("float64")
            continue
        levels = [str(level) for level in term["levels"]]
        places = level_places(table[name], {**term, "levels": levels})
        table[name] = places + 1 if stata else pd.Series(places, table.index).map(dict(enumerate(levels)))
        value_labels[name] = dict(enumerate(levels, start=1))
    if not stata:
        write_csv(table, path)
        return
    with atomic(path) as temporary:
        table.to_stata(
            temporary, write_index=False, version=118, variable_labels=dict(labels), value_labels=value_labels
        )


def commands_table(fitted: Mapping[str, FittedModel], study: Study, chosen: Mapping[str, str]) -> pd.DataFrame:
    """Every fit in Stata and in R: table, model, label, estimator, stata, r. It holds no data.

    A fit that is not estimable or did not converge has no commands: other programs stop elsewhere.
    """
    rows = []
    for model in study.models_of("all"):
        for estimator in model["estimators"]:
            if not fitted[model["model"]].fits[estimator].flag:
                written = _written(fitted[model["model"]], study, estimator, weight_of(chosen) is not None)
                both = stata_command(written), r_command(written)
                rows.append((model["table"], model["model"], model["describe"], estimator, *both))
    return pd.DataFrame(rows, columns=["table", "model", "describe", "estimator", "stata", "r"])


def _written(model: FittedModel, study: Study, estimator: str, weighted: bool) -> Written:
    """What a fit was: its rows, its errors, and the terms and levels that these rows have."""
    spec, found = model.spec, model.fits[estimator]
    counts = "values" not in spec["outcome"]
    return Written(
        sample=spec["sample"],
        used=used_name(spec["model"], estimator),
        outcome=spec["outcome"]["column"] if counts else outcome_name(spec["model"]),
        terms=_estimated_terms(model, found, study),
        estimator="poisson" if found.estimator == "poisson" else estimator,
        errors=found.kind,
        cluster=spec["covariance"]["cluster"],
        exposure=spec.get("exposure", ""),
        weighted=weighted,
    )


def _estimated_terms(model: FittedModel, found: Fit | CountFit, study: Study) -> list[dict[str, Any]]:
    """Terms with an estimate; a factor with its reference and the levels that the rows used have."""
    terms = []
    for term in study.terms_of(model.spec):
        block = model.design.blocks.get(term["id"])
        if block is None or np.isnan(found.params[list(block.columns)]).all():
            continue
        seen = [column for column in block.columns if model.design.X[found.rows, column].any()]
        factor = {"reference": block.reference, "used": [model.design.names[column] for column in seen]}
        terms.append({**term, **factor} if block.kind == "factor" else dict(term))
    return terms
