"""What the output checker is told of a study: may it leave, what was hidden and why, what to look at by hand."""

from pathlib import Path

from mobility.checker.page import write_statement
from mobility.checker.stage import read_statement
from mobility.kept import unless_same
from mobility.progress import step

files, params, name = snakemake.input, snakemake.params, snakemake.params.study
with step(f"{name}: page for the output checker", snakemake.log[0]), unless_same(snakemake) as needed:
    if needed:
        statement = read_statement(
            Path(), name, files.provenance, params.thresholds, params.choices, params.mitigation["earlier"]
        )
        write_statement(statement, Path(snakemake.output.page).parent)
