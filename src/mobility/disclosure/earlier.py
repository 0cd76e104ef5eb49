"""Earlier releases of a study: what they showed is known whatever is hidden now, what they hid must stay so."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.cells import CELL_COLUMNS, CELL_KEYS, INTERVAL, ROUNDED, SUPPRESSED, read_cells
from mobility.cells.stage import weight_of
from mobility.disclosure.judgement import few
from mobility.disclosure.numbers import Table
from mobility.disclosure.relations import NOBODY, Form, System
from mobility.disclosure.steps import Chain, chains_of, frames_told
from mobility.errors import ConfigError
from mobility.intake.losses import ROUNDED_TO
from mobility.settings import Study, load_study
from mobility.settings.load import STUDY_FOLDERS
from mobility.storage import read_csv, read_mapping

MANIFEST = "results/checks/manifest.yaml"  # of a run
NUMBERS, LINES = ["n", "base", "persons", "number"], ["rows_out", "persons_out", "rows_dropped"]  # of cells, of losses
OTHERWISE = (
    "config.yaml, disclosure.earlier: an earlier run released {table} of {study} by another spec than that of now. Put "
    "studies/, sources/, resources/ and workflow/ as they were then beside results/ of that run: they tell what its "
    "cells counted."
)


def now_and_then(
    system: System, tables: Sequence[Table], earlier: Sequence[Table], threshold: int
) -> tuple[System, list[int], list[Form]]:
    """The system of this release where earlier ones are known, and what of them nobody may come to know.

    system : of the tables of this release and then of the earlier ones. The one returned has the cells of this release
    alone. After it come numbers that have to be hidden now, since what was shown then gives few persons by whom they
    differ; and what is not to be known: few persons who were hidden then, or outside a share that was, and those.
    Raises `ConfigError` where a cell of then shows another number than its spec counts.
    """
    if not earlier:
        return system, [], []
    count, of_tables = sum(len(table.cells) for table in tables), len(system.own) - system.hidable
    _fail_on_others(system, earlier, slice(count, of_tables))
    hidden = pd.concat([table.cells["flag"] for table in earlier]).eq(SUPPRESSED).to_numpy()
    shown = np.asarray(system.tells[count:of_tables][~hidden].sum(axis=0)).ravel() > 0
    own = np.unique(system.own[count:of_tables][hidden])
    forms = [system.form(int(number)) for number in own[own != NOBODY] if not shown[number]]
    outside = [form for _, form in system.outside if form.cell >= count and hidden[form.cell - count]]
    former = [*forms, *(form for form in outside if few(form.persons, threshold))]
    kept = np.r_[:count, of_tables : len(system.own)]
    now = replace(
        system,
        tells=system.tells[kept],
        own=system.own[kept],
        base=system.base[kept],
        worth=system.worth[kept],
        fixed=system.fixed | shown,
        outside=[(number, form) for number, form in system.outside if form.cell < count],
    )
    told = sorted({number for number, before, _ in system.differences if shown[before] and not shown[number]})
    known = {form.atoms.tobytes(): replace(form, cell=NOBODY) for form in former}
    return now, told, [*known.values(), *(form for _, _, form in system.differences)]


def _fail_on_others(system: System, earlier: Sequence[Table], cells: slice) -> None:
    """Raise `ConfigError` where exact cells of earlier releases, at these places, show other numbers than are counted.

    Their spec was edited since: what they are taken to have told, nobody was told.
    """
    then = pd.concat([table.cells for table in earlier], ignore_index=True)
    own, told = system.own[cells], then["n"].to_numpy("float64", na_value=np.nan)
    exact = np.flatnonzero(~np.isnan(told) & (own != NOBODY) & ~then["note"].str.startswith(ROUNDED).to_numpy())
    for at in exact[np.round(system.rows[own[exact]]) != told[exact]][:1]:
        raise ConfigError(OTHERWISE.format(table=then["table"][at], study=then["study"][at]))


def few_since(tables: Sequence[Table], earlier: Sequence[Table], threshold: int) -> np.ndarray:
    """By how many the numbers of each cell differ from those of the same cell in earlier releases, where that is few.

    The least over what it tells (rows, base, persons, its value where that is one of these) and all releases; missing
    where none is few. Of cells that count rows of a frame it is found by these rows, and is missing here.
    """
    least = np.full(sum(len(table.cells) for table in tables), np.nan)
    keys = [*CELL_KEYS, "choice"]
    now = pd.concat([_numbers(table) for table in tables], ignore_index=True) if len(least) else pd.DataFrame()
    for name in dict.fromkeys(table.release for table in earlier):
        then = pd.concat([_numbers(table) for table in earlier if table.release == name], ignore_index=True)
        both = now[keys].merge(then.drop_duplicates(keys), how="left", on=keys)
        apart = np.abs(now[NUMBERS].to_numpy() - both[NUMBERS].to_numpy())
        least = np.fmin(least, apart.min(axis=1, initial=np.inf, where=few(apart, threshold)))
    return np.where(np.isfinite(least), least, np.nan)


def _numbers(table: Table) -> pd.DataFrame:
    """Of each cell its place and `NUMBERS`, of an earlier release with its value whatever that is of; without numbers
    where the system of relations has them."""
    cells = table.cells
    found = cells[[*CELL_KEYS, "choice"]].assign(**{name: cells[name].astype("float64") for name in NUMBERS[:3]})
    found["number"] = cells["value"].astype("float64").where(is_number(cells) | (table.release != ""))
    return found.assign(**dict.fromkeys(NUMBERS, np.nan)) if table.counts else found


def is_number(cells: pd.DataFrame) -> np.ndarray:
    """Of which cells the value is a number of rows, persons or events: that with which it is shown, or as it says."""
    tells = cells["tells"].fillna("") if "tells" in cells else pd.Series("", cells.index)
    return (cells["value"].eq(cells["n"]).fillna(False) | ~tells.isin(["", INTERVAL])).to_numpy(dtype=bool)


def lines_since(study: Study, losses: pd.DataFrame, folders: Sequence[str | Path], threshold: int) -> list[int]:
    """Places of lines of the losses whose numbers are few more or less than earlier runs told of the line.

    Rows or persons left, or rows dropped. Lines are the same by chain and reason; of those that were told together the
    last, and what each of them dropped was not told.
    """
    found = set[int]()
    for folder in folders:
        path = Path(folder) / "results/released" / study.name / "losses.csv"
        then = read_csv(path) if path.is_file() else losses.iloc[:0]
        if ROUNDED_TO in then:
            continue
        reasons = then["reason"].astype("str").str.split("; ")
        alone = then["rows_dropped"].where(reasons.str.len() == 1)
        then = then.assign(reason=reasons.str[-1], rows_dropped=alone)
        both = losses.merge(
            then.drop_duplicates(["step", "reason"]), "left", ["step", "reason"], suffixes=("", "_then")
        )
        apart = np.column_stack([(both[name] - both[f"{name}_then"]).abs() for name in LINES])
        found |= set(np.flatnonzero(few(apart, threshold).any(axis=1)).tolist())
    return sorted(found)


def earlier_releases(study: Study, folders: Sequence[str | Path]) -> tuple[list[Table], list[Chain]]:
    """Tables of a study that earlier runs released, each with the frame that it counted, and what their losses told.

    folders : of these runs, with `results/released/`, `results/restricted/` and, where all of a run was made, the
    manifest that tells its readings; a run without the study is passed over. Specs are those of then where the study's
    folder lies there too, else those of now. Raises `ConfigError` where the study has such a reading no more, or not
    the table, row or column of a released cell.
    """
    found: list[Table] = []
    chains: list[Chain] = []
    for place, folder in enumerate(map(Path, folders)):
        released, frames = (folder / "results" / name / study.name for name in ("released", "restricted"))
        name, then = f"release {place + 1}", _as_it_was(study, folder)
        told = _tables_of(released, then)
        read = frames_told(then, told, frames / "frames") if told else {}
        for table in told:
            spec = then.tables[table]
            sample, weight, unit = then.samples.get(spec.sample), weight_of(spec, then), then.unit_of(spec.frame)
            cells, shares = read_cells(released / f"{table}.csv"), then.tables.get(spec.tests)
            if not (cells["row"].isin(spec.rows.ids) & cells["column"].isin(spec.columns.ids)).all():
                raise ConfigError(OTHERWISE.format(table=table, study=study.name))
            found.append(Table(cells, spec, sample, read.get(spec.frame), weight, unit, shares, name))
        if (released / "losses.csv").is_file() and ROUNDED_TO not in (losses := read_csv(released / "losses.csv")):
            chains += chains_of(then, losses, read, name)
    return found, chains


def _tables_of(released: Path, then: Study) -> list[str]:
    """Tables that a run released of a study, in the order of its specs; raises `ConfigError` where one is in none."""
    files = sorted(path for path in released.glob("*.csv") if read_csv(path, nrows=0).columns.tolist() == CELL_COLUMNS)
    for path in files:
        if path.stem not in then.tables:
            raise ConfigError(OTHERWISE.format(table=path.stem, study=then.name))
    return [table for table in then.tables if released / f"{table}.csv" in files]


def _as_it_was(study: Study, folder: Path) -> Study:
    """The study as an earlier run read it: by its specs, where the folder has them, under the readings of its manifest.

    What the folder lacks is as it is now.
    """
    there = any((folder / parent / study.name / "study.yaml").is_file() for parent in STUDY_FOLDERS)
    root, readings = folder if there else study.root, study.readings
    if (folder / MANIFEST).is_file():
        readings = read_mapping(folder / MANIFEST).get("choices", {}).get(study.name, readings)
    return study if not there and readings == study.readings else load_study(root, study.name, readings)
