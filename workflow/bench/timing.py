"""What every measurement uses: wall times, peak memory, the machine."""

import os
import platform
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).parent.parent.parent
REPEATS = 5


class NotHereError(Exception):
    """What a subject needs is not on this machine: says what, and the command that brings it."""


def run_report(folder: Path, *arguments: str, cores: int = 2) -> dict:
    """One `make report`: wall seconds and the peak of all its processes' memory, in megabytes."""
    return watched([sys.executable, "workflow/run.py", "--cores", str(cores), *arguments], folder)


def watched(command: Sequence[str], folder: Path) -> dict:
    """Run a command in a folder: wall seconds and the peak of all its processes' memory, in megabytes."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak))
    watcher.start()
    _, errors = process.communicate()
    watcher.join()
    if process.returncode:
        raise SystemExit(errors)
    return {"seconds": round(time.perf_counter() - started, 1), "peak_mb": round(peak[0])}


def _watch(pid: int, peak: list[float]) -> None:
    """Sample the resident memory of a process and its children until it ends."""
    try:
        parent = psutil.Process(pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            family = [parent, *parent.children(recursive=True)]
            peak[0] = max(peak[0], sum(_resident(member) for member in family))
            time.sleep(0.05)
    except psutil.NoSuchProcess:
        return


def _resident(process: psutil.Process) -> float:
    try:
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
