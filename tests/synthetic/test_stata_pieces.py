"""A Stata file written in pieces of rows is that which pandas writes at once, byte for byte."""

import numpy as np
import pandas as pd
import pytest

from mobility.intake.typed_table import read_stata_table
from mobility.synthetic.stata import write_pieces


def write(frame, stream):
    frame.to_stata(
        stream,
        write_index=False,
        byteorder="little",
        version=118,
        time_stamp=pd.Timestamp("2000-01-01"),
        variable_labels={"a_byte": "A label — of some length"},
        value_labels={"a_byte": {1: "yes", 2: "no"}},
    )


@pytest.fixture(scope="module")
def frame():
    """Each type, with its largest value, a missing one and the longest text in a row of its own."""
    rng = np.random.default_rng(1)
    whole = pd.DataFrame(
        {
            "a_byte": rng.integers(-9, 10, 1000, dtype=np.int8),
            "a_int": rng.integers(-9, 10, 1000, dtype=np.int16),
            "a_long": rng.integers(0, 10, 1000, dtype=np.int64),
            "number": rng.normal(size=1000),
            "text": ["E0600000" + str(k % 10) for k in range(1000)],
        }
    )
    whole.loc[700, "a_int"], whole.loc[701, "a_long"], whole.loc[702, "number"] = 32_000, 2**33, np.nan
    whole.loc[703, "text"] = "Ynys Môn"
    whole.loc[704, "text"] = "the longest of all"
    return whole


@pytest.mark.parametrize("rows", [1, 7, 333, 500, 999, 1000])
def test_pieces_are_the_file_that_is_written_at_once(frame, tmp_path, rows):
    part = frame.iloc[: 20 if rows == 1 else len(frame)]
    with (tmp_path / "whole.dta").open("wb") as stream:
        write(part, stream)
    a_row = int(part.memory_usage(index=False).sum()) / len(part)
    write_pieces(part, write, tmp_path / "pieces.dta", piece=int(np.ceil(a_row * rows)))
    assert (tmp_path / "pieces.dta").read_bytes() == (tmp_path / "whole.dta").read_bytes()
    assert len(pd.read_stata(tmp_path / "pieces.dta")) == len(part)


SIZE, NUMBERS = 40, ["Int8", "Int16", "Int64", "float32", "float64"]
GAPS = {"none": [], "first": [0], "last": [SIZE - 1], "both ends": [0, SIZE - 1], "all but one": list(range(1, SIZE))}


def plain(rows, stream):
    stamp = pd.Timestamp("2000-01-01")
    rows.to_stata(stream, write_index=False, byteorder="little", version=118, time_stamp=stamp)


def column_with(kind, gaps):
    """A column of 40 with an outstanding value in its row 0 or, where that is a gap, 20."""
    at = 20 if 0 in gaps and 20 not in gaps else 0
    if kind == "text":
        values = pd.Series(["a"] * SIZE, dtype="object")
        values[at] = "ab"  # shorter than what a gap is called
    else:
        values = pd.Series(np.arange(SIZE) % 5, dtype=kind)
        values[at] = {"Int8": 101, "Int16": 32_741, "Int64": 2**40, "float32": 3e38, "float64": 1e300}[kind]
    values[list(gaps)] = None if kind == "text" else pd.NA if kind.startswith("I") else np.nan
    return values


@pytest.mark.parametrize("kind", ["text", *NUMBERS])
@pytest.mark.parametrize("gaps", GAPS.values(), ids=GAPS)
def test_pieces_of_columns_with_gaps_are_read_back_as_they_were(tmp_path, kind, gaps):
    """Type and width of a column follow from its largest value, which a gap is not; read by pandas and by our own."""
    hold_round_trip(tmp_path, kind, gaps)


@pytest.mark.parametrize("kind", NUMBERS)
def test_pieces_of_a_column_of_gaps_alone_are_read_back(tmp_path, kind):
    """Of text pandas writes no such column, at once or in pieces."""
    hold_round_trip(tmp_path, kind, range(SIZE))


def hold_round_trip(tmp_path, kind, gaps):
    frame = pd.DataFrame({"value": column_with(kind, gaps), "row": np.arange(SIZE, dtype=np.int8)})
    with (tmp_path / "whole.dta").open("wb") as stream:
        plain(frame, stream)
    size = int(frame.memory_usage(index=False).sum())
    write_pieces(frame, plain, tmp_path / "pieces.dta", piece=7 * size // SIZE)
    assert (tmp_path / "pieces.dta").read_bytes() == (tmp_path / "whole.dta").read_bytes()
    told = frame["value"].fillna("" if kind == "text" else -1).tolist()
    for read in (pd.read_stata, lambda path: read_stata_table(path, lambda names: range(len(names))).frame):
        found = read(tmp_path / "pieces.dta").set_axis(["value", "row"], axis=1)
        assert found["row"].tolist() == list(range(SIZE))
        assert found["value"].fillna("" if kind == "text" else -1).tolist() == told
