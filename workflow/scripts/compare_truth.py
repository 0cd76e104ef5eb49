"""Cells of an invented delivery beside what was planted in it."""

from pathlib import Path

from mobility.backtest.compare import against_truth
from mobility.backtest.stage import gather_cells
from mobility.progress import step
from mobility.storage import read_csv, write_csv

with step(f"{snakemake.wildcards.study}: compared with the planted truth", snakemake.log[0]):
    planted = Path(snakemake.input.mark).parent / "truth" / f"{snakemake.wildcards.study}.csv"
    cells = gather_cells(snakemake.input.cells)
    write_csv(against_truth(cells, read_csv(planted)), snakemake.output.truth)
