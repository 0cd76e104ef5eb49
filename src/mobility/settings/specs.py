"""What the spec files of a study say, as objects: built once, when a study is loaded (`load.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from mobility.errors import SpecError, nearest
from mobility.estimators import BINARY, COUNT, TABLE
from mobility.figure_kinds import KINDS, Kind
from mobility.keys import key, keys_of
from mobility.settings.finding import Finding
from mobility.statistics import Statistic, statistic_of

Category = str | int | bool
PERSON = "person"
FRAMES = "frames"  # what a choice changes, beside kinds of spec files
FIRST = "first"  # reference of a factor: the first of its levels that the sample has
INTERACTION = "interaction"  # kind of a term that is the products of others


@dataclass(frozen=True)
class Item:
    """A row or column of a table.

    Keys that belong to a statistic say here what they mean. everyone : key `all`. before, after : keys `from` and `to`.
    id : identifier in the cells and in the published table. label : text that is shown. under : spanner above it.
    choice, alternative : a reading of the study.
    """

    id: str
    label: str
    under: str = ""
    of: tuple[str, ...] = key(
        "Categories of the frame that it unites; default: the id itself.",
        (),
        type="array",
        items={"type": ["string", "integer"]},
        minItems=1,
    )
    everyone: bool = key("Every row of the sample.", False, "all", const=True)
    unknown: tuple[str, ...] = key(
        "Categories of which it is not known whether they belong here; where a column has one, the cell has no number.",
        (),
        type="array",
        items={"type": ["string", "integer"]},
        minItems=1,
    )
    sum: str = key("Column of the frame with the events.", "", measures=True, type="string")
    mean: str = key("Column of the frame whose mean it is.", "", measures=True, type="string")
    words: str = key("Column of the frame with the words that it shows.", "", measures=True, type="string")
    decimals: int | None = key(
        "Decimals of this column, where not the table's.", None, type="integer", minimum=0, maximum=4
    )
    describes: str = key("Of a row, the column of the frame that it describes.", "", measures=True, type="string")
    shows: str = key(
        "Of a column, what it shows of the rows' columns; sd: with n - 1.",
        "",
        enum=["mean", "sd", "min", "max", "observations"],
    )
    median: str = key("Column of the frame whose median it is.", "", measures=True, type="string")
    before: str = key(
        "The earlier category, or the first of two groups; of a test, the row of the table of shares.",
        "",
        "from",
        type=["string", "integer"],
    )
    after: str = key("The later category or second group, as `from`.", "", "to", type=["string", "integer"])
    column: str = key("Of a test, the column of the table of shares in which the rows are compared.", "", type="string")
    since: str = key(
        "Of a test, the column of the table of shares since which the log odds ratio has changed.", "", type="string"
    )
    tells: str = key(
        "Of a column, what it tells of the tests: the log odds ratio from four cells (log_odds, with its error), its z "
        "and two-sided p_value against 0, adjusted for the tests of the table by Holm (p_holm) or by Benjamini and "
        "Hochberg (p_bh), z_null_1_as_printed against 1; by the design of the sample design_log_odds, design_p_value, "
        "design_p_holm and design_p_bh.",
        "",
        enum=[
            "log_odds",
            "z",
            "p_value",
            "p_holm",
            "p_bh",
            "z_null_1_as_printed",
            "design_log_odds",
            "design_p_value",
            "design_p_holm",
            "design_p_bh",
        ],
    )
    of_table: str = key(
        "Of a row of tests that are adjusted together, the table of tests it is from.", "", type="string"
    )
    of_row: str = key("Of such a row, the row of that table.", "", type="string")
    model: str = key("Name of a model.", "", type="string")
    estimator: str = key("Which of its fits, by a name of the register src/mobility/estimators.py.", "", type="string")
    effect: str = key(
        "Name of the effect of the model; a marginal effect is by default that of the id of the row.", "", type="string"
    )
    has: str = key("A file of terms/; YES in the columns of models that have it, NO in the others.", "", type="string")
    at: Mapping[str, Any] | None = key(
        "A profile, whose predicted probability stands in the row; terms it does not name are at their reference "
        "or mean. Of a marginal effect: values that every row is given.",
        None,
        type="object",
    )
    over: Mapping[str, Any] | None = key(
        "Terms and the values of the rows that it is over, for example {male: 1}; default: every row.",
        None,
        type="object",
        minProperties=1,
    )
    than: Mapping[str, Any] | None = key(
        "The row is the difference from the effect over (or, with `at`, at) these values.",
        None,
        type="object",
        minProperties=1,
    )
    specification: str = key(
        "Of a model with specifications, the one that the row is of; the columns name the model.", "", type="string"
    )
    pair: tuple[tuple[str, ...], ...] = key(
        "Of a column, the two origins and the two destinations of a log odds ratio: [[A, B], [A, B]] is the odds of A "
        "rather than B for those from A against those from B.",
        (),
        type="array",
        minItems=2,
        maxItems=2,
        items={"type": "array", "minItems": 2, "maxItems": 2, "uniqueItems": True, "items": {"type": "string"}},
    )
    measure: str = key(
        "How the strength of a layer is said. ratio: beta, 1 in the base layer; log: ln beta; quasi: ln beta with the "
        "interval of its quasi-variance, by which any two layers can be compared; quasi_error: the root of that "
        "variance; intrinsic: beta times the root of the mean square of X; odds_ratio: the mean absolute odds ratio "
        "(norm 2).",
        "ratio",
        enum=["ratio", "log", "quasi", "quasi_error", "intrinsic", "odds_ratio"],
    )
    choice: str = ""
    alternative: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Item:
        """From a row or column as a table file says it."""
        renamed = {"all": "everyone", "from": "before", "to": "after"}
        own = {renamed.get(key, key): value for key, value in raw.items()}
        texts = {key: str(own[key]) for key in ("id", "before", "after") if key in own}
        lists = {"of": own.get("of", [raw["id"]]), "unknown": own.get("unknown", ())}
        own["pair"] = tuple(tuple(map(str, classes)) for classes in own.get("pair", ()))
        own |= texts | {key: tuple(map(str, values)) for key, values in lists.items()}
        return cls(**own)


@dataclass(frozen=True)
class Axis:
    """What stands in the rows or the columns. of : column of the frame, empty for none. label : heading."""

    items: tuple[Item, ...]
    of: str = ""
    label: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Identifiers of its items in their order."""
        return tuple(item.id for item in self.items)


@dataclass(frozen=True)
class TableSpec:
    """A table (files of `tables/`).

    Keys that belong to a statistic say here what they mean. table : name in every result. file : of tables/, without
    its ending. number, title, section, notes : as shown. statistic : of the register. decimals : shown.
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
    frame: str = key("Frame of the study that the table counts.", "", type="string")
    sample: str = key("Key of samples.yaml.", "", type="string")
    within: str = key("Denominator of a share.", "row", enum=["row", "column"])
    exposure: str = key("Column of the frame with the people at risk.", "", measures=True, type="string")
    weight: str = key(
        "Column of the frame that weights the rows, as the moves that a row counts.", "", measures=True, type="string"
    )
    stars: str = key(
        "An estimator whose effect must reach 10 per cent too for a cell to have stars; how many is the cell's own.",
        "",
        type="string",
    )
    variance: str = key(
        "Of the test of a difference of shares: with the share of both groups together, or with each group's own.",
        "pooled",
        enum=["pooled", "unpooled"],
    )
    rounded_to: int = key(
        "Numbers of rows are rounded to a multiple of it, halves upwards.", 1, type="integer", minimum=1
    )
    rule: str = key(
        "Of a median: step, the first value whose cumulated weight reaches half (exactly half: the mean of it and the "
        "next), or interpolated.",
        "step",
        enum=["step", "interpolated"],
    )
    pooled_over: str = key(
        "Column of the frame over whose categories, as years, medians are averaged.", "", type="string"
    )
    pooled_by: str = key(
        "What each of these medians weighs: its number of rows, the sum of their weights, or the same.",
        "n",
        enum=["n", "weight", "equal"],
    )
    gap_over: str = key("Which median a gap is in per cent of.", "from", enum=["from", "to"])
    tests: str = key("Table of shares whose rows the tests compare.", "", type="string")
    cells: str = key(
        "The four cells of a test: published, share x the number of rows rounded to ten, halves upwards, and the rest; "
        "exact, with the number itself; microdata, the unweighted rows with a known answer.",
        "published",
        enum=["published", "exact", "microdata"],
    )
    larger: Mapping[str, int] | None = key(
        "Rows whose numbers are shown larger, by how many powers of ten, as their labels say: {age_squared: 2} for the "
        "row `Age squared / 100`. The cells and the comparison with print stay as they are.",
        None,
        type="object",
        additionalProperties={"type": "integer", "minimum": 1, "maximum": 6},
    )
    changes_only: bool = key(
        "Nobody is in the same category of rows and columns, as where moves go from area to area: such cells are shown "
        "as not applicable and not as zero.",
        False,
        const=True,
    )
    complete: bool | str = key(
        "The categories of the other axis add to 100 within each row (or column), which is said under the table where "
        "it is so; a text says over what: `over same occupation and not working`.",
        False,
        type=["boolean", "string"],
    )
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

    @property
    def fits(self) -> tuple[tuple[str, str], ...]:
        """(model, estimator) of every fit that its rows and columns name, the specifications of its rows among them."""
        own = dict.fromkeys(row.specification for row in self.rows.items)
        fits = [(item.model, item.estimator, "") for item in self.rows.items]
        fits += [(item.model, item.estimator, name) for item in self.columns.items for name in own]
        return tuple((specified(model, name), estimator) for model, estimator, name in fits if model)


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
        them. cluster, strata : columns by which errors of counted tables cluster instead, as households, and within
        whose groups the clusters were drawn; empty for none. columns : those that tables, samples and models use.
    sources : the study's names of the sources that it is made from; empty for all of them.
    """

    rows: str
    module: str = ""
    unit: str = PERSON
    cluster: str = ""
    strata: str = ""
    columns: Mapping[str, FrameColumn] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> FrameSpec:
        """From an entry of frames.yaml."""
        columns = {
            name: FrameColumn(tuple(entry["from"]), tuple(entry.get("groups", ())))
            for name, entry in raw.get("columns", {}).items()
        }
        return cls(**{**raw, "columns": columns, "sources": tuple(raw.get("sources", ()))})


@dataclass(frozen=True)
class FigureSpec:
    """A figure (files of `figures/`); what each key says is in docs/reference/specs.md.

    kind : of the register. own : what the file says under the keys of its kind, an object of the class `kind.own`.
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
