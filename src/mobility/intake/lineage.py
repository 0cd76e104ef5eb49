"""Names and codes of source columns in words, for `explain`."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

LABELS = 6


def numbered_runs(names: Sequence[str]) -> list[list[str]]:
    """Names one after the other that differ in the number at their end only: `vocational_1` to `vocational_15`."""
    return [list(run) for _, run in groupby(names, key=lambda name: re.sub(r"\d+$", "", name))]


def span(run: Sequence[str]) -> str:
    """A numbered run of names by its first and last."""
    return f"`{run[0]}`" if len(run) == 1 else f"`{run[0]}` to `{run[-1]}`"


def codes_text(entry: Mapping[Any, Any]) -> str:
    """A code list in words: its file, its range, or its first labels."""
    if "file" in entry:
        return str(entry["file"])
    if "range" in entry:
        return "{} to {}".format(*entry["range"])
    shown = [f"{code} {label}" for code, label in list(entry.items())[:LABELS]]
    return ", ".join([*shown, *(["..."] if len(entry) > LABELS else [])])
