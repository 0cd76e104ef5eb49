"""What the careers study writes beside its arrays, in the columns that the server reads."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mobility.errors import DataError
from mobility.releases.cubes import OTHERS, with_totals
from mobility.releases.layout import AGES, CHANGE, COLUMNS, DISTRIBUTION, REPLACEMENT, UNEMPLOYMENT
from mobility.storage import read_rows, write_csv_rows

SIDES = ("occupation", "gender", "status", "qualification")
PER_CENT = 100


def write_series(
    delivered: Path, folder: Path, dimensions: Sequence[Mapping[str, Any]]
) -> list[tuple[str, list[str], tuple[int, ...]]]:
    """Jobs by occupation, one further dimension and every published year, as cubes; gives file, dimension and years."""
    made = []
    codes = {one["name"]: one["codes"] for one in dimensions}
    groups = next(level["of"] for level in dimensions[0]["levels"] if level["name"] == "sub_major")
    for name in OTHERS:
        path = delivered / f"series_{name}.csv"
        if path.is_file():
            cells, years = _series(path, codes["occupation"], codes[name])
            file = f"employment.{name}.npy"
            np.save(folder / file, _grouped(with_totals(cells, (1,)), groups)[..., None].astype("float32"))
            made.append((file, [name], years))
    return made


def _series(path: Path, occupations: Sequence[str], codes: Sequence[str]) -> tuple[np.ndarray, tuple[int, ...]]:
    """Occupations, codes and years of a file with a row an occupation and year, a column a code; and the years."""
    rows, places = read_rows(path), {code: at for at, code in enumerate(occupations)}
    years = tuple(sorted({int(row["year"]) for row in rows}))
    cells = np.full((len(occupations), len(codes), len(years)), np.nan)
    for row in rows:
        cells[places[row["occupation"]], :, years.index(int(row["year"]))] = [float(row[code]) for code in codes]
    if np.isnan(cells).any():
        raise DataError(f"{path}: not every occupation in each of {', '.join(map(str, years))}. Run `make report`.")
    return cells, years


def _grouped(cells: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Occupations, then their two-digit groups, then all."""
    own = np.array(groups)
    sums = [cells[own == group].sum(axis=0) for group in sorted(set(groups))]
    return np.concatenate([cells, np.stack(sums), cells.sum(axis=0, keepdims=True)])


def write_beside(delivered: Path, folder: Path, year: int) -> None:
    """Ratios of ages, shapes of pay, replacement demand, unemployment and change of pay, where they are there."""
    ages = _rows(delivered / "age_ratios.csv")
    if ages:
        columns = [*SIDES, *(name for name in ages[0] if name not in (*SIDES, "note"))]
        write_csv_rows(folder / Path(AGES).name, columns, ([row[name] for name in columns] for row in ages))
    for name in (DISTRIBUTION, REPLACEMENT, UNEMPLOYMENT):
        rows = _rows(delivered / Path(name).name)
        _write(folder, name, ([row[column] for column in COLUMNS[name]] for row in rows))
    changes = [row for row in _rows(delivered / "change.csv") if row["change"]]
    _write(folder, CHANGE, ((row["occupation"], year, f"{PER_CENT * float(row['change']):.6g}") for row in changes))


def _write(folder: Path, name: str, rows: Iterable[Sequence[Any]]) -> None:
    """Write a file of a release, if it has any row."""
    found = list(rows)
    if found:
        write_csv_rows(folder / Path(name).name, COLUMNS[name], found)


def _rows(path: Path) -> list[dict[str, str]]:
    return read_rows(path) if path.is_file() else []
