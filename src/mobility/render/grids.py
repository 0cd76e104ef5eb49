"""Grids: tables as a workbook holds them, every number in a cell of its own with the format of its statistic."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mobility.render.numbers import LOW_BASE, MARKS, NOT_APPLICABLE, SCIENTIFIC, UNRELIABLE, scaled
from mobility.render.table import WORDS, Cell, Column, MadeFrom, Row, Table, errors_shown
from mobility.render.words import VERDICTS
from mobility.statistics import Statistic

WHOLE, PLAIN, TINY = "#,##0", "General", "0.0E+00"
POINTS = "percentage points"
NONE = "none"
ONE_TABLE = "This sheet contains one table."
DATA_HEADS = (
    "table", "number", "row", "row_label", "group", "column", "column_label", "statistic", "times",
    "value", "std_error", "ci_low", "ci_high", "stars", "n", "base", "persons", "flag", "published", "verdict",
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number of a workbook with the pattern of its format."""

    value: float
    pattern: str = PLAIN


Value = str | Number | None


@dataclass(frozen=True)
class Grid:
    """A sheet: its name, title, the lines under it, and one table of unique headings over rows of values.

    fixed : columns at the left that stay in sight. printed : whether its rows are printed with it.
    links : whether the first column names sheets to go to.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    fixed: int = 1
    printed: bool = True
    links: bool = False


def sheet_name(table: str) -> str:
    """Name of the sheet of a table."""
    return table[:31].capitalize()


def table_grid(table: Table) -> Grid:
    """A table: value, error, stars and published value of each column in columns of their own, and the base."""
    grouped = any(row.group for row in table.rows)
    parts = [_parts(table, column) for column in table.columns]
    heads = [*(["Group"] if grouped else []), table.stub or "Row", *(head for own in parts for head, _ in own)]
    rows = [
        [*([row.group or "All"] if grouped else []), row.label, *(values[at] for own in parts for _, values in own)]
        for at, row in enumerate(table.rows)
    ]
    if table.base_column:
        heads.append("Base")
        rows = [[*row, _count(text)] for row, text in zip(rows, table.base_column, strict=True)]
    if table.base_row:
        rows.append(_base_row(table, parts, grouped))
    return Grid(
        name=sheet_name(table.id),
        title=f"{table.number}: {table.title}",
        lines=_lines(table, rows),
        heads=unique(heads),
        rows=rows,
        fixed=1 + grouped,
    )


def _parts(table: Table, column: Column) -> list[tuple[str, list[Value]]]:
    """The columns that a column of a table becomes: heading and a value a row."""
    cells = [table.cell(row, column) for row in table.rows]
    name = f"{column.spanner}: {column.label}" if column.spanner else column.label
    unit = f" ({POINTS})" if any(cell.statistic.ending == " pp" for cell in cells) else ""
    parts: list[tuple[str, list[Value]]] = [(name + unit, [number(cell, cell.value) for cell in cells])]
    if any(errors_shown(cell) for cell in cells):
        parts.append((f"{name}: standard error", [_error(cell) for cell in cells]))
    if any(cell.stars for cell in cells):
        parts.append((f"{name}: stars", [_stars(cell) for cell in cells]))
    if any(cell.flag == UNRELIABLE for cell in cells):
        parts.append((f"{name}: mark", [LOW_BASE if cell.flag == UNRELIABLE else NONE for cell in cells]))
    if any(cell.published is not None for cell in cells):
        parts.append((f"{name}: published", [_published(cell) for cell in cells]))
    return parts


def number(cell: Cell, value: float | None) -> Value:
    """A number of a cell's statistic: shares as such, others in the units that are shown; its mark or words if none."""
    if value is None:
        return cell.text or NOT_APPLICABLE
    if cell.statistic.name == WORDS:
        return cell.text
    own = cell.statistic
    return Number(value if own.ending == "%" else scaled(value, own.power), _pattern(own, cell.decimals))


def _pattern(statistic: Statistic, decimals: int) -> str:
    if statistic.name == SCIENTIFIC:
        return TINY
    places = 0 if statistic.whole else decimals
    zeros = "0." + "0" * places if places else "0"
    pattern = zeros + "%" if statistic.ending == "%" else "#,##" + zeros
    return f'[<{statistic.least:g}]"below {statistic.least:g}";{pattern}' if statistic.least else pattern


def _mark(cell: Cell) -> str:
    """What stands where a cell has no such number: the mark of why it shows none, or that it does not apply."""
    return cell.text if cell.text in MARKS else NOT_APPLICABLE


def _error(cell: Cell) -> Value:
    return _mark(cell) if cell.std_error is None or not errors_shown(cell) else number(cell, cell.std_error)


def _stars(cell: Cell) -> Value:
    return Number(cell.stars, WHOLE) if cell.value is not None and cell.statistic.has_error else _mark(cell)


def _published(cell: Cell) -> Value:
    return NOT_APPLICABLE if cell.published is None else number(cell, cell.published)


def _count(text: str) -> Value:
    digits = text.replace(",", "")
    return Number(int(digits), WHOLE) if digits.isdigit() else text


def _base_row(table: Table, parts: list[list[tuple[str, list[Value]]]], grouped: bool) -> list[Value]:
    """The row of denominators, under each column's number."""
    bases = (_count(text) for text in table.base_row)
    beside = [[base, *[NOT_APPLICABLE] * (len(own) - 1)] for base, own in zip(bases, parts, strict=True)]
    return [*(["All"] if grouped else []), "Base", *(value for own in beside for value in own)]


def _lines(table: Table, rows: Iterable[Sequence[Value]]) -> tuple[str, ...]:
    """What stands above a table: few lines, as they stay in sight with its headings."""
    made = table.origin.made or table.origin.provenance * table.printed
    notes = "Notes are on the sheet Notes." if table.notes else ""
    about = " ".join(filter(None, [f"{table.heading}." if table.heading else "", ONE_TABLE, notes]))
    verdict = f"Back test: {table.verdict}" if table.verdict else ""
    base = f"Base: {table.base_words}." if table.base_column or table.base_row else ""
    said = [made, about, f"{table.unit}." if table.unit else "", table.source, base, verdict, marks_line(rows)]
    return _said(said)


def _said(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that say something."""
    return tuple(filter(None, lines))


def marks_line(rows: Iterable[Sequence[Value]]) -> str:
    """What the marks that stand in a grid mean, in a line; empty where there are none."""
    found = {value for row in rows for value in row if isinstance(value, str)}
    parts = [
        f"{mark} {meaning.split(':')[0]}" for mark, meaning in MARKS.items() if any(mark in text for text in found)
    ]
    return f"Marks: {', '.join(parts)}; the cover says more." if parts else ""


def unique(heads: Iterable[str]) -> tuple[str, ...]:
    """Headings, those that stood before told apart by a number; upper and lower case are one to a spreadsheet."""
    taken: dict[str, str] = {}
    for head in heads:
        name, count = head, 1
        while name.lower() in taken:
            count += 1
            name = f"{head} ({count})"
        taken[name.lower()] = name
    return tuple(taken.values())


def backtest_grid(tables: Sequence[Table], origin: MadeFrom) -> Grid:
    """Every cell that has a published value: both numbers, their difference, the printed digit and the verdict."""
    rows = [record for table in tables for record in _compared(table)]
    heads = ("Table", "Row", "Column", "Statistic", "Ours", "Published", "Difference", "Half printed digit", "Verdict")
    lines = (
        origin.made,
        f"{ONE_TABLE} It has every cell with a published value. Difference is ours less published.",
        "Half printed digit: how far a number may lie from the printed one and still be printed so.",
        origin.source,
        marks_line(rows),
    )
    return Grid("Back_test", "Back test: our numbers beside the published ones", _said(lines), heads, rows, fixed=3)


def _compared(table: Table) -> Iterator[list[Value]]:
    halves = {(str(one["row"]), str(one["column"])): one.get("half_width") for one in table.backtest}
    for row, column, cell in _cells(table):
        if cell.published is None:
            continue
        half = halves.get((row.id, column.id))
        known = cell.value is not None
        yield [
            table.number,
            row.label,
            f"{column.spanner}: {column.label}" if column.spanner else column.label,
            cell.statistic.name,
            number(cell, cell.value),
            number(cell, cell.published),
            number(cell, (cell.value or 0.0) - cell.published) if known else _mark(cell),
            NOT_APPLICABLE if half is None or half != half else _half(cell, float(half)),
            VERDICTS[cell.verdict][1] if cell.verdict else "not compared",
        ]


def _half(cell: Cell, half: float) -> Number:
    share = cell.statistic.ending == "%"
    return Number(half if share else scaled(half, cell.statistic.power), "0.000%" if share else PLAIN)


def _cells(table: Table) -> Iterator[tuple[Row, Column, Cell]]:
    return ((row, column, table.cell(row, column)) for row in table.rows for column in table.columns)


def data_grid(tables: Sequence[Table], origin: MadeFrom) -> Grid:
    """All cells of all tables, one a row, as a pivot table or a program wants them: plain numbers, proportions."""
    rows = [_record(table, row, column, cell) for table in tables for row, column, cell in _cells(table)]
    lines = [
        origin.made,
        f"{ONE_TABLE} It has every cell of every table, one a row, and is not printed.",
        "Proportions are between 0 and 1, rates per head; times: what a value is multiplied by where it is shown.",
        "Empty: there is none; flag says where one is held back.",
    ]
    title = "Data: every number of this workbook, one a row"
    return Grid("Data", title, _said(lines), DATA_HEADS, rows, 0, printed=False)


def _record(table: Table, row: Row, column: Column, cell: Cell) -> list[Value]:
    spanned = f"{column.spanner}: {column.label}" if column.spanner else column.label
    words = [table.id, table.number, row.id, row.label, row.group or None, column.id, spanned, cell.statistic.name]
    numbers = [
        10**cell.statistic.power,
        cell.value,
        cell.std_error,
        cell.ci_low,
        cell.ci_high,
        cell.stars,
        cell.n,
        cell.base,
        cell.persons,
    ]
    values: list[Value] = [None if value is None else Number(value) for value in numbers]
    published = None if cell.published is None else Number(cell.published)
    return [*words, *values, cell.flag or None, published, cell.verdict or None]


def contents_grid(grids: Sequence[Grid], origin: MadeFrom) -> Grid:
    """The sheets of a workbook with what is on each."""
    rows: list[list[Value]] = [[grid.name, grid.title, Number(len(grid.rows), WHOLE)] for grid in grids]
    lines = _said([origin.made, ONE_TABLE])
    return Grid("Contents", "Contents", lines, ("Sheet", "What is on it", "Rows"), rows, links=True)


def notes_grid(tables: Sequence[Table], origin: MadeFrom) -> Grid:
    """Notes with the tables that they are on."""
    where: dict[str, list[str]] = {"Every number passed disclosure control before this workbook was made.": ["all"]}
    where |= {note: ["all"] for note in origin.notes}
    for table in tables:
        for note in table.notes:
            where.setdefault(note, []).append(table.number)
    rows: list[list[Value]] = [[", ".join(numbers), note] for note, numbers in where.items()]
    return Grid("Notes", "Notes", _said([origin.made, ONE_TABLE]), ("Tables", "Note"), rows)
