"""Readers of moves between areas: a delivery with a register, and a study's own files."""

from collections.abc import Sequence

from mobility.access import Marked, class_of
from mobility.areas.codes import load_areas
from mobility.flows.check import check_flow_table, check_flows
from mobility.flows.delivery import read_flow_delivery
from mobility.flows.provenance import delivery_provenance, flows_provenance
from mobility.flows.read import read_flows
from mobility.flows.register import FlowSource, find_flow_files, load_flow_source, years_of
from mobility.intake.check import CheckReport
from mobility.intake.mapped import mapped_columns, mapped_files, mapped_lines
from mobility.intake.reader import Delivery, Reader, Request
from mobility.settings import Study


def _source(request: Request) -> FlowSource:
    return load_flow_source(request.root, request.source)


def _read_flows(request: Request) -> Delivery:
    """Moves with the statistics of areas, as one long frame."""
    source, areas = _source(request), load_areas(request.root)
    years = years_of(request.waves)
    found = read_flow_delivery(request.folders, source, years, areas, request.required, request.optional)
    return Delivery(found.panel, found.losses, found.report, delivery_provenance(found, source))


def _check_flows(request: Request, studies: Sequence[Study]) -> CheckReport:
    return check_flows(request.folders, _source(request), load_areas(request.root), years_of(request.waves), studies)


def _delivered_files(request: Request) -> list[str]:
    """Files of moves, and of the statistics that are wanted, in the years that are read."""
    source = _source(request)
    wanted, years = {source.main, *request.required, *request.optional}, years_of(request.waves)
    return [
        str(item.path)
        for item in find_flow_files(request.folders, source)
        if item.registered.file in wanted and item.year in source.years_read(item.registered.file, years)
    ]


def _describe(request: Request, names: Sequence[str]) -> list[str]:
    """Titles of the files behind names."""
    titles = [f"  {item.file}: {item.title}" for name in names for item in _source(request).files if item.file == name]
    return [f"Files (sources/{request.source}/files.csv):", *dict.fromkeys(titles)]


def _read_flow_table(request: Request) -> Delivery:
    """A study's own file of moves."""
    found, data = read_flows(request.mapping.parent, request.mapping.name), request.data
    access = class_of(map(Marked, found.paths), request.source, data.access)
    origin = flows_provenance(found, data.label, access, data.citation)
    listed = found.frame.groupby("year")["moves"].agg(rows="size", moves="sum").reset_index()
    return Delivery(found.frame, found.losses, listed, origin)


FLOWS = Reader(
    read=_read_flows,
    check=_check_flows,
    files=_delivered_files,
    held=lambda request: len(find_flow_files(request.folders, _source(request))),
    names=lambda request: list(dict.fromkeys(item.file for item in _source(request).files)),
    describe=_describe,
)
FLOW_TABLE = Reader(
    read=_read_flow_table,
    check=lambda request, studies: check_flow_table(studies[0], request.mapping.name),
    files=lambda request: mapped_files(request.mapping),
    held=lambda _: 0,
    names=lambda request: list(mapped_columns(request.mapping)),
    describe=lambda request, names: mapped_lines(request.mapping, names),
)
