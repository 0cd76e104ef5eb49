"""The search over the whole index, made once."""

import pytest

from asking import served
from mobility.serve.search import Search, prepare, read_groups, read_titles
from paths import ROOT

TEXTS = ROOT / "resources/classifications/soc2010_unit_group_texts.csv.gz"
TITLES = ROOT / "resources/classifications/soc2010_index_titles.csv.gz"


@pytest.fixture(scope="session")
def index_titles():
    return read_titles(TITLES)


@pytest.fixture(scope="session")
def index_file(tmp_path_factory, index_titles):
    """The prepared index, as a release holds it."""
    path = tmp_path_factory.mktemp("search") / "search.npz"
    prepare(read_groups(TEXTS), index_titles, path)
    return path


@pytest.fixture(scope="session")
def search(index_file):
    return Search.load(index_file)


@pytest.fixture(scope="session")
def door(tmp_path_factory):
    """A server of one small invented release."""
    return served(tmp_path_factory.mktemp("served"))
