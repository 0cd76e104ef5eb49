"""Count the tables of a study that are not there as they would be counted."""

from pathlib import Path

from mobility.cells.stage import said_of, table_cells
from mobility.intake.losses import LossTable
from mobility.kept import STORE, Kept, key_of
from mobility.progress import step
from mobility.settings import load_study
from mobility.settings.said import as_planned
from mobility.storage import file_hash, read_csv, read_frame, write_csv

files, output, params = snakemake.input, snakemake.output, snakemake.params
with step(f"{params.study}: tables counted", snakemake.log[0]):
    places = {place.stem: place for place in map(Path, output.cells)}
    study = as_planned(load_study(Path(), params.study, params.overrides), params.said, places)
    kept = Kept(STORE / snakemake.rule / "tables.json", STORE / snakemake.rule / "tables")
    before = LossTable(read_csv(files.frame_losses).to_dict("records"))
    frames, hashes = {}, {path.stem: file_hash(path) for path in Path(files.frames).glob("*.parquet")}
    for (table, place), losses_place in zip(places.items(), map(Path, output.losses), strict=True):
        made, spec = [place, losses_place], study.tables[table]
        rows, chain = hashes.get(spec.frame), before.chain(spec.frame)
        key = key_of(*said_of(study, table), rows, chain, params.code)
        if kept.holds(table, key, made):
            continue
        if spec.frame not in frames:
            frames[spec.frame] = read_frame(files.frames, spec.frame)
        cells, losses = table_cells(frames[spec.frame], study, table, before=chain)
        write_csv(cells, place)
        write_csv(losses.frame(), losses_place)
        kept.note(table, key, made)
    kept.save()
