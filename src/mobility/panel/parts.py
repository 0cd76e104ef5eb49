"""Files of waves as they were read before, so that a new wave or a corrected file costs the reading of no other.

A part is one file of a delivery in harmonised names. It is taken again as long as the file's content and place, what is
wanted of it, what the registers say of that, and the code that reads are the same; else the file is read anew. Parts
hold rows of persons, so they lie below results/restricted, and one that no reading wants any more is deleted.
"""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from mobility.contents import HashStore
from mobility.kept import Kept, key_of
from mobility.panel.find import DeliveredFile
from mobility.panel.read import WaveData, read_wave
from mobility.panel.register import Source, Wave
from mobility.storage import make_private, read_json, read_parquet, write_parquet, write_text

RECORD, HASHES = "parts.json", "hashes.json"
OURS = {RECORD, HASHES}
TOLD = ("rows", "header", "present", "notes")  # of a `WaveData` beside its frame


class Parts(AbstractContextManager["Parts"]):
    """What was read of the files of one panel, in `folder`; `code` is a fingerprint of the code that reads.

    On leaving, also where a delivery was refused, the record of the parts that are whole is written.
    """

    def __init__(self, folder: Path, code: str) -> None:
        make_private(folder)
        self.folder, self.code = folder, code
        self.kept, self.hashes = Kept(folder / RECORD), HashStore(folder / HASHES)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kept.save()
        wanted = OURS | {path.name for name in self.kept.after for path in self._places(name)}
        for path in self.folder.iterdir():
            if path.is_file() and path.name not in wanted:
                path.unlink()

    def read(
        self, item: DeliveredFile, source: Source, wave: Wave, required: Sequence[str], optional: Sequence[str] = ()
    ) -> WaveData:
        """As `read_wave`, from the part where there is one; what has a problem is not kept."""
        name = f"{item.wave or 'every_wave'}_{item.file}"
        said = _said(source, wave, [*required, *optional])
        content = self.hashes.hash_of(item.path)
        key = key_of(self.code, content, str(item.path), item.format, tuple(required), tuple(optional), said)
        frame, told = places = self._places(name)
        if self.kept.holds(name, key, places):
            return _taken(wave, frame, told)
        data = read_wave(item, source, wave, required, optional)
        if not data.problems:
            write_parquet(data.frame, frame, inputs={item.path.name: content})
            write_text(_telling(data), told)
            self.kept.note(name, key, places)
        return data

    def _places(self, name: str) -> tuple[Path, Path]:
        return self.folder / f"{name}.parquet", self.folder / f"{name}.json"


def _said(source: Source, wave: Wave, names: Sequence[str]) -> list[Any]:
    """What the registers say that the reading of a file depends on: of the wave, its variables and their codes.

    A variable's other waves are left out: a new wave changes nothing about those that were read.
    """
    entries: list[Any] = [wave.name, wave.prefix, source.spec["person"], sorted(source.missing.items())]
    for name in dict.fromkeys(names):
        variable = source.variable(name, wave.name)
        if variable is None:
            entries.append((name, source.kind(name)))
            continue
        allowed = source.allowed(variable)
        codes = sorted(allowed) if isinstance(allowed, frozenset) else allowed
        entries.append((replace(variable, waves=(), label=""), source.column(variable, wave.name), codes))
    return entries


def _telling(data: WaveData) -> str:
    return json.dumps({name: getattr(data, name) for name in TOLD})


def _taken(wave: Wave, frame: Path, told: Path) -> WaveData:
    """A part as `read_wave` gave it."""
    found = read_json(told)
    return WaveData(
        wave,
        read_parquet(frame),
        found["rows"],
        tuple(found["header"]),
        found["present"],
        (),
        tuple(found["notes"]),
    )
