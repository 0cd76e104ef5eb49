"""The source of published series, and folders with files as their publishers write them."""

import pytest
import xlsxwriter

from mobility.intake.reader import Request
from mobility.series.reader import SERIES
from mobility.series.register import load_series_source
from mobility.storage import read_csv


@pytest.fixture(scope="session")
def source(root):
    return load_series_source(root, "series")


@pytest.fixture(scope="session")
def prices(root):
    table = read_csv(root / "resources/prices/price_indices_annual.csv")
    own = table[table["series"] == "D7BT"]
    return dict(zip(own["year"], own["value"], strict=True))


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "series"
    place.mkdir()
    return place


@pytest.fixture
def request_of(root, folder):
    def request(*names):
        return Request(root, "series", "series", (str(folder),), optional=names)

    return request


@pytest.fixture
def values(request_of):
    """By area, group and year, the values of a series as a run computes it from the folder and what is shipped."""

    def of(name):
        panel = SERIES.read(request_of(name)).panel
        return {(row.area, row.group, row.year): row.value for row in panel.itertuples()}

    return of


@pytest.fixture
def workbook(folder):
    """Writes a workbook: by name of the sheet its rows from a first row (from 0) on."""

    def write(name, sheets, first=0):
        book = xlsxwriter.Workbook(folder / name)
        for sheet, rows in sheets.items():
            page = book.add_worksheet(sheet)
            for row, cells in enumerate(rows, start=first):
                page.write_row(row, 0, cells)
        book.close()

    return write
