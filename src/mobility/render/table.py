"""The one object that every format is made from: a table as it is shown, with what stands behind each number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, groupby
from math import ceil, log10
from typing import TYPE_CHECKING, Any

from mobility.errors import RenderError
from mobility.render.counts import NONE_COUNTED, Counts, counts_of
from mobility.render.numbers import (
    CONFIDENTIAL,
    MARKS,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    SUPPRESSED,
    UNUSABLE,
    checked_flag,
    count_text,
    missing,
    scaled,
    shown,
)
from mobility.render.published import published_facts, published_of, verdict_of
from mobility.render.reading_notes import joined
from mobility.render.sums import notes_of
from mobility.settings import About, Axis, TableSpec, labelled
from mobility.statistics import COUNT_LIKE, STATISTICS, Statistic, shown_as
from mobility.verdicts import verdict_sentence, why_few_match

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[str, str]  # ids of a row and a column
WORDS = "text"
OBSERVATIONS = "observations"
SHORT_WORDS = 12
MOST_DECIMALS = 6
PRINTED = "published"
PRINTED_LINE = "As printed in the report, not computed here"
INVENTED_IN_PLACE = "invented data in the layout of "
SYNTHETIC_LINE = "Made from SYNTHETIC data: no person in it exists."
PARTLY_LINE = "Made in part from SYNTHETIC data: no person in these exists."


@dataclass(frozen=True)
class Column:
    """A column: its id in the cells, its heading and the heading that spans it and its neighbours."""

    id: str
    label: str
    spanner: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its id in the cells, its heading and the group of rows it stands in."""

    id: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Cell:
    """One number as shown (`text`) and in full (`value`, a proportion for shares), with what stands behind it.

    `n` observations in the cell, `base` in its denominator, `persons` distinct people; all None where the number is
    held back. `verdict` is the back test's word, empty where nothing was compared.
    `decimals` are those of its column.
    std_error, ci_low, ci_high : in the unit of the value. stars : 0 to 3. flag, note : as in the cells. statistic : as
    which the number is shown. published, published_text : the printed number, and as it is printed.
    """

    text: str
    value: float | None = None
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    stars: int = 0
    n: int | None = None
    base: int | None = None
    persons: int | None = None
    flag: str = ""
    note: str = ""
    statistic: Statistic = STATISTICS["share"]
    published: float | None = None
    published_text: str = ""
    verdict: str = ""
    decimals: int = 0

    @property
    def is_long(self) -> bool:
        """Whether the cell holds words that need room."""
        return self.statistic.name == WORDS and len(self.text) > SHORT_WORDS


@dataclass(frozen=True)
class DataSet:
    """A data set as it is cited: its name, and the sentences with waves and edition; both say where it is invented."""

    name: str
    text: str


@dataclass(frozen=True)
class MadeFrom:
    """What numbers were made from, in words.

    source, licence : sentences; provenance : whether it is real. notes : of whoever made or read it.
    synthetic : whether it is made up, all or some of it. mixed : whether only some of it is.
    cited : its data sets.
    """

    source: str
    provenance: str
    licence: str
    synthetic: bool
    mixed: bool = False
    notes: tuple[str, ...] = ()
    cited: tuple[DataSet, ...] = ()

    @property
    def made(self) -> str:
        """That it is made up, all or some of it, in a sentence; empty where none is."""
        return (PARTLY_LINE if self.mixed else SYNTHETIC_LINE) * self.synthetic


@dataclass(frozen=True)
class Run:
    """When (a date, 2026-11-27) and by which commit of the code numbers were made; empty where it is not known."""

    date: str = ""
    commit: str = ""


@dataclass(frozen=True)
class Table:
    """A table ready to be shown; `cells` holds every (row id, column id).

    `printed` tables repeat what the report says, such as another survey's numbers, and are made from no data of ours.
    `run` is known to who hands a table out after a run; what the run itself writes is the same on every run.
    about : what kind of data it is from. number, title, section, notes : as the spec has them. stub, heading : over the
    labels of rows, and over the columns. columns, rows : in their order. origin : what was read. decimals, statistic :
    of its numbers. within : whose share a share is. backtest : its rows of the comparison. counts : of its released
    cells, however many of them are shown.
    """

    about: About
    id: str
    number: str
    title: str
    section: str
    stub: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    cells: Mapping[tuple[str, str], Cell]
    notes: tuple[str, ...]
    origin: MadeFrom
    decimals: int
    statistic: Statistic
    within: str
    printed: bool = False
    backtest: tuple[Mapping[str, Any], ...] = ()
    counts: Counts = NONE_COUNTED
    run: Run = Run()

    @property
    def study(self) -> str:
        """Name of its study."""
        return self.about.study

    @property
    def alone(self) -> "Table":
        """The same without the published values beside its numbers."""
        cells = {
            place: replace(cell, published=None, published_text="", verdict="") for place, cell in self.cells.items()
        }
        return replace(self, cells=cells, backtest=())

    @property
    def source(self) -> str:
        """The line under it that names the data."""
        return self.origin.source

    @property
    def synthetic(self) -> bool:
        """Whether its data, or some of them, are made up."""
        return self.origin.synthetic

    def cell(self, row: Row, column: Column) -> Cell:
        """The cell of a row and a column."""
        return self.cells[row.id, column.id]

    @cached_property
    def spanners(self) -> tuple[tuple[str, int], ...]:
        """Headings over the column headings with how many columns each spans; empty where no column has one."""
        return spanning(self.columns)

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """First column and the one after the last of every spanning heading, counted from 0."""
        return spanned(self.spanners)

    @cached_property
    def row_groups(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """Rows under their group headings, in order; one group without a heading where rows have none."""
        return tuple((label, tuple(run)) for label, run in groupby(self.rows, key=lambda row: row.group))

    @cached_property
    def base_column(self) -> tuple[str, ...]:
        """Denominators, one a row, where every cell of a row has the same; empty where they differ or say nothing."""
        if self.statistic.judged_as == COUNT_LIKE or self.within == "column" or self._tells_bases:
            return ()
        return _bases([[self.cell(row, column) for column in self.columns] for row in self.rows])

    @property
    def _tells_bases(self) -> bool:
        """Whether a column or row of the table's own holds the numbers of observations."""
        down = [{self.cell(row, column).statistic.name for row in self.rows} for column in self.columns]
        across = [{self.cell(row, column).statistic.name for column in self.columns} for row in self.rows]
        return {OBSERVATIONS} in (*down, *across)

    def base_of(self, row: Row) -> str:
        """The denominator of a row as it stands in the last column."""
        return self.base_column[self.rows.index(row)]

    @cached_property
    def base_row(self) -> tuple[str, ...]:
        """Denominators, one a column, where rows have no common one."""
        if self.statistic.judged_as == COUNT_LIKE or self.base_column or self._tells_bases:
            return ()
        return _bases([[self.cell(row, column) for row in self.rows] for column in self.columns])

    def base_under(self, column: Column) -> str:
        """The denominator of a column as it stands in the last row."""
        return self.base_row[self.columns.index(column)]

    @property
    def base_words(self) -> str:
        """What the base counts."""
        return self.statistic.base

    @cached_property
    def shows_errors(self) -> bool:
        """Whether a standard error stands under each number, as in tables of estimates."""
        return any(errors_shown(cell) for cell in self.cells.values())

    @cached_property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """The marks that occur in the table, each with what it means."""
        texts = [cell.text for cell in self.cells.values()] + [*self.base_column, *self.base_row]
        return tuple((mark, meaning) for mark, meaning in MARKS.items() if any(mark in text for text in texts))

    @cached_property
    def verdict(self) -> str:
        """How its numbers compare with the published ones by the released back test; empty where none was compared."""
        return verdict_sentence(self.backtest)

    @cached_property
    def verdicts_shown(self) -> set[str]:
        """Verdicts whose sign stands beside a cell."""
        return {cell.verdict for cell in self.cells.values() if cell.verdict}

    @cached_property
    def why(self) -> str:
        """Why few of the table's numbers match the published ones; empty where most do."""
        return why_few_match(self.backtest, self.synthetic)

    @cached_property
    def has_published(self) -> bool:
        """Whether any cell has a published value to stand beside it."""
        return any(cell.published_text for cell in self.cells.values())

    @cached_property
    def unit(self) -> str:
        """What the numbers are, in words."""
        return _unit(self)

    @property
    def is_wordy(self) -> bool:
        """Whether cells hold words that need room, and not numbers or a mark such as "Ref."."""
        return any(cell.is_long for cell in self.cells.values())

    @cached_property
    def word_columns(self) -> frozenset[str]:
        """Columns of nothing but words, some of which need room: their short words stand where the long ones begin."""
        cells = {column.id: [self.cell(row, column) for row in self.rows] for column in self.columns}
        wordy = {name: own for name, own in cells.items() if any(cell.is_long for cell in own)}
        return frozenset(name for name, own in wordy.items() if all(cell.statistic.name == WORDS for cell in own))

    @property
    def is_wide(self) -> bool:
        """Whether the table needs a page on its side."""
        return len(self.columns) + bool(self.base_column) > 10


def part_of(table: Table, rows: tuple[Row, ...], columns: tuple[Column, ...], cells: Mapping[Place, Cell]) -> Table:
    """Some rows and columns of a table, to be drawn; of the statistic of their numbers where that is another's."""
    held = {cell.statistic.name: cell.statistic for cell in cells.values() if cell.value is not None}
    own = shown_as(table.statistic.name).name
    statistic = table.statistic if own in held or len(held) != 1 else next(iter(held.values()))
    return replace(table, rows=rows, columns=columns, cells=cells, statistic=statistic)


def spanning(columns: Sequence[Column]) -> tuple[tuple[str, int], ...]:
    """Headings over those of columns with how many each spans; empty where no column has one."""
    runs = tuple((label, len(list(run))) for label, run in groupby(column.spanner for column in columns))
    return runs if any(label for label, _ in runs) else ()


def spanned(headings: Sequence[tuple[str, int]]) -> tuple[tuple[int, int], ...]:
    """First column and the one after the last of every such heading that says something, counted from 0."""
    ends = list(accumulate(width for _, width in headings))
    return tuple((end - width, end) for (label, width), end in zip(headings, ends, strict=True) if label)


def errors_shown(cell: Cell) -> bool:
    """Whether a cell's standard error is part of the table's face: estimates have it, shares and counts do not."""
    return cell.statistic.has_error and cell.std_error is not None


def _bases(lines: list[list[Cell]]) -> tuple[str, ...]:
    """One denominator a line of cells as text, or nothing where a line has two or no line has one."""
    found = [{cell.base for cell in line if cell.base is not None} for line in lines]
    if any(len(bases) > 1 for bases in found) or not any(found):
        return ()
    return tuple(
        count_text(next(iter(bases))) if bases else _no_base(line) for bases, line in zip(found, lines, strict=True)
    )


def _no_base(line: list[Cell]) -> str:
    return SUPPRESSED if any(cell.flag == CONFIDENTIAL for cell in line) else NOT_AVAILABLE


def _unit(table: Table) -> str:
    found = {cell.statistic.name: cell.statistic for cell in table.cells.values()}
    shares = {"row": "per cent of each row", "column": "per cent of each column"}.get(table.within, "per cent")
    parts = [PRINTED_LINE] if table.printed else []
    for statistic in STATISTICS.values():
        if statistic.name in found:
            parts.append(shares if statistic.name == "share" and "effect" not in found else statistic.unit)
    if table.statistic.apart:
        parts = []
    parts += ["standard errors in brackets"] if table.shows_errors else []
    parts += ["*** p < 0.01, ** p < 0.05, * p < 0.1"] if any(cell.stars for cell in table.cells.values()) else []
    words = "; ".join(filter(None, parts))
    return words[:1].upper() + words[1:]


def layout(
    spec: TableSpec,
    cells: "pd.DataFrame",
    backtest: "pd.DataFrame | None",
    about: About,
    provenance: Mapping[str, Any],
) -> Table:
    """Lay released cells out as the table's specification says.

    Parameters
    ----------
    spec : a table's specification. cells : released ones, a row a number; of several choices only `baseline` is shown.
    backtest : the study's released back test, or None; rows of other tables are ignored.
    about : what study.yaml says. provenance : `provenance.yaml` as read.

    Raises
    ------
    RenderError
        Rows or columns that only one of `spec` and `cells` has, a cell that stands twice, or an unknown flag.
    """
    rows, columns = _items(spec.rows, Row), _items(spec.columns, Column)
    chosen = _one_choice(cells)
    numbers = _one_number_a_cell(chosen, spec)
    _refuse_strangers(spec.table, "row", rows, {row for row, _ in numbers})
    _refuse_strangers(spec.table, "column", columns, {column for _, column in numbers})
    compared = [] if backtest is None else backtest[backtest["table"] == spec.table].to_dict("records")
    published = published_of(compared)
    printed = "choice" in chosen and set(chosen["choice"]) == {PRINTED}
    places = ((row.id, column.id) for row in rows for column in columns)
    decimals = {item.id: spec.decimals if item.decimals is None else item.decimals for item in spec.columns.items}
    return Table(
        about=about,
        id=spec.table,
        number=spec.number,
        title=spec.title,
        section=spec.section,
        stub=spec.rows.label,
        heading=spec.columns.label,
        columns=columns,
        rows=rows,
        cells={place: _cell_at(place, spec, numbers, published, decimals[place[1]]) for place in places},
        notes=notes_of(spec, numbers),
        decimals=spec.decimals,
        statistic=spec.statistic,
        within=spec.within if "within" in spec.statistic.keys else "",
        printed=printed,
        backtest=labelled(compared, {spec.table: spec}),
        counts=counts_of(cells),
        origin=printed_origin(about) if printed else origin_of(about, provenance),
    )


def _items(axis: Axis, kind: type) -> tuple:
    return tuple(kind(item.id, item.label, item.under) for item in axis.items)


def printed_origin(about: About) -> MadeFrom:
    """Where numbers come from that are only repeated from the report."""
    return MadeFrom(f"Source: {citation(about)}", PRINTED_LINE, "", synthetic=False)


def origin_of(about: About, provenance: Mapping[str, Any]) -> MadeFrom:
    """What the record of data says of them, in words."""
    return MadeFrom(
        source_line(provenance),
        provenance_text(provenance),
        licence_line(about, provenance),
        bool(provenance["synthetic"]),
        bool(provenance.get("mixed", False)),
        joined([str(note) for note in (provenance.get("note"), *(provenance.get("notes") or [])) if note]),
        tuple(dict.fromkeys(_cited(about, part) for part in provenance.get("parts") or [provenance])),
    )


def _cited(about: About, part: Mapping[str, Any]) -> DataSet:
    """One data set as it is cited; a file of the study's own as `study.yaml` says."""
    name = str(part.get("label") or part.get("source") or "not stated")
    whole = str(part.get("citation") or about.data.citation or name).rstrip(".")
    said = f"{whole}.{_waves_read(part)}"
    if part["synthetic"]:
        invented = f"Invented data in the layout of: {said} No person in them exists: not to be cited as the true data."
        return DataSet(f"Invented data in the layout of {name}", invented)
    if part.get("edition"):
        return DataSet(name, f"{said} Edition: {part['edition']}.")
    return DataSet(name, said if part.get("access", "open") == "open" else f"{said} Edition: that of the download.")


def _waves_read(part: Mapping[str, Any]) -> str:
    shown, several = part.get("waves_shown", ""), "" if len(part.get("waves", "")) == 1 else "s"
    return f" {str(part.get('wave_word', 'wave')).capitalize()}{several} {shown}." if shown else ""


def citation(about: About) -> str:
    """The report that a study is about: authors (year), title, publisher; empty where `study.yaml` names none."""
    report = about.report
    year = f"({report.year})" if report.year else ""
    parts = [" ".join(filter(None, [", ".join(report.authors), year]))]
    parts += [report.title, report.publisher]
    return " ".join(f"{str(part).rstrip('.')}." for part in parts if part)


def credit(about: About, tables: Sequence["Table"]) -> str:
    """The report behind a study, in a sentence: only what stands beside published numbers reproduces it."""
    cited = citation(about)
    verb = "Reproduces" if any(table.has_published or table.printed for table in tables) else "After"
    return f"{verb} {cited}" if cited else ""


def source_line(provenance: Mapping[str, Any]) -> str:
    """The line under a table that names the data: label, waves, edition; it says where they are invented."""
    waves, several = provenance.get("waves_shown", ""), "" if len(provenance.get("waves", "")) == 1 else "s"
    parts = [provenance.get("label") or provenance.get("source") or "not stated"]
    parts += [f"{provenance.get('wave_word', 'wave')}{several} {waves}"] if waves else []
    parts += [str(provenance["edition"])] if provenance.get("edition") else []
    invented = INVENTED_IN_PLACE if provenance["synthetic"] and not provenance.get("mixed") else ""
    return f"Source: {invented}{', '.join(parts)}."


def licence_line(about: About, provenance: Mapping[str, Any]) -> str:
    """The licence of the data, of invented ones as that of the true data; empty where none is named."""
    licence = (provenance.get("licence") or about.data.licence).rstrip(".")
    whose = " of the true data" if provenance["synthetic"] else ""
    return f"Licence{whose}: {licence}." if licence else ""


def provenance_text(provenance: Mapping[str, Any]) -> str:
    """Whether the data are real or synthetic, in a sentence."""
    made_up = PARTLY_LINE if provenance.get("mixed") else SYNTHETIC_LINE
    return made_up if provenance["synthetic"] else "Made from real data."


def _one_choice(cells: "pd.DataFrame") -> "pd.DataFrame":
    if "choice" in cells and cells["choice"].nunique() > 1:
        return cells[cells["choice"] == "baseline"]
    return cells


def _one_number_a_cell(cells: "pd.DataFrame", spec: TableSpec) -> dict[tuple[str, str], dict]:
    """Records of the cells by (row, column); a standard error in a row of its own joins the estimate it belongs to."""
    records: dict[tuple[str, str], dict] = {}
    errors: dict[tuple[str, str], dict] = {}
    for record in cells.to_dict("records"):
        place = (str(record["row"]), str(record["column"]))
        target = errors if record["statistic"] == "std_error" else records
        if place in target:
            raise RenderError(
                f"{spec.table}: row {place[0]}, column {place[1]} stands twice in the released cells "
                f"(statistics {target[place]['statistic']} and {record['statistic']}); a table shows one. "
                f"Mend the step that makes {spec.table}.csv."
            )
        target[place] = record
    for place, record in errors.items():
        owner = records.setdefault(place, record)
        if missing(owner["std_error"]):
            owner["std_error"] = record["value"]
    return records


def _refuse_strangers(table: str, kind: str, listed: tuple[Row | Column, ...], present: set[str]) -> None:
    wanted = [item.id for item in listed]
    unlisted = sorted(present - set(wanted))
    absent = [name for name in wanted if name not in present]
    if not unlisted and not absent:
        return
    parts = (
        [f"{kind}s in the released cells that {table}.yaml does not list: {', '.join(unlisted)}"] if unlisted else []
    )
    parts += [f"{kind}s that {table}.yaml lists and the released cells lack: {', '.join(absent)}"] if absent else []
    mend = f"Mend {table}.yaml; where it is right, type `make report`, which makes the cells again"
    raise RenderError(f"{table}: {'; '.join(parts)}. {mend}.")


def _cell_at(place: Place, spec: TableSpec, numbers: Mapping, published: dict, decimals: int) -> Cell:
    """The cell of a place; of moves from one category to another there is none from a category to itself."""
    if spec.changes_only and place[0] == place[1]:
        return Cell(NOT_APPLICABLE, statistic=shown_as(spec.statistic.name))
    return _cell(spec, numbers.get(place), published, decimals)


def _cell(spec: TableSpec, record: dict | None, published: dict, decimals: int) -> Cell:
    own = _larger(shown_as(str((record or {}).get("statistic") or spec.statistic.name)), spec, record)
    if record is None:
        return Cell(NOT_APPLICABLE if own.has_error else NOT_AVAILABLE, statistic=own)
    flag = checked_flag(record.get("flag"), f"{spec.table}, row {record['row']}, column {record['column']}")
    note = "" if flag == CONFIDENTIAL or missing(record.get("note")) else str(record["note"])
    if own.name == WORDS and note and not flag:
        return Cell(note, statistic=own, **_facts(record, usable=False))
    facts = {} if flag == CONFIDENTIAL else _facts(record, usable=flag not in UNUSABLE)
    theirs = published.get((str(record["row"]), str(record["column"]), own.name), {})
    decimals = _decimals_of(own, decimals, facts.get("std_error"))
    return Cell(
        text=shown(facts.get("value"), own, decimals, flag, facts.get("stars", 0)),
        flag=flag,
        note=note,
        statistic=own,
        verdict=verdict_of(theirs, facts),
        decimals=decimals,
        **published_facts(theirs, own, decimals),
        **facts,
    )


def _larger(statistic: Statistic, spec: TableSpec, record: dict | None) -> Statistic:
    """The statistic of a cell; its power of ten is larger in a row whose numbers are shown so (`larger`)."""
    more = (spec.larger or {}).get(str(record["row"]), 0) if record and statistic.has_error else 0
    return replace(statistic, power=statistic.power + more) if more else statistic


def _decimals_of(statistic: Statistic, decimals: int, error: float | None) -> int:
    """Decimals of a cell: as many more as the first digit of a standard error needs that would be shown as 0.000."""
    if not statistic.has_error or not error or error <= 0:
        return decimals
    first = ceil(-log10(2 * scaled(error, statistic.power)))  # decimals with which the error rounds to no zero
    return min(max(decimals, first), max(decimals, MOST_DECIMALS))


def _facts(record: dict, usable: bool) -> dict[str, Any]:
    """What stands behind a number that is not confidential; only its counts where the number is not usable."""
    counts = {name: None if missing(record.get(name)) else int(record[name]) for name in ("n", "base", "persons")}
    if not usable:
        return counts
    names = ("value", "std_error", "ci_low", "ci_high")
    numbers = {name: None if missing(record.get(name)) else float(record[name]) for name in names}
    return {**counts, **numbers, "stars": 0 if missing(record.get("stars")) else int(record["stars"])}
