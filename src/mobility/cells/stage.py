"""The stage that counts one table of a study."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mobility.cells import BASELINE
from mobility.cells.coverage import absent_items, record_coverage, without_numbers
from mobility.cells.tabulate import tabulate
from mobility.panel.losses import LossTable
from mobility.panel.sample import select_sample
from mobility.settings import Study
from mobility.statistics import COUNT_LIKE

UNWEIGHTED = "none"
WEIGHT = "weight"


def weight_of(chosen: Mapping[str, str]) -> str | None:
    """Column of the weight that the choice `weights` names, None where it names none."""
    return None if chosen.get("weights", UNWEIGHTED) == UNWEIGHTED else WEIGHT


def table_cells(
    frame: pd.DataFrame,
    study: Study,
    table: str,
    chosen: Mapping[str, str],
    choice: str = BASELINE,
    before: Sequence[dict[str, Any]] = (),
) -> tuple[pd.DataFrame, LossTable]:
    """Cells of a table and its losses: the chain `before` of its frame, then that of its sample.

    Counts are never weighted; shares are where a weight is chosen.
    """
    spec = study.tables[table]
    weight = spec.weight or (None if spec.statistic.judged_as == COUNT_LIKE else weight_of(chosen))
    losses = LossTable(before=before)
    sample = select_sample(frame, study.samples[spec.sample], weight, losses, table)
    absent = absent_items(frame, sample, spec, losses, table)
    record_coverage(sample, spec, losses, table)
    cells = tabulate(sample, spec, study.name, weight, choice)
    return without_numbers(cells, sample, spec, absent), losses
