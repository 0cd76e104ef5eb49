"""Write the invented delivery of a source, with what was planted in it."""

from pathlib import Path

from mobility.progress import step
from mobility.synthetic import simulate

source, size = snakemake.wildcards.source, snakemake.params.size
with step(f"{source}: invented delivery written, size {size}", snakemake.log[0]):
    simulate(
        Path(snakemake.output.mark).parent,
        root=Path(),
        size=size,
        seed=snakemake.params.seed,
        file_format=snakemake.params.format,
        source=source,
    )
