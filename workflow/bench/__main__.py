"""Timings and longer proofs, measured side by side in one run; `make bench` writes them into benchmarks/.

One module a subject: reports, attacks, models, movers, counts, layers, intervals, offline, pay, serve, proxy, searches,
slurm, fuzz. `python workflow/bench counts` measures one only. A subject that stops is named at the end, and the others
go on. What is told: benchmarks/story.md, a table of ours beside each peer; benchmarks/summary.json, everything; and in
docs/quality/bench-history.csv the table once more, by version and kind of machine.
"""

import json
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import attacks
import counts
import fuzz
import intervals
import layers
import models
import movers
import offline
import pay
import proxy
import reports
import searches
import serve
import slurm
import story
from mobility import __version__
from mobility.package.manifest import commit_of
from timing import ROOT, load, machine, machine_kind

OUT = ROOT / "benchmarks"
HISTORY = ROOT / "docs/quality/bench-history.csv"
SUBJECTS: Mapping[str, ModuleType] = {
    "reports": reports,
    "attacks": attacks,
    "models": models,
    "movers": movers,
    "counts": counts,
    "layers": layers,
    "intervals": intervals,
    "offline": offline,
    "pay": pay,
    "serve": serve,
    "proxy": proxy,
    "searches": searches,
    "slurm": slurm,
    "fuzz": fuzz,
}


def main(wanted: Sequence[str]) -> int:
    """Run the measurements, of the named subjects only where there are names; 1 where one of them stopped."""
    if strange := [name for name in wanted if name not in SUBJECTS]:
        print(f"no subject {', '.join(strange)}; there are {', '.join(SUBJECTS)}", file=sys.stderr)
        return 2
    found, stopped = measure(wanted or list(SUBJECTS))
    OUT.mkdir(exist_ok=True)
    summary = OUT / "summary.json"
    known = json.loads(summary.read_text(encoding="utf-8")) if wanted and summary.is_file() else {}
    whole = json.dumps({**known, "machine": machine(), **found}, indent=2) + "\n"
    summary.write_text(whole, encoding="utf-8")
    print(whole)
    tell(found)
    for name, why in stopped.items():
        print(f"{name} stopped: {why}", file=sys.stderr)
    return int(bool(stopped))


def measure(names: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the subjects measured, and of each that stopped why."""
    found: dict[str, Any] = {}
    stopped: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as place:
        for name in names:
            try:
                found |= SUBJECTS[name].measure(Path(place))
            except (Exception, SystemExit) as error:  # what took hours before it is kept
                stopped[name] = "".join(traceback.format_exception_only(error)).strip()
    return found, stopped


def tell(found: Mapping[str, Any]) -> None:
    """Print the table and what has fallen, write it, and add it to the history; nothing where nothing has seconds."""
    now, kind, rows = datetime.now(UTC).isoformat(timespec="seconds"), machine_kind(), story.measured(found)
    if not rows:
        return
    history, commit = story.read_history(HISTORY), commit_of(ROOT)
    mark = commit["commit"][:10] + "+" * commit["changed"]
    table = story.table(rows, history, kind)
    (OUT / "story.md").write_text(f"{__version__}, {mark}, {now}, {kind}\n\n{table}", encoding="utf-8")
    print(table)
    for line in story.warnings(rows, history, kind):
        print(f"WARNING, fallen by a fifth or more: {line}", file=sys.stderr)
    story.add_to_history(HISTORY, rows, story.When(now, __version__, mark, kind, load()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
