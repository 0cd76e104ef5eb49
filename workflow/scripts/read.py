"""Read a source, or a study's own file, by the reader of its kind."""

from mobility.intake.reader import Request
from mobility.progress import step
from mobility.readers import reader_of
from mobility.storage import write_csv, write_parquet, write_yaml

request = Request(**snakemake.params.request | {"code": snakemake.params.code})
output = snakemake.output
with step(f"{request.place}: {request.title} read", snakemake.log[0]):
    delivery = reader_of(request.root, request.source).read(request)
    hashes = {file["file"]: file["sha256"] for file in delivery.provenance["files"]}
    write_parquet(delivery.panel, output.panel, inputs=hashes)
    write_csv(delivery.losses, output.losses)
    write_csv(delivery.report, output.delivery)
    write_yaml(delivery.provenance, output.provenance)
