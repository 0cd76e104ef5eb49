"""Whole invented deliveries of pay, hours and jobs, each of one source, all of one planted labour market."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from mobility.storage import write_csv
from mobility.synthetic.folder import TITLE, Draft
from mobility.synthetic.lmi.employees import write_employees
from mobility.synthetic.lmi.futures import write_futures
from mobility.synthetic.lmi.labour_force import book_of, draw_people
from mobility.synthetic.lmi.table_c1 import expected_c1
from mobility.synthetic.lmi.truth import CELLS, TRUTH, truth_tables
from mobility.synthetic.lmi.workbooks import write_all
from mobility.synthetic.lmi.world import World, draw_world
from mobility.synthetic.planted.delivery import write_files
from mobility.synthetic.response import divisor_of
from mobility.synthetic.writers import find_form

VERSION = 2
FOLDERS = {
    "lfs_pay": r"UKDA-\d+-.*",
    "ashe": "workbooks",
    "ashe_persons": "UKDA-6689-stata",
    "working_futures": "working_futures",
}
SAYS = {
    "lfs_pay": (
        "Quarters of the Labour Force Survey of 2014 and 2015 with interviews 1 and 5 whole: at full size 266,974",
        "persons, 63,640 full-time and 21,260 part-time employees with pay. Six in ten of interview 1 of the first",
        "three quarters are asked again a year later. Of interview 2 there are some, of 3 and 4 none.",
    ),
    "ashe": (
        "Workbooks of the Annual Survey of Hours and Earnings of 2015, nine sheets each: Tables 5, 14, 15 and 16 of",
        "gross weekly pay and of paid hours, 5, 14 and 15 of weekly pay without overtime, whose part is invented.",
        "Their numbers are those of the planted function without error, rounded as printed; marks follow from the",
        "number of jobs.",
    ),
    "ashe_persons": (
        "A file of employees' jobs of 2013 and 2014, at full size 243,095 full-time and 115,331 part-time, of whom",
        "half of the first year's persons stand in the second too. No qualification, no Northern Ireland.",
    ),
    "working_futures": (
        "Employment by six dimensions in some years, and rates of replacement. The layout is a proposal (README.md",
        "of the source): no file was seen.",
    ),
}


def draft(source: str) -> Callable[[Path, str, int, str], Draft]:
    """What draws the delivery of a source, from root, size, seed and format; raises `MobilityError` on either word."""

    def drafted(root: Path, size: str, seed: int, file_format: str) -> Draft:
        divisor = divisor_of(size)
        find_form(file_format)
        world = draw_world(root, seed)
        written = {"ashe": "xlsx", "ashe_persons": "stata", "working_futures": "csv"}.get(source, file_format)
        record = {"size": size, "seed": seed, "format": written, "version": VERSION}

        def write(folder: Path) -> None:
            cells = _write(source, world, folder, divisor, file_format)
            truth = truth_tables(world, source)
            if cells is not None:
                truth[CELLS] = pd.concat([truth[CELLS], cells], ignore_index=True)
            for name, table in truth.items():
                stem = TRUTH if name == CELLS else f"{TRUTH}_{name}"
                write_csv(table, folder / "truth" / f"{stem}.csv")

        return Draft(write, _notice(source, record), record)

    return drafted


def _write(source: str, world: World, folder: Path, divisor: int, file_format: str) -> pd.DataFrame | None:
    """Write the files of a source; what of its truth hangs on who was drawn, in the form of cells."""
    small = divisor > 1
    if source == "lfs_pay":
        people = draw_people(world, divisor)
        answers = {name: values for name, values in people.answers.items() if name != "wave"}
        write_files(book_of(world.root, file_format, answers), answers, people.answers["wave"], folder)
        return expected_c1(world, people.full_time, people.t)
    if source == "ashe":
        write_all(world, folder / FOLDERS[source], small)
    elif source == "ashe_persons":
        write_employees(world, folder / FOLDERS[source], divisor)
    else:
        write_futures(world, folder / FOLDERS[source], small)
    return None


def _notice(source: str, record: dict[str, object]) -> str:
    """What the reader of the folder has to know, in plain words."""
    lines = [
        f"{TITLE} They were drawn by a computer, in the layout of the true files, to try out",
        "a pipeline before the true ones are there. No finding about pay or jobs may be drawn from them.",
        "",
        f"Size: {record['size']}. Seed: {record['seed']}. Form: {record['format']}. Version: {record['version']}.",
        "",
        *SAYS[source],
        "",
        "All deliveries of one seed rest on one labour market (`src/mobility/synthetic/lmi`). Published: jobs by",
        "unit group, sex and status (EMP04 2018), mean pay by unit group (ASHE 2011), the coefficients that Table C.1",
        "of the report prints. Invented: all others. What was planted stands in `truth/`.",
    ]
    return "\n".join(lines) + "\n"
