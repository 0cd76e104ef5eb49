"""`mobility backtest`: how near the numbers of a study are to print."""

from pathlib import Path

import pandas as pd

from mobility.backtest.compare import NOT_ESTIMATED, summarise
from mobility.cells import read_cells
from mobility.errors import DataError
from mobility.explain.delivered import provenance_of
from mobility.explain.listing import table_id
from mobility.settings import TableSpec, labelled, load_config, load_study, not_made
from mobility.statistics import PRINTED
from mobility.storage import read_placed
from mobility.verdicts import of_study, verdict_sentence, why_few_match

NONE = "None of these numbers is published."


def backtest_text(root: Path, study_name: str, table: str | None) -> str:
    """The released back test in words: a line a table, or every cell of one table; then what the page says of it.

    Raises `DataError` where the study was not run yet.
    """
    config, study = load_config(root), load_study(root, study_name)
    path = root / "results/released" / study_name / "backtest.csv"
    if not path.is_file():
        raise DataError(not_made(config, study_name, path))
    backtest = read_placed(path)
    if table is None:
        shown = [_only_shown(spec) for spec in study.tables.values() if spec.statistic.job == PRINTED]
        synthetic = provenance_of(root, config, study)["synthetic"]
        records = labelled(backtest.to_dict("records"), study.tables)
        said = of_study(records, study.about.planted, synthetic) or NONE
        return "\n\n".join([summarise(backtest).to_string(index=False), *shown, said])
    name = table_id(study, table)
    if study.tables[name].statistic.job == PRINTED:
        return _only_shown(study.tables[name])
    rows = backtest[backtest["table"] == name]
    released = read_cells(root / "results/released" / study.name / f"{name}.csv")
    columns = ["row", "column", "statistic", "published", "ours", "std_error", "difference", "verdict", "why"]
    shown = rows.assign(why=_reasons(rows, released))[columns].round(5).to_string(index=False)
    records = labelled(rows.to_dict("records"), study.tables)
    few = why_few_match(records, provenance_of(root, config, study)["synthetic"])
    return "\n\n".join(filter(None, [shown, verdict_sentence(records) or NONE, few]))


def _only_shown(spec: TableSpec) -> str:
    return f"{spec.number}: shown as printed, and not compared. {' '.join(spec.notes)}"


def _reasons(backtest: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """Why a published number was not estimated: the note of the released cell in its place."""
    notes = {(cell.row, cell.column): cell.note for cell in cells.itertuples() if cell.note}
    places = zip(backtest["row"], backtest["column"], strict=True)
    reasons = pd.Series([notes.get(place, "our table has no such number") for place in places], index=backtest.index)
    return reasons.where(backtest["verdict"] == NOT_ESTIMATED, "")
