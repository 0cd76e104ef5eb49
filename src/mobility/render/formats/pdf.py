"""The printed report of a study: one tagged PDF with title page, contents, tables, figures, back test and method."""

from importlib.metadata import distribution
from pathlib import Path

from mobility.render.report import Report
from mobility.render.templating import environment
from mobility.storage import write_bytes

TIMESTAMP = 946684800
STANDARD = "ua-1"


def typst_source(report: Report) -> str:
    """The report as Typst markup; figures are named by their SVG addresses."""
    return environment().get_template("report.typ.j2").render(report=report)


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
