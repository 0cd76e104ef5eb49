"""Values of a spec that depend on a choice: `{choice: NAME, ALTERNATIVE: value, ...}` is the value of the chosen one.

So code that serves every study knows no choice by name: the study's own files say where a reading enters.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mobility.errors import SpecError, nearest
from mobility.settings.choices import Choice

KEY = "choice"


def under(value: Any, choices: Mapping[str, Choice], chosen: Mapping[str, str], where: str) -> Any:
    """`value` with everything that depends on a choice decided; a key whose value is then nothing is left out.

    Raises
    ------
    SpecError
        A choice that the study does not have, or alternatives that are not just those of the choice.
    """
    if isinstance(value, list):
        return [under(part, choices, chosen, where) for part in value]
    if not isinstance(value, Mapping):
        return value
    if KEY in value:
        _check(value, choices, where)
        return under(value[chosen[str(value[KEY])]], choices, chosen, where)
    decided = {key: under(part, choices, chosen, where) for key, part in value.items()}
    return {key: part for key, part in decided.items() if part is not None or value[key] is None}


def choices_in(value: Any) -> Iterator[str]:
    """Names of the choices that a value depends on."""
    if isinstance(value, Mapping) and KEY in value:
        yield str(value[KEY])
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from choices_in(part)


def unstated(spec: Any, kind: str, choices: Mapping[str, Choice], where: str) -> list[str]:
    """Keys of a spec that depend on a choice which does not say that it changes them; unknown choices are not named."""
    keys = spec.items() if isinstance(spec, Mapping) else ()
    return [
        f"{where}: `{key}` depends on the choice {name}, which does not say so. "
        f"Write `changes: {{{kind}: [{key}]}}` at {name} in choices.yaml."
        for key, value in keys
        for name in choices_in(value)
        if name in choices and key not in choices[name].changes.get(kind, ())
    ]


def _check(value: Mapping[str, Any], choices: Mapping[str, Choice], where: str) -> None:
    name = str(value[KEY])
    if name not in choices:
        raise SpecError(f"{where}: no choice `{name}` in choices.yaml; {nearest(name, list(choices))}.")
    allowed = set(choices[name].alternatives)
    given = {key for key in value if key != KEY}
    strange = sorted(map(str, given - allowed))
    if strange:
        raise SpecError(
            f"{where}: choice {name} has no alternative `{strange[0]}`; {nearest(strange[0], list(allowed))}."
        )
    if allowed - given:
        raise SpecError(f"{where}: choice {name}: nothing is said of {', '.join(sorted(allowed - given))}.")
