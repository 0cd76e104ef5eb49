"""Make a study's frames from its panel, under the chosen readings."""

from pathlib import Path

from mobility.intake.losses import LossTable, panel_chain
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_csv, read_parquet, write_csv, write_frames
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs

with step(f"{snakemake.wildcards.study}: frames made", snakemake.log[0]):
    study = load_study(Path(), snakemake.wildcards.study, snakemake.params.overrides)
    losses = LossTable(before=panel_chain(read_csv(snakemake.input.panel_losses)))
    panel = read_parquet(snakemake.input.panel)
    frames = make_frames(Inputs.of(panel, study, study.readings, losses))
    write_frames(frames, snakemake.output.frames)
    write_csv(losses.frame(), snakemake.output.losses)
