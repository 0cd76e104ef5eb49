"""What a cell shows of the released back test: the published number beside ours, and the word on how they compare."""

from collections.abc import Mapping, Sequence
from typing import Any

from mobility.errors import RenderError, nearest
from mobility.render.numbers import missing, number_text, printed_decimals
from mobility.statistics import Statistic, shown_as
from mobility.verdicts import VERDICTS


def published_of(records: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """Records of the released back test by row, column and the name of the statistic that is shown."""
    return {(str(r["row"]), str(r["column"]), shown_as(str(r["statistic"])).name): r for r in records}


def verdict_of(theirs: dict, facts: dict) -> str:
    """The back test's word on a number that is shown; a word on one that is not would give it away.

    Raises `RenderError` on a word that is no verdict.
    """
    if not theirs or facts.get("value") is None or missing(theirs.get("verdict")):
        return ""
    word = str(theirs["verdict"])
    if word not in VERDICTS:
        raise RenderError(
            f"backtest.csv, {theirs['table']}, row {theirs['row']}, column {theirs['column']}: verdict {word!r} is not "
            f"known. {nearest(word, VERDICTS)}. Mend the step that makes backtest.csv."
        )
    return word


def published_facts(theirs: dict, statistic: Statistic, decimals: int) -> dict[str, Any]:
    """The published number of a back test record and how it is printed; nothing where none is published."""
    value, half = theirs.get("published"), theirs.get("half_width")
    if value is None or missing(value):
        return {}
    places = decimals if half is None or missing(half) or not half else printed_decimals(float(half), statistic)
    return {"published": float(value), "published_text": number_text(float(value), statistic, places)}
