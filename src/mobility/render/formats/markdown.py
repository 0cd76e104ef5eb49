"""A table in Markdown with pipes, as GitHub and notebooks show it: one line a row, errors behind their numbers."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mobility.render.setting import GROUP, UNDER, Head, Setting, set_out
from mobility.render.table import Table
from mobility.storage import write_text

READ = re.compile(r"([\\`*_{}\[\]<>|#~])")  # signs that Markdown reads as more than themselves


def write(table: Table, path: Path) -> None:
    """Write a table."""
    write_text(markdown(set_out(table)), path)


def escaped(text: str) -> str:
    """Text in which Markdown reads no sign as a command."""
    return READ.sub(r"\\\1", text)


def markdown(setting: Setting) -> str:
    """The whole file: caption, table, notes, what to cite."""
    heads = [setting.stub or "Row", *map(_heading, setting.heads)]
    rules = ["---", *("---" if head.words else "---:" for head in setting.heads)]
    parts = [
        f"**{escaped(setting.number)}.** {escaped(setting.title)}",
        *([f"**{escaped(setting.made)}**"] if setting.made else []),
        "\n".join([_row(map(escaped, heads)), _row(rules), *_body(setting)]),
        *(escaped(text) for text in (setting.under, *setting.notes) if text),
        *(f"{term}: {escaped(text)}" for term, text in setting.cited),
    ]
    return "\n\n".join(parts) + "\n"


def _heading(head: Head) -> str:
    return f"{head.spanner}: {head.label}" if head.spanner else head.label


def _row(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _body(setting: Setting) -> Iterator[str]:
    """Lines of the table; the errors under a row join it."""
    lines = list(setting.lines)
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        if line.kind == GROUP:
            yield _row([f"**{escaped(line.label)}**", *[""] * len(setting.heads)])
        elif line.kind != UNDER:
            under = following.texts if following and following.kind == UNDER else ("",) * len(line.texts)
            texts = [f"{text} {error}".strip() for text, error in zip(line.texts, under, strict=True)]
            yield _row(map(escaped, [line.label, *texts]))
