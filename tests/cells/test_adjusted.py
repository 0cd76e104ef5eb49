"""Tests of several tables with p-values adjusted for all of them together."""

from dataclasses import replace

import numpy as np
import pytest

from mobility.cells.quoted import quote_cells
from mobility.cells.stage import table_cells
from mobility.odds import benjamini_hochberg, holm
from mobility.settings.cross_check import problems_of_adjusted
from specs import table_spec
from test_odds import ROWS, study_of

TOGETHER = {
    "table": "together",
    "statistic": "adjusted",
    "rows": {
        "show": [
            {"id": "gap", "of_table": "tests", "of_row": "y2014"},
            {"id": "later", "of_table": "tests", "of_row": "y2021"},
            {"id": "change", "of_table": "tests", "of_row": "change"},
        ]
    },
    "columns": {"show": [{"id": name, "tells": name} for name in ("log_odds", "p_value", "p_holm", "design_p_bh")]},
}


def together(**changed):
    study = study_of("weight")
    study.tables["together"] = table_spec({**TOGETHER, **changed})
    return study


def test_p_values_are_adjusted_over_the_rows_of_the_table():
    study = together()
    own = table_cells(ROWS, study, "tests")[0]
    found = quote_cells(own, study, "together").set_index(["row", "column"])
    value = own.set_index(["row", "column"])["value"]
    plain = [value[row, "p_value"] for row in ("y2014", "y2021", "change")]
    by_design = [value[row, "design_p_value"] for row in ("y2014", "y2021", "change")]
    rows = ["gap", "later", "change"]
    assert [found["value"][row, "p_value"] for row in rows] == plain
    assert [found["value"][row, "p_holm"] for row in rows] == pytest.approx(holm(plain))
    assert [found["value"][row, "design_p_bh"] for row in rows] == pytest.approx(benjamini_hochberg(by_design))
    # Two comparisons and one change were adjusted apart in their own table.
    assert value["y2014", "p_holm"] < found["value"]["gap", "p_holm"]
    ratio = own.set_index(["row", "column"]).loc[("change", "log_odds"), ["value", "std_error", "ci_low", "ci_high"]]
    assert found.loc[("change", "log_odds"), ratio.index].tolist() == ratio.tolist()
    assert study.quoted_tables == ["tests"]


def test_a_test_that_is_held_back_is_so_here_and_is_not_counted():
    study = together()
    own = table_cells(ROWS, study, "tests")[0]
    own.loc[own["row"] == "y2021", ["value", "flag"]] = [np.nan, "suppressed"]
    found = quote_cells(own, study, "together").set_index(["row", "column"])
    assert set(found.loc["later", "flag"]) == {"suppressed"} and found.loc["later", "value"].isna().all()
    value = own.set_index(["row", "column"])["value"]
    two = [value[row, "p_value"] for row in ("y2014", "change")]
    assert [found["value"][row, "p_holm"] for row in ("gap", "change")] == pytest.approx(holm(two))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"of_table": "shares", "of_row": "y2014"}, "of_table `shares` is no table of tests; allowed: tests."),
        ({"of_table": "tests", "of_row": "y2015"}, "of_row `y2015` is not in tables/tests.yaml; nearest: y2014, y2021"),
    ],
)
def test_a_row_of_a_test_that_is_not_there_is_refused(row, said):
    study = together(rows={"show": [{"id": "gap", **row}]})
    (problem,) = problems_of_adjusted(study.tables["together"], study, "tables/together.yaml")
    assert problem.startswith("tables/together.yaml, gap: ") and said in problem


def test_a_column_that_the_tests_do_not_tell_is_refused():
    study = together(rows={"show": [{"id": "gap", "of_table": "tests", "of_row": "y2014"}]})
    spec = study.tables["tests"]
    kept = type(spec.columns)(tuple(item for item in spec.columns.items if item.tells != "p_value"))
    study.tables["tests"] = replace(spec, columns=kept)
    problems = problems_of_adjusted(study.tables["together"], study, "t")
    assert any("does not tell `p_value`" in problem for problem in problems), problems
