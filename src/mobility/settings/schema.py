"""Closed schemas: the files of `workflow/schemas/`, and their problems in plain words."""

from functools import cache
from pathlib import Path
from typing import Any

from mobility.errors import MobilityError, nearest
from mobility.storage import read_yaml


def validate(content: Any, root: Path, schema: str, where: str, error: type[MobilityError]) -> None:
    """Check `content` against `workflow/schemas/<schema>.schema.yaml`; raise `error` with every problem in it."""
    from jsonschema import Draft202012Validator

    rules = read_schema(root, schema)
    found = sorted(Draft202012Validator(rules).iter_errors(content), key=lambda item: list(map(str, item.path)))
    if found:
        lines = [f"{where}: {_explain(problem)}" for problem in found]
        raise error("\n".join([*lines, f"What is allowed: workflow/schemas/{schema}.schema.yaml."]))


@cache
def read_schema(root: Path, schema: str) -> Any:
    """The rules of `workflow/schemas/<schema>.schema.yaml`."""
    return read_yaml(root / "workflow" / "schemas" / f"{schema}.schema.yaml")


def _explain(problem: Any) -> str:
    """One schema problem in plain words: where, what was found, what is allowed or nearest."""
    place = ".".join(str(part) for part in problem.path) or "top level"
    if problem.validator == "additionalProperties":
        allowed = list(problem.schema.get("properties", {}))
        unknown = [str(key) for key in problem.instance if key not in allowed]
        return "; ".join(f"{place}: unknown key `{key}`, {nearest(key, allowed)}" for key in unknown)
    if problem.validator == "required":
        missing = [key for key in problem.validator_value if key not in problem.instance]
        return f"{place}: missing {', '.join(f'`{key}`' for key in missing)}"
    if problem.validator == "enum":
        return f"{place}: `{problem.instance}`; {nearest(str(problem.instance), problem.validator_value)}"
    if problem.validator == "pattern":
        form = problem.schema.get("description", f"the form {problem.validator_value}")
        return f"{place}: `{problem.instance}` is not of the right form. {form.rstrip('.')}"
    if problem.validator == "oneOf" and problem.context:
        return f"{place}: {'; or '.join(sorted({_explain(part) for part in problem.context}))}"
    return f"{place}: {problem.message}"
