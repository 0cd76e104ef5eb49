"""A million spoilt files through every reader: none may end in a traceback, a hang or a dead process.

    python workflow/bench/fuzz.py [--inputs 1000000] [--seed 1] [--only PATTERN] [--from N] [--processes 2]
    python workflow/bench/fuzz.py --only "text files" --show 4711 [--keep FILE]     one input again, written to a file

`--from` goes on behind the first N inputs of each target: a run that was stopped says how far it came. Two processes
side by side; what is found stands in benchmarks/fuzz.jsonl.
"""

import argparse
import json
import re
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from fuzzing.run import Bench, Tally, Target, fuzz, scratch, spread
from fuzzing.targets import TARGETS
from mobility.cli.parser import Parser
from timing import ROOT

INPUTS = 1_000_000
PIECE = 2_000  # inputs of one worker, after which its progress is said
FOUND = ROOT / "benchmarks" / "fuzz.jsonl"


def measure(_: Path) -> dict:
    """All inputs, for `make bench`; ends with what was found, if anything was."""
    summary = run(TARGETS, INPUTS, 1)
    if summary["findings"]:
        raise SystemExit(f"{summary['findings']} inputs end neither in a result nor in a message; they are in {FOUND}")
    return {"fuzz": summary}


def run(targets: tuple[Target, ...], inputs: int, seed: int, first: int = 0, processes: int = 2) -> dict:
    """Inputs of every target from number `first` on, in `processes` at a time; what was found goes to a file."""
    started, counts = time.perf_counter(), spread(targets, inputs)
    tallies = {target.name: Tally() for target in targets}
    with scratch() as folder, ThreadPoolExecutor(processes) as pool:
        benches = [[Bench(target, folder / f"{at} {target.name}") for at in range(processes)] for target in targets]
        free = {bench[0].target.name: list(bench) for bench in benches}

        def piece(name: str, numbers: range) -> tuple[str, range, Tally]:
            bench = free[name].pop()
            try:
                return name, numbers, fuzz(bench, seed, numbers)
            finally:
                free[name].append(bench)

        jobs = [pool.submit(piece, *job) for job in _pieces(counts, first)]
        for name, numbers, tally in map(Future.result, as_completed(jobs)):
            _add(tallies[name], tally)
            _say(name, numbers, tally)
    return {
        "inputs": sum(tally.inputs for tally in tallies.values()),
        "seconds": round(time.perf_counter() - started),
        "findings": sum(len(tally.findings) for tally in tallies.values()),
        "targets": {name: _summary(tally) for name, tally in tallies.items()},
    }


def _pieces(counts: dict[str, int], first: int) -> list[tuple[str, range]]:
    """Pieces of every target, so that all come forward together and a run that was stopped has looked at each."""
    pieces = [
        (name, range(start, min(start + PIECE, count)))
        for name, count in counts.items()
        for start in range(first, count, PIECE)
    ]
    return sorted(pieces, key=lambda piece: piece[1].start / counts[piece[0]])


def _add(whole: Tally, part: Tally) -> None:
    whole.inputs += part.inputs
    whole.refused += part.refused
    whole.guarded += part.guarded
    whole.seconds += part.seconds
    whole.findings += part.findings


def _say(name: str, numbers: range, tally: Tally) -> None:
    rate = 1000 * tally.seconds / max(1, tally.inputs)
    print(f"{name}: to {numbers.stop}, {rate:.1f} ms each, {len(tally.findings)} found", file=sys.stderr, flush=True)
    if tally.findings:
        FOUND.parent.mkdir(exist_ok=True)
        with FOUND.open("a", encoding="utf-8") as stream:
            stream.writelines(json.dumps(asdict(finding)) + "\n" for finding in tally.findings)


def _summary(tally: Tally) -> dict:
    return {
        "inputs": tally.inputs,
        "refused": tally.refused,
        "guarded": tally.guarded,
        "cpu_seconds": round(tally.seconds),
        "findings": len(tally.findings),
    }


def show(target: Target, seed: int, number: int, keep: Path | None) -> str:
    """One input again: what comes of it, and where it was written."""
    with scratch() as folder:
        bench = Bench(target, folder)
        chosen, data = bench.input_of(seed, number)
        if keep:
            keep.write_bytes(data)
        return f"{chosen.place}: {bench.answer(chosen.place, data) or 'read'}"


def main() -> int:
    """Run as the arguments say; 1 where anything was found."""
    parser = Parser(
        prog="workflow/bench/fuzz.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="targets whose name this regular expression fits")
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--show", type=int)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    targets = tuple(target for target in TARGETS if re.search(given.only, target.name))
    if not targets:
        parser.error(f"--only {given.only} fits none of: {', '.join(target.name for target in TARGETS)}")
    if given.show is not None:
        print(show(targets[0], given.seed, given.show, given.keep))
        return 0
    summary = run(targets, given.inputs, given.seed, given.first, given.processes)
    print(json.dumps(summary, indent=2))
    return int(summary["findings"] > 0)


if __name__ == "__main__":
    sys.exit(main())
