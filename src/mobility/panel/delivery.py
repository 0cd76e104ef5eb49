"""A whole delivery: every wave read, every problem of every wave listed at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mobility.errors import DeliveryError
from mobility.panel.find import DeliveredFile, list_files, wave_files
from mobility.panel.missing import count_kinds
from mobility.panel.read import WaveData, read_wave
from mobility.panel.register import Source, Wave

REPORT_COLUMNS = ["wave", "file", "name", "column", "confidence", "rows", "valid", "missing"]


@dataclass(frozen=True)
class Delivery:
    """What a folder holds for some waves: the waves as read, and all that is wrong or worth knowing."""

    folder: Path
    waves: tuple[WaveData, ...]
    files: tuple[DeliveredFile, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def examine(
    folder: str | Path,
    source: Source,
    letters: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str] = (),
) -> Delivery:
    """Find and read the waves of a delivery without raising on what is wrong in it.

    Raises `DeliveryError` only where there is no folder to look into, `ConfigError` on waves that the register lacks.
    """
    waves = source.select_waves(letters)
    listed = list_files(folder, source)
    chosen, problems = wave_files(listed, waves, source.spec["main_file"], str(folder))
    if len(chosen) == 0 and len(waves) > 1:
        problems = [_nothing_found(folder, source)]
    read = []
    for wave in waves:
        if wave.letter in chosen:
            read.append(read_wave(chosen[wave.letter], source, wave, required, optional))
    problems += [problem for data in read for problem in data.problems]
    notes = [note for data in read for note in data.notes]
    return Delivery(Path(folder), tuple(read), tuple(chosen.values()), tuple(problems), tuple(notes))


def read_delivery(
    folder: str | Path,
    source: Source,
    letters: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str] = (),
) -> Delivery:
    """As `examine`, but raises one `DeliveryError` with every problem of every wave."""
    delivery = examine(folder, source, letters, required, optional)
    if delivery.problems:
        raise DeliveryError(delivery.problems, str(folder), f"mobility check {folder}")
    return delivery


def report(delivery: Delivery, source: Source) -> pd.DataFrame:
    """What was read: a row a wave and variable, with its valid answers and its kinds of missing."""
    rows = []
    for data in delivery.waves:
        item = next(file for file in delivery.files if file.wave == data.wave.letter)
        for name in data.present:
            variable = source.variable(name, data.wave.letter)
            counted = data.frame[name] if name in data.frame else pd.Series(dtype="int32")
            amounts_or_text = variable.kind in ("amount", "text")
            kinds = {} if amounts_or_text else count_kinds(counted, dict(source.missing))
            valid = int(counted.notna().sum()) if amounts_or_text else int((counted >= 0).sum())
            listed = "; ".join(f"{kind} {count}" for kind, count in kinds.items())
            column = source.column(variable, data.wave.letter)
            rows.append((data.wave.letter, item.path.name, name, column, variable.confidence, data.rows, valid, listed))
    return pd.DataFrame(rows, columns=REPORT_COLUMNS)


def _nothing_found(folder: str | Path, source: Source) -> str:
    archives = sorted(path.name for path in Path(folder).expanduser().rglob("*.zip"))[:3]
    hint = f"; there are archives: unpack {', '.join(archives)}" if archives else ""
    first: Wave = next(iter(source.waves.values()))
    stem = f"{first.prefix}{source.spec['main_file']}"
    return (
        f"no file of {source.name} below this folder (expected names such as {stem}.dta, {stem}.tab, {stem}.sav "
        f"or {stem}_protect.dta){hint}. Give the folder that you unpacked"
    )
