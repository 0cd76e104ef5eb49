"""ONS detailed estimates: OutLA, InLA, Age, Sex, Moves, a row an origin, destination, single year of age and sex.

A year has about two million rows in two parts, so texts are read as dictionaries and all work is on their numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from mobility.errors import nearest
from mobility.flows.files import Flows, whole_moves
from mobility.intake.formats import READER_ERRORS, bad_cells, rows_named
from mobility.intake.losses import LossTable
from mobility.official.text import (
    Header,
    absent_columns,
    encoding_of,
    fail_if_packed,
    find_header,
    no_header,
    numbers_of,
    stop,
    unreadable,
)

COLUMNS = ("outla", "inla", "age", "sex", "moves")
TEXTS = COLUMNS[:-1]
SEX = {"M": "male", "F": "female", "1": "male", "2": "female"}
SEXES = ("female", "male")
GROUPS = ("sex", "age", "age_band")
OLDEST, OLDEST_BAND, BAND = 120, 90, 5
BANDS = {low: f"{low}-{low + BAND - 1}" for low in range(0, OLDEST_BAND, BAND)} | {OLDEST_BAND: f"{OLDEST_BAND}+"}
NOTES = 1 << 16  # bytes at the start of a part in which its header must stand


@dataclass(frozen=True)
class Rows:
    """Rows of a year: places of their areas in `codes`, of their sex in `SEXES`, age in years, moves in persons.

    origin, destination, sex, age, moves : arrays of one length, an element a row.
    """

    codes: tuple[str, ...]
    origin: np.ndarray
    destination: np.ndarray
    sex: np.ndarray
    age: np.ndarray
    moves: np.ndarray

    def __len__(self) -> int:
        return len(self.moves)


def read_detailed(paths: Sequence[Path], year: int, by: Sequence[str] = (), rounding: str = "after_sum") -> Flows:
    """Read the parts of a year of ONS detailed estimates, which leave out pairs of no moves.

    Parameters
    ----------
    paths : all parts of the year.
    by : groups to keep: sex, and age (single years) or age_band (five years, 90+); moves are summed over the others.
    rounding : `after_sum`: the published moves are fractions, from scaling to the population; they are summed first
        and then rounded to whole moves, halves up. `none`: sums as they are.

    Returns
    -------
    year, origin, destination (categories, the same for both), groups, moves; sorted by all but the moves.

    Raises
    ------
    DeliveryError
        Lists absent columns, cells that are no moves, ages or sexes, and a part that is given twice.
    """
    problems = [f"by: `{group}`; {nearest(group, GROUPS)}" for group in by if group not in GROUPS]
    stop(problems, paths)
    tables = [_read_part(path, problems) for path in paths]
    if any(table is None for table in tables):
        stop(problems, paths)
    rows = _checked(tables, problems)
    stop(problems, paths)
    losses = LossTable()
    areas = pd.DataFrame({"origin": pd.Categorical.from_codes(rows.origin, list(rows.codes))})
    losses.start("read", areas, "origin")
    summed = _summed(rows, by, year)
    summed["moves"] = whole_moves(summed["moves"], rounding)
    groups = " and ".join(by).replace("_", " ")
    losses.recount("read", f"summed to pairs by {groups}", len(rows), summed, f"pairs by {groups}", "origin")
    return Flows(summed, losses.frame(), tuple(paths))


def _read_part(path: Path, problems: list[str]) -> pa.Table | None:
    """The five columns of a part in lower case, texts as dictionaries; what is wrong goes to `problems`."""
    try:
        fail_if_packed(path)
        with path.open("rb") as stream:
            first = stream.read(NOTES)
        encoding = encoding_of(first)
        start = first.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
        if not start.strip():
            raise ValueError("it is empty")
        header = find_header(start, COLUMNS[0])
        wrong = absent_columns(header, COLUMNS) if header else [no_header(start, COLUMNS[0])]
        if header is None or wrong:
            problems += [f"{path}: {text}" for text in wrong]
            return None
        if not start.split("\n", header.lines)[-1].strip():
            problems.append(f"{path}: has a header but no rows. Put a whole file there")
            return None
        return _parse(path, header, encoding, problems)
    except READER_ERRORS as error:
        problems.append(unreadable(path, error))
        return None


def _parse(path: Path, header: Header, encoding: str, problems: list[str]) -> pa.Table:
    """The columns of a part; cells of the moves that are no numbers are 0, with a problem."""
    try:
        return _parsed(path, header, encoding, pa.float64())
    except pa.ArrowInvalid as error:
        if "conversion error" not in str(error):
            raise
    table = _parsed(path, header, encoding, pa.string())
    texts = table.column("moves").to_pandas().fillna("").str.strip()
    numbers = numbers_of(texts, header.delimiter)
    bad = texts[texts.ne("") & numbers.isna()]
    if len(bad):
        problems.append(f"{path}, moves: {bad_cells(bad, 'numbers')}. Mend the cells")
        numbers[bad.index] = 0
    return table.set_column(table.column_names.index("moves"), "moves", pa.array(numbers, from_pandas=False))


def _parsed(path: Path, header: Header, encoding: str, moves: pa.DataType) -> pa.Table:
    types = dict.fromkeys(TEXTS, pa.dictionary(pa.int32(), pa.string()))
    return csv.read_csv(
        path,
        read_options=csv.ReadOptions(column_names=header.names, skip_rows=header.lines, encoding=encoding),
        parse_options=csv.ParseOptions(delimiter=header.delimiter),
        convert_options=csv.ConvertOptions(
            include_columns=list(COLUMNS), column_types={**types, "moves": moves}, null_values=[""]
        ),
    )


def _checked(tables: Sequence[pa.Table], problems: list[str]) -> Rows:
    """The rows of all parts together, each column checked."""
    table = pa.concat_tables(tables).unify_dictionaries()
    texts = {name: _words(table.column(name)) for name in TEXTS}
    codes = tuple(sorted({*texts["outla"][0], *texts["inla"][0]}))
    place = {code: number for number, code in enumerate(codes)}
    origin, destination = (
        np.array([place[word] for word in words])[at] for words, at in (texts["outla"], texts["inla"])
    )
    sex = _values(texts["sex"], _sexes(texts["sex"], problems))
    age = _values(texts["age"], _ages(texts["age"], problems))
    rows = Rows(codes, origin, destination, sex, age, table.column("moves").to_numpy())
    problems += _blank_codes(rows) + _wrong_moves(rows) + _repeated(rows)
    return rows


def _words(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """The distinct texts of a column, and the place of each row's among them."""
    whole = column.combine_chunks()
    return whole.dictionary.to_pylist(), whole.indices.to_numpy()


def _values(words: tuple[list[str], np.ndarray], values: Sequence[int]) -> np.ndarray:
    return np.array(values, dtype="int64")[words[1]]


def _sexes(column: tuple[list[str], np.ndarray], problems: list[str]) -> list[int]:
    """Place of each word's sex among `SEXES`."""
    words, at = column
    strange = [place for place, word in enumerate(words) if word.strip().upper() not in SEX]
    if strange:
        rows = _rows_of(np.isin(at, strange))
        problems.append(f"the parts together, sex: {rows}; allowed: {', '.join(SEX)}. Mend the cells")
    return [SEXES.index(SEX.get(word.strip().upper(), SEXES[0])) for word in words]


def _ages(column: tuple[list[str], np.ndarray], problems: list[str]) -> list[int]:
    """Years of each word."""
    words, at = column
    numbers = pd.to_numeric(pd.Series(words, dtype="object").str.strip(), errors="coerce")
    wrong = ~(numbers.between(0, OLDEST) & (numbers % 1 == 0))
    if wrong.any():
        rows = _rows_of(np.isin(at, np.flatnonzero(wrong)))
        problems.append(f"the parts together, age: {rows}; allowed: whole years from 0 to {OLDEST}. Mend the cells")
    return numbers.where(~wrong, 0).astype("int64").tolist()


def _blank_codes(rows: Rows) -> list[str]:
    blank = [number for number, code in enumerate(rows.codes) if not code.strip()]
    counts = {end: int(np.isin(getattr(rows, end), blank).sum()) for end in ("origin", "destination")} if blank else {}
    return [
        f"the parts together: {count} rows without an area of {end}. Mend the rows"
        for end, count in counts.items()
        if count
    ]


def _wrong_moves(rows: Rows) -> list[str]:
    """Blank, endless and negative moves, with the first of their rows."""
    kinds = [
        ("blank", np.isnan(rows.moves), "Give 0 for no moves"),
        ("endless", np.isinf(rows.moves), "Mend the cells"),
        ("negative", rows.moves < 0, "Moves are counts; mend them"),
    ]
    return [
        f"the parts together, moves: {wrong.sum()} {kind}: {_rows_of(wrong)}. {advice}"
        for kind, wrong, advice in kinds
        if wrong.any()
    ]


def _rows_of(wrong: np.ndarray) -> str:
    """The first rows where `wrong`, counted from 1 through the parts in their order."""
    return rows_named((np.flatnonzero(wrong) + 1).tolist())


def _repeated(rows: Rows) -> list[str]:
    """Rows whose origin, destination, age and sex stand in an earlier row, by one number for the four."""
    key = np.sort(_key(rows, [(rows.sex, len(SEXES)), (rows.age, OLDEST + 1)]))
    twice = int((key[1:] == key[:-1]).sum())
    if not twice:
        return []
    return [f"rows that repeat an origin, destination, age and sex: {twice}. Give each part once"]


def _key(rows: Rows, groups: Sequence[tuple[np.ndarray, int]]) -> np.ndarray:
    """One number a pair and groups (each with how many values it has), in the order of the sorted frame."""
    key = rows.origin * len(rows.codes) + rows.destination
    for values, size in groups:
        key = key * size + values
    return key


def _summed(rows: Rows, by: Sequence[str], year: int) -> pd.DataFrame:
    """Moves summed to pairs and the groups `by`."""
    groups = {
        "sex": (rows.sex, len(SEXES)),
        "age": (rows.age, OLDEST + 1),
        "age_band": (np.minimum(rows.age, OLDEST_BAND) // BAND, len(BANDS)),
    }
    number, keys = pd.factorize(_key(rows, [groups[name] for name in by]), sort=True)
    columns = {"moves": np.bincount(number, rows.moves, len(keys))}
    for name in reversed(by):
        keys, columns[name] = np.divmod(keys, groups[name][1])
    origin, destination = np.divmod(keys, len(rows.codes))
    codes = pd.CategoricalDtype(list(rows.codes))
    labels = {"sex": SEXES, "age_band": list(BANDS.values())}
    for name in set(by) & set(labels):
        ordered = name == "age_band"
        columns[name] = pd.Categorical.from_codes(columns[name], labels[name], ordered=ordered)
    ends = {"origin": pd.Categorical.from_codes(origin, dtype=codes)}
    ends["destination"] = pd.Categorical.from_codes(destination, dtype=codes)
    return pd.DataFrame({"year": year, **ends, **{name: columns[name] for name in (*by, "moves")}})
