"""The index of all reports, and the manifest of what they were made from."""

from mobility.progress import step
from mobility.render.pages import render_index
from mobility.render.run_record import run_record
from mobility.storage import write_yaml

with step("reports/index.html", snakemake.log[0]):
    record = run_record(snakemake.input.config, snakemake.input.provenance, snakemake.input.truth)
    write_yaml(record, snakemake.output.manifest)
    render_index("reports", list(snakemake.input.pages), record, snakemake.output.index)
