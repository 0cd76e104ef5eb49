"""Specification curve: the headline effects under every reading that could change them, one reading at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mobility.cells import as_cells
from mobility.cells.effects import effect_cell
from mobility.cells.estimates import fit_model
from mobility.intake.losses import LossTable
from mobility.readings.one import changed_frames
from mobility.settings import Item, Study, under_reading
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs, Panels


def curve_table(panels: Panels, study: Study, table: str) -> pd.DataFrame:
    """Cells of a table with a row a reading and a column an effect (`model`, `estimator`, `effect` of the item)."""
    spec = study.tables[table]
    wanted = {study.models[column.model].frame for column in spec.columns.items}
    inputs = Inputs.of(panels, study, study.readings, LossTable(), wanted)
    standard = make_frames(inputs)
    cells = [cell for row in spec.rows.items for cell in _of_reading(inputs, standard, row, spec.columns.items)]
    return as_cells(cells, study.name, table)


def _of_reading(
    inputs: Inputs, standard: Mapping[str, pd.DataFrame], row: Item, columns: Sequence[Item]
) -> list[dict[str, Any]]:
    """Cells of one reading. Its frames are given up before those of the next are made, as each fit is for the next."""
    read = under_reading(inputs.study, row.choice, row.alternative) if row.choice else inputs.study
    frames = {**standard, **changed_frames(inputs, read, row.choice, standard)}
    asked: dict[str, list[str]] = {}
    for column in columns:
        asked.setdefault(column.model, []).append(column.estimator)
    fitted = {}
    for name, estimators in asked.items():
        model = read.models[name]
        losses = LossTable(counted=read.unit_of(model.frame))
        fitted[name] = fit_model(
            frames[model.frame], model, read, losses, list(dict.fromkeys(estimators))
        ).without_rows()
    return [
        {"row": row.id, "column": column.id, **effect_cell(fitted[column.model], column.estimator, column.effect)}
        for column in columns
    ]
