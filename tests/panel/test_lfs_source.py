"""The Labour Force Survey: names by period, editions, weights by vintage, and files that are not what they are called.

Expected values are written into the files by hand.
"""

import numpy as np
import pandas as pd
import pytest

from mobility.cli import main
from mobility.errors import DeliveryError
from mobility.panel.check import check_delivery
from mobility.panel.delivery import read_delivery, report
from mobility.panel.register import load_source
from paths import ROOT
from planted_project import small_lfs

LFS = load_source(ROOT, "lfs")
REQUIRED = ("person_id", "age", "own_nssec", "origin_nssec", "hourly_pay", "weight")
OF_2014 = {
    "CASENOP": [10012014010101, 10012014010102, 10012014020101],
    "HSERIALP": [100120140101, 100120140101, 100120140201],
    "AGE": [27, 25, 16],
    "NSECMJ10": [1, 7, -9],
    "SM_NSEC10": [3.1, 12.6, -9.0],
    "HOURPAY": [12.5, -9.0, -8.0],
    "PWT18": [700, 800, 900],
    "SOC10M": [2135, 9273, -9],
}
OF_2010 = {
    "CASENO": [10012010010101, 10012010010102, 10012010020101],
    "AGE": [27, 25, 16],
    "NSECMMJ": [1, 7, -9],
    "HOURPAY": [12.5, -9.0, -8.0],
    "PWT14": [700, 800, 900],
    "SOC2KM": [2132, 9233, -9],
}


def write(folder, stem, columns, form="dta"):
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(columns)
    path = folder / f"{stem}.{form}"
    if form == "dta":
        frame.to_stata(path, write_index=False, version=118)
    else:
        frame.to_csv(path, sep="\t", index=False)
    return folder


def read(folder, waves, required=REQUIRED, optional=()):
    return read_delivery(folder, LFS, waves, required, optional)


def problems(folder, waves, required=REQUIRED, optional=()):
    with pytest.raises(DeliveryError) as error:
        read(folder, waves, required, optional)
    return "\n".join(error.value.problems)


def test_names_of_two_periods_become_one(tmp_path):
    write(tmp_path, "lfsp_js10_end_user", OF_2010)
    write(tmp_path / "UKDA-7570-stata" / "stata", "LFSP_JS14_EUL_PWT18", OF_2014)
    write(tmp_path, "lfsh_js14_eul", OF_2014)  # a household file
    old, new = (data.frame for data in read(tmp_path, ("2010Q3", "2014Q3")).waves)
    assert old["own_nssec"].tolist() == new["own_nssec"].tolist() == [1, 7, -9]
    assert old["person_id"].tolist() == OF_2010["CASENO"] and new["person_id"].tolist() == OF_2014["CASENOP"]
    assert (old["origin_nssec"] == -100).all()  # not asked
    assert new["hourly_pay"].tolist() == [12.5, -9, -8]


@pytest.mark.parametrize(
    "written",
    [
        [3.1, 12.6, -9.0],
        np.array([3.1, 12.6, -9.0], dtype="float32"),
        ["3.1", "12.6", "-9"],
        ["3.1", "12.6", " "],
    ],
    ids=["double", "single", "text", "blank"],
)
def test_a_class_with_decimals_is_its_whole_part_in_any_form(tmp_path, written):
    write(tmp_path, "lfsp_js14_eul_pwt18", {**OF_2014, "SM_NSEC10": written})
    assert read(tmp_path, ("2014Q3",)).waves[0].frame["origin_nssec"].tolist()[:2] == [3, 12]


def test_an_unknown_class_is_a_problem_with_the_allowed_ones(tmp_path):
    write(tmp_path, "lfsp_js14_eul_pwt18", {**OF_2014, "SM_NSEC10": [18.0, 3.1, -9.0]})
    text = problems(tmp_path, ("2014Q3",))
    assert "column sm_nsec10: unknown code in row 1; allowed: 1, 2, 3" in text and "nssec_operational" in text


def test_a_weight_of_another_vintage_is_read_and_named(tmp_path):
    other = {name.replace("PWT18", "PWT20"): values for name, values in OF_2014.items()}
    write(tmp_path, "lfsp_js14_eul", other)
    found = read(tmp_path, ("2014Q3",))
    assert found.waves[0].frame["weight"].tolist() == [700, 800, 900]
    assert "wave 2014Q3: weight is read from pwt20, not pwt18" in found.notes
    assert "weight is read from pwt20 in wave 2014Q3" in found.notes
    listed = report(found, LFS).set_index("name")["column"]
    assert listed["weight"] == "pwt20" and listed["own_nssec"] == "nsecmj10"


def test_two_weights_of_other_vintages_are_asked_about(tmp_path):
    both = {**{name: values for name, values in OF_2014.items() if name != "PWT18"}, "PWT20": [1] * 3, "PWT24": [2] * 3}
    write(tmp_path, "lfsp_js14_eul", both)
    assert "pwt20 and pwt24 may all be `weight` (PWT18|PWT## in variables.csv)" in problems(tmp_path, ("2014Q3",))


def test_a_file_with_the_names_of_another_period_is_said_to_be_one(tmp_path):
    write(tmp_path, "lfsp_js14_eul_pwt18", OF_2010)
    text = problems(tmp_path, ("2014Q3",))
    assert "no column nsecmj10 (own_nssec); nearest: nsecmmj" in text
    assert "it has soc2km, nsecmmj, which are names of other waves; all of them are of 2006Q3" in text


def test_two_editions_of_a_quarter_are_asked_about(tmp_path):
    write(tmp_path / "first", "lfsp_js14_end_user", OF_2014)
    write(tmp_path / "second", "lfsp_js14_eul_pwt18", OF_2014)
    text = problems(tmp_path, ("2014Q3",))
    assert "2 files are lfsp_js14_eul_pwt18" in text and "Leave one of them below the folders" in text


def test_a_quarter_that_is_not_there_is_named_by_its_file(tmp_path):
    write(tmp_path, "lfsp_js14_eul_pwt18", OF_2014)
    assert "wave 2015Q3: no file lfsp_js15_eul_pwt18 below" in problems(tmp_path, ("2014Q3", "2015Q3"))


def test_case_numbers_of_seventeen_digits_stay_whole_in_text(tmp_path):
    long = [f"1234567890123456{digit}" for digit in range(3)]
    write(tmp_path, "lfsp_js14_eul_pwt18", {**OF_2014, "CASENOP": long}, "tab")
    assert read(tmp_path, ("2014Q3",)).waves[0].frame["person_id"].tolist() == [int(number) for number in long]


def test_case_numbers_that_a_float_cannot_tell_apart_are_refused(tmp_path):
    long = [1234567890123456.0e1 + digit for digit in range(3)]
    write(tmp_path, "lfsp_js14_eul_pwt18", {**OF_2014, "CASENOP": long})
    assert "persons who stand in more than one row" in problems(tmp_path, ("2014Q3",))


def test_a_household_number_is_joined_from_its_parts(tmp_path):
    parts = {"QUOTA": 7, "WEEK": 12, "W1YR": 0, "QRTR": 3, "ADD": 4, "WAVFND": 1, "HHLD": 1}
    write(tmp_path, "lfsp_js10_end_user", {**OF_2010, **{name: [number] * 3 for name, number in parts.items()}})
    frame = read(tmp_path, ("2010Q3",), (*REQUIRED, "household_id")).waves[0].frame
    assert frame["household_id"].tolist() == [7_12_0_3_04_1_01] * 3


def test_a_quarter_under_the_name_of_another_is_seen_by_its_dates(tmp_path):
    """The same quarter twice: a copy of July to September 2014 as 2015, whose names differ by one."""
    july = {**OF_2014, "REFWKY": [2014] * 3, "REFWKM": [7, 8, 10]}
    write(tmp_path, "lfsp_js14_eul_pwt18", july)
    write(tmp_path, "lfsp_js15_eul_pwt18", {**july, "CASENOP": [1, 2, 3]})
    text = problems(tmp_path, ("2014Q3", "2015Q3"))
    assert text.count("wave") == 2 and "wave 2015Q3: most rows have reference_year 2014, not 2015" in text
    april = {**july, "REFWKM": [4, 5, 6]}
    write(tmp_path, "lfsp_js14_eul_pwt18", april)
    assert "wave 2014Q3: most rows have reference_month 4, not 7-9" in problems(tmp_path, ("2014Q3",))


def test_an_invented_delivery_passes_the_check(tmp_path_factory, capsys):
    """For the studies that it is drawn for; what those of pay want (`careers_lmi`) is in a delivery of its own."""
    folder = small_lfs(tmp_path_factory)
    assert main(["check", str(folder), "--source", "lfs", "--waves", "2013Q3,2014Q3"]) == 2
    said = capsys.readouterr().out
    assert "lfsp_js13_end_user.dta" in said
    cannot = {line.split(":")[0].strip() for line in said.splitlines() if "cannot run until" in line}
    assert cannot == {"careers_lmi"}
    found = check_delivery(folder, LFS, ("2013Q3", "2014Q3"), [])
    assert found.problems == ()
