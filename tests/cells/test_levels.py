"""Values of series in cells: what stands in a frame, with its error and size, and why there is none."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells.tabulate import tabulate
from mobility.errors import DataError
from mobility.settings import Axis, Item, TableSpec
from mobility.statistics import statistic_of

FRAME = pd.DataFrame(
    {
        "area": "uk",
        "year": [2001, 2002, 2003],
        "line": ["a", "a", "b"],
        "value": [0.25, np.nan, 7.0],
        "std_error": [0.01, np.nan, np.nan],
        "n": [83304.87, np.nan, np.nan],
        "note": ["", "not there, bring FILE", ""],
    }
)


def _spec(statistic, rows, columns, of="line"):
    axes = {"rows": Axis(tuple(rows), "year"), "columns": Axis(tuple(columns), of)}
    return TableSpec("t", "t", "Table 1", "T", "S", statistic_of(statistic), 1, **axes, frame="series", sample="s")


def _cells(statistic, frame=FRAME, column=None):
    years = [Item(f"y{year}", str(year), of=(str(year),)) for year in (2001, 2002, 2003)]
    spec = _spec(statistic, years, [column or Item("a", "A", of=("a",))], "" if column else "line")
    return tabulate(frame, spec, "study", unit="area").set_index("row")


@pytest.mark.parametrize("statistic", ["level", "percentage"])
def test_the_value_stands_with_its_error_interval_and_size(statistic):
    cell = _cells(statistic).loc["y2001"]
    assert (cell["value"], cell["std_error"], cell["n"], cell["statistic"]) == (0.25, 0.01, 83305, statistic)
    assert cell[["ci_low", "ci_high"]].tolist() == pytest.approx([0.25 - 1.959964 * 0.01, 0.25 + 1.959964 * 0.01])


def test_a_cell_without_a_value_says_why():
    cells = _cells("level")
    assert cells.loc["y2002", "note"] == "not there, bring FILE"
    assert cells.loc["y2003", "note"] == "no value published"
    assert cells.loc[["y2002", "y2003"], "flag"].tolist() == ["not_estimable"] * 2


def test_what_is_to_be_said_of_a_value_stands_beside_it():
    cell = _cells("level", FRAME.assign(note="filled")).loc["y2001"]
    assert (cell["value"], cell["flag"], cell["note"]) == (0.25, "", "filled")


def test_two_values_in_a_cell_are_refused():
    with pytest.raises(DataError, match=r"tables/t\.yaml: 2 values in row `y2001`, column `a`\. Narrow the sample"):
        _cells("level", pd.concat([FRAME, FRAME]))


def test_a_remark_is_the_words_of_its_column():
    cells = _cells("remark", column=Item("there", "There", words="note"))
    assert cells["note"].tolist() == ["", "not there, bring FILE", ""]
    assert set(cells["statistic"]) == {"text"}
