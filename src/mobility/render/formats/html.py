"""Static pages: a table, a study and the index, readable without scripts, network or a server."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mobility.render.formats import study_links, table_links
from mobility.render.indicators import Entry
from mobility.render.report import Report
from mobility.render.table import Table
from mobility.render.templating import environment
from mobility.settings.indicators import IndicatorIndex
from mobility.storage import write_text


def table_html(table: Table, downloads: dict[str, str] | None = None) -> str:
    """A table as an HTML fragment: caption, scoped headings, numbers with what stands behind them, notes, downloads.

    Parameters
    ----------
    downloads : words of a link and its address relative to the page, such as `{"CSV": "tables/table_3_3.csv"}`.
    """
    template = environment().get_template("table.html.j2")
    return template.render(table=table, downloads=downloads or {})


def write(report: Report, path: Path) -> None:
    """Write the page of a study."""
    write_text(study_page(report), path)


def study_page(report: Report, index: str = "../index.html") -> str:
    """The page of a study: banner, contents, sections, sample losses, choices; `index` : address of the index page."""
    study = report.about.study
    links = {
        "files": study_links(study),
        "links_of": {table.id: table_links(study, table.id) for table in report.tables},
    }
    return environment().get_template("study.html.j2").render(report=report, index=index, **links)


def indicators_page(
    report: Report,
    index: IndicatorIndex,
    groups: Sequence[tuple[str, Sequence[Entry]]],
    small: Mapping[str, str],
    numbers: Mapping[str, str],
) -> str:
    """The page that goes through the indicators of a study one by one.

    Parameters
    ----------
    groups : headings with their entries. small : address of the small picture by id of the indicator.
    numbers : number of each figure of the study by its name.
    """
    template = environment().get_template("indicators.html.j2")
    return template.render(report=report, index=index, groups=groups, small=small, numbers=numbers)


def index_page(studies: list[dict], run: dict) -> str:
    """The entry page: what was run and a card for each study.

    Parameters
    ----------
    studies : the `summary.json` of each study with `href`, the address of its page.
    run : words and values of what was run: version, config, date of input and the like.
    """
    return environment().get_template("index.html.j2").render(studies=studies, run=run)
