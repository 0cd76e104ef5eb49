"""The record of an invented delivery stands for its files: by it a run tells that they are others."""

import pytest

from mobility.storage import write_text
from mobility.synthetic.folder import MARKER, Draft, fill


@pytest.fixture
def record(tmp_path):
    """The record of a delivery with one file, of a name and text."""

    def written(name, text, folder="delivery"):
        fill(tmp_path / folder, Draft(lambda place: write_text(text, place / name), "# Notice", {"size": "small"}))
        return (tmp_path / folder / MARKER).read_text()

    return written


def test_the_record_is_another_where_a_file_or_its_name_is(record):
    one = record("a/wave.tab", "1")
    assert record("a/wave.tab", "1") == one == record("a/wave.tab", "1", folder="elsewhere")
    assert len({one, record("a/wave.tab", "2"), record("b/wave.tab", "1")}) == 3
