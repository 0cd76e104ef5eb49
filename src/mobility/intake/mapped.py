"""What a mapping names: files by a path from its folder, a full path or `PACKAGE:path`, and columns of variables."""

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mobility.errors import DeliveryError, MobilityError
from mobility.intake.lineage import codes_text
from mobility.storage import read_mapping, read_yaml

MAPPING = "mapping.yaml"  # of a study with one source


def mapped_path(name: str, mapping: Path) -> Path:
    """Path of a file that the mapping `mapping` names, there or not.

    Raises `DeliveryError` on a package that is not installed and on a path that climbs out of the folder by `..`.
    """
    package, separator, inside = name.partition(":")
    if ".." in (part for path in (name, inside) for part in re.split(r"[/\\]", path)):
        problem = f"{mapping}, file: `{name}` leads out of its folder. Put the file below it, or give its full path"
        raise DeliveryError([problem], str(mapping), "make report")
    if not separator or len(package) == 1:  # a drive's letter is no package
        return mapping.parent / name
    try:
        found = find_spec(package)
    except (ImportError, ValueError):  # a package inside one that is not there, or no name at all
        found = None
    if found is None or not found.submodule_search_locations:
        problem = f"{mapping}, file: package `{package}` is not installed. Install it, or give a path from this folder"
        raise DeliveryError([problem], str(mapping), "make report")
    return Path(found.submodule_search_locations[0]) / inside


def mapped_files(mapping: Path) -> list[str]:
    """Paths of the files that a mapping.yaml names under `file` and that are there.

    None where it cannot be read or names nothing that can be: the reading of the study says what is wrong.
    """
    try:
        content = read_yaml(mapping)
        named = content.get("file") if isinstance(content, dict) else None
        names = named if isinstance(named, list) else [named]
        found = [mapped_path(name, mapping) for name in names if isinstance(name, str)]
    except MobilityError:
        return []
    return [str(path) for path in found if path.is_file()]


def mapped_columns(mapping: Path) -> Mapping[str, Mapping[str, Any]]:
    """By harmonised name what a mapping says of it, its `column` first; of moves the two ends and the count."""
    content = read_mapping(mapping)
    ends = [key for key in ("origin", "destination", "moves") if key in content]
    found: dict[str, Mapping[str, Any]] = content.get("variables") or {key: {"column": content[key]} for key in ends}
    return found


def mapped_lines(mapping: Path, names: Sequence[str]) -> list[str]:
    """Lines on the columns of a study's own file that stand behind some names, for `explain`."""
    columns = mapped_columns(mapping)
    head = f"Source columns ({mapping}) of {read_yaml(mapping)['file']}:"
    return [head, *(f"  {name} = {_mapped(columns[name])}" for name in names)]


def _mapped(variable: Mapping[str, Any]) -> str:
    labels = variable.get("labels", {})
    words = [str(variable["column"]), *([f"codes {codes_text(labels)}"] if labels else [])]
    return ", ".join(words)
