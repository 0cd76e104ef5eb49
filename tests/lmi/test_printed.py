"""Printed numbers and the marks in their place."""

import pandas as pd
import pytest

from mobility.errors import DataError
from mobility.lmi.printed import MARKS, read_printed

COLUMNS = ("jobs", "mean")


def _table(*rows):
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="object")


def test_numbers_and_marks_are_kept_apart():
    found = read_printed(_table(("59", "125610"), ("x", "29306"), ("-", "x")), COLUMNS, "Table 14")
    assert found.values.iloc[0].tolist() == [59, 125610] and found.values["mean"].iloc[1] == 29306
    assert found.marks.to_numpy().tolist() == [["", ""], ["x", ""], ["-", "x"]]
    assert found.notes["jobs"].tolist() == ["", MARKS["x"], MARKS["-"]]


def test_a_mark_that_stands_alone_in_its_row_is_that_of_the_row():
    found = read_printed(_table((":", ""), ("..", None), (None, None)), COLUMNS, "Table 14")
    assert found.marks["mean"].tolist() == [":", "..", ""]
    assert found.notes["mean"].tolist() == [MARKS[":"], MARKS[".."], MARKS[""]]
    assert found.values.isna().all(axis=None)


def test_what_is_neither_a_number_nor_a_mark_is_refused():
    wrong = r"Table 14: `12 \(r\)` in row 2 of mean is neither a number nor one of the marks x, \.\., :, -, \*\. Mend"
    with pytest.raises(DataError, match=wrong):
        read_printed(_table(("1", "2"), ("3", "12 (r)")), COLUMNS, "Table 14")
