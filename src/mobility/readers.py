"""Who reads which kind of source, and what a run wants of its sources. A new kind is a `Reader` and a line here."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mobility.errors import SpecError, nearest
from mobility.flows.reader import FLOW_TABLE, FLOWS
from mobility.intake.check import wanted_variables
from mobility.intake.reader import Reader, Request
from mobility.labour.cell_reader import CELLS
from mobility.labour.workbook_reader import WORKBOOKS
from mobility.panel.extract import EXTRACT
from mobility.panel.reader import PANEL, TABLE
from mobility.series.reader import SERIES
from mobility.settings import Config, Study, source_kind
from mobility.settings.sources import source_spec
from mobility.settings.study import NEEDS

READERS = {
    "panel": PANEL,
    "table": TABLE,
    "extract": EXTRACT,
    "flows": FLOWS,
    "flow_table": FLOW_TABLE,
    "series": SERIES,
    "workbooks": WORKBOOKS,
    "cells": CELLS,
}


def reader_of(root: Path, source: str) -> Reader:
    """The reader of a source; raises `SpecError` where its `kind` has none."""
    kind = source_kind(root, source)
    if kind not in READERS:
        where = root / "sources" / source / "source.yaml"
        raise SpecError(f"{where}, kind: `{kind}`; {nearest(kind, list(READERS))}. Mend the kind.")
    return READERS[kind]


def requests(root: Path, config: Config, studies: Iterable[Study]) -> dict[str, Request]:
    """What the studies of a run want read, by the name under which the results lie.

    Studies that read the same rows of a source in the same waves share one panel.
    """
    studies, wanted = list(studies), dict[str, Request]()
    for study in studies:
        for name, place in config.places(study).items():
            if place not in wanted:
                sharing = [other for other in studies if place in config.places(other).values()]
                wanted[place] = _request(root, config, study, name, sharing)
    return wanted


def _request(root: Path, config: Config, study: Study, name: str, sharing: Sequence[Study]) -> Request:
    """What a study wants of a source, by its name for it, together with the studies that share the panel."""
    use, place = study.about.sources[name], config.places(study)[name]
    if name in study.mappings:
        return Request(root, use.source, place, mapping=study.mappings[name], data=study.about.data)
    required, optional = (tuple(wanted_variables(sharing, use.source, need, use.rows)) for need in NEEDS)
    invented = source_spec(root, use.source).get("invented", {}).get(use.rows, use.source)
    folders, waves = config.delivery(use.source, invented), config.waves_of(use.source, study.name)
    return Request(root, use.source, place, folders, waves, required, optional, rows=use.rows)
