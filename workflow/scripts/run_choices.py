"""Run every alternative reading of a study, one at a time, and rank them by the back test."""

from pathlib import Path

from mobility.backtest.compare import read_published
from mobility.progress import step
from mobility.readings.ranking import rank_choices
from mobility.settings import load_study
from mobility.storage import write_csv
from mobility.studies.inputs import read_panels

with step(f"{snakemake.wildcards.study}: choices run", snakemake.log[0]):
    study = load_study(Path(), snakemake.wildcards.study)
    panels = read_panels(study, snakemake.input.panel)
    ranking, cells = rank_choices(panels, study, read_published(study.folder / "published"))
    write_csv(ranking, snakemake.output.ranking)
    write_csv(ranking[["choice", "alternative", "rank"]], snakemake.output.released)
    write_csv(cells, snakemake.output.cells)
