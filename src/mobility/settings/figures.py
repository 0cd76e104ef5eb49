"""Figures of a study (files of `figures/`), as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mobility.figure_kinds import KINDS, Kind
from mobility.keys import keys_of
from mobility.settings.finding import Finding


@dataclass(frozen=True)
class FigureSpec:
    """A figure (files of `figures/`); what each key says is in docs/reference/specs.md.

    kind : of the register. own : what the file says under the keys of its kind, an object of the class `kind.own`.
    figure : name in every result. number, title, section, notes : as shown. table : whose cells it draws. alt : for who
    cannot see it. finding : the sentence it shows. leave_out : rows or columns that are not drawn. y_label : of the
    axis, by default that of the statistic.
    """

    figure: str
    number: str
    title: str
    section: str
    kind: Kind
    table: str
    alt: str
    own: Any
    finding: Finding | None = None
    leave_out: tuple[str, ...] = ()
    y_label: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> FigureSpec:
        """From a figure file."""
        kind = KINDS[raw["kind"]]
        own = {key: value for key, value in raw.items() if key in keys_of(kind.own)}
        shared = {key: value for key, value in raw.items() if key not in own}
        lists = {key: tuple(raw.get(key, ())) for key in ("leave_out", "notes")}
        finding = Finding.read(raw["finding"]) if "finding" in raw else None
        known = {"number": str(raw["number"]), "kind": kind, "own": kind.own(**own), "finding": finding}
        return cls(**{**shared, **lists, **known})
