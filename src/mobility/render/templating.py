"""The templates of pages and of the printed report."""

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mobility.render.citing import sentences, sources_of
from mobility.render.paper import print_class
from mobility.render.report import Picture
from mobility.render.site.cells import first_basis
from mobility.render.table import Table, errors_shown
from mobility.render.words import SIGNED, VERDICTS, count_text, counted, error_text, facts, interval_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

ESCAPED = (".html.j2", ".xml.j2")
NAME = r"[A-Za-z0-9]+(?:_+[A-Za-z0-9]+)+"
# Names of programs; several in a row are one. site.js has the same for what it shows.
NAMES = re.compile(rf"`([^`]+)`|(?<![\w/.-])({NAME}(?:(?:, | or | and | ){NAME})*)(?![\w/])")


def quoted(text: object) -> str:
    """Text as a Typst string, so that nothing in it is read as markup."""
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def coded(text: object) -> "Markup":
    """Text for a page, in which names of programs are code: those between backticks, and those with underscores."""
    from markupsafe import Markup, escape

    return Markup(NAMES.sub(lambda found: f"<code>{found[1] or found[2]}</code>", str(escape(text))))


def breakable(text: object) -> "Markup":
    """Words for a page, which may also be broken after a stroke between them."""
    from markupsafe import Markup, escape

    return Markup(str(escape(text)).replace("/", "/<wbr>"))


def cited(table: Table) -> tuple[tuple[str, str], ...]:
    """What to cite for a table, as terms and sentences."""
    return sentences(sources_of(table))


def slug(name: object) -> str:
    """A name as part of an id: no blank and no dot in it."""
    return re.sub(r"[^\w-]+", "-", str(name))


def asset(name: str) -> str:
    """A style sheet or script that goes with pages as it is."""
    return files("mobility.render").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def environment() -> "Environment":
    """The templates, with the functions and words that they use; pages and XML escape what they are given."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("mobility.render"),
        autoescape=lambda name: name is not None and name.endswith(ESCAPED),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    templates.globals.update(
        facts=facts,
        cited=cited,
        error_text=error_text,
        errors_shown=errors_shown,
        interval_text=interval_text,
        first_basis=first_basis,
        print_class=print_class,
        VERDICTS=VERDICTS,
        SIGNED=SIGNED,
    )
    templates.filters.update(
        count=count_text, typst=quoted, coded=coded, breakable=breakable, counted=counted, slug=slug
    )
    templates.tests["picture"] = lambda block: isinstance(block, Picture)
    return templates
