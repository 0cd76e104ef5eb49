"""The invented file of employees' jobs of ASHE, as in the secure lab: two years, some persons in both."""

from pathlib import Path

import numpy as np
import pandas as pd

from mobility.storage import read_words
from mobility.synthetic.lmi.workers import draw_workers, hours_of, pay_of, some_of
from mobility.synthetic.lmi.world import World
from mobility.synthetic.streams import stream
from mobility.synthetic.writers import Labels, shrink, write_stata

YEARS = (2013, 2014)
COUNTS = (243_095, 115_331)  # C.7.2: full-time and part-time workers of both years
AGAIN = 0.5  # of the first year's persons, in the second too
WITHOUT = ("12",)  # there is no Northern Ireland in it
WEIGHT, WEIGHT_SD = 145.0, 0.3


def draw_employees(world: World, divisor: int) -> pd.DataFrame:
    """Columns of the file by their harmonised names, a row a job and year."""
    rng = stream(world.seed, "lmi employees")
    totals = [round(count / divisor) for count in COUNTS]
    first = [total // 2 for total in totals]
    drawn = draw_workers(
        world, [total - int(AGAIN * one) for total, one in zip(totals, first, strict=True)], rng, WITHOUT
    )
    count, rows, years = len(drawn["age"]), [], []
    for status, one in enumerate(first):
        own = np.flatnonzero(drawn["status"] == status)
        rows += [own, own[: int(AGAIN * one)]]
        years += [np.where(np.arange(len(own)) < one, 0, 1), np.ones(int(AGAIN * one), dtype=int)]
    row, t = np.concatenate(rows), np.concatenate(years)
    jobs = some_of(drawn, row)
    jobs["age"] = jobs["age"] + np.concatenate(
        [np.zeros(len(part), dtype=int) + place % 2 for place, part in enumerate(rows)]
    )
    codes = world.codes
    division = np.array([own[0] for own in codes.divisions])[jobs["industry"]]
    # the equation of these years is that of the Labour Force Survey a year before
    pay = pay_of(world, jobs, t - 1, rng)
    order = np.lexsort((t, row))
    frame = pd.DataFrame(
        {
            "person": rng.permutation(count)[row] + 1,
            "wave": np.array(YEARS)[t],
            "age": jobs["age"],
            "sex": 2 - jobs["male"],
            "full_time": jobs["status"] + 1,
            "soc2010": np.array(codes.occupation, dtype=int)[jobs["occupation"]],
            "sic2007": division * 1000 + 100,
            "region": np.array(codes.region, dtype=int)[jobs["region"]],
            "weekly_pay": pay,
            "hours": hours_of(world, jobs, rng),
            "weight": np.round(WEIGHT * rng.lognormal(0, WEIGHT_SD, len(row)), 2),
        }
    )
    return frame.iloc[order]


def write_employees(world: World, folder: Path, divisor: int) -> None:
    """The file that the mapping of the source names, in the codes of its labels."""
    mapping = read_words(world.root / "sources/ashe_persons/mapping.yaml")
    frame = draw_employees(world, divisor)
    places = {label: int(code) for code, label in mapping["variables"]["region"]["labels"].items()}
    frame["region"] = frame["region"].astype(str).map(places)
    columns = {"person": mapping["person"], "wave": mapping["wave"]}
    columns |= {name: entry["column"] for name, entry in mapping["variables"].items()}
    frame = frame.rename(columns=columns)[list(columns.values())]
    frame = pd.DataFrame({name: shrink(frame[name].to_numpy()) for name in frame})
    folder.mkdir(parents=True, exist_ok=True)
    write_stata(frame, Labels(dict.fromkeys(frame, ""), {}), folder / Path(mapping["file"]).name)
