"""Looking through the folder that the user unpacked: every file below it, and what is said where there is none."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mobility.errors import DeliveryError, nearest
from mobility.settings import SYNTHETIC

ARCHIVES = (".zip", ".7z", ".tar", ".gz", ".tgz", ".rar")
SYNTHETIC_MARK = "synthetic.yaml"
# From a file up to the folder of its delivery: ukhls, stata14_se, stata, UKDA-6614-stata, the folder itself.
LEVELS = 5


def archives_below(folder: str | Path) -> list[str]:
    """Names of the archives that lie below a folder."""
    return sorted(path.name for path in walk(expanded(folder)) if path.suffix.lower() in ARCHIVES)


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


def walk(root: Path, refused: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Every file below a folder, linked folders too, each folder once however often it is linked."""
    seen: set[Path] = set()
    for place, folders, names in os.walk(root, onerror=refused, followlinks=True):
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
