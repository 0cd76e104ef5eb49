"""Read a delivery of moves between areas, with the statistics of areas, as one long frame."""

from pathlib import Path

from mobility.areas.codes import load_areas
from mobility.flows.delivery import read_flow_delivery
from mobility.flows.provenance import delivery_provenance
from mobility.flows.register import load_flow_source, years_of
from mobility.progress import step
from mobility.storage import write_csv, write_parquet, write_yaml

name, params, output = snakemake.wildcards.source, snakemake.params, snakemake.output
with step(f"{name}: moves of {params.waves[0]} to {params.waves[-1]} read", snakemake.log[0]):
    source, areas = load_flow_source(Path(), name), load_areas(Path())
    years = years_of(params.waves, source)
    delivery = read_flow_delivery(params.folder, source, years, areas, params.required, params.optional)
    write_parquet(delivery.panel, output.panel, inputs=delivery.paths)
    write_csv(delivery.losses, output.losses)
    write_csv(delivery.report, output.delivery)
    write_yaml(delivery_provenance(delivery, source), output.provenance)
