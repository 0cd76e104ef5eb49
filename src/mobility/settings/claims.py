"""Statements of a report's text (`claims.yaml`), as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Claimed:
    """An effect that a statement speaks of: of a model, or the change of its probability between two profiles."""

    model: str
    effect: str = ""
    at: Mapping[str, Any] | None = None
    than: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Place:
    """The cell that another one is taken from or divided by: its row or column, where not the same."""

    row: str = ""
    column: str = ""


@dataclass(frozen=True)
class Quoted:
    """Cells of a table that a statement speaks of, one for each row and column (every one where none is named).

    of : value, n or base. less, over : the cell taken off, and the one it is divided by. one_less : 1 less the number.
    """

    table: str
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    of: str = "value"
    less: Place | None = None
    over: Place | None = None
    one_less: bool = False

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Quoted:
        """From `cells` of an entry of claims.yaml."""
        lists = {key: tuple(raw.get(key, ())) for key in ("rows", "columns")}
        places = {key: Place(**raw[key]) for key in ("less", "over") if key in raw}
        return cls(**{**raw, **lists, **places})


@dataclass(frozen=True)
class Claim:
    """A statement of the report's text (an entry of claims.yaml).

    It rests on `effects` of models, on `cells` of a table, or is `not_estimated`, with why.
    value : single, range (smallest and largest), sum or mean of the numbers. magnitude : printed without its sign.
    """

    name: str
    statement: str
    section: str
    value: str
    effects: tuple[Claimed, ...] = ()
    cells: Quoted | None = None
    not_estimated: str = ""
    magnitude: bool = False
    statistic: str = "difference"

    @classmethod
    def read(cls, name: str, raw: Mapping[str, Any]) -> Claim:
        """From an entry of claims.yaml."""
        own = {key: value for key, value in raw.items() if key not in ("from", "cells")}
        cells = Quoted.read(raw["cells"]) if "cells" in raw else None
        return cls(name, effects=tuple(Claimed(**effect) for effect in raw.get("from", ())), cells=cells, **own)

    @property
    def without_words(self) -> Claim:
        """As it is quoted: without what only pages show."""
        return replace(self, statement="", section="")
