"""Draw one figure from released cells: SVG, PNG and the data beside it."""

from mobility.progress import step
from mobility.render.pages import draw_figure

files, output = snakemake.input, snakemake.output
with step(f"{snakemake.wildcards.study}: {snakemake.wildcards.figure} drawn", snakemake.log[0]):
    draw_figure(files.spec, files.table, files.cells, files.study, files.provenance, output.svg, output.png, output.csv)
