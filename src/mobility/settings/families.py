"""Spec files that say a family once: `for:` repeats a file, `each:` an entry of a list, over the rows of group files.

`for: {sending: types}` at the top of a file makes it one spec for every row of `groups/types.csv`, with
`{sending.id}` and the other columns of that row filled in wherever a text names them. `{each: {to: types}, ...}` in a
list stands for one entry a row; over several group files, for every combination, the first named turning slowest.
Beside `each`, `leave_out: [ID, ...]` skips rows with these ids, and `entries: [...]` holds several entries a row.
A text of a list that is left empty by its placeholders is left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from mobility.errors import SpecError, nearest

Groups = Callable[[str], list[dict[str, str]]]
Bound = Mapping[str, Mapping[str, str]]
PLACE = re.compile(r"\{([a-z_]+)\.([a-z_0-9]+)\}")


def members(raw: Mapping[str, Any], groups: Groups, where: str) -> list[dict[str, Any]]:
    """The specs that a file stands for: itself, or one a member of its family. Entries with `each` are listed out.

    Raises
    ------
    SpecError
        A group file that is not there, a placeholder that names no row of one, or no column of it.
    """
    whole = {key: value for key, value in raw.items() if key != "for"}
    found = [
        _listed(_filled(whole, bound, where), groups, where) for bound in _bindings(raw.get("for", {}), groups, where)
    ]
    _fail_if_unfilled(found, where)
    return found


def _bindings(families: Any, groups: Groups, where: str) -> Iterator[Bound]:
    """Every combination of rows of the group files that a `for` or `each` names."""
    if not isinstance(families, Mapping) or not all(
        isinstance(name, str) for pair in families.items() for name in pair
    ):
        raise SpecError(f"{where}: `{families}`: `for` and `each` want names with group files: {{to: types}}. Mend it.")
    rows = [_rows_of(name, groups, where) for name in families.values()]
    for found in product(*rows):
        yield dict(zip(families, found, strict=True))


def _rows_of(name: str, groups: Groups, where: str) -> list[dict[str, str]]:
    """Rows of a group file; raises `SpecError` that names the file with the `for` or `each` too."""
    try:
        return groups(name)
    except SpecError as error:
        raise SpecError(f"{where}: {error}") from None


def _fail_if_unfilled(value: Any, where: str) -> None:
    """Raise `SpecError` on a placeholder whose name no `for` or `each` around it has."""
    if isinstance(value, Mapping):
        for part in value.values():
            _fail_if_unfilled(part, where)
    elif isinstance(value, list):
        for part in value:
            _fail_if_unfilled(part, where)
    elif isinstance(value, str) and (match := PLACE.search(value)):
        raise SpecError(
            f"{where}: `{match[0]}`: no `for` or `each` around it has the name `{match[1]}`. Write {{{match[1]}: "
            "GROUP_FILE} there, or mend the name."
        )


def _listed(value: Any, groups: Groups, where: str) -> Any:
    """`value` with every entry that has `each` replaced by the entries it stands for."""
    if isinstance(value, Mapping):
        return {key: _listed(part, groups, where) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    found: list[Any] = []
    for entry in value:
        if isinstance(entry, Mapping) and "each" in entry:
            own = {key: part for key, part in entry.items() if key not in ("each", "leave_out")}
            skipped = set(map(str, _list_of(entry, "leave_out", where)))
            bounds = [
                bound
                for bound in _bindings(entry["each"], groups, where)
                if not skipped & {row.get("id", "") for row in bound.values()}
            ]
            for bound in bounds:
                filled = _filled(own, bound, where)
                found += _listed(_list_of(filled, "entries", where), groups, where) if "entries" in own else [filled]
        else:
            found.append(_listed(entry, groups, where))
    return found


def _list_of(entry: Mapping[str, Any], key: str, where: str) -> list[Any]:
    found = entry.get(key, [])
    if not isinstance(found, list):
        raise SpecError(f"{where}: `{key}: {found}`: beside `each` it wants a list, such as {key}: [ID]. Mend it.")
    return found


def _filled(value: Any, bound: Bound, where: str) -> Any:
    """`value` with the placeholders of `bound` filled in; those of other names stay for an `each` further in."""
    if isinstance(value, Mapping):
        return {key: _filled(part, bound, where) for key, part in value.items()}
    if isinstance(value, list):
        filled = [_filled(part, bound, where) for part in value]
        return [part for part, before in zip(filled, value, strict=True) if part != "" or before == ""]
    if not isinstance(value, str) or "{" not in value:
        return value

    def fill(match: re.Match[str]) -> str:
        row = bound.get(match[1])
        if row is None:
            return match[0]
        if match[2] not in row:
            raise SpecError(
                f"{where}: `{match[0]}`: its group file has no column `{match[2]}`; {nearest(match[2], row)}."
            )
        return row[match[2]]

    return PLACE.sub(fill, value)
