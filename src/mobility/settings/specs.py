"""What the spec files of a study say, as objects: built once, when a study is loaded (`load.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mobility.estimators import BINARY, COUNT
from mobility.statistics import Statistic, statistic_of

Category = str | int | bool
FIRST = "first"  # reference of a factor: the first of its levels that the sample has

_NAMES = {"all": "everyone", "else": "otherwise", "show": "items"}
_NAMES_OF = {
    "Item": {"from": "before", "to": "after"},
    "Claim": {"from": "effects"},
    "ModelSpec": {"terms": "blocks"},
}


class Spec:
    """Transitional: a spec read like the mapping it was made from."""

    def _name(self, key: str) -> str:
        return _NAMES_OF.get(type(self).__name__, {}).get(key, _NAMES.get(key, key))

    def __getitem__(self, key: str) -> Any:
        value = getattr(self, self._name(key))
        if key == "statistic" and isinstance(value, Statistic):
            return value.name
        return "any" if key == "values" and value is None else value

    def __contains__(self, key: str) -> bool:
        value = getattr(self, self._name(key), None)
        return value is not None and value is not False and value != "" and value != ()

    def keys(self) -> list[str]:
        """Keys that say something."""
        return [key for key in vars(self) if key in self]

    def get(self, key: str, default: Any = None) -> Any:
        """The key's value, or the default where it says nothing."""
        return self[key] if key in self else default  # noqa: SIM401


@dataclass(frozen=True)
class Item(Spec):
    """A row or column of a table.

    id : identifier in the cells and in the published table. label : text that is shown. under : spanner above it.
    of : categories of the frame that it unites. everyone : every row of the sample.
    sum, mean : column of the frame with the events of a rate, or whose mean it is. decimals : where its own.
    before, after : categories that a change lies between.
    model, estimator : a fit. effect : name of an effect of it. has : a file of terms/ that a model may have.
    unknown : categories of which it is not known whether they belong here.
    at : profile whose predicted probability it is. choice, alternative : a reading of the study.
    """

    id: str
    label: str
    under: str = ""
    of: tuple[str, ...] = ()
    everyone: bool = False
    unknown: tuple[str, ...] = ()
    sum: str = ""
    mean: str = ""
    decimals: int | None = None
    before: str = ""
    after: str = ""
    model: str = ""
    estimator: str = ""
    effect: str = ""
    has: str = ""
    at: Mapping[str, Any] | None = None
    choice: str = ""
    alternative: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Item:
        """From a row or column as a table file says it."""
        renamed = {"all": "everyone", "from": "before", "to": "after"}
        own = {renamed.get(key, key): value for key, value in raw.items()}
        texts = {key: str(own[key]) for key in ("id", "before", "after") if key in own}
        lists = {"of": own.get("of", [raw["id"]]), "unknown": own.get("unknown", ())}
        own |= texts | {key: tuple(map(str, values)) for key, values in lists.items()}
        return cls(**own)


@dataclass(frozen=True)
class Axis(Spec):
    """What stands in the rows or the columns. of : column of the frame, empty for none. label : heading."""

    items: tuple[Item, ...]
    of: str = ""
    label: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Identifiers of its items in their order."""
        return tuple(item.id for item in self.items)


@dataclass(frozen=True)
class TableSpec(Spec):
    """A table (files of `tables/`).

    table : name in every result. file : of tables/, without its ending. number, title, section, notes : as shown.
    frame, sample : what it counts. statistic : of the register. within : row or column, the denominator of a share.
    complete : whether its shares add to 100, or over what they do.
    exposure, weight : columns of the frame. decimals : shown.
    stars : estimator whose effect must reach 10 per cent too for a cell to have stars.
    """

    table: str
    file: str
    number: str
    title: str
    section: str
    statistic: Statistic
    decimals: int
    rows: Axis
    columns: Axis
    frame: str = ""
    sample: str = ""
    within: str = "row"
    exposure: str = ""
    weight: str = ""
    stars: str = ""
    complete: bool | str = False
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any], file: str, rows: Sequence[Item], columns: Sequence[Item]) -> TableSpec:
        """From a table file, its rows and columns listed."""
        axes = {
            name: Axis(tuple(items), raw[name].get("of", ""), raw[name].get("label", ""))
            for name, items in (("rows", rows), ("columns", columns))
        }
        own = {**raw, **axes, "file": file, "number": str(raw["number"]), "notes": tuple(raw.get("notes", ()))}
        return cls(**{**own, "statistic": statistic_of(raw["statistic"])})

    @property
    def where(self) -> str:
        """The file, as messages name it."""
        return f"tables/{self.file}.yaml"


@dataclass(frozen=True)
class Term(Spec):
    """A regressor (an entry of a file of `terms/`).

    id : name. of : column of the frame. kind : polynomial | indicator | continuous | factor.
    degree, rows : highest power of a polynomial, and names of its coefficients.
    levels, reference : of a factor. row_labels : of its levels, or of a polynomial's coefficients. shown : in tables.
    rests_on : harmonised variables that it is made from.
    """

    id: str
    label: str
    kind: str
    of: str
    degree: int = 2
    rows: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    reference: str = ""
    row_labels: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    shown: bool = True

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Term:
        """From an entry of a file of terms/."""
        lists = {key: tuple(map(str, raw.get(key, ()))) for key in ("rows", "levels", "row_labels", "rests_on")}
        return cls(**{**raw, **lists, "reference": str(raw.get("reference", ""))})

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a coefficient or effect of the term can have."""
        return (self.id, *self.rows, *self.levels)

    @property
    def coefficients(self) -> tuple[str, ...]:
        """Names of its coefficients, one a column of the design."""
        if self.kind == "polynomial":
            return self.rows
        if self.kind == "factor":
            return tuple(level for level in self.levels if level != self.reference)
        return (self.id,)


@dataclass(frozen=True)
class Outcome(Spec):
    """What a model explains: 1 where the frame's column holds one of the values; without values the column itself."""

    column: str
    values: tuple[Category, ...] = ()

    @property
    def kind(self) -> str:
        """What an estimator must explain: binary | count."""
        return BINARY if self.values else COUNT


@dataclass(frozen=True)
class Errors(Spec):
    """Standard errors. kind : robust | clustered | classical. cluster : column. factor : small-sample convention."""

    kind: str
    cluster: str
    factor: str


@dataclass(frozen=True)
class ModelSpec(Spec):
    """A model: a file of `models/`, or one of its specifications.

    model : name in every result. file : of models/, without its ending. table : that shows it. order : in that table.
    label, describe : heading, and who is at risk of what. frame, sample : its rows. outcome, exposure : its columns.
    terms : its regressors. blocks : names of the files of terms/ that they come from.
    estimators : of the register `estimators`. specification : id among the specifications of its file.
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
            name = {"model": f"{raw['model']}__{own['id']}", "specification": own["id"], "order": order}
            whole.append({**shared, **name, "label": own["label"], "terms": own["terms"]})
        return [
            cls(
                **{
                    **one,
                    "file": file,
                    "outcome": Outcome(one["outcome"]["column"], tuple(one["outcome"].get("values", ()))),
                    "covariance": Errors(**one["covariance"]),
                    "estimators": tuple(one["estimators"]),
                    "blocks": tuple(one["terms"]),
                    "terms": tuple(term for name in one["terms"] for term in terms.get(name, ())),
                }
            )
            for one in whole
        ]


@dataclass(frozen=True)
class Keep(Spec):
    """A step of a sample: rows stay whose column holds one of the values, or anything where `values` is None."""

    column: str
    values: tuple[Category, ...] | None
    otherwise: str


@dataclass(frozen=True)
class Sample(Spec):
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


@dataclass(frozen=True)
class FigureSpec(Spec):
    """A figure (files of `figures/`); what each key says is in docs/reference/specs.md."""

    figure: str
    number: str
    title: str
    section: str
    kind: str
    table: str
    alt: str
    finding: str = ""
    panels: str = "series"
    leave_out: tuple[str, ...] = ()
    inset: str = ""
    share_scale: bool = False
    x: str = ""
    x_label: str = ""
    y_label: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> FigureSpec:
        """From a figure file."""
        lists = {key: tuple(raw.get(key, ())) for key in ("leave_out", "notes")}
        return cls(**{**raw, **lists, "number": str(raw["number"])})


@dataclass(frozen=True)
class Choice(Spec):
    """An open question of the report (an entry of choices.yaml).

    alternatives : name of each reading, and what it means. default : the reading that `baseline` means.
    tables : that the choice can change.
    """

    name: str
    question: str
    report: str
    alternatives: Mapping[str, str]
    default: str
    why: str
    tables: tuple[str, ...] = ()

    @classmethod
    def read(cls, name: str, raw: Mapping[str, Any]) -> Choice:
        """From an entry of choices.yaml."""
        return cls(name, **{**raw, "tables": tuple(raw.get("tables", ()))})


@dataclass(frozen=True)
class Claimed(Spec):
    """An effect that a statement speaks of: of a model, or the change of its probability between two profiles."""

    model: str
    effect: str = ""
    at: Mapping[str, Any] | None = None
    than: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Place(Spec):
    """The cell that another one is taken from or divided by: its row or column, where not the same."""

    row: str = ""
    column: str = ""


@dataclass(frozen=True)
class Quoted(Spec):
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
class Claim(Spec):
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
