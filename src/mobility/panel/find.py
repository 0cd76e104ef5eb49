"""Finding the files of a delivery by name, anywhere below the folder that the user unpacked."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mobility.errors import DeliveryError, nearest
from mobility.panel.register import Source, Wave
from mobility.settings import SYNTHETIC

ARCHIVES = (".zip", ".7z", ".tar", ".gz", ".tgz", ".rar")
SYNTHETIC_MARK = "synthetic.yaml"
# From a file up to the folder of its delivery: ukhls, stata14_se, stata, UKDA-6614-stata, the folder itself.
LEVELS = 5


@dataclass(frozen=True)
class DeliveredFile:
    """A file of the delivery whose name fits the source's pattern."""

    path: Path
    wave: str
    file: str
    format: str
    protect: bool


def list_files(folder: str | Path, source: Source) -> list[DeliveredFile]:
    """Every file below `folder` whose name is that of a file of the source, in either case.

    Raises
    ------
    DeliveryError
        The folder is absent, is a file or an archive, or it or one below it may not be read.
    """
    root = expanded(folder)
    fail_if_no_folder(root, source.name)
    pattern = re.compile(source.spec["file_pattern"])
    found, refused = [], []
    for path in walk(root, lambda error: refused.append(error.filename)):
        match = pattern.match(path.name.lower())
        if match and match["wave"] in source.waves:
            found.append(
                DeliveredFile(path, match["wave"], match["file"], match["format"], match["protect"] is not None)
            )
    if refused:
        raise DeliveryError([_no_permission(name) for name in refused], str(root))
    return sorted(found, key=lambda item: (item.wave, item.file, str(item.path)))


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


def _no_permission(place: str | Path) -> str:
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
        raise DeliveryError([f"{key}: {_no_permission(root)}"], str(root)) from None
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


def wave_files(
    files: Sequence[DeliveredFile], waves: tuple[Wave, ...], file: str, where: str
) -> tuple[dict[str, DeliveredFile], list[str]]:
    """The one file of each wave, and what is wrong: waves without a file, and waves with several.

    Returns
    -------
    (files by wave letter, problems)
    """
    chosen: dict[str, DeliveredFile] = {}
    problems = []
    for wave in waves:
        matches = [item for item in files if item.wave == wave.letter and item.file == file]
        if len(matches) == 1:
            chosen[wave.letter] = matches[0]
        elif matches:
            places = "; ".join(str(item.path) for item in matches)
            problems.append(
                f"wave {wave.letter}: {len(matches)} files are {wave.prefix}{file}: {places}. "
                "Give a folder that holds one of them"
            )
        else:
            problems.append(_missing_wave(files, wave, file, where))
    return chosen, problems


def _missing_wave(files: Sequence[DeliveredFile], wave: Wave, file: str, where: str) -> str:
    have = ", ".join(sorted({item.wave for item in files if item.file == file}))
    return (
        f"wave {wave.letter}: no file {wave.prefix}{file} below {where} (waves found: {have}). "
        "Unpack that wave, or leave it out of `waves` in config.yaml"
    )
