"""The definitions of section 2, each against a panel small enough to read."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.intake.losses import LossTable, breaks
from mobility.intake.missing import NOT_ASKED
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.gatsby.frames import _looked_up
from mobility.studies.inputs import Inputs
from paths import ROOT

STUDY = load_study(ROOT, "gatsby")
DEFAULTS = {
    "activity_status": 2,
    "has_job": 1,
    "has_job_away": -8,
    "soc2000": 211,
    "interview_type": 1,
    "interview_month": 3,
    "in_work_since_last": 1,
    "not_in_work_since_last": -8,
    "same_employer": 1,
    "same_job": 1,
    "soc2000_unchanged": -8,
    "tenure_start_year": -8,
    "tenure_start_month": -8,
    "age": 40,
    "sex": 1,
    "weight_cross_section": 1.0,
    "weight_longitudinal": 1.0,
}


def panel(*rows):
    """One row a dict of what differs from DEFAULTS; `person` defaults to 1, waves count up within it."""
    seen: dict[int, int] = {}
    filled = []
    for row in rows:
        person = row.get("person", 1)
        wave = row.get("wave", seen.get(person, 0) + 1)
        seen[person] = wave
        keys = {"person": person, "wave": wave, "year": 2008 + wave, "interview_year": 2008 + wave}
        filled.append({**DEFAULTS, **keys, **row})
    frame = pd.DataFrame(filled)
    return frame.astype(dict.fromkeys(["activity_status", "has_job", "soc2000"], "int32"))


class Frames(dict):
    """Frames of inputs by name, each made when it is asked for."""

    def __init__(self, inputs):
        super().__init__()
        self.inputs = inputs

    def __missing__(self, name):
        self[name] = make_frames(replace(self.inputs, wanted=[name]))[name]
        return self[name]


def frames(*rows, **choices):
    return Frames(Inputs.of(panel(*rows), STUDY, STUDY.chosen(choices), LossTable()))


def states(*rows, **choices):
    return frames(*rows, **choices)["person_waves"]["state"].tolist()


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"activity_status": 1}, "technical"),
        ({"activity_status": 2, "soc2000": 111}, "nontechnical"),
        ({"activity_status": 3}, "unemployment"),
        ({"activity_status": 4}, "inactivity"),
        ({"activity_status": 5, "has_job": 1}, "technical"),
        ({"activity_status": 5, "has_job": 2, "has_job_away": 1}, "technical"),
        ({"activity_status": 5, "has_job": 2, "has_job_away": 2}, "inactivity"),
        ({"activity_status": 6}, "inactivity"),
        ({"activity_status": 7}, "study"),
        ({"activity_status": 8}, "inactivity"),
        ({"activity_status": 9}, "technical"),
        ({"activity_status": 9, "soc2000": -8}, "inactivity"),
        ({"activity_status": 10, "soc2000": 923}, "nontechnical"),
        ({"activity_status": 11, "soc2000": -9}, "inactivity"),
        ({"activity_status": 97}, "inactivity"),
    ],
)
def test_states(row, state):
    assert states(row) == [state]


@pytest.mark.parametrize("status", [-1, -2, -7, -9, NOT_ASKED])
def test_no_usable_activity(status):
    assert states({"activity_status": status}, {"person": 2}) == ["technical"]


@pytest.mark.parametrize(
    ("choice", "row", "state"),
    [
        ({"jbstat5": "employed"}, {"activity_status": 5, "has_job": 2}, "technical"),
        ({"jbstat5": "inactive"}, {"activity_status": 5}, "inactivity"),
        ({"jbstat9": "inactive"}, {"activity_status": 9}, "inactivity"),
        (
            {"jbstat10_11": "employed", "missing_soc": "nontechnical"},
            {"activity_status": 10, "soc2000": -9},
            "nontechnical",
        ),
    ],
)
def test_choices_of_state(choice, row, state):
    assert states(row, **choice) == [state]


def test_unclassified_leaves_no_activity():
    assert states({"activity_status": 9, "soc2000": -9}, {"person": 2}, jbstat9="unclassified") == ["technical"]


def test_employed_without_code_has_no_state_by_default():
    found = frames({"soc2000": -9})["person_waves"].iloc[0]
    assert found["activity"] == "employed"
    assert pd.isna(found["state"]) and pd.isna(found["technical_level"])
    pairs = frames({}, {"soc2000": -9})["pairs"]
    assert pairs["destination_view"].tolist() == ["uncoded"]


@pytest.mark.parametrize(
    ("reading", "kept"), [("totals_only", ["other"]), ("exclude", []), ("nontechnical", ["other"])]
)
def test_employed_without_code_stays_at_risk_unless_excluded(reading, kept):
    progression = frames({}, {"soc2000": -9}, missing_soc=reading)["progression"]
    assert progression["destination_group"].tolist() == kept


def test_missed_wave_breaks_the_pair():
    pairs = frames({"wave": 1}, {"wave": 3}, {"wave": 4})["pairs"]
    assert pairs[["wave", "gap_months"]].to_numpy().tolist() == [[3, 12]]


def test_unusable_activity_breaks_the_pair():
    assert len(frames({"wave": 1}, {"wave": 2, "activity_status": -9}, {"wave": 3})["pairs"]) == 0


def test_pairs_choices():
    rows = [{"wave": 1}, {"wave": 2, "interview_year": 2012}, {"wave": 3, "interview_year": 2012, "interview_month": 9}]
    assert frames(*rows)["pairs"]["gap_months"].tolist() == [36, 6]
    assert frames(*rows, pairs="gap_6_18")["pairs"]["wave"].tolist() == [2]
    assert frames(*rows, pairs="without_b_c")["pairs"]["wave"].tolist() == [1]


@pytest.mark.parametrize(
    ("later", "view"),
    [
        ({"soc2000": 211}, "same_occ"),
        ({"soc2000": 212}, "tech_prof"),
        ({"soc2000": 311}, "tech_assoc_prof"),
        ({"soc2000": 524}, "tech_skilled_trade"),
        ({"soc2000": 813}, "tech_operative"),
        ({"soc2000": 112}, "nontech_manager"),
        ({"soc2000": 221}, "nontech_prof"),
        ({"soc2000": 356}, "nontech_assoc_prof"),
        ({"soc2000": 531}, "nontech_skilled_trade"),
        ({"soc2000": 925}, "nontech_others"),
        ({"soc2000": 821}, "nontech_others"),
        ({"activity_status": 3}, "unemployed"),
        ({"activity_status": 4}, "inactivity"),
        ({"activity_status": 7}, "study"),
    ],
)
def test_columns_of_tables_3_2_and_3_3(later, view):
    assert frames({}, later)["pairs"]["destination_view"].tolist() == [view]
    assert frames(later, {})["pairs"]["origin_view"].tolist() == [view]


@pytest.mark.parametrize(
    ("later", "change"),
    [
        ({}, "same_job"),
        ({"same_job": 2}, "same_employer_new_job"),
        ({"same_employer": 2, "same_job": -8}, "changed_employer"),
        ({"in_work_since_last": 2, "same_employer": -8, "same_job": -8}, "changed_employer"),
        ({"in_work_since_last": 2, "same_employer": 1}, "changed_employer"),
        ({"in_work_since_last": 1, "not_in_work_since_last": 2, "same_employer": -8}, "changed_employer"),
        ({"soc2000": -9}, "same_job"),
        ({"same_employer": -8, "same_job": -8}, None),
        ({"same_employer": -1, "same_job": -8}, None),
        ({"same_employer": -7, "same_job": -7, "interview_type": 2, "in_work_since_last": -7}, None),
        ({"activity_status": 3}, None),
    ],
)
def test_job_change(later, change):
    found = frames({}, later)["pairs"]["job_change"].iloc[0]
    assert pd.isna(found) if change is None else found == change


def test_self_employed_are_not_classified_even_after_a_break():
    rows = [{"activity_status": 1}, {"in_work_since_last": 2, "tenure_start_year": 2009, "tenure_start_month": 9}]
    assert frames(*rows)["pairs"]["job_change"].isna().all()
    assert frames(*rows, self_employed="by_start_date")["pairs"]["job_change"].tolist() == ["changed_employer"]
    rows[1]["tenure_start_year"] = 2005
    assert frames(*rows, self_employed="by_start_date")["pairs"]["job_change"].tolist() == ["same_job"]


def test_choices_of_job_change():
    broken = [{}, {"in_work_since_last": 2, "same_employer": -8}]
    assert frames(*broken, break_in_work="not_classified")["pairs"]["job_change"].isna().all()
    assert frames({}, {"soc2000": -9}, base_3_4="occupation_coded")["pairs"]["job_change"].isna().all()


@pytest.mark.parametrize(
    ("later", "mobility"),
    [
        ({}, "same_occ_same_job"),
        ({"soc2000": 111}, "new_occ_same_job"),
        ({"same_job": 2}, "same_occ_new_job"),
        ({"same_employer": 2, "soc2000": 111}, "new_occ_new_job"),
    ],
)
def test_figure_2_1(later, mobility):
    assert frames({}, later)["pairs"]["mobility"].tolist() == [mobility]


def test_new_occupation_needs_both_codes():
    assert frames({}, {"soc2000": -9})["pairs"]["new_occupation"].isna().all()
    assert frames({}, {"soc2000": 524})["pairs"]["new_occupation"].tolist() == ["new_technical_occupation"]
    assert frames({}, {"soc2000": 111})["pairs"]["new_occupation"].tolist() == ["new_nontechnical_occupation"]


@pytest.mark.parametrize(
    ("choice", "codes"),
    [("none", [211, 212, -9, 311]), ("carry_forward", [211, 211, 211, 311])],
)
def test_soc_repair(choice, codes):
    rows = [{}, {"soc2000": 212}, {"soc2000": -9}, {"soc2000": 311, "same_job": 2}]
    assert frames(*rows, soc_repair=choice)["person_waves"]["soc"].tolist() == codes


def test_soc_repair_does_not_cross_a_missed_wave_or_a_person():
    rows = [{"wave": 1}, {"wave": 3, "soc2000": -9}, {"person": 2, "soc2000": -9}]
    assert frames(*rows, soc_repair="carry_forward")["person_waves"]["soc"].tolist() == [211, -9, -9]


def test_soc_repair_never_carries_backwards():
    assert frames({"soc2000": -9}, {})["person_waves"]["soc"].tolist() == [-9, 211]
    assert frames({"soc2000": -9}, {}, soc_repair="carry_forward")["person_waves"]["soc"].tolist() == [-9, 211]


def moves(origin, destination, **choices):
    found = frames({"soc2000": origin}, {"soc2000": destination}, **choices)["pathway_moves"]
    return dict(zip(found["pathway"], found["move"], strict=True))


def test_pathway_moves():
    """Table 3 by section 3.2: maintenance 523 and 524; progress 311, 212, 213."""
    assert moves(524, 524) == {"maintenance_installation_repair": "no_progress"}
    assert moves(524, 523) == {"maintenance_installation_repair": "no_progress"}
    assert moves(524, 212) == {"maintenance_installation_repair": "progress_in_pathway"}
    assert moves(524, 111) == {"maintenance_installation_repair": "leave_pathway"}
    assert moves(313, 311) == dict.fromkeys(
        ["digital_production_design_development", "digital_support_services"], "progress_in_pathway"
    )
    assert moves(312, 342) == {"engineering_design_development": "progress_in_pathway"}
    assert moves(311, 211) == {"science": "progress_in_pathway"}
    assert moves(311, 213) == {"science": "progress_in_pathway"}


def test_pathway_choices():
    pathway = "maintenance_installation_repair"
    assert moves(524, 523, pathway_stay="same_group") == {pathway: "leave_pathway"}
    assert moves(524, 523, pathway_maintenance="522_too") == {pathway: "no_progress"}
    assert set(moves(522, 522, pathway_maintenance="522_too")) == {
        pathway,
        "engineering_manufacturing_process_control",
    }
    assert moves(312, 342, design_342="not_progress") == {"engineering_design_development": "aside"}
    assert moves(311, 213, science="table") == {"science": "leave_pathway"}
    assert moves(811, 112, pathway_112_356="text") == {"engineering_manufacturing_process_control": "no_progress"}
    assert moves(524, -9) == {}
    assert moves(524, -9, pathway_denominator="all_in_work") == {pathway: "leave_pathway"}


def test_table_2_2_grid():
    rows = [{"person": 1, "wave": 1}, {"person": 1, "wave": 2}, {"person": 2, "wave": 2}, {"person": 1, "wave": 4}]
    grid = frames(*rows)["person_years"]
    assert grid.groupby("person", observed=True)["record"].agg(list).to_dict() == {
        1: ["followed", "not_followed", "missing", "last_year"],
        2: ["missing", "not_followed", "missing", "missing"],
    }


def test_texts_are_categories_that_somebody_has():
    made = frames({"soc2000": 311}, {"activity_status": 3}, {"person": 2, "activity_status": 4})
    for frame in (made["person_waves"], made["pairs"], made["pathway_moves"]):
        assert frame.select_dtypes(include=["object", "str"]).empty
        for _, column in frame.select_dtypes(include="category").items():
            assert set(column.cat.categories) == set(column.dropna())


def test_proxies_can_be_dropped_and_losses_add_up():
    losses = LossTable()
    rows = panel({"interview_type": 2}, {}, {"person": 2, "activity_status": -9}, {"person": 3})
    make_frames(Inputs.of(rows, STUDY, STUDY.chosen({"proxies": "drop"}), losses))
    table = losses.frame()
    assert breaks(table) == []
    pairs = table[table["step"] == "pairs"]
    assert pairs["rows_in"].iloc[0] == len(rows)
    assert pairs["rows_dropped"].tolist() == [0, 1, 1, 2]
    assert pairs["reason"].tolist()[1:3] == ["proxy interview", "no usable activity"]


def test_weights():
    rows = [{"weight_cross_section": 2.0}, {"weight_longitudinal": -9.0}]
    pairs = frames(*rows)["pairs"]
    assert pairs["weight_cross_section"].tolist() == [2.0]
    assert pairs["weight_longitudinal"].tolist() == [0.0]
    weights = {
        name: load_study(STUDY.root, "gatsby", {"weights": name}).about.weight
        for name in STUDY.choices["weights"].alternatives
    }
    assert weights == {"none": "", "cross_section": "weight_cross_section", "longitudinal": "weight_longitudinal"}


def test_the_study_defines_every_group_its_tables_show():
    for spec in STUDY.tables.values():
        for ids in (spec.rows.ids, spec.columns.ids):
            assert len(ids) == len(set(ids)) > 0
    assert np.isin([211, 813], [int(row["soc2000"]) for row in STUDY.groups("technical_occupations")]).all()


def test_a_code_without_a_name_is_unknown():
    found = _looked_up(pd.Series([-9, 0, 211, 212, 213, 5000]), {211: "second", 212: "first"}, ["third"])
    assert found.isna().tolist() == [True, True, False, False, True, True]
    assert found.dropna().tolist() == ["second", "first"]
    assert found.cat.categories.tolist() == ["first", "second", "third"]
    floats = _looked_up(pd.Series([211.0, 211.5, np.nan, -9.0]), {211: "second", 212: "first"})
    assert floats.isna().tolist() == [False, True, True, True]
