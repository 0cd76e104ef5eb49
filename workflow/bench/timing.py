"""What every measurement uses: times, peak memory, the machine."""

import os
import platform
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).parent.parent.parent
REPEATS = 5
PAUSE = 0.05  # seconds from one look at processes to the next


class NotHereError(Exception):
    """What a subject needs is not on this machine: says what, and the command that brings it."""


@dataclass
class Family:
    """A process and all below it, as last looked at. used : seconds of the processor by the process's number."""

    peak_mb: float = 0.0
    used: dict[int, float] = field(default_factory=dict)


def run_report(folder: Path, *arguments: str, cores: int = 2) -> dict:
    """One `make report`: what `watched` tells."""
    return watched([sys.executable, "workflow/run.py", "--cores", str(cores), *arguments], folder)


def watched(command: Sequence[str], folder: Path) -> dict:
    """Run a command in a folder: seconds by the clock and of the processor, and the peak of memory in megabytes.

    The latter two are of all its processes, looked at every `PAUSE`: the system's own count leaves out jobs that nobody
    waits for.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    family = Family()
    watcher = threading.Thread(target=_watch, args=(process.pid, family))
    watcher.start()
    _, errors = process.communicate()
    watcher.join()
    if process.returncode:
        raise SystemExit(errors)
    seconds, used = time.perf_counter() - started, sum(family.used.values())
    return {"seconds": round(seconds, 1), "cpu_seconds": round(used, 1), "peak_mb": round(family.peak_mb)}


def _watch(pid: int, family: Family) -> None:
    """Look at a process and those below it until it ends."""
    try:
        parent = psutil.Process(pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            members = [parent, *parent.children(recursive=True)]
            family.peak_mb = max(family.peak_mb, sum(_look(member, family) for member in members))
            time.sleep(PAUSE)
    except psutil.NoSuchProcess:
        return


def _look(process: psutil.Process, family: Family) -> float:
    """Resident memory of a process in megabytes; what it has used of the processor is noted."""
    try:
        with process.oneshot():
            times = process.cpu_times()
            family.used[process.pid] = times.user + times.system
            return process.memory_info().rss / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def best(work: Callable[[], object], repeats: int = REPEATS, decimals: int = 3) -> float:
    """Least of several wall times, in seconds."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return round(min(times), decimals)


def peak_mb() -> int:
    """Largest resident memory of this process so far, in megabytes, without that of the process which started it."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return round(int(lines["VmHWM"].split()[0]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def cross_product_seconds(X: np.ndarray) -> float:
    """Seconds of one weighted sum of products of the columns of X (n, k), which no fit with weights can do without."""
    weights = np.linspace(0.5, 1.5, len(X))
    return best(lambda: (X * weights[:, None]).T @ X, decimals=5)


def machine_kind() -> str:
    """The kind of machine in words, without a name: times of one kind can be compared."""
    gigabytes = round(psutil.virtual_memory().total / 2**30)
    return f"{platform.machine()}, {os.cpu_count()} cores, {gigabytes} GB, Python {platform.python_version()}"


def load() -> float:
    """Load per core over the last minute: above 1 others measured beside us."""
    return round(os.getloadavg()[0] / (os.cpu_count() or 1), 2)


def machine() -> dict:
    """Cores, system and versions."""
    packages = {name: version(name) for name in ("numpy", "pandas", "pyarrow", "snakemake")}
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.machine(), **packages}
