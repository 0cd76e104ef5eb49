"""What data were read from, in words that may reach a page."""

from collections.abc import Iterable
from pathlib import Path


def without_folders(notes: Iterable[str], paths: Iterable[Path]) -> list[str]:
    """Notes that name files by their names alone: they reach pages, which may be passed on."""
    notes = list(notes)
    for path in paths:
        notes = [note.replace(str(path), path.name) for note in notes]
    return notes
