"""A true Slurm of one node on this machine: `python cluster.py up FOLDER [MB]` sets it up, `down FOLDER` takes it down.

Needs Debian's `slurm-wlm` and `munge`, and the rights of root. Everything of it (settings, key, state, logs, the
daemons' numbers) lies in the folder, but for one link, /etc/slurm/slurm.conf, by which every command of Slurm finds it:
Snakemake clears the variables of Slurm within its jobs. Where there are settings already nothing is done.
"""

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue")
PLACES = ("/usr/sbin", "/sbin")
CONFIG = Path("/etc/slurm/slurm.conf")
DAEMONS = "daemons.json"
WAIT = 30  # seconds until the node must be idle, and until the daemons must have ended
SETTINGS = """ClusterName=bench
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
OverTimeLimit=UNLIMITED
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={memory}
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def cannot() -> str:
    """Why no cluster can be had here; nothing where it can."""
    missing = [name for name in PROGRAMS if not _find(name)]
    if missing:
        return f"not here: {', '.join(missing)}. On Debian: apt-get install slurm-wlm munge"
    if CONFIG.is_symlink() or CONFIG.exists():
        return f"{CONFIG} is there: this machine has a Slurm already"
    return "" if os.geteuid() == 0 else "Slurm's daemons want the rights of root"


def up(folder: Path, memory: int = 0) -> None:
    """Start key service, controller and node; returns when jobs can be taken. Raises `SystemExit` where they cannot.

    memory : MB that the node has, by default nine tenths of the machine's.
    """
    if reason := cannot():
        raise SystemExit(reason)
    for place in (folder / "state", folder / "spool"):
        place.mkdir(parents=True, exist_ok=True)
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    host = socket.gethostname().split(".")[0]
    memory = memory or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 * 9 // 10
    values = {"host": host, "user": getpass.getuser(), "folder": folder, "cores": os.cpu_count(), "memory": memory}
    (folder / "slurm.conf").write_text(SETTINGS.format(**values))
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.symlink_to(folder / "slurm.conf")
    files = {name: str(folder / f"munge.{name}") for name in ("socket", "log", "pid", "seed")}
    named = [f"--{option}-file={files[name]}" for option, name in (("log", "log"), ("pid", "pid"), ("seed", "seed"))]
    _start(folder, "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={files['socket']}", *named)
    _until(lambda: Path(files["socket"]).exists(), f"munged did not begin: {files['log']}")
    _start(folder, "slurmctld", "-D")
    _start(folder, "slurmd", "-D", "-N", host)
    _until(lambda: "idle" in _said("sinfo"), f"the node is not idle after {WAIT} s: {folder}/slurmd.log")


def down(folder: Path) -> None:
    """End the daemons by the numbers that `up` wrote down; returns when they have ended and written their state."""
    running = [own for number in reversed(_daemons(folder)) for own in _daemon(number)]
    for own in running:
        own.terminate()
    psutil.wait_procs(running, timeout=WAIT)
    (folder / DAEMONS).unlink(missing_ok=True)
    if CONFIG.is_symlink() and CONFIG.readlink() == folder / "slurm.conf":
        CONFIG.unlink()


@contextmanager
def cluster(folder: Path) -> Iterator[None]:
    """A cluster while the block runs."""
    try:
        up(folder)
        yield
    finally:
        down(folder)


def _find(name: str) -> str | None:
    return shutil.which(name) or next((f"{place}/{name}" for place in PLACES if Path(place, name).is_file()), None)


def _start(folder: Path, name: str, *options: str) -> None:
    """Start a daemon in the foreground of a session of its own, and write its number down."""
    with (folder / f"{name}.out").open("wb") as out:
        command = [str(_find(name)), *options]
        started = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True, cwd=folder)
    (folder / DAEMONS).write_text(json.dumps([*_daemons(folder), started.pid]))


def _daemons(folder: Path) -> list[int]:
    record = folder / DAEMONS
    return json.loads(record.read_text()) if record.is_file() else []


def _daemon(number: int) -> list[psutil.Process]:
    """The daemon of that number; none where it has ended, whoever has its number since."""
    with suppress(psutil.NoSuchProcess):
        own = psutil.Process(number)
        return [own] if own.name() in PROGRAMS else []
    return []


def _said(command: str) -> str:
    return subprocess.run([command], capture_output=True, text=True, check=False).stdout


def _until(ready: Callable[[], bool], problem: str) -> None:
    for _ in range(WAIT * 2):
        if ready():
            return
        time.sleep(0.5)
    raise SystemExit(problem)


def main(action: str, folder: str, *memory: str) -> None:
    """`up` or `down`."""
    {"up": up, "down": down}[action](Path(folder).absolute(), *map(int, memory))


if __name__ == "__main__":
    main(*sys.argv[1:])
