"""Whether all that is to be packed may leave: made by the run, unchanged since, released, nothing of a machine."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mobility.cells import read_cells
from mobility.errors import PackageError
from mobility.kept import STORE
from mobility.package.files import CONFIG, MANIFEST, OF_ROWS, RELEASED, RESTRICTED, strays
from mobility.render.numbers import CONFIDENTIAL
from mobility.settings import Config
from mobility.settings.config import INVENTED
from mobility.storage import file_hash, read_yaml

NUMBERS = ("value", "std_error", "ci_low", "ci_high", "n", "base", "persons")
OPEN = "open"
BESIDE_CELLS = ("backtest", "losses", "commands", "choices")  # of a study's released folder, files that are no cells
SHOWN = 5
AGAIN = "Run `make report`, then `make package`."


def read_manifest(root: Path) -> dict[str, Any]:
    """The manifest of the last run; raises `PackageError` where there is none or it is of an older form."""
    path = root / MANIFEST
    if not path.is_file():
        raise PackageError(f"{MANIFEST} is not there: nothing was run, or not to its end. {AGAIN}")
    record = read_yaml(path)
    if not isinstance(record, dict) or record.get("manifest") != 1:
        raise PackageError(f"{MANIFEST} is not of this version's form. {AGAIN}")
    return record


def packed(record: Mapping[str, Any]) -> dict[str, str]:
    """Files that a package holds as they are, with their hashes: all that the manifest lists."""
    return {name: digest for files in record["files"].values() for name, digest in files.items()}


def refuse_what_may_not_leave(root: Path, config: Config, record: Mapping[str, Any]) -> None:
    """Raise `PackageError` that lists every file that may not be packed, and why.

    A file may leave where the run made it or the project has it, where it is as the manifest says, where no row-level
    file and no unreleased result has its content, where held-back cells are empty, and where it names no folder of
    this machine.
    """
    files = packed(record)
    problems = [
        *_listed("made by no job of the last run", strays(root, files)),
        *_listed("gone, or not as the run left it", _changed(root, {**files, CONFIG: record["config_sha256"]})),
        *_listed("of a kind that holds rows of a survey", (name for name in files if name.endswith(OF_ROWS))),
        *_listed("holds what a restricted file holds", _restricted(root, record, files)),
        *_listed("a held-back cell has a number", _not_blank(root, files)),
        *_listed("names a folder of this machine", _of_machine(root, config, files)),
    ]
    if problems:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        raise PackageError(f"Nothing was packed, since this may not leave:\n{lines}\nTake it away. {AGAIN}")


def _listed(why: str, names: Iterable[str]) -> list[str]:
    found = list(names)
    more = [f"and {len(found) - SHOWN} more: {why}"] if len(found) > SHOWN else []
    return [*(f"{name}: {why}" for name in found[:SHOWN]), *more]


def _changed(root: Path, files: Mapping[str, str]) -> list[str]:
    return [name for name, digest in files.items() if not _is(root / name, digest)]


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and not path.is_symlink() and file_hash(path) == digest


def _restricted(root: Path, record: Mapping[str, Any], files: Mapping[str, str]) -> list[str]:
    """Files with the content of a licensed input, of rows, or of unjudged cells that are not released as they are.

    Second names of what jobs made tell nothing: what of it is restricted lies beside them under its first.
    """
    inputs = {
        item["sha256"]
        for source in record["sources"].values()
        if source["access"] != OPEN and not source["synthetic"]
        for item in source["files"]
    }
    released = {name.removeprefix(RELEASED) for name in files if name.startswith(RELEASED)}
    unjudged: dict[str, str] = {}
    for folder, folders, names in os.walk(root / RESTRICTED):
        folders[:] = [name for name in folders if (Path(folder) / name) not in (root / INVENTED, root / STORE)]
        for name in names:
            path = Path(folder, name)
            unjudged[file_hash(path)] = path.relative_to(root).as_posix().removeprefix(RESTRICTED)
    return [
        name
        for name, digest in files.items()
        if digest in inputs
        or (
            digest in unjudged and (name.removeprefix(RELEASED) != unjudged[digest] or unjudged[digest] not in released)
        )
    ]


def _not_blank(root: Path, files: Mapping[str, str]) -> list[str]:
    """Released tables in which a held-back cell has a value, an error or a count."""
    found = []
    for name in files:
        path = root / name
        if name.startswith(f"{RELEASED}/") and path.stem not in BESIDE_CELLS and path.is_file():
            cells = read_cells(path)
            if cells.loc[cells["flag"] == CONFIDENTIAL, list(NUMBERS)].notna().any(axis=None):
                found.append(name)
    return found


def _of_machine(root: Path, config: Config, files: Mapping[str, str]) -> list[str]:
    """Files in which the project's folder, the user's, or that of a delivery stands."""
    folders = {str(root.absolute()), str(root.resolve()), f"{Path.home()}/"}
    folders |= {folder for given in config.sources.values() for folder in given if Path(folder).is_absolute()}
    told = [folder.encode() for folder in folders if len(folder) > 2]
    contents = ((name, (root / name).read_bytes()) for name in files if (root / name).is_file())
    return [name for name, content in contents if any(folder in content for folder in told)]
