"""What a bench tells: one table, ours beside each peer of the same run, and a history that shows a fall."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import median
from typing import Any

from lines import LINES, TOOK, Line, Place

FALL = 0.2  # of the ratio to a peer, or of the speed where there is none, from which on it is a warning
LAST = 5  # measurements of the same kind of machine whose median a new one is compared with
BUSY = 1.5  # load per core from which on others were at work, so that nothing is compared with it


@dataclass(frozen=True)
class Measured:
    """A line as measured, in its unit; None where something is not there.

    ratio : how many times slower, or larger, the peer is. note : why something is not there, and what brings it.
    """

    what: str
    peer: str
    unit: str
    ours: float | None
    theirs: float | None
    ratio: float | None
    floor: float | None
    asked: float | None
    note: str = ""


@dataclass(frozen=True)
class When:
    """Of which version, when and on what kind of machine something was measured; load : per core, at the end."""

    measured: str
    version: str
    commit: str
    machine: str
    load: float


NOT_KEPT = ("asked", "note")  # in the history
HISTORY = [item.name for kind in (When, Measured) for item in fields(kind) if item.name not in NOT_KEPT]
HEADINGS = ("what", "unit", "ours", "peer", "peer's", "times", "before", "floor", "times the floor", "asked", "note")


def measured(
    summary: Mapping[str, Any], subjects: Mapping[str, str], lines: Mapping[str, Sequence[Line]] = LINES
) -> list[Measured]:
    """The lines of subjects, by the summary. subjects : by name why one did not come to its end, empty where it did."""
    return [_measured(line, summary, reason) for name, reason in subjects.items() for line in lines[name]]


def _measured(line: Line, summary: Mapping[str, Any], reason: str) -> Measured:
    ours, theirs, floor = (_number(line, summary, place) for place in (line.ours, line.theirs, line.floor))
    missing = f"{line.peer} is not here: {line.get}" if line.get else f"{line.peer} was not measured"
    note = reason if ours is None else ""
    if not note and line.peer and theirs is None:
        note = missing
    elif not note and ours is None:
        note = "not measured"
    ratio = round(theirs / ours, 2) if theirs and ours else None
    return Measured(line.what, line.peer, line.unit, ours, theirs, ratio, floor, line.asked, note)


def _number(line: Line, summary: Mapping[str, Any], place: Place) -> float | None:
    found = _at(summary, place) if place else None
    if found and line.rate and place != line.floor:
        return round(1 / found, 7)
    return found if found is None or line.scale == 1 else round(found * line.scale, 7)


def _at(found: Any, place: Place) -> float | None:
    """The number at a place, of several the sum, of names their count; None where something on the way is missing."""
    if not place:
        return len(found) if isinstance(found, list) else found if isinstance(found, int | float) else None
    if isinstance(found, list):
        parts = [_at(one, place) for one in found]
    elif isinstance(found, Mapping):
        parts = [_at(one, place[1:]) for key, one in found.items() if fnmatchcase(key, place[0])]
    else:
        return None
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def read_history(path: Path) -> list[dict[str, str]]:
    """Rows of the history, the oldest first; none where there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def add_to_history(path: Path, found: Sequence[Measured], when: When) -> None:
    """Append what was measured; a peer's value that is not there is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HISTORY, lineterminator="\n", extrasaction="ignore")
    if not path.is_file():
        writer.writeheader()
    writer.writerows({**asdict(when), **asdict(one)} for one in found if one.ours is not None)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(text.getvalue())


def before(one: Measured, history: Iterable[Mapping[str, str]], machine: str) -> float | None:
    """Median ratio of the last measurements of a line on this kind of machine, or of ours where it has no peer.

    Those of a busy machine do not count. None where it was never measured so.
    """
    if one.ours is None:
        return None
    quiet = [row for row in history if row["machine"] == machine and float(row["load"]) < BUSY]
    return _median(quiet, one.what, one.peer, "ratio" if one.ratio else "ours")


def _median(rows: Iterable[Mapping[str, str]], what: str, peer: str, key: str) -> float | None:
    known = [float(row[key]) for row in rows if (row["what"], row["peer"]) == (what, peer) and row[key]]
    return median(known[-LAST:]) if known else None


def usual_minutes(subject: str, history: Iterable[Mapping[str, str]]) -> float | None:
    """Median of the minutes that a subject took the last times, on whatever machine; None where it never ran."""
    (line,) = (line for line in LINES[subject] if line.ours[0] == TOOK)
    seconds = _median(history, line.what, "", "ours")
    return None if seconds is None else seconds / 60


def fallen(one: Measured, earlier: float | None) -> bool:
    """Whether the ratio to the peer is a fifth below what it was; without a peer whether ours is as much above it."""
    if earlier is None or not one.ours:
        return False
    now = one.ratio / earlier if one.ratio else earlier / one.ours
    return now < 1 - FALL


def warnings(found: Iterable[Measured], history: Sequence[Mapping[str, str]], machine: str) -> list[str]:
    """A sentence for each line that has fallen by a fifth."""
    said = []
    for one in found:
        earlier = before(one, history, machine)
        if earlier is not None and fallen(one, earlier):
            unit = f"times ours is {one.peer}" if one.ratio else one.unit
            now = one.ratio or one.ours
            said.append(f"{one.what}: {now:g} {unit}, where the last of this kind of machine had {earlier:g}.")
    return said


def table(found: Iterable[Measured], history: Sequence[Mapping[str, str]], machine: str) -> str:
    """The table as Markdown; `before` is the median of the last measurements of this kind of machine."""
    rows = [_row(one, before(one, history, machine)) for one in found]
    widths = [max(len(row[place]) for row in [HEADINGS, *rows]) for place in range(len(HEADINGS))]
    widths[-1] = len(HEADINGS[-1])  # the note is last, and as long as it is
    rule = tuple("-" * width for width in widths)
    return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in (HEADINGS, rule, *rows)) + "\n"


def _row(one: Measured, earlier: float | None) -> tuple[str, ...]:
    over = one.ours / one.floor if one.ours and one.floor else None
    told = (_told(one.ratio), _told(earlier) + " <- fallen" * fallen(one, earlier), _told(one.floor), _told(over))
    return (one.what, one.unit, _told(one.ours), one.peer, _told(one.theirs), *told, _told(one.asked), one.note)


def _told(value: float | None) -> str:
    """Three digits that count, and no power of ten."""
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
