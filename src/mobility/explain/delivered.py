"""The data behind the numbers of a study: what was delivered, and whether it was invented."""

from pathlib import Path
from typing import Any

from mobility import __version__
from mobility.intake.provenance import read_records
from mobility.settings import Config, Study

FILES = 10


def provenance_of(root: Path, config: Config, study: Study) -> dict[str, Any]:
    """What the reading of a study's sources wrote down: label, files with their hashes, whether they are invented."""
    return read_records(_records(root, config, study))


def data_lines(root: Path, config: Config, study: Study) -> str:
    """Label, kind and files of the data behind every number of a study."""
    provenance = provenance_of(root, config, study)
    kind = "SYNTHETIC data: no person in it exists" if provenance["synthetic"] else "real data"
    files = [f"  {item['file']} sha256 {item['sha256'][:16]}" for item in provenance["files"][:FILES]]
    if len(provenance["files"]) > FILES:
        where = ", ".join(str(path.relative_to(root)) for path in _records(root, config, study))
        files.append(f"  and {len(provenance['files']) - FILES} more: {where}")
    return "\n".join([f"Data: {provenance['label']}; {kind}; code version {__version__}", *files])


def _records(root: Path, config: Config, study: Study) -> list[Path]:
    """Files of what was read, one for each source of a study."""
    return [root / "results/checks" / place / "provenance.yaml" for place in config.places(study).values()]
