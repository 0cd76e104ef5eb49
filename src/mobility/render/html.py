"""Static pages: a table, a study and the index, readable without scripts, network or a server."""

from mobility.render.report import Report
from mobility.render.table import Table
from mobility.render.templating import environment


def table_html(table: Table, downloads: dict[str, str] | None = None) -> str:
    """A table as an HTML fragment: caption, scoped headings, numbers with what stands behind them, notes, downloads.

    Parameters
    ----------
    downloads : words of a link and its address relative to the page, such as `{"CSV": "tables/table_3_3.csv"}`.
    """
    template = environment().get_template("table.html.j2")
    return template.render(table=table, downloads=downloads or {})


def study_page(report: Report, files: dict[str, str], index: str = "../index.html") -> str:
    """The page of a study: banner, contents, sections, sample losses, choices.

    Parameters
    ----------
    files : `PDF`, `XLSX` and their addresses relative to the page.
    index : address of the index page.
    """
    return environment().get_template("study.html.j2").render(report=report, files=files, index=index)


def index_page(studies: list[dict], run: dict) -> str:
    """The entry page: what was run and a card for each study.

    Parameters
    ----------
    studies : the `summary.json` of each study with `href`, the address of its page.
    run : words and values of what was run: version, config, date of input and the like.
    """
    return environment().get_template("index.html.j2").render(studies=studies, run=run)
