"""Schemas of what is of a kind: a figure's keys are those of every figure and those of its kind, and no others."""

from typing import Any

from mobility.figure_kinds import KINDS
from mobility.keys import keys_of, required_of
from mobility.settings.schema import Rules, closed


def figure_rules(rules: Rules, content: Any) -> Rules:
    """The schema of figures for one figure; one of no kind that there is may have the keys of every figure."""
    kinds = {"kind": {**rules["properties"]["kind"], "enum": list(KINDS)}}
    rules = {**rules, "properties": {**rules["properties"], **kinds}}
    kind = KINDS.get(str(content.get("kind"))) if isinstance(content, dict) else None
    if kind is None:
        return rules
    own = {name: keys_of(other.own) for name, other in KINDS.items()}
    required = [*rules["required"], *required_of(kind.own)]
    return {**closed(rules, "figure of kind", kind.name, own), "required": required}
