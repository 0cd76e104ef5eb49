"""The output checker's record, by hand: a table of six cells, each with evidence that one rule or point is about."""

from pathlib import Path

import pandas as pd

from mobility.cells import CELL_COLUMNS
from mobility.checker.outputs import KEYS, WORDS
from mobility.checker.points import EVIDENCE
from mobility.checker.statement import statement_of
from mobility.settings import Sample, Study
from mobility.settings.figures import FigureSpec
from mobility.settings.study import About
from specs import ABOUT, FIGURE, table_spec

ORIGIN = {
    "label": "A survey",
    "synthetic": False,
    "access": "special",
    "access_reasons": ["a.dta: special, SN 1."],
}
PROTECTS = "protects another cell"
UNITS = {"unit": "persons", "base_unit": "persons"}
COLUMNS = [{"id": name, "label": name.title()} for name in ("x", "y", "z")]
# row, column, persons, base, complement; the last two of row b are hidden.
GOOD = {
    ("a", "x"): {"persons": 20, "base": 50, "base_persons": 50, "complement": 30},
    ("a", "y"): {"persons": 30, "base": 50, "base_persons": 50, "complement": 20},
    ("a", "z"): {"persons": 12, "base": 50, "base_persons": 50, "complement": 38},
    ("b", "x"): {"persons": 40, "base": 60, "base_persons": 60, "complement": 20},
    ("b", "y"): {"persons": 4, "reason": "fewer than 10 persons in it", "interval_low": 0, "interval_high": 14},
    ("b", "z"): {"persons": 16, "reason": PROTECTS, "protects": "t/b/y", "interval_low": 5, "interval_high": 19},
}


def study():
    """A study of one table and a figure of it."""
    spec = table_spec(
        {
            "number": "Table 1",
            "title": "Who is what",
            "frame": "f",
            "sample": "s",
            "rows": {"show": [{"id": "a", "label": "Men"}, {"id": "b", "label": "Women"}]},
            "columns": {"show": COLUMNS},
        }
    )
    figure = FigureSpec.read({**FIGURE, "number": "Figure 1", "title": "The same, drawn"})
    about = About.read({**ABOUT, "title": "A study <&>"})
    samples = {"s": Sample("s", "Everyone of working age", "f", ())}
    return Study(Path("studies/s"), about, samples, {"t": spec}, {"f": figure})


def record_of(**changes):
    """The record of the six cells; a change is named by row and column, as `a_x`."""
    cells = {place: {**known, **changes.get("_".join(place), {})} for place, known in GOOD.items()}
    rows = [
        {"table": "t", "row": row, "column": column, "statistic": "share", "choice": "baseline", **UNITS, **known}
        for (row, column), known in cells.items()
    ]
    frame = pd.DataFrame(rows).reindex(columns=[*KEYS, *WORDS, *EVIDENCE])
    return (
        frame.fillna({"reason": "", "protects": ""})
        .assign(tells="", interval_of="")
        .astype(dict.fromkeys(EVIDENCE, "float64"))
    )


def released_of(record, shown=()):
    """Released cells: a number where the record hides none, or where `shown` says that it leaves all the same."""
    gone = (record["reason"] != "") & ~record["column"].isin(shown)
    values = pd.Series(0.5, index=record.index).mask(gone)
    flags = gone.map({True: "suppressed", False: ""})
    return record[KEYS].assign(study="s", value=values, flag=flags, note="").reindex(columns=CELL_COLUMNS)


def said(study, threshold=10, shown=(), origin=ORIGIN, **changes):
    record = record_of(**changes)
    return statement_of(study, record, {"t": released_of(record, shown)}, origin, threshold)
