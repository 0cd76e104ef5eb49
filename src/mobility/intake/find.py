"""Looking through the folder that the user unpacked: every file below it, and what is said where there is none."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from mobility.errors import DeliveryError, nearest
from mobility.settings import SYNTHETIC

ARCHIVES = (".zip", ".7z", ".tar", ".gz", ".tgz", ".rar")
SYNTHETIC_MARK = "synthetic.yaml"
Folders: TypeAlias = str | Path | Sequence[str | Path]
# From a file up to the folder of its delivery: ukhls, stata14_se, stata, UKDA-6614-stata, the folder itself.
LEVELS = 5


def folders_of(folders: Folders) -> tuple[Path, ...]:
    """The folders of a delivery, given as one or as several."""
    return tuple(map(expanded, (folders,) if isinstance(folders, str | Path) else folders))


def shown(folders: Folders) -> str:
    """Folders in words."""
    return " and ".join([str(folders)] if isinstance(folders, str | Path) else map(str, folders))


def archives_below(folders: Folders) -> list[str]:
    """Names of the archives that lie below the folders."""
    return sorted(path.name for path in walk(*folders_of(folders)) if path.suffix.lower() in ARCHIVES)


def is_invented(paths: Iterable[Path]) -> bool:
    """Whether one of the files belongs to an invented delivery, whose folder carries a mark."""
    places = {place for path in paths for place in path.resolve().parents[:LEVELS]}
    return any((place / SYNTHETIC_MARK).is_file() for place in places)


def expanded(folder: str | Path) -> Path:
    """The folder with `~` replaced where there is such a user."""
    try:
        return Path(folder).expanduser()
    except RuntimeError:  # no such user as in ~user
        return Path(folder)


def walk(*roots: Path, refused: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Every file below folders, linked folders too, each folder once however often it is named or linked."""
    seen: set[Path] = set()
    steps = (step for root in roots for step in os.walk(root, onerror=refused, followlinks=True))
    for place, folders, names in steps:
        real = Path(place).resolve()
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (path for path in (Path(place) / name for name in names) if not _is_device(path))


def _is_device(path: Path) -> bool:
    """Whether a name is no file that can be read to its end, such as a pipe."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:  # what reads it says why
        return False


def no_permission(place: str | Path) -> str:
    """What is said of a folder that may not be read."""
    return (
        f"{place}: no permission to look into this folder. Ask for read access to it, or give a folder further down "
        "that you may read"
    )


def delivered(folders: Folders, source: str) -> list[Path]:
    """Every file below the folders of a source's delivery, sorted.

    Raises `DeliveryError` where a folder is absent, a file or an archive, or it or one below it may not be read.
    """
    roots = folders_of(folders)
    for root in roots:
        fail_if_no_folder(root, source)
    closed: list[OSError] = []
    paths = sorted(walk(*roots, refused=closed.append))
    if closed:
        raise DeliveryError([no_permission(error.filename) for error in closed], shown(folders))
    return paths


def fail_if_one_is_empty(folders: Folders, source: str, found: Iterable[Path]) -> None:
    """Raise `DeliveryError` on each of several folders below which none of the files `found` of a source lies."""
    roots, found = folders_of(folders), list(found)
    empty = [root for root in roots if not any(_below(path, root) for path in found)]
    if found and empty:
        problems = [
            f"config.yaml, sources.{source}: no file of {source} below {root}{_archives_hint(root)}. Give the folder "
            "that you unpacked, or take it out of the list"
            for root in empty
        ]
        raise DeliveryError(problems, shown(folders), f"mobility check --source {source}")


def _below(path: Path, root: Path) -> bool:
    return path.is_relative_to(root) or path.resolve().is_relative_to(root.resolve())


def _archives_hint(root: Path) -> str:
    archives = archives_below(root)[:3]
    return f"; there are archives: unpack {', '.join(archives)}" if archives else ""


def fail_if_no_folder(root: Path, source: str) -> None:
    """Raise `DeliveryError` where the folder of a source's delivery is absent, a file, an archive, or closed."""
    key = f"config.yaml, sources.{source}"
    try:
        exists, is_folder = root.exists(), root.is_dir()
    except PermissionError:
        raise DeliveryError([f"{key}: {no_permission(root)}"], str(root)) from None
    if not exists:
        near = nearest(str(root), [SYNTHETIC])
        hint = f"; {near}" if near.startswith("nearest") else ""
        problem = f"{key}: no such folder{hint}. Give the folder that you unpacked, or the word {SYNTHETIC}"
        raise DeliveryError([problem], str(root), f"mobility check --source {source}")
    if is_folder:
        return
    if root.suffix.lower() in ARCHIVES:
        raise DeliveryError([f"{key}: this is an archive. Unpack it and give the folder it makes"], str(root))
    raise DeliveryError([f"{key}: this is a file. Give the folder that holds it"], str(root))
