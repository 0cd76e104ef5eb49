"""Numbers of a study's text, made from the cells of its tables."""

from pathlib import Path

from mobility.backtest.stage import gather_cells
from mobility.cells.quoted import quote_cells
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import write_csv

name, table = snakemake.wildcards.study, snakemake.wildcards.table
with step(f"{name}: {table} from the cells of other tables", snakemake.log[0]):
    study = load_study(Path(), name)
    write_csv(quote_cells(gather_cells(snakemake.input.cells), study, table), snakemake.output.cells)
