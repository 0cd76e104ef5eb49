"""What the printed numbers of a study alone say of its default readings."""

from pathlib import Path

from mobility.backtest.print_checks import check_print, judge_defaults
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import write_csv

with step(f"{snakemake.wildcards.study}: default readings against print", snakemake.log[0]):
    study = load_study(Path(), snakemake.wildcards.study)
    relations = check_print(Path(), study)
    write_csv(relations, snakemake.output.relations)
    write_csv(judge_defaults(relations, study), snakemake.output.defaults)
