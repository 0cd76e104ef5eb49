"""Reader of a source of workbooks (`kind: workbooks`)."""

from collections.abc import Sequence

from mobility.access import Access, Marked, class_of
from mobility.intake.check import CheckReport, report_of, wanted_variables
from mobility.intake.find import is_invented, shown
from mobility.intake.provenance import follow, record
from mobility.intake.reader import Delivery, Reader, Request
from mobility.labour.delivery import Wanted, WorkbookDelivery, examine_workbooks, read_workbooks
from mobility.labour.register import FoundWorkbook, WorkbookSource, find_workbooks, load_workbooks
from mobility.settings import Study
from mobility.storage import file_hashes

WORDS = {"wave_word": "year", "units": "jobs"}


def _source(request: Request) -> WorkbookSource:
    return load_workbooks(request.root, request.source)


def _wanted(request: Request, source: WorkbookSource) -> list[FoundWorkbook]:
    """Workbooks of the tables and years that are read."""
    names, years = {*request.required, *request.optional}, {int(wave) for wave in request.waves}
    return [item for item in find_workbooks(request.folders, source) if item.name in names and item.year in years]


def _read(request: Request) -> Delivery:
    """Every printed line of the tables that studies want."""
    source, years = _source(request), [int(wave) for wave in request.waves]
    found = read_workbooks(_wanted(request, source), source, Wanted(years, request.required, request.optional))
    origin = record(
        source.name,
        source.spec["title"],
        _access(found, source),
        source.spec["citation"],
        years,
        follow(years),
        file_hashes(found.paths),
        found.notes,
        synthetic=is_invented(found.paths),
        licence=source.spec["licence"],
        **WORDS,
    )
    return Delivery(found.panel, found.losses, found.report, origin)


def _access(found: WorkbookDelivery, source: WorkbookSource) -> Access:
    return class_of(map(Marked, found.paths), source.name, source.spec["access"])


def _check(request: Request, studies: Sequence[Study]) -> CheckReport:
    """Look at the workbooks as a run would: what is there, its numbers and marks, and what to bring."""
    source = _source(request)
    required, optional = (tuple(wanted_variables(studies, source.name, need)) for need in ("required", "optional"))
    listed = find_workbooks(request.folders, source)
    years = [int(wave) for wave in request.waves] or sorted({item.year for item in listed})
    if not required and not optional:
        optional = tuple(dict.fromkeys(item.name for item in listed))
    found = examine_workbooks(listed, source, Wanted(years, required, optional))
    lines = [source.spec["title"], f"Folder: {shown(request.folders)}", "", "Sheets:"]
    lines += [
        f"  {row.name} {row.year}, {row.sheet}: {row.lines} lines, {row.means} with a mean"
        for row in found.report[["name", "year", "sheet", "lines", "means"]].itertuples(index=False)
    ]
    lines += _access(found, source).lines
    return report_of(lines, found.problems, found.notes, request.folders, source.name)


def _describe(request: Request, names: Sequence[str]) -> list[str]:
    """Titles of the tables behind names."""
    source = _source(request)
    parts = [name.split("_") for name in names]
    lines = [
        f"  {name}: Table {table}.{measure}, {source.tables[table]['title']}: {source.measures[measure]['title']}"
        for name, (_, table, measure, *_) in zip(names, parts, strict=True)
    ]
    return [f"Tables (sources/{request.source}, tables.csv and measures.csv):", *lines]


WORKBOOKS = Reader(
    read=_read,
    check=_check,
    files=lambda request: [str(item.path) for item in _wanted(request, _source(request))],
    held=lambda request: len(find_workbooks(request.folders, _source(request))),
    names=lambda request: _source(request).names,
    describe=_describe,
)
