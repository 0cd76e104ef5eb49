"""The analysis file of a sample, for checking a model in Stata or R. It is row-level data: restricted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.errors import ConfigError, nearest
from mobility.models.commands import level_code, outcome_name
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
    frames: Mapping[str, pd.DataFrame], study: Study, sample: str, folder: Path, file_format: str
) -> Path:
    """Write the rows and variables of the models that use a sample.

    Columns: the keys of the frame (`KEY_LABELS`), each model's outcome (0/1, or the count and its exposure), and the
    regressors; factors are numbers from 1 in the order of their levels, with value labels. `.dta` carries variable and
    value labels, `.csv` the names of levels.

    Raises
    ------
    ConfigError
        No model of the study uses the sample, or an unknown format.
    """
    models = [model for model in study.models.values() if model["sample"] == sample]
    if not models:
        used = sorted({model["sample"] for model in study.models.values()})
        raise ConfigError(f"{study.name}: no model uses the sample `{sample}`; {nearest(sample, used)}.")
    if file_format not in FORMATS:
        raise ConfigError(f"--format: `{file_format}`; {nearest(file_format, FORMATS)}.")
    rows = select_sample(frames[models[0]["frame"]], sample, study.samples[sample], None, LossTable())
    terms = {term["of"]: term for model in models for term in study.terms_of(model)}
    keys = [name for name in KEY_LABELS if name in rows and name not in terms]
    table, labels = rows[keys].copy(), {name: KEY_LABELS[name] for name in keys}
    if "origin" in rows:
        labels["person"] = "Number of the area left"
    for model in models:
        values, what = _outcome(rows, model)
        table = table.assign(**values)
        labels |= dict.fromkeys(values, f"{what}: {model['describe']}"[:80])
    table = pd.concat([table, rows[list(terms)]], axis=1)
    labels |= {name: term["label"][:80] for name, term in terms.items()}
    path = folder / f"{sample}.{file_format}"
    if file_format == "csv":
        write_csv(table, path)
    else:
        _write_stata(table, terms, labels, path)
    return path


def _outcome(rows: pd.DataFrame, model: Mapping[str, Any]) -> tuple[dict[str, pd.Series], str]:
    """Columns of a model's outcome, and what they are: 0/1, or a count with its exposure."""
    column = model["outcome"]["column"]
    if "values" in model["outcome"]:
        return {outcome_name(model["model"]): rows[column].isin(model["outcome"]["values"]).astype("int8")}, "Outcome"
    exposure = [model["exposure"]] if "exposure" in model else []
    return {name: rows[name] for name in [column, *exposure]}, "Count and exposure"


def _write_stata(table: pd.DataFrame, terms: Mapping[str, Any], labels: Mapping[str, str], path: Path) -> None:
    value_labels = {}
    for name, term in terms.items():
        if term["kind"] == "factor":
            codes = {level: level_code(term, level) for level in term["levels"]}
            table[name] = table[name].astype("object").map(codes).astype("float64")
            value_labels[name] = {code: level for level, code in codes.items()}
        else:
            table[name] = table[name].astype("float64")
    with atomic(path) as temporary:
        table.to_stata(
            temporary, write_index=False, version=118, variable_labels=dict(labels), value_labels=value_labels
        )
