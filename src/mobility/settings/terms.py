"""Regressors of models (files of `terms/`), as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from mobility.errors import SpecError, nearest

FIRST = "first"  # reference of a factor: the first of its levels that the sample has
INTERACTION = "interaction"  # kind of a term that is the products of others


@dataclass(frozen=True)
class Term:
    """A regressor (an entry of a file of `terms/`).

    id : name. of : column of the frame. kind : polynomial | indicator | continuous | factor | interaction.
    degree, rows : highest power of a polynomial, and names of its coefficients.
    levels, reference : of a factor. row_labels : of its levels, or of a polynomial's coefficients. shown : in tables.
    rests_on : harmonised variables that it is made from.
    between : ids of the model's terms whose products an interaction is. parts : those terms.
    """

    id: str
    label: str
    kind: str
    of: str = ""
    degree: int = 2
    rows: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    reference: str = ""
    row_labels: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    shown: bool = True
    between: tuple[str, ...] = ()
    parts: tuple[Term, ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Term:
        """From an entry of a file of terms/."""
        keys = ("rows", "levels", "row_labels", "rests_on", "between")
        lists = {key: tuple(map(str, raw.get(key, ()))) for key in keys}
        return cls(**{**raw, **lists, "reference": str(raw.get("reference", ""))})

    def joined(self, terms: Mapping[str, Term], where: str) -> Term:
        """An interaction with the terms that it is between, any other term as it is.

        Raises
        ------
        SpecError
            It is between fewer than two terms, or one that is not among `terms` (by id) or an interaction itself.
        """
        if self.kind != INTERACTION:
            return self
        main = {name: term for name, term in terms.items() if term.kind != INTERACTION}
        for name in [name for name in self.between if name not in main]:
            raise SpecError(
                f"{where}: interaction `{self.id}` is between `{name}`, which is no regressor of the model; "
                f"{nearest(name, list(main))}. An interaction stands beside the terms that it is between."
            )
        if len(set(self.between)) < max(2, len(self.between)):
            raise SpecError(
                f"{where}: interaction `{self.id}` is between {', '.join(self.between) or 'nothing'}; "
                "name two or more different terms (`between: [mover, sex]`)."
            )
        return replace(self, parts=tuple(main[name] for name in self.between))

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a coefficient or effect of the term can have."""
        return (self.id, *self.rows, *self.levels, *(self.coefficients if self.parts else ()))

    def label_of(self, name: str) -> str:
        """A coefficient or level of it in words: its label in the tables, else the term's with the name in words."""
        if self.parts:
            named = zip(self.parts, name.split("#"), strict=False)
            return " x ".join(part.label_of(own) for part, own in named) if "#" in name else self.label
        labels = dict(zip(self.rows or self.levels, self.row_labels, strict=False))
        if name in labels or name == self.id:
            return labels.get(name, self.label)
        return f"{self.label}: {name.replace('_', ' ')}"

    @property
    def coefficients(self) -> tuple[str, ...]:
        """Names of its coefficients, one a column of the design."""
        if self.kind == "polynomial":
            return self.rows
        if self.kind == "factor":
            return tuple(level for level in self.levels if level != self.reference)
        if self.kind == INTERACTION:
            # In the order of R: the first term's coefficients change fastest.
            every = product(*(part.coefficients for part in reversed(self.parts)))
            return tuple("#".join(reversed(names)) for names in every)
        return (self.id,)
