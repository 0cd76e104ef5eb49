"""A set-up and a small report on a machine without a network: packages and project from a wheelhouse alone."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from timing import ROOT, NotHereError

ALONE = ("unshare", "--user", "--map-root-user", "--net")
REACH = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
HOUSE = "house of wheels"
KNOWN = {".venv", ".snakemake", "logs", "results", "reports", "src", "workflow"}


def measure(folder: Path) -> dict:
    """Pack, clone, set up and run behind no route; ends with what went wrong, if anything did.

    Raises `NotHereError` where no such network can be had.
    """
    if reason := cannot():
        raise NotHereError(reason)
    return {"offline": _measured(folder)}


def cannot() -> str:
    """Why no network namespace without a route can be had here; nothing where it can."""
    if not shutil.which(ALONE[0]):
        return "`unshare` is not here (Linux only): apt-get install util-linux"
    tried = subprocess.run([*ALONE, sys.executable, "-c", REACH], capture_output=True, text=True, check=False)
    if "unreachable" in tried.stderr:
        return ""
    return f"`{' '.join(ALONE)}` gives no namespace without a route: {''.join(tried.stderr.strip().splitlines()[-1:])}"


def _measured(folder: Path) -> dict:
    house, project, home = folder / HOUSE, folder / "lab", folder / "home"
    home.mkdir()
    pack, _ = _timed([sys.executable, "workflow/wheelhouse.py", "pack", str(house)], ROOT)
    _timed(["git", "clone", "--quiet", str(house / "mobility.bundle"), str(project)], folder)
    config = project / "config.yaml"
    lines = config.read_text().replace("size: full", "size: small").splitlines()
    config.write_text("\n".join("studies: [gatsby, wage_panel]" if x.startswith("studies:") else x for x in lines))
    make = [*ALONE, "make", f"WHEELHOUSE={house}", f"PYTHON={Path(sys.executable).resolve()}"]
    set_up, _ = _timed([*make, ".venv/.ready"], project)
    before = time.time()
    report, said = _timed([*make, "report"], project, HOME=str(home))
    outside = [path for path in home.rglob("*") if path.is_file()]
    outside += [path for path in project.rglob("*") if path.is_file() and path.stat().st_mtime > before]
    outside = [str(path) for path in outside if path.relative_to(folder).parts[1] not in KNOWN]
    if outside or not (project / "reports/gatsby/gatsby.pdf").is_file():
        raise SystemExit(f"{said}\nwritten elsewhere: {outside}")
    sizes = {"wheelhouse_mb": _megabytes(house), "venv_mb": _megabytes(project / ".venv")}
    return {**sizes, "pack_seconds": pack, "set_up_seconds": set_up, "report_seconds": report, "written_elsewhere": 0}


def _timed(command: list[str], folder: Path, **extra: str) -> tuple[float, str]:
    """Wall seconds of a command, and what it said."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | extra)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    return round(time.perf_counter() - started, 1), done.stderr


def _megabytes(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6)
