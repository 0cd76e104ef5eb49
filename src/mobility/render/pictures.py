"""Pictures of a study, drawn anew only where what they show, or the code that draws them, is another."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mobility.kept import Kept, key_of
from mobility.render.names import FIGURE_FILES
from mobility.render.pages import draw_figure, draw_small, drawn_table, small_table
from mobility.settings import Study
from mobility.storage import read_register, write_csv

FLAWS = "figure_flaws.csv"


def draw_figures(
    study: Study, released: Path, provenance: Mapping[str, Any], out: Path, record: Path, code: str
) -> list[str]:
    """Draw the figures of a study that are not there as they would be drawn; gives their names.

    Parameters
    ----------
    released : folder of released cells. out : folder of the pictures. code : fingerprint of what draws them.
    record : file that says of each figure what it was drawn from. Beside it `FLAWS` says what a reader would trip over
        in each (figure, kind, where): no row where all can be read.
    """
    kept, drawn, found = Kept(record, record.parent / "pictures"), [], _known(record.parent / FLAWS)
    for figure, spec in study.figures.items():
        table = drawn_table(study, spec, released, provenance)
        files, key = [out / f"{figure}.{kind}" for kind in FIGURE_FILES], key_of(spec, table, code)
        if not kept.holds(figure, key, files):
            found[figure] = [(flaw.kind, flaw.where) for flaw in draw_figure(spec, table, study.root, out)]
            kept.note(figure, key, files)
            drawn.append(figure)
    for indicator in study.indicators.made if study.indicators else ():
        table = small_table(study, indicator, released, provenance)
        key = key_of(indicator, table, code)
        files = [out / f"{indicator.drawn}.svg"]
        if not kept.holds(indicator.drawn, key, files):
            draw_small(indicator, table, out)
            kept.note(indicator.drawn, key, files)
            drawn.append(indicator.drawn)
    # First: a run that is killed in between draws the figures again.
    _write(record.parent / FLAWS, {figure: found.get(figure, []) for figure in study.figures})
    kept.save()
    return drawn


def _known(path: Path) -> dict[str, list[tuple[str, str]]]:
    """What was found in figures that are not drawn anew."""
    found: dict[str, list[tuple[str, str]]] = {}
    for record in read_register(path).to_dict("records") if path.is_file() else ():
        found.setdefault(record["figure"], []).append((record["kind"], record["where"]))
    return found


def _write(path: Path, found: Mapping[str, list[tuple[str, str]]]) -> None:
    import pandas as pd

    rows = [(figure, *flaw) for figure, several in found.items() for flaw in several]
    write_csv(pd.DataFrame(rows, columns=["figure", "kind", "where"]), path)
