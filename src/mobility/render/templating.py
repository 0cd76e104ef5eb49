"""The templates of pages and of the printed report."""

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mobility.render.report import Picture
from mobility.render.site.cells import first_basis
from mobility.render.table import errors_shown
from mobility.render.words import SIGNED, VERDICTS, count_text, error_text, facts, interval_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

PAGES = ".html.j2"


def quoted(text: object) -> str:
    """Text as a Typst string, so that nothing in it is read as markup."""
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def coded(text: object) -> "Markup":
    """Text for a page, in which what stands between backticks is code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def slug(name: object) -> str:
    """A name as part of an id: no blank and no dot in it."""
    return re.sub(r"[^\w-]+", "-", str(name))


def asset(name: str) -> str:
    """A style sheet or script that goes with pages as it is."""
    return files("mobility.render").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def environment() -> "Environment":
    """The templates, with the functions and words that they use; those of pages escape what they are given."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("mobility.render"),
        autoescape=lambda name: name is not None and name.endswith(PAGES),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    templates.globals.update(
        facts=facts,
        error_text=error_text,
        errors_shown=errors_shown,
        interval_text=interval_text,
        first_basis=first_basis,
        VERDICTS=VERDICTS,
        SIGNED=SIGNED,
    )
    templates.filters.update(count=count_text, typst=quoted, coded=coded, slug=slug)
    templates.tests["picture"] = lambda block: isinstance(block, Picture)
    return templates
