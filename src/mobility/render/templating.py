"""The templates of pages and of the printed report."""

import re
from functools import cache
from typing import TYPE_CHECKING

from mobility.render.citing import sentences, sources_of
from mobility.render.report import Picture
from mobility.render.table import Table, errors_shown
from mobility.render.words import (
    SIGNED,
    VERDICTS,
    count_text,
    counted,
    error_text,
    explain_command,
    facts,
    interval_text,
)
from mobility.verdicts import verdict_sentence

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

ESCAPED = (".html.j2", ".xml.j2")
NAME = r"[A-Za-z0-9]+(?:_+[A-Za-z0-9]+)+"
NAMES = re.compile(
    rf"`([^`]+)`|(?<![\w/.-])({NAME}(?:(?:, | or | and | ){NAME})*)(?![\w/])"
)  # several in a row are one


def quoted(text: object) -> str:
    """Text as a Typst string, so that nothing in it is read as markup."""
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def coded(text: object) -> "Markup":
    """Text for a page, in which names of programs are code: those between backticks, and those with underscores."""
    from markupsafe import Markup, escape

    return Markup(NAMES.sub(lambda found: f"<code>{found[1] or found[2]}</code>", str(escape(text))))


def cited(table: Table) -> tuple[tuple[str, str], ...]:
    """What to cite for a table, as terms and sentences."""
    return sentences(sources_of(table))


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
        explain_command=explain_command,
        verdict_sentence=verdict_sentence,
        VERDICTS=VERDICTS,
        SIGNED=SIGNED,
    )
    templates.filters.update(count=count_text, typst=quoted, coded=coded, counted=counted)
    templates.tests["picture"] = lambda block: isinstance(block, Picture)
    return templates
