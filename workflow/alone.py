"""One run at a time in a project's folder: a lock that dies with its holders, and what a killed run left at work."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil

from mobility.errors import RunError

LOCK = Path(".snakemake/run.lock")
JOB = ".snakemake/scripts/"


@contextmanager
def alone() -> Iterator[int]:
    """Hold the lock of this folder while the block runs; gives its descriptor, for a child to hold it too.

    The operating system drops the lock when the last of its holders ends, however it ends.

    Raises
    ------
    RunError
        Another run, or a job that a killed run left behind, is at work here.
    """
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("a") as stream:
        if not _taken(stream) or at_work():
            raise RunError(_busy(at_work()))
        yield stream.fileno()


def at_work() -> list[psutil.Process]:
    """Processes of Snakemake and of its jobs in this folder, without this process and those that started it."""
    here = Path.cwd()
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in own and _works_in(process, here)]


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        words = process.cmdline()
        return _is_run(words) and process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == folder
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return False


def _is_run(words: list[str]) -> bool:
    """Whether a command line is Snakemake's, `workflow/run.py` or a job's script, run by Python."""
    if not words or not Path(words[0]).name.lower().startswith(("python", "snakemake")):
        return False
    return any(Path(word).name == "snakemake" or word == "workflow/run.py" or JOB in word for word in words)


def _busy(processes: list[psutil.Process]) -> str:
    numbers = " ".join(str(process.pid) for process in processes)
    since = min((process.create_time() for process in processes), default=None)
    who = f" (process {numbers}, since {time.strftime('%H:%M', time.localtime(since))})" if since else ""
    end = f", or end it with `kill {numbers}`" if numbers and os.name == "posix" else ""
    return f"Another run is at work in this folder{who}. Wait until it is done{end}; then type `make report` again."


def _taken(stream: IO[str]) -> bool:
    """Whether the lock could be had."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True
