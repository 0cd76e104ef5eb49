"""The stage that counts one table of a study."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mobility.cells import BASELINE
from mobility.cells.coverage import absent_items, record_coverage, without_numbers
from mobility.cells.observed import observe
from mobility.cells.odds import odds_cells
from mobility.cells.tabulate import tabulate
from mobility.intake.losses import LossTable
from mobility.panel.sample import select_sample
from mobility.settings import Study, TableSpec
from mobility.statistics import COUNT_LIKE, DELIVERED


def table_cells(
    frame: pd.DataFrame,
    study: Study,
    table: str,
    choice: str = BASELINE,
    before: Sequence[dict[str, Any]] = (),
) -> tuple[pd.DataFrame, LossTable]:
    """Cells of a table and its losses: the chain `before` of its frame, then that of its sample.

    Counts and what is delivered are never weighted; shares are by the table's own weight, or the study's.
    """
    spec = study.tables[table]
    weight = weight_of(spec, study)
    unit = study.unit_of(spec.frame)
    losses = LossTable(before=before, counted=unit)
    sample = select_sample(frame, study.samples[spec.sample], weight, losses, table)
    absent = absent_items(frame, sample, spec, losses, table)
    record_coverage(sample, spec, losses, table)
    design = study.design_of(spec.frame)
    if spec.tests:
        cells = odds_cells(observe(sample, spec, weight, unit, design), study.tables[spec.tests], study.name, choice)
    else:
        cells = tabulate(sample, spec, study.name, weight, choice, unit, design)
    return without_numbers(cells, sample, spec, absent), losses


def said_of(study: Study, table: str) -> tuple[Any, ...]:
    """All that the specs say by which `table_cells` counts a table: the same of the same rows gives the same cells."""
    spec = study.tables[table]
    shares, sample = study.tables.get(spec.tests), study.samples[spec.sample]
    return spec, shares, sample, study.about.weight, study.unit_of(spec.frame), study.design_of(spec.frame)


def weight_of(spec: TableSpec, study: Study) -> str:
    """Column of the frame by which the observations of a counted table weigh, empty for none."""
    unweighted = spec.statistic.judged_as == COUNT_LIKE or spec.statistic.name in DELIVERED
    return spec.weight or ("" if unweighted else study.about.weight)
