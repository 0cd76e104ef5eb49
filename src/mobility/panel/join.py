"""One wave from several files: the rows of one of them, with variables that other files hold by person or household."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from mobility.intake.missing import NO_ROW
from mobility.panel.find import DeliveredFile, wave_files
from mobility.panel.identifiers import FEWEST
from mobility.panel.read import ReadWave, WaveData, read_wave
from mobility.panel.register import Source, Wave

FEW = 5


@dataclass(frozen=True)
class Files:
    """What the variables of a delivery are read from.

    source : its registers. rows : the file with the rows of the panel. found : files by wave and name, those of all
    waves under the wave "". required, optional : harmonised names. read_one : reads one file of one wave.
    """

    source: Source
    rows: str
    found: Mapping[tuple[str, str], DeliveredFile]
    required: Sequence[str]
    optional: Sequence[str] = ()
    read_one: ReadWave = read_wave
    whole: dict[str, WaveData] = field(default_factory=dict)

    def with_others(
        self, listed: Sequence[DeliveredFile], waves: tuple[Wave, ...], where: str
    ) -> tuple["Files", list[str], list[str]]:
        """These and the other files of a delivery that hold the variables; what is wrong with those that are needed.

        A file that is not there, with optional variables only, is one note for all of its waves.
        """
        found, names = dict(self.found), [*self.required, *self.optional]
        problems: list[str] = []
        notes: list[str] = []
        wanted = {wave: self.source.by_file(names, wave.name, self.rows) for wave in waves}
        for file in dict.fromkeys(file for files in wanted.values() for file in files if file != self.rows):
            having = tuple(wave for wave in waves if file in wanted[wave])
            if self.source.files[file].get("every_wave"):
                having = (replace(waves[0], name="", prefix=""),)
            chosen, wrong = wave_files(listed, having, file, where)
            found.update({(wave, file): item for wave, item in chosen.items()})
            needed = any(not set(files.get(file, ())).isdisjoint(self.required) for files in wanted.values())
            problems += wrong if needed else [text for text in wrong if "no file" not in text]
            if not needed and (absent := [wave for wave in having if _absent(listed, wave, file)]):
                variables = list(dict.fromkeys(name for files in wanted.values() for name in files.get(file, ())))
                notes.append(_without_file(file, absent, [wave for wave in waves if file in wanted[wave]], variables))
        return replace(self, found=found), problems, notes

    def read(self, wave: Wave) -> WaveData:
        """A wave: a row for each of `rows`, whose other variables are merged by the key of their file.

        Whoever has no row in such a file has `NO_ROW` for its variables, and is counted in `unmatched`.
        """
        by_file = self.source.by_file([*self.required, *self.optional], wave.name, self.rows)
        keys = {file: self.source.files[file]["key"] for file in by_file if file != self.rows}
        names = [*by_file.pop(self.rows, []), *keys.values()]
        data = self._read_file(self.rows, wave, names, list(keys.values()))
        for file, own in by_file.items():
            if (wave.name, file) in self.found or ("", file) in self.found:
                other = self._part(file, wave, [keys[file], *own])
                data = _joined(data, other, file, self.source, own)
            else:
                data = _not_asked(data, self.source, own)
        order = [name for name in dict.fromkeys([*self.required, *self.optional]) if name in data.frame]
        return replace(data, frame=data.frame[order])

    def _part(self, file: str, wave: Wave, names: Sequence[str]) -> WaveData:
        """A file of the wave, or one of all waves, which is read once."""
        if ("", file) not in self.found:
            return self._read_file(file, wave, names, names[:1])
        if file not in self.whole:
            self.whole[file] = self._read_file(file, wave, names, names[:1])
            return self.whole[file]
        return replace(self.whole[file], problems=(), notes=())

    def _read_file(self, file: str, wave: Wave, names: Sequence[str], keys: Sequence[str]) -> WaveData:
        required = [name for name in names if name in {*self.required, *keys}]
        optional = [name for name in names if name not in required]
        item = self.found.get((wave.name, file)) or self.found["", file]
        return self.read_one(item, self.source, wave, required, optional)


def _joined(data: WaveData, other: WaveData, file: str, source: Source, names: Sequence[str]) -> WaveData:
    """The wave with variables of another file; persons or households twice in it, or too many unmet, are problems."""
    key = source.files[file]["key"]
    problems, notes = [*data.problems, *other.problems], (*data.notes, *other.notes)
    present = {name: column for name, column in other.present.items() if name in names}
    data = replace(data, present={**data.present, **present}, others={**data.others, file: other.header})
    if data.frame.empty or other.frame.empty:
        return replace(data, problems=tuple(problems), notes=notes)
    where, keys = f"wave {data.wave.name}, {file}", other.frame[key]
    twice = keys[keys.duplicated()]
    if len(twice):
        problems.append(f"{where}: {twice.nunique()} of its {key} stand in more than one row. Unpack the file again")
        return replace(data, frame=pd.DataFrame(), problems=tuple(problems), notes=notes)
    place = pd.Index(keys).get_indexer(data.frame[key])
    bare = place < 0
    if bare.all():
        problems.append(
            f"{where}: none of its {key} is one of the {data.frame[key].nunique():,} of the wave. The two files are of "
            "different editions or waves; take both from one edition"
        )
    else:
        problems += _too_few_met(bare, f"{where}: {{}} have a {key} that is not in it", file, source)
    taken = other.frame[list(names)].iloc[np.maximum(place, 0)].set_axis(data.frame.index)
    filled = {name: taken[name].mask(bare, pd.NA if taken[name].dtype == "str" else NO_ROW) for name in names}
    unmet = len(keys) - len(np.unique(place[~bare]))
    return replace(
        data,
        frame=data.frame.assign(**filled) if not problems else pd.DataFrame(),
        problems=tuple(problems),
        notes=notes,
        unmatched={**data.unmatched, file: (int(bare.sum()), unmet)},
    )


def _too_few_met(bare: np.ndarray, said: str, file: str, source: Source) -> list[str]:
    """A problem where fewer rows are in a file than the register says must be; few rows say nothing."""
    least = source.files[file].get("least_met", 0)
    if len(bare) < FEWEST or 1 - bare.mean() >= least:
        return []
    count = f"{int(bare.sum()):,} of {len(bare):,} rows ({bare.mean():.0%})"
    register = source.folder / "source.yaml"
    return [
        f"{said.format(count)}; of this survey at most {1 - least:.0%} do. The two files are of different editions. "
        f"Take both from one edition; if they are, mend files.{file}.least_met in {register}"
    ]


def _not_asked(data: WaveData, source: Source, names: Sequence[str]) -> WaveData:
    """The wave without an optional file: its variables are not asked there."""
    return replace(data, frame=data.frame.assign(**{name: source.not_asked(name, data.frame.index) for name in names}))


def _absent(listed: Sequence[DeliveredFile], wave: Wave, file: str) -> bool:
    return not any(item.wave == wave.name and item.file == file for item in listed)


def _without_file(file: str, absent: Sequence[Wave], asked: Sequence[Wave], names: Sequence[str]) -> str:
    """The note on a file that is not there in some waves; the wave of a file of all waves has no name."""
    waves = absent if absent[0].name else asked
    which = f"wave{'s' * (len(waves) > 1)} {', '.join(wave.name for wave in waves)}"
    shown = ", ".join(names[:FEW]) + (f" and {len(names) - FEW} more" if len(names) > FEW else "")
    return f"{which}: no file {', '.join(wave.file_name(file) for wave in absent)}; {shown}: treated as not asked"
