"""The stage that counts one table of a study."""

from collections.abc import Mapping

import pandas as pd

from mobility.cells import BASELINE
from mobility.cells.tabulate import tabulate
from mobility.panel.losses import LossTable
from mobility.panel.sample import select_sample
from mobility.settings import Study

UNWEIGHTED = "none"
WEIGHT = "weight"


def weight_of(chosen: Mapping[str, str]) -> str | None:
    """Column of the weight that the choice `weights` names, None where it names none."""
    return None if chosen.get("weights", UNWEIGHTED) == UNWEIGHTED else WEIGHT


def table_cells(
    frame: pd.DataFrame, study: Study, table: str, chosen: Mapping[str, str], choice: str = BASELINE
) -> tuple[pd.DataFrame, LossTable]:
    """Cells of a table and the losses of its sample. Counts are never weighted; shares are where a weight is chosen."""
    spec = study.tables[table]
    weight = spec.get("weight", None if spec["statistic"] == "count" else weight_of(chosen))
    losses = LossTable()
    sample = select_sample(frame, spec["sample"], study.samples[spec["sample"]], weight, losses)
    rows, columns = study.items(spec["rows"]), study.items(spec["columns"])
    return tabulate(sample, spec, rows, columns, study.name, weight, choice), losses
