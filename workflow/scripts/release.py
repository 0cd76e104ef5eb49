"""Judge the cells of tables of a study: what rests on too few persons stays behind."""

from pathlib import Path

from mobility.cells import read_cells
from mobility.disclosure.release import release
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_yaml, write_csv

name, output = snakemake.params.study, snakemake.output
paths = [Path(path) for path in snakemake.input.cells]
what = paths[0].stem if len(paths) == 1 else f"{len(paths)} tables of models"
with step(f"{name}: {what} released", snakemake.log[0]):
    study = load_study(Path(), name)
    access = read_yaml(snakemake.input.provenance)["access"]
    threshold = snakemake.params.thresholds[access]
    for path, cells, record in zip(paths, output.cells, output.record, strict=True):
        spec = study.tables[path.stem]
        rows, columns = study.items(spec["rows"]), study.items(spec["columns"])
        released = release(read_cells(path), spec, rows, columns, access, threshold)
        write_csv(released.cells, cells)
        write_csv(released.record, record)
