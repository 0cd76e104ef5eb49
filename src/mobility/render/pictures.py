"""Pictures of a study, drawn anew only where what they show, or the code that draws them, is another."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mobility.errors import DataError
from mobility.render.figures import without
from mobility.render.pages import draw_figure
from mobility.render.table import layout
from mobility.settings import Study
from mobility.storage import file_hash, read_csv, read_json, write_text

KINDS = ("svg", "png", "csv")


def draw_figures(
    study: Study, released: Path, provenance: Mapping[str, Any], out: Path, record: Path, code: str
) -> list[str]:
    """Draw the figures of a study that are not there as they would be drawn; gives their names.

    Parameters
    ----------
    released : folder of released cells. out : folder of the pictures. code : fingerprint of what draws them.
    record : file that says of each figure what it was drawn from, and the hashes of its files.
    """
    before, after, drawn = _read(record), {}, []
    for figure in study.figures:
        files = [out / f"{figure}.{kind}" for kind in KINDS]
        key = _key(study, figure, released, provenance, code)
        if before.get(figure) != [key, *_hashes(files)]:
            draw_figure(study, figure, released, provenance, out)
            drawn.append(figure)
        for path in files:
            path.touch()
        after[figure] = [key, *_hashes(files)]
    write_text(json.dumps(after, indent=0), record)
    return drawn


def _key(study: Study, figure: str, released: Path, provenance: Mapping[str, Any], code: str) -> str:
    """Fingerprint of a figure's spec, of its table as laid out, and of the code."""
    spec = study.figures[figure]
    cells = read_csv(released / f"{spec.table}.csv")
    table = without(layout(study.tables[spec.table], cells, None, study.about, provenance), spec)
    return hashlib.sha256(f"{spec!r}\n{table!r}\n{code}".encode()).hexdigest()


def _hashes(files: list[Path]) -> list[str]:
    return [file_hash(path) if path.is_file() else "" for path in files]


def _read(record: Path) -> dict[str, list[str]]:
    """The record; empty where there is none or it is spoilt."""
    try:
        content = read_json(record)
    except DataError:
        return {}
    return content if isinstance(content, dict) else {}
