"""Draw one figure from released cells: SVG, PNG and the data beside it."""

from pathlib import Path

from mobility.progress import step
from mobility.render.pages import draw_figure
from mobility.settings import load_study
from mobility.storage import read_yaml

files, name, figure = snakemake.input, snakemake.wildcards.study, snakemake.wildcards.figure
with step(f"{name}: {figure} drawn", snakemake.log[0]):
    study, released = load_study(Path(), name), Path(files.cells).parent
    draw_figure(study, figure, released, read_yaml(files.provenance), Path(snakemake.output.svg).parent)
