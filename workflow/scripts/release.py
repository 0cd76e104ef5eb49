"""Judge the cells of one table: what rests on too few persons stays behind."""

from pathlib import Path

from mobility.cells import read_cells
from mobility.disclosure.release import release
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_yaml, write_csv

study_name, table = snakemake.wildcards.study, snakemake.wildcards.table
with step(f"{study_name}: {table} released", snakemake.log[0]):
    study = load_study(Path(), study_name)
    spec = study.tables[table]
    access = read_yaml(snakemake.input.provenance)["access"]
    rows, columns = study.items(spec["rows"]), study.items(spec["columns"])
    threshold = snakemake.params.thresholds[access]
    released = release(read_cells(snakemake.input.cells), spec, rows, columns, access, threshold)
    write_csv(released.cells, snakemake.output.cells)
    write_csv(released.record, snakemake.output.record)
