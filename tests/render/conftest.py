"""The reports of the mock study, made once."""

import pytest

from mock_study import render_all
from once import once


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """The folder of its report, beside the index; spoil copies only."""
    return once(tmp_path_factory, "rendered", render_all) / "reports" / "mock"
