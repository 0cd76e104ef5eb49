"""Render a study's page, workbook, PDF and CSV tables from its released cells."""

from pathlib import Path

from mobility.progress import step
from mobility.render.pages import render_study
from mobility.settings import study_folder

name = snakemake.wildcards.study
with step(f"{name}: page, workbook and PDF", snakemake.log[0]):
    render_study(
        study_folder(Path(), name),
        Path(snakemake.input.backtest).parent,
        Path(snakemake.input.losses).parent,
        Path("reports") / name / "figures",
        snakemake.input.provenance,
        Path("reports") / name,
    )
