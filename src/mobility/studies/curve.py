"""Specification curve: the headline effects under every reading that could change them, one reading at a time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from mobility.cells import as_cells
from mobility.cells.effects import effect_cell
from mobility.cells.estimates import MODEL_CHOICES, fit_model
from mobility.intake.losses import LossTable
from mobility.settings import Study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs


def curve_table(panel: pd.DataFrame, study: Study, table: str, chosen: Mapping[str, str]) -> pd.DataFrame:
    """Cells of a table with a row a reading and a column an effect (`model`, `estimator`, `effect` of the item)."""
    spec = study.tables[table]
    models = {column.model: study.models[column.model] for column in spec.columns.items}
    inputs = Inputs.of(panel, study, chosen, LossTable(), {model.frame for model in models.values()})
    cells: list[dict[str, Any]] = []
    standard = make_frames(inputs)
    for row in spec.rows.items:
        reading = {**chosen, row.choice: row.alternative} if row.choice else dict(chosen)
        of_the_fit = row.choice in ("", *MODEL_CHOICES)
        frames = standard if of_the_fit else make_frames(replace(inputs, choices=reading, losses=LossTable()))
        fitted = {
            name: fit_model(frames[model.frame], model, study, reading, LossTable()) for name, model in models.items()
        }
        for column in spec.columns.items:
            effect = effect_cell(fitted[column.model], column.estimator, column.effect)
            cells.append({"row": row.id, "column": column.id, **effect})
    return as_cells(cells, study.name, table)
