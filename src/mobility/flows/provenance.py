"""What moves between areas were read from: real or invented, which files, whose access rules."""

from typing import Any

from mobility.flows.delivery import FlowDelivery
from mobility.flows.files import Flows
from mobility.flows.register import FlowSource
from mobility.intake.find import is_invented
from mobility.intake.provenance import without_folders
from mobility.intake.register import ACCESS
from mobility.storage import file_hash


def delivery_provenance(delivery: FlowDelivery, source: FlowSource) -> dict[str, Any]:
    """Record of a delivery, in the form of `intake.provenance`; its waves are the years.

    Its class of access is the strictest of the files that were read; of an invented delivery that of the source.
    """
    invented = is_invented(delivery.paths)
    read = {item.access for item in source.files if item.file in set(delivery.report["file"])}
    classes = {source.spec["access"]} if invented else {source.spec["access"], *read}
    return {
        "synthetic": invented,
        "source": source.name,
        "label": source.spec["title"],
        "access": max(classes, key=ACCESS.index),
        "citation": source.spec["citation"],
        "wave_word": "year",
        "units": "areas",
        "waves": list(delivery.years),
        "files": [{"file": path.name, "sha256": file_hash(path)} for path in delivery.paths],
        "notes": without_folders(delivery.notes, delivery.paths),
    }


def flows_provenance(
    flows: Flows, label: str, access: str, citation: str = "", synthetic: bool = False
) -> dict[str, Any]:
    """Record of files of moves, in the form of `intake.provenance`; its waves are the years."""
    return {
        "synthetic": synthetic,
        "source": "flows",
        "label": label,
        "access": access,
        "citation": citation,
        "wave_word": "year",
        "units": "areas",
        "waves": sorted(int(year) for year in flows.frame["year"].unique()),
        "files": [{"file": path.name, "sha256": file_hash(path)} for path in flows.paths],
        "notes": [],
    }
