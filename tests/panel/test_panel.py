"""From waves to a panel: stacking, carrying forward, catalogue, pairs, losses; expected values written out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from mobility.errors import CatalogueDrift
from mobility.intake.losses import COLUMNS, LossTable
from mobility.intake.missing import BLANK, NOT_ASKED, count_kinds, is_code, valid
from mobility.panel.build import carry_forward, check_catalogue, describe, stack_waves
from mobility.panel.delivery import read_delivery
from mobility.panel.sample import select_sample
from mobility.panel.stage import panel_from_delivery
from mobility.settings import load_study
from mobility.storage import read_csv, write_csv
from mobility.transitions.pairs import consecutive_pairs, gap_months
from specs import sample


def panel(rows, *names):
    """Hand-made panel: each row is person, wave and the values of `names`."""
    frame = pd.DataFrame(rows, columns=["person", "wave", *names])
    return frame.assign(year=2008 + frame["wave"])


# Stacking


def test_waves_are_stacked_in_order_of_person_and_wave(source):
    frames = {
        "b": pd.DataFrame({"person_id": [20, 10], "activity_status": [3, 2]}),
        "a": pd.DataFrame({"person_id": [10, 30], "activity_status": [7, -7]}),
    }
    stacked = stack_waves(frames, source)
    assert list(stacked) == ["person", "wave", "year", "activity_status"]
    assert stacked.values.tolist() == [[10, 1, 2009, 7], [10, 2, 2010, 2], [20, 2, 2010, 3], [30, 1, 2009, -7]]
    assert stacked.dtypes[["wave", "year"]].tolist() == ["int16", "int16"]
    assert frames["b"].columns.tolist() == ["person_id", "activity_status"]


def test_panel_of_a_delivery_adds_up_to_the_rows_of_its_files(delivery_tab, root, source, tmp_path):
    about = load_study(root, "gatsby").about
    delivery = read_delivery(delivery_tab, source, "abc", about.required, about.optional)
    found, losses = panel_from_delivery(delivery, replace(source, folder=tmp_path), tmp_path / "catalogue.csv")
    assert len(found) == sum(data.rows for data in delivery.waves)
    read = ["read", "rows read", len(found), 0, len(found), found["person"].nunique(), "rows"]
    assert losses.values.tolist() == [read]
    assert found["person"].dtype == "int64"
    assert not found.duplicated(["person", "wave"]).any()
    assert (found["same_employer"][found["wave"] == 1] == NOT_ASKED).all()


# Carrying forward


def test_answers_are_carried_forward_and_never_backwards():
    before = panel(
        [
            [1, 1, -8],
            [1, 2, 5],
            [1, 3, -8],
            [1, 4, NOT_ASKED],
            [1, 5, 7],
            [1, 7, BLANK],
            [2, 1, -9],
            [2, 2, -9],
            [3, 3, 4],
        ],
        "grade",
    )
    after = carry_forward(before, [{"variables": ["grade"]}])
    assert after["grade"].tolist() == [-8, 5, 5, 5, 7, 7, -9, -9, 4]
    assert after["grade_carried"].tolist() == [False, False, True, True, False, True, False, False, False]
    assert before["grade"].tolist()[2] == -8
    assert "grade_carried" not in before


def test_variables_of_a_plain_rule_are_carried_each_by_itself():
    before = panel([[1, 1, 3, -8], [1, 2, -8, 6], [1, 3, -8, -8]], "raw", "detailed")
    after = carry_forward(before, [{"variables": ["raw", "detailed"]}])
    assert after["raw"].tolist() == [3, 3, 3]
    assert after["detailed"].tolist() == [-8, 6, 6]


RULE = [{"variables": ["start_year", "start_month"], "while": {"same_employer": 1}}]


def test_a_change_of_employer_ends_what_is_carried():
    rows = [
        [1, 1, NOT_ASKED, 2004, 6],
        [1, 2, 1, -8, -8],
        [1, 3, 2, -8, -8],
        [1, 4, 1, -8, -8],
        [1, 5, 2, 2013, 1],
        [1, 6, 1, -8, -8],
        [2, 6, 1, -8, -8],
    ]
    after = carry_forward(panel(rows, "same_employer", "start_year", "start_month"), RULE)
    assert after["start_year"].tolist() == [2004, 2004, -8, -8, 2013, 2013, -8]
    assert after["start_month"].tolist() == [6, 6, -8, -8, 1, 1, -8]
    assert after["start_year_carried"].tolist() == [False, True, False, False, False, True, False]


def test_a_wave_without_the_question_keeps_none_of_the_old_answers():
    """Wave 2 lacks the date: who changed job then could not say so, so those who stayed must not be the only known."""
    rows = [[1, 1, NOT_ASKED, 2004, 6], [1, 2, 1, NOT_ASKED, NOT_ASKED], [1, 3, 1, -8, -8]]
    after = carry_forward(panel(rows, "same_employer", "start_year", "start_month"), RULE)
    assert after["start_year"].tolist() == [2004, NOT_ASKED, 2004]
    assert after["start_month"].tolist() == [6, NOT_ASKED, 6]
    assert after["start_year_carried"].tolist() == [False, False, True]


def test_parts_of_a_date_are_carried_together():
    rows = [[1, 1, 1, 2004, 6], [1, 2, 1, 2010, -1], [1, 3, 1, -8, 9]]
    after = carry_forward(panel(rows, "same_employer", "start_year", "start_month"), RULE)
    assert after["start_year"].tolist() == [2004, 2010, 2010]
    assert after["start_month"].tolist() == [6, -1, -1]


def test_rule_whose_condition_is_not_in_the_panel_carries_nothing():
    after = carry_forward(panel([[1, 1, 2004], [1, 2, -8]], "start_year"), RULE)
    assert after["start_year"].tolist() == [2004, -8]
    assert after["start_year_carried"].tolist() == [False, False]


def test_rule_on_absent_variables_and_empty_panel():
    before = panel([[1, 1, 5]], "grade")
    assert_frame_equal(carry_forward(before, [{"variables": ["other"]}]), before)
    empty = carry_forward(before.iloc[:0], [{"variables": ["grade"]}])
    assert len(empty) == 0


# Catalogue


@pytest.fixture
def described(source):
    frame = panel([[1, 1, 2, NOT_ASKED], [1, 2, 3, 1]], "activity_status", "same_employer")
    return describe(frame, source, ["a", "b"])


def test_catalogue_says_kind_waves_and_codes(described):
    assert described.values.tolist() == [
        ["activity_status", "category", "a,b", "activity_status"],
        ["same_employer", "category", "b", "same_employer"],
    ]


def test_catalogue_does_not_change_with_what_one_delivery_lacks(source):
    frame = panel([[1, 1, 2004, 1], [1, 2, NOT_ASKED, 1]], "tenure_start_year", "same_employer")
    rules = [{"variables": ["tenure_start_year"], "while": {"same_employer": 1}}]
    found = describe(carry_forward(frame, rules), source, ["a", "b"]).set_index("name")
    assert found.loc["tenure_start_year", "waves"] == "a,b"
    assert found.loc["tenure_start_year_carried"].tolist() == ["flag", "", ""]


def test_catalogue_that_agrees_or_knows_other_waves(described):
    committed = described.assign(waves=["a,b,c", "b,c"])
    check_catalogue(described, committed, ["a", "b"], "cp x y")
    check_catalogue(committed, described, ["a", "b", "c"], "cp x y")


def test_drift_is_listed_with_the_command_that_accepts_it(described):
    committed = pd.concat([described.iloc[:1].assign(codes="old_list"), described.iloc[1:].assign(name="same_job")])
    with pytest.raises(CatalogueDrift) as caught:
        check_catalogue(described, committed, ["a", "b"], "cp results/catalogue.csv sources/ukhls/catalogue.csv")
    assert str(caught.value) == (
        "3 variables differ from the catalogue:\n"
        "  - added: same_employer (category, codes same_employer, waves b)\n"
        "  - lost: same_job (category, codes same_employer, waves b)\n"
        "  - changed: activity_status: (category, codes old_list, waves a,b) became "
        "(category, codes activity_status, waves a,b)\n"
        "If that is meant: cp results/catalogue.csv sources/ukhls/catalogue.csv"
    )


def test_drift_stops_the_stage_and_leaves_what_was_found(delivery_tab, source, tmp_path):
    delivery = read_delivery(delivery_tab, source, "a", ["person_id", "activity_status"])
    elsewhere = replace(source, folder=tmp_path)
    found = tmp_path / "found.csv"
    panel_from_delivery(delivery, elsewhere, found)
    write_csv(read_csv(found).assign(kind="amount"), tmp_path / "catalogue.csv")
    with pytest.raises(CatalogueDrift, match=f"cp {found} {tmp_path / 'catalogue.csv'}"):
        panel_from_delivery(delivery, elsewhere, found)
    found.replace(tmp_path / "catalogue.csv")
    panel_from_delivery(delivery, elsewhere, found)


# Linking


def test_only_consecutive_waves_make_a_pair():
    rows = [[1, 1, 10], [1, 2, 20], [1, 4, 40], [1, 5, 50], [2, 5, 5], [3, 6, 6]]
    pairs = consecutive_pairs(panel(rows, "state"), ["state"])
    expected = pd.DataFrame(
        {
            "person": [1, 1],
            "wave": [1, 4],
            "year": [2009, 2012],
            "origin_state": [10, 40],
            "destination_state": [20, 50],
        }
    )
    assert_frame_equal(pairs, expected)


def test_no_pair_in_an_empty_panel_or_a_single_wave():
    for rows in ([], [[1, 1, 10], [2, 1, 20]]):
        assert len(consecutive_pairs(panel(rows, "state"), ["state"])) == 0


def test_months_between_interviews():
    pairs = pd.DataFrame(
        {
            "origin_interview_year": [2009, 2009, -9, 2009, 2009],
            "origin_interview_month": [11, 3, 1, -8, 1],
            "destination_interview_year": [2010, 2010, 2010, 2010, NOT_ASKED],
            "destination_interview_month": [12, 2, 1, 1, NOT_ASKED],
        }
    )
    gaps = gap_months(pairs)
    assert gaps.dtype == "Int64"
    assert gaps.fillna(0).tolist() == [13, 11, 0, 0, 0]
    assert gaps.isna().tolist() == [False, False, True, True, True]


# Losses


def test_losses_add_up_step_by_step():
    frame = panel([[1, 1, 2], [1, 2, -7], [2, 1, 3], [2, 2, -8], [3, 1, 2]], "state")
    losses = LossTable()
    frame = losses.start("pairs", frame)
    frame = losses.keep("pairs", "proxy", frame, frame["state"] != -7)
    frame = losses.keep("pairs", "no state", frame, frame["state"] >= 0)
    assert losses.frame()[COLUMNS].values.tolist() == [
        ["pairs", "rows read", 5, 0, 5, 3, "rows"],
        ["pairs", "proxy", 5, 1, 4, 3, "rows"],
        ["pairs", "no state", 4, 1, 3, 3, "rows"],
    ]
    assert frame["state"].tolist() == [2, 3, 2]


def test_losses_of_a_sample_form_a_chain():
    frame = panel(
        [[1, 1, "technical", 0.5], [2, 1, "study", 1.0], [3, 1, None, 1.0], [4, 1, "technical", 0.0]], "state", "w"
    )
    steps = [
        {"column": "state", "values": "any", "else": "no state"},
        {"column": "state", "values": ["technical"], "else": "other state"},
    ]
    losses = LossTable()
    kept = select_sample(frame, sample("technical", {"keep": steps}), "w", losses)
    table = losses.frame()
    assert kept["person"].tolist() == [1]
    assert table["rows_dropped"].tolist() == [0, 1, 1, 1]
    assert (table["rows_in"] - table["rows_dropped"] == table["rows_out"]).all()
    assert table["rows_in"].tolist()[1:] == table["rows_out"].tolist()[:-1]
    assert table["rows_dropped"].sum() == len(frame) - len(kept)


# Kinds of missing


def test_valid_and_codes():
    column = pd.Series([1, 0, -1, -8, NOT_ASKED, BLANK], index=list("abcdef"), name="x")
    found = valid(column, "integer")
    assert found.index.tolist() == list("abcdef")
    assert found.dtype == "Int64"
    assert found.dropna().tolist() == [1, 0]
    assert is_code(column, 1, -8).tolist() == [True, False, False, True, False, False]
    assert count_kinds(column, {-1: "dont_know", -8: "inapplicable"}) == {
        "dont_know": 1,
        "inapplicable": 1,
        "not asked in this wave": 1,
        "blank cell": 1,
    }
    assert np.isnan(valid(column, "amount", (-8,))["d"])
