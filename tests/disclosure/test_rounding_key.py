"""The secret of rounding: what an outsider who knows the method can try, how the file is made, what is said."""

import stat
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import pytest
import yaml

from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.rounding import rounded_cells
from mobility.disclosure.secret import make_key, prepare_key, read_key
from mobility.disclosure.stage import Terms
from mobility.errors import ConfigError, DataError
from mobility.settings import load_config
from rounders import KEY, rounder
from specs import table_spec

KEYS = [bytes([one]) * 32 for one in range(60)]
AXES = {"rows": {"of": "row", "show": [{"id": "a"}]}, "columns": {"of": "kind", "show": [{"id": "x"}, {"id": "y"}]}}


def table_of(few):
    """A table of counts with `few` persons of kind x and 40 of y, who are 1, 2, ... in its order."""
    spec = table_spec({"table": "t", "frame": "f", "statistic": "count", **AXES})
    frame = pd.DataFrame({"row": "a", "kind": ["x"] * few + ["y"] * 40, "person": 1 + np.arange(few + 40)})
    return Table(tabulate(frame, spec, "s"), spec, None, frame)


def told_of(table, by):
    """What is told of a table of counts."""
    return rounded_cells(table, by)["n"].tolist()


def test_who_makes_the_draw_again_for_each_number_rules_none_out():
    """All but the key is known: of 0 to 9 persons each may be told as 0, of 1 to 9 as 10, and of 11 to 19 as both.

    As often as the method says: seven as 10 by 0.7 of the keys, 2.58 standard errors at most away.
    """
    tables = {few: table_of(few) for few in (*range(20), 30)}
    told = {few: [told_of(table, rounder(key=key))[0] for key in KEYS] for few, table in tables.items()}
    assert {few for few, drawn in told.items() if 0 in drawn} == {*range(10)}
    assert {few for few, drawn in told.items() if 10 in drawn} == {*range(1, 20)}
    assert {few for few, drawn in told.items() if 20 in drawn} == {*range(11, 20)}
    for few in (3, 7):
        share = few / 10
        assert abs(np.mean(told[few]) / 10 - share) < 2.58 * np.sqrt(share * (1 - share) / len(KEYS))


def test_the_same_key_tells_the_same_and_nothing_says_it():
    assert told_of(table_of(7), rounder()) == told_of(table_of(7), rounder())
    assert len({tuple(told_of(table_of(7), rounder(key=key))) for key in KEYS}) == 2  # 40 is always told as 40
    said = repr(Terms("special", 10, rounder=rounder()))
    assert KEY.hex() not in said and repr(KEY) not in said


def test_a_key_is_made_once_and_for_its_owner(tmp_path):
    path = tmp_path / "rounding.key"
    assert make_key(path) and not make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path) == bytes.fromhex(path.read_text().strip()) and len(read_key(path)) == 32
    other = tmp_path / "lab.key"
    assert make_key(other) and read_key(other) != read_key(path)


def test_of_runs_that_find_none_at_once_one_makes_it(tmp_path):
    path = tmp_path / "rounding.key"
    with ProcessPoolExecutor(4) as pool:
        made = list(pool.map(make_key, [path] * 16))
    assert sum(made) == 1 and len(read_key(path)) == 32
    assert [one.name for one in tmp_path.iterdir()] == ["rounding.key"]


@pytest.mark.parametrize("text", ["", "0123456789ab", "g" * 64, "ab" * 33, "é" * 32])
def test_what_is_no_key_is_not_taken_for_one(tmp_path, text):
    path = tmp_path / "rounding.key"
    path.write_text(text)
    with pytest.raises(DataError, match=r"no key for rounding: .* 64 hexadecimal digits are wanted") as caught:
        read_key(path)
    assert not text or text not in str(caught.value)


def test_a_key_that_cannot_be_read_or_written_is_named(tmp_path):
    folder = tmp_path / "a.key"
    folder.mkdir()
    with pytest.raises(DataError, match=r"a\.key: the key by which numbers are rounded cannot be read \(Is a dir"):
        read_key(folder)
    (tmp_path / "file").write_text("")
    for place in ("file", "misspelt"):
        with pytest.raises(DataError, match=r"rounding\.key: cannot be written \((Not a dir|No such file)"):
            make_key(tmp_path / place / "rounding.key")


def test_the_key_of_an_earlier_release_is_to_be_used_again(tmp_path):
    own, before = tmp_path / "rounding.key", tmp_path / "first"
    before.mkdir()
    assert prepare_key(own, [str(before)])  # nothing was rounded then
    make_key(before / "rounding.key")
    for _ in range(2):  # another key, and none
        with pytest.raises(ConfigError, match=rf"`key: {before}/rounding\.key` below `disclosure`"):
            prepare_key(own, [str(before)])
        own.unlink(missing_ok=True)
    assert not own.exists()
    own.write_bytes((before / "rounding.key").read_bytes())
    assert not prepare_key(own, [str(before)]) and not prepare_key(before / "rounding.key", [str(before)])


def test_the_key_lies_where_nothing_takes_it_along(root, tmp_path):
    raw = yaml.safe_load((root / "config.yaml").read_text())["disclosure"]

    def settings(key):
        return load_config(root, {"disclosure": {**raw, **key}}).key

    assert settings({}) == "rounding.key"
    for key in ("lab.key", str(tmp_path / "secret")):
        assert settings({"key": key}) == key
    for key in ("docs/rounding.key", "reports/k.key", "resources/../docs/k.key", "secret", str(root / "docs/a.key")):
        with pytest.raises(ConfigError, match=r"disclosure\.key: `.*`: there git, a package or a page could take it"):
            settings({"key": key})
