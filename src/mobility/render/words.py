"""Words that stand beside numbers in every format: verdicts, headings, what stands behind a cell."""

from collections.abc import Mapping, Sequence

from mobility.render import numbers
from mobility.render.numbers import number_text, rounded, scaled
from mobility.render.table import Cell
from mobility.verdicts import COMPARED, MATCH_OF_ZERO

VERDICTS = {
    "match": ("\u2713", "matches the published value"),
    "match_of_zero": ("=", "is zero in print, and here to the printed digit"),
    "within_sampling_error": ("\u2248", "differs from the published value within sampling error"),
    "inconclusive": (
        "?",
        "is too uncertain to tell: the interval meets the published value, "
        "but the sign is another or the difference is larger than that value",
    ),
    "differs": ("\u2260", "differs from the published value"),
    "not_published": ("\u00b7", "not published"),
    "not_estimated": ("\u00b7", "published, but not estimated here"),
}
SIGNED = (*COMPARED, MATCH_OF_ZERO)  # verdicts whose sign stands beside a cell
LOSS_HEADINGS = {
    "reason": "Step and reason",
    "rows_in": "Rows before",
    "rows_dropped": "Dropped",
    "rows_out": "Rows after",
    "persons_out": "Persons after",
}
ROUNDED_TO = "rounded_to"  # a column of losses, which `mobility.intake.losses` names for those who import pandas


def rounding_of(losses: Sequence[Mapping[str, object]]) -> str:
    """That the numbers of losses as they left are rounded, in a sentence; empty where they are exact."""
    base = losses[0].get(ROUNDED_TO) if losses else None
    return f"Numbers of rows are rounded down to a multiple of {base}." if base else ""


def interval_text(cell: Cell, decimals: int) -> str:
    """`87.5% to 88.6%`, or nothing where the cell has no interval."""
    if cell.ci_low is None or cell.ci_high is None:
        return ""
    low, high = (number_text(bound, cell.statistic, decimals) for bound in (cell.ci_low, cell.ci_high))
    return f"{low} to {high}"


def error_text(cell: Cell, decimals: int) -> str:
    """A standard error with one decimal more than its number, in points for shares; nothing where there is none."""
    if cell.std_error is None:
        return ""
    places = decimals if cell.statistic.has_error else decimals + 1
    ending = " pp" if cell.statistic.ending else ""
    return rounded(scaled(cell.std_error, cell.statistic.power), places) + ending


def facts(cell: Cell, decimals: int) -> list[tuple[str, str]]:
    """What stands behind a number, as terms and their values; for a held-back one only why it is held back."""
    counted = [("Observations", cell.n), ("Base", cell.base), ("Persons", cell.persons)]
    words = [
        ("95% interval", interval_text(cell, decimals)),
        ("Standard error", error_text(cell, decimals)),
        *((term, "" if count is None else numbers.count_text(count)) for term, count in counted),
        ("Published", cell.published_text),
        ("Comparison", VERDICTS[cell.verdict][1] if cell.verdict else ""),
        ("Status", status_text(cell)),
        ("Note", cell.note),
    ]
    return [(term, text) for term, text in words if text]


def status_text(cell: Cell) -> str:
    """Why a cell shows a mark: the state of a fit, or what the mark means; nothing for a plain number."""
    state = cell.flag.replace("_", " ") if cell.flag in numbers.UNUSABLE else ""
    meant = [meaning for mark, meaning in numbers.MARKS.items() if cell.text.endswith(mark)]
    return ": ".join([state, *meant] if state else meant)


def counted(count: int, noun: str) -> str:
    """`1 table`, `12 tables`: a number with its noun, whose plural takes an s."""
    return f"{numbers.count_text(count)} {noun}{'' if count == 1 else 's'}"


def count_text(value: object) -> str:
    """A count from a register with thousands separators; other text as it is."""
    text = str(value)
    return numbers.count_text(float(text)) if text.replace(".", "", 1).isdigit() else text
