"""Judge the cells of tables of a study: what rests on too few persons stays behind."""

from pathlib import Path

from mobility.cells import read_cells
from mobility.disclosure.release import Table, release_tables
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_yaml, write_csv

name, output = snakemake.params.study, snakemake.output
paths = [Path(path) for path in snakemake.input.cells]
what = paths[0].stem if len(paths) == 1 else f"{len(paths)} tables"
with step(f"{name}: {what} released", snakemake.log[0]):
    study = load_study(Path(), name)
    access = read_yaml(snakemake.input.provenance)["access"]
    specs = [study.tables[path.stem] for path in paths]
    tables = [
        Table(read_cells(path), spec, study.samples.get(spec.sample)) for path, spec in zip(paths, specs, strict=True)
    ]
    found = release_tables(tables, access, snakemake.params.thresholds[access])
    for released, cells, record in zip(found, output.cells, output.record, strict=True):
        write_csv(released.cells, cells)
        write_csv(released.record, record)
