"""Where releases lie, and which of them is promoted: one small file, replaced in one rename."""

import re
from collections.abc import Sequence
from pathlib import Path

from mobility.errors import ConfigError, DataError, nearest
from mobility.releases.layout import ID, MANIFEST, Manifest, read_manifest
from mobility.storage import write_text

FOLDER = "releases"
CURRENT = "current"
STAGING = "staging"
PROGRESS = "progress"
RECORD = "record.jsonl"
PART = ".part"  # ending of what is being written
OWN = (CURRENT, STAGING, PROGRESS, RECORD)


def current(folder: Path) -> str | None:
    """The promoted release; None where none is."""
    path = folder / CURRENT
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None


def point_to(folder: Path, release: str) -> None:
    """Promote a release: the file is written beside and renamed, so that a reader sees the old name or the new one."""
    write_text(f"{release}\n", folder / CURRENT)


def committed(folder: Path) -> list[str]:
    """Names of releases, the oldest first by the day they were made and their name."""
    found = [path.parent for path in folder.glob(f"*/{MANIFEST}") if path.parent.name not in OWN]
    return [manifest.id for manifest in sorted(map(read_manifest, found), key=lambda one: (one.made, one.id))]


def staged(folder: Path) -> list[str]:
    """Names of what is staged and whole."""
    return sorted(path.parent.name for path in (folder / STAGING).glob(f"*/{MANIFEST}") if path.parent.suffix != PART)


def place_of(folder: Path, release: str) -> Path:
    """Folder of a release, or of a staged one.

    Raises
    ------
    ConfigError
        No such release; the message names the nearest.
    """
    there = {**{name: folder / STAGING / name for name in staged(folder)}, **{n: folder / n for n in committed(folder)}}
    if release not in there:
        raise ConfigError(
            f"{folder}: no release `{release}`; {said(release, sorted(there))}. See mobility release list."
        )
    return there[release]


def said(word: str, names: Sequence[str]) -> str:
    """The nearest of the names, or that there are none."""
    return nearest(word, names) if names else "there is none yet: mobility release stage"


def only_staged(folder: Path, release: str | None) -> str:
    """The staged release that is meant: the one named, or the only one.

    Raises
    ------
    ConfigError
        None or several are staged, or not the one that is named.
    """
    there = staged(folder)
    if release is None and len(there) == 1:
        return there[0]
    if release in there:
        return str(release)
    if release is None:
        words = f"{', '.join(there)} are staged: name one" if there else "nothing is staged: mobility release stage DIR"
        raise ConfigError(f"{folder / STAGING}: {words}.")
    raise ConfigError(f"{folder / STAGING}: `{release}` is not staged; {said(release, there)}.")


def fail_unless_name(release: str) -> None:
    """Raise `ConfigError` on what cannot be the name of a release: it is part of addresses and of folders."""
    if not re.fullmatch(ID, release) or release in OWN or release.endswith(PART):
        raise ConfigError(
            f"`{release}` cannot name a release: small letters, digits, `.`, `_` and `-`, 64 at most, as 2026-11-27."
        )


def manifest_of(folder: Path, release: str) -> Manifest:
    """The manifest of a release; raises `DataError` where it says another name than its folder."""
    manifest = read_manifest(place_of(folder, release))
    if manifest.id != release:
        raise DataError(f"{folder / release}: its manifest says `{manifest.id}`. Stage it again under one name.")
    return manifest
