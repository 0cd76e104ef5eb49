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
from mobility.disclosure.steps import Chain, chains_of
from mobility.settings import Study
from mobility.storage import StoredFrame, read_csv, stored_frame


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
    former = [form for form in [*forms, *outside] if few(form.persons, threshold)]
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

    folders : of these runs, with `results/released/` and `results/restricted/`; a run without the study is passed over.
    """
    found: list[Table] = []
    chains: list[Chain] = []
    for place, folder in enumerate(map(Path, folders)):
        released, frames = (folder / "results" / name / study.name for name in ("released", "restricted"))
        read: dict[str, StoredFrame] = {}
        for name, spec in study.tables.items():
            path = released / f"{name}.csv"
            if not spec.frame or not path.is_file():
                continue
            if spec.frame not in read:
                read[spec.frame] = stored_frame(frames / "frames", spec.frame)
            sample, weight, unit = study.samples.get(spec.sample), weight_of(spec, study), study.unit_of(spec.frame)
            shares = study.tables.get(spec.tests)
            cells = read_cells(path)
            found.append(Table(cells, spec, sample, read[spec.frame], weight, unit, shares, f"release {place + 1}"))
        if (released / "losses.csv").is_file():
            chains += chains_of(study, read_csv(released / "losses.csv"), read, f"release {place + 1}")
    return found, chains
