"""Finding the files of a delivery by name, anywhere below the folder that the user unpacked."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from mobility.errors import DeliveryError
from mobility.panel.register import Source, Wave

ARCHIVES = (".zip", ".7z", ".tar", ".gz", ".rar")


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
        The folder is absent, is a file or an archive, or may not be read.
    """
    root = Path(folder).expanduser()
    _fail_if_no_folder(root, source)
    pattern = re.compile(source.spec["file_pattern"])
    found, refused = [], []
    for place, _, names in os.walk(root, onerror=lambda error: refused.append(error.filename)):
        for name in sorted(names):
            match = pattern.match(name.lower())
            if match and match["wave"] in source.waves:
                path = Path(place) / name
                found.append(
                    DeliveredFile(path, match["wave"], match["file"], match["format"], match["protect"] is not None)
                )
    if refused:
        problems = [f"{name}: no permission to look into this folder. Ask for read access to it" for name in refused]
        raise DeliveryError(problems, str(root))
    return sorted(found, key=lambda item: (item.wave, item.file, str(item.path)))


def _fail_if_no_folder(root: Path, source: Source) -> None:
    key = f"config.yaml, sources.{source.name}"
    if not root.exists():
        raise DeliveryError(
            [f"{key}: no such folder. Give the folder that you unpacked, or the word synthetic"], str(root)
        )
    if root.is_dir():
        return
    if root.suffix.lower() in ARCHIVES:
        raise DeliveryError([f"{key}: this is an archive. Unpack it and give the folder it makes"], str(root))
    raise DeliveryError([f"{key}: this is a file. Give the folder that holds it"], str(root))


def wave_files(
    files: list[DeliveredFile], waves: tuple[Wave, ...], file: str, where: str
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


def _missing_wave(files: list[DeliveredFile], wave: Wave, file: str, where: str) -> str:
    have = sorted({item.wave for item in files if item.file == file})
    there = f"waves found: {', '.join(have)}" if have else f"no file named like {wave.prefix}{file}.dta, .tab or .sav"
    return (
        f"wave {wave.letter}: no file {wave.prefix}{file} below {where} ({there}). "
        "Unpack that wave, or leave it out of `waves` in config.yaml"
    )
