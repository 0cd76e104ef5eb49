"""Put what a study hands on besides its tables, its measures, beside its released tables."""

from pathlib import Path

from mobility.progress import step
from mobility.storage import link_folder

with step(f"{snakemake.params.study}: measures handed on", snakemake.log[0]):
    link_folder(Path(snakemake.input.frames, "measures"), snakemake.output.measures)
