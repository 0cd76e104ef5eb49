"""Judge what of a study may leave, and compare its cells with print and with what was planted."""

from functools import partial
from pathlib import Path

import pandas as pd

from mobility.backtest.stage import compare_study, gather, quoted_from
from mobility.disclosure.elsewhere import told_elsewhere
from mobility.disclosure.stage import Terms, release_study
from mobility.intake.losses import side_by_side
from mobility.intake.provenance import read_records
from mobility.kept import STORE, unless_same
from mobility.progress import step
from mobility.settings import load_study
from mobility.settings.said import as_planned
from mobility.storage import read_csv, write_csv, write_text

files, out, name = snakemake.input, snakemake.output, snakemake.params.study
names = STORE / snakemake.rule / "names.txt"
# Of other studies no more counts than what they tell of the numbers of this one.
same = unless_same(snakemake, files.elsewhere, partial(told_elsewhere, names, files.elsewhere))
with step(f"{name}: released, and compared with print", snakemake.log[0]), same as needed:
    if needed:
        study = as_planned(load_study(Path(), name, snakemake.params.overrides), snakemake.params.said)
        access = read_records(files.provenance)["access"]
        restricted, released, checks = (Path("results", place, name) for place in ("restricted", "released", "checks"))
        for path in map(Path, out.quoted):
            write_csv(quoted_from(restricted, study, path.stem), path)
        read = side_by_side(dict(zip(study.about.sources, map(read_csv, files.panel_losses), strict=True)))
        losses, tables = pd.concat([read, gather(files.losses)], ignore_index=True), [*files.cells, *out.quoted]
        terms = Terms.of(access, snakemake.params.thresholds, files.elsewhere, files.key, **snakemake.params.mitigation)
        write_text("\n".join(release_study(study, tables, restricted, released, checks, losses, terms)), names)
        planted = [Path(mark).with_name("truth") / f"{name}.csv" for mark in files.mark]
        compare_study(study, tables, released, planted, out.backtest, out.released_backtest, out.truth)
        write_csv(gather(sorted(out.record)), out.disclosure)
