"""Deliveries that can be read: three formats, every layout and spelling, and the kinds of missing kept apart."""

import shutil

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from pandas.testing import assert_frame_equal

from mobility.intake.find import is_invented
from mobility.intake.missing import BLANK, NOT_ASKED, count_kinds, valid
from mobility.panel.delivery import examine, read_delivery, report
from mobility.panel.find import list_files
from mobility.panel.provenance import delivery_provenance
from mobility.panel.register import load_source

NAMES = ["person_id", "interview_type", "activity_status", "soc2000"]
ENDINGS = ["dta", "tab", "sav"]


def read(folder, source, letters="a", required=NAMES, optional=()):
    return read_delivery(folder, source, letters, required, optional)


def first(folder, source, **options):
    return read(folder, source, **options).waves[0].frame


@pytest.mark.parametrize("ending", ENDINGS)
def test_hand_made_wave_is_read_as_written(tmp_path, source, write_wave, people, ending):
    write_wave(tmp_path / f"a_indresp.{ending}", people("a"))
    expected = pd.DataFrame(
        {
            "person_id": np.array([680000001, 680000041, 1632000049, 16777217], dtype="int64"),
            "interview_type": np.array([1, 1, 2, 1], dtype="int32"),
            "activity_status": np.array([2, 3, -7, 7], dtype="int32"),
            "soc2000": np.array([211, -8, -7, -8], dtype="int32"),
        }
    )
    assert_frame_equal(first(tmp_path, source), expected)


def test_three_formats_give_the_same_frames(delivery_stata, delivery_tab, delivery_spss, source):
    names = [v.name for v in source.variables if v.file == "indresp"]
    amounts = {name for name in names if source.kind(name) == "amount"}
    stata, spss, tab = (
        read(folder, source, "abh", ["person_id"], names) for folder in (delivery_stata, delivery_spss, delivery_tab)
    )
    for ours, theirs, texts in zip(stata.waves, spss.waves, tab.waves, strict=True):
        assert len(ours.frame.columns) > 100
        assert_frame_equal(ours.frame, theirs.frame)
        blank = texts.frame.eq(BLANK)
        assert blank.to_numpy().any()
        assert (ours.frame.where(blank, -9) == -9).all(axis=None)
        assert_frame_equal(ours.frame, texts.frame.mask(blank, -9).astype(texts.frame.dtypes))
        assert amounts & set(ours.present)


@pytest.mark.parametrize("ending", ENDINGS)
def test_identifiers_beyond_single_precision_survive(tmp_path, source, write_wave, people, ending):
    exact = [16777217, 2**31 + 1, 9_999_999_999, 2**53 - 1]
    frame = people("a").assign(pidp=exact)
    if ending == "dta":
        frame = frame.astype({"pidp": "float64"})  # Stata has no integer of that size: it stores a double
    write_wave(tmp_path / f"a_indresp.{ending}", frame)
    found = first(tmp_path, source)["person_id"]
    assert found.tolist() == exact
    assert found.dtype == "int64"


@pytest.mark.parametrize("ending", ENDINGS)
def test_blank_cells_become_blank_and_sentinels_stay(tmp_path, source, write_wave, people, ending):
    columns = {"a_jbstat": [-1.0, -9.0, np.nan, -8.0], "a_fimnlabgrs_dv": [-9.0, -250.5, np.nan, 0.0]}
    write_wave(tmp_path / f"a_indresp.{ending}", people("a", **columns))
    frame = first(tmp_path, source, optional=["labour_income", "same_employer"])
    assert frame["activity_status"].tolist() == [-1, -9, BLANK, -8]
    assert frame["labour_income"].tolist() == [-9, -250.5, BLANK, 0]
    assert frame["same_employer"].tolist() == [NOT_ASKED] * 4


def test_all_kinds_of_missing_stay_apart(tmp_path, source, write_wave):
    stored = [-1, -2, -7, -8, -9, None, 2]
    frame = pd.DataFrame({"pidp": range(1, 8), "a_jbstat": stored})
    write_wave(tmp_path / "a_indresp.tab", frame)
    column = first(tmp_path, source, required=["person_id", "activity_status"])["activity_status"]
    assert column.tolist() == [-1, -2, -7, -8, -9, BLANK, 2]
    kinds = ["dont_know", "refused", "proxy", "inapplicable", "missing", "blank cell"]
    assert count_kinds(column, dict(source.missing)) == dict.fromkeys(kinds, 1)
    assert valid(column, "category").isna().tolist() == [True] * 6 + [False]


def test_money_below_zero_is_an_answer_and_exact_sentinels_are_not(source):
    column = pd.Series([-250.5, -9.0, -8.0, float(BLANK), float(NOT_ASKED), 0.0, -9.5])
    found = valid(column, "amount", tuple(source.missing))
    assert found.isna().tolist() == [False, True, True, True, True, False, False]


def test_stata_extended_missing_becomes_blank(tmp_path, source, people):
    frame = people("a").astype({"a_jbstat": "object"})
    frame["a_jbstat"] = ["a", 2, 3, 7]
    path = str(tmp_path / "a_indresp.dta")
    pyreadstat.write_dta(frame, path, version=15, missing_user_values={"a_jbstat": ["a"]})
    assert first(tmp_path, source)["activity_status"].tolist() == [BLANK, 2, 3, 7]


def test_spss_user_missing_ranges_keep_their_codes(tmp_path, source, people):
    ranges = {"a_jbstat": [{"lo": -9, "hi": -1}], "a_jbsoc00_cc": [-8, -7]}
    pyreadstat.write_sav(people("a"), str(tmp_path / "a_indresp.sav"), missing_ranges=ranges)
    frame = first(tmp_path, source)
    assert frame["activity_status"].tolist() == [2, 3, -7, 7]
    assert frame["soc2000"].tolist() == [211, -8, -7, -8]


def test_labels_are_never_read(tmp_path, source, people):
    labels = {"a_jbstat": {2: "paid employment", 3: "unemployed", 7: "student", -7: "proxy"}}
    people("a").to_stata(tmp_path / "a_indresp.dta", write_index=False, value_labels=labels)
    people("b").to_stata(tmp_path / "b_indresp.dta", write_index=False, version=114)
    assert [len(data.frame) for data in read(tmp_path, source, "ab").waves] == [4, 4]
    assert first(tmp_path, source)["activity_status"].tolist() == [2, 3, -7, 7]


def test_stata_file_with_latin_1_text_is_read_in_silence(tmp_path, source, people, recwarn):
    path = tmp_path / "a_indresp.dta"
    people("a").assign(a_place=["Cafx", "b", "c", "d"]).to_stata(
        path, write_index=False, version=118, variable_labels={"a_jbstat": "Stelluxg"}, data_label="Cafx"
    )
    path.write_bytes(path.read_bytes().replace(b"Cafx", b"Caf\xe9").replace(b"Stelluxg", b"Stell\xfcng"))
    assert first(tmp_path, source)["activity_status"].tolist() == [2, 3, -7, 7]
    assert not recwarn.list


@pytest.mark.parametrize("ending", ENDINGS)
def test_upper_case_names_of_files_and_columns(tmp_path, source, write_wave, people, ending):
    write_wave(tmp_path / f"A_INDRESP.{ending.upper()}", people("a").rename(columns=str.upper))
    assert first(tmp_path, source)["activity_status"].tolist() == [2, 3, -7, 7]


@pytest.mark.parametrize(
    ("start", "end", "encoding"),
    [
        (b"\xef\xbb\xbf", b"\n", "utf-8"),
        (b"", b"\r\n", "utf-8"),
        (b"", b"\n", "latin-1"),
        (b"\xef\xbb\xbf", b"\r\n", "utf-8"),
        (b"\xef\xbb\xbf", b"\r\n", "latin-1"),
    ],
)
def test_tab_file_of_any_origin(tmp_path, source, start, end, encoding):
    rows = ["pidp\ta_jbstat\ta_place\ta_jbsoc00_cc", "680000001\t 2\tCafé\t", "680000041\t.\t\t211 ", "3\t1\tx\t  "]
    (tmp_path / "a_indresp.tab").write_bytes(start + end.join(row.encode(encoding) for row in rows) + end)
    frame = first(tmp_path, source, required=["person_id", "activity_status", "soc2000"])
    assert frame["person_id"].tolist() == [680000001, 680000041, 3]
    assert frame["activity_status"].tolist() == [2, BLANK, 1]
    assert frame["soc2000"].tolist() == [BLANK, 211, BLANK]


def test_text_is_read_as_written_and_absent_text_is_missing(root, tmp_path, source, project, write_wave):
    path = project / "sources/ukhls/variables.csv"
    path.write_text(path.read_text() + "place,indresp,place,a-b,text,,,no,where,verified,made up\n")
    rows = "pidp\ta_place\n1\tCafé\n2\t\n"
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a_indresp.tab").write_bytes(rows.encode("latin-1"))
    write_wave(tmp_path / "data/b_indresp.tab", pd.DataFrame({"pidp": [1], "b_x": [1]}))
    waves = read(tmp_path / "data", load_source(project, "ukhls"), "ab", ["person_id"], ["place"]).waves
    assert waves[0].frame["place"].fillna("none").tolist() == ["Café", "none"]
    assert waves[1].frame["place"].isna().all()


def test_special_licence_names_set_the_access(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "UKDA-6931-tab/tab/ukhls/a_indresp_protect.tab", people("a"))
    delivery = read(tmp_path, source)
    assert delivery.files[0].protect
    assert delivery_provenance(delivery, source)["access"] == "special"


def test_old_editions_have_a_folder_a_wave(tmp_path, source, write_wave, people):
    for number, letter in enumerate("ab", start=1):
        write_wave(tmp_path / f"ukhls_w{number}/{letter}_indresp.tab", people(letter))
    write_wave(tmp_path / "bhps_w1/ba_indresp.tab", people("ba"))
    assert [data.wave.name for data in read(tmp_path, source, "ab").waves] == ["a", "b"]


def test_decoys_are_not_read(tmp_path, source, write_wave, people):
    wanted = write_wave(tmp_path / "ukhls/a_indresp.tab", people("a"))
    for name in ("bhps/ba_indresp", "jkl_indresp", "xwavedat", "a_indresp_bh2 copy", "._a_indresp", "a_indresp (1)"):
        write_wave(tmp_path / f"{name}.tab", people("a"))
    write_wave(tmp_path / "a_hhresp.tab", people("a"))
    found = list_files(tmp_path, source)
    assert [item.path for item in found if item.file == "indresp"] == [wanted]
    assert read(tmp_path, source).files[0].path == wanted


def test_home_folder_is_expanded(tmp_path, source, write_wave, people, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write_wave(tmp_path / "data/a_indresp.tab", people("a"))
    assert len(first("~/data", source)) == 4


def test_single_file_folder_may_be_a_link(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "store/a_indresp.tab", people("a"))
    (tmp_path / "link").symlink_to(tmp_path / "store")
    assert len(first(tmp_path / "link", source)) == 4


def test_wave_that_does_not_ask_is_not_an_absent_column(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a"))
    delivery = read(tmp_path, source, required=[*NAMES, "same_employer", "weight_longitudinal"])
    frame = delivery.waves[0].frame
    assert not delivery.notes or "same_employer" not in " ".join(delivery.notes)
    assert frame["same_employer"].tolist() == [NOT_ASKED] * 4
    assert frame["weight_longitudinal"].dtype == "float64"
    assert "same_employer" not in delivery.waves[0].present


def test_absent_optional_column_is_a_note(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a").assign(a_jbhass=1))
    delivery = read(tmp_path, source, optional=["has_job"])
    assert delivery.waves[0].frame["has_job"].tolist() == [NOT_ASKED] * 4
    note = next(note for note in delivery.notes if "a_jbhas " in note)
    assert "wave a" in note
    assert "nearest: a_jbhass" in note


def test_unknown_code_of_an_optional_column_is_a_note(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a").assign(a_jbhas=[1, 2, 6, 6]))
    delivery = read(tmp_path, source, optional=["has_job"])
    assert any("a_jbhas" in note and "unknown code in rows " in note for note in delivery.notes)


def test_report_counts_answers_and_kinds_of_missing(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a", a_fimnlabgrs_dv=[-9, -250.5, None, 0]))
    table = report(read(tmp_path, source, optional=["labour_income"]), source).set_index("name")
    assert table.loc["activity_status", ["column", "rows", "valid", "missing"]].tolist() == [
        "a_jbstat",
        4,
        3,
        "proxy 1",
    ]
    assert table.loc["labour_income", "valid"] == 2
    assert table.loc["labour_income", "missing"] == "missing 1; blank cell 1"


def test_invented_delivery_is_known_by_its_mark(tmp_path, delivery_tab, source, write_wave, people):
    for folder in (delivery_tab, delivery_tab / "UKDA-6614-tab", delivery_tab / "UKDA-6614-tab/tab/ukhls"):
        assert is_invented(item.path for item in list_files(folder, source))
    assert is_invented(item.path for item in list_files(delivery_tab.parent, source))
    write_wave(tmp_path / "far/a/b/c/d/a_indresp.tab", people("a"))
    (tmp_path / "synthetic.yaml").write_text("size: small\n")
    assert not is_invented(item.path for item in list_files(tmp_path / "far", source))


def test_far_fewer_rows_than_the_register_knows_of_is_a_note(tmp_path, source, write_wave, people, delivery_tab):
    write_wave(tmp_path / "a_indresp.tab", people("a"))
    (note,) = read(tmp_path, source).notes
    assert "wave a: 4 rows" in note
    assert "50,982" in note
    assert not any("waves.csv knows" in note for note in examine(delivery_tab, source, "a", NAMES).notes)


def test_hard_linked_copy_reads_alike(linked, delivery_tab, source):
    copy = linked(delivery_tab)
    path = next(copy.rglob("a_indresp.tab"))
    assert path.stat().st_nlink > 1
    shutil.rmtree(copy / "UKDA-6666-tab")
    assert_frame_equal(first(copy, source), first(delivery_tab, source))


def test_a_wave_is_added_by_rows_of_the_registers_alone(project, tmp_path, write_wave):
    waves = project / "sources/ukhls/waves.csv"
    waves.write_text(waves.read_text() + "p,16,2024,2024,2026,p_,,6614,from_memory,invented\n")
    variables = pd.read_csv(project / "sources/ukhls/variables.csv", dtype=str, keep_default_na=False)
    continued = variables["waves"].str.endswith("-o")
    variables.loc[continued, "waves"] = variables.loc[continued, "waves"].str.removesuffix("o") + "p"
    variables.to_csv(project / "sources/ukhls/variables.csv", index=False)
    frame = pd.DataFrame({"pidp": [1, 2], "p_ivfio": [1, 2], "p_jbstat": [2, -7], "p_inding2_xw": [0.5, 0.0]})
    write_wave(tmp_path / "data/p_indresp.tab", frame)
    source = load_source(project, "ukhls")
    (data,) = read(
        tmp_path / "data", source, "p", ["person_id", "interview_type", "activity_status", "weight_cross_section"]
    ).waves
    assert data.wave.survey_year == 2024
    assert data.frame["activity_status"].tolist() == [2, -7]
    assert data.frame["weight_cross_section"].tolist() == [0.5, 0.0]
