"""Draw a study's figures and write it in every format from its released cells."""

from pathlib import Path

from mobility.explain.origins import origins_of
from mobility.intake.provenance import read_records
from mobility.intake.reader import Request
from mobility.kept import STORE, unless_same
from mobility.progress import step
from mobility.render.pages import render_study
from mobility.render.pictures import FLAWS, draw_figures
from mobility.settings import load_study
from mobility.storage import write_bytes

files, params, name = snakemake.input, snakemake.params, snakemake.params.study
with step(f"{name}: figures, page and files", snakemake.log[0]), unless_same(snakemake) as needed:
    if needed:
        study, out = load_study(Path(), name, params.overrides), Path("reports", name)
        provenance = read_records(files.provenance)
        provenance["threshold"] = params.thresholds[provenance["access"]]
        released = Path(files.backtest).parent
        record = STORE / snakemake.rule / "figures.json"
        draw_figures(study, released, provenance, out / "figures", record, params.drawing)
        write_bytes((record.parent / FLAWS).read_bytes(), snakemake.output.flaws)
        wanted = {place: Request(**request) for place, request in params.requests.items()}
        origins = origins_of(study, wanted, released)
        render_study(study, released, released, out / "figures", provenance, out, origins)
