"""Specification curve: the headline effects under every reading that could change them, one reading at a time."""

from typing import Any

import pandas as pd

from mobility.cells import as_cells
from mobility.cells.effects import effect_cell
from mobility.cells.estimates import fit_model
from mobility.intake.losses import LossTable
from mobility.readings.one import changed_frames
from mobility.settings import Study, under_reading
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs, Panels


def curve_table(panels: Panels, study: Study, table: str) -> pd.DataFrame:
    """Cells of a table with a row a reading and a column an effect (`model`, `estimator`, `effect` of the item)."""
    spec = study.tables[table]
    names = {column.model for column in spec.columns.items}
    inputs = Inputs.of(panels, study, study.readings, LossTable(), {study.models[name].frame for name in names})
    cells: list[dict[str, Any]] = []
    standard = make_frames(inputs)
    for row in spec.rows.items:
        read = under_reading(study, row.choice, row.alternative) if row.choice else study
        frames = {**standard, **changed_frames(inputs, read, row.choice, standard)}
        models = {name: read.models[name] for name in names}
        fitted = {
            name: fit_model(frames[model.frame], model, read, LossTable(counted=read.unit_of(model.frame)))
            for name, model in models.items()
        }
        for column in spec.columns.items:
            effect = effect_cell(fitted[column.model], column.estimator, column.effect)
            cells.append({"row": row.id, "column": column.id, **effect})
    return as_cells(cells, study.name, table)
