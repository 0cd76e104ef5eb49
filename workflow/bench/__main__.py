"""Timings and longer proofs, measured side by side in one run; `make bench` writes benchmarks/summary.json.

One module a subject: reports, attacks, models, movers, counts, layers, intervals, offline, slurm, fuzz.
`python workflow/bench counts` measures one only.
"""

import json
import sys
import tempfile
from pathlib import Path

import attacks
import counts
import fuzz
import intervals
import layers
import models
import movers
import offline
import reports
import slurm
from timing import ROOT, machine


def main(wanted: list[str]) -> None:
    """Run the measurements, of the named subjects only where there are names, and write the summary."""
    out = ROOT / "benchmarks" / "summary.json"
    out.parent.mkdir(exist_ok=True)
    summary = json.loads(out.read_text(encoding="utf-8")) if wanted and out.is_file() else {}
    with tempfile.TemporaryDirectory() as place:
        subjects = {
            "reports": reports,
            "attacks": attacks,
            "models": models,
            "movers": movers,
            "counts": counts,
            "layers": layers,
            "intervals": intervals,
            "offline": offline,
            "slurm": slurm,
            "fuzz": fuzz,
        }
        for name in wanted or subjects:
            summary |= {"machine": machine()} | subjects[name].measure(Path(place))
    out.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(summary, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
