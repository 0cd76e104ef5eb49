"""What lies where in a release, and its manifest: every file with its hash, so that half a release is none."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mobility.errors import DataError
from mobility.storage import file_hash, read_json, write_text

FORMAT = 1
MANIFEST = "manifest.json"
MEASURES = "measures"
TABLES = "tables"
OCCUPATIONS, TITLES, SEARCH, OTHER_CODES = (
    "texts/occupations.csv",
    "texts/titles.csv",
    "texts/search.npz",
    "texts/other_codes.csv",
)
LINKS, ELEMENTS, SCORES = "onet/links.csv", "onet/elements.csv", "onet/scores.csv"
AGES, DISTRIBUTION, REPLACEMENT, UNEMPLOYMENT, CHANGE = (
    "measures/age_ratios.csv",
    "measures/distribution.csv",
    "measures/replacement.csv",
    "measures/unemployment.csv",
    "measures/change.csv",
)
# Columns of each file of a release that is a CSV with a header of its own: closed, in this order.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    OCCUPATIONS: ("soc", "title", "description", "qualifications", "tasks", "related"),
    TITLES: ("soc2010", "title", "qualifier", "industry"),
    OTHER_CODES: ("code", "version", "soc2010"),
    LINKS: ("soc", "onet", "title", "weight"),
    ELEMENTS: ("kind", "id", "name"),
    SCORES: ("onet", "kind", "scale", "id", "value"),
    DISTRIBUTION: ("occupation", "status", "median_to_mean", "sigma", "note"),
    REPLACEMENT: ("occupation", "start_year", "end_year", "rate"),
    UNEMPLOYMENT: ("occupation", "year", "rate", "persons"),
    CHANGE: ("occupation", "year", "change"),
}
REQUIRED = (OCCUPATIONS, OTHER_CODES, f"{MEASURES}/measures.json")
ID = re.compile(r"[0-9a-z][0-9a-z._-]{0,63}")
KEYS = ("format", "id", "made", "title", "synthetic", "sources", "choices", "studies", "code", "files")


@dataclass(frozen=True)
class Manifest:
    """What a release says of itself.

    id, made : its name, and the day it was staged (ISO). synthetic : whether any number in it is invented.
    sources : sentences to cite. choices : by study the readings that are not the default.
    studies : by name what `tables.describe` gives. files : by path its `sha256` and `bytes`.
    """

    id: str
    made: str
    title: str
    synthetic: bool
    sources: tuple[str, ...]
    choices: Mapping[str, Mapping[str, str]]
    studies: Mapping[str, Any]
    code: str
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    format: int = FORMAT


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest with the hashes of all files of the folder, and give it back."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    files = {
        path.relative_to(folder).as_posix(): {"sha256": file_hash(path), "bytes": path.stat().st_size} for path in paths
    }
    whole = Manifest(**{**asdict(manifest), "sources": manifest.sources, "files": files})
    write_text(json.dumps(asdict(whole), indent=1, sort_keys=True, ensure_ascii=False), folder / MANIFEST)
    return whole


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release; raises `DataError` where it is not there or not of this form."""
    raw = read_json(folder / MANIFEST)
    if not isinstance(raw, dict) or set(raw) != set(KEYS) or raw["format"] != FORMAT:
        raise DataError(
            f"{folder / MANIFEST}: not the manifest of a release of form {FORMAT} (keys {', '.join(KEYS)}). "
            "Stage it again: mobility release stage."
        )
    return Manifest(**{**raw, "sources": tuple(raw["sources"])})


def problems_of_files(folder: Path, manifest: Manifest) -> list[str]:
    """Files of a release that are not there, cut short, changed, or not in its manifest."""
    found = []
    for name, said in manifest.files.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name}: not there")
        elif path.stat().st_size != said["bytes"]:
            found.append(f"{name}: {path.stat().st_size:,} bytes where the manifest says {said['bytes']:,}")
        elif file_hash(path) != said["sha256"]:
            found.append(f"{name}: not the bytes that were staged (another sha256)")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    found += [f"{name}: not in the manifest" for name in sorted(there - set(manifest.files) - {MANIFEST})]
    return found
