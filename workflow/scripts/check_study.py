"""A study's back test, and its losses and disclosure records put together."""

from pathlib import Path

from mobility.backtest.compare import compare, read_published, released_backtest
from mobility.backtest.stage import gather, gather_cells
from mobility.disclosure.release import release_losses
from mobility.progress import step
from mobility.settings import study_folder
from mobility.storage import read_yaml, write_csv

name, output = snakemake.wildcards.study, snakemake.output
with step(f"{name}: back test", snakemake.log[0]):
    checks = Path(output.losses).parent
    backtest = compare(gather_cells(snakemake.input.cells), read_published(study_folder(Path(), name) / "published"))
    write_csv(backtest, output.backtest)
    write_csv(released_backtest(backtest, gather_cells(snakemake.input.released)), output.released)
    table = gather([snakemake.input.panel_losses, *sorted(checks.glob("losses/*.csv"))])
    write_csv(table, output.losses)
    access = read_yaml(snakemake.input.provenance)["access"]
    write_csv(release_losses(table, snakemake.params.thresholds[access]), output.released_losses)
    write_csv(gather(sorted(checks.glob("disclosure/*.csv"))), output.disclosure)
