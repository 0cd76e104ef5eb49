"""The index of all reports, and the manifest of the run."""

from pathlib import Path

from mobility.package.manifest import Run, manifest
from mobility.progress import step
from mobility.render.pages import render_index
from mobility.render.run_record import run_record
from mobility.settings import load_study
from mobility.storage import write_yaml

files, params, output = snakemake.input, snakemake.params, snakemake.output
with step("reports/index.html", snakemake.log[0]):
    record = run_record(files.config, files.provenance, files.truth)
    render_index("reports", list(files.pages), record, output.index)
    studies = [load_study(Path(), name, overrides) for name, overrides in params.overrides.items()]
    run = Run(Path(), studies, params.places, files.truth, params.outputs, params.logs)
    write_yaml(manifest(run), output.manifest)
