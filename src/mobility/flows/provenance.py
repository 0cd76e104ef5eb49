"""What moves between areas were read from, in the record of all sources; the waves are the years."""

from typing import Any

from mobility.access import Access, Marked, class_of, strictest
from mobility.flows.delivery import FlowDelivery
from mobility.flows.files import Flows
from mobility.flows.register import FlowSource
from mobility.intake.find import is_invented
from mobility.intake.provenance import follow, record
from mobility.storage import file_hashes

WORDS = {"wave_word": "year", "units": "areas"}


def access_of(delivery: FlowDelivery, source: FlowSource) -> Access:
    """Class of access of a delivery: the strictest of the source and of the files read, invented or not."""
    read = {item.access for item in source.files if item.file in set(delivery.report["file"])}
    return class_of(map(Marked, delivery.paths), source.name, strictest({source.spec["access"], *read}))


def delivery_provenance(delivery: FlowDelivery, source: FlowSource) -> dict[str, Any]:
    """Record of a delivery."""
    invented, years = is_invented(delivery.paths), delivery.years
    return record(
        source.name,
        source.spec["title"],
        access_of(delivery, source),
        source.spec["citation"],
        years,
        follow(years),
        file_hashes(delivery.paths),
        delivery.notes,
        synthetic=invented,
        **WORDS,
    )


def flows_provenance(
    flows: Flows, label: str, access: Access, citation: str = "", synthetic: bool = False
) -> dict[str, Any]:
    """Record of files of moves."""
    years = sorted(int(year) for year in flows.frame["year"].unique())
    files = file_hashes(flows.paths)
    return record("flows", label, access, citation, years, follow(years), files, synthetic=synthetic, **WORDS)
