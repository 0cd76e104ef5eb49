"""Numbers of official tables as they are printed: a number, or the mark that stands in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mobility.errors import DataError

# The marks of the Office for National Statistics. They are kept apart: what is not reliable may be large.
MARKS: Mapping[str, str] = {
    "x": "x: not reliable, its coefficient of variation is above 20 per cent",
    "..": "..: disclosive",
    ":": ":: not applicable",
    "-": "-: nil or negligible",
    "*": "*: the sample is too small",
    "": "no number printed",
}


@dataclass(frozen=True, eq=False)
class Printed:
    """Cells of a table, n rows x k columns.

    values : float64, NaN where no number stands. marks : text, a key of `MARKS`; empty too where a number stands.
    """

    values: pd.DataFrame
    marks: pd.DataFrame

    @property
    def notes(self) -> pd.DataFrame:
        """Of each cell without a number what its mark says; empty where a number stands."""
        return self.marks.replace(dict(MARKS)).where(self.values.isna(), "")


def read_printed(cells: pd.DataFrame, columns: Sequence[str], where: str) -> Printed:
    """Numbers and marks of some columns of text.

    A row whose other cells are empty has its mark in one of them (ASHE writes `..` and `:` beside the number of jobs
    alone): it holds for all of the row.

    Raises
    ------
    DataError
        A cell is neither a number nor a mark; `where` names the table.
    """
    text = cells[list(columns)].astype("object").fillna("")
    values = text.apply(pd.to_numeric, errors="coerce").astype("float64")
    marks = text.where(values.isna(), "")
    strange = ~marks.isin(list(MARKS))
    if strange.to_numpy().any():
        row, column = np.argwhere(strange.to_numpy())[0]
        raise DataError(
            f"{where}: `{marks.iat[row, column]}` in row {row + 1} of {columns[column]} is neither a number nor one of "
            f"the marks {', '.join(filter(None, MARKS))}. Mend the file, or add the mark with its meaning to MARKS."
        )
    of_row = marks.max(axis=1)
    blank = values.isna() & (marks == "")
    return Printed(values, marks.mask(blank, of_row, axis=0))
