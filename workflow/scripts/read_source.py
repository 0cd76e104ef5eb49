"""Read every wave of a delivery and build the panel: one row a person and wave."""

from pathlib import Path

from mobility.panel.delivery import read_delivery, report
from mobility.panel.provenance import delivery_provenance
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.progress import step
from mobility.storage import write_csv, write_parquet, write_yaml

name, params, output = snakemake.wildcards.source, snakemake.params, snakemake.output
with step(f"{name}: waves {params.waves[0]} to {params.waves[-1]} read, panel built", snakemake.log[0]):
    source = load_source(Path(), name)
    delivery = read_delivery(params.folder, source, params.waves, params.required, params.optional)
    panel, losses = panel_from_delivery(delivery, source, Path(f"results/checks/{name}/catalogue.csv"))
    write_parquet(panel, output.panel, inputs=[item.path for item in delivery.files])
    write_csv(losses, output.losses)
    write_csv(report(delivery, source), output.delivery)
    write_yaml(delivery_provenance(delivery, source), output.provenance)
