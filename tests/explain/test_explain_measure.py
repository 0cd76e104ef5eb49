"""What is said of an answer of the measures: equation, targets, factors, jobs and the rule, on cells made by hand."""

import numpy as np
import pandas as pd
import pytest

from mobility.errors import ConfigError, DataError
from mobility.explain.measure import explain_measure
from mobility.lmi.dimensions import Dimension
from mobility.lmi.store import say_origin, write_measures
from mobility.storage import read_json, write_array, write_csv

CHOICES = dict.fromkeys(
    ("joining", "conversion", "thin", "overtime", "target_year", "gap_rate", "regions", "shares"), "default"
)


def _own(name, codes):
    return name, Dimension(name, codes, {code: f"{name} {code}" for code in codes}, {}, {})


SMALL = dict(
    [
        _own("occupation", ("4135", "4215")),
        _own("industry", ("1", "2")),
        _own("region", ("5", "6")),
        _own("gender", ("1", "2")),
        _own("status", ("1", "2", "3")),
        _own("qualification", ("1",)),
    ]
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """4135 in region 6 has 3,000 men full-time in industry 1 at 400 and 1,000 in industry 2 at 480; 800 women."""
    root = tmp_path_factory.mktemp("root")
    folder = root / "results/released/careers_lmi/measures"
    jobs, pay = np.zeros((2, 2, 2, 2, 3, 1)), np.full((2, 2, 2, 2, 3, 1), np.nan)
    jobs[0, :, 1, 0, 0, 0], pay[0, :, 1, 0, 0, 0] = (3000, 1000), (400, 480)
    jobs[0, 0, 1, 1, 0, 0], pay[0, 0, 1, 1, 0, 0] = 800, 350
    about = {"choices": CHOICES, "limits": {"least": 1000, "plain": 10000, "at_limit": "better"}}
    write_measures(folder, {("employment", 2015): jobs, ("pay", 2015): pay}, SMALL, about)
    for name, k in (("occupation", 2), ("industry", 2), ("qualification", 1)):
        for kind, value in (("targets", 1_680_000.0), ("printed", 410.0), ("factors", 1.25)):
            values = np.full((k, 2, 2, 2), value)
            if (kind, name) == ("factors", "industry"):
                values[1] = 1.05
            if (kind, name) == ("printed", "occupation"):
                values[:] = np.nan
            write_array(values, folder / "how" / f"pay_{kind}_{name}.npy")
    rows = [
        (term, "", value, 0.01, 900, value)
        for term, value in (("constant", 5.5), ("age", 0.06), ("age_squared", -0.0006), ("male", 0.1))
    ]
    rows += [("occupation", "4135", -0.3, 0.02, 140, -0.3), ("occupation_male", "4135", np.nan, np.nan, np.nan, 0.04)]
    rows += [("region", "6", -0.16, 0.01, 5000, -0.16)]
    table = pd.DataFrame(rows, columns=["term", "code", "coefficient", "std_error", "persons", "used"])
    write_csv(
        pd.concat([table.assign(survey=survey, status=status) for survey in ("lfs", "ashe") for status in ("1", "2")]),
        folder / "coefficients.csv",
    )
    write_csv(pd.DataFrame({"occupation": ["4135", "4215"], "1": [41.5, 40], "2": [44.0, 40]}), folder / "ages.csv")
    return root


def test_an_answer_is_explained_by_equation_targets_factors_jobs_and_rule(root):
    said = explain_measure(root, "careers_lmi", "pay", {"occupation": "4135", "region": "6"})
    assert "pay 2015, occupation 4135; region 6: 410 pounds a week, mean" in said
    assert "Jobs: about 4,500" in said and "full-time ones where none is asked for: add --status 1" in said
    assert "Rule (4.2.1, C.6): below 1,000 jobs no number, to 10,000 with a note: noted" in said
    # (3,000 x 400 + 1,000 x 480) / 4,000
    assert "gender 1, status 1: 420.00, jobs about 4,500" in said
    assert "Equation, ASHE: ln pay = 5.5000 +0.06 age -0.0006 age^2 +0.1 male -0.3000 occupation 4135" in said
    assert "(error 0.0200, 140 persons or more)" in said
    assert "+0.0400 occupation_male 4135 (of its group: few persons)" in said
    assert "at the mean age of occupation and gender, 41.5" in said
    assert "Target by occupation: bill 1,680,000, no mean printed: filled by C.8.3; raking factor 1.2500" in said
    # (3,000 x 1.25 + 1,000 x 1.05) / 4,000
    assert "2 of 2 means printed; raking factor 1.2000 (from 1.0500 to 1.2500, weighted by jobs)" in said
    # Of what is refused the way is said, and neither number nor bill.
    assert "gender 2, status 1: no number of its own, below 1,000 jobs" in said
    assert said.count("Target by occupation: bill") == 1
    assert said.count("Target by occupation: no mean printed") == 3
    assert "Choices: joining = default" in said


def test_a_refusal_names_coarser_questions(root):
    said = explain_measure(root, "careers_lmi", "employment", {"occupation": "4135", "region": "6", "gender": "2"})
    assert "no number" in said
    assert "Coarser questions that are answered, nearest first:\n  occupation 4135; region 6" in said
    assert "Made from: published jobs of the sub-major group" in said


def test_what_is_not_there_is_said(root, tmp_path):
    with pytest.raises(ConfigError, match="measures: no dimension `sex`; there are occupation, industry"):
        explain_measure(root, "careers_lmi", "pay", {"sex": "1"})
    with pytest.raises(DataError, match="no measures were written whole"):
        explain_measure(tmp_path, "careers_lmi", "pay", {})


def test_measures_say_whether_they_are_of_invented_data(root):
    folder = root / "results/released/careers_lmi/measures"
    say_origin(folder, synthetic=True)
    about = read_json(folder / "measures.json")
    assert about["synthetic"] is True
    assert about["years"] == {"employment": [2015], "pay": [2015]}
