"""Readers of persons' files: a delivery of a panel with registers, and a study's own long file."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from mobility.access import Marked, class_of
from mobility.errors import ConfigError
from mobility.intake.check import CheckReport
from mobility.intake.mapped import mapped_columns, mapped_files, mapped_lines
from mobility.intake.provenance import follow, record
from mobility.intake.reader import Delivery, Reader, Request
from mobility.panel.check import check_delivery
from mobility.panel.check_table import check_table
from mobility.panel.delivery import read_delivery, report
from mobility.panel.find import list_files
from mobility.panel.lineage import column_lines
from mobility.panel.parts import Parts
from mobility.panel.provenance import delivery_provenance
from mobility.panel.read import ReadWave, read_wave
from mobility.panel.register import Source, load_source
from mobility.panel.stage import panel_from_delivery
from mobility.panel.table_source import read_table
from mobility.settings import Study
from mobility.storage import file_hash, file_hashes, read_words


def _source(request: Request) -> Source:
    return load_source(request.root, request.source)


def _read_panel(request: Request) -> Delivery:
    """Every wave of a delivery, stacked; files that were read before are taken from what is kept of them."""
    if not request.code:
        return _panel(request, read_wave, file_hash)
    with Parts(request.root / "results/restricted" / request.place / "waves", request.code) as parts:
        return _panel(request, parts.read, parts.hashes.hash_of)


def _panel(request: Request, read_one: ReadWave, hash_of: Callable[[Path], str]) -> Delivery:
    """One row a person and wave."""
    source, wanted = _source(request), (request.waves, request.required, request.optional, request.rows)
    found = read_delivery(request.folders, source, *wanted, read_one)
    catalogue = request.root / "results/checks" / request.place / "catalogue.csv"
    panel, losses = panel_from_delivery(found, source, catalogue, request.place)
    return Delivery(panel, losses, report(found, source), delivery_provenance(found, source, hash_of))


def _check_panel(request: Request, studies: Sequence[Study]) -> CheckReport:
    if not request.waves:
        name, example = request.source, _source(request).order.example
        whose = f" for {', '.join(study.name for study in studies)}" if studies else ""
        raise ConfigError(
            f"config.yaml, waves: nothing about {name}{whose}. Run `mobility check FOLDER --source {name} "
            f"--waves WAVES`, for example {example}."
        )
    return check_delivery(request.folders, _source(request), request.waves, studies, request.rows)


def _wave_files(request: Request) -> list[str]:
    """Files of the waves that are read, those that variables are merged from too."""
    source = _source(request)
    names, rows = [*request.required, *request.optional], request.rows or source.spec["main_file"]
    read = {("", file) for file in source.files} | {
        (wave, file) for wave in request.waves for file in source.by_file(names, wave, rows)
    }
    return [str(item.path) for item in list_files(request.folders, source) if (item.wave, item.file) in read]


def _read_table(request: Request) -> Delivery:
    """A long file of persons and waves."""
    found = read_table(request.mapping.parent, request.root, request.mapping.name)
    mapping, waves = read_words(request.mapping), sorted(int(wave) for wave in found.panel["wave"].unique())
    data, path = request.data, found.path
    origin = record(
        request.source,
        mapping.get("label", data.label),
        class_of([Marked(path, found.header)], request.source, data.access),
        data.citation,
        waves,
        follow(waves),
        file_hashes([path]),
        found.notes,
        wave_word=mapping.get("wave_label", "wave"),
        **({"units": mapping["unit_label"]} if "unit_label" in mapping else {}),
    )
    rows = [
        (path.name, name, entry["column"], len(found.panel), int(found.panel[name].notna().sum()))
        for name, entry in mapping["variables"].items()
    ]
    listed = pd.DataFrame(rows, columns=["file", "name", "column", "rows", "valid"])
    return Delivery(found.panel, found.losses, listed, origin)


PANEL = Reader(
    read=_read_panel,
    check=_check_panel,
    files=_wave_files,
    held=lambda request: len(list_files(request.folders, _source(request))),
    names=lambda request: _source(request).names,
    describe=lambda request, names: column_lines(_source(request), names, request.waves),
)
TABLE = Reader(
    read=_read_table,
    check=lambda request, studies: check_table(studies[0], request.root, request.mapping.name),
    files=lambda request: mapped_files(request.mapping),
    held=lambda _: 0,
    names=lambda request: list(mapped_columns(request.mapping)),
    describe=lambda request, names: mapped_lines(request.mapping, names),
)
