"""The folder of a synthetic delivery: never in place of anything else, and whole or not there."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml

from mobility.errors import MobilityError
from mobility.storage import file_hash, read_yaml, write_text

MARKER = "synthetic.yaml"
NOTICE, TITLE = "SYNTHETIC.md", "# Synthetic data\n\nNobody in these files exists."
OURS = frozenset({MARKER, NOTICE, "truth"})
RECORD = frozenset({"size", "seed", "format", "version"})


@dataclass(frozen=True)
class Draft:
    """A delivery that is drawn: how its files are written, what its reader has to know, and what `MARKER` records."""

    write: Callable[[Path], None]
    notice: str
    record: Mapping[str, object]


def refuse_foreign(folder: Path, own: str) -> None:
    """Only an absent or empty folder, or an earlier delivery of ours and nothing else, may be written to.

    own : regular expression of the names of the folders that a delivery of the source has.

    Raises `MobilityError` that names what stands in the way.
    """
    if folder.exists() and not folder.is_dir():
        raise MobilityError(f"{folder}: is a file. Give a folder for the synthetic delivery, then run again.")
    if not folder.exists() or not any(path.is_file() for path in folder.rglob("*")):
        return
    if not _is_ours(folder):
        raise MobilityError(
            f"{folder}: holds files and no {MARKER} of ours, so it is no synthetic delivery and is left alone. "
            "Name an empty folder, or move what is in it, then run `mobility simulate` again."
        )
    there = (path.name for path in folder.iterdir() if path.name not in OURS)
    strange = sorted(name for name in there if not re.fullmatch(own, name))
    if strange:
        raise MobilityError(
            f"{folder}: holds {', '.join(strange[:3])} beside a synthetic delivery, and replacing it would lose that. "
            "Move it, then run `mobility simulate` again."
        )


def fill(folder: Path, draft: Draft) -> None:
    """Write the files, the notice and the record beside the folder, then put all in its place.

    The record is another where any file is: by it a run tells one delivery from the next.
    """
    partial = folder.parent / f".{folder.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        draft.write(partial)
        write_text(draft.notice, partial / NOTICE)
        names = sorted(path.relative_to(partial).as_posix() for path in partial.rglob("*") if path.is_file())
        content = sha256("".join(f"{name} {file_hash(partial / name)}\n" for name in names).encode()).hexdigest()
        write_text(yaml.safe_dump({**draft.record, "files_sha256": content}, sort_keys=False), partial / MARKER)
        _replace(folder, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether `simulate` wrote it; the notice is enough, as a workflow removes the marker before it runs again."""
    marker, notice = folder / MARKER, folder / NOTICE
    if marker.is_file():
        record = read_yaml(marker)
        return isinstance(record, dict) and record.keys() >= RECORD
    return notice.is_file() and notice.read_text(encoding="utf-8").startswith(TITLE)


def _replace(folder: Path, partial: Path) -> None:
    """Put the whole delivery in place of what stood there."""
    earlier = folder.parent / f".{folder.name}.earlier"
    shutil.rmtree(earlier, ignore_errors=True)
    if folder.exists():
        folder.rename(earlier)
    partial.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)
