"""The example of jobs and pay of occupations: against the files in plain Python, and figures measured by others."""

import csv
import gzip

import pytest

from mobility.intake.losses import LossTable
from mobility.lmi.fill import errors_of, filled
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.studies.uk_occupations import _regional
from paths import ROOT

STUDY = load_study(ROOT, "uk_occupations")
REFERENCE = ROOT.parent.parent / "shared" / "reference" / "lmi"
COPIED = {
    "emp04_2018q2.csv.gz": ("lfs_emp04_employment_by_occupation_2018q2.csv", ("sex", "soc2010")),
    "ashe_table15_7a_part_time.csv.gz": (
        "ashe_table15_7a_2020_part_time_region_occupation.csv",
        ("area_code", "soc2010"),
    ),
    "ashe_table14.csv.gz": ("ashe_table14_occupation_pay.csv", ("release", "jobs", "code")),
    "onet29_skills.csv.gz": ("onet29_skills.csv", ("onetsoc_code", "element_id")),
    "soc2010_unit_groups.csv.gz": ("soc2010_unit_group_descriptions.csv", ("soc2010",)),
}
# Mean absolute error of the rule in per cent, ASHE 2021 revised, full-time: measured before there was this code.
MEASURED = {"p10": 18.2, "p20": 11.9, "p30": 7.9, "p40": 4.2, "p60": 3.0, "p70": 5.7, "p80": 7.9, "p90": 9.2}
BIAS = {"p10": -8.9, "p20": -5.6, "p30": -3.9, "p40": -1.8, "p60": 1.6, "p70": 3.4, "p80": 4.0, "p90": 5.5}


def rows_of(name):
    with gzip.open(STUDY.folder / "data" / name, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def inputs():
    panels = {name: read_table(STUDY.folder, ROOT, f"mapping_{name}.yaml").panel for name in STUDY.about.sources}
    return Inputs.of(panels, STUDY, STUDY.readings, LossTable())


@pytest.fixture(scope="module")
def frames(inputs):
    made = make_frames(inputs)
    return {name: frame.set_index(["place", "line"]) for name, frame in made.items() if name != "texts"}


@pytest.fixture(scope="module")
def numbers(frames):
    return {name: frame["value"] for name, frame in frames.items()}


@pytest.mark.parametrize("name", COPIED)
@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference folder is not here")
def test_the_files_are_copies(name):
    original, keys = COPIED[name]
    with (REFERENCE / original).open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row.get("measure", "annual_gross_pay") == "annual_gross_pay"]
    theirs = {tuple(row[key] for key in keys): row for row in rows}
    ours = rows_of(name)
    assert len({tuple(row[key] for key in keys) for row in ours}) == len(ours)
    for row in ours:
        printed = theirs[tuple(row[key] for key in keys)]
        assert {key: value for key, value in row.items() if key in printed} == {
            key: printed[key] for key in row if key in printed
        }


def test_jobs_of_groups_are_sums_of_the_unit_groups_that_are_printed(numbers):
    rows = [row for row in rows_of("emp04_2018q2.csv.gz") if len(row["soc2010"]) == 4]
    for group in ("1", "54", "92"):
        own = [row for row in rows if row["soc2010"].startswith(group) and row["sex"] == "women"]
        printed = [int(row["employees_part_time"]) for row in own if row["employees_part_time"] != "*"]
        assert numbers["jobs"][group, "women.employees_part_time"] == sum(printed)
    assert numbers["jobs"]["1115", "people.total_in_employment"] == 110_090


def test_pay_of_a_group_is_the_mean_of_its_parts_weighted_by_jobs(numbers):
    rows = [row for row in rows_of("ashe_table14.csv.gz") if (row["release"], row["jobs"]) == ("2021p", "full-time")]
    parts = [row for row in rows if len(row["code"]) == 4 and row["code"].startswith("22")]
    known = [(float(row["mean"]), float(row["jobs_thousand"])) for row in parts if row["jobs_thousand"].isdigit()]
    mean = sum(pay * jobs for pay, jobs in known) / sum(jobs for _, jobs in known)
    assert numbers["pay"]["22", "2021.full_time.mean"] == pytest.approx(mean, rel=1e-12)
    assert numbers["pay"]["2231", "2021.full_time.mean"] == float(
        next(row["mean"] for row in parts if row["code"] == "2231")
    )


@pytest.mark.parametrize("decile", MEASURED)
def test_the_log_normal_rule_errs_as_was_measured(numbers, decile):
    assert 100 * numbers["rule"][decile, "mean.2021r.mean"] == pytest.approx(MEASURED[decile], abs=0.05)
    assert 100 * numbers["rule"][decile, "mean.2021r.bias"] == pytest.approx(BIAS[decile], abs=0.05)


def test_the_filling_errs_as_was_measured(inputs, numbers):
    """863 printed means: 9.1 and 13.2 per cent by C.8.3; by the sub-major group, where it is printed, 8.7 and 12.5."""
    found = numbers["filling"]["c_8_3"]
    assert found["n"] == 863 and found["cells"] == 4_059 and found["printed"] == 892
    assert [100 * found[name] for name in ("median", "mean", "bias")] == pytest.approx([9.1, 13.2, -0.2], abs=0.05)
    pay, _ = _regional(inputs)
    made = filled(pay, "sub_major")
    group = [(region, code[:2]) for region, code in made.index]
    there = pay.reindex(group).notna().to_numpy()
    own = errors_of(made[there], pay.reindex(made.index)[there])
    assert own["n"] == 839 and [100 * own["median"], 100 * own["mean"]] == pytest.approx([8.7, 12.5], abs=0.06)


def test_a_filled_number_is_said_to_be_filled(frames):
    frame = frames["filled"]
    assert frame.loc[("6145", "E12000001"), "note"] == ""
    filled_in = frame[frame["note"].str.startswith("filled: ")]
    assert len(filled_in) == 1_821
    assert filled_in["value"].notna().all()


def test_the_longest_lists_are_those_of_the_files():
    """The largest and the best-paid occupations are rows of groups/, in the order of what is printed."""
    jobs = {
        row["soc2010"]: row["total_in_employment"] for row in rows_of("emp04_2018q2.csv.gz") if row["sex"] == "people"
    }
    pay = {
        row["code"]: row["median"]
        for row in rows_of("ashe_table14.csv.gz")
        if (row["release"], row["jobs"]) == ("2021p", "full-time")
    }
    for group, printed in (("largest", jobs), ("best_paid", pay)):
        known = {code: int(value) for code, value in printed.items() if len(code) == 4 and value.isdigit()}
        first = sorted(known, key=known.__getitem__, reverse=True)[:25]
        assert [row["id"] for row in STUDY.groups(group)] == first


def test_skills_of_an_occupation_are_means_over_its_occupations_of_onet(numbers):
    """1115: chief executives, chief sustainability officers (no scores) and general managers, each the same."""
    scores = {
        row["onetsoc_code"]: float(row["importance"])
        for row in rows_of("onet29_skills.csv.gz")
        if row["element_id"] == "2.A.1.a"
    }
    own = [scores[code] for code in ("11-1011.00", "11-1011.03", "11-1021.00") if code in scores]
    assert numbers["skills"]["1115", "importance.2.A.1.a"] == pytest.approx(sum(own) / len(own))
    assert 1 <= numbers["skills"]["all", "importance.2.A.1.a"] <= 5


def test_pairs_of_the_report_that_the_official_chain_has(numbers):
    """Ten of the 21 pairs of Table D.1, counted in plain pandas before there was this code."""
    exact = numbers["onet"][numbers["onet"].index.get_level_values("line") == "exact"]
    assert (len(exact), exact.sum()) == (21, 10)
    assert numbers["onet"]["p1131_11_3031_02", "exact"] == 1 and numbers["onet"]["p1135_11_3041_00", "us_soc"] == 0


def test_printed_rows_of_groups_are_those_of_the_files(numbers):
    """Pay of groups and of all as Table 14 has it; jobs of a two-digit group, not in EMP04, from its minor ones."""
    pay = {(row["release"], row["code"]): row for row in rows_of("ashe_table14.csv.gz") if row["jobs"] == "full-time"}
    for place, code in (("41", "41"), ("92", "92"), ("all", "XX"), ("4135", "4135")):
        assert numbers["pay"][place, "printed.2021.full_time.mean"] == float(pay["2021p", code]["mean"])
        assert numbers["pay"][place, "2011.full_time.p20"] == float(pay["2011r", code]["p20"])
    jobs = [row for row in rows_of("emp04_2018q2.csv.gz") if row["sex"] == "people"]
    column, line = "employees_full_time", "printed.people.employees_full_time"
    minor = [int(row[column]) for row in jobs if len(row["soc2010"]) == 3 and row["soc2010"].startswith("41")]
    assert numbers["jobs"]["41", line] == sum(minor)
    assert numbers["jobs"]["all", line] == int(next(row[column] for row in jobs if row["soc2010"] == ""))
    marked = {row["soc2010"][:2] for row in jobs if len(row["soc2010"]) == 3 and row["self_employed_total"] == "*"}
    own = numbers["jobs"].xs("printed.people.self_employed_total", level="line")
    assert {code for code in own.index[own.isna()] if len(code) == 2} == marked, "no sum where a part is not printed"


def test_groups_stand_beside_what_is_printed_of_them(numbers):
    jobs = {(row["sex"], row["soc2010"]): row for row in rows_of("emp04_2018q2.csv.gz")}
    printed = int(jobs["women", "9"]["employees_part_time"])
    ours = numbers["jobs"]["9", "women.employees_part_time"]
    assert numbers["jobs"]["9", "against.women.employees_part_time"] == pytest.approx(ours / printed - 1, rel=1e-12)
    assert numbers["pay"]["9", "against.2021.full_time"] == pytest.approx(
        numbers["pay"]["9", "2021.full_time.mean"] / 23_340 - 1, rel=1e-12
    )
