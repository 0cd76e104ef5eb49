"""Count every counted table of a study."""

from pathlib import Path

from mobility.cells.stage import table_cells
from mobility.panel.losses import LossTable
from mobility.progress import step
from mobility.settings import load_study
from mobility.storage import read_csv, read_frame, write_csv

files, output, name = snakemake.input, snakemake.output, snakemake.params.study
with step(f"{name}: {len(output.cells)} tables counted", snakemake.log[0]):
    study = load_study(Path(), name)
    chosen = study.chosen(snakemake.params.overrides)
    before = LossTable(read_csv(files.frame_losses).to_dict("records"))
    tables = [Path(path).stem for path in output.cells]
    frames = {frame: read_frame(files.frames, frame) for frame in {study.tables[table].frame for table in tables}}
    for table, place, losses_place in zip(tables, output.cells, output.losses, strict=True):
        frame = study.tables[table].frame
        cells, losses = table_cells(frames[frame], study, table, chosen, before=before.chain(frame))
        write_csv(cells, place)
        write_csv(losses.frame(), losses_place)
