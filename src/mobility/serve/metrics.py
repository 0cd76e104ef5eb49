"""Counts of requests by path and status, and of how long they took; no address, no query."""

import json
import logging
import os
import sys
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)


@dataclass
class Metrics:
    """Of one process. started : seconds since 1970."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    slots: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0
    promotions: int = 0
    started: float = field(default_factory=time.time)

    def note(self, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests[route, status] += 1
        self.slots[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def text(self, release: str) -> str:
        """In the text form of Prometheus; of this process alone, whose number is told."""
        lines = ["# TYPE mobility_requests_total counter"]
        lines += [
            f'mobility_requests_total{{route="{route}",status="{status}"}} {count}'
            for (route, status), count in sorted(self.requests.items())
        ]
        lines.append("# TYPE mobility_request_seconds histogram")
        total = 0
        for bound, count in zip((*BOUNDS, "+Inf"), self.slots, strict=True):
            total += count
            lines.append(f'mobility_request_seconds_bucket{{le="{bound}"}} {total}')
        lines += [f"mobility_request_seconds_sum {self.seconds:.6f}", f"mobility_request_seconds_count {total}"]
        lines += [f"mobility_releases_loaded_total {self.promotions}", f"mobility_started_seconds {self.started:.0f}"]
        lines += [f'mobility_release_info{{release="{release}",process="{os.getpid()}"}} 1']
        return "\n".join(lines) + "\n"


def log(level: str, says: str, **more: object) -> None:
    """One line of JSON on the standard error stream: what happened, never who asked or what for."""
    note = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "level": level, "says": says, **more}
    print(json.dumps(note, ensure_ascii=False), file=sys.stderr, flush=True)


class Lines(logging.Handler):
    """What libraries log, as lines of ours: the message alone."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        log(record.levelname.lower(), record.getMessage())
