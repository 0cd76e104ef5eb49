"""From losses to losses that may leave: a step that tells a small number is told together with its neighbour."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd


def release_losses(losses: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """A loss table that may leave: a step that drops fewer rows than the threshold is told together with the next one.

    A small number of dropped rows is a small cell. Within each chain of steps, and between two changes of its unit,
    such a step is joined to its neighbour, so that neither it nor a difference of two shown numbers gives it; the last
    one joins the step before it. Where a stretch drops a small number only, nothing of it is told but what it begins
    with, and the change of unit after it does not say with how many rows it begins.
    """
    told = [step for stretch in _stretches(losses.to_dict("records")) for step in _told(stretch, threshold)]
    shown: list[dict[str, Any]] = []
    for step in told:
        follows = bool(shown) and shown[-1].get("step") == step.get("step")
        hidden = follows and shown[-1]["rows_out"] != step["rows_in"]
        shown.append({**step, "rows_in": np.nan} if hidden else step)
    return pd.DataFrame(shown, columns=losses.columns)


def _stretches(steps: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Runs of lines of one chain that count in one unit; notes, which drop nothing, go last in theirs."""
    runs: list[list[Mapping[str, Any]]] = []
    for step in steps:
        if runs and _follows(runs[-1][-1], step):
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs


def _follows(before: Mapping[str, Any], step: Mapping[str, Any]) -> bool:
    same = all(before.get(key) == step.get(key) for key in ("step", "unit"))
    return same and before["rows_out"] == step["rows_in"]


def _told(stretch: Sequence[Mapping[str, Any]], threshold: int) -> list[dict[str, Any]]:
    """Lines of a stretch, small ones joined to their neighbours; the rows of a note are those shown before it."""
    first, *rest = map(dict, stretch)
    merged = [first]
    notes: dict[int, list[dict[str, Any]]] = {}
    for step in rest:
        previous = merged[-1]
        if not step["rows_dropped"]:
            notes.setdefault(len(merged), []).append(step)
        elif previous["rows_dropped"] > 0 and (_small(previous, threshold) or _small(step, threshold)):
            dropped = previous["rows_dropped"] + step["rows_dropped"]
            reason = f"{previous['reason']}; {step['reason']}"
            merged[-1] = {**step, "reason": reason, "rows_in": previous["rows_in"], "rows_dropped": dropped}
        else:
            merged.append(step)
    kept = [step for step in merged if not _small(step, threshold)]
    found = []
    for place, step in enumerate(kept, start=1):
        counts = {name: step[name] for name in ("rows_out", "persons_out") if name in step}
        own = [note for at, few in notes.items() if min(at, len(kept)) == place for note in few]
        found += [step, *({**note, **counts, "rows_in": step["rows_out"]} for note in own)]
    return found


def _small(step: Mapping[str, Any], threshold: int) -> bool:
    return 0 < step["rows_dropped"] < threshold
