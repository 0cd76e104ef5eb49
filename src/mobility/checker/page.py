"""Pages and CSV for the output checker: an entry with one sentence a study, and a page and a table a study."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from mobility.checker import ANSWERS, ENTRY, answer_file
from mobility.checker.outputs import HELD_BACK, LOOK
from mobility.checker.points import POINTS
from mobility.checker.smallest import Group
from mobility.checker.statement import Statement
from mobility.render.counts import IN_WORDS
from mobility.render.templating import environment
from mobility.storage import read_mapping, write_csv, write_text, write_yaml

SMALLEST = [field.name for field in fields(Group)]
RULES_TOLD = ["name", "asks", "judged", "broken", "without", "cells"]
BY_HAND = [
    *("point", "table", "row", "column", "note"),
    *dict.fromkeys(name for point in POINTS for name, _ in point.beside),
]


@dataclass(frozen=True)
class Answer:
    """What the entry says of a study.

    study, title, access, synthetic : what it is and from what it was made. threshold : least number of persons.
    verdict, answer : a word of `outputs`, and the sentence. measures : whether it hands on arrays, judged by none.
    """

    study: str
    title: str
    access: str
    synthetic: bool
    threshold: int
    verdict: str
    answer: str
    measures: bool


def answer_of(statement: Statement) -> Answer:
    """The answer that a statement comes to."""
    study, origin = statement.study, statement.provenance
    said = statement.threshold, statement.verdict, statement.answer
    return Answer(study.name, study.about.title, origin["access"], origin["synthetic"], *said, study.about.measures)


def write_statement(statement: Statement, folder: Path) -> None:
    """Write `<study>.html`, its answer, the sums of what was judged, a line an output, rule, cell to look at, group."""
    name = statement.study.name
    page = (
        environment().get_template("checker_study.html.j2").render(statement=statement, entry=ENTRY, counted=IN_WORDS)
    )
    write_text(page, folder / f"{name}.html")
    write_yaml(asdict(answer_of(statement)), folder / answer_file(name))
    write_text(statement.sums, folder / f"{name}.sha256")
    write_csv(pd.DataFrame([output.line for output in statement.outputs]), folder / f"{name}.csv")
    rules = [{**rule, "cells": "; ".join(rule["cells"])} for rule in statement.rules]
    write_csv(pd.DataFrame(rules, columns=RULES_TOLD), folder / f"{name}_rules.csv")
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


def read_answers(folder: Path, studies: Iterable[str]) -> list[Answer]:
    """The answers of statements that were written into `folder`."""
    return [Answer(**read_mapping(folder / answer_file(study))) for study in studies]


def write_entry(answers: Sequence[Answer], folder: Path) -> None:
    """Write the entry page and `answers.csv`: may it leave, in a sentence a study."""
    template = environment().get_template("checker_index.html.j2")
    write_text(template.render(answers=answers, summary=summary(answers)), folder / ENTRY)
    columns = ["study", "access", "threshold", "verdict", "answer"]
    write_csv(pd.DataFrame(map(asdict, answers), columns=columns), folder / ANSWERS)


def summary(answers: Sequence[Answer]) -> str:
    """The answers of all studies in a sentence."""
    no = [each.study for each in answers if each.verdict == HELD_BACK]
    look = [each.study for each in answers if each.verdict == LOOK]
    yes = len(answers) - len(no) - len(look)
    told = [f"{yes} of {len(answers)} studies may leave as they are"]
    if look:
        told.append(f"{len(look)} once somebody has looked at the cells that their pages list ({', '.join(look)})")
    told += [f"not as they are: {', '.join(no)}"] if no else []
    return f"{'; '.join(told)}."
