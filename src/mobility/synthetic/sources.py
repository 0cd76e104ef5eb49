"""The synthetic deliveries by source."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mobility.errors import MobilityError, nearest
from mobility.synthetic import delivery
from mobility.synthetic.families import delivery as families
from mobility.synthetic.flows import delivery as flows
from mobility.synthetic.folder import Draft, fill, refuse_foreign
from mobility.synthetic.lmi import delivery as lmi
from mobility.synthetic.planted import delivery as writer


@dataclass(frozen=True)
class Source:
    """How a source's delivery is drawn, from root, size, seed and format; `folders`: pattern of the names in it.

    further : whether it can be drawn with waves after those of the report, with another number of people and with more
    columns, which are then arguments too.
    """

    folders: str
    draft: Callable[..., Draft]
    further: bool = False


SOURCES = {
    "ukhls": Source(delivery.FOLDERS, delivery.draft, further=True),
    # families of both surveys in one folder, as they are delivered
    "bhps": Source(families.FOLDERS, families.draft),
    # moves have one form, CSV, as their publisher has, so the format says nothing about them
    "ons_flows": Source(flows.FOLDERS, lambda root, size, seed, _: flows.draft(root, size, seed)),
    # pay, hours and jobs of one planted labour market, a delivery a source
    **{name: Source(own.folders, lmi.drafted(name)) for name, own in lmi.DELIVERIES.items()},
}


def simulate(
    folder: Path,
    *,
    root: Path,
    size: str,
    seed: int,
    file_format: str,
    source: str = "ukhls",
    **further: str | int,
) -> None:
    """Write a synthetic delivery with planted truth.

    Parameters
    ----------
    folder : where it goes; absent, empty, or holding an earlier synthetic delivery, which is replaced.
    root : the project folder, from which the registers, resources and published tables are read.
    size : `full` (the counts of the reports) or `small` (a twentieth).
    seed : of every random number; the same seed gives the same values in every format.
    file_format : `stata`, `tab` or `spss`. What is published as CSV, or is the file of a mapping, ignores it.
    source : one of `SOURCES`.
    further : of a source that can be drawn so, `waves` such as `a-i`, `people`, so many in place of those of the size,
    and `columns`, so many a wave; by default those of the report and of the register.

    Raises
    ------
    MobilityError
        Unknown source, size, format or waves, or a folder that holds something else.
    """
    folder, root = Path(folder), Path(root)
    if not isinstance(seed, int) or seed < 0:
        raise MobilityError(f"seed {seed!r} of the synthetic delivery: not allowed. Give a whole number from 0 up.")
    found = _find(root, source, file_format)
    own = {name: value for name, value in further.items() if value}
    if own and not found.further:
        able = ", ".join(name for name, each in SOURCES.items() if each.further)
        one = min(own)
        raise MobilityError(f"--{one}: the invented delivery of {source} has its own {one}. Allowed of: {able}.")
    refuse_foreign(folder, found.folders)
    fill(folder, found.draft(root, size, seed, file_format, **own))


def _find(root: Path, source: str, file_format: str) -> Source:
    """The source of that name: drawn by a room of its own, or by the generic writer where it has a `planted.yaml`."""
    planted = sorted(path.parent.name for path in (root / "sources").glob(f"*/{writer.SPEC}"))
    if source in planted:
        own = writer.own_names(root, source, file_format)
        return Source("|".join(map(re.escape, own)), partial(writer.draft, source=source))
    if source not in SOURCES:
        raise MobilityError(f"source {source!r}: no synthetic delivery; {nearest(source, [*SOURCES, *planted])}.")
    return SOURCES[source]
