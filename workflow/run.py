"""Run everything in config.yaml: what `make report` calls. Short progress, plain failures, recovery after a kill.

python workflow/run.py --cores 2 [snakemake arguments]
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from mobility.errors import EXIT_CODE, MobilityError
from mobility.settings import load_config, load_study

LOCKS = Path(".snakemake/locks")
RUNNING = Path(".snakemake/running.pid")


def main() -> int:
    """Check the settings, run the DAG, name what came out. Exit code 2 for a user's mistake."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cores", default="2", help="jobs at once (default 2)")
    arguments, rest = parser.parse_known_args()
    if not rest:
        try:
            config = load_config(Path())
            for name in config.studies:
                load_study(Path(), name)
        except MobilityError as error:
            print(error, file=sys.stderr)
            return EXIT_CODE
        print(f"Studies: {', '.join(config.studies)}. Logs are in logs/.", file=sys.stderr)
    started = time.perf_counter()
    snakemake = [sys.executable, "-m", "snakemake"]
    _release_stale_lock(snakemake)
    RUNNING.parent.mkdir(exist_ok=True)
    RUNNING.write_text(str(os.getpid()))
    try:
        command = [*snakemake, "--cores", arguments.cores, "--quiet", "all", *(rest or ["--", "all"])]
        done = subprocess.run(command, check=False)
    finally:
        RUNNING.unlink(missing_ok=True)
    if done.returncode:
        _say_what_stops_the_plan(snakemake, rest)
        print("The run stopped. The message above says why; `make report` goes on from there.", file=sys.stderr)
        return EXIT_CODE
    print(f"Done in {time.perf_counter() - started:.0f} s. Open reports/index.html", file=sys.stderr)
    return 0


def _say_what_stops_the_plan(snakemake: list[str], rest: list[str]) -> None:
    """A job says itself why it stopped; a plan that cannot be made says it only when it is not quiet."""
    plan = [*snakemake, "--dry-run", "--quiet", "rules", "host", *(rest or ["--", "all"])]
    tried = subprocess.run(plan, check=False, capture_output=True, text=True)
    if tried.returncode:
        print(tried.stdout.strip(), file=sys.stderr)


def _release_stale_lock(snakemake: list[str]) -> None:
    """After a kill the lock of the dead run stays; it goes unless that run is still alive."""
    if not (LOCKS.is_dir() and any(LOCKS.iterdir())):
        return
    if RUNNING.is_file() and psutil.pid_exists(int(RUNNING.read_text() or 0)):
        return
    subprocess.run([*snakemake, "--unlock", "--quiet", "all"], check=False, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
