"""What the frames of a study hold (`frames.yaml`), as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PERSON = "person"


@dataclass(frozen=True)
class FrameColumn:
    """What a column of a frame is made from: variables of the source (or its files), and files of groups/."""

    sources: tuple[str, ...]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class FrameSpec:
    """What is said of a frame (an entry of frames.yaml).

    rows : what a row is. module : file of src/mobility/studies that makes it, empty for the study's own.
    unit : column of the persons, or of the areas, whose rows belong together: they are counted, and errors cluster by
        them. units : what these are, in the plural; empty where the column's name says it. events : what is added up
        in tables of rates and explained by models of counts, in the plural. cluster, strata : columns by which errors
        of counted tables cluster instead, as households, and within whose groups the clusters were drawn; empty for
        none. columns : those that tables, samples and models use.
    sources : the study's names of the sources that it is made from; empty for all of them.
    """

    rows: str
    module: str = ""
    unit: str = PERSON
    units: str = ""
    events: str = "events"
    cluster: str = ""
    strata: str = ""
    columns: Mapping[str, FrameColumn] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def counted(self) -> str:
        """What distinct values of `unit` are, in the plural: persons, areas, households."""
        return self.units or f"{self.unit}s"

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> FrameSpec:
        """From an entry of frames.yaml."""
        columns = {
            name: FrameColumn(tuple(entry["from"]), tuple(entry.get("groups", ())))
            for name, entry in raw.get("columns", {}).items()
        }
        return cls(**{**raw, "columns": columns, "sources": tuple(raw.get("sources", ()))})
