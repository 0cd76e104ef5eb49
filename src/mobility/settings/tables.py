"""Tables of a study (files of `tables/`), as objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from mobility.keys import key
from mobility.settings.models import specified
from mobility.statistics import Statistic, statistic_of

# Columns of a table of tests that tell adjusted p-values, and what tells those that they adjust.
ADJUSTS = {
    "p_holm": "p_value",
    "p_bh": "p_value",
    "design_p_holm": "design_p_value",
    "design_p_bh": "design_p_value",
}
SAME_CATEGORY = "rows and columns are the same categories, and the table is of changes"


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

    @property
    def without_words(self) -> Item:
        """As it is counted: without what only pages show."""
        return replace(self, label="", under="", decimals=None)


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

    @property
    def without_words(self) -> Axis:
        """As it is counted: without what only pages show."""
        return replace(self, label="", items=tuple(item.without_words for item in self.items))


@dataclass(frozen=True)
class Defined:
    """Cells whose content follows from definitions alone: a zero, a hundred per cent, a term that cannot vary.

    says : why. rows, columns, estimator : which; empty for any.
    """

    says: str
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    estimator: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Defined:
        """From an entry of `by_definition` of a table file."""
        return cls(**{**raw, **{axis: tuple(map(str, raw.get(axis, ()))) for axis in ("rows", "columns")}})

    def holds(self, row: Item, column: Item) -> bool:
        """Whether it is said of the cell in this row and column."""
        return (
            (not self.rows or row.id in self.rows)
            and (not self.columns or column.id in self.columns)
            and self.estimator in ("", row.estimator, column.estimator)
        )


@dataclass(frozen=True)
class TableSpec:
    """A table (files of `tables/`).

    Keys that belong to a statistic say here what they mean. table : name in every result. file : of tables/, without
    its ending. number, title, section, notes : as shown. statistic : of the register. decimals : shown. by_definition :
    cells that say nothing of anybody.
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
    by_definition: tuple[Defined, ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any], file: str, rows: Sequence[Item], columns: Sequence[Item]) -> TableSpec:
        """From a table file, its rows and columns listed."""
        axes = {
            name: Axis(tuple(items), raw[name].get("of", ""), raw[name].get("label", ""))
            for name, items in (("rows", rows), ("columns", columns))
        }
        own = {**raw, **axes, "file": file, "number": str(raw["number"]), "notes": tuple(raw.get("notes", ()))}
        own["by_definition"] = tuple(map(Defined.read, raw.get("by_definition", ())))
        return cls(**{**own, "statistic": statistic_of(raw["statistic"])})

    @property
    def without_words(self) -> TableSpec:
        """As it is counted and judged: without what only pages show."""
        rows, columns = self.rows.without_words, self.columns.without_words
        spec = replace(self, number="", title="", section="", notes=(), rows=rows, columns=columns)
        return replace(spec, decimals=0, larger=None, complete=False)

    @property
    def where(self) -> str:
        """The file, as messages name it."""
        return f"tables/{self.file}.yaml"

    @property
    def defined(self) -> dict[tuple[str, str], str]:
        """Cells (row, column) whose content follows from definitions, and why."""
        found = {
            (row.id, column.id): one.says
            for row, column in product(self.rows.items, self.columns.items)
            for one in self.by_definition
            if one.holds(row, column)
        }
        own = {(name, name): SAME_CATEGORY for name in self.rows.ids if self.changes_only and name in self.columns.ids}
        return own | found

    @property
    def fits(self) -> tuple[tuple[str, str], ...]:
        """(model, estimator) of every fit that its rows and columns name, the specifications of its rows among them."""
        own = dict.fromkeys(row.specification for row in self.rows.items)
        fits = [(item.model, item.estimator, "") for item in self.rows.items]
        fits += [(item.model, item.estimator, name) for item in self.columns.items for name in own]
        return tuple((specified(model, name), estimator) for model, estimator, name in fits if model)


def labelled(records: Sequence[Mapping[str, Any]], tables: Mapping[str, TableSpec]) -> tuple[Mapping[str, Any], ...]:
    """Records of the numbers of some tables, each with the `label` of its row; of a row that there is not, its id."""
    labels = {(name, item.id): item.label for name, spec in tables.items() for item in spec.rows.items}
    own = [one for one in records if one["table"] in tables]
    return tuple({**one, "label": labels.get((one["table"], one["row"])) or one["row"]} for one in own)
