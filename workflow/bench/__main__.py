"""Timings and longer proofs, measured side by side in one run; `make bench` writes them into benchmarks/.

    python workflow/bench                   all subjects
    python workflow/bench counts models     some of them
    python workflow/bench --list            which there are, and how long each took the last times

One module a subject. One that stops, or needs what is not on this machine, says so in its lines of the table, and the
others go on. What is told: benchmarks/story.md, a table of ours beside each peer; benchmarks/summary.json, everything;
and in docs/quality/bench-history.csv the table once more, by version and kind of machine.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import story
from lines import TOOK
from mobility import __version__
from mobility.errors import EXIT_CODE, nearest
from mobility.package.manifest import commit_of
from subjects import SUBJECTS, Ran, listed, measure
from timing import ROOT, load, machine, machine_kind

OUT = ROOT / "benchmarks"
HISTORY = ROOT / "docs/quality/bench-history.csv"
LIST = "--list"
MOST_OF_A_REASON = 300  # letters of it in the table; the end of the run says it whole


def main(wanted: Sequence[str]) -> int:
    """Run the measurements, of the named subjects only where there are names; 1 where one of them went wrong."""
    history = story.read_history(HISTORY)
    if LIST in wanted:
        print("\n".join(map(" ".join, listed(history))))
        return 0
    if strange := [name for name in wanted if name not in SUBJECTS]:
        told = "; ".join(f"no subject `{name}`, {nearest(name, [*SUBJECTS, LIST])}" for name in strange)
        print(f"{told}. `python workflow/bench {LIST}` says which there are.", file=sys.stderr)
        return EXIT_CODE
    ran = measure(wanted or list(SUBJECTS), history)
    OUT.mkdir(exist_ok=True)
    summary = OUT / "summary.json"
    known = json.loads(summary.read_text(encoding="utf-8")) if wanted and summary.is_file() else {}
    took = {**known.get(TOOK, {}), **ran.found[TOOK]}
    whole = json.dumps({**known, "machine": machine(), **ran.found, TOOK: took}, indent=2) + "\n"
    summary.write_text(whole, encoding="utf-8")
    tell(ran, history)
    for name, why in ran.reasons.items():
        if why:
            print(f"{name} {why}", file=sys.stderr)
    return int(bool(ran.stopped))


def tell(ran: Ran, history: Sequence[Mapping[str, str]]) -> None:
    """Print the table and what has fallen, write it, and add it to the history."""
    reasons = {name: " ".join(why.replace("|", "/").split())[:MOST_OF_A_REASON] for name, why in ran.reasons.items()}
    now, kind = datetime.now(UTC).isoformat(timespec="seconds"), machine_kind()
    rows, commit = story.measured(ran.found, reasons), commit_of(ROOT)
    mark = commit["commit"][:10] + "+" * commit["changed"]
    table = story.table(rows, history, kind)
    (OUT / "story.md").write_text(f"{__version__}, {mark}, {now}, {kind}\n\n{table}", encoding="utf-8")
    print(table)
    for line in story.warnings(rows, history, kind):
        print(f"WARNING, fallen by a fifth or more: {line}", file=sys.stderr)
    story.add_to_history(HISTORY, rows, story.When(now, __version__, mark, kind, load()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
