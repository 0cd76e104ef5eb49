"""Workbooks of a delivery, read into one frame with a row a printed line of a year, table, measure and sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from mobility.errors import DeliveryError, nearest
from mobility.intake.formats import READER_ERRORS
from mobility.intake.losses import LossTable, panel_chain
from mobility.labour.codes import load_codes
from mobility.labour.register import QUALITY, FoundWorkbook, WorkbookSource
from mobility.labour.sheet import MEASURED, Sheet, title_of
from mobility.official.text import plain, unreadable
from mobility.official.workbook import Workbook, open_workbook

GENDERS, STATUSES = {"1": "male", "2": "female", "all": ""}, {"1": "full-time", "2": "part-time", "all": ""}
WITH_QUALITY = ("jobs", "median", "mean")
OF_FILE = ("year", "table", "measure", "gender", "status")
REPORT_COLUMNS = ["file", "name", "year", "sheet", "lines", "means", "x", "..", ":", "-", "blank"]
READ = "read"


@dataclass
class Read:
    """What is known of the workbooks while they are read.

    parts : printed lines of each sheet in the panel's columns. quality : likewise, of coefficients of variation.
    report : a row a file, with `REPORT_COLUMNS`. losses : lines that were left out. paths : files read.
    problems : none where the run can go on. notes : what is worth knowing.
    """

    parts: list[pd.DataFrame] = field(default_factory=list)
    quality: list[pd.DataFrame] = field(default_factory=list)
    report: list[tuple[str | int, ...]] = field(default_factory=list)
    losses: list[dict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class WorkbookDelivery:
    """Printed lines of the workbooks, and what was found.

    panel : year, table, measure, gender, status, region, level, occupation, sic; `MEASURED`, each with its mark, and
        `jobs_cv`, `median_cv`, `mean_cv` (per cent, missing without a workbook of them). Jobs are not thousands.
    losses : lines that were left out. report : a row a file, with `REPORT_COLUMNS`. paths : files read.
    problems : none where it can be run. notes : what is missing or worth knowing.
    """

    panel: pd.DataFrame
    losses: pd.DataFrame
    report: pd.DataFrame
    paths: tuple[Path, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Tables that are read, by their names: `required` are those without which a study cannot be made."""

    years: Sequence[int]
    required: Sequence[str] = ()
    optional: Sequence[str] = ()


def read_workbooks(found: Sequence[FoundWorkbook], source: WorkbookSource, wanted: Wanted) -> WorkbookDelivery:
    """As `examine_workbooks`, but raises one `DeliveryError` with every problem of every workbook."""
    delivery = examine_workbooks(found, source, wanted)
    if delivery.problems:
        folder = str(delivery.paths[0].parent) if delivery.paths else source.name
        raise DeliveryError(delivery.problems, folder, f"mobility check --source {source.name}")
    return delivery


def examine_workbooks(found: Sequence[FoundWorkbook], source: WorkbookSource, wanted: Wanted) -> WorkbookDelivery:
    """Read the wanted tables, without raising on what is wrong in a workbook.

    Of an optional table that is not there a note says so. Raises `SpecError` on a name that is no table.
    """
    source.fail_if_unknown("table", [*wanted.required, *wanted.optional], "tables.csv", source.names)
    read = Read()
    for name in dict.fromkeys([*wanted.required, *wanted.optional]):
        for year in wanted.years:
            own = [item for item in found if (item.name, item.year) == (name, year)]
            if len(own) == 1:
                _read_workbook(own[0], source, read)
            else:
                _not_one(name, year, own, source, name in wanted.required, read)
    panel = _joined(read)
    losses = LossTable([{**row, "step": READ} for row in panel_chain(pd.DataFrame(read.losses))] if read.losses else [])
    if not read.losses:
        losses.start(READ, panel, "year")
    elif read.quality:
        beside, before = "coefficients of variation beside their values", losses.rows[-1]["rows_out"]
        losses.recount(READ, beside, before, panel, "lines", "year")
    return WorkbookDelivery(
        panel,
        losses.frame(),
        pd.DataFrame(read.report, columns=REPORT_COLUMNS),
        tuple(read.paths),
        tuple(dict.fromkeys(read.problems)),
        tuple(dict.fromkeys(read.notes)),
    )


def _not_one(
    name: str, year: int, own: Sequence[FoundWorkbook], source: WorkbookSource, needed: bool, read: Read
) -> None:
    _, table, measure, *quality = name.split("_")
    title = f"Table {table}.{measure}{'b' if quality else 'a'} of {year}"
    if own:
        read.problems.append(f"{title}: {len(own)} workbooks: {'; '.join(str(item.path) for item in own)}. Keep one")
    elif needed:
        read.problems.append(
            f"{title} ({source.tables[table]['title']}; {source.measures[measure]['title']}): no workbook. Bring it, "
            f"under the publisher's name `Table {table}.{measure}{'b' if quality else 'a'}   ... {year}.xlsx`"
        )
    else:
        read.notes.append(f"{title} is not there: nothing is read of it.")


def _read_workbook(item: FoundWorkbook, source: WorkbookSource, read: Read) -> None:
    read.paths.append(item.path)
    try:
        book = open_workbook(item.path)
        for name in _sheets(item, book, source, read):
            _read_sheet(item, book, name, source, read)
    except READER_ERRORS as error:
        read.problems.append(unreadable(item.path, error))


def _sheets(item: FoundWorkbook, book: Workbook, source: WorkbookSource, read: Read) -> list[str]:
    """Registered sheets that the workbook has; one of another name that holds lines of a table is a problem."""
    known = {_words(name): name for name in source.sheets}
    there = [name for name in book.names if _words(name) in known]
    for name in [name for name in book.names if name not in there]:
        title = title_of(book.rows(name))
        if title:
            read.problems.append(
                f"{item.path}, sheet `{name}`: it holds {title['jobs'].strip()} employee jobs under a name of its own; "
                f"{nearest(name, list(source.sheets))}. Give the sheet its name"
            )
    lacking = [name for words, name in known.items() if words not in map(_words, book.names)]
    if not there:
        has = ", ".join(book.names)
        read.problems.append(
            f"{item.path}: none of the sheets {', '.join(source.sheets)}; it has {has}. Take the table"
        )
    elif lacking:
        read.notes.append(f"{item.path}: no sheet {', '.join(lacking)}: no number of these.")
    return there


def _words(name: str) -> str:
    return plain(name).replace("-", " ")


def _read_sheet(item: FoundWorkbook, book: Workbook, name: str, source: WorkbookSource, read: Read) -> None:
    axis = source.tables[item.table]["axis"]
    sheet = Sheet(f"{item.path}, {name}", book.rows(name), source.areas, load_codes(source.root, axis))
    registered = next(row for own, row in source.sheets.items() if _words(own) == _words(name))
    sheet.problems.extend(_other_table(item, name, sheet, registered["gender"], registered["status"]))
    lines = sheet.lines()
    read.problems += sheet.problems
    if sheet.problems:
        return
    read.losses += sheet.losses.rows
    marks = lines["mean_mark"].value_counts()
    counts = (len(lines), int(lines["mean"].notna().sum()), *(int(marks.get(mark, 0)) for mark in REPORT_COLUMNS[6:]))
    read.report.append((item.path.name, item.name, item.year, name, *counts))
    placed = lines.drop(columns="code").assign(
        year=item.year,
        table=item.table,
        measure=item.measure,
        gender=registered["gender"],
        status=registered["status"],
        occupation=lines["code"] if axis == "occupation" else "all",
        sic=lines["code"] if axis == "industry" else "all",
    )
    (read.quality if item.kind == QUALITY else read.parts).append(placed)


def _other_table(item: FoundWorkbook, name: str, sheet: Sheet, gender: str, status: str) -> list[str]:
    """What a sheet says of itself against the names of the file and of the sheet."""
    title = title_of(sheet.rows)
    if title is None:
        return []
    jobs = " ".join(word for word in (GENDERS[gender], STATUSES[status]) if word) or "all"
    found = (title["table"], title["measure"], int(title["year"]), " ".join(title["jobs"].split()))
    wanted = (item.table, item.measure, item.year, jobs)
    told = [
        f"{what} {one}, not {other}"
        for what, one, other in zip(("Table", "measure", "year", "jobs"), found, wanted, strict=True)
        if one != other
    ]
    return [f"{sheet.where}: its title says {'; '.join(told)}. Take the right file, or mend its name"] if told else []


def _joined(read: Read) -> pd.DataFrame:
    """Lines of all workbooks, with the coefficients of variation of those that have them."""
    keys = [*OF_FILE, "region", "level", "occupation", "sic"]
    measured = [column for name in MEASURED for column in (name, f"{name}_mark")]
    panel = pd.concat(read.parts, ignore_index=True) if read.parts else pd.DataFrame(columns=[*keys, *measured])
    panel = panel[[*keys, *measured]].astype({"year": "int16"})
    values = [f"{name}_cv" for name in WITH_QUALITY]
    if read.quality:
        quality = pd.concat(read.quality, ignore_index=True)
        quality["jobs"] /= 1000
        quality = quality.rename(columns=dict(zip(WITH_QUALITY, values, strict=True)))
        panel = panel.merge(quality[[*keys, *values]], on=keys, how="left", validate="one_to_one")
    else:
        panel = panel.assign(**dict.fromkeys(values, float("nan")))
    return panel.astype(dict.fromkeys(keys[1:], "category"))
