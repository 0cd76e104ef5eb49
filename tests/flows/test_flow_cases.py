"""Files of moves and statistics as people have them: each comes out right, or its refusal names row and way out.

`tests/cases/<name>` holds the input of one situation; the right value stands here, counted by hand in the file.
"""

import pytest

from mobility.areas.codes import load_areas
from mobility.errors import DeliveryError
from mobility.flows.detailed import read_detailed
from mobility.flows.read import read_flows, read_square
from mobility.flows.register import find_flow_files, load_flow_source
from mobility.flows.statistics import read_statistic
from paths import CASES, SHARED

ORIGINALS = SHARED / "cases"
LONG = "{layout: long, file: m.csv, year: 2011, origin: o, destination: d, moves: n%s}\n"
SQUARE = "layout: square\nfile: m.csv\nyear: 2016\n"
HEAD = ",,E06000001,E06000002\n"


def _read(folder, text, mapping, encoding="utf-8"):
    (folder / "m.csv").write_bytes(text.encode(encoding))
    (folder / "mapping.yaml").write_text(mapping)
    return read_flows(folder)


def _moves(flows, *groups):
    keys = ["origin", "destination", *groups]
    return {key: moves for *key, moves in flows.frame[[*keys, "moves"]].itertuples(index=False) for key in [tuple(key)]}


def _reasons(flows):
    return dict(zip(flows.losses["reason"], flows.losses["rows_dropped"], strict=True))


@pytest.mark.parametrize(
    ("case", "right"),
    [
        ("l02_long_thousands", {("E06000001", "E06000002"): 1234, ("E06000002", "E06000001"): 7}),
        ("l03_long_footer", {("E06000001", "E06000002"): 12, ("E06000002", "E06000001"): 7}),
        ("l05_long_cp1252", {("E06000002", "W06000001"): 7, ("W06000001", "E06000002"): 12}),
    ],
)
def test_long_files_as_people_have_them(case, right):
    assert _moves(read_flows(CASES / case)) == right


def test_notes_below_a_long_table_are_named():
    assert _reasons(read_flows(CASES / "l03_long_footer")) == {
        "rows read": 0,
        "blank rows": 1,
        "notes below the table: row 5": 1,
    }


def test_groups_called_none_and_na_keep_their_moves():
    flows = read_flows(CASES / "l09_long_by_na")
    pair = ("E06000001", "E06000002")
    assert _moves(flows, "group") == {(*pair, "None"): 12, (*pair, "NA"): 7, (*pair, "White"): 5}


def test_a_matrix_in_utf_16_is_read():
    found = _moves(read_flows(CASES / "q13_square_utf16"))
    assert found["E06000002", "E06000001"] == 12  # the column is the origin
    assert (len(found), sum(found.values())) == (9, 12 + 3 + 15 + 4 + 2 + 5)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("q04_square_decimal_comma", r"1 no number: row 5, column E06000002\. .*a point before decimals"),
        ("q08_square_dup_row", r"areas that stand twice: E06000002 \(rows 6, 8\)\. Keep one of each"),
        ("q14_square_two_tables", r"a second table begins in row 10\. Save each table as a file of its own"),
    ],
)
def test_matrices_that_would_be_added_up_are_refused(case, message):
    with pytest.raises(DeliveryError, match=message):
        read_flows(CASES / case)


@pytest.mark.parametrize("divider", [";", "\t"])
def test_cells_divided_by_semicolons_or_tabs(tmp_path, divider):
    text = "Notes, of 2011\no,d,n\nA,B,3\nB,A,4\n"
    assert _moves(_read(tmp_path, text.replace(",", divider), LONG % "")) == {("A", "B"): 3, ("B", "A"): 4}
    square = HEAD + "E06000001,,,2\nE06000002,,3,\n"
    found = _moves(_read(tmp_path, square.replace(",", divider), SQUARE))
    assert (found["E06000002", "E06000001"], found["E06000001", "E06000002"]) == (2, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("o;d;n\nA;B;1,234\n", r"1 no number: row 2"),  # a decimal comma where semicolons divide
        ('o,d,n\nA,B,"0,123"\n', r"1 no number: row 2"),
        ("o,d,n\nA,B,1\nC,,2\n", "1 rows without an area or group in destination: row 3"),
        ("o,d,n\nA,B,1\nSource: ONS,,\nB,A,2\n", "1 rows without an area or group in destination: row 3"),
        ("o,d,n\nA,B,nan\n", r"1 no number: row 2"),
        ("o,d,n\nA,B,inf\n", r"1 no number: row 2"),
        ("o,d,n\nA,B,1\nA,B,2\n", r"repeat a year, origin, destination: 1 \(row 3\)"),
        ('"o","d","n"\n"1","A","B",3\n', "row 2 has 4 cells, the header 3; .*without names of rows"),
        ("o,d,n,N\nA,B,1,2\n", r"2 columns are called n \(in either case\)"),
    ],
)
def test_what_a_long_file_may_not_hold(tmp_path, text, message):
    with pytest.raises(DeliveryError, match=message):
        _read(tmp_path, text, LONG % "")


def test_a_year_that_is_none_is_named(tmp_path):
    with pytest.raises(DeliveryError, match=r"no whole numbers: row 3"):
        _read(tmp_path, "o,d,n,y\nA,B,1,2011\nA,B,1,2011/12\n", LONG.replace("2011", "y") % "")


def test_codes_and_groups_stay_as_written(tmp_path):
    found = _read(tmp_path, "o,d,n,g\n01,02,1,007\n1,02 ,2,7\n", LONG % ", by: {age: g}")
    assert _moves(found, "age") == {("01", "02", "007"): 1, ("1", "02", "7"): 2}


def test_a_blank_group_is_refused_with_its_row(tmp_path):
    with pytest.raises(DeliveryError, match="1 rows without an area or group in age: row 3"):
        _read(tmp_path, "o,d,n,g\nA,B,1,x\nA,B,2,\n", LONG % ", by: {age: g}")


def test_sums_in_a_matrix_are_named_losses(tmp_path):
    flows = _read(tmp_path, HEAD + "E06000001,,,2\nE06000002,,3,\n,All,3,2\n\nSource: ONS,,,\n", SQUARE)
    assert sum(_moves(flows).values()) == 5
    assert _reasons(flows) == {"rows read": 0, "no area code left of them: row 4": 2}
    assert set(flows.losses["unit"]) == {"cells"}


def test_moves_within_an_area_are_read_as_they_are(tmp_path):
    flows = _read(tmp_path, HEAD + 'E06000001,,"1,000",2\nE06000002,,3,-\n', SQUARE)
    assert _moves(flows)["E06000001", "E06000001"] == 1000
    assert _moves(flows)["E06000002", "E06000002"] == 0


def test_an_area_in_two_columns_is_refused(tmp_path):
    (tmp_path / "m.csv").write_text(",,E06000001,E06000002,E06000002\nE06000001,,,2,2\nE06000002,,3,,\n")
    with pytest.raises(DeliveryError, match=r"areas that stand twice: E06000002 \(columns\)"):
        read_square(tmp_path / "m.csv", 2016)


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason="the cases' originals are not here")
@pytest.mark.parametrize("kind", ["q", "l", "f"])
def test_cases_are_still_those_that_were_given(kind):
    for folder in sorted(ORIGINALS.glob(f"{kind}[0-9]*")):
        for path in folder.iterdir():
            assert (CASES / folder.name / path.name).read_bytes() == path.read_bytes()


# Statistics


def _statistics(folder, root, names, years=(2017,)):
    source = load_flow_source(root)
    found = find_flow_files(folder, source)
    return [read_statistic(found, source.statistics[name], years, load_areas(root), "EW") for name in names]


def _nomis(codes, total=None, year=2017):
    """A download of rates from NOMIS, where wished with the number of rows that the whole answer has."""
    more = "" if total is None else ",RECORD_COUNT"
    head = f"DATE_NAME,GEOGRAPHY_CODE,ITEM_NAME,MEASURES_NAME,OBS_VALUE{more}"
    end = "" if total is None else f",{total}"
    rows = [f"Jan {year}-Dec {year},{code},Unemployment rate,Rate,5{end}" for code in codes]
    return "\n".join([head, *rows]) + "\n"


def test_marks_behind_a_year_do_not_hide_it(root):
    (gva,) = _statistics(CASES / "f20_gva_year_notes", root, ["gva"], (2017, 2018, 2019))
    assert not gva.problems
    hartlepool = gva.frame[gva.frame["origin"] == "E06000001"].set_index("year")["value"].to_dict()
    marked = {2016: 1810, 2017: 1870, 2018: 1931}  # `2016 [note 3]`, `2017p`, `2018 3`
    before = {2011: 1546, 2012: 1600, 2013: 1656, 2014: 1700, 2015: 1769}  # `also` of tables.yaml: 2011 to 2018
    assert hartlepool == before | marked


@pytest.mark.parametrize(
    ("text", "year"),
    [("2016", 2016), ("2016.0", 2016), ("2016 r", 2016), ("2016 (provisional)", 2016), ("2016-17", 0), ("2016.5", 0)],
)
def test_which_headings_are_years(root, text, year):
    assert load_flow_source(root).statistics["gva"].year_of(text) == year


def test_a_column_with_the_mark_of_a_note_is_found(tmp_path, root):
    text = "Area code [note 1],Area name,Total Fertility Rate (TFR) [note 2]\nE06000001,Hartlepool,1.9\n"
    (tmp_path / "birth_summary_tables_2016.csv").write_text(text)
    (births,) = _statistics(tmp_path, root, ["births"])
    assert births.frame["value"].tolist() == [1.9]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "birth_summary_tables_2016.csv",
            "Area code,Total Fertility Rate (TFR)\nE06000001,-1.74\n",
            "1 values not above 0 and at most 10: row 2",
        ),
        (
            "unemployment.csv",
            _nomis(["E06000001"], year=2016).replace(",5", ",105"),
            "1 values not at least 0 and at most 100: row 2",
        ),
        ("gva.csv", "LAD code,2016\nE06000001,0\n", "1 values not above 0: row 2"),
        (
            "nomis_population_2016.csv",
            "DATE,GEOGRAPHY_CODE,GENDER_NAME,C_AGE_NAME,OBS_VALUE\n"
            + "".join(f"2016,E06000001,{sex},Age {age},0\n" for sex in ("Male", "Female") for age in range(91)),
            "nobody lives in E06000001 2016",
        ),
    ],
)
def test_values_that_cannot_be_are_refused(tmp_path, root, name, text, message):
    (tmp_path / name).write_text(text)
    read = _statistics(tmp_path, root, ["births", "unemployment", "gva", "population_by_age_sex"])
    assert [problem for part in read for problem in part.problems if message in problem]


def test_a_download_cut_at_its_limit_is_refused(tmp_path, root):
    codes = sorted(code for code in load_areas(root).codes(2016) if code[0] in "EW")
    path = tmp_path / "unemployment.csv"
    path.write_text(_nomis(codes[:200], total=348, year=2016))
    (cut,) = _statistics(tmp_path, root, ["unemployment"])
    assert "200 rows, where its column record_count says 348. The download was cut" in cut.problems[0]
    path.write_text(_nomis(codes, total=len(codes), year=2016))
    (whole,) = _statistics(tmp_path, root, ["unemployment"])
    assert (whole.problems, len(whole.frame)) == ((), 348)


def test_a_download_with_as_many_rows_as_the_limit_is_refused(tmp_path, root):
    rows = _nomis(["E06000001"] * 24_999, year=1990).replace("1990", "2003")
    last = _nomis(["E06000001"], year=2016).splitlines()[1]
    (tmp_path / "unemployment.csv").write_text(f"{rows}{last}\n")
    (cut,) = _statistics(tmp_path, root, ["unemployment"])
    assert "exactly 25,000 rows, the limit of a download from NOMIS" in cut.problems[0]


def test_notes_of_a_statistic_are_a_named_loss(tmp_path, root):
    (tmp_path / "gva.csv").write_text("LAD code,2016\nE06000001,10\n,\nSource: ONS,\n")
    (gva,) = _statistics(tmp_path, root, ["gva"])
    dropped = {row["reason"]: row["rows_dropped"] for row in gva.losses}
    assert dropped["notes and blank rows: no area code and no value"] == 2
    assert gva.losses[0]["rows_in"] == 3


def test_rows_with_a_name_of_their_own_are_refused(tmp_path, root):
    (tmp_path / "gva.csv").write_text('"LAD code","2016"\n"1","E06000001",10\n')
    (gva,) = _statistics(tmp_path, root, ["gva"])
    assert "row 2 has 3 cells, the header 2" in gva.problems[0]


# Detailed estimates

DETAILED = 'OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,18,M,"1,234.5"\nE06000002,E06000001,18,F,2\n'


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (DETAILED, "utf-8"),
        (DETAILED, "utf-16"),
        (DETAILED.replace('"1,234.5"', "1234.5").replace(",", ";"), "utf-8"),
        (DETAILED.replace('"1,234.5"', "1234.5").replace(",", "\t"), "utf-8-sig"),
    ],
)
def test_detailed_estimates_as_people_have_them(tmp_path, text, encoding):
    path = tmp_path / "part.csv"
    path.write_bytes(text.encode(encoding))
    assert read_detailed([path], 2017, rounding="none").frame["moves"].tolist() == [1234.5, 2]


@pytest.mark.parametrize("cell", ["12,5", "0,123", "few"])
def test_a_decimal_comma_of_detailed_estimates_is_refused(tmp_path, cell):
    path = tmp_path / "part.csv"
    path.write_text(DETAILED.replace("1,234.5", cell))
    with pytest.raises(DeliveryError, match="moves: 1 of its cells not numbers: row 1"):
        read_detailed([path], 2017)


def test_a_file_without_any_wanted_year_is_missing_those(tmp_path, root):
    (tmp_path / "gva.csv").write_text("LAD code,1997,2016 estimate\nE06000001,10,11\n")
    (gva,) = _statistics(tmp_path, root, ["gva"])
    assert (gva.problems, gva.missing, gva.unread) == ((), (2016,), ("2016 estimate",))


def test_an_age_that_nobody_has_is_an_unknown_word(tmp_path, root):
    text = "DATE,GEOGRAPHY_CODE,GENDER_NAME,C_AGE_NAME,OBS_VALUE\n2016,E06000001,Male,Age 99999,1\n"
    (tmp_path / "nomis_population_2016.csv").write_text(text)
    (population,) = _statistics(tmp_path, root, ["population_by_age_sex"])
    assert any("unknown word for age: row " in problem for problem in population.problems)
