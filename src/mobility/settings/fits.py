"""Whether content fits a schema, without the reasons: most files do, and `jsonschema` takes many times as long.

The keywords of JSON Schema 2020-12 that the files of `workflow/schemas/` use, to the letter. What is not decided here
to the letter (another keyword, 1.0 where a whole number is wanted) raises `Unsure`, and the library is asked.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sized
from typing import Any

Rules = Mapping[str, Any]
Test = Callable[[Any, Any, Rules, Rules], bool]  # value of the keyword, content, the rules around it, the whole schema


class Unsure(Exception):
    """The schema library has to decide."""


def fits(content: Any, rules: Any, whole: Rules) -> bool:
    """Whether content fits rules that are a part of the schema `whole`; raises `Unsure`."""
    if isinstance(rules, bool):
        return rules
    return all(_test(word)(value, content, rules, whole) for word, value in rules.items() if word not in SAID)


def _test(word: str) -> Test:
    if word not in TESTS:
        raise Unsure(word)
    return TESTS[word]


def _is_number(content: Any) -> bool:
    return isinstance(content, int | float) and not isinstance(content, bool)


def _is_integer(content: Any) -> bool:
    if isinstance(content, float) and content.is_integer():
        raise Unsure("whole number with a point")
    return isinstance(content, int) and not isinstance(content, bool)


TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda content: isinstance(content, dict),
    "array": lambda content: isinstance(content, list),
    "string": lambda content: isinstance(content, str),
    "boolean": lambda content: isinstance(content, bool),
    "null": lambda content: content is None,
    "number": _is_number,
    "integer": _is_integer,
}


def _type(names: Any, content: Any, _rules: Rules, _whole: Rules) -> bool:
    return any(TYPES[name](content) for name in ([names] if isinstance(names, str) else names))


def _enum(allowed: Any, content: Any, _rules: Rules, _whole: Rules) -> bool:
    alike = [one for one in allowed if one == content]
    if any(type(one) is not type(content) or isinstance(one, dict | list) for one in alike):
        raise Unsure("equal, and perhaps of another type")
    return bool(alike)


def _unique(wanted: Any, content: Any, _rules: Rules, _whole: Rules) -> bool:
    if not wanted or not isinstance(content, list):
        return True
    if len({type(one) for one in content}) > 1 or any(isinstance(one, dict | list) for one in content):
        raise Unsure("equal, and perhaps of another type")
    return len(set(content)) == len(content)


def _properties(own: Any, content: Any, _rules: Rules, whole: Rules) -> bool:
    if not isinstance(content, dict):
        return True
    return all(fits(content[key], own[key], whole) for key in content.keys() & own.keys())


def _additional(rules: Any, content: Any, around: Rules, whole: Rules) -> bool:
    if not isinstance(content, dict):
        return True
    own = around.get("properties", {})
    return all(fits(part, rules, whole) for key, part in content.items() if key not in own)


def _conditional(rules: Any, content: Any, around: Rules, whole: Rules) -> bool:
    return fits(content, around.get("then" if fits(content, rules, whole) else "else", True), whole)


def _reference(place: str, content: Any, _rules: Rules, whole: Rules) -> bool:
    found: Any = whole
    for name in place.removeprefix("#/").split("/"):
        found = found[name]
    return fits(content, found, whole)


def _dependent(needs: Any, content: Any, _rules: Rules, _whole: Rules) -> bool:
    if not isinstance(content, dict):
        return True
    return all(content.keys() >= set(needed) for key, needed in needs.items() if key in content)


def _each(parts: Callable[[Any], Iterator[Any]], kind: type) -> Test:
    """All parts of content of a kind fit the rules; content of another kind is not their concern."""
    return lambda rules, content, _, whole: (
        not isinstance(content, kind) or all(fits(part, rules, whole) for part in parts(content))
    )


def _size(kind: type[Sized], holds: Callable[[int, int], bool]) -> Test:
    return lambda limit, content, _, whole: not isinstance(content, kind) or holds(len(content), limit)


def _limit(holds: Callable[[float, float], bool]) -> Test:
    return lambda limit, content, _, whole: not _is_number(content) or holds(content, limit)


def _at_least(found: float, limit: float) -> bool:
    return found >= limit


def _at_most(found: float, limit: float) -> bool:
    return found <= limit


# Words about the schema, and those that another word reads.
SAID = {"description", "title", "default", "examples", "format", "$schema", "$defs", "then", "else"}
TESTS: Mapping[str, Test] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value, content, rules, whole: _enum([value], content, rules, whole),
    "uniqueItems": _unique,
    "properties": _properties,
    "additionalProperties": _additional,
    "if": _conditional,
    "$ref": _reference,
    "dependentRequired": _dependent,
    "required": lambda names, content, _, whole: not isinstance(content, dict) or content.keys() >= set(names),
    "pattern": lambda form, content, _, whole: not isinstance(content, str) or bool(re.search(form, content)),
    "items": _each(iter, list),
    "propertyNames": _each(iter, dict),
    "not": lambda rules, content, _, whole: not fits(content, rules, whole),
    "allOf": lambda rules, content, _, whole: all(fits(content, one, whole) for one in rules),
    "anyOf": lambda rules, content, _, whole: any(fits(content, one, whole) for one in rules),
    "oneOf": lambda rules, content, _, whole: sum(fits(content, one, whole) for one in rules) == 1,
    "minItems": _size(list, _at_least),
    "maxItems": _size(list, _at_most),
    "minProperties": _size(dict, _at_least),
    "maxProperties": _size(dict, _at_most),
    "minLength": _size(str, _at_least),
    "minimum": _limit(_at_least),
    "maximum": _limit(_at_most),
    "exclusiveMinimum": _limit(lambda found, limit: found > limit),
}
