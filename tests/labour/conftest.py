"""Workbooks in the layout of Table 15.7a of 2020, and folders of cells, as small as a test needs."""

import pytest
import xlsxwriter

from mobility.intake.reader import Request
from mobility.readers import reader_of
from mobility.storage import write_csv

HEADER = (
    ("", "", "Number", "", "Annual", "", "Annual"),
    ("", "", "of jobsb", "", "percentage", "", "percentage", "Percentiles"),
    ("Description", "Code", "(thousand)", "Median", "change", "Mean", "change", 10, 20, 25, 30, 40, 60, 70, 75, 80, 90),
)
JOBS = {
    "All": "all",
    "Male": "male",
    "Female": "female",
    "Full-Time": "full-time",
    "Part-Time": "part-time",
    **{f"{sex} {time}": f"{sex} {time}".lower() for sex in ("Male", "Female") for time in ("Full-Time", "Part-Time")},
}
LINES = (
    # the numbers and marks of the true sheet of part-time jobs
    (
        "United Kingdom",
        "K02000001",
        6238,
        11240,
        6.2,
        13819,
        7.1,
        3738,
        6379,
        7251,
        8153,
        9600,
        12884,
        15230,
        16785,
        18761,
        25872,
    ),
    ("Managers, directors and senior officials", 1, 346, 12691, 3.6, 20513, 7.4, *["x"] * 10),
    ("      Chief executives and senior officials", 1115, "x", "x", "", 28950, "", *["x"] * 10),
    ("North East", "E12000001", 226, 11303, 6.6, 13784, 12.1, *["x"] * 10),
    ("North East,  Managers, directors and senior officials", 1, 10, "x", "", 17579, 18.9, *["x"] * 10),
    ("      North East, Chief executives and senior officials", 1115, ".."),
    ("Northern Ireland", "N92000002", 247, 10936, 3.5, 12822, 4.3, *["-"] * 10),
    ("Not Classified", "", ":"),
    ("a  Employees on adult rates who have been in the same job for more than a year.",),
)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "delivery"
    place.mkdir()
    return place


@pytest.fixture
def workbook(folder):
    """Writes a workbook of one sheet or several: by name of the sheet its lines, or its whole rows where `whole`."""

    def write(name, sheets, table="15.7a", year=2020, whole=False):
        with xlsxwriter.Workbook(folder / name) as book:
            book.add_worksheet("Notes").write(
                0, 0, "Guide to results from the Annual Survey of Hours and Earnings (ASHE)"
            )
            for sheet, lines in sheets.items():
                jobs = f"For {JOBS.get(sheet, 'all')} employee jobsa: United Kingdom, {year}"
                title = f"Table {table}   Annual pay - Gross (£) - {jobs}"
                rows = lines if whole else [(title,), (), *HEADER, *lines]
                page = book.add_worksheet(sheet)
                for place, row in enumerate(rows):
                    page.write_row(place, 0, row)
        return folder / name

    return write


@pytest.fixture
def ashe(root, folder):
    """What a run reads of the folder, of tables and years."""

    def read(*tables, years=("2020",), optional=()):
        request = Request(root, "ashe", "ashe", (str(folder),), years, tables, optional)
        return reader_of(root, "ashe").read(request)

    return read


@pytest.fixture
def futures(root, folder):
    """What a run reads of files of cells, written from frames by name."""

    def read(files, years=("2015",), required=("employment",), optional=()):
        for name, frame in files.items():
            write_csv(frame, folder / name)
        request = Request(root, "working_futures", "working_futures", (str(folder),), years, required, optional)
        return reader_of(root, "working_futures").read(request)

    return read
