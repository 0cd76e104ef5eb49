"""Person-wave files as people have them: each comes out right, or is refused with what is wrong and what to do.

The inputs of `tests/cases` are made up, after questions that users of such files ask in public.
"""

import filecmp
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

from mobility.errors import DeliveryError
from mobility.panel.check_table import check_table
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from paths import CASES, ROOT, SHARED

ORIGINALS = SHARED / "cases"
NO_ANSWER = "-"

# Person, wave and state of every row, read by eye from the file.
RIGHT = {
    "t01_na_words": "1 2019 none; 1 2020 gcse; 2 2019 not_applicable; 2 2020 gcse; 3 2019 gcse; 3 2020 none",
    "t02_missing_in_text": "1 2019 work; 1 2020 -; 2 2019 study; 2 2020 work",
    "t04b_parquet_nullable": "1 2019 work; 1 2020 study; 2 2019 work; 2 2020 work; 3 2019 -",
    "t11_footer": "1 2019 work; 1 2020 study",
    "t12b_space_nolabel": "1 2019 work; 1 2020 work; 2 2019 work",
    "t13_yesno_yaml": "1 2019 work; 1 2020 study",
    "t14_leading_zero_codes": "1 2019 work; 1 2020 study",
}
REFUSED = {
    "t05e_dta_date_wave": "column year: holds dates, not whole numbers. Write the year",
    "t06_case_twin_csv": "columns `status` and `STATUS` are one name, since case does not count. Rename all but one",
    "t18b_dta_float_merge": "column pid: stored in single precision (float32), which cannot hold such long numbers",
}


def states(panel):
    """A panel's rows as words."""
    cells = panel.assign(state=panel["state"].astype(object).where(panel["state"].notna(), NO_ANSWER))
    return "; ".join(f"{row.person} {row.wave} {row.state}" for row in cells.itertuples())


@pytest.mark.parametrize("case", sorted({*RIGHT, *REFUSED}))
def test_case(case):
    if case in RIGHT:
        assert states(read_table(CASES / case, ROOT).panel) == RIGHT[case]
        return
    with pytest.raises(DeliveryError) as caught:
        read_table(CASES / case, ROOT)
    assert REFUSED[case] in str(caught.value)


def test_check_says_how_many_rows_have_no_answer(tmp_path):
    """The row whose "-9" is no answer is told; the other three are 2 and 1."""
    shutil.copytree(CASES / "t02_missing_in_text", tmp_path / "case")
    text = check_table(replace(load_study(ROOT, "wage_panel"), folder=tmp_path / "case"), ROOT).text
    assert "work: 2 rows" in text and "study: 1 rows" in text and "no answer: 1 rows" in text


def test_every_case_has_its_right_value():
    assert sorted({*RIGHT, *REFUSED}) == sorted(path.name for path in CASES.glob("t*"))


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason="the originals are not beside this checkout")
@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.name[0] in "td"))
def test_copy_equals_the_original(case):
    names = [path.relative_to(ORIGINALS / case).as_posix() for path in (ORIGINALS / case).rglob("*") if path.is_file()]
    assert filecmp.cmpfiles(ORIGINALS / case, CASES / case, names, shallow=False)[0] == names


def test_notes_and_losses_say_what_was_not_read_as_written():
    footer = read_table(CASES / "t11_footer", ROOT)
    assert footer.losses[["reason", "rows_in", "rows_dropped"]].to_numpy().tolist() == [
        ["rows read", 3, 0],
        ["blank rows and notes below the table", 3, 1],
        ["no person or wave", 2, 0],
    ]
    spaced = read_table(CASES / "t12b_space_nolabel", ROOT)
    assert spaced.notes == ("p.csv, column status: 2 of its values had blanks around them, which do not count.",)


# Brothers of the cases, in every form of file.

MAPPING = """\
file: {file}
person: pid
wave: year
missing: [-9]
variables:
  state: {{column: status, kind: category{labels}}}
"""


@pytest.fixture
def read(tmp_path):
    """Write a file and its mapping, and read them. `extra` is a further variable of kind amount."""

    def write_and_read(content, file="p.csv", labels=None, extra=None, missing="[-9]", encoding="utf-8"):
        path = tmp_path / file
        if isinstance(content, str):
            path.write_bytes(content.encode(encoding))
        elif path.suffix == ".parquet":
            content.to_parquet(path)
        elif path.suffix == ".dta":
            content.to_stata(path, write_index=False, version=118)
        else:
            content.to_csv(path, index=False)
        text = MAPPING.format(file=file, labels="" if labels is None else f", labels: {labels}")
        text = text.replace("[-9]", missing)
        if extra:
            text += f"  extra: {{column: {extra[0]}, kind: {extra[1]}}}\n"
        (tmp_path / "mapping.yaml").write_text(text, encoding="utf-8")
        return read_table(tmp_path, ROOT)

    return write_and_read


@pytest.fixture
def refused(read):
    def message(*arguments, **options):
        with pytest.raises(DeliveryError) as caught:
            read(*arguments, **options)
        return str(caught.value)

    return message


def frame(**columns):
    return pd.DataFrame({"pid": [1, 1, 2], "year": [2019, 2020, 2019], "status": ["a", "b", "a"], **columns})


FORMS = ("p.csv", "p.parquet", "p.dta", "p.csv.gz")
PLAIN = "1 2019 a; 1 2020 b; 2 2019 a"

TEXTS = {
    "semicolons": ("pid;year;status\r\n1;2019;a\r\n1;2020;b\r\n2;2019;a\r\n", "utf-8"),
    "tabs": ("pid\tyear\tstatus\n1\t2019\ta\n1\t2020\tb\n2\t2019\ta\n", "utf-8"),
    "write.table of R": ('"pid" "year" "status"\n"1" 1 2019 "a"\n"2" 1 2020 "b"\n"3" 2 2019 "a"\n', "utf-8"),
    "write.csv of R": ('"","pid","year","status"\n"1",1,2019,"a"\n"2",1,2020,"b"\n"3",2,2019,"a"\n', "utf-8"),
    "UTF-16": ("pid,year,status\n1,2019,a\n1,2020,b\n2,2019,a\n", "utf-16"),
    "blank rows": ("pid,year,status\n\n1,2019,a\n,,\n1,2020,b\n2,2019,a\n,,\n\n", "utf-8-sig"),
    "note of one cell": ("pid,year,status\n1,2019,a\n1,2020,b\n2,2019,a\n\nSource: own\n", "utf-8"),
}


@pytest.mark.parametrize("text", TEXTS)
def test_text_files_of_other_programs(read, text):
    content, encoding = TEXTS[text]
    assert states(read(content, encoding=encoding).panel) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "pid,year,status\n1,2,2019,a\n1,3,2020,b\n",  # a heading forgotten
        "pid,year,status\n101,2019,a,\n102,2020,b,\n",  # a comma at the end
        '"pid","year","status"\n"1","2019","a",""\n"2","2020","b",""\n',
        '"pid","year","status"\n"1","2","2019","a"\n"1","3","2020","b"\n',
    ],
)
def test_a_cell_more_than_the_header_shifts_no_column(refused, text):
    assert "4 cells, the header 3" in refused(text)


def test_rows_of_a_spreadsheet_are_losses_by_name(read):
    losses = read(TEXTS["blank rows"][0]).losses
    assert losses["rows_dropped"].tolist() == [0, 4, 0]
    assert losses["rows_in"].iloc[0] == 7


def test_windows_code_page_is_read_and_said(read):
    found = read("pid,year,status\n1,2019,Büro\n", encoding="cp1252")
    assert states(found.panel) == "1 2019 Büro"
    assert "read as Windows-1252" in found.notes[0]


def test_two_forms_of_one_letter_are_one_state(read):
    found = read("pid,year,status\n1,2019,Bu\u0308ro\n1,2020,B\u00fcro\n")
    assert found.panel["state"].nunique() == 1


@pytest.mark.parametrize("file", FORMS)
def test_words_of_no_value_are_states_where_they_have_a_label(read, file):
    found = read(frame(status=["None", "NA", "null"]), file, labels="{None: a, NA: b, null: c}")
    assert states(found.panel) == "1 2019 a; 1 2020 b; 2 2019 c"


@pytest.mark.parametrize("file", FORMS)
@pytest.mark.parametrize("word", ["NA", "None", ".", "NaN"])
def test_words_of_no_value_without_a_label_are_asked_about(refused, read, file, word):
    message = refused(frame(status=["a", word, "a"]), file)
    assert f"column status: `{word}` in 1 rows may be a value or no answer" in message
    assert states(read(frame(status=["a", word, "a"]), file, missing=f'["{word}"]').panel).split("; ")[1] == "1 2020 -"


@pytest.mark.parametrize("file", FORMS)
def test_missing_is_compared_as_text_and_as_number(read, file):
    numbers = read(frame(status=[1.0, -9.0, np.nan]), file, labels="{1: a}")
    assert states(numbers.panel) == "1 2019 a; 1 2020 -; 2 2019 -"
    assert states(read(frame(status=["x", "-9", "x"]), file).panel) == "1 2019 x; 1 2020 -; 2 2019 x"


def test_missing_persons_and_waves_are_a_named_loss(read):
    losses = read(frame(pid=[1, -9, 2])).losses
    assert losses.iloc[-1][["reason", "rows_dropped"]].tolist() == ["no person or wave", 1]


def test_person_whose_number_was_the_mark_of_a_blank_cell_stays(read):
    """-101 marks a blank cell within the panel; a file may hold it as a number of its own."""
    assert states(read(frame(pid=[-101, -101, 2])).panel) == "-101 2019 a; -101 2020 b; 2 2019 a"


@pytest.mark.parametrize("file", ["p.csv", "p.parquet"])
def test_gaps_beside_whole_numbers(read, file):
    whole = {"pid": pd.array([2**53 + 1, None, 2**53 + 3], dtype="Int64")}
    found = read(frame(**whole, n=pd.array([1, None, 3], dtype="Int64")), file, extra=("n", "integer"))
    assert found.panel["person"].tolist() == [2**53 + 1, 2**53 + 3]
    assert found.panel["extra"].tolist() == [1, 3]
    assert found.losses["rows_dropped"].tolist() == [0, 1]


def test_index_stored_in_parquet_is_a_column(read):
    assert states(read(frame().set_index(["pid", "year"]), "p.parquet").panel) == PLAIN


@pytest.mark.parametrize("file", FORMS)
def test_case_twins_are_refused_where_they_are_mapped(refused, read, file):
    twin = frame().assign(Status=1)
    assert "columns `status` and `Status` are one name" in refused(twin, file)
    assert states(read(frame().assign(other=1, OTHER=2), file).panel) == PLAIN


def test_one_column_twice(refused):
    assert "columns `status` and `status` are one name" in refused("pid,year,status,status\n1,2019,a,b\n")


@pytest.mark.parametrize("file", ["p.parquet", "p.dta"])
def test_dates_are_no_numbers(refused, file):
    dates = pd.to_datetime(["2019-06-30", "2020-06-30", "2019-06-30"])
    assert "column year: holds dates, not whole numbers" in refused(frame(year=dates), file)
    assert "column day: holds dates, not numbers" in refused(frame(day=dates), file, extra=("day", "amount"))
    assert "column status: holds dates, not codes" in refused(frame(status=dates), file)


@pytest.mark.parametrize("file", FORMS)
def test_identifiers_that_went_through_single_precision(refused, read, file):
    """Numbers of ten digits, as float32 leaves them: multiples of 64 to 128. Those of few persons may be by chance."""
    rounded = (np.arange(3000) * 37 + 1_632_000_011).astype("float32").astype("float64").astype("int64")
    people = np.unique(rounded)
    panel = pd.DataFrame({"pid": people, "year": 2019, "status": "a"})
    assert "such as single precision (float32) leaves" in refused(panel, file)
    whole = panel.assign(pid=np.arange(len(people)) * 37 + 1_632_000_011)
    assert len(read(whole, file).panel) == len(people)


@pytest.mark.parametrize(
    ("cell", "why"),
    [("1.23457E+11", "a rounded number such as 1.2E+11"), ("12,5", "a comma within a number"), ("A1", "text")],
)
def test_identifiers_that_are_no_whole_numbers(refused, cell, why):
    message = refused(f'pid,year,status\n1,2019,a\n"{cell}",2020,b\n')
    assert f"column pid: 1 of its cells not whole numbers: {why}" in message
    assert "row 2" in message
    assert cell not in message.replace(why, "")


def test_identifier_with_and_without_leading_zeros(refused, read):
    assert "with and without leading zeros (rows 1, 2)" in refused("pid,year,status\n01,2019,a\n1,2020,b\n")
    assert states(read("pid,year,status\n01,2019,a\n1e+05,2020,b\n").panel) == "1 2019 a; 100000 2020 b"


def test_numbers_with_commas_are_refused_and_no_answer_is_said(refused, read):
    text = 'pid;year;status;pay\n1;2019;a;12,5\n1;2020;b;"1,234"\n'
    message = refused(text, extra=("pay", "amount"))
    assert "column pay: 2 of its cells not numbers: a comma within a number (write 12.5 or 1234) in row 1, 2" in message
    found = read("pid,year,status,pay\n1,2019,a,NA\n1,2020,b,12.5\n", extra=("pay", "amount"))
    assert found.notes == ("p.csv, column pay: 1 of its cells are `NA`, read as no answer.",)
    assert found.panel["extra"].isna().tolist() == [True, False]


@pytest.mark.parametrize("file", ["p.csv", "p.parquet", "p.dta"])
def test_codes_of_two_spellings(refused, read, file):
    both = refused(frame(status=["01", "1", "02"]), file, labels="{1: a, 2: b}")
    assert "column status: `01` and `1` may be one code or several" in both
    assert "`01` and `1` may be one code or several" in refused(frame(status=["01", "1", "02"]), file)
    assert "`Work` and `work` may be one code or several" in refused(frame(status=["Work", "work", "b"]), file)
    labelled = read(frame(status=["01", "1", "02"]), file, labels='{"01": a, 1: b, 2: c}')
    assert states(labelled.panel) == "1 2019 a; 1 2020 b; 2 2019 c"
    assert labelled.notes == (f"{file}, column status: `02` is read as the code `2`.",)


def test_label_as_written_in_yaml(read, tmp_path):
    """YAML would take 010 for 8, `no` for false and 1:30 for 90."""
    found = read("pid,year,status\n1,2019,010\n1,2020,no\n2,2019,1:30\n", labels="{010: ten, no: nay, 1:30: half}")
    assert states(found.panel) == "1 2019 ten; 1 2020 nay; 2 2019 half"
    assert yaml.safe_load("{010: a}") == {8: "a"}


def test_label_given_twice(read):
    with pytest.raises(Exception, match="`1` stands twice"):
        read(frame(status=[1, 2, 1]), labels="{1: a, 2: b, 1: c}")


def test_lines_above_the_header_are_told(refused):
    assert "Delete lines above the header" in refused("My panel\n2020 edition\npid,year,state\n1,2019,a\n")
    assert "above the header" not in refused("pid,year,state\n1,2019,a\n")


def test_row_of_another_width_is_refused_by_its_number(refused):
    message = refused("pid,year,status\n1,2019,a\n1,2020,b,c\n2,2019,a\n")
    assert "row 2 has 4 cells, the header 3" in message
    assert "row 2 has 2 cells, the header 3" in refused("pid,year,status\n1,2019,a\nSource: own, 2019\n")
    assert "line 3" in refused('pid,year,status\n1,2019,a\n1,2020,"b\n')


def test_no_text_file(refused):
    assert "it holds zero bytes" in refused("pid,year,status\n1,2019,a\n", encoding="utf-16-le")
    assert "neither UTF-8 nor Windows-1252" in refused("pid,year,status\n1,2019,\x81\n", encoding="latin-1")
