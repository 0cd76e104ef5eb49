"""The output checker's pages: may this leave, what was hidden and why, what to look at by hand."""

from pathlib import Path

from mobility.checker.page import write_entry, write_statement
from mobility.checker.stage import read_statement
from mobility.progress import step

folder, params = Path(snakemake.output.entry).parent, snakemake.params
with step("pages for the output checker", snakemake.log[0]):
    statements = [
        read_statement(
            Path(),
            name,
            provenances,
            params.thresholds,
            params.choices.get(name, {}),
            params.mitigation[name]["earlier"],
        )
        for name, provenances in params.provenances.items()
    ]
    for statement in statements:
        write_statement(statement, folder)
    write_entry(statements, folder)
