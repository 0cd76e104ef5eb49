"""Points that no rule decides: which cells a person has to look at, what to ask of them, what to see beside them."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from mobility.cells import NOT_ESTIMABLE
from mobility.checker.kinds import ESTIMATES, SERIES, TEXT, Kind
from mobility.disclosure.judgement import NUMBERS_OF_ROWS

OF_PERSONS = [
    *("persons", "base", "base_persons", "complement", "dominance_1", "dominance_2", "df", "fewest", "dropped"),
    *("droppable", "table_df", "ties", "differs", "near", "interval_low", "interval_high", "rounded_to"),
]
EVIDENCE = ["n", *OF_PERSONS, "median_step"]
GROUP = (("base_persons", "{base_units} in its group"),)
ENDS = ("min", "max")
PARAMETERS = ("layer_strength", "association", "pair_log_odds", "coefficient")  # not measures of fit


@dataclass(frozen=True)
class Point:
    """A point to look at by hand.

    name : in CSV. title, asks : what the cells are, and what is to be decided, with `{threshold}` for the least number
    of persons. found : from released cells with their evidence, the kind of their output and the threshold to a mask.
    beside : of the evidence what is shown with each cell, with its heading, in which `{units}` and `{base_units}` are
    those of the output.
    noted : whether the cell's note is. by_table : whether it asks the same of all cells of a table, of which the notes
    of the table are shown.
    of_class : whether it is about what everybody of a group has in common, which a definition can say already.
    """

    name: str
    title: str
    asks: str
    found: Callable[[pd.DataFrame, Kind, int], pd.Series]
    beside: tuple[tuple[str, str], ...] = ()
    noted: bool = False
    by_table: bool = False
    of_class: bool = False


def _nobody(cells: pd.DataFrame, kind: Kind, threshold: int) -> pd.Series:
    return _share(cells) & (cells["persons"] == 0) & (cells["base"] > 0)


def _everybody(cells: pd.DataFrame, kind: Kind, threshold: int) -> pd.Series:
    return _share(cells) & (cells["complement"] == 0) & (cells["persons"] > 0)


def _share(cells: pd.DataFrame) -> pd.Series:
    return cells["leaves"] & cells["complement"].notna()


def _not_estimated(cells: pd.DataFrame, kind: Kind, threshold: int) -> pd.Series:
    """Cells that say why they have no number; of numbers of a text only where their own cells say it."""
    told = _without_number(cells) & (kind != SERIES)
    return told & cells["base"].notna() if kind == TEXT else told


def _refused(cells: pd.DataFrame, kind: Kind, threshold: int) -> pd.Series:
    return _without_number(cells) & (kind == SERIES)


def _without_number(cells: pd.DataFrame) -> pd.Series:
    return (cells["flag"] == NOT_ESTIMABLE) & (cells["note"] != "")


def _ends(cells: pd.DataFrame, kind: Kind, threshold: int) -> pd.Series:
    return cells["leaves"] & cells["statistic"].isin(ENDS)


def _full_fit(cells: pd.DataFrame, kind: Kind, threshold: int) -> pd.Series:
    return cells["leaves"] & (cells["table_df"] < threshold) & cells["statistic"].isin(PARAMETERS)


def _unknown(cells: pd.DataFrame, kind: Kind, threshold: int) -> pd.Series:
    return cells["leaves"] & (~cells["on_record"] | cells[OF_PERSONS].isna().all(axis=1))


def _unfitted(cells: pd.DataFrame, kind: Kind, threshold: int) -> pd.Series:
    free = cells["df"].isna() & cells["table_df"].isna() & ~cells["statistic"].isin(NUMBERS_OF_ROWS)
    return cells["leaves"] & ~_unknown(cells, kind, threshold) & free & (kind == ESTIMATES)


POINTS = (
    Point(
        "nobody",
        "A zero: nobody of a group is in the cell (class disclosure)",
        "It says of each person of the group that they are not in the category. Is that sensitive, and not so for "
        "everybody in the country?",
        _nobody,
        GROUP,
        of_class=True,
    ),
    Point(
        "everybody",
        "A hundred per cent: everybody of a group is in the cell (class disclosure)",
        "Whoever is known to be in the group is known to be in the category. Is that sensitive?",
        _everybody,
        GROUP,
        of_class=True,
    ),
    Point(
        "not_estimated",
        "No number, and the reason why (class disclosure)",
        "A reason such as “predicts failure perfectly” says that nobody with this feature did what the model explains, "
        "“success” that everybody did, “no observation” that the group is empty, “does not change within persons” that "
        "it changed for none of those in the fit, “collinear” that it coincides with others. Is that sensitive? If it "
        "is, the row has to go, or its reason.",
        _not_estimated,
        noted=True,
        of_class=True,
    ),
    Point(
        "refused",
        "A level without a number, by the study's own rule or since none was published",
        "The note says why: a rule of the study (fewer than 1,000 jobs, too few persons), or that there is none to be "
        "had. It says of a number that it is small, and of no person anything. Is the study's rule enough?",
        _refused,
        noted=True,
    ),
    Point(
        "ends",
        "A smallest or largest value",
        "Is it a limit of the question or of the sample (0 and 1, 16 and 64), or somebody's own?",
        _ends,
        (("persons", "{units} with this value; of yes and no the fewer of both"), ("base", "Rows with any")),
    ),
    Point(
        "full_fit",
        "A model of a table of counts with fewer than {threshold} degrees of freedom left",
        "Its parameters together give the counts of its table back, or nearly. Are fewer parameters shown than the "
        "table has cells, or may its counts be seen?",
        _full_fit,
        (("table_df", "Degrees of freedom of the table"), ("persons", "{units}")),
    ),
    Point(
        "unknown",
        "A number without any evidence of persons on record",
        "What does it rest on? No rule of this page judges a level that a study computes, such as pay from an earnings "
        "function: it falls under the study's own rules of suppression, on its page of method. What the notes of each "
        "table say is below. Is that enough? If not, ask whoever asks for the output.",
        _unknown,
        by_table=True,
    ),
    Point(
        "unfitted",
        "An estimate without residual degrees of freedom on record",
        "Are its rows many times its coefficients?",
        _unfitted,
        (("n", "Rows"), ("persons", "{units}")),
    ),
)
