"""Reading columns of a Parquet or Stata file under their names as written, dates as dates and codes as codes."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mobility.intake.formats import READER_ERRORS, UnreadableFile, fail_if_cut, reason_of
from mobility.intake.text_table import FileTable, Wanted

DAMAGED = "cannot be read ({reason}). Put a whole file there"
WHOLE = tuple(pd.api.types.pandas_dtype(f"{sign}nt{bits}") for sign in ("I", "UI") for bits in (8, 16, 32, 64))


def read_parquet_table(path: Path, wanted: Wanted) -> FileTable:
    """Read columns of a Parquet file; an index that pandas stored is a column like any other.

    Raises `UnreadableFile` on a damaged file, or one whose wanted columns hold lists or records.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            positions = list(wanted(schema.names))
            nested = [schema.names[at] for at in positions if pa.types.is_nested(schema.field(at).type)]
            if nested:
                raise UnreadableFile(f"column {nested[0]} holds lists or records. Write one value a cell")
            table = file.read(columns=[schema.names[at] for at in positions])
        whole = {pa.type_for_alias(str(dtype).lower()): dtype for dtype in WHOLE}
        frame = table.to_pandas(ignore_metadata=True, types_mapper=whole.get)  # exact beside gaps, which floats are not
    except (*READER_ERRORS, pa.ArrowException) as error:
        raise UnreadableFile(DAMAGED.format(reason=reason_of(error))) from None
    return FileTable(tuple(schema.names), _by_position(frame, schema.names, positions), len(frame))


def read_stata_table(path: Path, wanted: Wanted) -> FileTable:
    """Read columns of a Stata file as codes, never labels; raises `UnreadableFile` on a damaged one."""
    try:
        fail_if_cut(path)
        with pd.read_stata(path, iterator=True, convert_categoricals=False) as reader:
            names = tuple(reader.variable_labels())
            positions = list(wanted(names))
            columns = [names[at] for at in positions]
            frame = reader.read(columns=columns, convert_categoricals=False, convert_dates=True)
    except (*READER_ERRORS, StopIteration) as error:
        raise UnreadableFile(DAMAGED.format(reason=reason_of(error))) from None
    return FileTable(names, _by_position(frame, names, positions), len(frame))


def _by_position(frame: pd.DataFrame, names: Sequence[str], positions: Sequence[int]) -> pd.DataFrame:
    return frame[[names[at] for at in positions]].set_axis(list(positions), axis=1)
