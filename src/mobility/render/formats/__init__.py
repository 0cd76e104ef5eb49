"""The register of formats: in which forms a study is handed out, where each lies and what its links say.

Pages, workflow and documentation read it. To add one: an entry here, and a module of this package with its name, whose
`write(content, path)` makes a file.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mobility.render.report import Report
    from mobility.render.table import Table

STUDY, TABLE = "study", "table"


@dataclass(frozen=True)
class Format:
    """A form in which a study is handed out.

    name : of the module that makes it. says : what it is, for the documentation.
    of : study, one file of everything, or table, one file a table.
    place : of a file below the study's folder, where `{name}` stands for the study's or the table's name.
    label : words of its links; empty for the page that has the links.
    beside_tables : of a study: whether the links under each table name it too, as one finds the table in it.
    typed : of a table: the word for `mobility export --format`. by_run : whether a run writes it, or the command only.
    compares : of a table: whether its file has the published values without being asked for them.
    is_data : of a table: whether the index links to its files, one by one.
    beside : folders with what goes with its one file of a study.
    is_typeset : whether a program outside of Python makes it.
    """

    name: str
    says: str
    of: str
    place: str
    label: str = ""
    beside_tables: bool = False
    typed: str = ""
    by_run: bool = True
    compares: bool = False
    is_data: bool = False
    beside: tuple[str, ...] = ()
    is_typeset: bool = False

    def address(self, name: str) -> str:
        """Where the file of a study or table of this name lies, relative to the study's page."""
        return self.place.format(name=name)

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders below the study's that hold nothing but files of it."""
        return self.beside if self.of == STUDY else (str(PurePosixPath(self.place).parent),)

    def write(self, report: "Report", out: Path) -> None:
        """Write every file of it below `out`, the study's folder."""
        if self.of == STUDY:
            self._write(report, out / self.address(report.about.study))
        else:
            for table in report.tables:
                self.write_table(table, out / self.address(table.id))

    def write_table(self, table: "Table", path: Path, published: bool = False) -> None:
        """Write one table; `published` : with the published values where it does not have them anyway."""
        self._write(table if published or self.compares else table.alone, path)

    @property
    def _write(self) -> "Callable[[Report | Table, Path], None]":
        return import_module(f"mobility.render.formats.{self.name}").write


FORMATS = (
    Format(
        "html",
        "the pages: tables and figures with what stands behind each number",
        STUDY,
        "index.html",
        beside=("pages", "assets"),
    ),
    Format("pdf", "the whole report, typeset", STUDY, "{name}.pdf", "PDF", is_typeset=True),
    Format("xlsx", "a workbook, a sheet a table", STUDY, "{name}.xlsx", "XLSX", beside_tables=True),
    Format(
        "csv",
        "the cells of a table at full precision, one a row",
        TABLE,
        "tables/{name}.csv",
        "CSV",
        typed="csv",
        compares=True,
        is_data=True,
    ),
    Format("docx", "a table for Word, its headings on every page", TABLE, "tables/{name}.docx", "Word", typed="docx"),
    Format("latex", "a table for LaTeX: booktabs, threeparttable", TABLE, "tables/{name}.tex", "LaTeX", typed="latex"),
    Format("markdown", "a table in Markdown", TABLE, "tables/{name}.md", "Markdown", typed="markdown"),
    Format("webpage", "a table as a page of its own", TABLE, "tables/{name}.html", "HTML", typed="html", by_run=False),
    Format(
        "workbook",
        "a table as a workbook",
        TABLE,
        "tables/{name}.xlsx",
        "XLSX",
        typed="xlsx",
        by_run=False,
        compares=True,
    ),
)


def formats_of(kind: str) -> tuple[Format, ...]:
    """Formats of which a run writes one file a study, or a table."""
    return tuple(form for form in FORMATS if form.of == kind and form.by_run)


def typed_formats() -> dict[str, Format]:
    """Formats of a table by the word that `mobility export` has for them."""
    return {form.typed: form for form in FORMATS if form.typed}


def write_study(report: "Report", out: Path) -> None:
    """Write a study in every format below its folder; another thread waits for the program that typesets the report."""
    forms = (*formats_of(STUDY), *formats_of(TABLE))
    with ThreadPoolExecutor(1) as beside:
        typeset = [beside.submit(form.write, report, out) for form in forms if form.is_typeset]
        for form in forms:
            if not form.is_typeset:
                form.write(report, out)
    for done in typeset:
        done.result()


def study_links(study: str) -> dict[str, str]:
    """Words and addresses of the links from a study's page to its other forms."""
    return {form.label: form.address(study) for form in formats_of(STUDY) if form.label}


def table_links(study: str, table: str) -> dict[str, str]:
    """Words and addresses of the links under a table."""
    own = {form.label: form.address(table) for form in formats_of(TABLE)}
    return own | {form.label: form.address(study) for form in formats_of(STUDY) if form.beside_tables}


def data_links(tables: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each format of tables that is data its words, then the address of each table by its number.

    tables : number to name.
    """
    return {
        form.label: {number: form.address(table) for number, table in tables.items()}
        for form in formats_of(TABLE)
        if form.is_data
    }
