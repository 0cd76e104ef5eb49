"""What a job asks of a cluster, measured: `python workflow/bench/resources.py RUN` writes it into `profiles/slurm`.

RUN is the folder of a whole run at full size. Every step's log says its seconds and its peak of memory; a rule asks for
half as much memory again as the largest of its jobs took, and for ten times the time of the longest, since the machines
of a cluster are others and busy. Starting Snakemake within the job is on top of both.
"""

import math
import sys
from collections.abc import Mapping
from pathlib import Path

from mobility.progress import logged
from mobility.storage import write_text
from timing import ROOT

PROFILE = ROOT / "profiles/slurm/config.yaml"
MARK = "# Measured by workflow/bench/resources.py; what stands below is written by it.\n"
# From the beginning of a log's name to its rule; a rule of one study has the study's name behind it.
RULES = {
    "simulate": "simulate",
    "read": "read",
    "frames": "make_frames",
    "curve": "draw_curve",
    "print": "check_print",
    "choices": "run_choices",
    "checker": "write_checker",
    "index": "render_index",
}
OF_A_STUDY = ("tabulate", "fit_models", "judge", "hand_on", "statement", "render")
# Rules whose jobs are sent as one and run one after another: a start of Snakemake a job is saved, and the wait in the
# queue. Those that hang together become one, as studies do that read one panel. A judgement goes alone, since those of
# other studies wait for it, and would with it for all that is sent with it; so do the pages, for which nothing waits.
TOGETHER, GROUP = ("read", "make_frames", "draw_curve", "tabulate", "fit_models"), "study"
MORE_MEMORY, MORE_TIME = 1.5, 10
START_MB, START_SECONDS = 200, 30
ROUND_MB = 250
USUAL = {"mem_mb": 1000, "runtime": 10}  # `default-resources` of the profile


def measured(folder: Path) -> dict[str, dict[str, int]]:
    """By rule, `mem_mb` and `runtime` (minutes) from the logs of a run; raises `SystemExit` where there are none."""
    most: dict[str, tuple[float, float]] = {}
    for log in sorted(folder.glob("*.log")):
        if (found := logged(log)) and (rule := _rule_of(log.stem)):
            memory, seconds = most.get(rule, (0, 0))
            most[rule] = max(memory, found["memory_mb"]), max(seconds, found["seconds"])
    if not most:
        raise SystemExit(f"{folder}: no log of a whole step. Give the folder of a run.")
    return {rule: _asked(*values) for rule, values in sorted(most.items())}


def _rule_of(log: str) -> str:
    """The rule of a log by its name, empty where it is of none."""
    if log.startswith(OF_A_STUDY):
        return log
    return RULES.get(log.split("_")[0], "")


def _asked(memory_mb: float, seconds: float) -> dict[str, int]:
    memory = math.ceil((MORE_MEMORY * memory_mb + START_MB) / ROUND_MB) * ROUND_MB
    minutes = math.ceil((MORE_TIME * seconds + START_SECONDS) / 60)
    return {name: max(value, USUAL[name]) for name, value in (("mem_mb", memory), ("runtime", minutes))}


def written(head: str, asked: Mapping[str, Mapping[str, int]]) -> str:
    """The profile: what stands above the mark, then what rules ask for beyond the usual and which jobs go together."""
    lines = [head.split(MARK)[0] + MARK + "set-resources:"]
    more = {rule: of for rule, of in asked.items() if of != USUAL}
    lines += [f"  {rule}: {{mem_mb: {of['mem_mb']}, runtime: {of['runtime']}}}" for rule, of in more.items()]
    lines += ["groups:"]
    lines += [f"  {rule}: {GROUP}" for rule in asked if rule.startswith(TOGETHER)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write_text(written(PROFILE.read_text(encoding="utf-8"), measured(Path(sys.argv[1]) / "logs")), PROFILE)
