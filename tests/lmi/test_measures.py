"""Labelled arrays and their aggregates, by hand."""

import numpy as np
import pandas as pd
import pytest

from mobility.errors import DataError
from mobility.lmi.cells import Measure, digits

JOBS = pd.DataFrame(
    {
        "code": ["1122", "1121", "2111", "1121", "1122"],
        "sex": ["men", "men", "men", "women", "women"],
        "jobs": [30.0, 10.0, 5.0, 4.0, np.nan],
    }
)


def _jobs():
    return Measure.of(JOBS, ("code", "sex"), "jobs")


def test_labels_are_sorted_and_a_cell_without_a_row_has_no_number():
    jobs = _jobs()
    assert jobs.axes.labels == {"code": ("1121", "1122", "2111"), "sex": ("men", "women")}
    np.testing.assert_array_equal(jobs.values, [[10, 4], [30, np.nan], [5, np.nan]])
    assert jobs.at("sex", ["women"]).frame("n")["n"].iloc[0] == 4


def test_sums_leave_out_what_has_no_number_and_count_it():
    groups = digits(_jobs().axes.labels["code"], 2)
    assert groups == ["11", "11", "21"]
    np.testing.assert_array_equal(_jobs().summed("code", groups).values, [[40, 4], [5, np.nan]])
    np.testing.assert_array_equal(_jobs().gaps("code", groups).values, [[0, 1], [0, 1]])
    np.testing.assert_array_equal(_jobs().summed("sex", ["all", "all"]).values, [[14], [30], [5]])


def test_means_are_weighted_by_jobs():
    """(10 x 400 + 30 x 800) / 40 = 700; women of 1122 have no jobs and do not count."""
    pay = Measure.of(JOBS.assign(pay=[800.0, 400.0, 300.0, 350.0, 900.0]), ("code", "sex"), "pay")
    found = pay.averaged("code", digits(pay.axes.labels["code"], 1), _jobs())
    np.testing.assert_allclose(found.values, [[700, 350], [300, np.nan]])
    assert found.axes.labels["code"] == ("1", "2")


def test_a_cell_that_stands_twice_is_refused():
    with pytest.raises(DataError, match=r"lmi: two rows of code 1122, sex men\. Keep one of them"):
        Measure.of(pd.concat([JOBS, JOBS.head(1)]), ("code", "sex"), "jobs")
