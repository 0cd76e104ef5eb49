"""Every alternative reading of a study, run one at a time and ranked by the back test."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mobility.backtest.compare import compare
from mobility.cells import CELL_KEYS
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.quoted import quote_cells
from mobility.cells.stage import table_cells
from mobility.intake.losses import LossTable
from mobility.readings.one import Reading, changed_frames, readings
from mobility.settings import Study, TableSpec
from mobility.statistics import ESTIMATED, QUOTED
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs, Panels
from mobility.verdicts import COMPARED, MATCH_OF_ZERO, NOT_PUBLISHED

COUNTED = (*COMPARED, MATCH_OF_ZERO)
RANKING_COLUMNS = ["choice", "alternative", "default", *COUNTED, "compared", "mean_distance", "rank"]


def rank_choices(panels: Panels, study: Study, published: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank the readings of `choices.yaml` by how near they bring the published numbers.

    Returns
    -------
    ranking : one row the baseline and one each alternative, columns `RANKING_COLUMNS`; `mean_distance` is the mean of
        |ours - published| over the baseline's standard error, rounding taken off; rank 1 is nearest. (With its own
        errors a reading that leaves out more people would look nearer.)
    cells : the cells of every run, `choice` naming it.
    """
    printed = set(published["table"])
    inputs = Inputs.of(panels, study, study.readings, LossTable())
    standard = make_frames(inputs)

    def count(reading: Reading) -> pd.DataFrame:
        frames = {**standard, **changed_frames(inputs, reading.study, reading.choice, standard)}
        return _count(frames, reading.study, reading.label, printed)

    return rank_cells(study, published, count)


def rank_cells(
    study: Study, published: pd.DataFrame, count: Callable[[Reading], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As `rank_choices`, of the cells that `count` makes of a reading."""
    rows, cells, errors = [], [], None
    for reading in readings(study):
        counted = count(reading)
        backtest = compare(counted, published).set_index(CELL_KEYS)
        errors = backtest["std_error"] if errors is None else errors
        cells.append(counted)
        rows.append(_score(reading, backtest.assign(std_error=errors)))
    ranking = pd.DataFrame(rows)
    ranking["rank"] = ranking["mean_distance"].rank(method="min").astype("Int64")
    return ranking[RANKING_COLUMNS].sort_values("rank", kind="stable", ignore_index=True), pd.concat(cells)


def _count(frames: Mapping[str, pd.DataFrame], study: Study, label: str, printed: Collection[str]) -> pd.DataFrame:
    """Cells of one reading: every counted table, and those of the models that are `printed`."""
    tables = study.tables.values()
    parts = [table_cells(frames[spec.frame], study, spec.table, label)[0] for spec in tables if spec.frame]
    if study.models:
        estimated = sorted(set(_tables(tables, ESTIMATED)) & set(printed))
        fitted, _ = fit_models(frames, study, estimated)
        parts += [estimate_table(fitted, study, table, label) for table in estimated]
    parts += [quote_cells(pd.concat(parts), study, table, label) for table in _tables(tables, QUOTED)]
    return pd.concat(parts, ignore_index=True)


def _tables(specs: Iterable[TableSpec], job: str) -> list[str]:
    """Names of the tables whose statistic has the job."""
    return [spec.table for spec in specs if spec.statistic.job == job]


def _score(reading: Reading, backtest: pd.DataFrame) -> dict[str, Any]:
    compared = backtest[(backtest["verdict"] != NOT_PUBLISHED) & backtest["ours"].notna()]
    beyond = (compared["difference"].abs() - compared["half_width"]).clip(lower=0)
    distance = (beyond / compared["std_error"].where(compared["std_error"] > 0)).dropna()
    counts = compared["verdict"].value_counts()
    return {
        "choice": reading.choice or reading.label,
        "alternative": reading.alternative,
        "default": reading.study.choices[reading.choice].default if reading.choice else "",
        **{verdict: int(counts.get(verdict, 0)) for verdict in COUNTED},
        "compared": len(compared),
        "mean_distance": float(distance.mean()) if len(distance) else np.nan,
    }
