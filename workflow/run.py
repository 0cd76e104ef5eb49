"""Run everything in config.yaml: what `make report` calls. Short progress, plain failures, recovery after a kill.

python workflow/run.py --cores 2 [snakemake arguments]
"""

import argparse
import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import ahead
import whole
from alone import alone
from imports import HASHES, SCRIPTS, all_code, names_of
from made import is_known, note_known, note_made, remove_left_over, remove_spoilt
from mobility.checker import ENTRY, PLACE
from mobility.contents import HashStore
from mobility.errors import EXIT_CODE, DataError, MobilityError, RunError
from mobility.progress import say
from mobility.render.formats import study_links
from mobility.storage import read_mapping

CONFIG = Path("config.yaml")
CACHE = Path(".snakemake/cache")
LOCKS = Path(".snakemake/locks")
EDITED = ("studies", "examples", "sources", "resources", "workflow")
ROOM = 20_000_000  # bytes without which no run can begin
PROBE = 100_000  # bytes that are written to see whether they can be, as under a quota
WRITTEN = tuple(map(Path, (".snakemake", "logs", "results", "reports")))


def main() -> int:
    """Run the DAG, which checks the settings first, and name what came out. Exit code 2 for a user's mistake."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cores", default="2", help="jobs at once (default 2)")
    arguments, rest = parser.parse_known_args()
    os.environ.setdefault("XDG_CACHE_HOME", str(CACHE.absolute()))  # Snakemake's; a home may be closed
    started = time.perf_counter()
    try:
        fail_if_closed(Path(), WRITTEN)
        fail_if_full([Path(), *WRITTEN])
        with alone() as lock:
            before = "" if rest else whole.project()
            if before and whole.is_whole(before):
                say("Nothing has changed since the last run.")
            elif not _run(["--cores", arguments.cores], rest, lock):
                return EXIT_CODE
            elif before:
                whole.note_whole(before)
    except MobilityError as error:
        say(error)
        return EXIT_CODE
    opened = "" if rest else what_to_open(read_mapping(CONFIG)["studies"])
    say(f"Done in {time.perf_counter() - started:.0f} s.{opened}")
    return 0


def what_to_open(studies: Sequence[str]) -> str:
    """The pages of a run, for whom each is; the first study stands for all."""
    name = studies[0]
    pages = {
        "to read": "reports/index.html, and from there the page of each study",
        "to print or compute": f"{', '.join(study_links(name).values())} in reports/{name}, and so of each study",
        "to check what may leave": f"{PLACE}/{ENTRY}, for the output checker (restricted)",
        "to trace a number": f".venv/bin/mobility explain {name}",
    }
    return " Open reports/index.html\n" + "\n".join(f"  {reader}: {page}" for reader, page in pages.items())


def _run(how: list[str], rest: list[str], lock: int) -> bool:
    """Run Snakemake, which holds the lock too, and note what it made; whether it came to its end."""
    snakemake = [sys.executable, "-m", "snakemake"]
    _release_stale_lock(snakemake)
    for name in remove_spoilt():
        say(f"  {name} is not as it was made; it is made again")
    if not is_known():
        say("  There is no record of how the results were made; all are made again")
        how = [*how, "--forceall"]
    held = {"pass_fds": (lock,)} if os.name == "posix" else {}
    if not rest:
        ahead.begin(sys.executable, names_of(SCRIPTS.glob("*.py")), all_code(HashStore(HASHES)))
    try:
        command = [*snakemake, "--quiet", "all", *how, *(rest or ["--", "all"])]
        done = subprocess.run(command, check=False, **held)
        if done.returncode == 0 and not rest:
            note_known()
            for name in remove_left_over(read_mapping(CONFIG)["studies"]):
                say(f"  {name} is of a table or figure that the study has no more; it is removed")
    finally:
        with suppress(DataError, OSError):  # a full disk: what was made is not noted, the reason stands above
            note_made()
    if done.returncode not in (0, EXIT_CODE):  # what is wrong in the settings was said, and nothing was run
        _say_why()
    return done.returncode == 0


def _say_why() -> None:
    """What else may have stopped a run, after the words of the job or of Snakemake."""
    if late := from_the_future(Path(), time.time()):
        say(f"Dated after this machine's clock: {', '.join(late)}. Set the clock, or: touch FILE.")
    with _said():
        fail_if_full([Path(), *WRITTEN])
    say("The run stopped. The message above says why; `make report` goes on from there.")


def fail_if_closed(root: Path, folders: tuple[Path, ...]) -> None:
    """Raise `RunError` where one of `folders`, or a folder below one, cannot be written into."""
    closed = [] if os.access(root, os.W_OK) else [root.absolute()]
    for folder in folders:
        below = [folder, *(Path(place) for place, _, _ in os.walk(folder))]
        closed += [place for place in below if place.exists() and not os.access(place, os.W_OK | os.X_OK)]
    if closed:
        places = ", ".join(dict.fromkeys(map(str, closed[:3])))
        raise RunError(
            f"No permission to write into {places}. Ask for write access, or copy the project to a folder of yours; "
            "then type `make report` again."
        )


def fail_if_full(folders: Sequence[Path]) -> None:
    """Raise `RunError` where one of `folders` that are there, or the folder of temporary files, has no room left."""
    try:
        for folder in [*filter(Path.is_dir, folders), Path(tempfile.gettempdir())]:
            with tempfile.TemporaryFile(dir=folder) as stream:
                stream.write(bytes(PROBE))
            if shutil.disk_usage(folder).free < ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        place = "any folder for temporary files" if isinstance(error, FileNotFoundError) else folder.absolute()
        raise RunError(
            f"No room to write in {place} ({os.strerror(error.errno or 0)}). Make room there, as by deleting what is "
            "not needed; then type `make report` again."
        ) from None


@contextmanager
def _said() -> Iterator[None]:
    """A reason to stop that is said, where the run stops anyway."""
    try:
        yield
    except RunError as error:
        say(error)


def from_the_future(root: Path, now: float) -> list[str]:
    """Files that people edit and that are dated after `now` (seconds): Snakemake refuses what is made from them."""
    files = [
        root / "config.yaml",
        *(path for folder in EDITED for path in (root / folder).rglob("*") if path.is_file()),
    ]
    return sorted(path.relative_to(root).as_posix() for path in files if path.exists() and path.stat().st_mtime > now)


def _release_stale_lock(snakemake: list[str]) -> None:
    """After a kill the lock of the dead run stays; nothing of it is alive, or ours could not be held."""
    if LOCKS.is_dir() and any(LOCKS.iterdir()):
        subprocess.run([*snakemake, "--unlock", "--quiet", "all"], check=False, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
