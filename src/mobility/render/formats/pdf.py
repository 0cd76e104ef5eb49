"""The printed report of a study: one tagged PDF with title page, contents, tables, figures, back test and method."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import distribution
from math import ceil
from pathlib import Path

from mobility.render.paper import Setting, lines_under, notes_under, setting_of
from mobility.render.report import Picture, Report, Section
from mobility.render.table import Table
from mobility.render.templating import environment
from mobility.storage import write_bytes

TIMESTAMP = 946684800
STANDARD = "ua-1"
UNDER_TITLE, ON_A_PAGE = 36, 54  # lines of words and contents under a title, and of contents on a page of their own
BANNER, LETTERS = 6, 100  # lines that the banner of invented data takes, and letters a line
ENDING = 2  # lines of the contents after those of the sections: samples, and how the numbers were made


@dataclass(frozen=True)
class Run:
    """Blocks of a section on pages that stand alike.

    blocks : each with its setting, if it is a table that is printed, and whether it is a picture that may stand at the
    foot of a later page, so that tables fill the page that it would leave empty. One that follows the heading may not.
    """

    sideways: bool
    blocks: tuple[tuple[Picture | Table, Setting | None, bool], ...]


def runs_of(section: Section, filed: Collection[str]) -> tuple[Run, ...]:
    """The blocks of a section as they are printed: on upright pages, then the tables that need a page on its side.

    filed : ids of the tables that are only named, since they are too long to be printed.
    """
    set_as = [(block, _setting(block, filed)) for block in section.blocks]
    wide = tuple((block, setting, False) for block, setting in set_as if setting and setting.way.sheet.sideways)
    upright = [(block, setting) for block, setting in set_as if not (setting and setting.way.sheet.sideways)]
    last = max((place for place, (_, setting) in enumerate(upright) if setting), default=-1)
    blocks = tuple(
        (block, setting, isinstance(block, Picture) and 0 < place < last)
        for place, (block, setting) in enumerate(upright)
    )
    return tuple(Run(sideways, own) for sideways, own in ((False, blocks), (True, wide)) if own)


def _setting(block: Picture | Table, filed: Collection[str]) -> Setting | None:
    return setting_of(block) if isinstance(block, Table) and block.id not in filed else None


def contents_apart(report: Report) -> bool:
    """Whether the contents have a page of their own: under the title they would leave a few lines over for it."""
    lines = ENDING + sum(1 + len(section.blocks) for section in report.sections)
    words = (report.source, report.about.summary, report.verdict)
    above = sum(ceil(len(text) / LETTERS) for text in words) + (BANNER if report.synthetic else 0)
    return UNDER_TITLE - above < lines <= ON_A_PAGE


def typst_source(report: Report) -> str:
    """The report as Typst markup; figures are named by their SVG addresses."""
    template = environment().get_template("report.typ.j2")
    return template.render(
        report=report, runs_of=runs_of, lines_under=lines_under, notes_under=notes_under, apart=contents_apart(report)
    )


def font_folder() -> Path:
    """The fonts that matplotlib brings, for the signs that Typst's own serif lacks."""
    return Path(str(distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf")))


def write(report: Report, path: Path) -> None:
    """Write the printed report of a study."""
    write_bytes(report_pdf(report, path.parent), path)


def report_pdf(report: Report, folder: Path) -> bytes:
    """Typeset a report without network or system fonts; its figures lie in `folder`. The bytes depend on it alone."""
    import typst

    sources = {"main.typ": typst_source(report).encode("utf-8")}
    sources |= {picture.svg: (folder / picture.svg).read_bytes() for picture in report.pictures}
    return typst.compile(  # type: ignore[call-overload]  # its stub lacks the mapping of files that it takes
        sources,
        format="pdf",
        font_paths=[str(font_folder())],
        ignore_system_fonts=True,
        pdf_standards=[STANDARD],
        timestamp=TIMESTAMP,
    )
