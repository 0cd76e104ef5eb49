"""The register of statistics: what each kind of number is, how it is shown and judged. Pure data.

A statistic that a table spec may name has a `job`; the others stand beside them in the cells. To add one: an entry
here, the function that makes its cells (`cells/tabulate.py` for counted ones, `cells/estimates.py` for estimated
ones), and a line of CHANGELOG.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

COUNTED, ESTIMATED, QUOTED, CURVE, PRINTED = "counted", "estimated", "quoted", "curve", "printed"
SHARE_LIKE, CHANGE_LIKE, COUNT_LIKE, OTHER = "share", "change", "count", "other"


@dataclass(frozen=True)
class Statistic:
    """One kind of number.

    name : as `statistic` of a table spec and in the cells.
    job : how a table of it is made: counted (from a frame), estimated (from fits), quoted (from the cells
        of other tables), curve (from fits under every reading), printed (repeated from the
        report); empty for one that only stands in cells beside others.
    unit : what the numbers are, in words, as the page says it; empty where a table's other words say it.
    axis : title of a chart's axis; empty for none.
    power : powers of ten by which a number is shown larger than it is: 2 for per cent, 3 for per 1,000.
    ending : what follows a number that stands alone.
    decimals : shown where a table names none. whole : never any decimals.
    signed : whether a plus stands before a rise where one is drawn.
    has_error : whether the standard error stands under the number.
    judged_as : how the disclosure step sees it: share, change of a share, count or other.
    cell : name of its numbers in the cells, where that is not its own.
    keys, item_keys : keys of the table and of its rows and columns that belong to it, beyond those of every table.
    required : those of `keys` that it cannot do without.
    """

    name: str
    job: str = ""
    unit: str = ""
    axis: str = ""
    power: int = 0
    ending: str = ""
    decimals: int = 3
    whole: bool = False
    signed: bool = False
    has_error: bool = False
    judged_as: str = OTHER
    cell: str = ""
    keys: tuple[str, ...] = ()
    item_keys: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


FRAME = ("frame", "sample")
FIT = ("model", "estimator")
_STATISTICS = (
    Statistic(
        "share",
        COUNTED,
        axis="Per cent",
        power=2,
        ending="%",
        decimals=1,
        judged_as=SHARE_LIKE,
        keys=(*FRAME, "within", "weight", "complete"),
        item_keys=("of", "all"),
        required=FRAME,
    ),
    Statistic(
        "change",
        COUNTED,
        axis="Percentage points",
        power=2,
        ending=" pp",
        decimals=1,
        judged_as=CHANGE_LIKE,
        cell="difference",
        keys=(*FRAME, "within", "weight"),
        item_keys=("of", "all", "from", "to"),
        required=FRAME,
    ),
    Statistic(
        "count",
        COUNTED,
        unit="number of observations",
        decimals=0,
        whole=True,
        judged_as=COUNT_LIKE,
        keys=FRAME,
        item_keys=("of", "all", "unknown"),
        required=FRAME,
    ),
    Statistic(
        "rate",
        COUNTED,
        unit="per 1,000 people",
        power=3,
        decimals=1,
        keys=(*FRAME, "exposure"),
        item_keys=("of", "all", "sum"),
        required=(*FRAME, "exposure"),
    ),
    Statistic("mean", COUNTED, keys=FRAME, item_keys=("of", "all", "mean", "decimals"), required=FRAME),
    Statistic(
        "coefficient",
        ESTIMATED,
        axis="Coefficient, with its 95% interval",
        signed=True,
        has_error=True,
        item_keys=(*FIT, "has"),
    ),
    Statistic(
        "effect",
        ESTIMATED,
        unit="effects in percentage points",
        axis="Change of the probability in percentage points (pp), with 95% intervals",
        power=2,
        decimals=1,
        signed=True,
        has_error=True,
        keys=("stars",),
        item_keys=(*FIT, "at"),
    ),
    Statistic("probability", ESTIMATED, power=2, ending="%", decimals=1, cell="share", item_keys=(*FIT, "at")),
    Statistic(
        "marginal_effect",
        ESTIMATED,
        axis="Marginal effect, with its 95% interval",
        signed=True,
        has_error=True,
        item_keys=(*FIT, "has", "effect", "at", "over", "than", "specification", "decimals"),
    ),
    Statistic(
        "rate_ratio",
        ESTIMATED,
        unit="rate ratios, 1 is no difference",
        decimals=2,
        has_error=True,
        item_keys=FIT,
    ),
    Statistic(
        "predicted_rate",
        ESTIMATED,
        unit="predicted, per 1,000 people",
        power=3,
        decimals=2,
        has_error=True,
        item_keys=FIT,
    ),
    Statistic("diagnostic", ESTIMATED),
    Statistic("claim", ESTIMATED),
    Statistic("quoted", QUOTED),
    Statistic("curve", CURVE, power=2, decimals=1, cell="effect", item_keys=(*FIT, "effect")),
    Statistic("published", PRINTED),
    Statistic("difference", unit="percentage points (pp)", axis="Percentage points", power=2, ending=" pp", decimals=1),
    Statistic("observations", decimals=0, whole=True),
    Statistic("odds_ratio", has_error=True),
    Statistic("std_error"),
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
