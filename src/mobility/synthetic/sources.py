"""The synthetic deliveries by source."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mobility.errors import MobilityError
from mobility.synthetic import delivery
from mobility.synthetic.flows import delivery as flows
from mobility.synthetic.folder import Draft, fill, refuse_foreign


@dataclass(frozen=True)
class Source:
    """How a source's delivery is drawn, from root, size, seed and format; `folders`: pattern of the names in it."""

    folders: str
    draft: Callable[[Path, str, int, str], Draft]


SOURCES = {
    "ukhls": Source(delivery.FOLDERS, delivery.draft),
    # moves have one form, CSV, as their publisher has, so the format says nothing about them
    "ons_flows": Source(flows.FOLDERS, lambda root, size, seed, _: flows.draft(root, size, seed)),
}


def simulate(folder: Path, *, root: Path, size: str, seed: int, file_format: str, source: str = "ukhls") -> None:
    """Write a synthetic delivery with planted truth.

    Parameters
    ----------
    folder : where it goes; absent, empty, or holding an earlier synthetic delivery, which is replaced.
    root : the project folder, from which the registers, resources and published tables are read.
    size : `full` (the counts of the reports) or `small` (a twentieth).
    seed : of every random number; the same seed gives the same values in every format.
    file_format : of `ukhls`: `stata`, `tab` or `spss`. Other sources are published as CSV only and ignore it.
    source : `ukhls` or `ons_flows`.

    Raises
    ------
    MobilityError
        Unknown source, size or format, or a folder that holds something else.
    """
    folder = Path(folder)
    if source not in SOURCES:
        raise MobilityError(f"source {source!r}: no synthetic delivery. Allowed: {', '.join(SOURCES)}.")
    if not isinstance(seed, int) or seed < 0:
        raise MobilityError(f"seed {seed!r} of the synthetic delivery: not allowed. Give a whole number from 0 up.")
    refuse_foreign(folder, SOURCES[source].folders)
    fill(folder, SOURCES[source].draft(Path(root), size, seed, file_format))
