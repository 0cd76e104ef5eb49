"""What the losses tell: how many rows of a frame are left after each step of a sample, and by a table's rows, columns.

These numbers are of the same rows as those of the tables, and with them they tell others: who was dropped by `not
employed` is whom a table counts as out of work. So they are numbers of the same system, which can be hidden like cells.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.cells.coverage import of_numerator
from mobility.cells.stage import weight_of
from mobility.disclosure.coded import Coded, Frame, Token, narrow
from mobility.disclosure.links import Rows
from mobility.disclosure.numbers import Number, Table, Told
from mobility.settings import ModelSpec, Sample, Study, TableSpec
from mobility.settings.counted import units_of
from mobility.storage import stored_frame

STEPS = "steps"  # how a chain sees its frame: by how many steps a row is left after


@dataclass(frozen=True, eq=False)
class Chain:
    """Numbers of rows of a frame that one or more chains of the losses tell.

    name : of the first such chain. frame_name, kind, frame, unit : of its frame, as of a `Table`. depth : of each row
    after how many steps it is still there, 0..K. lines : of each number 0..K the places of the lines that tell it.
    release : the earlier release that it is of, empty for this one. counted : what its units are, in the plural.
    """

    name: str
    frame_name: str
    kind: str
    frame: Frame
    unit: str
    depth: np.ndarray
    lines: list[list[int]] = field(default_factory=list)
    release: str = ""
    counted: str = ""

    @property
    def token(self) -> Token:
        """The column that says how far each row comes."""
        return (f"{self.name}:{len(self.lines)}", STEPS)

    @cached_property
    def codes(self) -> tuple[np.ndarray, tuple[str, ...]]:
        """This column as codes, and the names of the codes."""
        return self.depth, tuple(map(str, range(len(self.lines))))

    @cached_property
    def steps(self) -> list[int]:
        """Which of the numbers 1..K some line tells."""
        return [at for at, lines in enumerate(self.lines) if at and lines]

    def told(self) -> list[Told]:
        """The rows of the whole frame, and those left after each of `steps`."""
        names = self.codes[1]
        numbers = [Number(frozenset({(self.token, frozenset(names[at:]))})) for at in (0, *self.steps)]
        return [Told(number, tokens=frozenset({self.token})) for number in numbers]


def frames_told(study: Study, tables: Iterable[str], folder: Path) -> dict[str, Frame]:
    """Frames in `folder`, left in their files, of which tables count the rows or the losses of models tell them."""
    counted = [study.tables[table].frame for table in tables if study.tables[table].frame]
    fitted = [study.samples[spec.sample].frame for spec in study.models.values() if spec.sample in study.samples]
    made = [name for name in fitted if (folder / f"{name}.parquet").is_file()]
    return {name: Coded(stored_frame(folder, name)) for name in dict.fromkeys([*counted, *made])}


def chains_of(study: Study, losses: pd.DataFrame, frames: Mapping[str, Frame], release: str = "") -> list[Chain]:
    """Chains of the losses of a study whose rows are those of some frames, each different one once.

    A line tells the number that is as large: within a chain what is left is part of what was left before, so that equal
    numbers are of the same rows.
    """
    found: dict[tuple[str, bytes], Chain] = {}
    rows: dict[str, Rows] = {}
    specs: dict[str, TableSpec | ModelSpec] = {**study.tables, **study.models}
    for name, spec in specs.items():
        sample, places = study.samples.get(spec.sample), np.flatnonzero((losses["step"] == name).to_numpy()).tolist()
        if sample is None or sample.frame not in frames or not places:
            continue
        if sample.frame not in rows:
            rows[sample.frame] = Rows(sample.frame, frames[sample.frame], study.unit_of(sample.frame))
        frame, masks = frames[sample.frame], _of_study(rows[sample.frame], spec, sample, study)
        depth = _depth([np.ones(len(frame), dtype=bool), *masks])
        key = (sample.frame, depth.tobytes())
        if key not in found:
            frame_name = f"{release}:{sample.frame}" if release else sample.frame
            lists: list[list[int]] = [[] for _ in _left(depth)]
            unit, counted = study.unit_of(sample.frame), units_of(study, sample.frame)
            found[key] = Chain(name, frame_name, sample.frame, frame, unit, depth, lists, release, counted)
        _add_lines(found[key], losses.iloc[places], places)
    return [chain for chain in found.values() if any(chain.lines)]


def chains_beside(tables: Sequence[Table], threshold: int) -> list[Chain]:
    """What the losses of tables tell where they are not at hand: the rows of each sample, and of those its table shows.

    A step that drops fewer rows than the threshold is not told by itself.
    """
    found = []
    for table in [table for table in tables if table.counts and table.frame is not None]:
        rows = Rows(table.frame_name, table.frame, table.unit, table.spec.frame)
        depth = _depth(_of_table(rows, table.spec, table.sample, table.weight))
        left = _left(depth)
        lines = [[at] if at == 0 or before - now >= threshold else []
                 for at, (before, now) in enumerate(zip([left[0], *left], left, strict=False))]  # fmt: skip
        found.append(Chain(table.spec.table, table.frame_name, table.spec.frame, table.frame, table.unit, depth, lines))
    return found


def _of_study(rows: Rows, spec: TableSpec | ModelSpec, sample: Sample, study: Study) -> list[np.ndarray]:
    """Which rows are left after each step of the chain of a table or a model."""
    masks = list(accumulate((rows.coded.held(step) for step in sample.keep), np.logical_and))
    more = _of_table(rows, spec, sample, weight_of(spec, study)) if isinstance(spec, TableSpec) else []
    return [*masks, *more]


def _of_table(rows: Rows, spec: TableSpec, sample: Sample | None, weight: str) -> list[np.ndarray]:
    """Which rows are in a table's sample, and then which are left by its rows and by its columns."""
    mask = _mask(rows.kept(sample, weight), len(rows.frame))
    return [mask, *_shown(rows, spec, mask)]


def _depth(masks: Sequence[np.ndarray]) -> np.ndarray:
    """Of each row after how many steps it is still there; steps that drop nothing are none."""
    depth, before = np.zeros(len(masks[0]), dtype=np.int64), len(masks[0])
    for mask in masks:
        if mask.sum() < before:
            before = int(mask.sum())
            depth += mask
    return narrow(depth)


def _left(depth: np.ndarray) -> np.ndarray:
    """How many rows are left after each step 0..K."""
    return np.bincount(depth, minlength=1)[::-1].cumsum()[::-1]


def _shown(rows: Rows, spec: TableSpec, mask: np.ndarray) -> list[np.ndarray]:
    """Which rows are left by the rows, and then the columns, of a table that shows not all categories."""
    found = []
    for name, axis in (("row", spec.rows), ("column", spec.columns)):
        items = [item for item in axis.items if not item.before]
        if axis.of and name != of_numerator(spec) and not any(item.everyone for item in items):
            shown = frozenset(category for item in items for category in item.of)
            mask = mask & rows.inside(Number(frozenset({((axis.of, "category"), shown)})), np.arange(len(mask)))
            found.append(mask)
    return found


def _mask(places: np.ndarray, size: int) -> np.ndarray:
    found = np.zeros(size, dtype=bool)
    found[places] = True
    return found


def _add_lines(chain: Chain, told: pd.DataFrame, places: Sequence[int]) -> None:
    """Note which lines of a chain of the losses tell its numbers, in the unit in which it ends."""
    left = _left(chain.depth)
    for place, rows, unit in zip(places, told["rows_out"], told["unit"], strict=True):
        for at in np.flatnonzero((left == rows) & (unit == told["unit"].iloc[-1])):
            chain.lines[at].append(int(place))
