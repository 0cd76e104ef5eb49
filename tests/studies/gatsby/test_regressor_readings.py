"""Open readings of the regressors, each alternative on a panel small enough to read; expected values by hand."""

import pandas as pd
import pytest

from mobility.intake.losses import LossTable
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT
from test_progression import ANSWERS

STUDY = load_study(ROOT, "gatsby")
NEW_CHOICES = ("tenure", "self_employed_models", "proxies_models", "share_of", "share_step", "new_vocational")


def steps(*waves, **choices):
    """Progression frame of one technician with these answers in successive waves from 2009, interviewed each March."""
    rows = [{**ANSWERS, "person": 1, "wave": k, **answers} for k, answers in enumerate(waves, start=1)]
    return frame_of(rows, **choices)


def frame_of(rows, **choices):
    panel = pd.DataFrame(rows)
    year = 2008 + panel["wave"]
    panel = panel.assign(year=year, interview_year=year)
    if "tenure_start_year_carried" in panel:
        panel["tenure_start_year_carried"] = panel["tenure_start_year_carried"].fillna(False).astype(bool)
    return make_frames(Inputs.of(panel, STUDY, STUDY.chosen(choices), LossTable(), ["progression"]))["progression"]


PROMOTED = [
    {"tenure_start_year": 2005, "same_employer": -8, "same_job": -8},
    {"tenure_start_year": 2010, "tenure_start_month": 1, "same_job": 2},
    {"tenure_start_year": 2010, "tenure_start_month": 1, "tenure_start_year_carried": True},
]
NOT_ASKED_AGAIN = [
    {"tenure_start_year": 2005, "same_employer": -8, "same_job": -8},
    {"tenure_start_year": 2005, "same_job": 2, "tenure_start_year_carried": True},
    {"tenure_start_year": 2005, "same_job": 1, "tenure_start_year_carried": True},
]
OTHER_EMPLOYER = [
    {"tenure_start_year": 2005, "same_employer": -8, "same_job": -8},
    {"tenure_start_year": 2010, "tenure_start_month": 1, "same_employer": 2, "same_job": -8},
    {},
]


@pytest.mark.parametrize(
    ("waves", "reading", "tenures"),
    [
        (PROMOTED, "reported", [4, 2 / 12]),
        (PROMOTED, "with_employer", [4, 5]),
        (PROMOTED, "in_job", [4, 2 / 12]),
        (NOT_ASKED_AGAIN, "reported", [4, 5]),
        (NOT_ASKED_AGAIN, "with_employer", [4, 5]),
        (NOT_ASKED_AGAIN, "in_job", [4, None]),
        (OTHER_EMPLOYER, "with_employer", [4, 2 / 12]),
    ],
)
def test_tenure_with_the_employer_or_in_the_job(waves, reading, tenures):
    """March 2005 to March 2009 is 4 years; a job begun in January 2010 is two months old in March 2010."""
    found = steps(*waves, tenure=reading)["tenure"]
    assert [None if pd.isna(value) else round(value, 9) for value in found] == [
        None if value is None else round(value, 9) for value in tenures
    ]


def test_the_self_employed_fall_out_or_are_small_permanent_firms():
    """Self-employed in both waves: by default three regressors are unknown; admitted, tenure counts from 2009."""
    own = {"activity_status": 1, "contract_permanent": -8, "firm_size": -8, "tenure_start_year": -8}
    unasked = steps(own, own, own)[["non_permanent", "small_firm", "tenure"]]
    assert unasked.isna().all(axis=None)
    admitted = steps(own, own, own, self_employed_models="in")[["non_permanent", "small_firm", "tenure"]]
    assert admitted.to_numpy().tolist() == [[0, 1, 0], [0, 1, 1]]


def test_employees_are_the_same_whether_the_self_employed_are_in_or_out():
    frames = [steps({}, {}, self_employed_models=reading) for reading in ("in", "out")]
    pd.testing.assert_frame_equal(*frames)


@pytest.mark.parametrize(("first", "second"), [(2, 1), (1, 2)])
def test_a_proxy_at_either_end(first, second):
    waves = [{"interview_type": first}, {"interview_type": second}]
    assert len(steps(*waves)) == 1
    assert len(steps(*waves, proxies_models="drop")) == 0


def shares(**choices):
    """Four employed people; technicians in 311 number 2, 1, 1 and in 312 1, 1, 2 in 2009, 2010 and 2011."""
    careers = {1: (311, 311, 311), 2: (311, 112, 112), 3: (312, 312, 312), 4: (112, 112, 312)}
    rows = [
        {**ANSWERS, "person": person, "wave": wave, "soc2000": soc}
        for person, career in careers.items()
        for wave, soc in enumerate(career, start=1)
    ]
    found = frame_of(rows, **choices)
    return found.loc[found["person"].isin([1, 3]), ["person", "wave", "origin_share_change"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("share_of", "share_step", "of_311", "of_312"),
    [
        # Level: 3, 2 and 3 of four are technicians. 311: 2, 1, 1 of four; 312: 1, 1, 2 of four.
        ("level", "same", [-25, 25], [-25, 25]),
        ("occupation", "same", [-25, 0], [0, 25]),
        ("level", "before", [None, -25], [None, -25]),
        ("occupation", "before", [None, -25], [None, 0]),
    ],
)
def test_the_share_of_the_level_or_the_occupation_over_this_step_or_the_one_before(
    share_of, share_step, of_311, of_312
):
    found = [
        None if pd.isna(change) else round(change, 9)
        for _, _, change in shares(share_of=share_of, share_step=share_step)
    ]
    assert found == [*of_311, *of_312]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"training_any": 1, "training_qualification_1": 1}, {"named": 1, "any_but_degree": 1, "training_only": 1}),
        ({"training_any": 2, "new_qualification_23": 1}, {"named": 1, "any_but_degree": 1, "training_only": 0}),
        ({"training_any": 2, "new_qualification_9": 1}, {"named": 0, "any_but_degree": 1, "training_only": 0}),
        ({"training_any": 2, "new_qualification_2": 1}, {"named": 0, "any_but_degree": 0, "training_only": 0}),
    ],
)
def test_which_new_qualifications_are_vocational(answers, expected):
    waves = [{"new_qualification_2": -8, "new_qualification_9": -8}, answers]
    found = {reading: steps(*waves, new_vocational=reading)["recent_vocational"].iloc[0] for reading in expected}
    assert found == expected


def test_every_item_of_the_new_qualifications_has_a_reading_and_is_read():
    rows = STUDY.groups("new_qualifications")
    assert [int(row["item"]) for row in rows] == list(range(1, 32))
    assert set(STUDY.choices["new_vocational"].alternatives) <= set(rows[0])
    assert {f"new_qualification_{row['item']}" for row in rows} <= set(STUDY.about.optional)


@pytest.mark.parametrize("name", NEW_CHOICES)
def test_a_choice_quotes_the_report_and_names_every_table_of_the_models(name):
    entry = STUDY.choices[name]
    assert entry.report.startswith('"') and "(" in entry.report
    estimates = {"coefficient", "effect", "probability", "claim", "diagnostic", "curve"}
    of_models = {table for table, spec in STUDY.tables.items() if spec.statistic.name in estimates}
    assert set(entry.tables) == of_models


def test_answers_are_those_of_the_own_row_where_rows_before_it_went():
    proxy = {**ANSWERS, "person": 1, "interview_type": 2, "age": 70, "training_any": 1}
    ages = [{**ANSWERS, "person": 2, "age": 30 + k} for k in range(3)]
    rows = [{**row, "wave": k} for row, k in zip([proxy, proxy, *ages], (1, 2, 1, 2, 3), strict=True)]
    found = frame_of(rows, proxies="drop")
    assert found["age"].tolist() == [30, 31]
    assert found["trained_12m"].tolist() == [0, 0]
