"""What leaves of a study beside its tables: whom each step left out, the comparison with print, commands of models."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from mobility.checker.rules import between

LOSSES, BACKTEST, COMMANDS = "losses.csv", "backtest.csv", "commands.csv"
LEFT = ("rows_in", "rows_dropped", "rows_out", "persons_out")
CELL = ["table", "row", "column", "statistic"]


@dataclass(frozen=True)
class Beside:
    """A file that leaves beside the tables.

    name : of the file. what : what is in it, and by what it is judged. lines, numbers : how many of both it has.
    fewest : the smallest of these numbers that is not nothing; missing where none is a number of rows or persons.
    broken : how many of them may not leave.
    """

    name: str
    what: str
    lines: int
    numbers: int
    fewest: float
    broken: int


def _losses(file: pd.DataFrame, cells: Mapping[str, pd.DataFrame], threshold: int) -> Beside:
    counts = file[[name for name in LEFT if name in file]].stack().dropna()
    what = (
        f"who is left out at which step. Each number of rows and of persons is nobody or at least {threshold}, so that "
        "no step tells of fewer; steps that would are told together, and numbers that tables hide are hidden here too"
    )
    broken = int(between(counts, threshold).sum())
    return Beside(LOSSES, what, len(file), len(counts), float(counts[counts > 0].min()), broken)


def _backtest(file: pd.DataFrame, cells: Mapping[str, pd.DataFrame], threshold: int) -> Beside:
    leave = pd.concat(cells.values(), ignore_index=True)
    told = leave.loc[leave["leaves"], CELL].drop_duplicates()
    own = file[file["ours"].notna()].merge(told, on=CELL, how="left", indicator=True)
    what = "cells of the tables beside what was printed, or planted; it repeats no number that a table hides"
    return Beside(BACKTEST, what, len(file), len(own), float("nan"), int((own["_merge"] != "both").sum()))


def _commands(file: pd.DataFrame, cells: Mapping[str, pd.DataFrame], threshold: int) -> Beside:
    return Beside(
        COMMANDS,
        "models as commands of Stata and R: as the specs say them, whatever the rows have",
        len(file),
        0,
        float("nan"),
        0,
    )


FILES: Mapping[str, Callable[[pd.DataFrame, Mapping[str, pd.DataFrame], int], Beside]] = {
    LOSSES: _losses,
    BACKTEST: _backtest,
    COMMANDS: _commands,
}


def beside_of(files: Mapping[str, pd.DataFrame], cells: Mapping[str, pd.DataFrame], threshold: int) -> Iterator[Beside]:
    """What is said of each of the files (by name, among `FILES`).

    cells : of each table, with `leaves` for those with a number. threshold : least number of persons.
    """
    for name, file in files.items():
        yield FILES[name](file, cells, threshold)
