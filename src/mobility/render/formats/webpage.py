"""One table as a page of its own, plain enough to be pasted into a document or a mail."""

from pathlib import Path

from mobility.render.setting import set_out
from mobility.render.table import Table
from mobility.render.templating import environment
from mobility.storage import write_text


def write(table: Table, path: Path) -> None:
    """Write a table as a page."""
    write_text(environment().get_template("webpage.html.j2").render(setting=set_out(table)), path)
