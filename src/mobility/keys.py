"""Keys of spec files, said once: a field of a typed spec is the key, its type, its default and what it means."""

from collections.abc import Mapping
from dataclasses import MISSING, field, fields
from typing import Any


def key(says: str, default: Any = MISSING, said: str = "", measures: bool = False, **rules: Any) -> Any:
    """A field of a dataclass that a spec file may say.

    Parameters
    ----------
    says : what it means, for the documentation. default : value where the file leaves it out; without one it must be
        there. said : how the file calls it, where that is no name in Python. measures : whether it names a column of
        the frame that a number is made from. rules : of its value, in words of JSON Schema.
    """
    return field(
        default=default, metadata={"said": said, "measures": measures, "rules": {**rules, "description": says}}
    )


def keys_of(shape: type) -> dict[str, Mapping[str, Any]]:
    """Rules of every key of a typed spec by its name in the file; a default is among the rules if it says something."""
    found: dict[str, Mapping[str, Any]] = {}
    for one in fields(shape):
        if one.metadata:
            told = {"default": one.default} if one.default not in (MISSING, None, "", (), False) else {}
            found[one.metadata["said"] or one.name] = {**told, **one.metadata["rules"]}
    return found


def required_of(shape: type) -> tuple[str, ...]:
    """Keys of a typed spec that must be there."""
    return tuple(one.metadata["said"] or one.name for one in fields(shape) if one.metadata and one.default is MISSING)


def measured_by(spec: Any) -> dict[str, str]:
    """Columns of the frame that the numbers of a spec are made from, by the key that names each."""
    said = {one.name: getattr(spec, one.name) for one in fields(spec) if one.metadata.get("measures")}
    return {name: column for name, column in said.items() if column}
