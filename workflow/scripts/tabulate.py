"""Count one table of a study."""

from pathlib import Path

from mobility.cells.stage import table_cells
from mobility.panel.losses import LossTable
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_csv, read_frame, write_csv

study_name, table = snakemake.wildcards.study, snakemake.wildcards.table
with step(f"{study_name}: {table} counted", snakemake.log[0]):
    study = load_study(Path(), study_name)
    spec = study.tables[table]
    frame = read_frame(snakemake.input.frames, spec.frame)
    before = LossTable(read_csv(snakemake.input.frame_losses).to_dict("records")).chain(spec.frame)
    chosen = study.chosen(snakemake.params.overrides)
    cells, losses = table_cells(frame, study, table, chosen, before=before)
    write_csv(cells, snakemake.output.cells)
    write_csv(losses.frame(), snakemake.output.losses)
