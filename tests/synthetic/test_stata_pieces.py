"""A Stata file written in pieces of rows is that which pandas writes at once, byte for byte."""

import numpy as np
import pandas as pd
import pytest

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
