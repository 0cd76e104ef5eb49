"""Datasette over the same cells, a peer of the server where it is installed: its SQL answers what `estimatePay` does.

It is no part of the project's environment: `python -m venv DIR`, install datasette there, and put DIR/bin on PATH.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from mobility.releases.layout import MEASURES
from mobility.releases.measures import EMPLOYMENT, PAY, read_index

KEPT = ("occupation", "region", "gender", "status")  # dimensions that its table keeps
FILTERS = ("", "gender", "region")
SQL = (
    "select year, sum(total) / sum(jobs) as pay, sum(jobs) as jobs from cells "
    "where occupation = :soc and status = '1' {more} group by year order by year"
)


def command(database: Path, port: int) -> list[str] | None:
    """How to start it, with one process and nothing kept; none where it is not installed."""
    found = shutil.which("datasette")
    settings = ["--setting", "default_cache_ttl", "0", "--setting", "sql_time_limit_ms", "5000"]
    return [found, "serve", "--immutable", str(database), "--port", str(port), *settings] if found else None


def write_cells(release: Path, database: Path) -> int:
    """Write pay and jobs of a release by occupation, region, gender, status and year, with an index; gives the rows."""
    index = read_index(release / MEASURES)
    codes = {one["name"]: one["codes"] for one in index.dimensions}
    dropped = tuple(at for at, name in enumerate(codes) if name not in KEPT)
    with sqlite3.connect(database) as store:
        store.execute(f"create table cells ({' text, '.join(KEPT)} text, year int, total real, jobs real)")
        for year in index.measures[PAY].cells:
            store.executemany("insert into cells values (?, ?, ?, ?, ?, ?, ?)", _rows(release, codes, year, dropped))
        store.execute("create index by_occupation on cells (occupation, status, gender, region)")
        rows = store.execute("select count(*) from cells").fetchone()[0]
    store.close()
    return int(rows)


def _rows(release: Path, codes: dict[str, Sequence[str]], year: str, dropped: tuple[int, ...]) -> Iterable[tuple]:
    pay, jobs = (np.load(release / MEASURES / f"{name}_{year}.npy", mmap_mode="r") for name in (PAY, EMPLOYMENT))
    for at, occupation in enumerate(codes["occupation"]):
        own = np.where(np.isnan(pay[at]), 0.0, jobs[at]).astype(float)
        inner = tuple(axis - 1 for axis in dropped)
        totals, weights = np.nansum(pay[at] * own, axis=inner), own.sum(axis=inner)
        for place in np.ndindex(*weights.shape):
            words = (codes[name][one] for name, one in zip(KEPT[1:], place, strict=True))
            yield (occupation, *words, int(year), float(totals[place]), float(weights[place]))


def questions(occupations: Sequence[str], count: int) -> tuple[list[str], list[str]]:
    """Addresses of the same questions of pay at Datasette and at our server, two of three with a filter."""
    random = np.random.default_rng(3)
    theirs, ours = [], []
    for at in range(count):
        name, code = FILTERS[at % len(FILTERS)], str(random.integers(1, 3))
        soc = occupations[random.integers(len(occupations))]
        more = f"and {name} = :{name}" if name else ""
        asked = {"sql": SQL.format(more=more), "_shape": "array", "soc": soc, **({name: code} if name else {})}
        theirs.append(f"/cells.json?{urlencode(asked)}")
        ours.append(f"/api/v1/ashe/estimatePay?soc={soc}" + (f"&filters={name}:{code}" if name else ""))
    return theirs, ours
