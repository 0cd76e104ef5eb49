"""What a panel was made from, in the record of all sources."""

from typing import Any

from mobility.access import Marked, class_of
from mobility.intake.find import is_invented
from mobility.intake.provenance import record
from mobility.panel.delivery import Delivery
from mobility.panel.register import Source


def delivery_provenance(delivery: Delivery, source: Source) -> dict[str, Any]:
    """Record of a delivery, whose class of access is the strictest that its files show."""
    waves = [data.wave.name for data in delivery.waves]
    paths = [item.path for item in delivery.files]
    marked = [Marked(item.path, delivery.columns(item)) for item in delivery.files]
    return record(
        source.name,
        source.spec["title"],
        class_of(marked, source.name, source.spec.get("access", "")),
        source.spec["citation"],
        waves,
        source.order.runs(waves),
        paths,
        delivery.notes,
        synthetic=is_invented(paths),
    )
