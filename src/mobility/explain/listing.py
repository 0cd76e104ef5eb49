"""Names that a reader types: tables by the number on the page, rows and columns by id or label; and lists of them."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from mobility.errors import ConfigError, nearest
from mobility.settings import Config, FigureSpec, Study, TableSpec
from mobility.settings.identifiers import (
    COLUMN,
    ROW,
    TABLE,
    Identifier,
    identifiers,
    identifiers_of_studies,
    identifiers_of_table,
)

PREFIXES = ("", "table ", "figure ", "data of ", "data of figure ")
SEPARATORS, BRACKETS = re.compile(r"[\s_.]+"), re.compile(r"\s*\([^)]*\)")


def table_id(study: Study, typed: str) -> str:
    """Id of a table from what a reader types: its id, or the number on the page with or without `Table` or `Figure`.

    Where that finds none, the number without what stands in brackets, the title, or how the number or title of one
    table alone begins. A figure stands for the table that it draws. Raises `ConfigError` with the nearest numbers, or
    with all that begin so.
    """
    numbers = {_plain(spec.number): name for name, spec in study.tables.items()}
    drawn = {_plain(spec.number): spec.table for spec in study.figures.values()}
    ids = {_plain(name): name for name in study.tables}
    known = {**drawn, **ids, **numbers}
    wanted = _plain(typed)
    for prefix in PREFIXES:
        if prefix + wanted in known:
            return known[prefix + wanted]
    begun = _begun(study, wanted)
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise ConfigError(
            f"{study.name}: {len(begun)} tables begin as `{typed}`: {', '.join(begun)}. Type one of these names; "
            f"`mobility list {study.name}` says what each is."
        )
    shown = list(study.tables) if "_" in typed else [spec.number for spec in study.tables.values()]
    hint = nearest(typed.removeprefix("Table ").strip(), [name.removeprefix("Table ") for name in shown])
    raise ConfigError(f"{study.name} has no table `{typed}`; {hint}. `mobility list {study.name}` lists them.")


def _begun(study: Study, wanted: str) -> list[str]:
    """Tables whose number or title is, or else begins with, what a reader types, whole words alone."""
    specs: list[TableSpec | FigureSpec] = [*study.tables.values(), *study.figures.values()]
    named = [(spec.table, text) for spec in specs for text in _said(spec)]
    same = [table for table, text in named if text == wanted]
    return list(dict.fromkeys(same or [table for table, text in named if text.startswith(f"{wanted} ")]))


def _said(spec: TableSpec | FigureSpec) -> tuple[str, ...]:
    """The number of a table or figure, with and without what stands in brackets, and its title."""
    return (_plain(spec.number), _plain(BRACKETS.sub("", spec.number)), _plain(spec.title))


def item_id(study: Study, table: str, axis: str, typed: str) -> str:
    """Id of a row or column (`axis`: rows, columns) from its id or, where only one has it, its label on the page.

    Raises `ConfigError` with the nearest ids.
    """
    spec = study.tables[table]
    items = {"rows": spec.rows, "columns": spec.columns}[axis].items
    ids = [item.id for item in items]
    if typed in ids:
        return typed
    labelled = [item.id for item in items if _plain(typed) in (_plain(item.id), _plain(item.label))]
    if len(labelled) == 1:
        return labelled[0]
    one = axis.removesuffix("s")
    hint = f"several have that label: {', '.join(labelled)}" if labelled else nearest(typed, ids)
    raise ConfigError(f"{spec.number} has no {one} `{typed}`; {hint}. `mobility list {study.name} {table}` lists them.")


def _plain(text: str) -> str:
    """Lower case with one space for dots, underscores and blanks: `table_3_3` and `Table 3.3` are the same."""
    return SEPARATORS.sub(" ", str(text).lower()).strip()


def list_studies(root: Path, config: Config, next_command: str = "explain") -> str:
    """The studies of the run, a line each."""
    lines = lines_of(identifiers_of_studies(root, config))
    return "\n".join(["Studies of this run:", *lines, f"Next: mobility {next_command} STUDY"])


def list_tables(study: Study) -> str:
    """Tables of a study in the order of its page: id, number, title."""
    lines = lines_of([one for one in identifiers(study) if one.kind == TABLE])
    next_command = f"Next: mobility explain {study.name} TABLE, the name or the number on the page"
    return "\n".join([f"Tables of {study.name}: {study.about.title}", *lines, next_command])


def list_items(study: Study, table: str, kinds: Sequence[str] = (ROW, COLUMN), row: str = "ROW") -> str:
    """Rows and columns of a table: id and label."""
    spec = study.tables[table]
    found = [one for one in identifiers_of_table(study, table) if one.kind in kinds]
    head = f"{spec.number} of {study.name}: {spec.title}"
    return "\n".join([head, *headed(found), f"Next: mobility explain {study.name} {table} {row} COLUMN"])


def headed(found: Sequence[Identifier]) -> list[str]:
    """Lines of identifiers under a heading a kind: `Rows:`."""
    kinds = {kind: [one for one in found if one.kind == kind] for kind in dict.fromkeys(one.kind for one in found)}
    return [line for kind, own in kinds.items() for line in (f"{kind.capitalize()}s:", *lines_of(own))]


def lines_of(found: Sequence[Identifier]) -> list[str]:
    """A line an identifier, in columns: what is typed (quoted), its number or answer in force, what it is."""
    facts = [(shlex.quote(one.id), one.number or one.value, one.label) for one in found]
    widths = [max((len(fact[place]) for fact in facts), default=0) for place in (0, 1)]
    return ["  " + "  ".join(_padded(fact, widths)).rstrip() for fact in facts]


def _padded(fact: tuple[str, ...], widths: Sequence[int]) -> Iterator[str]:
    """The parts of a line, those of a column that is empty in every line left out."""
    yield from (part.ljust(width) for part, width in zip(fact, widths, strict=False) if width)
    yield fact[-1]
