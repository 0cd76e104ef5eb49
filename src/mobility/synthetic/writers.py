"""Writing one frame in each of the three forms of a delivery."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from mobility.errors import MobilityError, nearest
from mobility.synthetic.answers import MISSING
from mobility.synthetic.stata import write_pieces

TIME_STAMP = datetime(2000, 1, 1)
DATA_LABEL = "SYNTHETIC: nobody in this file exists"
LABEL_WIDTH = 80
SPSS_STAMP = 92  # place in the header of an SPSS file: 9 bytes of date, 8 of time
BLANK_EVERY = 5


@dataclass(frozen=True)
class Labels:
    """Label of each column, and for some the label of each code."""

    columns: dict[str, str]
    codes: dict[str, dict[int, str]]


@dataclass(frozen=True)
class Form:
    """A form of the delivery: folders, ending, and how a frame is written."""

    main: str
    areas: str
    ending: str
    write: Callable[[pd.DataFrame, Labels, Path], None]


def find_form(file_format: str) -> Form:
    """The form of that name; raises `MobilityError` listing the names."""
    if file_format not in FORMS:
        raise MobilityError(
            f"format {file_format!r} of the synthetic delivery: not known; {nearest(file_format, FORMS)}."
        )
    return FORMS[file_format]


def shrink(values: np.ndarray) -> np.ndarray:
    """The smallest type that holds whole numbers; other values as they are."""
    if values.dtype.kind not in "iub":
        return values
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if low >= -127 and high <= 100:
        return values.astype(np.int8)
    if low >= -32767 and high <= 32740:
        return values.astype(np.int16)
    return values.astype(np.int32 if high < 2**31 - 28 else np.int64)


def write_stata(frame: pd.DataFrame, labels: Labels, path: Path) -> None:
    """Stata 14, with variable and value labels."""
    names = {name: text[:LABEL_WIDTH] for name, text in labels.columns.items()}

    def whole(rows: pd.DataFrame, stream: BinaryIO) -> None:
        rows.to_stata(
            stream,
            write_index=False,
            byteorder="little",
            version=118,
            time_stamp=TIME_STAMP,
            data_label=DATA_LABEL,
            variable_labels=names,
            value_labels=labels.codes,
        )

    write_pieces(frame, whole, path)


def write_tab(frame: pd.DataFrame, labels: Labels, path: Path) -> None:
    """Tab-separated numbers without labels; some cells that hold -9 elsewhere are blank."""
    import pyarrow as pa
    from pyarrow import csv

    arrays = [frame[name].to_numpy() for name in frame.columns]
    columns = [pa.array(values, mask=_blanks(values, place)) for place, values in enumerate(arrays)]
    options = csv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
    with path.open("wb") as stream:
        stream.write(("\t".join(frame.columns) + "\n").encode())
        csv.write_csv(pa.table(columns, names=list(frame.columns)), stream, options)


def _blanks(values: np.ndarray, place: int) -> np.ndarray:
    """Which cells are blank: every fifth -9 of every third column."""
    mask = np.zeros(len(values), dtype=bool)
    if values.dtype.kind in "iuf" and place % 3 == 0:
        mask[np.flatnonzero(values == MISSING)[::BLANK_EVERY]] = True
    return mask


def write_spss(frame: pd.DataFrame, labels: Labels, path: Path) -> None:
    """SPSS, with variable and value labels, and the date of no run."""
    import pyreadstat

    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=DATA_LABEL,
        column_labels={**labels.columns},
        variable_value_labels={name: dict(codes.items()) for name, codes in labels.codes.items()},
    )
    with path.open("r+b") as stream:  # a seed gives the same bytes whenever it is run
        stream.seek(SPSS_STAMP)
        stream.write(b"01 Jan 0000:00:00")


FORMS = {
    "stata": Form("UKDA-6614-stata/stata/stata14_se", "UKDA-6666-stata/stata/stata13", "dta", write_stata),
    "tab": Form("UKDA-6614-tab/tab", "UKDA-6666-tab/tab", "tab", write_tab),
    "spss": Form("UKDA-6614-spss/spss/spss25", "UKDA-6666-spss/spss/spss25", "sav", write_spss),
}
