"""The tests marked `long`: answers to every choice of large studies, faults, browsers, PDFs of the last run."""

import os
import re
import subprocess
import sys
from pathlib import Path

from timing import ROOT

SHOWN = 2_000  # letters of the end of what pytest says where a test fails


def measure(_: Path) -> dict:
    """How many passed and were left out; ends with what pytest says where one fails."""
    cores = str(os.cpu_count() or 1)
    command = [sys.executable, "-m", "pytest", "-q", "-m", "long", "-n", cores, "--dist", "loadfile"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout[-SHOWN:] + done.stderr[-SHOWN:])
    return {"long_tests": counted(done.stdout)}


def counted(said: str) -> dict[str, int]:
    """Tests by outcome from the last line of pytest: `3 passed, 1 skipped in 9.0s`."""
    last = said.strip().splitlines()[-1]
    return {"failed": 0} | {outcome: int(number) for number, outcome in re.findall(r"(\d+) ([a-z]+)", last)}
