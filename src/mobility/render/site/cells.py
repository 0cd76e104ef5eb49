"""What stands behind the numbers of a table, as a script that a page loads when a number is selected.

A script and no JSON file: a page that was opened from disk may load the one and not the other. Words that many cells
share are written once.
"""

import json
from collections.abc import Mapping

from mobility.render.origins import Origin, Origins
from mobility.render.table import Table
from mobility.render.words import facts

FOLDER = "assets/cells"
CALL = "mobility.cells"
HOW = "how--"  # of the anchor of what a number rests on


def address(table: Table) -> str:
    """Where the script of a table lies, relative to the study's folder."""
    return f"{FOLDER}/{table.id}.js"


def script(table: Table, origins: Origins, home: Mapping[str, str]) -> str:
    """The script of a table. `home` : the page of each anchor, from the study's folder.

    It calls `mobility.cells(id, {rows, columns, words, cells, bases, printed})`. A cell, in reading order, is the
    places in `words` of its terms and texts by turns, and the places in `bases` of what it rests on.
    """
    words: dict[str, int] = {}
    bases: dict[str, int] = {}
    cells = []
    for row in table.rows:
        for column in table.columns:
            origin, cell = origins.of(table.id, row.id, column.id), table.cell(row, column)
            pairs = [*facts(cell, cell.decimals), *origin.parts]
            told = [words.setdefault(text, len(words)) for pair in pairs for text in pair]
            cells.append([told, [bases.setdefault(name, len(bases)) for name in origin.bases]])
    content = {
        "study": table.study,
        "rows": [row.id for row in table.rows],
        "columns": [[column.id, f"{column.spanner}: {column.label}" if column.spanner else column.label]
                    for column in table.columns],
        "words": list(words),
        "bases": [[origins.bases[name].title, f"{home[HOW + name]}#{HOW}{name}"] for name in bases],
        "cells": cells,
        "printed": table.printed,
    }  # fmt: skip
    return f"{CALL}({_json(table.id)},{_json(content)});\n"


def first_basis(table: Table, origin: Origin, origins: Origins) -> str:
    """The anchor to which a number leads without a script: what it rests on, else what stands under its table."""
    known = [*origin.bases, *([table.id] if table.id in origins.bases else [])]
    return f"{HOW}{known[0]}" if known else f"{table.id}--end"


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
