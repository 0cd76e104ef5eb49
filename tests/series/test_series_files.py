"""Files in the publishers' layouts, tidy files and files of another kind: the right value, or a clear line."""

import struct
from dataclasses import replace

import pandas as pd
import pytest

from mobility.errors import DeliveryError
from mobility.official.workbook import sheet_text
from mobility.series.reader import SERIES

UK = "united_kingdom"
ASHE_HEAD = ["Description", "Code", "(thousand)", "Median", "change", "Mean", "change", 10, 20, 25, 90]
ASHE = [
    ["Table 7.5a   Hourly pay - Gross (£) - For full-time employee jobs: United Kingdom, 2020"],
    [],
    ["", "", "Number of jobs", "", "Annual", "", "Annual", "Percentiles"],
    ["", "", "", "", "%", "", "%"],
    ASHE_HEAD,
    ["United Kingdom", "K02000001", 18000, 15.18, 1.0, 18.5, 2.0, 8.72, 10.0, 11.0, 30.52, "", "key"],
    ["England", "E92000001", 15000, 15.4, 1.0, 18.9, 2.0, 8.74, 10.0, 11.0, 31.5],
]
VACS = [
    ["Oct-Dec 2001", "", 602, 1520, 2.5],
    ["Nov- Jan 2002", "", 605, 1518, 2.5],
    ["Apr-Jun2008", "", 661, 1640, 2.5],
    ["Oct-Dec 2002", "", 605, 1521, 2.5],
]


def _biff(rows):
    """A workbook of one sheet in the oldest form of .xls (BIFF2): numbers and texts by row and column."""
    records = [(0x0009, struct.pack("<HH", 2, 0x0010))]
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            place = struct.pack("<HH3s", row, column, b"\0\0\0")
            if isinstance(value, str):
                records.append((0x0004, place + struct.pack("<B", len(value)) + value.encode("cp1252")))
            else:
                records.append((0x0003, place + struct.pack("<d", value)))
    return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in [*records, (0x000A, b"")])


def test_the_shipped_ratio_is_vacancies_over_unemployed_of_the_fourth_quarter(values):
    found = values("vacancies_per_unemployed")
    assert found[UK, "all", 2001] == pytest.approx(602 / 1520, abs=1e-15)  # from the file, by hand
    assert sorted(year for _, _, year in found) == list(range(2001, 2023))


def test_a_workbook_of_the_publisher_takes_the_place_of_the_packaged_copy(workbook, values, request_of):
    workbook("vacs01oct2022.xlsx", {"Notes": [["none"]], "VACS01": VACS}, first=6)
    found = values("vacancies_per_unemployed")
    assert found == {(UK, "all", 2001): pytest.approx(602 / 1520), (UK, "all", 2002): pytest.approx(605 / 1521)}
    notes = SERIES.read(request_of("vacancies_per_unemployed")).provenance["notes"]
    assert "ons_vacs01_uk_2001_2023.csv is not read for vacancies, which vacs01oct2022.xlsx gives" in notes


def test_shifted_columns_are_found_by_the_ratio_printed_beside(workbook, request_of):
    workbook("vacs01.xlsx", {"VACS01": [[period, *cells] for period, _, *cells in VACS]})
    with pytest.raises(DeliveryError) as error:
        SERIES.read(request_of("unemployed_per_vacancy"))
    assert "vacs01.xlsx" in str(error.value)
    workbook("vacs01.xlsx", {"VACS01": [[period, blank, jobs + 400, *more] for period, blank, jobs, *more in VACS]})
    with pytest.raises(DeliveryError, match=r"is not what the file prints \(2001: 1\.52, printed 2\.5"):
        SERIES.read(request_of("unemployed_per_vacancy"))


def test_sheets_of_both_forms_are_the_same_text(folder, workbook):
    rows = [["Description", "Code", 90], ["United Kingdom", "K02000001", 30.25], ["x", "", 1500]]
    workbook("one.xlsx", {"Full-Time": rows})
    (folder / "one.xls").write_bytes(_biff(rows))
    new, old = sheet_text(folder / "one.xlsx", "full-time"), sheet_text(folder / "one.xls", "Sheet 1")
    assert new == old == "Description,Code,90\nUnited Kingdom,K02000001,30.25\nx,,1500\n"


def test_percentiles_of_ashe_make_the_ratio_and_a_row_of_another_place_does_not(workbook, values):
    name = "PROV - Work Geography Table 7.5a   Hourly pay - Gross %d.xlsx"
    workbook(name % 2020, {"All": [["other"]], "Full-Time": ASHE})
    later = [*ASHE[:5], ["United Kingdom", "K02000001", 1, 1, 1, 1, 1, 9.0, 1, 1, 27.0], ["London", "E1", *["x"] * 9]]
    workbook(name % 2021, {"Full-Time": later})
    assert values("earnings_ratio") == {(UK, "all", 2020): pytest.approx(3.5), (UK, "all", 2021): pytest.approx(3.0)}


def test_the_age_group_of_ashe_is_read_by_its_row_and_put_into_pounds_of_2015(workbook, values, prices):
    rows = [["Hourly pay"], ASHE_HEAD, ["All employees", "", 1, 14.0], ["22-29", "", 1, 11.5], ["16-17b", "", 1, "x"]]
    workbook("Age Group Table 6.5a   Hourly pay - Gross 2019.xlsx", {"All": rows})
    assert values("earnings_young") == {(UK, "all", 2019): pytest.approx(11.5 * prices[2015] / prices[2019])}


def test_a_suppressed_percentile_is_no_row(workbook, values):
    rows = [*ASHE[:5], ["United Kingdom", "K02000001", 1, 1, 1, 1, 1, "x", 1, 1, 27.0]]
    workbook("Table 7.5a Hourly pay - Gross 2020.xlsx", {"Full-Time": rows})
    assert values("earnings_ratio") == {}


def test_scores_of_the_oecd_by_subject_and_their_mean(folder, values):
    head = '"LOCATION","INDICATOR","SUBJECT","MEASURE","FREQUENCY","TIME","Value","Flag Codes"\n'
    subjects = {"PISAREAD": 504, "PISAMATH": 502, "PISASCIENCE": 505}
    rows = [f"GBR,{name},TOT,MEANSCORE,A,2018,{value},\n" for name, value in subjects.items()]
    rows += ["FRA,PISAREAD,TOT,MEANSCORE,A,2018,493,\n", "GBR,PISAREAD,BOY,MEANSCORE,A,2018,494,\n"]
    (folder / "DP_LIVE_27112022.csv").write_text(head + "".join(rows))
    scores = {(UK, "reading", 2018): 504, (UK, "mathematics", 2018): 502, (UK, "science", 2018): 505}
    assert values("pisa") == scores
    assert values("pisa_mean") == {(UK, "all", 2018): pytest.approx(1511 / 3)}


def test_a_tidy_file_gives_proportions_by_group_and_the_gap(folder, values):
    (folder / "series_eyfsp.csv").write_text(
        "year,group,value,unit\n2012-13,fsm,36,per cent\n2012-13,others,55,per cent\n2013/14,fsm,45,per cent\n"
    )
    expected = {("england", "fsm", 2012): 0.36, ("england", "fsm", 2013): 0.45, ("england", "others", 2012): 0.55}
    assert values("gld") == expected
    assert values("gld_gap") == {("england", "all", 2012): pytest.approx(0.19)}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("series_heip.csv", "year,value,unit\n2006,42,percent\n", "no row of `per cent`"),
        ("series_heip.csv", "year,rate,unit\n2006,42,per cent\n", "no column value; it has: year, rate, unit"),
        ("series_heip.csv", "year,value,unit\n2006,420,per cent\n", "1 values not at least 0 and at most 100: row 2"),
        ("series_heip.csv", "year,value,unit\nlast,42,per cent\n", "nothing read of heip. It may be another table"),
        ("series_heip.csv", "", "it is empty"),
    ],
)
def test_a_file_of_another_form_is_refused_with_what_it_should_have(folder, request_of, name, text, said):
    (folder / name).write_text(text)
    with pytest.raises(DeliveryError) as error:
        SERIES.read(request_of("heip"))
    assert name in str(error.value)
    assert said in str(error.value)


def test_a_workbook_without_the_sheet_is_refused_with_those_that_it_has(workbook, request_of):
    workbook("Table 7.5a Hourly pay - Gross 2020.xlsx", {"Full-Time jobs": ASHE})
    with pytest.raises(DeliveryError, match=r"no sheet Full-Time; .*Full-Time jobs"):
        SERIES.read(request_of("earnings_ratio"))


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_a_damaged_workbook_is_refused(folder, request_of, ending):
    (folder / f"Table 7.5a Hourly pay - Gross 2020.{ending}").write_bytes(b"PK no workbook")
    with pytest.raises(DeliveryError, match="cannot be read"):
        SERIES.read(request_of("earnings_ratio"))


def test_two_workbooks_of_a_year_are_refused(workbook, request_of):
    for name in ("PROV - Work Geography Table 7.5a Hourly pay - Gross 2020.xlsx", "Table 7.5a Gross 2020.xlsx"):
        workbook(name, {"Full-Time": ASHE})
    with pytest.raises(DeliveryError, match="ashe_7_5 of 2020: 2 files"):
        SERIES.read(request_of("earnings_ratio"))


def test_files_of_several_folders_are_read_together_and_an_empty_one_is_named(root, tmp_path, folder, request_of):
    (folder / "series_heip.csv").write_text("year,value,unit\n2006,42,per cent\n")
    packaged = root / "resources/series"
    apart = tmp_path / "apart"
    apart.mkdir()
    several = replace(request_of("heip", "gld_2023"), folders=(str(folder), str(packaged), str(apart)))
    with pytest.raises(DeliveryError, match=f"no file of series below {apart}"):
        SERIES.read(several)
    (apart / "series_eyfsp.csv").write_text("year,group,value,unit\n2012-13,fsm,36,per cent\n")
    found = SERIES.read(replace(several, optional=("heip", "gld", "gld_2023")))
    values = found.panel.dropna(subset=["value"]).groupby("series")["value"].agg(["size", "first"])
    assert values.loc["heip"].tolist() == [1, 0.42] and values.loc["gld"].tolist() == [1, 0.36]
    assert SERIES.files(several)[:2] == [str(apart / "series_eyfsp.csv"), str(folder / "series_heip.csv")]
    text = SERIES.check(several, []).text
    assert f"Folder: {folder} and {packaged} and {apart}" in text


def test_a_file_of_ones_own_counts_before_the_packaged_one_that_is_named_beside_it(root, folder, workbook, request_of):
    workbook("vacs01oct2022.xlsx", {"VACS01": VACS})
    name = "vacancies_per_unemployed"
    several = replace(request_of(name), folders=(str(root / "resources/series"), str(folder)))
    pd.testing.assert_frame_equal(SERIES.read(several).panel, SERIES.read(request_of(name)).panel)
    assert SERIES.files(several) == SERIES.files(request_of(name))


def test_a_file_that_is_not_there_is_a_line_and_no_error(request_of):
    request = request_of("heip", "gld_2023")
    found = SERIES.read(request)
    lacking = found.panel[found.panel["series"] == "heip"]
    assert lacking["value"].isna().all()
    assert lacking["year"].tolist() == list(range(2006, 2020))
    title = "Department for Education, Higher education initial participation by age 30 (HEIP17-30)"
    assert set(lacking["note"]) == {f"not there, bring {title} as series_heip.csv"}
    assert f"D2.3 heip: not there, bring {title} as series_heip.csv" in SERIES.check(request, []).text
    assert not SERIES.check(request, []).problems
    assert found.provenance["notes"] == ["Files to bring for D2.3: they are named in the tables."]
