"""Frames of the careers database from rows as sources deliver them; every expected value is by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mobility.errors import DataError
from mobility.intake.losses import LossTable, breaks
from mobility.lmi.delivered import (
    ashe_employees,
    futures_employment,
    futures_replacement,
    industry_means,
    lfs_pay,
    lfs_unemployed,
    lfs_workers,
    occupation_means,
)
from mobility.studies.careers_lmi.distribution import unemployment_table
from small_dimensions import SMALL

INDUSTRIES = {10: "5", 38: "31", 39: "31", 85: "69"}
NO, SILENT = -9, -8
PERSON = {
    "person": 1,
    "wave": "2014Q1",
    "year": 2014,
    "interview": 1,
    "age": 40,
    "sex": 1,
    "activity_34": 1,
    "full_part_time": 1,
    "soc2010": 2314,
    "industry_division": 85,
    "qualification_detail": 1,
    "higher_degree": 1,
    "weekly_pay": 700.0,
    "hourly_pay": 17.5,
    "hours_total": 40.0,
    "weight": 900.0,
    "income_weight": 2000.0,
    "region_20": 13,
    "region_12": NO,
    "last_soc2010": NO,
    "ilo_status": 1,
}


def _panel(*changes):
    return pd.DataFrame([{**PERSON, **change} for change in changes])


def _workers(root, panel, **options):
    losses = LossTable()
    losses.start("work", panel)
    made = lfs_workers(panel, root, INDUSTRIES, losses, "work", **options)
    assert breaks(losses.frame()) == []
    return made, losses.frame().set_index("reason")["rows_dropped"].to_dict()


def test_a_person_in_work_has_the_codes_of_the_database(root):
    made, _ = _workers(root, _panel({}))
    row = made.iloc[0]
    found = tuple(row[["gender", "region", "occupation", "industry", "qualification", "status"]])
    assert found == ("1", "1", "2314", "69", "1", "1")
    assert tuple(row[["quarter", "year", "t", "age"]]) == ("2014Q1", 2014, 0, 40)
    assert tuple(row[["weekly_pay", "hourly_pay", "hours"]]) == (700, 17.5, 40)


def test_qualification_is_cut_by_the_variable_of_the_year_and_by_the_type_of_degree(root):
    codes = [(2014, 1, 3), (2014, 1, NO), (2014, 9, NO), (2015, 9, NO), (2014, 79, NO), (2015, 84, NO), (2015, 83, NO)]
    people = [
        {"person": place, "year": year, "wave": f"{year}Q1", "qualification_detail": code, "higher_degree": degree}
        for place, (year, code, degree) in enumerate(codes)
    ]
    made, _ = _workers(root, _panel(*people))
    assert list(made.sort_values("person")["qualification"]) == ["2", "2", "3", "4", "9", "9", "8"]


def test_only_people_in_work_in_interviews_with_pay_stay_and_losses_are_named(root):
    panel = _panel(
        {},
        {"person": 2, "interview": 2},
        {"person": 3, "age": 15},
        {"person": 4, "activity_34": 5},
        {"person": 5, "activity_34": 3},
        {"person": 6, "activity_34": 2, "full_part_time": 2},
        {"person": 7, "industry_division": 97},
        {"person": 8, "qualification_detail": 80},
        {"person": 9, "region_20": NO, "region_12": 13},
    )
    made, dropped = _workers(root, panel)
    assert list(made["person"]) == [1, 6, 9] and list(made["status"]) == ["1", "3", "1"]
    assert list(made["region"]) == ["1", "1", "12"]
    assert dropped == {
        "rows read": 0,
        "no interview that asks for pay": 1,
        "below 16": 1,
        "no employee and no self-employed": 2,
        "no unit group of SOC2010": 0,
        "no industry of the 75": 1,
        "no region": 0,
        "qualification not known": 1,
        "the same person in another quarter (first counts)": 0,
    }


@pytest.mark.parametrize(("repeats", "quarter"), [("first", "2014Q1"), ("last", "2015Q1")])
def test_nobody_stands_twice(root, repeats, quarter):
    again = {"wave": "2015Q1", "year": 2015, "interview": 5, "age": 41, "region_20": NO, "region_12": 8}
    made, dropped = _workers(root, _panel(again, {}), repeats=repeats)
    assert list(made["quarter"]) == [quarter]
    assert dropped[f"the same person in another quarter ({repeats} counts)"] == 1


def test_the_sample_of_the_equation_has_pay_and_a_weight_of_it(root):
    panel = _panel(
        {},
        {"person": 2, "weekly_pay": SILENT, "income_weight": 0},
        {"person": 3, "activity_34": 2},
        {"person": 4, "income_weight": 0},
        {"person": 5, "weekly_pay": 0.0},
    )
    workers, _ = _workers(root, panel)
    losses = LossTable()
    losses.start("pay", workers)
    assert list(lfs_pay(workers, losses, "pay")["person"]) == [1]
    assert losses.frame()["rows_dropped"].tolist() == [0, 1, 2, 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"weight": -5.0},
            "weight: 1 people in work have none or one below 0; the first is person 1 in 2014Q1, with -5",
        ),
        ({"weight": np.nan}, "with nan"),
        ({"income_weight": -3.0}, "income_weight: 1 people"),
        ({"soc2010": 1113}, "`1113`, is of SOC2000 and goes to"),
        ({"soc2010": 1140}, "`1140`, is of SOC2020 and goes to"),
    ],
)
def test_a_bad_weight_and_a_code_of_another_classification_are_refused(root, change, said):
    with pytest.raises(DataError) as error:
        _workers(root, _panel(change))
    assert said in str(error.value)


def test_the_unemployed_have_their_last_occupation_once(root):
    out = {"activity_34": 5, "ilo_status": 2, "last_soc2010": 9272, "soc2010": NO}
    panel = _panel(
        out, {**out, "wave": "2015Q1", "interview": 5}, {**out, "person": 2, "last_soc2010": NO}, {"person": 3}
    )
    losses = LossTable()
    losses.start("out", panel)
    made = lfs_unemployed(panel, root, losses, "out")
    assert made.to_dict("records") == [{"person": 1, "quarter": "2014Q1", "weight": 900.0, "occupation": "9272"}]


def test_employees_of_the_secure_file_have_the_division_of_their_industry(root):
    panel = pd.DataFrame(
        {
            "person": [1, 1, 2, 3],
            "wave": [2013, 2014, 2014, 2014],
            "age": [30, 31, 15, 40],
            "sex": ["female", "female", "male", "male"],
            "full_time": ["part_time", "full_time", "full_time", "full_time"],
            "soc2010": [2314, 2314, 2314, 2314],
            "sic2007": [85200, 10110, 85200, 85200],
            "region": ["4", "4", "1", "1"],
            "weekly_pay": [150.0, 400.0, 300.0, np.nan],
        }
    )
    losses = LossTable()
    losses.start("jobs", panel)
    made = ashe_employees(panel, root, INDUSTRIES, losses, "jobs")
    assert list(made["industry"]) == ["69", "5"] and list(made["status"]) == ["2", "1"]
    assert list(made["t"]) == [0, 1] and list(made["gender"]) == ["2", "2"]


def _printed(**columns):
    rows = pd.DataFrame(columns)
    plain = {
        "year": 2015,
        "measure": "1",
        "gender": "all",
        "status": "all",
        "region": "all",
        "occupation": "all",
        "sic": "all",
    }
    rows = rows.assign(**{name: value for name, value in plain.items() if name not in rows})
    for name in ("jobs", "median", "mean", "median_change", "mean_change"):
        if name not in rows:
            rows[name] = np.nan
    for name in (10, 20, 25, 30, 40, 60, 70, 75, 80, 90):
        rows[f"p{name}"] = np.nan
    marks = {
        f"{name}_mark": rows[name].isna().map({True: "x", False: ""}) for name in rows if rows[name].dtype == float
    }
    return rows.assign(**marks)


def test_divisions_become_industries_only_where_all_parts_are_there():
    """38 and 39 are one industry: (200 x 300 + 100 x 600) / 300 = 400."""
    panel = _printed(
        table="5",
        level=["all", "section", "division", "division", "division", "division"],
        sic=["all", "E", "38", "39", "10", "85"],
        jobs=[9000.0, 300.0, 200.0, 100.0, np.nan, 50.0],
        mean=[450.0, 380.0, 300.0, 600.0, 350.0, np.nan],
    )
    made = industry_means(panel, 2015, "1", INDUSTRIES).set_index("industry")
    assert (made.at["31", "mean"], made.at["31", "jobs"]) == (400, 300)
    assert made.at["all", "mean"] == 450
    # a single division needs no jobs to weigh it by
    assert made.at["5", "mean"] == 350 and made.at["5", "why"] == ""
    assert np.isnan(made.at["69", "mean"]) and made.at["69", "why"] == "85: x"


def test_a_total_without_its_parts_gives_no_industry():
    panel = _printed(
        table="5", level=["section", "division"], sic=["E", "38"], jobs=[300.0, 200.0], mean=[380.0, 300.0]
    )
    made = industry_means(panel, 2015, "1", INDUSTRIES).set_index("industry")
    assert list(made.index) == ["31"] and np.isnan(made.at["31", "mean"])
    assert made.at["31", "why"] == "a part has no line"


def test_of_two_tables_that_print_a_line_that_by_region_counts():
    panel = _printed(
        table=["14", "15", "15"],
        level=["unit", "unit", "minor"],
        occupation=["2314", "2314", "231"],
        mean=[5.0, 6.0, 7.0],
    )
    made = occupation_means(panel, 2015, "1")
    assert made[["occupation", "mean"]].values.tolist() == [["2314", 6.0]]


def test_jobs_of_a_year_are_summed_over_joined_industries():
    rows = [("employment", 2015, "1", "1", code, "11", "1", "3", jobs) for code, jobs in (("8", 10.0), ("9", 5.0))]
    rows += [("replacement", 0, None, None, None, "11", None, None, 0.03)]
    names = ["measure", "year", "gender", "status", "industry", "sub_major", "region", "qualification", "value"]
    panel = pd.DataFrame(rows, columns=names)
    axes = {"sub_major": ("11", "12"), "region": ("1", "2"), "industry": ("8", "9")}
    joined = futures_employment(panel, 2015, axes, {"8": "8", "9": "8"})
    assert joined.tolist() == [[[15, 0], [0, 0]], [[0, 0], [0, 0]]]
    assert futures_employment(panel, 2015, axes, {})[0, 0].tolist() == [10, 5]
    assert futures_replacement(panel).to_dict() == {"11": 0.03}
    with pytest.raises(DataError, match="no jobs of 2016; there are those of 2015"):
        futures_employment(panel, 2016, axes, {})
    with pytest.raises(DataError, match="industry: jobs of 2015 under `9`"):
        futures_employment(panel, 2015, {**axes, "industry": ("8",)}, {})


def test_a_rate_of_unemployment_has_enough_persons_on_both_sides():
    """Of 12 unemployed and 9 at work the 9 would be told; of 12 and nobody, or 10, the rate is."""
    counts = {"1115": (12, 9), "1116": (12, 0), "2111": (12, 10), "2112": (9, 30)}
    out, workers = (
        pd.DataFrame({"occupation": [code for code, own in counts.items() for _ in range(own[side])]}).assign(
            weight=1.0, year=2015
        )
        for side in (0, 1)
    )
    found = unemployment_table(SimpleNamespace(dimensions=SMALL, unemployed=out, workers=workers, least=10))
    assert found["rate"].round(6).fillna(-1).tolist() == [-1, 100, round(1200 / 22, 6), -1]
    assert found["persons"].fillna(-1).tolist() == [-1, 10, 20, -1]
