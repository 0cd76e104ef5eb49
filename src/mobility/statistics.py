"""The register of statistics: what each kind of number is, how it is shown and judged. Pure data.

A statistic that a table spec may name has a `job`; the others stand beside them in the cells. To add one: an entry
here, the function that makes its cells (`cells/tabulate.py` for counted ones, `cells/estimates.py` for estimated
ones) and, where it reads a key that no other does, a field of `TableSpec` or `Item` (`settings/tables.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

COUNTED, ESTIMATED, QUOTED, CURVE, PRINTED = "counted", "estimated", "quoted", "curve", "printed"
SHARE_LIKE, CHANGE_LIKE, COUNT_LIKE, OTHER = "share", "change", "count", "other"
DELIVERED = ("level", "percentage", "remark")  # of series, as they come: no error of ours


@dataclass(frozen=True)
class Statistic:
    """One kind of number.

    name : as `statistic` of a table spec and in the cells.
    job : how a table of it is made: counted (from a frame), estimated (from fits), quoted (from the cells
        of other tables), curve (from fits under every reading), printed (repeated from the
        report); empty for one that only stands in cells beside others.
    says : what it is, for the documentation.
    unit : what the numbers are, in words, as the page says it; empty where a table's other words say it.
    axis : title of a chart's axis; empty for none.
    power : powers of ten by which a number is shown larger than it is: 2 for per cent, 3 for per 1,000.
    ending : what follows a number that stands alone.
    decimals : shown where a table names none. whole : never any decimals.
    least : below it a number is said to be below it, as a p-value that rounds to 0; 0 for none.
    apart : whether each number of a table of it is of a kind of its own, which its sign tells, so that no unit holds
        for all. base : what the base of its numbers counts.
    signed : whether a plus stands before a rise where one is drawn.
    has_error : whether the standard error stands under the number.
    judged_as : how the disclosure step sees it: share, change of a share, count or other.
    by_row : of an estimated one, whether it is made from the rows of the model and not from its fits alone.
    cell : name of its numbers in the cells, where that is not its own.
    keys, axis_keys, show_keys, item_keys : that it reads beyond those of every table: of the table, of `rows` and
        `columns`, of their `show` where that is no list, and of each row and column. Another key is refused.
    parts : what a counted number is made from, as terms and their words, for `mobility explain` and the page. In them
        stand {here}, {row}, {column} (the observations of the cell, its row, its column), {within} (those of the
        denominator), {before}, {after} (the groups that a column compares), {of} (the column that is measured),
        {exposure}, {shows}, and of a test {groups}.
    errors : where its standard errors come from, {cluster} being the units within which rows are not independent.
    required : those of `keys` that it cannot do without. item_required : those of `item_keys` that every row has, or
        every column.
    """

    name: str
    job: str = ""
    says: str = ""
    unit: str = ""
    axis: str = ""
    power: int = 0
    ending: str = ""
    decimals: int = 3
    whole: bool = False
    least: float = 0.0
    apart: bool = False
    base: str = "unweighted observations behind the number"
    signed: bool = False
    has_error: bool = False
    judged_as: str = OTHER
    by_row: bool = False
    cell: str = ""
    keys: tuple[str, ...] = ()
    axis_keys: tuple[str, ...] = ()
    show_keys: tuple[str, ...] = ()
    item_keys: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    item_required: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    errors: str = ""


FRAME = ("frame", "sample")
PRECISE = 0.001  # of p-values
OF = ("of",)
FIT = ("model", "estimator")
MODELS = ("models", "estimators")
CLUSTERED = "clustered by {cluster}"
# What a base counts.
IN_DENOMINATOR = "unweighted observations in the denominator"
WITH_A_VALUE = "unweighted observations with a value"
AT_RISK = "people at risk, summed over years"
FITTED = "observations that the model was fitted to"
OF_SHARE = (("Numerator", "observations with {here}"), ("Denominator", "observations with {within}"))
OF_CHANGE = (
    ("Share", "{row} among the observations with {after}"),
    ("Less the share", "{row} among the observations with {before}"),
)
ONE_VALUE = (("Value", "that of the one row of the frame with {here}"),)
_STATISTICS = (
    Statistic(
        "share",
        COUNTED,
        "part of the row, or of the column, that is in the cell",
        base=IN_DENOMINATOR,
        axis="Per cent",
        power=2,
        ending="%",
        decimals=1,
        judged_as=SHARE_LIKE,
        keys=(*FRAME, "within", "weight", "complete", "changes_only"),
        axis_keys=OF,
        item_keys=("of", "all"),
        required=FRAME,
        parts=OF_SHARE,
        errors=CLUSTERED,
    ),
    Statistic(
        "proportion",
        COUNTED,
        "part of those in the row and column with a known answer of whom it is so, by a column of 0 and 1",
        base=IN_DENOMINATOR,
        axis="Per cent",
        power=2,
        ending="%",
        decimals=1,
        judged_as=SHARE_LIKE,
        cell="share",
        keys=FRAME,
        axis_keys=OF,
        item_keys=("of", "all", "mean"),
        required=FRAME,
        parts=(
            ("Numerator", "observations with {here} of which it is so ({of} is 1)"),
            ("Denominator", "those with {here} and a known {of}"),
        ),
        errors=CLUSTERED,
    ),
    Statistic(
        "level",
        COUNTED,
        "the one value of a frame of series in the row and column, with its error and size where it has them",
        decimals=2,
        keys=FRAME,
        axis_keys=OF,
        item_keys=("of",),
        required=FRAME,
        parts=ONE_VALUE,
        errors="as delivered with the value",
    ),
    Statistic(
        "percentage",
        COUNTED,
        "the same of a proportion",
        axis="Per cent",
        power=2,
        ending="%",
        decimals=1,
        keys=FRAME,
        axis_keys=OF,
        item_keys=("of",),
        required=FRAME,
        parts=ONE_VALUE,
        errors="as delivered with the value",
    ),
    Statistic(
        "remark",
        COUNTED,
        "what the one row of a frame says in a column, in words",
        cell="text",
        keys=FRAME,
        axis_keys=OF,
        item_keys=("of", "words"),
        required=FRAME,
        parts=ONE_VALUE,
    ),
    Statistic(
        "change",
        COUNTED,
        "share within the later category of a column less that within the earlier one",
        base=IN_DENOMINATOR,
        axis="Percentage points",
        power=2,
        ending=" pp",
        decimals=1,
        judged_as=CHANGE_LIKE,
        cell="difference",
        keys=(*FRAME, "within", "weight"),
        axis_keys=OF,
        item_keys=("of", "all", "from", "to"),
        required=FRAME,
        parts=OF_CHANGE,
        errors=CLUSTERED,
    ),
    Statistic(
        "count",
        COUNTED,
        "number of rows of the frame",
        unit="number of observations",
        decimals=0,
        whole=True,
        judged_as=COUNT_LIKE,
        keys=(*FRAME, "rounded_to"),
        axis_keys=OF,
        item_keys=("of", "all", "unknown"),
        required=FRAME,
        parts=(("Number", "observations with {here}"),),
    ),
    Statistic(
        "rate",
        COUNTED,
        "sum of events over the exposure",
        base=AT_RISK,
        unit="per 1,000 people",
        power=3,
        decimals=1,
        keys=(*FRAME, "exposure"),
        axis_keys=OF,
        item_keys=("of", "all", "sum"),
        required=(*FRAME, "exposure"),
        item_required=("sum",),
        parts=(
            ("Numerator", "sum of {of} over the rows with {here}"),
            ("Denominator", "sum of {exposure} over the same rows"),
        ),
        errors=CLUSTERED,
    ),
    Statistic(
        "mean",
        COUNTED,
        "mean of a column of the frame",
        base=WITH_A_VALUE,
        keys=FRAME,
        axis_keys=OF,
        item_keys=("of", "all", "mean", "decimals"),
        required=FRAME,
        item_required=("mean",),
        parts=(
            ("Numerator", "sum of {of} over the observations with {here} and a value"),
            ("Denominator", "number of these observations"),
        ),
        errors=CLUSTERED,
    ),
    Statistic(
        "description",
        COUNTED,
        "mean, standard deviation, smallest and largest value, and number, of the column that each row is of",
        base=WITH_A_VALUE,
        decimals=2,
        keys=FRAME,
        axis_keys=OF,
        item_keys=("of", "all", "describes", "shows", "decimals"),
        required=FRAME,
        parts=(("Number", "{shows} of {of} over the observations with {here} and a value"),),
        errors="of a mean clustered by {cluster}",
    ),
    Statistic(
        "comparison",
        COUNTED,
        "share within each column, and the difference between two columns with a two-sample test of proportions",
        base=IN_DENOMINATOR,
        power=2,
        ending="%",
        decimals=1,
        judged_as=SHARE_LIKE,
        cell="share",
        keys=(*FRAME, "within", "variance"),
        axis_keys=OF,
        item_keys=("of", "all", "from", "to"),
        required=FRAME,
        parts=OF_SHARE,
        errors="of a share clustered by {cluster}; of an unweighted difference by the two-sample test of proportions",
    ),
    Statistic(
        "median",
        COUNTED,
        "weighted median of a column of the frame, or the average of its medians in several years; and the gap between "
        "those of two groups",
        base=WITH_A_VALUE,
        decimals=2,
        keys=(*FRAME, "weight", "rule", "pooled_over", "pooled_by", "gap_over"),
        axis_keys=OF,
        item_keys=("of", "all", "median", "from", "to"),
        required=FRAME,
        item_required=("median",),
        parts=(("Median", "of {of} over the observations with {here} and a value"),),
        errors="from the error, clustered by {cluster}, of the share of observations below the median",
    ),
    Statistic(
        "log_odds",
        COUNTED,
        "log odds ratio between two rows of a table of proportions, with its tests",
        unit="log odds ratios: 0 is no difference",
        axis="Log odds ratio, with its 95% interval",
        has_error=True,
        signed=True,
        keys=(*FRAME, "weight", "tests", "cells"),
        item_keys=("from", "to", "column", "since", "tells"),
        required=(*FRAME, "tests"),
        item_required=("column", "tells"),
        parts=(("Odds ratio", "{groups}"),),
        errors="of log_odds from its four cells; of design_log_odds clustered by {cluster}",
    ),
    Statistic(
        "coefficient",
        ESTIMATED,
        "coefficients of models",
        keys=("larger",),
        base=FITTED,
        axis="Coefficient, with its 95% interval",
        signed=True,
        has_error=True,
        show_keys=MODELS,
        item_keys=(*FIT, "has"),
    ),
    Statistic(
        "effect",
        ESTIMATED,
        "average marginal effects of models, or differences between profiles",
        base=FITTED,
        by_row=True,
        unit="effects in percentage points",
        axis="Change of the probability in percentage points (pp), with 95% intervals",
        power=2,
        decimals=1,
        signed=True,
        has_error=True,
        keys=("stars",),
        show_keys=MODELS,
        item_keys=(*FIT, "at"),
    ),
    Statistic(
        "probability",
        ESTIMATED,
        "predicted probabilities of profiles",
        base=FITTED,
        by_row=True,
        power=2,
        ending="%",
        decimals=1,
        cell="share",
        show_keys=MODELS,
        item_keys=(*FIT, "at"),
        item_required=("at",),
    ),
    Statistic(
        "marginal_effect",
        ESTIMATED,
        "average marginal effects in units of the outcome, over all rows or a group, and their differences",
        base=FITTED,
        by_row=True,
        unit="average marginal effects in units of the outcome, of probabilities as proportions",
        axis="Marginal effect, with its 95% interval",
        signed=True,
        has_error=True,
        show_keys=MODELS,
        item_keys=(*FIT, "has", "effect", "at", "over", "than", "specification", "decimals"),
    ),
    Statistic(
        "rate_ratio",
        ESTIMATED,
        "exp(coefficient) of models of counts",
        base=FITTED,
        unit="rate ratios, 1 is no difference",
        decimals=2,
        has_error=True,
        show_keys=MODELS,
        item_keys=FIT,
    ),
    Statistic(
        "predicted_rate",
        ESTIMATED,
        "predicted events over the exposure, were every row at that level of a factor",
        base=FITTED,
        by_row=True,
        unit="predicted, per 1,000 people",
        power=3,
        decimals=2,
        has_error=True,
        show_keys=MODELS,
        item_keys=FIT,
    ),
    Statistic(
        "layer_strength",
        ESTIMATED,
        "strength of the association in each layer (the id of the row), as the column's `measure` says it",
        base=FITTED,
        unit="strength of the association",
        axis="Strength of the association, with its 95% interval",
        decimals=3,
        has_error=True,
        show_keys=MODELS,
        item_keys=(*FIT, "measure"),
    ),
    Statistic(
        "association",
        ESTIMATED,
        "association X of origin (the id of the row) and destination (of the column) in the base layer, centred",
        base=FITTED,
        unit="log-linear parameters, rows and columns add to 0",
        decimals=3,
        signed=True,
        has_error=True,
        item_keys=FIT,
    ),
    Statistic(
        "pair_log_odds",
        ESTIMATED,
        "log odds ratio of two origins and two destinations in a layer (the id of the row), as a layer model fits it",
        base=FITTED,
        axis="Log odds ratio, with its 95% interval",
        decimals=2,
        signed=True,
        has_error=True,
        item_keys=(*FIT, "pair"),
    ),
    Statistic(
        "diagnostic",
        ESTIMATED,
        "what is known of each fit of the models",
        apart=True,
        base=FITTED,
        show_keys=MODELS,
        item_keys=FIT,
    ),
    Statistic("claim", ESTIMATED, "statements of the text on effects of models", show_keys=("claims",)),
    Statistic(
        "quoted",
        QUOTED,
        "numbers of the text, made from released cells of other tables",
        apart=True,
        show_keys=("claims",),
    ),
    Statistic(
        "adjusted",
        QUOTED,
        "tests of other tables with p-values adjusted for all of them together",
        unit="log odds ratios: 0 is no difference",
        has_error=True,
        signed=True,
        item_keys=("of_table", "of_row", "tells"),
        item_required=("of_row", "tells"),
    ),
    Statistic(
        "curve",
        CURVE,
        "effects under every reading of the choices",
        base=FITTED,
        show_keys=("choices",),
        power=2,
        decimals=1,
        cell="effect",
        item_keys=(*FIT, "effect"),
    ),
    Statistic("published", PRINTED, "a reference table, shown as printed"),
    Statistic(
        "difference",
        unit="percentage points (pp)",
        axis="Percentage points",
        power=2,
        ending=" pp",
        decimals=1,
        parts=OF_CHANGE,
    ),
    Statistic(
        "gap",
        power=2,
        ending="%",
        decimals=1,
        parts=(
            ("Median", "of {of} over the observations with {row} and {before}, less that with {row} and {after}"),
            ("Denominator", "one of the two medians, as `gap_over` of the table says"),
        ),
    ),
    Statistic("z", decimals=2),
    Statistic("z_null_1_as_printed", decimals=2),
    Statistic("p_value", least=PRECISE),
    Statistic("p_holm", least=PRECISE),
    Statistic("p_bh", least=PRECISE),
    Statistic("design_p_value", least=PRECISE),
    Statistic("design_p_holm", least=PRECISE),
    Statistic("design_p_bh", least=PRECISE),
    Statistic("observations", decimals=0, whole=True),
    Statistic("odds_ratio", has_error=True),
    Statistic("std_error"),
    Statistic("sd"),
    Statistic("min"),
    Statistic("max"),
    Statistic("r_squared"),
    Statistic("number"),
    Statistic("scientific"),
    Statistic("text"),
)
STATISTICS: Mapping[str, Statistic] = {statistic.name: statistic for statistic in _STATISTICS}
OF_TABLES = tuple(statistic.name for statistic in _STATISTICS if statistic.job)


def statistic_of(name: str) -> Statistic:
    """The statistic of a cell; one that no register entry names is a plain number."""
    return STATISTICS.get(name) or Statistic(name)


def shown_as(name: str) -> Statistic:
    """The statistic under which the numbers of a table's statistic stand in the cells."""
    found = statistic_of(name)
    return statistic_of(found.cell or found.name)
