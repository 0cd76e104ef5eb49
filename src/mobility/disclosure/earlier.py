"""Earlier releases of a study: what they showed is known whatever is hidden now, what they hid must stay so."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.cells import SUPPRESSED, read_cells
from mobility.cells.stage import weight_of
from mobility.disclosure.judgement import few
from mobility.disclosure.numbers import Table
from mobility.disclosure.relations import NOBODY, Form, System
from mobility.disclosure.steps import Chain, chains_of, frames_told
from mobility.intake.losses import ROUNDED_TO
from mobility.settings import Study, load_study
from mobility.storage import read_csv, read_mapping

MANIFEST = "results/checks/manifest.yaml"  # of a run


def now_and_then(
    system: System, tables: Sequence[Table], earlier: Sequence[Table], threshold: int
) -> tuple[System, list[int], list[Form]]:
    """The system of this release where earlier ones are known, and what of them nobody may come to know.

    system : of the tables of this release and then of the earlier ones. The one returned has the cells of this release
    alone. After it come numbers that have to be hidden now, since what was shown then gives few persons by whom they
    differ; and what is not to be known: few persons who were hidden then, or outside a share that was, and those.
    """
    if not earlier:
        return system, [], []
    count, of_tables = sum(len(table.cells) for table in tables), len(system.own) - system.hidable
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


def earlier_releases(study: Study, folders: Sequence[str | Path]) -> tuple[list[Table], list[Chain]]:
    """Tables of a study that earlier runs released, each with the frame that it counted, and what their losses told.

    folders : of these runs, with `results/released/`, `results/restricted/` and, where all of a run was made, the
    manifest that tells its readings; a run without the study is passed over. Raises `ConfigError` where the study has
    such a reading no more.
    """
    found: list[Table] = []
    chains: list[Chain] = []
    for place, folder in enumerate(map(Path, folders)):
        released, frames = (folder / "results" / name / study.name for name in ("released", "restricted"))
        name, then = f"release {place + 1}", _as_it_was(study, folder)
        told = [table for table, spec in then.tables.items() if spec.frame and (released / f"{table}.csv").is_file()]
        read = frames_told(then, told, frames / "frames") if told else {}
        for table in told:
            spec = then.tables[table]
            sample, weight, unit = then.samples.get(spec.sample), weight_of(spec, then), then.unit_of(spec.frame)
            cells, shares = read_cells(released / f"{table}.csv"), then.tables.get(spec.tests)
            found.append(Table(cells, spec, sample, read[spec.frame], weight, unit, shares, name))
        if (released / "losses.csv").is_file() and ROUNDED_TO not in (losses := read_csv(released / "losses.csv")):
            chains += chains_of(then, losses, read, name)
    return found, chains


def _as_it_was(study: Study, folder: Path) -> Study:
    """The study under the readings of an earlier run, which its manifest tells; without one under those of now."""
    if not (folder / MANIFEST).is_file():
        return study
    readings = read_mapping(folder / MANIFEST).get("choices", {}).get(study.name, study.readings)
    return study if readings == study.readings else load_study(study.root, study.name, readings)
