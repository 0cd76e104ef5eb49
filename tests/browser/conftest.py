"""One browser for all tests here, and the small pages that it opens: a study, the index."""

import pytest

import chromium
from mock_study import render_all


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    program = chromium.find()
    if program is None:
        pytest.skip(chromium.ABSENT)
    running = chromium.Browser(program, tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def reports(browser, tmp_path_factory):
    """The folder of reports of the mock study."""
    return render_all(tmp_path_factory.mktemp("rendered")).parent
