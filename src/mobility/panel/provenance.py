"""What a panel was made from, in the record of all sources."""

from typing import Any

from mobility.intake.find import is_invented
from mobility.intake.provenance import record
from mobility.panel.delivery import Delivery
from mobility.panel.register import Source


def delivery_provenance(delivery: Delivery, source: Source) -> dict[str, Any]:
    """Record of a delivery.

    Files named `_protect` come under a special licence, whose rules then hold for everything made from them.
    """
    protected, waves = any(item.protect for item in delivery.files), [data.wave.name for data in delivery.waves]
    paths = [item.path for item in delivery.files]
    return record(
        source.name,
        source.spec["title"],
        "special" if protected else source.spec["access"],
        source.spec["citation"],
        waves,
        source.order.runs(waves),
        paths,
        delivery.notes,
        synthetic=is_invented(paths),
        **({"wave_word": source.spec["wave_word"]} if "wave_word" in source.spec else {}),
    )
