"""Numbers of a study's text that may leave, made from released cells and judged again."""

from pathlib import Path

from mobility.backtest.stage import gather_cells
from mobility.cells.quoted import quote_cells
from mobility.disclosure.release import release
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_yaml, write_csv

name, table = snakemake.wildcards.study, snakemake.wildcards.table
with step(f"{name}: {table} released", snakemake.log[0]):
    study = load_study(Path(), name)
    access = read_yaml(snakemake.input.provenance)["access"]
    spec, cells = study.tables[table], quote_cells(gather_cells(snakemake.input.cells), study, table)
    released = release(cells, spec, access, snakemake.params.thresholds[access])
    write_csv(released.cells, snakemake.output.cells)
    write_csv(released.record, snakemake.output.record)
