"""The record of what need not be made again."""

import pytest

from mobility.kept import Kept, key_of


@pytest.fixture
def made(tmp_path):
    file = tmp_path / "a.svg"
    file.write_text("picture")
    kept = Kept(tmp_path / "record.json")
    assert not kept.holds("a", "key", [file])
    kept.note("a", "key", [file])
    kept.save()
    return file


def held(file, key="key"):
    return Kept(file.parent / "record.json").holds("a", key, [file])


def test_what_is_as_it_was_is_held_and_dated_anew(made):
    before = made.stat().st_mtime_ns
    assert held(made)
    assert made.stat().st_mtime_ns > before and made.read_text() == "picture"


def test_another_key_file_or_record_means_making_it_again(made):
    assert not held(made, "another")
    made.write_text("edited")
    assert not held(made)
    made.unlink()
    assert not held(made)
    made.write_text("picture")
    (made.parent / "record.json").write_text("[spoilt")
    assert not held(made)


def test_what_was_neither_held_nor_noted_is_forgotten(made):
    Kept(made.parent / "record.json").save()
    assert not held(made)


def test_keys_differ_where_a_part_differs():
    assert key_of("a", 1.0) == key_of("a", 1.0)
    assert len({key_of("a", 1.0), key_of("a", 1), key_of("a", 1.0, None), key_of(1.0, "a")}) == 4
