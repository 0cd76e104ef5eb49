"""Small pages to open in a browser: a study, the index, the pages of the checker."""

import pytest

from checker_record import said
from checker_record import study as checked_study
from mobility.checker.page import answer_of, write_entry, write_statement
from mock_origins import ORIGINS
from mock_study import render_all
from once import once
from specs import index_of

INDICATOR = {"id": "a", "table": "table_2_2", "series": ["science_professionals"], "figure": "figure_b"}


@pytest.fixture(scope="session")
def reports(browser, tmp_path_factory):
    """The folder of reports of the mock study, with a page of indicators."""

    def make(folder):
        folder.mkdir()
        render_all(folder, origins=ORIGINS, indicators=index_of(INDICATOR))

    return once(tmp_path_factory, "rendered_to_open", make) / "reports"


@pytest.fixture(scope="session")
def checker(browser, tmp_path_factory):
    """The folder of pages of the output checker: the entry, and a study."""
    folder = tmp_path_factory.mktemp("checker")
    statement = said(checked_study(), a_x={"persons": 0, "complement": 50})  # with a cell to look at
    write_statement(statement, folder)
    write_entry([answer_of(statement)], folder)
    return folder
