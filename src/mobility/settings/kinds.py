"""Schemas of what is of a kind: a figure of its kind, a table of its statistic. Keys that neither reads are refused."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mobility.figure_kinds import KINDS
from mobility.keys import keys_of, required_of
from mobility.settings.fits import Rules
from mobility.settings.schema import closed
from mobility.settings.tables import Item, TableSpec
from mobility.statistics import OF_TABLES, STATISTICS

Named = Mapping[str, Rules]


def closed_rules(schema: str, rules: Rules, content: Any) -> Rules:
    """The rules of a schema for this content: of a figure or table those of its kind, of anything else its own."""
    if schema not in CLOSED or not isinstance(content, Mapping):
        return rules
    key, known, close = CLOSED[schema]
    if isinstance(content.get(key), str) and content[key] in known:
        return close(rules, content[key])
    # Of what kind it is has to be mended first: every other problem depends on it.
    return {"required": [key], "properties": {key: {"enum": list(known)}}}


def figure_rules(rules: Rules, kind: str) -> Rules:
    """The schema of figures for those of a kind."""
    own = {name: keys_of(other.own) for name, other in KINDS.items()}
    return _with(closed(rules, "figure of kind", kind, own), required_of(KINDS[kind].own))


def table_rules(rules: Rules, statistic: str) -> Rules:
    """The schema of tables for those of a statistic."""
    axis, item = rules["$defs"]["axis"], rules["$defs"]["item"]
    show = axis["properties"]["show"]
    of_table, of_item = keys_of(TableSpec), keys_of(Item)
    show = closed(show, "`show` of statistic", statistic, _own("show_keys", show["properties"]))
    axis = {**axis, "properties": {**axis["properties"], "show": show}}
    parts = {
        "axis": closed(axis, "row or column of statistic", statistic, _own("axis_keys", axis["properties"])),
        "item": closed(item, "row or column of statistic", statistic, _own("item_keys", of_item)),
    }
    whole = closed(rules, "table of statistic", statistic, _own("keys", of_table))
    return _with({**whole, "$defs": {**rules["$defs"], **parts}}, STATISTICS[statistic].required)


def _own(field: str, keys: Named) -> dict[str, Named]:
    """Of each statistic of tables the rules of the keys that this field of the register names."""
    return {name: {key: keys[key] for key in getattr(STATISTICS[name], field)} for name in OF_TABLES}


def _with(rules: Rules, required: Iterable[str]) -> Rules:
    return {**rules, "required": [*rules["required"], *required]}


CLOSED: Mapping[str, tuple[str, Iterable[str], Callable[[Rules, str], Rules]]] = {
    "figure": ("kind", KINDS, figure_rules),
    "table": ("statistic", OF_TABLES, table_rules),
}
