"""Published series of indicators: any study that reads the source `series`, alone or beside others."""

from functools import partial

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.studies.inputs import Inputs, Makers

SOURCE = "series"


def makers(inputs: Inputs) -> Makers:
    """Frames `series` and `inventory` from the panel of the source `series`, by that name where there are several."""
    panel = inputs.panels[SOURCE] if len(inputs.panels) > 1 else inputs.panel
    return series_makers(panel, inputs.losses, SOURCE if len(inputs.panels) > 1 else "")


def series_makers(panel: pd.DataFrame, losses: LossTable, source: str = "") -> Makers:
    """Frames of series from their panel.

    `series` : a row a series, area, group and year with value, std_error, n and note; `line` is series, area and group
    joined by points. `inventory` : a row a series with `there`, its years or what to bring.
    source : the study's name for the panel, where it has several.
    """
    losses.start("series", panel, "series", panel=source)
    losses.branch("inventory", "series")
    return {"series": partial(_series, panel), "inventory": partial(_inventory, panel, losses)}


def _series(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.assign(line=panel["series"] + "." + panel["area"] + "." + panel["group"])


def _inventory(panel: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    rows = [(name, _there(rows)) for name, rows in panel.groupby("series")]
    frame = pd.DataFrame(rows, columns=["series", "there"])
    return losses.recount("inventory", "summed up", len(panel), frame, "series", "series")


def _there(rows: pd.DataFrame) -> str:
    """Years of a series and their number, or what is said of one that is not there."""
    years = rows.loc[rows["value"].notna(), "year"]
    if years.empty:
        return str(rows["note"].iloc[0])
    return f"{years.min()} to {years.max()}, {years.nunique()} years"
