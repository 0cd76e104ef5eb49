"""Make a study's frames from its panels, under the chosen readings."""

from dataclasses import replace
from pathlib import Path

from mobility.intake.losses import LossTable
from mobility.intake.provenance import read_records
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_csv, write_csv, write_frames
from mobility.studies import each_frame, hand_on
from mobility.studies.inputs import Inputs, read_panels

files, output, name = snakemake.input, snakemake.output, snakemake.wildcards.study
with step(f"{name}: frames made", snakemake.log[0]):
    study = load_study(Path(), name, snakemake.params.overrides)
    losses = LossTable.after(dict(zip(study.about.sources, map(read_csv, files.panel_losses), strict=True)))
    inputs = Inputs.of(read_panels(study, files.panel), study, study.readings, losses)
    if study.about.measures:  # what it hands on no later step judges
        access = read_records(files.provenance)["access"]
        inputs = replace(inputs, threshold=snakemake.params.thresholds[access])
    write_frames(each_frame(inputs), output.frames)
    write_csv(losses.frame(), output.losses)
    if study.about.measures:
        hand_on(inputs, Path(output.frames, "measures"))
