"""Finding the files of a panel's delivery by name, anywhere below the folder that the user unpacked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mobility.intake.find import Folders, delivered, fail_if_one_is_empty
from mobility.panel.register import Source, Wave


@dataclass(frozen=True)
class DeliveredFile:
    """A file of the delivery whose name fits the source's pattern; wave "" where it is one of all waves."""

    path: Path
    wave: str
    file: str
    format: str
    protect: bool


def list_files(folders: Folders, source: Source) -> list[DeliveredFile]:
    """Every file below the folders whose name is that of a file of the source, in either case.

    Raises
    ------
    DeliveryError
        A folder is absent, is a file or an archive, or it or one below it may not be read; one of several holds none.
    """
    pattern = re.compile(source.spec["file_pattern"], re.IGNORECASE)
    whole = "|".join(name for name, about in source.files.items() if about.get("every_wave")) or "(?!)"
    every = re.compile(rf"(?P<wave>)(?P<file>{whole})(?P<protect>_protect)?\.(?P<format>dta|tab|z?sav)")
    waves = {"": ""} | {wave.in_files: wave.name for wave in source.waves.values()}
    found = []
    for path in delivered(folders, source.name):
        match = pattern.match(path.name.lower()) or every.fullmatch(path.name.lower())
        wave = waves.get(match["wave"]) if match else None
        if match and wave is not None:
            file = match["file"] or source.spec["main_file"]
            found.append(DeliveredFile(path, wave, file, match["format"], match["protect"] is not None))
    fail_if_one_is_empty(folders, source.name, [item.path for item in found])
    return sorted(found, key=lambda item: (item.wave, item.file, str(item.path)))


def wave_files(
    files: Sequence[DeliveredFile], waves: tuple[Wave, ...], file: str, where: str
) -> tuple[dict[str, DeliveredFile], list[str]]:
    """The one file of each wave, and what is wrong: waves without a file, and waves with several.

    Returns
    -------
    (files by wave letter, problems)
    """
    chosen: dict[str, DeliveredFile] = {}
    problems, missing = [], []
    for wave in waves:
        matches = [item for item in files if item.wave == wave.name and item.file == file]
        if len(matches) == 1:
            chosen[wave.name] = matches[0]
        elif matches:
            places = "; ".join(str(item.path) for item in matches)
            problems.append(
                f"wave {wave.name}: {len(matches)} files are {wave.file_name(file)}: {places}. "
                "Leave one of them below the folders that `sources` names"
            )
        else:
            missing.append(wave)
    return chosen, [*problems, *([_missing_waves(files, missing, file, where)] if missing else [])]


def _missing_waves(files: Sequence[DeliveredFile], waves: Sequence[Wave], file: str, where: str) -> str:
    """One sentence on the waves of which a file is not there; a file of all waves has none to name."""
    have = ", ".join(sorted({item.wave for item in files if item.file == file})) or "none"
    names = ", ".join(wave.file_name(file) for wave in waves)
    if not waves[0].name:
        return f"no file {names} below {where}. Unpack the whole delivery"
    one = len(waves) == 1
    which = f"wave{'' if one else 's'} {', '.join(wave.name for wave in waves)}"
    mend = "that wave, or leave it" if one else "those waves, or leave them"
    return f"{which}: no file {names} below {where} (waves found: {have}). Unpack {mend} out of `waves` in config.yaml"
