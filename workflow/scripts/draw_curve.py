"""The headline effects of a study under every reading that could change them."""

from pathlib import Path

from mobility.progress import step
from mobility.readings.curve import curve_table
from mobility.settings import load_study
from mobility.storage import read_parquet, write_csv

name, table = snakemake.wildcards.study, snakemake.wildcards.table
with step(f"{name}: {table} under every reading", snakemake.log[0]):
    study = load_study(Path(), name, snakemake.params.overrides)
    write_csv(curve_table(read_parquet(snakemake.input.panel), study, table), snakemake.output.cells)
