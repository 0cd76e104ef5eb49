"""Whether anything has changed since a whole run: where nothing has, there is nothing to plan.

What a run rests on and what it made are told apart by what the file system says of each file, as in `made`. Where that
does not say it for certain (a linked folder, one that is closed) or anything is another, Snakemake decides.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from mobility.contents import read_notes, state_of
from mobility.storage import write_text

OUTSIDE = Path(".snakemake/outside.json")  # what the last plan rests on beside the project's files
STAMP = Path(".snakemake/whole.json")
MADE = ("results", "reports")
# What no job reads, and folders whose name begins with a dot.
NOT_READ = (*MADE, "benchmarks", "logs", "package", "releases", "tests", "wheelhouse")


def note_outside(places: Iterable[str | Path]) -> None:
    """Note files and folders that a run rests on, wherever they lie, as they are now: before any of them is read."""
    outside = sorted({str(Path(place).absolute()) for place in places})
    write_text(json.dumps({"places": outside, "state": _state(outside)}, indent=0), OUTSIDE)


def project() -> str:
    """The state of the project's files on which a run rests, and of the Python that runs it; empty where unsure."""
    return _state(path for path in Path().iterdir() if path.name not in NOT_READ and not path.name.startswith("."))


def note_whole(before: str) -> None:
    """Note that all was made of what there is.

    before : what `project` said before the run. What was edited while it ran is not what was read: nothing is noted.
    """
    STAMP.unlink(missing_ok=True)
    outside, made = read_notes(OUTSIDE), _state(MADE)
    state = {"project": project(), "outside": _state(outside.get("places", [])), "made": made}
    if all(state.values()) and state["project"] == before and state["outside"] == outside.get("state"):
        write_text(json.dumps(state), STAMP)


def is_whole(before: str) -> bool:
    """Whether all is as it was after the last whole run. before : what `project` says."""
    noted = read_notes(STAMP)
    if noted.get("project") != before:  # the rest need not be looked at
        return False
    return noted == {
        "project": before,
        "outside": _state(read_notes(OUTSIDE).get("places", [])),
        "made": _state(MADE),
    }


def _state(places: Iterable[str | Path]) -> str:
    """One fingerprint of the names and states of files at and below places; empty where it cannot be said."""
    found = hashlib.sha256(f"{sys.version} {sys.prefix}".encode())
    with suppress(_UnsureError, OSError):
        for place in sorted(map(str, places)):
            for path in _files(Path(place).resolve()):
                found.update(f"{path}\t{state_of(path)}\n".encode())
        return found.hexdigest()
    return ""


def _files(place: Path) -> Iterator[Path]:
    """A file, or those below a folder, in their order; compiled modules are left out."""
    if not place.is_dir():
        yield place
        return
    for folder, names, files in os.walk(place, onerror=_raise):
        if any(Path(folder, name).is_symlink() for name in names):
            raise _UnsureError(folder)
        names[:] = sorted(name for name in names if name != "__pycache__")
        yield from (Path(folder, name) for name in sorted(files))


class _UnsureError(Exception):
    """A folder lies elsewhere."""


def _raise(error: OSError) -> None:
    raise error
