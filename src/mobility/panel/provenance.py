"""What a panel was made from: real or invented, which files, whose access rules."""

from typing import Any

from mobility.intake.find import is_invented
from mobility.intake.provenance import without_folders
from mobility.panel.delivery import Delivery
from mobility.panel.register import Source
from mobility.panel.table_source import TablePanel
from mobility.settings import Study
from mobility.storage import file_hash, read_words


def delivery_provenance(delivery: Delivery, source: Source) -> dict[str, Any]:
    """Record of a delivery: `synthetic`, `source`, `label`, `access`, `waves`, `files` with their hashes.

    Files named `_protect` come under a special licence, whose rules then hold for everything made from them.
    """
    protected = any(item.protect for item in delivery.files)
    return {
        "synthetic": is_invented(item.path for item in delivery.files),
        "source": source.name,
        "label": source.spec["title"],
        "access": "special" if protected else source.spec["access"],
        "citation": source.spec["citation"],
        "waves": [data.wave.letter for data in delivery.waves],
        "files": [{"file": item.path.name, "sha256": file_hash(item.path)} for item in delivery.files],
        "notes": without_folders(delivery.notes, [item.path for item in delivery.files]),
    }


def table_provenance(found: TablePanel, study: Study) -> dict[str, Any]:
    """Record of a mapped file; what it is comes from the `data` block of the study."""
    data = study.about.data
    return {
        "synthetic": False,
        "source": "table",
        "label": data.label,
        "access": data.access,
        "citation": data.citation,
        "wave_word": read_words(study.folder / "mapping.yaml").get("wave_label", "wave"),
        "waves": sorted(int(wave) for wave in found.panel["wave"].unique()),
        "files": [{"file": found.path.name, "sha256": file_hash(found.path)}],
        "notes": list(found.notes),
    }
