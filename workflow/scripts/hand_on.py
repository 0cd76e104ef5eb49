"""Put what a study hands on besides its tables, its measures, beside its released tables."""

from pathlib import Path

from mobility.intake.provenance import whole_record
from mobility.lmi.store import say_origin
from mobility.progress import step
from mobility.storage import link_folder, read_yaml

with step(f"{snakemake.params.study}: measures handed on", snakemake.log[0]):
    record = whole_record(list(map(read_yaml, snakemake.input.provenance)))
    link_folder(Path(snakemake.input.frames, "measures"), snakemake.output.measures)
    say_origin(Path(snakemake.output.measures), record["synthetic"])
