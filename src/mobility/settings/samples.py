"""Who is in a table or model (`samples.yaml`), as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Category = str | int | bool


@dataclass(frozen=True)
class Keep:
    """A step of a sample: rows stay whose column holds one of the values, or anything where `values` is None."""

    column: str
    values: tuple[Category, ...] | None
    otherwise: str


@dataclass(frozen=True)
class Sample:
    """Who is in a table or model (an entry of samples.yaml). describe : in words. frame : of the study."""

    name: str
    describe: str
    frame: str
    keep: tuple[Keep, ...]

    @classmethod
    def read(cls, name: str, raw: Mapping[str, Any]) -> Sample:
        """From an entry of samples.yaml."""
        steps = (
            Keep(step["column"], None if step["values"] == "any" else tuple(step["values"]), step["else"])
            for step in raw["keep"]
        )
        return cls(name, raw["describe"], raw["frame"], tuple(steps))
