"""Fit every model of a study and write the tables that show them."""

from pathlib import Path

from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.export import commands_table
from mobility.cells.nested import nested_rows
from mobility.intake.losses import LossTable
from mobility.panel.register import unconfirmed_names
from mobility.progress import step
from mobility.settings import load_study
from mobility.settings.said import as_planned
from mobility.storage import read_csv, read_frame, write_csv

name = snakemake.params.study
with step(f"{name}: models fitted", snakemake.log[0]):
    shown = [Path(place).stem for place in snakemake.output.cells]
    study = as_planned(load_study(Path(), name, snakemake.params.overrides), snakemake.params.said, shown)
    needed = {spec.frame for spec in study.models.values()}
    frames = {frame: read_frame(snakemake.input.frames, frame) for frame in needed}
    before = LossTable(read_csv(snakemake.input.frame_losses).to_dict("records"))
    sources = [use.source for use in study.about.sources.values()]
    unconfirmed = {name: column for source in sources for name, column in unconfirmed_names(Path(), source).items()}
    fitted, losses = fit_models(frames, study, before=before, unconfirmed=unconfirmed)
    fitted, *told = nested_rows(fitted, frames, study)
    for path in map(Path, snakemake.output.cells):
        write_csv(estimate_table(fitted, study, path.stem), path)
    for found, path in zip(told, snakemake.output.nested, strict=True):
        write_csv(found, path)
    write_csv(losses, snakemake.output.losses)
    write_csv(commands_table(fitted, study), snakemake.output.commands)
