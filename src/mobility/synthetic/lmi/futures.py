"""The invented Working Futures: jobs in every cell that has any, a file a year, and rates of replacement."""

from pathlib import Path

import numpy as np

from mobility.synthetic.lmi.world import World

YEARS = (2010, 2014, 2015, 2019, 2024)
SMALL_YEARS = (2014, 2015, 2024)
DECIMALS = 4


def write_futures(world: World, folder: Path, small: bool) -> None:
    """Every year has all of its cells, in a small delivery too, which has fewer years."""
    folder.mkdir(parents=True, exist_ok=True)
    for year in SMALL_YEARS if small else YEARS:
        write_year(world, year, folder)
    rates = zip(world.codes.sub_major, world.rates, strict=True)
    text = "".join(f"{code},{rate:.6f}\n" for code, rate in rates)
    (folder / "working_futures_replacement.csv").write_text("occupation,rate\n" + text, encoding="utf-8")


def write_year(world: World, year: int, folder: Path) -> None:
    """One year: every cell in which anybody works."""
    import pyarrow as pa
    from pyarrow import csv

    groups = len(world.codes.sub_major)
    jobs = np.stack([world.jobs[world.codes.group == group].sum(axis=0) for group in range(groups)])
    # sub-major group, industry, region, gender, status, qualification
    cells = world.in_year(year)[..., None, None] * jobs[:, None, None]
    cells = cells[..., None] * world.qualified[:, None, None, None, None]
    group, industry, region, gender, status, level = np.nonzero(cells)
    columns = {
        "year": np.full(len(group), year, dtype="int16"),
        "gender": gender + 1,
        "status": status + 1,
        "industry": np.array(world.codes.industry, dtype="int16")[industry],
        "occupation": np.array(world.codes.sub_major, dtype="int16")[group],
        "geography": np.array(world.codes.region, dtype="int16")[region],
        "qualification": level + 1,
        "weight": np.round(cells[group, industry, region, gender, status, level], DECIMALS),
    }
    csv.write_csv(
        pa.table(columns), folder / f"working_futures_employment_{year}.csv", csv.WriteOptions(quoting_style="none")
    )
