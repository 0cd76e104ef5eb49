"""The headline effects of a study under every reading that could change them."""

from pathlib import Path

from mobility.progress import step
from mobility.readings.curve import curve_table
from mobility.settings import load_study
from mobility.storage import write_csv
from mobility.studies.inputs import read_panels

name, table = snakemake.wildcards.study, snakemake.wildcards.table
with step(f"{name}: {table} under every reading", snakemake.log[0]):
    study = load_study(Path(), name, snakemake.params.overrides)
    panels = read_panels(study, snakemake.input.panel)
    write_csv(curve_table(panels, study, table), snakemake.output.cells)
