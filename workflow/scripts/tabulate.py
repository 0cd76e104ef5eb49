"""Count one table of a study."""

from pathlib import Path

from mobility.cells.stage import table_cells
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_frame, write_csv

study_name, table = snakemake.wildcards.study, snakemake.wildcards.table
with step(f"{study_name}: {table} counted", snakemake.log[0]):
    study = load_study(Path(), study_name)
    spec = study.tables[table]
    frame = read_frame(snakemake.input.frames, spec["frame"])
    cells, losses = table_cells(frame, study, table, study.chosen(snakemake.params.overrides))
    write_csv(cells, snakemake.output.cells)
    write_csv(losses.frame(), snakemake.output.losses)
