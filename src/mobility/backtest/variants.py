"""Every alternative reading of a study, run one at a time and ranked by the back test."""

from collections.abc import Callable, Collection, Iterable

import numpy as np
import pandas as pd

from mobility.backtest.compare import compare
from mobility.cells import BASELINE, CELL_KEYS
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.quoted import quote_cells
from mobility.cells.stage import table_cells
from mobility.intake.losses import LossTable
from mobility.settings import Study, TableSpec
from mobility.statistics import ESTIMATED, QUOTED
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.verdicts import COMPARED, MATCH_OF_ZERO, NOT_PUBLISHED

COUNTED = (*COMPARED, MATCH_OF_ZERO)
RANKING_COLUMNS = ["choice", "alternative", "default", *COUNTED, "compared", "mean_distance", "rank"]


def rank_choices(panel: pd.DataFrame, study: Study, published: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank the readings of `choices.yaml` by how near they bring the published numbers.

    Returns
    -------
    ranking : one row the baseline and one each alternative, columns `RANKING_COLUMNS`; `mean_distance` is the mean of
        |ours - published| over the baseline's standard error, rounding taken off; rank 1 is nearest. (With its own
        errors a reading that leaves out more people would look nearer.)
    cells : the cells of every run, `choice` naming it.
    """
    printed = set(published["table"])
    return rank_cells(study, published, lambda label, chosen: _count(panel, study, chosen, label, printed))


def rank_cells(
    study: Study, published: pd.DataFrame, count: Callable[[str, dict[str, str]], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As `rank_choices`, of the cells that `count` makes under a label and a reading."""
    rows, cells, errors = [], [], None
    for label, (name, alternative, chosen) in readings(study).items():
        counted = count(label, chosen)
        backtest = compare(counted, published).set_index(CELL_KEYS)
        errors = backtest["std_error"] if errors is None else errors
        cells.append(counted)
        rows.append(_score(label, name, alternative, study, backtest.assign(std_error=errors)))
    ranking = pd.DataFrame(rows)
    ranking["rank"] = ranking["mean_distance"].rank(method="min").astype("Int64")
    return ranking[RANKING_COLUMNS].sort_values("rank", kind="stable", ignore_index=True), pd.concat(cells)


def readings(study: Study) -> dict[str, tuple[str, str, dict[str, str]]]:
    """By label the choice, its alternative and all that is chosen: the baseline, then every other answer by itself."""
    baseline = study.chosen()
    found = {BASELINE: ("", "", baseline)}
    for name, choice in study.choices.items():
        for alternative in choice.alternatives:
            if alternative != choice.default:
                found[f"{name}={alternative}"] = (name, alternative, {**baseline, name: alternative})
    return found


def _count(
    panel: pd.DataFrame, study: Study, chosen: dict[str, str], label: str, printed: Collection[str]
) -> pd.DataFrame:
    """Cells of one reading: every counted table, and those of the models that are `printed`."""
    frames, tables = make_frames(Inputs.of(panel, study, chosen, LossTable())), study.tables.values()
    counted = [spec for spec in tables if spec.frame]
    parts = [table_cells(frames[spec.frame], study, spec.table, chosen, label)[0] for spec in counted]
    if study.models:
        estimated = sorted(set(_tables(tables, ESTIMATED)) & set(printed))
        fitted, _ = fit_models(frames, study, chosen, estimated)
        parts += [estimate_table(fitted, study, table, chosen, label) for table in estimated]
    parts += [quote_cells(pd.concat(parts), study, table, label) for table in _tables(tables, QUOTED)]
    return pd.concat(parts, ignore_index=True)


def _tables(specs: Iterable[TableSpec], job: str) -> list[str]:
    """Names of the tables whose statistic has the job."""
    return [spec.table for spec in specs if spec.statistic.job == job]


def _score(label: str, name: str, alternative: str, study: Study, backtest: pd.DataFrame) -> dict:
    compared = backtest[(backtest["verdict"] != NOT_PUBLISHED) & backtest["ours"].notna()]
    beyond = (compared["difference"].abs() - compared["half_width"]).clip(lower=0)
    distance = (beyond / compared["std_error"].where(compared["std_error"] > 0)).dropna()
    counts = compared["verdict"].value_counts()
    return {
        "choice": name or label,
        "alternative": alternative,
        "default": study.choices[name].default if name else "",
        **{verdict: int(counts.get(verdict, 0)) for verdict in COUNTED},
        "compared": len(compared),
        "mean_distance": float(distance.mean()) if len(distance) else np.nan,
    }
