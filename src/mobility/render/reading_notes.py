"""Notes on how data were read, in as few lines as say it: what holds of many waves stands once."""

import re
from collections.abc import Sequence

OF_A_WAVE = re.compile(r"wave (?P<wave>\S+): (?P<says>.+)", re.DOTALL)
NEAREST_NAME = re.compile(r"; nearest: [^;]+")  # a help for whoever mends a register; it differs from wave to wave


def joined(notes: Sequence[str]) -> tuple[str, ...]:
    """The notes in their order, those that say the same of several waves as one: `3 waves, b to d: no column …`."""
    waves: dict[str, list[str]] = {}
    for note in notes:
        found = OF_A_WAVE.fullmatch(note)
        own = waves.setdefault(NEAREST_NAME.sub("", found["says"]) if found else note, [])
        own += [found["wave"]] if found else []
    return tuple(f"{_named(own)}: {says}" if own else says for says, own in waves.items())


def _named(waves: Sequence[str]) -> str:
    """One wave by its name, several by their number and the ends."""
    return f"wave {waves[0]}" if len(waves) == 1 else f"{len(waves)} waves, {waves[0]} to {waves[-1]}"
