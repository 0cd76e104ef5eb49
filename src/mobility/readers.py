"""Who reads which kind of source, and what a run wants of its sources. A new kind is a `Reader` and a line here."""

from collections.abc import Iterable
from pathlib import Path

from mobility.errors import SpecError, nearest
from mobility.flows.reader import FLOW_TABLE, FLOWS
from mobility.intake.check import wanted_variables
from mobility.intake.reader import Reader, Request
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
}


def reader_of(root: Path, source: str) -> Reader:
    """The reader of a source; raises `SpecError` where its `kind` has none."""
    kind = source_kind(root, source)
    if kind not in READERS:
        where = root / "sources" / source / "source.yaml"
        raise SpecError(f"{where}, kind: `{kind}`; {nearest(kind, list(READERS))}. Mend the kind.")
    return READERS[kind]


def requests(root: Path, config: Config, studies: Iterable[Study]) -> dict[str, Request]:
    """What the studies of a run want read, by the name under which the results lie; a shared source is read once."""
    studies, wanted = list(studies), dict[str, Request]()
    for study in studies:
        mappings = study.mappings
        for name, place in study.places.items():
            use = study.about.sources[name]
            source = use.source
            if name in mappings:
                request = Request(root, source, place, mapping=mappings[name], data=study.about.data)
            else:
                required, optional = (tuple(wanted_variables(studies, source, need, use.rows)) for need in NEEDS)
                invented = source_spec(root, source).get("invented", {}).get(use.rows, source)
                folder, waves = config.delivery(source, invented), config.waves.get(source, ())
                request = Request(root, source, place, folder, waves, required, optional, rows=use.rows)
            wanted[place] = request
    return wanted
