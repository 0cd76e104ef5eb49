"""A whole delivery: every wave read, every problem of every wave listed at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mobility.errors import DeliveryError
from mobility.intake.check import check_command
from mobility.intake.find import Folders, archives_below, is_invented, shown
from mobility.intake.missing import count_kinds, valid
from mobility.panel.columns import DIGIT
from mobility.panel.dates import date_problems
from mobility.panel.find import DeliveredFile, list_files, wave_files
from mobility.panel.join import Files
from mobility.panel.lineage import wave_range
from mobility.panel.links import link_problems, linked_shares
from mobility.panel.read import ReadWave, WaveData, read_wave
from mobility.panel.register import Source, Variable, Wave

REPORT_COLUMNS = ["wave", "file", "name", "column", "confidence", "rows", "valid", "missing"]
# Editions differ by some hundred rows; a file with far fewer rows than the register knows of was cut or selected from.
FEWEST_ROWS = 0.95


@dataclass(frozen=True)
class Delivery:
    """What folders hold for some waves: the waves as read, and all that is wrong or worth knowing.

    files : those that were read. listed : every file of the source. rows : the file with the rows of the panel.
    """

    folders: Folders
    waves: tuple[WaveData, ...]
    files: tuple[DeliveredFile, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    rows: str
    listed: tuple[DeliveredFile, ...] = ()

    @property
    def unmatched(self) -> dict[str, tuple[int, int]]:
        """By other file that variables come from, over all waves: rows not in it, and rows of it that met none."""
        files = dict.fromkeys(file for data in self.waves for file in data.unmatched)
        counts = {file: [data.unmatched[file] for data in self.waves if file in data.unmatched] for file in files}
        return {file: (sum(bare for bare, _ in own), sum(unmet for _, unmet in own)) for file, own in counts.items()}

    def columns(self, item: DeliveredFile) -> tuple[str, ...]:
        """Columns of a file that was read, lower-cased."""
        headers = [
            data.header if item.file == self.rows else data.others.get(item.file, ())
            for data in self.waves
            if item.wave in ("", data.wave.name)
        ]
        return headers[0] if headers else ()

    def lacking(self, name: str, source: Source) -> tuple[str, ...]:
        """Letters of the waves whose file lacks a variable that the register places in them."""
        read = [data for data in self.waves if name not in data.present]
        return tuple(data.wave.name for data in read if source.variable(name, data.wave.name) is not None)


def examine(
    folders: Folders,
    source: Source,
    letters: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str] = (),
    rows: str = "",
    read_one: ReadWave = read_wave,
) -> Delivery:
    """Find and read the waves of a delivery without raising on what is wrong in it.

    rows : the file with the rows of the panel, by default the source's main file; other files are merged onto it.
    read_one : reads one file of one wave, by default from the file itself.

    Raises `DeliveryError` only where there is no folder to look into, `ConfigError` on waves that the register lacks.
    """
    waves = source.select_waves(letters)
    listed = list_files(folders, source)
    rows = rows or source.spec["main_file"]
    chosen, problems = wave_files(listed, waves, rows, shown(folders))
    if not any(item.file == rows for item in listed):
        problems = [_nothing_found(folders, source, rows, listed)]
    dated = source.spec.get("dated_by", {}) if rows == source.spec["main_file"] else {}
    optional = [*optional, *(name for name in dated if name not in required)]
    found = {(wave, rows): item for wave, item in chosen.items()}
    files = Files(source, rows, found, required, optional, read_one)
    files, missing, without = files.with_others(
        listed, tuple(wave for wave in waves if wave.name in chosen), shown(folders)
    )
    read = [files.read(wave) for wave in waves if wave.name in chosen]
    problems += missing
    problems += [problem for data in read for problem in data.problems]
    problems += date_problems(read, source, dated)
    problems += link_problems(linked_shares(read, source), source.spec.get("least_linked", 0))
    notes = [*without, *(note for data in read for note in data.notes)]
    notes += _open_names(read, source)
    if not is_invented(item.path for item in chosen.values()):
        notes += [note for data in read for note in _few_rows(data)]
    used = tuple(files.found.values())
    return Delivery(folders, tuple(read), used, tuple(problems), tuple(notes), rows, tuple(listed))


def read_delivery(
    folders: Folders,
    source: Source,
    letters: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str] = (),
    rows: str = "",
    read_one: ReadWave = read_wave,
) -> Delivery:
    """As `examine`, but raises one `DeliveryError` with every problem of every wave."""
    delivery = examine(folders, source, letters, required, optional, rows, read_one)
    if delivery.problems:
        raise DeliveryError(delivery.problems, shown(folders), check_command(folders, source.name))
    return delivery


def _open_names(waves: Sequence[WaveData], source: Source) -> list[str]:
    """A line for each name that the register leaves open, as the vintage of a weight: which columns were read."""
    lines = []
    for name in dict.fromkeys(each.name for each in source.variables if DIGIT in each.variable):
        found: dict[str, list[str]] = {}
        for data in waves:
            if name in data.present:
                found.setdefault(data.present[name], []).append(data.wave.name)
        told = [f"{column} in {wave_range(source, having)}" for column, having in found.items()]
        lines += [f"{name} is read from {', '.join(told)}"] if told else []
    return lines


def _few_rows(data: WaveData) -> list[str]:
    """A note where a wave has far fewer rows than the register knows of, as when a TAB file ends early."""
    known = data.wave.usable_activity
    if data.problems or known is None or data.rows >= FEWEST_ROWS * known:
        return []
    return [
        f"wave {data.wave.name}: {data.rows:,} rows, where waves.csv knows of {known:,} with an activity. "
        "If you did not select from it, unpack it again"
    ]


def report(delivery: Delivery, source: Source) -> pd.DataFrame:
    """What was read: a row a wave and variable, with its valid answers and its kinds of missing."""
    names = {(item.wave, item.file): item.path.name for item in delivery.files}
    rows = []
    for data in delivery.waves:
        letter = data.wave.name
        asked = {name: found for name in data.present if (found := source.variable(name, letter))}
        for name, variable in asked.items():
            column = data.present[name]
            counted = _counts(data.frame[name], variable, source) if name in data.frame else (0, "")
            rows.append(
                (
                    letter,
                    names.get((letter, variable.file))
                    or names.get(("", variable.file))
                    or names[letter, delivery.rows],
                    name,
                    column,
                    variable.confidence,
                    data.rows,
                    *counted,
                )
            )
    return pd.DataFrame(rows, columns=REPORT_COLUMNS)


def _counts(column: pd.Series, variable: Variable, source: Source) -> tuple[int, str]:
    """Number of valid answers of a column, and its kinds of missing in words."""
    if variable.kind == "text":
        return int(column.notna().sum()), ""
    answers = int(valid(column, variable.kind, tuple(source.missing)).notna().sum())
    kinds = count_kinds(column, dict(source.missing))
    return answers, "; ".join(f"{kind} {count}" for kind, count in kinds.items())


def _nothing_found(folders: Folders, source: Source, rows: str, listed: Sequence[DeliveredFile]) -> str:
    archives = archives_below(folders)[:3]
    hint = f"; there are archives: unpack {', '.join(archives)}" if archives else ""
    first: Wave = next(iter(source.waves.values()))
    stem = first.file_name(rows)
    what = f"no {rows} file of {source.name} among its {len(listed)} files" if listed else f"no file of {source.name}"
    return (
        f"{what} below this folder (expected names such as {stem}.dta, {stem}.tab, {stem}.sav "
        f"or {stem}_protect.dta){hint}. Give the folder that you unpacked"
    )
