"""What a panel was made from, in the record of all sources."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mobility.access import Access, Marked, class_of
from mobility.intake.find import is_invented
from mobility.intake.provenance import record
from mobility.panel.delivery import Delivery
from mobility.panel.register import Source
from mobility.storage import file_hash


def access_of(delivery: Delivery, source: Source) -> Access:
    """Class of access of a delivery: the strictest that its files show."""
    marked = [Marked(item.path, delivery.columns(item)) for item in delivery.files]
    return class_of(marked, source.name, source.spec.get("access", ""))


def delivery_provenance(
    delivery: Delivery, source: Source, hash_of: Callable[[Path], str] = file_hash
) -> dict[str, Any]:
    """Record of a delivery."""
    waves = [data.wave.name for data in delivery.waves]
    paths = [item.path for item in delivery.files]
    return record(
        source.name,
        source.spec["title"],
        access_of(delivery, source),
        source.spec["citation"],
        waves,
        source.order.runs(waves),
        {path: hash_of(path) for path in paths},
        delivery.notes,
        synthetic=is_invented(paths),
        **({"wave_word": source.spec["wave_word"]} if "wave_word" in source.spec else {}),
    )
