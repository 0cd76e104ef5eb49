"""The data behind the numbers of a study: what was delivered, and whether it was invented."""

from pathlib import Path
from typing import Any

from mobility.settings import MAPPED_SOURCES, Study
from mobility.storage import parquet_record, read_yaml

FILES = 10


def provenance_of(root: Path, study: Study) -> dict[str, Any]:
    """What the reading of a study's source wrote down: label, files with their hashes, whether they are invented."""
    return read_yaml(root / "results/checks" / _place(study) / "provenance.yaml")


def data_lines(root: Path, study: Study) -> str:
    """Label, kind, rows and files of the data behind every number of a study."""
    place, provenance = _place(study), provenance_of(root, study)
    record = parquet_record(root / "results/restricted" / place / "panel.parquet")
    kind = "SYNTHETIC data: no person in it exists" if provenance["synthetic"] else "real data"
    files = [f"  {item['file']} sha256 {item['sha256'][:16]}" for item in provenance["files"][:FILES]]
    if len(provenance["files"]) > FILES:
        files.append(f"  and {len(provenance['files']) - FILES} more: results/checks/{place}/provenance.yaml")
    head = f"Data: {provenance['label']}; {kind}; panel of {record['rows']:,} rows, code version {record['version']}"
    return "\n".join([head, *files])


def _place(study: Study) -> str:
    """Folder of the results of a study's source: a mapped file belongs to the study itself."""
    return study.name if study.about.source in MAPPED_SOURCES else study.about.source
