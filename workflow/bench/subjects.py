"""The subjects of the bench, one module each, run one after another; what stops one leaves the others alone."""

import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import attacks
import counts
import fuzz
import intervals
import layers
import longtests
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
import tenfold
from lines import TOOK
from timing import NotHereError

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
    "tenfold": tenfold,
    "fuzz": fuzz,
    "longtests": longtests,
}


@dataclass
class Ran:
    """What subjects measured, and of each why it did not come to its end, empty where it did.

    stopped : those of the latter that went wrong; the others need what is not on this machine.
    """

    found: dict[str, Any] = field(default_factory=lambda: {TOOK: {}})
    reasons: dict[str, str] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)


def listed(history: Sequence[Mapping[str, str]]) -> list[tuple[str, str, str]]:
    """Of each subject its name, how long it took the last times, and the first line of what its module says."""
    return [
        (f"{name:10}", f"{_usual(name, history):>14}", (module.__doc__ or "").split("\n")[0])
        for name, module in SUBJECTS.items()
    ]


def _usual(name: str, history: Sequence[Mapping[str, str]]) -> str:
    minutes = story.usual_minutes(name, history)
    return "never measured" if minutes is None else f"{minutes:.1f} min"


def measure(names: Sequence[str], history: Sequence[Mapping[str, str]]) -> Ran:
    """Subjects one after another, each announced with how long it took the last times."""
    ran = Ran()
    with tempfile.TemporaryDirectory() as place:
        for name in names:
            print(f"{name} ({_usual(name, history)})", file=sys.stderr, flush=True)
            started, why = time.perf_counter(), ""
            try:
                ran.found |= SUBJECTS[name].measure(Path(place))
                ran.found[TOOK][name] = round(time.perf_counter() - started, 1)
            except NotHereError as error:
                why = f"not run: {error}"
            except (Exception, SystemExit) as error:  # what took hours before it is kept
                why = f"stopped: {''.join(traceback.format_exception_only(error)).strip()}"
                ran.stopped.append(name)
            ran.reasons[name] = why
    return ran
