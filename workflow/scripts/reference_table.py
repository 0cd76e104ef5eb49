"""Show a published reference table as printed."""

from pathlib import Path

from mobility.backtest.compare import read_published, reference_cells
from mobility.progress import step
from mobility.settings import study_folder
from mobility.storage import write_csv

study, table = snakemake.wildcards.study, snakemake.wildcards.table
with step(f"{study}: {table} as printed", snakemake.log[0]):
    published = read_published(study_folder(Path(), study) / "published")
    write_csv(reference_cells(published, table, study), snakemake.output.cells)
