"""Open questions of a report (`choices.yaml`), as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FRAMES = "frames"  # what a choice changes, beside kinds of spec files


@dataclass(frozen=True)
class Choice:
    """An open question of the report (an entry of choices.yaml).

    alternatives : name of each reading, and what it means. default : the reading that `baseline` means.
    changes : what an answer enters: `frames`, those of the study that are made anew under each; by kind of spec file
        (study, samples, tables, models, ...) the keys whose value is `{choice: ...}`.
    tables : that the choice can change. short : labels in a picture of the choice and of each reading.
    """

    name: str
    question: str
    report: str
    alternatives: Mapping[str, str]
    default: str
    why: str
    changes: Mapping[str, tuple[str, ...]]
    tables: tuple[str, ...] = ()
    short: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str, raw: Mapping[str, Any]) -> Choice:
        """From an entry of choices.yaml."""
        changes = {kind: tuple(names) for kind, names in raw["changes"].items()}
        return cls(name, **{**raw, "changes": changes, "tables": tuple(raw.get("tables", ()))})

    def label(self, reading: str) -> str:
        """What is left open and a reading of it, in few words; their names where no `short` says more."""
        named = (("of", self.name), (reading, reading))
        return ": ".join(self.short.get(key, name.replace("_", " ")) for key, name in named)

    @property
    def frames(self) -> tuple[str, ...]:
        """Frames of the study that are made anew under each answer."""
        return self.changes.get(FRAMES, ())
