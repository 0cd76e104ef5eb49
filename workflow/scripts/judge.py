"""Judge what of a study may leave, and compare its cells with print and with what was planted."""

from pathlib import Path

import pandas as pd

from mobility.backtest.compare import against_truth, compare, read_published, reference_cells
from mobility.backtest.stage import gather, gather_cells, quoted_from
from mobility.disclosure.rounding import Rounder
from mobility.disclosure.secret import read_key
from mobility.disclosure.stage import Terms, release_study
from mobility.intake.losses import side_by_side
from mobility.intake.provenance import read_records
from mobility.kept import unless_same
from mobility.progress import step
from mobility.settings import load_study
from mobility.settings.said import as_planned
from mobility.storage import read_csv, write_csv

files, out, name = snakemake.input, snakemake.output, snakemake.params.study
with step(f"{name}: released, and compared with print", snakemake.log[0]), unless_same(snakemake) as needed:
    if needed:
        study = as_planned(load_study(Path(), name, snakemake.params.overrides), snakemake.params.said)
        access = read_records(files.provenance)["access"]
        restricted, released, checks = (Path("results", place, name) for place in ("restricted", "released", "checks"))
        for path in map(Path, out.quoted):
            write_csv(quoted_from(restricted, study, path.stem), path)
        read = side_by_side(dict(zip(study.about.sources, map(read_csv, files.panel_losses), strict=True)))
        losses, tables = pd.concat([read, gather(files.losses)], ignore_index=True), [*files.cells, *out.quoted]
        base, earlier = (snakemake.params.mitigation[name] for name in ("base", "earlier"))
        rounder = Rounder(base, read_key(Path(*files.key))) if base else None
        terms = Terms(access, snakemake.params.thresholds[access], list(files.elsewhere), rounder, earlier)
        release_study(study, tables, restricted, released, checks, losses, terms)
        published = read_published(study.folder / "published")
        for table in set(study.tables) - {path.stem for path in map(Path, out.record)}:
            write_csv(reference_cells(published, table, name), released / f"{table}.csv")
        planted = (Path(mark).with_name("truth") / f"{name}.csv" for mark in files.mark)
        truth = gather(filter(Path.is_file, planted)) if out.truth else None
        write_csv(compare(cells := gather_cells(tables), published, truth), out.backtest)
        shown = gather_cells(released / Path(path).name for path in tables)
        write_csv(compare(shown, published, truth), out.released_backtest)
        write_csv(gather(sorted(out.record)), out.disclosure)
        if out.truth:
            write_csv(against_truth(cells, truth), out.truth[0])
