"""Commit, promote, roll back and list releases; every step is one line of `releases/record.jsonl`."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mobility.errors import DeliveryError, MobilityError
from mobility.releases.checks import problems_of
from mobility.releases.diff import SHARE, Differences, differences
from mobility.releases.layout import problems_of_files, read_manifest
from mobility.releases.pointer import (
    RECORD,
    STAGING,
    committed,
    current,
    manifest_of,
    only_staged,
    place_of,
    point_to,
    staged,
)
from mobility.releases.progress import Progress

READ_ONLY, FOLDER_READ_ONLY = 0o444, 0o555


class GateError(MobilityError):
    """A promotion that would change numbers which nobody has explained."""


@dataclass(frozen=True)
class Step:
    """A line of the record: when, what was done to which release, from which, and why.

    at : time (UTC). action : commit, promote or roll back. before : the release that was served until then.
    reason : why numbers may change. changed : by part and
    kind, how many numbers did.
    """

    at: str
    action: str
    release: str
    before: str | None = None
    reason: str = ""
    changed: Mapping[str, Any] | None = None


def compare(folder: Path, release: str | None, against: str | None = None, share: float = SHARE) -> Differences:
    """A release, by default the one that is staged, against another, by default the promoted one.

    Raises
    ------
    ConfigError
        No such release, or none to compare with.
    """
    name = release or only_staged(folder, None)
    other = against or current(folder)
    if other is None:
        raise GateError(f"{folder}: no release is promoted, so there is nothing to compare {name} with.")
    places = place_of(folder, other), place_of(folder, name)
    return differences(*places, manifest_of(folder, other), manifest_of(folder, name), share)


def commit(folder: Path, release: str | None, now: datetime) -> str:
    """Check what is staged, and make it a release in one rename; from then on nobody writes into it.

    Raises
    ------
    DeliveryError
        Files that changed since they were staged, totals that do not add up: it stays staged.
    """
    name = only_staged(folder, release)
    place = folder / STAGING / name
    manifest, progress = read_manifest(place), Progress(folder, name)
    progress("tests", 0, 1)
    problems = [*problems_of_files(place, manifest), *problems_of(place)]
    if problems:
        progress.end("refused", problems[0])
        raise DeliveryError(problems, str(place), "mobility release stage")
    for path in place.rglob("*"):
        path.chmod(FOLDER_READ_ONLY if path.is_dir() else READ_ONLY)
    place.rename(folder / name)
    (folder / name).chmod(FOLDER_READ_ONLY)
    _note(folder, Step(_at(now), "commit", name))
    progress.end("committed")
    return name


def promote(folder: Path, release: str | None, now: datetime, accept: str = "", share: float = SHARE) -> str:
    """Point to a release, by default the one made last; refused where numbers changed and no reason is given.

    Raises
    ------
    GateError
        The differences from the promoted release, and how to accept them.
    DeliveryError
        Files of the release that are not as they were committed.
    """
    names = committed(folder)
    name = release or (names[-1] if names else only_staged(folder, None))
    place = place_of(folder, name)
    if name not in names:
        raise GateError(f"{folder}: `{name}` is only staged. Run `mobility release commit {name}` first.")
    problems = problems_of_files(place, manifest_of(folder, name))
    if problems:
        raise DeliveryError(problems, str(place), "mobility release stage")
    before, changed = current(folder), None
    if before and before != name:
        found = compare(folder, name, before, share)
        if found.changed and not accept.strip():
            raise GateError(
                f"{found.text()}\nNot promoted; {before} is still served. Where these changes are meant, say why: "
                f'mobility release promote {name} --accept "REASON".'
            )
        changed = found.record()
    _note(folder, Step(_at(now), "promote", name, before, accept.strip(), changed))
    point_to(folder, name)
    Progress(folder, name).end("promoted")
    return name


def rollback(folder: Path, release: str | None, now: datetime) -> str:
    """Throw away what is staged; where nothing is, point to the release that was promoted before.

    Raises
    ------
    ConfigError
        Nothing is staged and no release was promoted before the present one.
    """
    if staged(folder) and release != current(folder):
        name = only_staged(folder, release)
        shutil.rmtree(folder / STAGING / name)
        _note(folder, Step(_at(now), "roll back", name))
        Progress(folder, name).end("rolled back")
        return f"{name} is no longer staged."
    now_served = current(folder)
    before = _before(folder, now_served)
    if now_served is None or before is None or release not in (None, now_served):
        raise GateError(f"{folder}: nothing is staged, and no release was promoted before {now_served or 'any'}.")
    _note(folder, Step(_at(now), "roll back", now_served, before))
    point_to(folder, before)
    return f"{before} is served again, {now_served} is kept."


def _before(folder: Path, served: str | None) -> str | None:
    """The release that was promoted when `served` was promoted last."""
    steps = [step for step in steps_of(folder) if step.action == "promote" and step.release == served]
    return steps[-1].before if steps else None


def listing(folder: Path) -> str:
    """A line a release: day, name, what it is, whether it is served, and the reason that was given for its changes."""
    served, lines = current(folder), []
    reasons = {step.release: step.reason for step in steps_of(folder) if step.action == "promote" and step.reason}
    for name in committed(folder):
        manifest = manifest_of(folder, name)
        kind = "invented" if manifest.synthetic else "real"
        said = f"; accepted: {reasons[name]}" if name in reasons else ""
        mark = "  <- served" if name == served else ""
        lines.append(f"{manifest.made}  {name}  {kind}, {manifest.title}{said}{mark}")
    lines += [f"staged      {name}" for name in staged(folder)]
    return "\n".join(lines) or f"{folder}: no release yet. Run `mobility release stage results/released`."


def steps_of(folder: Path) -> list[Step]:
    """The record, the oldest step first; a last line that was cut short by a kill is left out."""
    path, steps = folder / RECORD, []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            steps.append(Step(**json.loads(line)))
        except ValueError:
            continue
    return steps


def _at(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


def _note(folder: Path, step: Step) -> None:
    """Add a line to the record, on disk before what it tells is done."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {name: value for name, value in vars(step).items() if value not in (None, "")}
    with (folder / RECORD).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(own, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
