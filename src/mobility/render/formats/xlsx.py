"""An accessible workbook of a study: cover, contents, notes, one sheet a table, the back test."""

import warnings
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobility.render.numbers import (
    NOT_AVAILABLE,
    PER_CENT,
    SCIENTIFIC,
    rounded_number,
    scaled,
)
from mobility.render.report import Report
from mobility.render.table import WORDS, Cell, Origin, Table, credit, errors_shown
from mobility.render.words import VERDICTS
from mobility.settings import About
from mobility.statistics import Statistic, shown_as
from mobility.storage import atomic
from mobility.verdicts import verdict_sentence

if TYPE_CHECKING:
    import pandas as pd
    from gptables import Cover, GPTable

CREATED = datetime(2000, 1, 1)
PROSE_SHEETS = ("Cover", "Contents", "Notes")
# A label that begins with `=` or looks like an address is words and nothing that a spreadsheet runs or opens.
AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
STUB_PIXELS, NUMBER_PIXELS = 330, 150


def write(report: Report, path: Path) -> None:
    """Write the workbook of a study."""
    write_workbook(path, report.tables, report.about, report.origin)


def write_workbook(path: str | Path, tables: list[Table], about: About, origin: Origin) -> None:
    """Write the tables of a study to one workbook, the same bytes on every run from the same tables.

    origin : what all of them together were made from, which its front sheet says.
    """
    from gptables.core.api import produce_workbook

    sheets = {_sheet_name(table.id): _sheet(table) for table in tables}
    if compared := [table for table in tables if table.has_published]:
        sheets["Back_test"] = _backtest_sheet(compared, origin)
    with atomic(path) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = produce_workbook(
            str(temporary),
            sheets,
            cover=_cover(tables, about, origin),
            contentsheet_options={"title": _titled("Contents", origin)},
            notes_table=_notes(tables),
            notesheet_options={"title": _titled("Notes", origin)},
            workbook_options=AS_WRITTEN,
        )
        workbook.set_properties(
            {"title": about.title, "author": "mobility", "created": CREATED, "comments": origin.provenance}
        )
        _narrow(workbook)
        workbook.close()


def _titled(words: str, origin: Origin) -> str:
    return f"{words} ({origin.made})" if origin.synthetic else words


def _narrow(workbook: Any) -> None:
    """Bring columns that long headings made very wide back to a width that fits a screen."""
    for sheet in workbook.worksheets():
        if sheet.get_name() in PROSE_SHEETS:
            continue
        for number, column in sheet.col_info.items():
            column.width = min(column.width, STUB_PIXELS if number < 2 else NUMBER_PIXELS)


def _sheet_name(name: str) -> str:
    return name[:31].capitalize()


def _cover(tables: list[Table], about: About, origin: Origin) -> "Cover":
    from gptables import Cover

    intro = [credit(about, tables) or about.title]
    lines = [line for line in (origin.source, origin.provenance, origin.licence, *origin.notes) if line]
    lines += [f"{mark} means {meaning}" for mark, meaning in _all_marks(tables)]
    lines += [
        "Notes are on the sheet Notes. Base: unweighted observations in the denominator; of rates, people at risk."
    ]
    return Cover(
        title=_titled(about.title, origin),
        intro=[origin.made, *intro] if origin.synthetic else intro,
        about=lines,
        cover_label="Cover",
    )


def _all_marks(tables: list[Table]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(mark for table in tables for mark in table.marks))


def _notes(tables: list[Table]) -> "pd.DataFrame":
    import pandas as pd

    general = "Every number passed disclosure control before this workbook was made."
    notes = dict.fromkeys([*(note for table in tables for note in table.notes), general])
    return pd.DataFrame([(_note_key(note), note) for note in notes], columns=["key", "Note text"])


def _note_key(note: str) -> str:
    return note.replace("$", "")


def _sheet(table: Table) -> "GPTable":
    from gptables import GPTable

    refs = "".join(f"$${_note_key(note)}$$" for note in table.notes)
    stub = table.stub or "Row"
    groups = [None, None] if any(row.group for row in table.rows) else [None]
    return GPTable(
        table=_frame(table, stub),
        table_name=table.id,
        title=f"{table.number}: {table.title} {refs}".strip(),
        subtitles=[table.origin.made] if table.synthetic else [table.origin.provenance] if table.printed else [],
        instructions="This worksheet contains one table. Numbers are rounded as shown; the CSV file has them in full.",
        scope=" ".join(f"{words}." for words in (table.heading, table.unit) if words) or None,
        source=table.source,
        legend=[*(f"{mark} {meaning}" for mark, meaning in table.marks), *filter(None, [_verdict_line(table)])],
        index_columns={level + 1: level for level in range(len(groups))},
        additional_formatting=_formats(table, len(groups)),
    )


def _verdict_line(table: Table) -> str:
    sentence = verdict_sentence(table.verdicts)
    return " ".join(filter(None, [f"Back test: {sentence}", table.why])) if sentence else ""


def _frame(table: Table, stub: str) -> "pd.DataFrame":
    """The table as a frame: group and row headings, numbers or marks, the base; errors of estimates beside them."""
    import pandas as pd

    grouped = any(row.group for row in table.rows)
    data: dict[str, list] = {"Group": [row.group or "All" for row in table.rows]} if grouped else {}
    data[_unique(stub, data)] = [row.label for row in table.rows]
    for column in table.columns:
        name = f"{column.spanner}: {column.label}" if column.spanner else column.label
        cells = [table.cell(row, column) for row in table.rows]
        data[_unique(name, data)] = [_number(cell, table, _statistic(cells, table)) for cell in cells]
        if any(errors_shown(cell) for cell in cells):
            data[_unique(f"{name}: standard error", data)] = [_error(cell, table) for cell in cells]
    if table.base_column:
        data["Base"] = [_whole(text) for text in table.base_column]
    frame = pd.DataFrame(data, dtype=object)
    if table.base_row:
        frame.loc[len(frame)] = _base_record(table, list(frame.columns), grouped)
    return frame


def _base_record(table: Table, names: list[str], grouped: bool) -> list:
    """The row of denominators, under each column's number and not under its standard error."""
    bases = iter(table.base_row)
    heads = ["All", "Base"] if grouped else ["Base"]
    return heads + ["[z]" if name.endswith(": standard error") else _whole(next(bases)) for name in names[len(heads) :]]


def _unique(name: str, taken: dict) -> str:
    while name in taken:
        name += " (2)"
    return name


def _whole(text: str) -> int | str:
    digits = text.replace(",", "")
    return int(digits) if digits.isdigit() else text


def _statistic(cells: list[Cell], table: Table) -> Statistic:
    """The statistic that a column's number format is for: the table's where any of its cells holds it."""
    own = shown_as(table.statistic.name)
    return own if any(cell.statistic == own for cell in cells) else cells[0].statistic


def _number(cell: Cell, table: Table, statistic: Statistic) -> float | str:
    """A plain number where the cell shows one without a mark, else its text; text for a share among effects."""
    plain = not cell.flag and not cell.stars and cell.statistic.name != SCIENTIFIC
    plain = plain and (cell.statistic == statistic or cell.statistic.power != PER_CENT)
    if cell.value is None or not plain:
        # A workbook's cell of signs alone, as a printed dash, is refused by gptables.
        return cell.text if any(sign.isalnum() for sign in cell.text) else NOT_AVAILABLE
    value = cell.value if cell.statistic.ending else scaled(cell.value, cell.statistic.power)
    return float(rounded_number(value, _places(cell.statistic, table)))


def _error(cell: Cell, table: Table) -> float | str:
    if cell.std_error is None:
        return NOT_AVAILABLE
    return float(rounded_number(scaled(cell.std_error, cell.statistic.power), table.decimals))


def _places(statistic: Statistic, table: Table) -> int:
    """Decimals of a number in the workbook: as shown, two more for a proportion that is shown as per cent."""
    shown = table.decimals if statistic == shown_as(table.statistic.name) else statistic.decimals
    return shown + PER_CENT if statistic.ending else shown


def _formats(table: Table, first: int) -> list[dict]:
    """Number formats by column, from the statistic that its cells hold; everything but the stub to the right."""
    items, place = [], first
    for column in table.columns:
        cells = [table.cell(row, column) for row in table.rows]
        items.append(_column_format([place], _pattern(_statistic(cells, table), table)))
        place += 1
        if any(errors_shown(cell) for cell in cells):
            items.append(_column_format([place], _pattern(_statistic(cells, table), table)))
            place += 1
    return items + ([_column_format([place], "#,##0")] if table.base_column else [])


def _column_format(columns: list[int], pattern: str) -> dict:
    look = {"text_wrap": True, "align": "left"} if pattern == WORDS else {"num_format": pattern, "align": "right"}
    return {"column": {"columns": columns, "format": look, "include_names": True}}


def _pattern(statistic: Statistic, table: Table) -> str:
    if statistic.name == WORDS:
        return WORDS
    decimals = _places(statistic, table) - (PER_CENT if statistic.ending else 0)
    zeros = "0." + "0" * decimals if decimals else "0"
    return zeros + "%" if statistic.ending else "#,##" + zeros


def _backtest_sheet(tables: list[Table], origin: Origin) -> "GPTable":
    import pandas as pd
    from gptables import GPTable

    records = [
        [table.number, row.label, column.label, cell.text, cell.published_text, _verdict_words(cell)]
        for table in tables
        for row in table.rows
        for column in table.columns
        if (cell := table.cell(row, column)).published_text
    ]
    names = ["Table", "Row", "Column", "Ours", "Published", "Comparison"]
    return GPTable(
        table=pd.DataFrame(records, columns=names),
        table_name="back_test",
        title="Back test: our numbers beside the published ones",
        subtitles=[origin.made] if origin.synthetic else [],
        instructions="This worksheet contains one table.",
        scope="Every cell that has a published value.",
        source=origin.source,
        index_columns={1: 0, 2: 1, 3: 2},
    )


def _verdict_words(cell: Cell) -> str:
    return VERDICTS[cell.verdict][1] if cell.verdict else "not compared"
