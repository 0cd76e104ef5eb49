"""Models of a study (files of `models/`), as objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mobility.estimators import BINARY, COUNT, TABLE
from mobility.settings.samples import Category
from mobility.settings.terms import INTERACTION, Term


@dataclass(frozen=True)
class Outcome:
    """What a model explains: 1 where the frame's column holds one of the values; without values the column itself.

    kind : what an estimator must explain, binary | count | continuous | table.
    """

    column: str
    values: tuple[Category, ...] = ()
    kind: str = BINARY

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Outcome:
        """From a model file."""
        values = tuple(raw.get("values", ()))
        return cls(raw["column"], values, raw.get("kind", BINARY if values else COUNT))


@dataclass(frozen=True)
class Association:
    """The table of a layer model, and the pattern of its association (`association` of a model file).

    origin, destination : columns of the frame. origins, destinations : their classes in order. layer : id of the factor
    whose levels are the layers, its reference the base; empty for one layer.
    pattern : parts of X, names of `models/association.py`. levels : of a topological pattern, the level of each cell.
    excluded : cells (origin, destination) that are fitted exactly. counts : what weights do.
    """

    origin: str
    destination: str
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    layer: str = ""
    pattern: tuple[str, ...] = ("full",)
    levels: tuple[tuple[int, ...], ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    counts: str = "weighted"

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Association:
        """From a model file: `classes` are those of both sides, `excluded: diagonal` the cells of one class."""
        own = {key: value for key, value in raw.items() if key != "classes"}
        sides = {side: tuple(map(str, raw.get(side, raw.get("classes", ())))) for side in ("origins", "destinations")}
        levels = tuple(map(tuple, raw.get("levels", ())))
        pattern = tuple(raw.get("pattern", () if levels else ("full",)))
        gone = raw.get("excluded", ())
        if gone == "diagonal":
            gone = [(name, name) for name in sides["origins"] if name in sides["destinations"]]
        excluded = tuple((str(origin), str(destination)) for origin, destination in gone)
        return cls(**{**own, **sides, "pattern": pattern, "levels": levels, "excluded": excluded})


@dataclass(frozen=True)
class Errors:
    """Standard errors. kind : robust | clustered | classical. factor : small-sample convention. cluster : column."""

    kind: str
    factor: str
    cluster: str = ""


@dataclass(frozen=True)
class ModelSpec:
    """A model: a file of `models/`, or one of its specifications.

    model : name in every result. file : of models/, without its ending. table : that shows it. order : in that table.
    label, describe : heading, and who is at risk of what. frame, sample : its rows. outcome, exposure : its columns.
    terms : its regressors. blocks : names of the files of terms/ that they come from.
    complete : whose regressors a row must have a value of: those of the model, or of every model of its table.
    estimators : of the register `estimators`. specification : id among the specifications of its file.
    association : of a layer model, its table.
    """

    model: str
    file: str
    table: str
    order: int
    label: str
    describe: str
    frame: str
    sample: str
    outcome: Outcome
    estimators: tuple[str, ...]
    covariance: Errors
    terms: tuple[Term, ...]
    blocks: tuple[str, ...]
    exposure: str = ""
    specification: str = ""
    complete: str = "model"
    association: Association | None = None

    @property
    def where(self) -> str:
        """The file, as messages name it."""
        return f"models/{self.file}.yaml"

    @classmethod
    def read(cls, raw: Mapping[str, Any], file: str, terms: Mapping[str, Sequence[Term]]) -> list[ModelSpec]:
        """From a model file: itself, or each of its specifications, `table_8__model_1` and so on."""
        shared = {key: value for key, value in raw.items() if key != "specifications"}
        whole = [shared] if "specifications" not in raw else []
        for order, own in enumerate(raw.get("specifications", []), start=1):
            name = {"model": specified(raw["model"], own["id"]), "specification": own["id"], "order": order}
            whole.append({**shared, **name, "label": own["label"], "terms": own["terms"]})
        return [
            cls(
                **{
                    **one,
                    "file": file,
                    "outcome": Outcome.read({**one["outcome"], **({"kind": TABLE} if "association" in one else {})}),
                    "association": Association.read(one["association"]) if "association" in one else None,
                    "covariance": Errors(**one["covariance"]),
                    "estimators": tuple(one["estimators"]),
                    "blocks": tuple(one["terms"]),
                    "terms": _joined([term for name in one["terms"] for term in terms.get(name, ())], file),
                }
            )
            for one in whole
        ]

    @property
    def sides(self) -> tuple[str, ...]:
        """Columns of origin and destination of a layer model; none of another."""
        return (self.association.origin, self.association.destination) if self.association else ()

    def words_of(self, name: str, term: str = "") -> str:
        """A term, a coefficient of a `term`, or another column of the frame in words, as tables and losses tell it."""
        known = {own.id: own for own in self.terms}
        return known[term or name].label_of(name) if (term or name) in known else name.replace("_", " ")

    @property
    def columns(self) -> Mapping[str, str]:
        """Columns of the frame that its regressors are made from, by id of the term."""
        return {term.id: term.of for term in self.terms if term.kind != INTERACTION}


def specified(model: str, specification: str) -> str:
    """Name of a model, or of one of its specifications."""
    return f"{model}__{specification}" if specification else model


def _joined(terms: Sequence[Term], file: str) -> tuple[Term, ...]:
    by_id = {term.id: term for term in terms}
    return tuple(term.joined(by_id, f"models/{file}.yaml") for term in terms)
