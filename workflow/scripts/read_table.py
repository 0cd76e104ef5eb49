"""Read a long person-wave file by its mapping."""

from pathlib import Path

from mobility.panel.provenance import table_provenance
from mobility.panel.table_source import read_table
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import write_csv, write_parquet, write_yaml

with step(f"{snakemake.wildcards.study}: file read", snakemake.log[0]):
    study = load_study(Path(), snakemake.wildcards.study)
    found = read_table(study.folder, Path())
    write_parquet(found.panel, snakemake.output.panel, inputs=[found.path])
    write_csv(found.losses, snakemake.output.losses)
    write_yaml(table_provenance(found, study), snakemake.output.provenance)
