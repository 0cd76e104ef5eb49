"""Render a study's page, workbook, PDF and CSV tables from its released cells."""

from pathlib import Path

from mobility.progress import step
from mobility.render.pages import render_study
from mobility.settings import load_study
from mobility.storage import read_yaml

files, name = snakemake.input, snakemake.wildcards.study
with step(f"{name}: page, workbook and PDF", snakemake.log[0]):
    out = Path("reports") / name
    released, losses = Path(files.backtest).parent, Path(files.losses).parent
    render_study(load_study(Path(), name), released, losses, out / "figures", read_yaml(files.provenance), out)
