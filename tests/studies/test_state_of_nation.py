"""Frames of State of the Nation: who has a background, and each outcome by each reading, by hand."""

import numpy as np
import pandas as pd
import pytest

from labour_rows import ONE
from mobility.intake.losses import LossTable
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

STUDY = load_study(ROOT, "state_of_nation")
DOES_NOT_APPLY, NO_ANSWER = -9, -8


def people(*rows, **choices):
    """Frame of persons who are as `ONE` but for what is said, under other readings than the default."""
    panel = pd.DataFrame([{"person": 10 + at, "wave": 1, "year": 2014, **ONE, **row} for at, row in enumerate(rows)])
    inputs = Inputs.of({"labour": panel}, STUDY, STUDY.chosen(choices), LossTable(), ["people"])
    return make_frames(inputs)["people"]


def column(name, *rows, **choices):
    return people(*rows, **choices)[name].tolist()


@pytest.mark.parametrize(
    ("code", "background"),
    [
        *((code, "privileged") for code in (1, 6)),
        *((code, "intermediate") for code in (7, 9)),
        *((code, "working_class") for code in (10, 13)),
        *((code, None) for code in (14, 17, NO_ANSWER, DOES_NOT_APPLY)),
    ],
)
def test_background_by_the_class_of_the_main_earner(code, background):
    (found,) = column("background", {"origin_nssec": code})
    assert found == background if background else pd.isna(found)


@pytest.mark.parametrize(
    ("row", "choices", "background"),
    [
        ({"origin_earner": 5, "origin_nssec": DOES_NOT_APPLY}, {}, "no_main_earner"),
        ({"origin_earner": 5}, {}, "no_main_earner"),
        ({"origin_earner": 5}, {"earner_conflict": "class"}, "privileged"),
        ({"origin_household": 3}, {}, None),
        ({"origin_household": 3}, {"no_family": "no_main_earner"}, "no_main_earner"),
        ({"origin_nssec": 11}, {"nssec5": "intermediate"}, "intermediate"),
        ({"origin_nssec": 12}, {"nssec5": "intermediate"}, "working_class"),
        # Chief executives, 1115, are L2 in the simplified column of ONS's table.
        ({"origin_nssec": NO_ANSWER, "origin_soc2010": 1115}, {"origin_missing": "simplified"}, "privileged"),
        ({"origin_nssec": NO_ANSWER, "origin_soc2010": 1115}, {}, None),
        ({"origin_earner": 5, "origin_household": 3}, {}, "no_main_earner"),
    ],
)
def test_background_under_each_reading(row, choices, background):
    (found,) = column("background", row, **choices)
    assert found == background if background else pd.isna(found)


def test_own_class_from_eight_classes_or_before_2006_from_the_operational_categories():
    rows = [{"own_nssec": 4}, {"own_nssec": -100, "own_nssec_detail": 10}, {"own_nssec": 8}, {"own_nssec": NO_ANSWER}]
    rows[3]["own_nssec_detail"] = NO_ANSWER
    rows.append({"own_nssec": NO_ANSWER, "own_nssec_detail": 10})  # asked, and not known
    found = column("own_class", *rows)
    assert found[:3] == ["intermediate", "working_class", "never_worked"]
    assert pd.isna(found[3]) and pd.isna(found[4])
    assert column("own_class", {"own_nssec": 5}, nssec5="intermediate") == ["intermediate"]
    assert column("own_class_sex", {"sex": 2}) == ["professional__female"]
    assert pd.isna(column("own_class", {"ilo_status": 3}, base_3_3="employed")[0])
    assert column("professional", {"own_nssec": 2}, {"own_nssec": 8}) == [1, 0]


@pytest.mark.parametrize(
    ("row", "neet", "learning"),
    [
        ({"ilo_status": 3}, 1, 0),
        ({"ilo_status": 1}, 0, 0),
        ({"ilo_status": 2, "training_4wk": 1}, 0, 1),
        ({"ilo_status": 2, "apprentice": 1}, 0, 1),
        ({"ilo_status": 2, "scheme": 50}, 0, 1),
        ({"ilo_status": 2, "scheme": 51}, 1, 0),
        # Enrolled and attending is education; stopped attending is none.
        ({"ilo_status": 3, "enrolled": 1, "attending": 2}, 0, 0),
        ({"ilo_status": 3, "enrolled": 1, "attending": 3}, 1, 0),
        ({"ilo_status": 3, "studying": NO_ANSWER}, np.nan, np.nan),
        ({"ilo_status": 3, "enrolled": 1, "attending": NO_ANSWER}, np.nan, np.nan),
        ({"ilo_status": 3, "studying": NO_ANSWER, "training_4wk": 1}, 0, 1),
        ({"ilo_status": 3, "enrolled": 1, "attending": 1, "full_time_student": 1}, 0, 1),
    ],
)
def test_education_employment_and_neither(row, neet, learning):
    found = people({"age": 18, **row})
    assert found[["neet", "learning"]].iloc[0].tolist() == pytest.approx([neet, learning], nan_ok=True)


def test_readings_of_education_and_employment():
    part_time = {"age": 18, "studying": 1}
    trained = {"age": 18, "training_4wk": 1}
    student = {"age": 18, "studying": 1, "full_time_student": 1}
    rows = [part_time, trained, student]
    assert column("learning", *rows) == [0, 1, 1]
    assert column("learning", *rows, study_2_1="any") == [1, 1, 1]
    assert column("learning", *rows, study_2_1="full_time") == [0, 0, 1]
    assert column("employed", *rows, {"ilo_status": 2}) == [1, 1, 1, 0]
    assert column("employed", *rows, {}, employment_2_1="without_students") == [0, 0, 0, 1]


def test_first_degrees_are_of_full_time_students():
    rows = [
        {"age": 19, "full_time_student": 1, "studying_degree": 2},
        {"age": 19, "full_time_student": 1, "studying_degree": 1},
        {"age": 19, "full_time_student": 2, "studying_degree": 2},
        {"age": 19, "full_time_student": 1, "studying_degree": NO_ANSWER},
    ]
    assert column("first_degree", *rows) == pytest.approx([1, 0, 0, np.nan], nan_ok=True)


def test_qualifications_by_each_reading():
    rows = [{"qualification": code} for code in (1, 4, 5, 6, 7, NO_ANSWER)]
    nan = np.nan
    assert column("degree", *rows) == pytest.approx([1, 0, 0, 0, nan, nan], nan_ok=True)
    assert column("gcse_or_below", *rows) == pytest.approx([0, 1, 0, 1, nan, nan], nan_ok=True)
    assert column("gcse_or_below", *rows, gcse="with_other") == pytest.approx([0, 1, 1, 1, nan, nan], nan_ok=True)
    assert column("gcse_or_below", *rows, gcse="with_unknown") == [0, 1, 0, 1, 0, 0]


def test_unemployed_of_the_active_or_of_all():
    rows = [{"ilo_status": code} for code in (1, 2, 3, NO_ANSWER)]
    assert column("active", *rows) == pytest.approx([1, 1, 0, np.nan], nan_ok=True)
    assert column("unemployed", *rows) == pytest.approx([0, 1, np.nan, np.nan], nan_ok=True)
    assert column("unemployed", *rows, base_3_2="all") == pytest.approx([0, 1, 0, np.nan], nan_ok=True)


def test_pay_of_nothing_or_a_thousand_pounds_is_named_in_the_losses():
    rows = [{"hourly_pay": pay} for pay in (0.0, 0.01, 100.0, 1000.0, -9.0)]
    nan = np.nan
    assert column("pay", *rows) == pytest.approx([nan, 0.01, 100, nan, nan], nan_ok=True)
    assert column("pay", *rows, pay_outliers="any_positive") == pytest.approx([nan, 0.01, 100, 1000, nan], nan_ok=True)
    panel = pd.DataFrame([{"person": at, "wave": 1, "year": 2014, **ONE, **row} for at, row in enumerate(rows)])
    losses = LossTable()
    make_frames(Inputs.of({"labour": panel}, STUDY, STUDY.chosen(), losses, ["people"]))
    assert losses.chain("people")[-1]["reason"] == "hourly pay of 0 or above 100 pounds: 2 rows"


def test_weights_by_each_reading():
    rows = [{}, {"weight_2020": -100.0, "income_weight": 0.0}]
    assert column("weight", *rows) == [100, 100]
    assert column("weight", *rows, weights="vintage_20") == [90, 100]
    assert column("weight", *rows, weights="none") == [1, 1]
    assert column("pay_weight", *rows) == pytest.approx([300, np.nan], nan_ok=True)
    assert column("pay_weight", *rows, pay_weight="person") == [100, 100]


def test_who_is_in_the_frame():
    rows = [{}, {"reference_month": 5}, {"age": 32}, {"interview_outcome": 2}, {"interview": 3}]
    assert column("person", *rows) == [10, 13, 14]
    assert column("person", *rows, proxies="drop") == [10, 14]
    assert column("person", *rows, waves="first") == [10, 13]


def test_regions_in_twenty_parts_are_joined_and_households_without_a_number_stand_alone():
    found = people({"region_12": -100, "region_20": 14}, {"household_id": DOES_NOT_APPLY})
    assert found["region"].tolist() == ["london", "london"]
    assert found["household"].tolist() == [1, -11]


def test_sizes_of_the_tables_rest_on_everyone_with_a_background():
    """B3 counts the inactive too; the share of unemployed in indicator 3.2 does not."""
    assert STUDY.tables["table_b3"].sample == STUDY.tables["indicator_3_2"].sample == "b3"
    assert {keep.column for keep in STUDY.samples["b3"].keep} == {"age_group", "background"}
    assert STUDY.tables["table_b3"].rounded_to == 10
