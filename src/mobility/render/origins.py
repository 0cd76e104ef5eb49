"""Where the numbers of a study come from, as a page and `mobility explain` say it: what is said once, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Place = tuple[str, str, str]  # table, row, column


@dataclass(frozen=True)
class Made:
    """A column of a frame: the variables of sources that it is made from, and the files that map their codes."""

    column: str
    sources: tuple[str, ...]
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variable:
    """A variable of sources, or a numbered run of them: how it is called, and what stands behind it wave by wave."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A choice in force: its answer, whether that is the default, and what the answer means."""

    choice: str
    answer: str
    is_default: bool
    means: str


@dataclass(frozen=True)
class Basis:
    """What cells rest on: a table that counts a frame, or a model.

    id, title : in a page, and in words. facts : headings with their lines: definition, sample, errors.
    chain : the rows from those delivered to those used, one line a step, as released. frame : that is used.
    columns : of it, those that are used. variables : keys of `Origins.variables` behind them.
    code : what is done, and the line where it is done.
    """

    id: str
    title: str
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    chain: tuple[str, ...]
    frame: str
    columns: tuple[str, ...]
    variables: tuple[str, ...]
    choices: tuple[Reading, ...]
    code: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """Of one cell: what it is made from, as terms and words, ids of what it rests on, and cells that it quotes."""

    parts: tuple[tuple[str, str], ...] = ()
    bases: tuple[str, ...] = ()
    quotes: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Origins:
    """Of every cell of a study where it comes from.

    cells : by table, row and column. bases : by id. frames : by name what a row is, and how its columns are made.
    variables : by a key that may stand in an address.
    """

    cells: Mapping[Place, Origin] = field(default_factory=dict)
    bases: Mapping[str, Basis] = field(default_factory=dict)
    frames: Mapping[str, tuple[str, tuple[Made, ...]]] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)

    def of(self, table: str, row: str, column: str) -> Origin:
        """Where a cell comes from; an empty origin where nothing is known of it."""
        return self.cells.get((table, row, column), Origin())

    def bases_of(self, origin: Origin) -> list[Basis]:
        """What a cell rests on."""
        return [self.bases[name] for name in origin.bases]
