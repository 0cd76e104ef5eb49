"""Whole invented deliveries of pay, hours and jobs, each of one source, all of one planted labour market."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from mobility.storage import write_csv
from mobility.synthetic.folder import TITLE, Draft
from mobility.synthetic.lmi.employees import write_employees
from mobility.synthetic.lmi.futures import write_futures
from mobility.synthetic.lmi.labour_force import book_of, draw_people
from mobility.synthetic.lmi.table_c1 import expected_c1
from mobility.synthetic.lmi.truth import CELLS, TRUTH, of_employees, of_forecast, of_persons, of_workbooks
from mobility.synthetic.lmi.workbooks import write_all
from mobility.synthetic.lmi.world import World, draw_world
from mobility.synthetic.planted.delivery import write_files
from mobility.synthetic.response import divisor_of
from mobility.synthetic.writers import find_form

VERSION = 2
WORKBOOKS, EMPLOYEES, FUTURES = "workbooks", "UKDA-6689-stata", "working_futures"  # folders of the deliveries
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Delivery:
    """A source of the labour market.

    folders : pattern of the names in its delivery. says : what it is, lines of the notice in it. write : writes the
    files from the world, the folder, the divisor of the size and the format, and gives what of the truth hangs on who
    was drawn, in the form of cells, or nothing. truth : what of the world it shows, tables by name. form : of its
    files, where the format that is asked for says nothing about them.
    """

    folders: str
    says: tuple[str, ...]
    write: Callable[[World, Path, int, str], pd.DataFrame | None]
    truth: Callable[[World], Tables]
    form: str = ""


def _write_persons(world: World, folder: Path, divisor: int, file_format: str) -> pd.DataFrame:
    people = draw_people(world, divisor)
    answers = {name: values for name, values in people.answers.items() if name != "wave"}
    write_files(book_of(world.root, file_format, answers), answers, people.answers["wave"], folder)
    return expected_c1(world, people.full_time, people.t)


def _write_workbooks(world: World, folder: Path, divisor: int, _: str) -> None:
    write_all(world, folder / WORKBOOKS, small=divisor > 1)


def _write_employees(world: World, folder: Path, divisor: int, _: str) -> None:
    write_employees(world, folder / EMPLOYEES, divisor)


def _write_futures(world: World, folder: Path, divisor: int, _: str) -> None:
    write_futures(world, folder / FUTURES, small=divisor > 1)


DELIVERIES: Mapping[str, Delivery] = {
    "lfs_pay": Delivery(
        r"UKDA-\d+-.*",
        (
            "Quarters of the Labour Force Survey of 2014 and 2015 with interviews 1 and 5 whole: at full size 266,974",
            "persons, 63,640 full-time and 21,260 part-time employees with pay. Six in ten of interview 1 of the first",
            "three quarters are asked again a year later. Of interview 2 there are some, of 3 and 4 none.",
        ),
        _write_persons,
        of_persons,
    ),
    "ashe": Delivery(
        WORKBOOKS,
        (
            "Workbooks of the Annual Survey of Hours and Earnings of 2015, nine sheets each: Tables 5, 14, 15 and 16",
            "of gross weekly pay and of paid hours, 5, 14 and 15 of weekly pay without overtime, whose part is",
            "invented. Their numbers are those of the planted function without error, rounded as printed; marks follow",
            "from the number of jobs.",
        ),
        _write_workbooks,
        of_workbooks,
        form="xlsx",
    ),
    "ashe_persons": Delivery(
        EMPLOYEES,
        (
            "A file of employees' jobs of 2013 and 2014, at full size 243,095 full-time and 115,331 part-time, of whom",
            "half of the first year's persons stand in the second too. No qualification, no Northern Ireland.",
        ),
        _write_employees,
        of_employees,
        form="stata",
    ),
    "working_futures": Delivery(
        FUTURES,
        (
            "Employment by six dimensions in some years, and rates of replacement. The layout is a proposal (README.md",
            "of the source): no file was seen.",
        ),
        _write_futures,
        of_forecast,
        form="csv",
    ),
}


def drafted(source: str) -> Callable[[Path, str, int, str], Draft]:
    """What draws the delivery of a source, from root, size, seed and format; raises `MobilityError` on either word."""
    return partial(_draft, DELIVERIES[source])


def _draft(source: Delivery, root: Path, size: str, seed: int, file_format: str) -> Draft:
    divisor = divisor_of(size)
    find_form(file_format)
    world = draw_world(root, seed)
    record = {"size": size, "seed": seed, "format": source.form or file_format, "version": VERSION}

    def write(folder: Path) -> None:
        cells, truth = source.write(world, folder, divisor, file_format), source.truth(world)
        if cells is not None:
            truth[CELLS] = pd.concat([truth[CELLS], cells], ignore_index=True)
        for name, table in truth.items():
            stem = TRUTH if name == CELLS else f"{TRUTH}_{name}"
            write_csv(table, folder / "truth" / f"{stem}.csv")

    return Draft(write, _notice(source.says, record), record)


def _notice(says: tuple[str, ...], record: dict[str, object]) -> str:
    """What the reader of the folder has to know, in plain words."""
    lines = [
        f"{TITLE} They were drawn by a computer, in the layout of the true files, to try out",
        "a pipeline before the true ones are there. No finding about pay or jobs may be drawn from them.",
        "",
        f"Size: {record['size']}. Seed: {record['seed']}. Form: {record['format']}. Version: {record['version']}.",
        "",
        *says,
        "",
        "All deliveries of one seed rest on one labour market (`src/mobility/synthetic/lmi`). Published: jobs by",
        "unit group, sex and status (EMP04 2018), mean pay by unit group (ASHE 2011), the coefficients that Table C.1",
        "of the report prints. Invented: all others. What was planted stands in `truth/`.",
    ]
    return "\n".join(lines) + "\n"
