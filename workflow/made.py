"""What earlier runs made, so that a file that was cut short or changed since is made again."""

import base64
import json
import shutil
from bisect import bisect
from collections.abc import Collection
from pathlib import Path

from mobility.contents import read_notes, state_of
from mobility.package.files import HANDED_ON, MANIFEST
from mobility.storage import file_hash, read_yaml, write_text

METADATA = Path(".snakemake/metadata")
LEDGER = Path(".snakemake/made.json")
KNOWN = Path(".snakemake/known")  # there while all that was made is on Snakemake's record
PLACES = ("results", "reports")
NOTES = "README.md"  # of these two, made by no run
MARK = "synthetic.yaml"  # it stands for the whole invented delivery beside it


def is_known() -> bool:
    """Whether all that is there was made by runs of which this folder has the record.

    A project that was copied without its hidden folders, or has lost them, has none: Snakemake would take what it finds
    for whatever the settings ask now.
    """
    there = any(path.name != NOTES for place in PLACES for path in Path(place).rglob("*") if path.is_file())
    if not there:
        note_known()
    return KNOWN.exists()


def note_known() -> None:
    """Note that all was made, or that nothing was."""
    write_text("", KNOWN)


def note_made() -> None:
    """Write down every file that a job made: what the file system says of it, and the hash of what is in it."""
    before = read_notes(LEDGER)
    ledger = {str(path): _entry(path, before) for made in outputs() for path in files_of(made)}
    if ledger == before:
        LEDGER.touch()  # as new as what it was compared with
    else:
        write_text(json.dumps(ledger, indent=0), LEDGER)


def remove_spoilt() -> list[str]:
    """Remove what is no longer as its job left it; gives the names. Snakemake then makes it again."""
    ledger = read_notes(LEDGER)
    # What a run made that was killed before it could note it is newer than the notes.
    noted = LEDGER.stat().st_mtime if ledger else 0.0
    names = sorted(ledger)
    spoilt = [made for made, recorded in outputs().items() if recorded <= noted and _is_spoilt(made, ledger, names)]
    for made in spoilt:
        if made.is_dir():
            shutil.rmtree(made)
        else:
            made.unlink()
    return [str(made) for made in spoilt]


def remove_left_over(studies: Collection[str]) -> list[str]:
    """Remove what earlier whole runs made for tables and figures that these studies have no more; gives the names.

    It was judged by the thresholds of its own run, and would lie beside what the last one released.
    """
    made_now = read_yaml(Path(MANIFEST))["files"]["outputs"]
    folders = tuple(f"{place}/{study}/" for place in HANDED_ON for study in studies)
    left = [made for made in outputs() if made.as_posix().startswith(folders) and made.as_posix() not in made_now]
    gone = [made for made in left if made.is_file()]
    for made in gone:
        made.unlink()
    return [str(made) for made in gone]


def outputs() -> dict[Path, float]:
    """Files and folders that are there and that Snakemake says its jobs made, with the time when it said so."""
    found = {}
    for record in sorted(METADATA.rglob("*")) if METADATA.is_dir() else []:
        if record.is_file():
            name = "".join(part.removeprefix("@") for part in record.relative_to(METADATA).parts)
            made = Path(base64.urlsafe_b64decode(name).decode(errors="replace"))
            if made.exists() and not made.is_absolute():
                found[made] = record.stat().st_mtime
    return found


def files_of(made: Path) -> list[Path]:
    """Files that an output stands for: itself, those in its folder, or the delivery that it marks as whole."""
    folder = _folder_of(made)
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder else [made]


def _folder_of(made: Path) -> Path | None:
    return made if made.is_dir() else made.parent if made.name == MARK else None


def _is_spoilt(made: Path, ledger: dict[str, list], names: list[str]) -> bool:
    """Whether a noted file of an output is gone or holds something else. What was never noted is taken as whole.

    names : of the files of the ledger, in their order.
    """
    folder = _folder_of(made)
    below = names[bisect(names, f"{folder}/") : bisect(names, f"{folder}/\U0010ffff")] if folder else []
    return any(
        name in ledger and (not Path(name).is_file() or _entry(Path(name), ledger)[-1] != ledger[name][-1])
        for name in below or [str(made)]
    )


def _entry(path: Path, ledger: dict[str, list]) -> list:
    """Bytes, dates and hash of a file; the noted hash where the file system says the same of it."""
    state = state_of(path)
    before = ledger.get(str(path), [])
    return before if before[:-1] == state else [*state, file_hash(path)]
