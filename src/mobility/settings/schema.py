"""Closed schemas: the files of `workflow/schemas/`, and their problems in plain words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from mobility.errors import MobilityError, nearest
from mobility.settings.fits import Rules, Unsure, fits
from mobility.storage import read_yaml_once

LARGEST = 2**63  # from here on a whole number is no int64


def validate(content: Any, root: Path, schema: str, where: str, error: type[MobilityError]) -> None:
    """Check `content` against `workflow/schemas/<schema>.schema.yaml`; raise `error` with every problem in it."""
    check(content, read_schema(root, schema), schema, where, error)


def check(content: Any, rules: Rules, schema: str, where: str, error: type[MobilityError]) -> None:
    """Check `content` against the rules that are called `schema`; raise `error` with every problem in it."""
    lines = [f"{where}: {text}" for text in (*_problems(content, rules), *_too_large(content))]
    if lines:
        raise error("\n".join([*lines, f"What is allowed: workflow/schemas/{schema}.schema.yaml."]))


def _problems(content: Any, rules: Rules) -> list[str]:
    """Every problem of content by its rules, in plain words."""
    with suppress(Unsure):
        if fits(content, rules, rules):
            return []
    from jsonschema import Draft202012Validator

    found = sorted(Draft202012Validator(rules).iter_errors(content), key=lambda item: list(map(str, item.path)))
    return list(map(_explain, found))


def _too_large(content: Any, place: str = "") -> Iterator[str]:
    """Whole numbers of a file that no column of whole numbers can hold, each with its place."""
    if isinstance(content, int) and abs(content) >= LARGEST:
        yield f"{place or 'top level'}: `{content}` is larger than any whole number of the data. Write a smaller one"
    parts = content.items() if isinstance(content, Mapping) else enumerate(content) if isinstance(content, list) else ()
    for key, part in parts:
        yield from _too_large(part, f"{place}.{key}".lstrip("."))


def closed(rules: Rules, what: str, name: str, own: Mapping[str, Rules]) -> Rules:
    """Rules of an object that is of a kind: with its own keys; a key of another kind only is refused, saying of which.

    what : what kinds are called in messages, as `figure of kind`. name : its kind. own : of each kind its own keys.
    """
    of = {key: [other for other in own if key in own[other]] for keys in own.values() for key in keys}
    mine = f"its own keys are {', '.join(own[name])}" if own[name] else "it has no keys of its own"
    refused = {
        key: {"not": {}, "description": f"a {what} {name} does not read it, {' or '.join(others)} does; {mine}"}
        for key, others in of.items()
        if name not in others
    }
    return {**rules, "properties": {**rules["properties"], **refused, **own[name]}}


@cache
def read_schema(root: Path, schema: str) -> Any:
    """The rules of `workflow/schemas/<schema>.schema.yaml`."""
    return read_yaml_once(root / "workflow" / "schemas" / f"{schema}.schema.yaml")


def _explain(problem: Any) -> str:
    """One schema problem in plain words: where, what was found, what is allowed or nearest."""
    place = ".".join(str(part) for part in problem.path) or "top level"
    explain = EXPLAINED.get(problem.validator)
    return f"{place}: {explain(problem) if explain else problem.message}"


def _unknown_keys(problem: Any) -> str:
    allowed = [key for key, rules in problem.schema.get("properties", {}).items() if "not" not in rules]
    unknown = [str(key) for key in problem.instance if key not in allowed]
    return "; ".join(f"unknown key `{key}`, {nearest(key, allowed)}" for key in unknown)


def _missing_keys(problem: Any) -> str:
    missing = [key for key in problem.validator_value if key not in problem.instance]
    return f"missing {', '.join(f'`{key}`' for key in missing)}"


def _none_of(problem: Any) -> str:
    return f"`{problem.instance}`; {nearest(str(problem.instance), problem.validator_value)}"


def _wrong_form(problem: Any) -> str:
    form = problem.schema.get("description", f"the form {problem.validator_value}")
    return f"`{problem.instance}` is not of the right form. {form.rstrip('.')}"


def _too_small(problem: Any) -> str:
    least = problem.validator_value
    return f"{problem.instance} is less than the minimum of {least}. Write {least} or more"


def _not_allowed(problem: Any) -> str:
    refused = problem.validator_value.get("required")
    return f"`{', '.join(refused)}` is no key of this kind; take it out" if refused else problem.schema["description"]


def _fits_no_form(problem: Any) -> str:
    return "; or ".join(sorted({_explain(part) for part in problem.context})) or str(problem.message)


EXPLAINED: Mapping[str, Callable[[Any], str]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "enum": _none_of,
    "pattern": _wrong_form,
    "minimum": _too_small,
    "not": _not_allowed,
    "oneOf": _fits_no_form,
}
