"""Writing the detailed estimates: origin, destination, age, sex and moves, two files a year."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mobility.synthetic.flows.moves import LAST_OWN_YEAR, Counts, Rows, cell_shares, draw_year, split
from mobility.synthetic.flows.world import World
from mobility.synthetic.streams import stream

if TYPE_CHECKING:
    import pyarrow as pa

HEADER = b"OutLA,InLA,Age,Sex,Moves\n"
DECIMALS = 4


def write_year(world: World, year: int, folder: Path) -> None:
    """Draw and write the moves of a year: `Dataset_1` has the first half of the areas of origin."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = draw_year(world, year)
    shares, half = cell_shares(world, counts), len(counts.codes) // 2
    rng = stream(world.seed, f"flows ages {year}")
    for part, origins in enumerate((range(half), range(half, len(counts.codes))), start=1):
        _write(split(counts, shares, origins, rng), counts, folder / file_name(year, part))


def file_name(year: int, part: int) -> str:
    """The publisher's name of a part of a year."""
    boundaries = "" if year <= LAST_OWN_YEAR else f"_{year + 1}_LA_boundaries"
    return f"Detailed_Estimates_{year}_Dataset_{part}{boundaries}.csv"


def _write(rows: Rows, counts: Counts, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv

    columns = {
        "OutLA": _named(rows.origin, counts.codes),
        "InLA": _named(rows.destination, counts.codes),
        "Age": pa.array(rows.age.astype("int8")),
        "Sex": _named(rows.sex, np.array(["M", "F"], dtype=object)),
        "Moves": _decimals(rows.moves),
    }
    with path.open("wb") as stream_:
        stream_.write(HEADER)
        csv.write_csv(pa.table(columns), stream_, csv.WriteOptions(include_header=False, quoting_style="none"))


def _named(places: np.ndarray, names: np.ndarray) -> "pa.Array":
    import pyarrow as pa

    return pa.array(names.tolist()).take(pa.array(places.astype("int32")))


def _decimals(values: np.ndarray) -> "pa.Array":
    """Whole numbers of ten-thousandths as decimals, so that each is written with four places."""
    import pyarrow as pa

    words = np.zeros((len(values), 2), dtype="<i8")
    words[:, 0] = values
    return pa.Array.from_buffers(pa.decimal128(18, DECIMALS), len(values), [None, pa.py_buffer(words)])
