"""Run every alternative reading of a study, one at a time, and rank them by the back test."""

from pathlib import Path

from mobility.backtest.compare import read_published
from mobility.progress import step
from mobility.readings.ranking import rank_choices
from mobility.settings import load_study
from mobility.storage import read_parquet, write_csv

with step(f"{snakemake.wildcards.study}: choices run", snakemake.log[0]):
    study = load_study(Path(), snakemake.wildcards.study)
    ranking, cells = rank_choices(
        read_parquet(snakemake.input.panel), study, read_published(study.folder / "published")
    )
    write_csv(ranking, snakemake.output.ranking)
    write_csv(cells, snakemake.output.cells)
