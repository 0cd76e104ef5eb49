"""Kinds of output, in the terms of the SACRO guide for output checkers."""

from dataclasses import dataclass

from mobility.statistics import (
    CHANGE_LIKE,
    COUNT_LIKE,
    COUNTED,
    CURVE,
    ESTIMATED,
    PRINTED,
    QUOTED,
    SHARE_LIKE,
    Statistic,
)


@dataclass(frozen=True)
class Kind:
    """A kind of output. title : in the terms of the guide. of_persons : whether it is made from persons of this run."""

    title: str
    of_persons: bool = True


FREQUENCIES = Kind("Frequencies")
AGGREGATIONS = Kind("Linear aggregations")
ENDPOINTS = Kind("Linear aggregations and end points")
POSITION = Kind("Position")
RATIOS = Kind("Calculated ratios")
ESTIMATES = Kind("Correlation coefficients, regression")
TEXT = Kind("Numbers of a text, from cells of other outputs")
SERIES = Kind("Published series, or levels computed by the study", of_persons=False)
REPEATED = Kind("Repeated from print", of_persons=False)

BY_NAME = {
    "description": ENDPOINTS,
    "median": POSITION,
    "rate": RATIOS,
    "log_odds": RATIOS,
    **dict.fromkeys(("level", "percentage", "remark"), SERIES),
}
BY_JUDGEMENT = dict.fromkeys((SHARE_LIKE, CHANGE_LIKE, COUNT_LIKE), FREQUENCIES)
BY_JOB = {COUNTED: AGGREGATIONS, ESTIMATED: ESTIMATES, CURVE: ESTIMATES, QUOTED: TEXT, PRINTED: REPEATED}


def kind_of(statistic: Statistic) -> Kind:
    """The kind of a table of this statistic: its own, else by how it is judged, else by how it is made."""
    return BY_NAME.get(statistic.name) or BY_JUDGEMENT.get(statistic.judged_as) or BY_JOB[statistic.job]
