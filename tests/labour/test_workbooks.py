"""Workbooks of ASHE as they are published: numbers, marks, sub-totals, areas, and what is refused."""

import numpy as np
import pytest

from labour.conftest import HEADER, LINES
from mobility.errors import DeliveryError, SpecError
from mobility.intake.losses import breaks

NAME = "Table 15.7a   Annual pay - Gross 2020.xlsx"
TITLE = ("Table 15.7a   Annual pay - Gross (£) - For part-time employee jobsa: United Kingdom, 2020",)


def _line(panel, region, occupation):
    return panel[(panel["region"] == region) & (panel["occupation"] == occupation)].iloc[0]


def test_a_sheet_is_read_as_it_is_printed(workbook, ashe):
    workbook(NAME, {"Part-Time": LINES})
    read = ashe("table_15_7")
    panel = read.panel
    assert len(panel) == 7
    assert set(panel["gender"]) == {"all"} and set(panel["status"]) == {"2"}
    assert list(panel["level"]) == ["all", "major", "unit", "all", "major", "unit", "all"]
    whole = _line(panel, "all", "all")
    assert (whole["jobs"], whole["median"], whole["mean"], whole["p90"]) == (6_238_000, 11_240, 13_819, 25_872)
    assert (whole["median_change"], whole["mean_change"]) == (6.2, 7.1)
    assert breaks(read.losses) == []
    dropped = read.losses.set_index("reason")["rows_dropped"]
    assert dropped["not classified"] == 1 and dropped["notes and blank lines"] == 1
    assert read.provenance["access"] == "open" and not read.provenance["synthetic"]


def test_marks_are_kept_apart(workbook, ashe):
    workbook(NAME, {"Part-Time": LINES})
    panel = ashe("table_15_7").panel
    chief = _line(panel, "all", "1115")
    assert (chief["jobs_mark"], chief["median_mark"], chief["mean_mark"]) == ("x", "x", "")
    assert chief["mean"] == 28_950 and np.isnan(chief["median"])
    assert chief["mean_change_mark"] == "blank"
    disclosive = _line(panel, "9", "1115")
    assert {disclosive[name] for name in ("jobs_mark", "mean_mark", "p10_mark")} == {".."}
    assert _line(panel, "12", "all")["p10_mark"] == "-"


def test_a_moved_header_and_moved_columns_are_found_by_their_words(workbook, ashe):
    order = [0, 5, 6, 1, 3, 4, 2, *range(16, 6, -1)]
    moved = [[row[place] if place < len(row) else "" for place in order] for row in (*HEADER, *LINES[:-2])]
    workbook(NAME, {"Part-Time": [TITLE, (), ("a note",), (), *moved]}, whole=True)
    panel = ashe("table_15_7").panel
    whole = _line(panel, "all", "all")
    assert (whole["jobs"], whole["median"], whole["mean"]) == (6_238_000, 11_240, 13_819)
    assert (whole["median_change"], whole["mean_change"], whole["p10"], whole["p90"]) == (6.2, 7.1, 3_738, 25_872)


def test_lines_below_all_areas_belong_to_the_area_that_they_name(workbook, ashe):
    """Industries: totals of the areas at the head, then lines of each, named but for the first (C.8.3)."""
    numbers = (100, 400, 1, 500, 2, *[300] * 10)
    lines = [
        ("United Kingdom", "K02000001", *numbers),
        ("North East", "E12000001", *numbers),
        ("MANUFACTURING", "C", *numbers),
        ("  Manufacture of food products", 10, *numbers),
        ("  Crop and animal production", 1, *numbers),
        ("North East, MANUFACTURING", "C", *numbers),
        ("  North East, Manufacture of food products", 10, *numbers),
        ("    North East, Production of meat", 101, *numbers),
    ]
    workbook("Table 5.7a   Annual pay - Gross 2020.xlsx", {"All": lines}, table="5.7a")
    panel = ashe("table_5_7").panel
    found = list(panel[["region", "level", "sic"]].itertuples(index=False, name=None))
    assert found[:2] == [("all", "all", "all"), ("9", "all", "all")]
    assert found[2:5] == [("all", "section", "C"), ("all", "division", "10"), ("all", "division", "01")]
    assert found[5:] == [("9", "section", "C"), ("9", "division", "10"), ("9", "group", "101")]


def test_coefficients_of_variation_stand_beside_their_values(workbook, ashe):
    workbook(NAME, {"Part-Time": LINES[:2]})
    errors = [("United Kingdom", "K02000001", 0.5, 1.25, "", 0.75, "", *[2] * 10)]
    workbook("Table 15.7b   Annual pay - Gross 2020 CV.xlsx", {"Part-Time": errors}, table="15.7b")
    panel = ashe("table_15_7", optional=("table_15_7_cv", "table_14_7")).panel
    assert list(panel["mean_cv"].fillna(-1)) == [0.75, -1] and panel["jobs_cv"].iloc[0] == 0.5


REFUSED = {
    "unknown mark": ([(*LINES[0][:5], "n/a", *LINES[0][6:])], "row 6, mean: `n/a` is no number and none of the marks"),
    "below nought": ([(*LINES[0][:5], -5, *LINES[0][6:])], "row 6, mean: `-5` is below 0"),
    "SOC2000": ([*LINES[:2], ("  Sales", 1113, 1, 2, 3, 4)], "`1113`, is of SOC2000 and goes to"),
    "SOC2020": ([*LINES[:2], ("  Care", 1140, 1, 2, 3, 4)], "`1140`, is of SOC2020 and goes to"),
    "index": ([*LINES[:2], ("  Driver", "}}}}", 1, 2, 3, 4)], "`}}}}`, stands for a title that needs more information"),
    "no code": ([*LINES[:1], ("Managers", "", 346, 12691, 3.6, 20513)], "`Managers` has numbers and no code"),
    "twice": ([*LINES[:2], LINES[1]], "a second line of 1 in the region all"),
    "another name": ([("Wales", "E12000001", 1, 2, 3, 4)], "`Wales` under the code E12000001 of North East"),
    "no area": (LINES[1:3], "its first line is of no area"),
    "other area": ([*LINES[:1], ("Kent", "E10000016", 1, 2, 3, 4)], "areas E10000016 are not in areas.csv"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_line_is_refused_with_its_place(case, workbook, ashe):
    lines, said = REFUSED[case]
    path = workbook(NAME, {"Part-Time": lines})
    with pytest.raises(DeliveryError) as error:
        ashe("table_15_7")
    assert said in str(error.value) and f"{path}, Part-Time" in str(error.value)


def test_a_header_without_a_column_and_no_header_are_refused(workbook, ashe):
    workbook(NAME, {"Part-Time": [TITLE, *[row[:-1] for row in HEADER[2:]], *LINES]}, whole=True)
    with pytest.raises(DeliveryError, match="row 2: no column p90; its names are description, code"):
        ashe("table_15_7")
    workbook(NAME, {"Part-Time": [TITLE, *LINES]}, whole=True)
    with pytest.raises(DeliveryError, match="no row has the names description, code, median, mean"):
        ashe("table_15_7")


def test_a_renamed_sheet_and_one_of_other_jobs_are_refused(workbook, ashe):
    workbook(NAME, {"PT": [TITLE, *HEADER, *LINES], "All": [TITLE, *HEADER, *LINES]}, whole=True)
    with pytest.raises(DeliveryError) as error:
        ashe("table_15_7")
    assert "sheet `PT`: it holds part-time employee jobs under a name of its own" in str(error.value)
    assert "All: its title says jobs part-time, not all" in str(error.value)


def test_a_workbook_of_another_year_and_one_that_is_not_there_are_refused(workbook, ashe):
    workbook(NAME, {"Part-Time": LINES}, year=2019)
    with pytest.raises(DeliveryError) as error:
        ashe("table_15_7", "table_14_7")
    assert "its title says year 2019, not 2020" in str(error.value)
    assert "Table 14.7a of 2020" in str(error.value) and "no workbook. Bring it" in str(error.value)


def test_half_a_workbook_and_a_table_twice_are_refused(workbook, ashe, folder):
    path = workbook(NAME, {"Part-Time": LINES})
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DeliveryError, match="it is no whole"):
        ashe("table_15_7")
    workbook("PROV - Table 15.7a   Annual pay - Gross 2020.xlsx", {"Part-Time": LINES})
    with pytest.raises(DeliveryError, match=r"Table 15\.7a of 2020: 2 workbooks"):
        ashe("table_15_7")


def test_a_name_that_is_no_table_is_told_the_nearest(workbook, ashe):
    workbook(NAME, {"Part-Time": LINES})
    with pytest.raises(SpecError, match="no table `table_15_77`; nearest: table_15_7"):
        ashe("table_15_77")
