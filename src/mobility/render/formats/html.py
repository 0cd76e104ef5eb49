"""Static pages: the site of a study and the index, readable without scripts, network or a server."""

from pathlib import Path
from shutil import rmtree

from mobility.render.report import Report
from mobility.render.site.build import ASSETS, site
from mobility.render.site.pages import FOLDER
from mobility.render.templating import environment
from mobility.storage import write_text


def write(report: Report, path: Path) -> None:
    """Write the site of a study around its overview, which is `path`; pages that it no longer has go."""
    for folder in (FOLDER, ASSETS):
        rmtree(path.parent / folder, ignore_errors=True)
    for address, text in site(report).items():
        write_text(text, path.parent / address)


def index_page(studies: list[dict], run: dict) -> str:
    """The entry page: what was run and a card for each study.

    Parameters
    ----------
    studies : the `summary.json` of each study with `href`, the address of its page.
    run : words and values of what was run: version, config, date of input and the like.
    """
    return environment().get_template("index.html.j2").render(studies=studies, run=run)
