"""The output checker's entry: may this leave, in a sentence a study."""

from pathlib import Path

from mobility.checker.page import read_answers, write_entry
from mobility.progress import step

folder = Path(snakemake.output.entry).parent
with step("entry for the output checker", snakemake.log[0]):
    write_entry(read_answers(folder, snakemake.params.studies), folder)
