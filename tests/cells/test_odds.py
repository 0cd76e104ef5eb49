"""Log odds ratios and their tests: the annex's worked example, R's survey package, by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.odds import adjusted_as_shown
from mobility.cells.stage import said_of, table_cells
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.odds import benjamini_hochberg, cells_of_share, half_up, holm, log_odds_ratio, p_value
from mobility.settings import Study
from mobility.settings.cross_check import problems_of_tests
from mobility.settings.frames import FrameSpec
from paths import GOLDEN
from specs import about, sample, table_spec

EXPECTED = pd.read_csv(GOLDEN / "design_expected.csv").set_index(["what", "where"])
ROWS = pd.read_csv(GOLDEN / "design_sample.csv").assign(out=lambda rows: rows["out"].astype("float64"))
TELLS = [
    "log_odds",
    "z",
    "p_value",
    "p_holm",
    "p_bh",
    "z_null_1_as_printed",
    "design_log_odds",
    "design_p_value",
    "design_p_holm",
    "design_p_bh",
]
SHARES = {
    "table": "shares",
    "statistic": "proportion",
    "frame": "f",
    "sample": "s",
    "rows": {"of": "background", "show": [{"id": "privileged"}, {"id": "working_class"}]},
    "columns": {"of": "year", "show": [{"id": f"y{year}", "of": [year], "mean": "out"} for year in (2014, 2021)]},
}
PAIR = {"from": "privileged", "to": "working_class"}
ROWS_OF_TESTS = [
    {"id": "y2014", "column": "y2014", **PAIR},
    {"id": "y2021", "column": "y2021", **PAIR},
    {"id": "change", "column": "y2021", "since": "y2014", **PAIR},
]


def study_of(weight="", **tests):
    raw = {"table": "tests", "statistic": "log_odds", "frame": "f", "sample": "s", "tests": "shares"}
    rows = {"show": tests.pop("rows", ROWS_OF_TESTS)}
    columns = {"show": [{"id": name, "tells": name} for name in TELLS]}
    tables = [table_spec(SHARES), table_spec({**raw, "rows": rows, "columns": columns, **tests})]
    return Study(
        GOLDEN,
        about({"weight": weight}),
        samples={"s": sample("s", {})},
        tables={spec.table: spec for spec in tables},
        frames={"f": FrameSpec("persons", cluster="household")},
    )


def cells_of(frame, weight="", **tests):
    return table_cells(frame, study_of(weight, **tests), "tests")[0].set_index(["row", "column"])


def test_the_worked_example_of_the_annex():
    """22, 558 and 32, 548: men unemployed in 2014 of professional and of working class background."""
    found = log_odds_ratio(22, 558, 32, 548)
    assert found.value == pytest.approx(-0.392777, abs=5e-7)
    assert found.std_error == pytest.approx(0.283410, abs=5e-7)
    assert found.z == pytest.approx(-1.385895, abs=5e-7)
    # Against 1, as the text has it: (-0.392777 - 1) / 0.283410.
    assert found.against(1.0) == pytest.approx(-4.914344, abs=5e-5)
    assert p_value(found.z) == pytest.approx(0.165778, abs=5e-6)


def test_the_cells_of_the_example_come_from_shares_and_rounded_numbers():
    """577 and 583 persons are 580 in Table B3; 3.75 per cent of 580 are 21.75, hence 22."""
    assert [half_up(n, 10) for n in (577, 583, 575, 574)] == [580, 580, 580, 570]
    assert cells_of_share(0.0375, half_up(577, 10)) == (22, 558)
    assert cells_of_share(0.5, 5) == (3, 2)
    assert cells_of_share(0.145, 100) == (15, 85)  # 14.499999999999998 in floating point


def test_a_change_adds_the_squares_of_the_errors():
    earlier, later = log_odds_ratio(22, 558, 32, 548), log_odds_ratio(30, 540, 33, 337)
    change = later.less(earlier)
    assert change.value == pytest.approx(later.value + 0.392777, abs=1e-6)
    assert change.std_error == pytest.approx(np.sqrt(0.283410**2 + later.std_error**2), abs=1e-6)


def test_holm_as_r_has_it():
    """`p.adjust(method = "holm")`; a missing test is not counted."""
    expected = EXPECTED.loc["holm"]
    p_values = [float(where) for where in expected.index]
    assert holm(p_values) == pytest.approx(expected["value"].to_list(), rel=1e-12)
    with_gap = holm([np.nan, *p_values])
    assert np.isnan(with_gap[0])
    assert with_gap[1:] == pytest.approx(holm(p_values))


def test_benjamini_and_hochberg_as_r_has_it():
    """`p.adjust(method = "BH")`; a missing test is not counted."""
    expected = EXPECTED.loc["bh"]
    p_values = [float(where) for where in expected.index]
    assert benjamini_hochberg(p_values) == pytest.approx(expected["value"].to_list(), rel=1e-12)
    with_gap = benjamini_hochberg([*p_values, np.nan])
    assert np.isnan(with_gap[-1])
    assert with_gap[:-1] == pytest.approx(benjamini_hochberg(p_values))


def test_log_odds_by_the_design_as_r_has_them():
    """`svyglm` with the logit, clustered by household; the change takes households of both years as one cluster."""
    cells = cells_of(ROWS, "weight")
    for row, where in (("y2014", "2014"), ("y2021", "2021"), ("change", "change")):
        expected, found = EXPECTED.loc[("log_odds", where)], cells.loc[(row, "design_log_odds")]
        assert (found["value"], found["std_error"]) == pytest.approx((expected["value"], expected["error"]), rel=1e-6)


@pytest.mark.parametrize("cells", ["published", "exact", "microdata"])
def test_cells_of_four_by_each_reading(cells):
    found = cells_of(ROWS, "weight", cells=cells).loc[("y2014", "log_odds")]
    four = []
    for group in ("privileged", "working_class"):
        rows = ROWS[(ROWS["year"] == 2014) & (ROWS["background"] == group)]
        there = int(rows["out"].sum())
        if cells != "microdata":
            share = float((rows["out"] * rows["weight"]).sum() / rows["weight"].sum())
            n = len(rows) if cells == "exact" else 10 * int(len(rows) / 10 + 0.5)
            there, size = int(share * n + 0.5), n
        four += [there, (len(rows) if cells == "microdata" else size) - there]
    assert (found["value"], found["std_error"]) == pytest.approx(list(vars(log_odds_ratio(*four)).values()))


def test_the_number_of_rows_counts_those_without_an_answer():
    """The unemployed are a share of the active, and the number that it is taken of is that of Table B3."""
    gaps = ROWS.assign(out=ROWS["out"].where(ROWS["person"] % 3 > 0))
    found = cells_of(gaps, cells="exact").loc[("y2014", "log_odds")]
    four = []
    for group in ("privileged", "working_class"):
        rows = gaps[(gaps["year"] == 2014) & (gaps["background"] == group)]
        four += cells_of_share(rows["out"].mean(), len(rows))
    assert found["value"] == pytest.approx(log_odds_ratio(*four).value)


def test_tests_are_adjusted_among_comparisons_and_among_changes():
    cells = cells_of(ROWS)["value"]
    levels = [cells[row, "p_value"] for row in ("y2014", "y2021")]
    assert [cells[row, "p_holm"] for row in ("y2014", "y2021")] == pytest.approx(holm(levels))
    assert cells["change", "p_holm"] == cells["change", "p_value"]


def test_the_printed_null_says_what_it_is_no_test_of():
    cells = cells_of(ROWS)
    found, ratio = cells.loc[("y2014", "z_null_1_as_printed")], cells.loc[("y2014", "log_odds")]
    assert found["value"] == pytest.approx((ratio["value"] - 1) / ratio["std_error"])
    assert found["note"] == "as printed, not a test of equal odds"


def test_a_zero_cell_gives_no_test():
    nobody = ROWS.assign(out=ROWS["out"].where(ROWS["background"] != "privileged", 0.0))
    cells = cells_of(nobody)
    assert (cells["flag"] == "not_estimable").all()
    assert set(cells["note"]) == {"a cell of the four is zero: no test"}
    assert cells["value"].isna().all()


@pytest.mark.parametrize("cells", ["published", "exact", "microdata"])
def test_a_year_without_anybody_gives_no_test(cells):
    found = cells_of(ROWS[ROWS["year"] == 2014], "weight", cells=cells)
    assert (found.loc["y2014", "flag"] == "").all()
    for row in ("y2021", "change"):
        assert set(found.loc[row, "note"]) == {"nobody in one of the groups: no test"}


def test_tests_are_counted_anew_where_the_table_that_they_test_is_another():
    """Its columns say which rows are compared: the same tests of other years are other numbers."""
    study = study_of()
    years = {**SHARES, "columns": {**SHARES["columns"], "show": [*SHARES["columns"]["show"]]}}
    years["columns"]["show"][1] = {**years["columns"]["show"][1], "of": [2014, 2021]}
    other = replace(study, tables={**study.tables, "shares": table_spec(years)})
    numbers = [table_cells(ROWS, each, "tests")[0]["value"].tolist() for each in (study, other)]
    assert numbers[0] != numbers[1] and said_of(study, "tests") != said_of(other, "tests")
    assert said_of(study, "tests") == said_of(study_of(), "tests")


def test_a_test_goes_with_a_hidden_share():
    """Of three categories one is small, and a second one goes with it: no test may give that back."""
    frame = ROWS.assign(year=2014).head(60).assign(out=[1.0] * 2 + [1.0, 0.0] * 29)
    frame["background"] = ["privileged"] * 2 + ["privileged", "working_class"] * 29
    frame.loc[frame["background"] == "privileged", "out"] = [1.0] * 2 + [0.0] * 29
    study = study_of(rows=ROWS_OF_TESTS[:1])
    own, sample = study.tables, study.samples["s"]
    tables = [Table(table_cells(frame, study, name)[0], own[name], sample, frame) for name in ("shares", "tests")]
    tables[1] = replace(tables[1], shares=own["shares"])
    shares, tests = release_tables(tables, "safeguarded", 3)
    assert shares.cells.set_index(["row", "column"])["flag"]["privileged", "y2014"] == "suppressed"
    assert tests.cells["flag"].eq("suppressed").all()
    assert tests.cells["value"].isna().all()


def test_no_adjusted_p_value_tells_that_of_a_hidden_test():
    """Of p-values 0.01, 0.011, which is hidden, and 0.05, that of BH for the first was 0.011 times 3 / 2."""
    study = study_of(rows=[{**ROWS_OF_TESTS[0], "id": name} for name in "abc"])
    spec, tests = study.tables["tests"], table_cells(ROWS, study, "tests")[0]
    p = {"a": 0.01, "b": 0.011, "c": 0.05}
    for tells, values in (("p_value", p), ("p_bh", {"a": 0.0165, "b": 0.0165, "c": 0.05})):
        mine = tests["column"] == tells
        tests.loc[mine, "value"] = tests.loc[mine, "row"].map(values)
    tests.loc[tests["row"] == "b", "flag"] = "suppressed"
    found = adjusted_as_shown(tests, spec).set_index(["row", "column"])["value"]
    assert [found[row, "p_bh"] for row in "ac"] == pytest.approx([0.02, 0.05])  # min(2 x 0.01, 0.05) and 0.05
    assert [found[row, "p_holm"] for row in "ac"] == pytest.approx([0.02, 0.05])
    assert [found[row, "p_value"] for row in "ac"] == [0.01, 0.05]


def test_a_released_test_is_adjusted_among_those_that_are_shown():
    """Beside a hidden test of 2014 that of 2021 is the only one: none of its p-values is raised."""
    rows = ROWS.assign(person=range(len(ROWS)))
    early = (rows["year"] == 2014) & (rows["background"] == "privileged")
    rows.loc[early, "out"] = [1.0] * 2 + [0.0] * (int(early.sum()) - 2)
    study = study_of(rows=ROWS_OF_TESTS[:2])
    own, sample = study.tables, study.samples["s"]
    tables = [Table(table_cells(rows, study, name)[0], own[name], sample, rows) for name in ("shares", "tests")]
    tables[1] = replace(tables[1], shares=own["shares"])
    found = release_tables(tables, "safeguarded", 3)[1].cells.set_index(["row", "column"])
    assert found.loc["y2014", "flag"].eq("suppressed").all() and not found.loc["y2021", "flag"].eq("suppressed").any()
    for of, adjusted in (("p_value", "p_holm"), ("design_p_value", "design_p_bh")):
        assert found.loc[("y2021", adjusted), "value"] == found.loc[("y2021", of), "value"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"columns": {"show": [{"id": "p", "tells": "p_bh"}]}}, "a column tells p_bh and none p_value"),
        ({"tests": "share"}, "tests `share`, which is no table of proportions; nearest: shares"),
        ({"sample": "other"}, "frame and sample are not those of `shares`, which are f, s"),
        ({"rows": [{"id": "r", "column": "y2014", "from": "privileged", "to": "working"}]}, "to `working` is not in"),
        ({"rows": [{"id": "r", "column": "2014", **PAIR}]}, "column `2014` is not in"),
    ],
)
def test_a_test_of_what_is_not_there(keys, said):
    study = study_of(**keys)
    problems = problems_of_tests(study.tables["tests"], study, "studies/s/tables/tests.yaml")
    assert any(said in problem for problem in problems), problems
