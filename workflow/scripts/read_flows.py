"""Read the moves between areas of a study by its mapping."""

from pathlib import Path

from mobility.flows.provenance import flows_provenance
from mobility.flows.read import read_flows
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import write_csv, write_parquet, write_yaml

with step(f"{snakemake.wildcards.study}: moves read", snakemake.log[0]):
    study = load_study(Path(), snakemake.wildcards.study)
    flows, data = read_flows(study.folder), study.about.data
    write_parquet(flows.frame, snakemake.output.panel, inputs=flows.paths)
    write_csv(flows.losses, snakemake.output.losses)
    write_yaml(flows_provenance(flows, data.label, data.access), snakemake.output.provenance)
