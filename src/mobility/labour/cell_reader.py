"""Reader of arrays of cells (`kind: cells`)."""

from collections.abc import Sequence

import pandas as pd

from mobility.access import Access, Marked, class_of
from mobility.errors import DeliveryError
from mobility.intake.check import CheckReport, check_command, report_of, wanted_variables
from mobility.intake.find import is_invented, shown
from mobility.intake.provenance import follow, record
from mobility.intake.reader import Delivery, Reader, Request
from mobility.labour.cells import EMPLOYMENT, Cells, CellSource, examine_cells, find_cells, load_cells
from mobility.settings import Study
from mobility.storage import file_hashes

REPORT_COLUMNS = ["file", "name", "year", "rows", "value"]
WORDS = {"wave_word": "year", "units": "cells"}


def _source(request: Request) -> CellSource:
    return load_cells(request.root, request.source)


def _examine(request: Request, required: Sequence[str], optional: Sequence[str]) -> Cells:
    source, years = _source(request), [int(wave) for wave in request.waves]
    return examine_cells(find_cells(request.folders, source), source, years, required, optional)


def _read(request: Request) -> Delivery:
    """Jobs of the wanted years and rates, a row a cell."""
    source, read = _source(request), _examine(request, request.required, request.optional)
    if read.problems:
        raise DeliveryError(read.problems, shown(request.folders), check_command(request.folders, source.name))
    panel = read.panel
    paths = tuple(read.paths)
    origin = record(
        source.name,
        source.spec["title"],
        _access(read),
        source.spec["citation"],
        list(read.years),
        follow(read.years),
        file_hashes(paths),
        read.notes,
        synthetic=is_invented(paths),
        licence=source.spec["licence"],
        **WORDS,
    )
    return Delivery(panel, read.losses(panel), pd.DataFrame(read.report, columns=REPORT_COLUMNS), origin)


def _access(read: Cells) -> Access:
    return class_of(map(Marked, read.paths), read.source.name, read.source.spec["access"])


def _check(request: Request, studies: Sequence[Study]) -> CheckReport:
    """Read the files as a run would, and say what is there."""
    required, optional = (wanted_variables(studies, request.source, need) for need in ("required", "optional"))
    source = _source(request)
    read = _examine(request, required, optional or ([] if required else list(source.files)))
    lines = [source.spec["title"], f"Folder: {shown(request.folders)}", "", "Files:"]
    lines += [
        f"  {file}: {name}{f', {year}' * bool(year)}, {rows:,} rows" + f", {value:,.0f} in work" * (name == EMPLOYMENT)
        for file, name, year, rows, value in read.report
    ]
    lines += _access(read).lines
    return report_of(lines, read.problems, read.notes, request.folders, source.name)


CELLS = Reader(
    read=_read,
    check=_check,
    files=lambda request: [str(item.path) for item in find_cells(request.folders, _source(request))],
    held=lambda request: len(find_cells(request.folders, _source(request))),
    names=lambda request: list(_source(request).files),
    describe=lambda request, names: [
        f"Files (sources/{request.source}/files.csv):",
        *(f"  {name}: {_source(request).files[name].title}" for name in names),
    ],
)
