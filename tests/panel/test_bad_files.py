"""Files and columns of a delivery that are wrong: one clear message, all problems at once."""

import shutil

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from mobility.panel.delivery import examine, read_delivery
from mobility.panel.find import list_files
from read_delivery import ENDINGS, NAMES, has_all, message_of

NEW_LINE, TAB = b"\n", b"\t"


# Waves and files
def test_missing_wave(tmp_path, source, write_wave, people):
    for letter in "ac":
        write_wave(tmp_path / f"{letter}_indresp.tab", people(letter))
    message = message_of(tmp_path, source, "abc")
    assert has_all(
        message, "1 problem in", tmp_path, "wave b: no file b_indresp", "waves found: a, c", "`waves` in config"
    )
    assert has_all(message, f"Mend them, then run `mobility check {tmp_path} --source ukhls`")


def test_every_problem_of_every_wave_is_listed_at_once(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a", a_jbstat=[2, 66, 3, "x"], a_jbsoc00_cc=[211, 1, -8, -8]))
    write_wave(tmp_path / "c_indresp.dta", people("c").drop(columns=["c_ivfio", "c_jbstat"]))
    (tmp_path / "d_indresp.sav").touch()
    message = message_of(tmp_path, source, "abcd")
    expected = ["wave b: no file", "a_jbstat: 1 of its cells", "a_jbsoc00_cc: unknown code in row 2"]
    expected += ["no column c_ivfio", "no column c_jbstat", "d_indresp.sav is empty (0 bytes)", "6 problems in"]
    assert has_all(message, *expected)
    assert message.count("\n  - ") == 6


def test_same_wave_twice_in_every_wave(tmp_path, source, write_wave, people):
    for letter in "ab":
        write_wave(tmp_path / f"first/{letter}_indresp.tab", people(letter))
        write_wave(tmp_path / f"second/{letter}_indresp.tab", people(letter))
    message = message_of(tmp_path, source, "ab")
    assert has_all(
        message, "wave a: 2 files are a_indresp", "wave b: 2 files", "first/a_indresp.tab", "second/a_indresp.tab"
    )
    assert "Leave one of them" in message


def test_same_wave_in_two_formats_and_two_licences(tmp_path, source, wave_a):
    wave_a("tab"), wave_a("dta")
    shutil.copy(tmp_path / "a_indresp.tab", tmp_path / "a_indresp_protect.tab")
    assert has_all(message_of(tmp_path, source), "3 files are a_indresp", ".dta", ".tab", "_protect.tab")


@pytest.mark.parametrize("ending", ENDINGS)
def test_empty_file(tmp_path, source, ending):
    (tmp_path / f"a_indresp.{ending}").touch()
    message = message_of(tmp_path, source)
    assert has_all(message, f"wave a: {tmp_path}/a_indresp.{ending} is empty (0 bytes). Unpack it again")
    assert message.count("\n  - ") == 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_header_without_rows(tmp_path, source, write_wave, people, ending):
    write_wave(tmp_path / f"a_indresp.{ending}", people("a").astype("float64").iloc[:0])
    message = message_of(tmp_path, source)
    assert has_all(message, f"a_indresp.{ending} has a header but no rows")
    assert message.count("\n  - ") == 1


def cuts(size):
    return sorted(
        {1, 3, 12, 40, 170, 600, 2100, *(int(size * part) for part in (0.1, 0.5, 0.8, 0.97)), size - 30, size - 1}
    )


@pytest.mark.parametrize(("ending", "fixture"), [("dta", "delivery_stata"), ("sav", "delivery_spss")])
def test_truncated_at_any_point(tmp_path, source, request, ending, fixture):
    whole = next(request.getfixturevalue(fixture).rglob(f"h_indresp.{ending}")).read_bytes()
    path = tmp_path / f"h_indresp.{ending}"
    for cut in cuts(len(whole)):
        path.write_bytes(whole[:cut])
        message = message_of(tmp_path, source, "h")
        assert has_all(message, "wave h", path, "cut short or damaged. Unpack it again"), cut
        assert message.count("\n  - ") == 1


def test_truncated_stata_of_the_older_form(tmp_path, source, people):
    path = tmp_path / "a_indresp.dta"
    pd.concat([people("a")] * 500).to_stata(path, write_index=False, version=114)
    whole = path.read_bytes()
    for cut in (1, 5, 100, 500, len(whole) // 2):
        path.write_bytes(whole[:cut])
        assert has_all(message_of(tmp_path, source), path, "cut short or damaged")


def test_truncated_tab(tmp_path, source, delivery_tab):
    whole = next(delivery_tab.rglob("h_indresp.tab")).read_bytes()
    header = whole.index(b"\n") + 1
    path = tmp_path / "h_indresp.tab"
    width = whole.split(NEW_LINE)[0].count(TAB) + 1
    for cut in (1, 7, header // 2, header - 1):
        path.write_bytes(whole[:cut])
        assert has_all(message_of(tmp_path, source, "h"), path, "it ends within its first line", "Unpack it again")
    path.write_bytes(whole[:header])
    assert "has a header but no rows" in message_of(tmp_path, source, "h")
    for cut in (header + 3, header + 400, len(whole) // 2, len(whole) - 60):
        path.write_bytes(whole[:cut])
        message = message_of(tmp_path, source, "h")
        assert has_all(
            message, path, f"row {whole[:cut].count(NEW_LINE)} has", f"cells, the header {width}", "cut short"
        )


def test_message_on_an_uneven_row_shows_no_ones_answers(tmp_path, source, wave_a):
    path = wave_a()
    path.write_text(path.read_text() + "680000123\t1\n")
    message = message_of(tmp_path, source)
    assert has_all(message, "row 5 has 2 cells, the header 4")
    assert "680000123" not in message


def test_tab_cut_between_two_rows_shows_in_its_count(tmp_path, source, delivery_tab):
    path = next(delivery_tab.rglob("h_indresp.tab"))
    lines = path.read_bytes().splitlines(keepends=True)
    (tmp_path / "h_indresp.tab").write_bytes(b"".join(lines[:100]))
    (note,) = [note for note in examine(tmp_path, source, "h", NAMES).notes if "rows" in note]
    assert has_all(note, "wave h: 99 rows", "39,243", "unpack it again")


@pytest.mark.parametrize("ending", ENDINGS)
def test_other_bytes_under_the_name(tmp_path, source, ending):
    (tmp_path / f"a_indresp.{ending}").write_bytes(b"PK\x03\x04 this is no data at all" * 50)
    assert has_all(message_of(tmp_path, source), f"a_indresp.{ending}", "cannot be read")


# Columns
@pytest.mark.parametrize("ending", ENDINGS)
def test_absent_and_misnamed_column(tmp_path, source, write_wave, people, ending):
    write_wave(tmp_path / f"a_indresp.{ending}", people("a").rename(columns={"a_jbstat": "a_jbstatt"}))
    message = message_of(tmp_path, source)
    assert has_all(
        message, "wave a", f"a_indresp.{ending}", "no column a_jbstat (activity_status)", "nearest: a_jbstatt"
    )
    assert has_all(message, "row of `activity_status` in variables.csv")


def test_absent_column_does_not_list_the_whole_header(tmp_path, source, write_wave):
    frame = pd.DataFrame({"pidp": [1], **{f"q{number}": [1] for number in range(900)}})
    write_wave(tmp_path / "a_indresp.tab", frame)
    message = message_of(tmp_path, source, required=["person_id", "activity_status"])
    assert "none of its 901 columns has a name near it" in message
    assert len(message) < 600


def test_doubt_of_the_register_is_said(tmp_path, source, wave_a):
    wave_a()
    message = message_of(tmp_path, source, required=["person_id", "training_for_promotion", "person_id_bhps"])
    assert has_all(message, "person_id_bhps", "the register calls it uncertain")


def test_file_of_another_wave_under_the_name(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("b"))
    message = message_of(tmp_path, source)
    assert has_all(message, "a_indresp.tab", "start with b_, not a_", "put the right file in its place")
    assert message.count("\n  - ") == 1


def test_person_column_absent(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a").rename(columns={"pidp": "pid_p"}))
    assert has_all(message_of(tmp_path, source), "no column pidp (person_id)", "nearest: pid_p")


# Cells
@pytest.mark.parametrize("ending", ENDINGS)
def test_duplicate_person(tmp_path, source, wave_a, ending):
    wave_a(ending, pidp=[5, 6, 5, 7])
    message = message_of(tmp_path, source)
    assert has_all(message, "wave a", f"a_indresp.{ending}, column pidp", "more than one row: 1 (rows 1, 3)")
    assert "unpack the file again" in message


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("blank", [np.nan, -9.0])
def test_blank_person(tmp_path, source, wave_a, ending, blank):
    wave_a(ending, pidp=[5.0, blank, blank, 7.0])
    assert has_all(message_of(tmp_path, source), "column pidp", "2 of its cells hold no identifier")


def test_person_in_single_precision(tmp_path, source, wave_a, people):
    wave_a("dta", pidp=people("a")["pidp"].astype("float32"))
    message = message_of(tmp_path, source)
    assert has_all(message, "a_indresp.dta, column pidp", "float32", "Export the file again")
    assert message.count("\n  - ") == 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_unknown_status_code(tmp_path, source, wave_a, ending):
    wave_a(ending, a_jbstat=[2, 66, 66, -33])
    message = message_of(tmp_path, source)
    assert has_all(message, f"a_indresp.{ending}, column a_jbstat", "unknown code in rows 2, 3, 4;")
    assert has_all(message, "allowed: 1, 2, 3", "add it to `activity_status` in", "recodes.yaml")


def test_unknown_code_of_a_long_list_names_the_nearest(tmp_path, source, wave_a):
    wave_a(a_jbsoc00_cc=[210, -8, -8, -8])
    assert has_all(
        message_of(tmp_path, source), "unknown code in row 1;", "81 codes are allowed, nearest: 211, 212, 213"
    )


def test_unknown_code_of_a_range(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a").assign(a_month=[1, 24, 25, -9]))
    message = message_of(tmp_path, source, required=["person_id", "sample_month"])
    assert has_all(message, "a_month: unknown code in row 3; allowed: 1-24 and the missing codes")


@pytest.mark.parametrize("ending", ENDINGS)
def test_text_in_a_numeric_column(tmp_path, source, wave_a, ending):
    wave_a(ending, a_jbstat=["2", "employed", "", "-8"])
    message = message_of(tmp_path, source)
    assert has_all(message, f"a_indresp.{ending}, column a_jbstat", "1 of its cells not whole numbers")
    assert has_all(message, "numbers: row 2. ", "not one with labels")


@pytest.mark.parametrize("cells", [["true"] * 4, ["2010-01-01"] * 4, ["inf", "2", "3", "7"], ["1e300", "2", "3", "7"]])
def test_words_that_readers_take_for_something_else(tmp_path, source, wave_a, cells):
    wave_a(a_jbstat=cells)
    assert has_all(message_of(tmp_path, source), "a_jbstat", "of its cells not whole numbers")


@pytest.mark.parametrize("ending", ENDINGS)
def test_fractions_in_a_code_column(tmp_path, source, wave_a, ending):
    wave_a(ending, a_jbstat=[2.0, 1.5, np.nan, -8.0])
    assert has_all(message_of(tmp_path, source), "a_jbstat", "1 of its cells not whole numbers: row 2.")


def test_text_in_an_amount(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a").assign(a_fimnlabgrs_dv=["1.5", "12,000", "", "x"]))
    message = message_of(tmp_path, source, required=["person_id", "labour_income"])
    assert has_all(message, "a_fimnlabgrs_dv: 2 of its cells not numbers: rows 2, 4.")


def test_list_files_takes_names_in_either_case_only(tmp_path, source):
    for name in ("A_IndResp.DTA", "z_indresp.dta", "a_indresp.xlsx", "a-indresp.tab"):
        (tmp_path / name).touch()
    assert [item.path.name for item in list_files(tmp_path, source)] == ["A_IndResp.DTA"]


def test_spss_file_of_text_only_columns(tmp_path, source, people):
    pyreadstat.write_sav(people("a").astype("str"), str(tmp_path / "a_indresp.sav"))
    frame = read_delivery(tmp_path, source, "a", NAMES).waves[0].frame
    assert frame["soc2000"].tolist() == [211, -8, -7, -8]
