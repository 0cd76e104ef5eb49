"""Names that a reader types: tables by the number on the page, rows and columns by id or label; and lists of them."""

import re
from collections.abc import Sequence
from pathlib import Path

from mobility.errors import ConfigError, nearest
from mobility.settings import Config, Item, Study, load_study

PREFIXES = ("", "table ", "figure ", "data of ", "data of figure ")
SEPARATORS = re.compile(r"[\s_.]+")


def table_id(study: Study, typed: str) -> str:
    """Id of a table from what a reader types: its id, or the number on the page with or without `Table` or `Figure`.

    A figure stands for the table that it draws. Raises `ConfigError` with the nearest numbers.
    """
    numbers = {_plain(spec.number): name for name, spec in study.tables.items()}
    drawn = {_plain(spec.number): spec.table for spec in study.figures.values()}
    ids = {_plain(name): name for name in study.tables}
    known = {**drawn, **ids, **numbers}
    wanted = _plain(typed)
    for prefix in PREFIXES:
        if prefix + wanted in known:
            return known[prefix + wanted]
    shown = [spec.number.removeprefix("Table ") for spec in study.tables.values()]
    hint = nearest(typed.removeprefix("Table ").strip(), shown)
    raise ConfigError(f"{study.name} has no table `{typed}`; {hint}. `mobility explain {study.name}` lists them.")


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
    raise ConfigError(
        f"{spec.number} has no {one} `{typed}`; {hint}. `mobility explain {study.name} {table}` lists them."
    )


def _plain(text: str) -> str:
    """Lower case with one space for dots, underscores and blanks: `table_3_3` and `Table 3.3` are the same."""
    return SEPARATORS.sub(" ", str(text).lower()).strip()


def list_studies(root: Path, config: Config) -> str:
    """The studies of the run, a line each."""
    lines = [f"  {name}: {load_study(root, name).about.title}" for name in config.studies]
    return "\n".join(["Studies of this run:", *lines, "Next: mobility explain STUDY"])


def list_tables(study: Study) -> str:
    """Tables of a study by the headings of its page: number, id, title."""
    lines = [f"Tables of {study.name}: {study.about.title}"]
    for section in study.about.sections:
        own = [spec for spec in study.tables.values() if spec.section == section]
        lines += [section, *(f"  {spec.number} ({spec.table}): {spec.title}" for spec in own)] if own else []
    return "\n".join([*lines, f"Next: mobility explain {study.name} TABLE, the number or the name in brackets"])


def list_items(study: Study, table: str, axes: Sequence[str] = ("rows", "columns"), row: str = "ROW") -> str:
    """Rows and columns of a table: id and label."""
    spec = study.tables[table]
    lines = [f"{spec.number} of {study.name}: {spec.title}"]
    listed = {"rows": spec.rows, "columns": spec.columns}
    for axis in axes:
        lines += [f"{axis.capitalize()}:", *map(_line, listed[axis].items)]
    return "\n".join([*lines, f"Next: mobility explain {study.name} {table} {row} COLUMN"])


def _line(item: Item) -> str:
    under = f"{item.under}: " if item.under else ""
    return f"  {item.id}: {under}{item.label}"
