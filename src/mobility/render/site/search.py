"""What the search of a site looks through: tables, figures, definitions, variables and choices, as a script."""

import json
from collections.abc import Iterator, Mapping

from mobility.render.origins import Origins
from mobility.render.report import Picture, Report
from mobility.render.table import Table

ADDRESS = "assets/search.js"
CALL = "mobility.index"
MOST = 400  # letters of what is said of a variable

Entry = tuple[str, str, str, str]  # kind, title, other words, anchor


def script(report: Report, home: Mapping[str, str]) -> str:
    """The script: `mobility.index([[kind, title, other words, address], ...])`. `home` : the page of each anchor."""
    found = [[kind, title, words, f"{home[anchor]}#{anchor}"] for kind, title, words, anchor in entries(report)]
    return f"{CALL}({json.dumps(found, ensure_ascii=False, separators=(',', ':'))});\n"


def entries(report: Report) -> Iterator[Entry]:
    """Everything that can be found, tables and figures first."""
    for section in report.sections:
        for block in section.blocks:
            yield _picture(block) if isinstance(block, Picture) else _table(block, report)
    for sample in report.samples:
        yield "Sample", sample.name, sample.describe, f"sample--{sample.name}"
    for choice in report.choices:
        words = " ".join([choice.name, choice.report, *choice.alternatives, *choice.alternatives.values()])
        yield "Choice", choice.question, words, f"choice--{choice.name}"
    yield from _behind(report.origins)


def _behind(origins: Origins) -> Iterator[Entry]:
    for basis in origins.bases.values():
        yield "Definition", basis.title, " ".join([basis.frame, *basis.columns]), f"how--{basis.id}"
    for frame, (rows, made) in origins.frames.items():
        for one in made:
            yield "Column", one.column, " ".join([frame, rows, *one.sources]), f"frame--{frame}--{one.column}"
    for key, variable in origins.variables.items():
        yield "Variable", variable.label, " ".join(variable.lines)[:MOST], f"from--{key}"


def _picture(picture: Picture) -> Entry:
    words = " ".join([picture.id, picture.finding, picture.alt])
    return "Figure", f"{picture.number}: {picture.title}", words, picture.id


def _table(table: Table, report: Report) -> Entry:
    labels = dict.fromkeys([*(row.label for row in table.rows), *(column.label for column in table.columns)])
    words = " ".join([table.id, table.heading, *labels])
    return "Table", f"{table.number}: {table.title}", words, report.anchor_of(table)
