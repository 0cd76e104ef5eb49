"""What a job made before and need not make again: a record of what each thing was made from, and of its files."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mobility.contents import read_notes
from mobility.storage import file_hash, write_text

STORE = Path("results/restricted/.kept")  # among what is restricted: some of it is


class Kept:
    """Things by name, each with the key of what it was made from and the hashes of its files; kept in `record`.

    A key holds everything that the thing depends on: specs, data and code. A file that was changed since is made again,
    whatever its key, and so is one that is lost.

    Attributes
    ----------
    store : folder with a second name of each file. Snakemake removes what a job made before it begins, so that nothing
        old is left where it fails: from there it is brought back. None where nobody removes the files.
    before, after : by name the key and the hashes, as the record had them and as they will be written.
    """

    def __init__(self, record: str | Path, store: Path | None = None) -> None:
        self.record, self.store = Path(record), store
        self.before: dict[str, list[str]] = read_notes(self.record)
        self.after: dict[str, list[str]] = {}
        self._stored: set[Path] = set()

    def holds(self, name: str, key: str, files: Iterable[Path]) -> bool:
        """Whether a thing is there as it would be made. Its files then are as good as new, and dated so."""
        paths, known = list(files), self.before.get(name, [])
        if known[:1] != [key] or len(known) != len(paths) + 1:
            return False
        if not all(self._is_there(path, content) for path, content in zip(paths, known[1:], strict=True)):
            return False
        for path in paths:
            path.touch()
        self.after[name] = known
        return True

    def note(self, name: str, key: str, files: Iterable[Path]) -> None:
        """Note that a thing was made."""
        paths = list(files)
        self.after[name] = [key, *map(file_hash, paths)]
        for path in paths:
            if stored := self._place(path):
                _name_again(path, stored)

    def save(self) -> None:
        """Write the record of what was held or noted; what was neither is forgotten."""
        write_text(json.dumps(self.after, indent=0) + "\n", self.record)
        for path in self.store.rglob("*") if self.store else ():
            if path.is_file() and path not in self._stored:
                path.unlink()

    def _is_there(self, path: Path, content: str) -> bool:
        """Whether a file with this hash is in its place, or was brought back to it."""
        stored = self._place(path)
        if path.is_file() and file_hash(path) == content:
            return True
        if stored is None or not stored.is_file() or file_hash(stored) != content:
            return False
        _name_again(stored, path)
        return True

    def _place(self, path: Path) -> Path | None:
        """Where the second name of a file is."""
        stored = self.store / path.relative_to(path.anchor) if self.store else None
        if stored:
            self._stored.add(stored)
        return stored


@contextmanager
def unless_same(job: Any, apart: Iterable[str] = (), told: Callable[[], object] = tuple) -> Iterator[bool]:
    """Whether a job has to do its work: else what it made of the same before is in its place.

    job : Snakemake's. The same are its parameters, which hold its code, and the content of its inputs, as they are when
    it begins: those of the plan may have been edited since. What is edited while it is at work is not what it read, and
    the job is noted as never done. apart : inputs of which no more counts than what `told` says of them, which may rest
    on what the job made when it last did its work.
    """
    folder = STORE / str(job.rule)
    kept = Kept(folder / "job.json", folder / "job")
    apart, whole = list(apart), _key_of(job)
    # The files of a folder are not known before they are made: those that were noted are its.
    known = [Path(name) for name in kept.before.get("files", [])]
    same = kept.holds("job", key_of(_key_of(job, apart), told()), known)
    yield not same
    files = known if same else list(_files(map(str, job.output)))
    if not same and _key_of(job) == whole:
        kept.note("job", key_of(_key_of(job, apart), told()), files)
    kept.after["files"] = list(map(str, files))
    kept.save()


def _key_of(job: Any, apart: Iterable[str] = ()) -> str:
    said = {*getattr(job.input, "specs_said", ()), *apart}  # what specs say is among its parameters
    content = [(str(path), file_hash(path)) for path in _files(sorted({*map(str, job.input)} - said))]
    return key_of(sorted(job.params.items()), sorted(map(str, job.output)), content)


def _files(paths: Iterable[str]) -> Iterator[Path]:
    """Files, and those below folders but for Snakemake's own."""
    for path in map(Path, paths):
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (each for each in below if each.is_file() and each.name != ".snakemake_timestamp")


def _name_again(path: Path, other: Path) -> None:
    """Give a file a second name in place of what is there; a copy where the file system has no such names."""
    other.parent.mkdir(parents=True, exist_ok=True)
    other.unlink(missing_ok=True)
    try:
        os.link(path, other)
    except OSError:
        shutil.copy2(path, other)


def key_of(*parts: object) -> str:
    """A key from the words of several values; values that compare equal must have the same words."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()
