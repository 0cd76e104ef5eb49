"""One step of a run: a line when it is done, and a user's mistake shown without a traceback, its log named."""

import errno
import gc
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from mobility.errors import EXIT_CODE, MobilityError

MEMORY = "peak memory:"
# Most of what a step makes lives to its end: looking for dead objects less often saves up to a tenth of its time.
SELDOM = (100_000, 50, 100)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def say(text: object) -> None:
    """Print a line for whoever is at the terminal; a run of which nobody reads any more (`| head`) goes on."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str, log: str | Path) -> Iterator[None]:
    """Run the block as the step `title`.

    Success prints one line. A `MobilityError` prints its message and ends the process with its exit code; anything else
    is ours to mend: the lines of code go to `log`, the last of them and the log's name to the terminal. What such an
    error says of itself is left out: it may hold an identifier or an answer.
    """
    started = time.perf_counter()
    gc.set_threshold(*SELDOM)
    try:
        yield
    except MobilityError as error:
        _stop(title, str(error), log)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            _stop(title, f"Nothing more can be written ({os.strerror(error.errno)}). Make room, then run again.", log)
        frames = traceback.extract_tb(error.__traceback__)
        last = f"{type(error).__name__} in {Path(frames[-1].filename).name}, line {frames[-1].lineno}"
        _note(log, f"{title}\n{''.join(traceback.format_list(frames))}{last}")
        say(f"\n{title} failed: {last}\n(log: {log})\n")
        sys.exit(1)
    line = f"{title} ({time.perf_counter() - started:.1f} s)"
    _note(log, f"{line}\n{MEMORY} {_peak()} MB")
    say(f"  {line}")


def _stop(title: str, reason: str, log: str | Path) -> NoReturn:
    """End the process with what the user has to mend."""
    _note(log, f"{title}\n{reason}")
    say(f"\n{title} stopped:\n{reason}\n(log: {log})\n")
    sys.exit(EXIT_CODE)


def _note(log: str | Path, text: str) -> None:
    """Write the log; where that cannot be, as on a full disk, the terminal has said it all the same."""
    path = Path(log)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")


def logged(log: Path) -> dict[str, Any]:
    """`seconds` and `memory_mb` of a step from its log; empty where it did not come to its end."""
    text = log.read_text(encoding="utf-8") if log.is_file() else ""
    found = re.search(rf" \(([\d.]+) s\)\n{MEMORY} (\d+) MB\n$", text)
    return {"seconds": float(found[1]), "memory_mb": int(found[2])} if found else {}


def began_at(log: Path) -> datetime | None:
    """When a step began, by the date of its log and how long it took; None where it did not come to its end."""
    told = logged(log)
    return datetime.fromtimestamp(log.stat().st_mtime - told["seconds"], UTC) if told else None


def _peak() -> int:
    """Largest memory of this process so far, in MB; 0 where the system does not tell it."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return 0
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return round(getrusage(RUSAGE_SELF).ru_maxrss / unit)
