"""`mobility package`: one archive with everything that replicates a run, and nothing that may not leave."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from mobility.package.crate import METADATA, crate
from mobility.package.files import CONFIG, MANIFEST
from mobility.package.judge import packed, read_manifest, refuse_what_may_not_leave
from mobility.package.manifest import study_names
from mobility.package.programs import Program, as_rows, programs_of
from mobility.package.readme import Package, config_text, readme
from mobility.settings import load_config, load_study
from mobility.storage import atomic

ARCHIVE = "package/replication.zip"
FOLDER = "mobility-replication"  # into which the archive unpacks
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a ZIP archive can hold, for every file
PLAIN = 0o100644 << 16


def write_package(root: Path, path: Path) -> dict[str, int]:
    """Write the archive of the last run and give the size of each of its files in bytes.

    The same run gives the same bytes.

    Raises
    ------
    PackageError
        No run, or one that something was changed since; a file that may not leave. Nothing is written then.
    """
    config, record = load_config(root), read_manifest(root)
    refuse_what_may_not_leave(root, config, record)
    studies = [load_study(root, name, config.choices.get(name)) for name in study_names(record)]
    programs = [program for study in studies for program in programs_of(root, config, study)]
    contents = {name: (root / name).read_bytes() for name in packed(record)}
    contents |= {
        MANIFEST: (root / MANIFEST).read_bytes(),
        CONFIG: config_text(root, config).encode(),
        "programs.csv": _csv(programs).encode(),
    }
    about = Package(root, config, studies, record, programs, {})
    contents["README.md"] = readme(about).encode()
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    described = Package(root, config, studies, record, programs, hashes)
    contents[METADATA] = crate(described, contents).encode()
    _write_zip(contents, path)
    return {name: len(content) for name, content in contents.items()}


def _csv(programs: list[Program]) -> str:
    rows, text = as_rows(programs), io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write_zip(contents: Mapping[str, bytes], path: Path) -> None:
    """Files in the order of their names, all of one date and of the same rights."""
    with atomic(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", EPOCH)
            entry.external_attr, entry.compress_type, entry.create_system = PLAIN, zipfile.ZIP_DEFLATED, 3
            archive.writestr(entry, contents[name], compresslevel=6)
