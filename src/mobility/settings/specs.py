"""What the spec files of a study say, as objects: built once, when a study is loaded (`load.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mobility.statistics import Statistic, statistic_of

Category = str | int | bool
FIRST = "first"  # reference of a factor: the first of its levels that the sample has

_NAMES = {"from": "before", "to": "after", "all": "everyone", "else": "otherwise", "show": "items"}


class Spec:
    """Transitional: a spec read like the mapping it was made from."""

    def __getitem__(self, key: str) -> Any:
        value = getattr(self, _NAMES.get(key, key))
        if key == "statistic" and isinstance(value, Statistic):
            return value.name
        return "any" if key == "values" and value is None else value

    def __contains__(self, key: str) -> bool:
        value = getattr(self, _NAMES.get(key, key), None)
        return value is not None and value is not False and value != "" and value != ()

    def get(self, key: str, default: Any = None) -> Any:
        """The key's value, or the default where it says nothing."""
        return self[key] if key in self else default


@dataclass(frozen=True)
class Item(Spec):
    """A row or column of a table.

    id : identifier in the cells and in the published table. label : text that is shown. under : spanner above it.
    of : categories of the frame that it unites. everyone : every row of the sample.
    sum, mean : column of the frame with the events of a rate, or whose mean it is. decimals : where its own.
    before, after : categories that a change lies between.
    model, estimator : a fit. effect : name of an effect of it. has : a file of terms/ that a model may have.
    at : profile whose predicted probability it is. choice, alternative : a reading of the study.
    """

    id: str
    label: str
    under: str = ""
    of: tuple[str, ...] = ()
    everyone: bool = False
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
        own = {key: value for key, value in raw.items() if key not in ("of", "all", "from", "to")}
        categories = tuple(str(value) for value in raw.get("of", [raw["id"]]))
        between = {"before": str(raw.get("from", "")), "after": str(raw.get("to", ""))}
        return cls(**{**own, "id": str(raw["id"])}, of=categories, everyone=raw.get("all", False), **between)


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
    exposure, weight : columns of the frame. stars : `both` where stars need the logit too. decimals : shown.
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
    shown: bool = True

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Term:
        """From an entry of a file of terms/."""
        lists = {key: tuple(map(str, raw.get(key, ()))) for key in ("rows", "levels", "row_labels")}
        return cls(**{**raw, **lists})

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
    estimators : names of families (`models.family`). specification : id among the specifications of its file.
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
class Claim(Spec):
    """A statement of the report's text (an entry of claims.yaml).

    value : `single`, or `range` for the smallest and largest of the effects. magnitude : printed without its sign.
    """

    name: str
    statement: str
    section: str
    value: str
    effects: tuple[Claimed, ...]
    magnitude: bool = False
    statistic: str = "difference"

    @classmethod
    def read(cls, name: str, raw: Mapping[str, Any]) -> Claim:
        """From an entry of claims.yaml."""
        own = {key: value for key, value in raw.items() if key != "from"}
        return cls(name, effects=tuple(Claimed(**effect) for effect in raw["from"]), **own)
