"""Pages and CSV for the output checker: an entry with one sentence a study, and a page and a table a study."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pandas as pd

from mobility.checker import ANSWERS, ENTRY
from mobility.checker.outputs import HELD_BACK, LOOK
from mobility.checker.points import POINTS
from mobility.checker.smallest import Group
from mobility.checker.statement import Statement
from mobility.render.counts import IN_WORDS
from mobility.render.templating import environment
from mobility.storage import write_csv, write_text

SMALLEST = [field.name for field in fields(Group)]
RULES_TOLD = ["name", "asks", "judged", "broken", "without"]
BY_HAND = [
    *("point", "table", "row", "column", "note"),
    *dict.fromkeys(name for point in POINTS for name, _ in point.beside),
]


def write_statement(statement: Statement, folder: Path) -> None:
    """Write `<study>.html`, the sums of what was judged, and a line an output, rule, cell to look at, small group."""
    name = statement.study.name
    page = (
        environment().get_template("checker_study.html.j2").render(statement=statement, entry=ENTRY, counted=IN_WORDS)
    )
    write_text(page, folder / f"{name}.html")
    write_text(statement.sums, folder / f"{name}.sha256")
    write_csv(pd.DataFrame([output.line for output in statement.outputs]), folder / f"{name}.csv")
    write_csv(pd.DataFrame(statement.rules, columns=RULES_TOLD), folder / f"{name}_rules.csv")
    write_csv(pd.DataFrame(by_hand(statement), columns=BY_HAND), folder / f"{name}_by_hand.csv")
    write_csv(pd.DataFrame(map(vars, statement.groups), columns=SMALLEST), folder / f"{name}_smallest.csv")


def by_hand(statement: Statement) -> list[dict[str, object]]:
    """The cells to look at, one after the other, each with the evidence that its point shows."""
    return [
        {
            "point": look.point.name,
            "table": look.output.name,
            "row": row,
            "column": column,
            "note": note,
            **dict(zip((name for name, _ in look.point.beside), beside, strict=True)),
        }
        for look in statement.looks
        for row, column, note, beside in look.cells
    ]


def write_entry(statements: Sequence[Statement], folder: Path) -> None:
    """Write the entry page and `answers.csv`: may it leave, in a sentence a study."""
    template = environment().get_template("checker_index.html.j2")
    write_text(template.render(statements=statements, summary=summary(statements)), folder / ENTRY)
    rows = [
        (each.study.name, each.provenance["access"], each.threshold, each.verdict, each.answer) for each in statements
    ]
    write_csv(pd.DataFrame(rows, columns=["study", "access", "threshold", "verdict", "answer"]), folder / ANSWERS)


def summary(statements: Sequence[Statement]) -> str:
    """The answers of all studies in a sentence."""
    no = [each.study.name for each in statements if each.verdict == HELD_BACK]
    look = [each.study.name for each in statements if each.verdict == LOOK]
    yes = len(statements) - len(no) - len(look)
    told = [f"{yes} of {len(statements)} studies may leave as they are"]
    if look:
        told.append(f"{len(look)} once somebody has looked at the cells that their pages list ({', '.join(look)})")
    told += [f"not as they are: {', '.join(no)}"] if no else []
    return f"{'; '.join(told)}."
