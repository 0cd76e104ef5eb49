"""The default run on small deliveries through a true Slurm of one node, and its cells beside those of this machine."""

import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from cluster import cannot, cluster
from reports import copy_project
from timing import NotHereError, run_report

PLUGIN = "snakemake_executor_plugin_slurm"
GET = ".venv/bin/python -m pip install --no-deps $(.venv/bin/python workflow/extra.py slurm)"
SENT = "has been submitted with SLURM jobid"  # the plugin's words, once a job
PARTS = ("results/restricted", "results/released", "results/checks")
# A cluster without a data base of its jobs, whose state changes within seconds.
HERE = (
    *("--slurm-no-account", "--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "3", "--seconds-between-status-checks", "3", "--latency-wait", "5"),
    *("--default-resources", "slurm_partition=main", "mem_mb=1000", "runtime=10"),
)


def measure(folder: Path) -> dict:
    """Everything of this module; raises `NotHereError` where no cluster can be had."""
    if reason := cannot() or ("" if find_spec(PLUGIN) else f"the extra `slurm` is not here: {GET}"):
        raise NotHereError(reason)
    return {"slurm": _measured(folder)}


def _measured(folder: Path) -> dict:
    """Seconds of both runs, the jobs that were sent, and the files of cells that differ between them."""
    one, sent = folder / "one_machine", folder / "sent"
    for project in (one, sent):
        copy_project(project)
        config = project / "config.yaml"
        config.write_text(config.read_text().replace("size: full", "size: small"))
    here = run_report(one)["seconds"]
    with cluster(folder / "cluster"):
        started = time.perf_counter()
        command = [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm", *HERE, "--", "all"]
        done = subprocess.run(command, cwd=sent, capture_output=True, text=True, check=False)
        seconds = round(time.perf_counter() - started, 1)
    if done.returncode:
        raise SystemExit(done.stderr)
    times = {"one_machine_seconds": here, "slurm_seconds": seconds}
    return {**times, "jobs_sent": done.stderr.count(SENT), **compare(one, sent)}


def compare(one: Path, other: Path) -> dict:
    """Files of cells in both runs, in one of them only, and those that differ."""
    found, theirs = _tables(one), _tables(other)
    shared = found.keys() & theirs.keys()
    different = sorted(name for name in shared if found[name].read_bytes() != theirs[name].read_bytes())
    return {"tables": len(shared), "in_one_only": sorted(found.keys() ^ theirs.keys()), "different": different}


def _tables(project: Path) -> dict[str, Path]:
    """CSV files of what a run made, by their places; the invented deliveries are inputs."""
    return {
        path.relative_to(project).as_posix(): path
        for part in PARTS
        for path in sorted((project / part).rglob("*.csv"))
        if "synthetic" not in path.relative_to(project).parts
    }


if __name__ == "__main__":
    print(compare(Path(sys.argv[1]), Path(sys.argv[2])))
